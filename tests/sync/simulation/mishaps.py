"""Syncs and what befalls them: the line, kills, disks, copies, backups, rights, clocks."""

from __future__ import annotations

from datetime import timedelta

from tests.sync.simulation.clients import Client, as_the_disk_allows
from tests.sync.simulation.registry import happens
from tests.sync.simulation.world import World


def _resting(world: World) -> list[Client]:
    """The PCs that are in no sync."""
    return [client for client in world.clients if client.flow is None]


# --- syncs and the line


@happens(26)
def a_sync_begins(world: World) -> None:
    """Somebody presses the button, or the clock does."""
    if resting := _resting(world):
        world.begin_sync(world.random.choice(resting))


@happens(90, in_sync=True)
def a_sync_goes_on(world: World) -> None:
    """A few halves of requests further, of any PC that is in a sync."""
    for _ in range(world.random.randint(1, 8)):
        running = [client for client in world.clients if client.flow is not None]
        if not running:
            return
        world.move(world.random.choice(running))


@happens(12, in_sync=True)
def a_sync_goes_through(world: World) -> None:
    """To its end, whatever that is, while nobody else acts."""
    running = [client for client in world.clients if client.flow is not None]
    if running:
        client = world.random.choice(running)
        flow = client.flow
        while client.flow is flow and flow is not None:
            world.move(client)


@happens(6)
def a_late_request_arrives(world: World) -> None:
    """In any order (T4, T7)."""
    if world.late:
        letter = world.late.pop(world.random.randrange(len(world.late)))
        world.deliver_late(letter)


@happens(4)
def the_weather_changes(world: World) -> None:
    """A good line, a bad one, hardly any (T9, T14, T15)."""
    world.storm = world.random.choice((0, 0.1, 0.3, 0.6, 0.9))


# --- processes


@happens(5)
def a_pc_is_killed(world: World) -> None:
    """Just now, in a sync or between two."""
    client = world.random.choice(world.clients)
    image = client.copy_files()
    world.abort(client)
    world.reopen(client, image)


@happens(5, in_sync=True)
def a_pc_will_be_killed_in_its_sync(world: World) -> None:
    """Before one of the statements by which it stores receipts or rows (T16)."""
    running = [client for client in world.clients if client.flow is not None]
    if running:
        client = world.random.choice(running)
        client.arm(world.random.randrange(60))


@happens(3)
def a_pc_is_closed_and_opened(world: World) -> None:
    """In order, as every evening."""
    client = world.random.choice(world.clients)
    world.abort(client)
    files = client.copy_files()
    world.reopen(client, files)


@happens(3)
def the_server_is_started_again(world: World) -> None:
    """Between two requests (T22)."""
    world.server.restart()


@happens(3)
def tokens_expire(world: World) -> None:
    """In the middle of whatever runs (T45)."""
    world.server.expire_tokens()


# --- disks, copies, backups


@happens(4)
def a_disk_is_nearly_full(world: World) -> None:
    """The next pages do not fit (T24)."""
    client = world.random.choice(world.clients)
    with as_the_disk_allows():
        client.fill_disk(world.random.randrange(4))


@happens(3)
def room_is_made(world: World) -> None:
    """The disks have room again."""
    for client in world.clients:
        client.free_disk()


@happens(2)
def a_pc_is_copied(world: World) -> None:
    """The office keeps a copy of the folder, made by hand."""
    world.copies.append(world.keep_copy(world.random.choice(world.clients)))


@happens(2)
def an_old_copy_is_put_back(world: World) -> None:
    """The folder of days ago takes the place of today's (T30)."""
    if world.copies:
        world.put_back(world.copies.pop(world.random.randrange(len(world.copies))))


@happens(1)
def a_pc_is_cloned(world: World) -> None:
    """Two PCs with one key and one epoch (T47)."""
    if len(world.clients) < 7:
        world.clone(world.random.choice(world.clients))


@happens(2)
def the_server_is_backed_up(world: World) -> None:
    """Last night's copy."""
    world.take_backup()


@happens(1)
def the_server_is_set_back(world: World) -> None:
    """A backup is put back; most operators say so, some forget (T30, T51, T13)."""
    if world.moment is not None:
        world.go_back(is_told=world.chance(0.7))


@happens(1)
def the_operator_remembers(world: World) -> None:
    """Late, but before it is too late."""
    if world.is_untold:
        world.tell_of_going_back()


@happens(3)
def what_came_is_lost(world: World) -> None:
    """A PC shows a document as it was made, and holds what came since for applied (T60)."""
    made = {
        change.document_id: change
        for change in (operation.change for operation in world.server.history())
        if change.kind == "create"
    }
    found = [
        (client, made[name])
        for client in _resting(world)
        for name in client.changed_since_made()
        if name in made
    ]
    if found:
        client, change = world.random.choice(found)
        with as_the_disk_allows():
            client.show_as_made(change)


@happens(1)
def what_is_kept_of_a_bucket_is_wrong(world: World) -> None:
    """The documents are right, what they were counted up to is not (T60)."""
    if resting := _resting(world):
        with as_the_disk_allows():
            world.random.choice(resting).count_wrong()


# --- rights and clocks


@happens(1)
def a_pc_is_reported_lost(world: World) -> None:
    """It is revoked, with whatever it still has to send (T43)."""
    client = world.random.choice(world.clients)
    world.server.revoke(client.device)


@happens(3)
def a_lost_pc_is_enrolled_again(world: World) -> None:
    """With a new code, under a new device."""
    for client in world.clients:
        if client.flow is None and client.is_out():
            world.enrol(client)
            return


@happens(2)
def a_commune_is_withdrawn_or_given(world: World) -> None:
    """An office serves a commune no more, or again (T43, T44)."""
    office = world.random.choice(world.offices)
    commune = office.communes[-1]
    if commune in world.served[office.office]:
        world.withdraw(office, commune)
    else:
        world.give(office, commune)


@happens(2)
def a_clock_is_set_wrong(world: World) -> None:
    """A year back, ten years ahead, or right again (T31)."""
    client = world.random.choice(world.clients)
    client.clock.skew = timedelta(days=world.random.choice((-365, 0, 3650)))


@happens(1)
def a_pc_is_away_for_400_days(world: World) -> None:
    """Nothing is heard of it for more than a year (T40)."""
    client = world.random.choice(world.clients)
    world.abort(client)
    client.clock.pass_by(timedelta(days=400))
    world.server.expire_tokens()
