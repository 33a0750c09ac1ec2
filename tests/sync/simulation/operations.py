"""What can happen in a story: a registry. Whoever adds something to the protocol adds it here.

Each operation is a function of the world with a weight; it does nothing (and counts for nothing)
where it is not possible just now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from desktop.errors import ExternalError
from desktop.store.documents import Document, Edit
from sync.protocol.documents import CHECKED_FIELDS, DocumentType, Role
from sync.protocol.messages import Value
from tests.sync.simulation.clients import Client, is_refused_by_the_disk
from tests.sync.simulation.invariants import PLANTED
from tests.sync.simulation.world import POISON_FIELD, TOO_LONG, World

Act: TypeAlias = Callable[[World], None]


@dataclass(frozen=True)
class Operation:
    """Something that can happen.

    Attributes:
        weight: how often, beside the others.
        in_sync: it can only happen while some PC is in a sync.
    """

    name: str
    weight: int
    act: Act
    in_sync: bool


OPERATIONS: list[Operation] = []


def happens(weight: int, *, in_sync: bool = False) -> Callable[[Act], Act]:
    """Register an operation."""

    def registered(act: Act) -> Act:
        OPERATIONS.append(Operation(act.__name__, weight, act, in_sync))
        return act

    return registered


def one_step(world: World) -> None:
    """Whatever the seed says happens next."""
    is_in_sync = any(client.flow is not None for client in world.clients)
    possible = [one for one in OPERATIONS if is_in_sync or not one.in_sync]
    operation = world.random.choices(possible, [one.weight for one in possible])[0]
    world.note(operation.name)
    operation.act(world)
    for client in world.clients:
        world.bury(client)


# --- who and what

_ORDINARY = ("dwelling", "native_place", "ethnicity", "phone")
_IDENTITY = ("full_name", "birth_date", "sex", "id_number")
#: Few, so that people often type the same, or clash.
_VALUES = ("", "Lê An", "Trần Đức", "Hòa", *PLANTED)


def _clients(world: World, role: Role | None = None) -> list[Client]:
    return [c for c in world.clients if role is None or c.seat.role is role]


def _someone(world: World, role: Role) -> Client | None:
    found = _clients(world, role)
    return world.random.choice(found) if found else None


def _commune(world: World, client: Client) -> str:
    """One of the communes its office serves; sometimes one it served before."""
    office = next(one for one in world.offices if one.office == client.seat.office)
    return world.random.choice(office.communes)


def _one_of(world: World, client: Client, kind: DocumentType) -> Document | None:
    found = client.documents(kind)
    return world.random.choice(found) if found else None


def _save(world: World, client: Client, *edits: Edit) -> None:
    """Save, now and then with a kill at some statement or on a full disk."""
    if world.chance(0.06):
        client.arm(world.random.randrange(40))
    try:
        client.save(edits)
        world.note("saved", client.seat.name, *(edit.document_id[-4:] for edit in edits))
    except ExternalError as error:
        if not is_refused_by_the_disk(error):
            raise
        world.note("disk full")
    world.bury(client)


def _set(kind: DocumentType, document: Document, decided: str = "", **fields: Value) -> Edit:
    return Edit(
        kind,
        document.document_id,
        document.commune_code,
        fields,
        decided=frozenset({decided} - {""}),
    )


# --- officers


@happens(10)
def a_household_is_entered(world: World) -> None:
    """A household, one to three persons and their records, in one save."""
    client = _someone(world, Role.OFFICER)
    assert client is not None
    commune = _commune(world, client)
    household = world.new_id()
    persons = [world.new_id() for _ in range(world.random.randint(1, 3))]
    edits = [
        Edit(
            DocumentType.HOUSEHOLD,
            household,
            commune,
            {"code": "09-1", "hamlet": "Ấp 1", "head_person_id": persons[0]},
        )
    ]
    for person in persons:
        name = world.random.choice(_VALUES[1:])
        number = f"{PLANTED[2]}{world.random.randrange(3):03d}"
        edits.append(
            Edit(
                DocumentType.PERSON,
                person,
                commune,
                {"household_id": household, "full_name": name, "id_number": number},
            )
        )
        edits.append(
            Edit(
                DocumentType.RECORD,
                world.new_id(),
                commune,
                {"person_id": person, "household_id": household, "answers.work/place": name},
            )
        )
    _save(world, client, *edits)


@happens(16)
def a_field_is_edited(world: World) -> None:
    """One or two fields of a person, often the same ones by several PCs (T33)."""
    client = _someone(world, Role.OFFICER)
    assert client is not None
    person = _one_of(world, client, DocumentType.PERSON)
    if person is not None:
        names = world.random.sample(_ORDINARY[:2] + _IDENTITY[:2], world.random.randint(1, 2))
        fields = {name: world.random.choice(_VALUES) for name in names}
        _save(world, client, _set(DocumentType.PERSON, person, **fields))


@happens(14, in_sync=True)
def a_field_is_edited_during_a_sync(world: World) -> None:
    """At the PC that syncs, and at another one the same document (I11)."""
    running = [one for one in _clients(world, Role.OFFICER) if one.flow is not None]
    if not running:
        return
    client = world.random.choice(running)
    person = _one_of(world, client, DocumentType.PERSON)
    if person is not None:
        value = world.random.choice(_VALUES)
        _save(world, client, _set(DocumentType.PERSON, person, dwelling=value))
        for other in _clients(world, Role.OFFICER):
            theirs = other.register.document(person.document_id)
            if other is not client and theirs is not None and world.chance(0.3):
                name = world.random.choice(("dwelling", "full_name"))
                _save(world, other, _set(DocumentType.PERSON, theirs, **{name: "Hòa"}))


@happens(5)
def a_record_is_edited(world: World) -> None:
    """An answer of a record, and with it a field of its person, in one save (I5)."""
    client = _someone(world, Role.OFFICER)
    assert client is not None
    record = _one_of(world, client, DocumentType.RECORD)
    if record is None:
        return
    value = world.random.choice(_VALUES)
    edits = [_set(DocumentType.RECORD, record, **{"answers.work/place": value})]
    person = _one_of(world, client, DocumentType.PERSON)
    if person is not None and person.commune_code == record.commune_code:
        edits.append(_set(DocumentType.PERSON, person, dwelling=value))
    _save(world, client, *edits)


@happens(3)
def a_chain_of_edits_is_made(world: World) -> None:
    """Many edits of one person without a sync between (T35)."""
    client = _someone(world, Role.OFFICER)
    assert client is not None
    person = _one_of(world, client, DocumentType.PERSON)
    if person is None:
        return
    for number in range(world.random.randint(3, 12)):
        field = world.random.choice(("dwelling", "full_name"))
        _save(world, client, _set(DocumentType.PERSON, person, **{field: f"Số {number}"}))


@happens(3)
def the_same_list_is_loaded_twice(world: World) -> None:
    """Two offices preload the same persons, with ids made from the list (T15, T36)."""
    name = world.random.choice(_VALUES[1:])
    number = world.random.randrange(3)
    person = f"00000000-0000-8000-8000-00000000000{number}"
    for client in world.random.sample(_clients(world, Role.OFFICER), 2):
        fields = {"full_name": name, "dwelling": world.random.choice(_VALUES)}
        _save(world, client, Edit(DocumentType.PERSON, person, "99002", fields))


@happens(4)
def a_clash_is_decided(world: World) -> None:
    """An officer chooses one of the values."""
    for client in world.random.sample(world.clients, len(world.clients)):
        clashing = [p for p in client.documents(DocumentType.PERSON) if p.clashes]
        if clashing and client.seat.role is Role.OFFICER:
            person = world.random.choice(clashing)
            field = world.random.choice(sorted(person.clashes))
            values = [person.fields.get(field), *(one.value for one in person.clashes[field])]
            chosen = world.random.choice(values)
            _save(world, client, _set(DocumentType.PERSON, person, field, **{field: chosen}))
            return


@happens(3)
def something_wrong_is_saved(world: World) -> None:
    """A save with a change that breaks a rule of the server, in front of others (T32)."""
    client = _someone(world, Role.OFFICER)
    assert client is not None
    poison = world.random.choice(({POISON_FIELD: "x"}, {"dwelling": TOO_LONG}))
    person = _one_of(world, client, DocumentType.PERSON)
    if person is None or world.chance(0.5):
        commune = _commune(world, client)
        edits = [
            Edit(DocumentType.HOUSEHOLD, world.new_id(), commune, {"code": "09-2"}),
            Edit(DocumentType.PERSON, world.new_id(), commune, {"full_name": "Hòa", **poison}),
        ]
    else:
        edits = [_set(DocumentType.PERSON, person, **poison)]
    _save(world, client, *edits)


@happens(5)
def the_police_are_asked(world: World) -> None:
    """An identity goes to the police."""
    client = _someone(world, Role.OFFICER)
    assert client is not None
    person = _one_of(world, client, DocumentType.PERSON)
    if person is not None:
        identity = {
            f"identity.{name}": person.fields.get(name)
            for name in CHECKED_FIELDS
            if isinstance(person.fields.get(name), str) and person.fields[name] != TOO_LONG
        }
        fields = {"person_id": person.document_id, **identity}
        _save(world, client, Edit(DocumentType.CHECK, world.new_id(), person.commune_code, fields))


@happens(4)
def a_record_is_handed_in(world: World) -> None:
    """A submission is made."""
    client = _someone(world, Role.OFFICER)
    assert client is not None
    record = _one_of(world, client, DocumentType.RECORD)
    if record is not None:
        fields = {"record_id": record.document_id, "round": 1, "hamlet": "Ấp 1"}
        edit = Edit(DocumentType.SUBMISSION, world.new_id(), record.commune_code, fields)
        _save(world, client, edit)


# --- police and collecting office


@happens(5)
def the_police_answer(world: World) -> None:
    """An answer, perhaps a second one that differs."""
    client = _someone(world, Role.POLICE)
    check = None if client is None else _one_of(world, client, DocumentType.CHECK)
    if client is not None and check is not None:
        answer = world.random.choice(("matched", "differs", "not_found"))
        fields: dict[str, Value] = {"answer": answer}
        if answer == "differs":
            fields["differs.full_name"] = world.random.choice(_VALUES)
        _save(world, client, _set(DocumentType.CHECK, check, **fields))


@happens(4)
def a_submission_is_reviewed(world: World) -> None:
    """Accepted or returned with a reason."""
    client = _someone(world, Role.COLLECTOR)
    submission = None if client is None else _one_of(world, client, DocumentType.SUBMISSION)
    if client is not None and submission is not None:
        fields: dict[str, Value] = {"review": world.random.choice(("accepted", "returned"))}
        if fields["review"] == "returned":
            fields["reasons.work/place"] = "thiếu"
        _save(world, client, _set(DocumentType.SUBMISSION, submission, **fields))


# --- syncs and the line


@happens(26)
def a_sync_begins(world: World) -> None:
    """Somebody presses the button, or the clock does."""
    resting = [client for client in world.clients if client.flow is None]
    if resting:
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
    try:
        client.fill_disk(world.random.randrange(4))
    except ExternalError as error:
        if not is_refused_by_the_disk(error):
            raise


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
