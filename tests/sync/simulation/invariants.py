"""What is claimed of a sync, I1 to I15, each as a function that bears its number.

Some are asked after every sync of a story, all at its end. ``ELSEWHERE`` names the tests of what a
simulation in one process cannot show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from desktop.store import ledger
from desktop.store.entries import decode_clashes, decode_fields
from desktop.store.inbox import RegisterInbox
from sync.protocol.chain import canonical, digest_of, mark_of, marks_of
from sync.protocol.documents import Role
from sync.protocol.messages import Change, Outcome, Value
from sync.protocol.moving import destination, place_there
from tests.sync.simulation.beginning import COMMUNES
from tests.sync.simulation.model import ENDS
from tests.sync.simulation.server import Operation

if TYPE_CHECKING:
    from tests.sync.simulation.clients import Client
    from tests.sync.simulation.world import World

Claim: TypeAlias = "Callable[[World], None]"
Key = tuple[str, str]

#: Names that are planted in every story and must stand in no file of a PC.
PLANTED = ("Nguyễn Văn Giấu", "Trần Thị Kín", "003199000")

#: Claims, or parts of them, that other tests hold.
ELSEWHERE = {
    "I1": (
        "tests/crash/test_power_cuts.py::test_a_power_cut_leaves_a_register_with_everything_promised",
        "tests/desktop/store/test_crash.py::test_nothing_acknowledged_is_lost_and_nothing_is_half",
    ),
    "I2": (
        "tests/sync/server/test_kills.py::"
        "test_a_server_killed_in_the_middle_of_pushes_loses_and_repeats_nothing",
    ),
    "I8": ("tests/sync/server/test_pull.py::test_a_polling_reader_misses_no_row_of_eight_writers",),
    "I13": (
        "tests/desktop/store/test_ledger.py::test_a_changed_removed_moved_or_added_line_is_found",
    ),
    "I14": (
        "tests/desktop/store/test_plaintext.py::test_no_byte_on_the_disk_tells_a_name_or_a_number",
    ),
}


class ViolatedError(AssertionError):
    """An invariant does not hold; ``number`` tells which."""

    def __init__(self, number: str, what: str) -> None:
        super().__init__(f"{number}: {what}")
        self.number = number


def claims_while_it_runs(world: World, client: Client) -> None:
    """What must hold of a PC whenever it rests between two syncs."""
    _kept(client)
    own_edits_on_top(client)
    report = client.report
    if report is not None and report.problem is None and client.meets == world.meetings:
        _receipts_are_true(world, client)
        _no_gap_before_the_cursor(world, client)
        _nothing_out_of_reach(world, client)


def claims_of() -> Sequence[Claim]:
    """All that is asked at the end of a story."""
    return (
        i01_saved_is_never_lost,
        i02_receipted_is_never_lost,
        i03_each_change_counts_once,
        i04_effects_come_in_order,
        i05_a_save_is_whole_or_not_at_all,
        i06_nothing_is_silently_overwritten,
        i07_everybody_holds_the_same,
        i08_no_gap_behind_a_cursor,
        i09_nobody_holds_what_is_not_theirs,
        i10_everything_drains,
        i11_own_edits_are_seen,
        i12_backups_heal,
        i13_the_ledger_is_sound,
        i14_nothing_lies_in_clear,
        i15_each_submission_has_its_office,
    )


def i01_saved_is_never_lost(world: World) -> None:
    """Every save that returned is in the outbox of its register."""
    for client in world.clients:
        _kept(client)


def i02_receipted_is_never_lost(world: World) -> None:
    """Every change that counts as sent is in the server's history."""
    for client in world.clients:
        _receipts_are_true(world, client)


def i03_each_change_counts_once(world: World) -> None:
    """The server's documents have exactly the versions that each change once would give them."""
    counted = {
        document_id: (bucket, told.version)
        for (bucket, document_id), told in world.telling.documents.items()
    }
    kept = {
        document_id: (bucket, version)
        for document_id, (bucket, _, version) in world.server.places(_all_buckets(world)).items()
    }
    _same("I3", "versions", kept, counted)


def i04_effects_come_in_order(world: World) -> None:
    """Numbers are without gaps; where only one register wrote a field, its last value stands."""
    numbers: defaultdict[Key, list[int]] = defaultdict(list)
    last: dict[tuple[Key, str], Value] = {}
    writers: defaultdict[tuple[Key, str], set[Key]] = defaultdict(set)
    movers: defaultdict[Key, set[Key]] = defaultdict(set)
    seen: set[str] = set()
    for operation in world.server.history():
        register = (operation.device, operation.epoch)
        numbers[register].append(operation.seq)
        if operation.outcome == Outcome.HELD.value or operation.change_id in seen:
            continue
        seen.add(operation.change_id)
        change = operation.change
        for name, (_, value) in change.patch.items():
            if name == "moved_to":  # it brings the fields along, to where others edit them
                there = place_there(change.bucket, change.document_id, destination(value))
                if there is not None:
                    movers[there].add(register)
            if name in ENDS:
                continue  # waits where somebody else edited another field
            place = ((change.bucket, change.document_id), name)
            writers[place].add(register)
            last[place] = value
    for register, made in numbers.items():
        if made != list(range(1, len(made) + 1)):
            raise ViolatedError("I4", f"{register} has the numbers {made}")
    for (key, name), value in last.items():
        shown = world.telling.documents[key].fields().get(name)
        if len(writers[(key, name)] | movers[key]) == 1 and shown != value:
            raise ViolatedError("I4", f"{key} {name} is not what was written last")


def i05_a_save_is_whole_or_not_at_all(world: World) -> None:
    """Of the changes of one save, all were accepted or none."""
    first: dict[str, Operation] = {}
    for operation in world.server.history():
        first.setdefault(operation.change_id, operation)
    saves: defaultdict[tuple[str, str, int], set[bool]] = defaultdict(set)
    for operation in first.values():
        save = (operation.device, operation.epoch, operation.change.group)
        saves[save].add(operation.outcome == Outcome.HELD.value)
    halves = [save for save, held in saves.items() if len(held) > 1]
    if halves:
        raise ViolatedError("I5", f"half accepted: {halves}")


def i06_nothing_is_silently_overwritten(world: World) -> None:
    """The history has every accepted change as it was made: author, time, old and new values."""
    lines = {one.change_id: one.line for one in world.server.history()}
    missing = world.telling.accepted.keys() - lines.keys()
    if missing:
        raise ViolatedError("I6", f"not in the history: {sorted(missing)}")
    for client in world.clients:
        for sent in client.outbox():
            line = lines.get(sent.change.change_id)
            if line is not None and not _is_same_edit(sent.change, line):
                raise ViolatedError("I6", f"{sent.change.change_id} stands there otherwise")


def i07_everybody_holds_the_same(world: World) -> None:
    """Documents, versions and clashes of every PC are the server's; digests agree."""
    for client in world.clients:
        granted = set(world.buckets_for(client))
        truth = {
            key: (told.version, told.fields(), told.waiting())
            for key, told in world.telling.documents.items()
            if key[0] in granted
        }
        _same("I7", client.seat.name, _documents_of(client), truth)
        inbox = RegisterInbox(client.register, clock=client.clock, author="")
        digests, marks = inbox.digests(), inbox.marks()
        for bucket in granted:
            there = {
                key[1]: told for key, told in world.telling.documents.items() if key[0] == bucket
            }
            versions = ((name, told.version) for name, told in there.items())
            marked = ((name, told.version, mark_of(told.maker)) for name, told in there.items())
            if digests[bucket] != digest_of(versions):
                raise ViolatedError("I7", f"digest of {bucket} at {client.seat.name}")
            if marks.get(bucket, "0" * 32) != marks_of(marked):
                raise ViolatedError("I7", f"marks of {bucket} at {client.seat.name}")

    _lists_agree(world)


def _lists_agree(world: World) -> None:
    """Lists follow from the documents: whoever is gone or merged stands alike on every PC (T34)."""
    for client in world.clients:
        with client.register.reading() as connection:
            rows = connection.exec_driver_sql("SELECT id, type, fields FROM documents").all()
            kinds = {str(name): str(kind) for name, kind, _ in rows}
            fields = {str(name): decode_fields(text) for name, _, text in rows}
            for kind, table in _LISTS.items():
                listed = connection.exec_driver_sql(f"SELECT id, {table[1]} FROM {table[0]}").all()  # noqa: S608 names of ours
                wanted = {
                    name: _stands_for(str(its.get("person_id") or ""), fields)
                    if table[1] == "person_id"
                    else ""
                    for name, its in fields.items()
                    if kinds[name] == kind and not its.keys() & set(ENDS)
                }
                where = f"{table[0]} of {client.seat.name}"
                _same("I7", where, {str(row[0]): str(row[1]) for row in listed}, wanted)


#: Kind of document -> its list, and the column that tells whom it is about.
_LISTS = {
    "person": ("people", "''"),
    "household": ("households", "''"),
    "record": ("records", "person_id"),
    "check": ("checks", "person_id"),
    "submission": ("submissions", "person_id"),
}


def _stands_for(person: str, fields: Mapping[str, Mapping[str, Value]]) -> str:
    """Along the links to who is no link; of a circle the smallest."""
    path = [person]
    while True:
        its = fields.get(path[-1], {})
        following = its.get("merged_into") if "deleted" not in its else None
        if following is None:
            return path[-1]
        if following in path:
            return min(path[path.index(following) :])
        path.append(str(following))


def i08_no_gap_behind_a_cursor(world: World) -> None:
    """Whoever is at a position holds everything up to it."""
    for client in world.clients:
        _no_gap_before_the_cursor(world, client)


def i09_nobody_holds_what_is_not_theirs(world: World) -> None:
    """No PC has a document outside what it is granted."""
    for client in world.clients:
        _nothing_out_of_reach(world, client)


def i10_everything_drains(world: World) -> None:
    """Nothing waits after the last fault (``World.heal`` counts the rounds)."""
    for client in world.clients:
        if client.syncing.status().unsent:
            raise ViolatedError("I10", f"{client.seat.name} has something unsent")


def i11_own_edits_are_seen(world: World) -> None:
    """What waits to be sent is what is shown."""
    for client in world.clients:
        own_edits_on_top(client)


def i12_backups_heal(world: World) -> None:
    """After copies and backups were put back, whatever a living register holds, the server has."""
    accepted = world.telling.accepted
    for client in world.clients:
        for sent in client.outbox():
            if sent.state != "held" and sent.change.change_id not in accepted:
                raise ViolatedError("I12", f"{client.seat.name} alone has {sent.change.change_id}")


def i13_the_ledger_is_sound(world: World) -> None:
    """The chain of every ledger is whole."""
    for client in world.clients:
        if not ledger.verify(client.register).is_sound:
            raise ViolatedError("I13", client.seat.name)


def i14_nothing_lies_in_clear(world: World) -> None:
    """No file of a PC holds a planted name, and none is a plain database."""
    for client in world.clients:
        for path in client.register.folder.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            found = [name for name in PLANTED if name.encode() in content]
            if found or content.startswith(b"SQLite format 3"):
                raise ViolatedError("I14", f"{path.name} of {client.seat.name}: {found}")


def i15_each_submission_has_its_office(world: World) -> None:
    """What is undecided may be decided by exactly the offices that the dated rule names."""
    ruled: dict[str, set[UUID]] = {}
    collectors = [one for one in world.offices if one.role is Role.COLLECTOR]
    for commune in COMMUNES:
        there = world.submissions_of(commune)
        for name in (name for name, is_decided in there.items() if not is_decided):
            ruled[name] = {
                one.office
                for one in collectors
                if world.collecting.refuses(one.office, commune, name, there) is None
            }
    _same("I15", "who may decide", world.server.deciders(), ruled)


def _kept(client: Client) -> None:
    lost = client.acknowledged - {one.change.change_id for one in client.outbox()}
    if lost:
        raise ViolatedError("I1", f"{client.seat.name} lost {sorted(lost)}")


def _receipts_are_true(world: World, client: Client) -> None:
    for sent in client.outbox():
        is_sent = sent.state not in ("waiting", "held")
        if is_sent and sent.change.change_id not in world.telling.accepted:
            raise ViolatedError("I2", f"{client.seat.name}: {sent.change.change_id} is not there")


def _no_gap_before_the_cursor(world: World, client: Client) -> None:
    with client.register.reading() as connection:
        cursors = {
            str(bucket): int(cursor)
            for bucket, cursor in connection.exec_driver_sql(
                "SELECT bucket, cursor FROM buckets WHERE cursor IS NOT NULL"
            )
        }
        versions = {
            str(name): int(version)
            for name, version in connection.exec_driver_sql("SELECT id, version FROM documents")
        }
    for document_id, (bucket, position, version) in world.server.places(list(cursors)).items():
        if position <= cursors[bucket] and versions.get(document_id) != version:
            raise ViolatedError(
                "I8",
                f"{client.seat.name} at {cursors[bucket]} of {bucket} lacks {document_id} "
                f"version {version} at {position}, has {versions.get(document_id)}",
            )


def _nothing_out_of_reach(world: World, client: Client) -> None:
    with client.register.reading() as connection:
        held = set(
            connection.exec_driver_sql(
                "SELECT DISTINCT bucket FROM documents WHERE version > 0"
            ).scalars()
        )
    beyond = held - set(world.buckets_for(client))
    if beyond:
        raise ViolatedError("I9", f"{client.seat.name} holds {sorted(beyond)}")


def own_edits_on_top(client: Client) -> None:
    """I11 of one PC, at any moment.

    Not of what a fault of the disk took from sight: where the server goes back in time, receipted
    edits wait again, and stand on top when its row comes.
    """
    newest: dict[Key, Value] = {}
    for sent in client.outbox(only="waiting"):
        document_id = sent.change.document_id
        if document_id in client.spoiled:
            continue
        if sent.change.kind == "create":  # again, and whole: what it leaves out was emptied
            newest |= dict.fromkeys((key for key in newest if key[0] == document_id), None)
        for name, (_, value) in sent.change.patch.items():
            newest[(document_id, name)] = value
    if not newest:
        return
    with client.register.reading() as connection:
        shown = {
            str(name): decode_fields(fields)
            for name, fields in connection.exec_driver_sql("SELECT id, fields FROM documents")
        }
    for (document_id, name), value in newest.items():
        # A withdrawn document is not shown; its edits wait all the same.
        if document_id in shown and shown[document_id].get(name) != value:
            raise ViolatedError("I11", f"{client.seat.name} hides its edit of {name}")


def _documents_of(client: Client) -> dict[Key, object]:
    """What a PC holds; a document whose creation was refused is its own affair."""
    with client.register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT bucket, id, version, fields, clashes FROM documents"
        ).all()
    refused = {one.change.document_id for one in client.outbox(only="held")}
    return {
        (bucket, document_id): (
            version,
            decode_fields(fields),
            {
                name: [(one.value, one.op) for one in kept]
                for name, kept in decode_clashes(clashes).items()
            },
        )
        for bucket, document_id, version, fields, clashes in rows
        if version or document_id not in refused
    }


def _all_buckets(world: World) -> list[str]:
    return sorted({bucket for bucket, _ in world.telling.documents})


def _is_same_edit(change: Change, line: bytes) -> bool:
    """The same but for its number and the number of its save."""
    there = msgspec.json.decode(line, type=Change)
    numbered = msgspec.structs.replace(change, seq=there.seq, group=there.group)
    return canonical(numbered) == canonical(there)


K = TypeVar("K")


def _same(number: str, what: str, one: Mapping[K, object], other: Mapping[K, object]) -> None:
    for key in one.keys() | other.keys():
        if one.get(key) != other.get(key):
            raise ViolatedError(number, f"{what}: {key} is {one.get(key)}, should {other.get(key)}")
