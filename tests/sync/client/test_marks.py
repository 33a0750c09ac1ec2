"""Digests tell what made each version: a server that was silently set back is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import requests

from desktop.errors import Problem
from desktop.store import ledger
from desktop.store.documents import Edit
from desktop.store.keys import DataKey
from sync.client.engine import PORTIONS
from sync.protocol.codec import JSON_TYPE, LINES_TYPE, decode_pull, encode_lines
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import PullEnd
from tests.sync.simulation import network
from tests.sync.simulation.clients import SERVER_URL, Client, Seat
from tests.sync.simulation.network import Letter, content_of
from tests.sync.simulation.server import Reply, SimulatedServer, make_database

MakePc = Callable[[str], Client]
PERSON = "00000000-0000-8000-8000-000000000001"
REGISTER = "99001/register"


class Place:
    """A server in this process; ``is_old`` makes it answer as one that knew no marks."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.server = SimulatedServer(database_url)
        self.server.clear()
        self.server.found_province()
        self.office = self.server.office(Role.OFFICER, {"99001": "Xã Suối Mẫu"})
        self.is_old = False
        self.pulled_rows = 0
        #: What stands in the place of an answer; ``None`` for the answer of the server.
        self.instead: Callable[[Letter], Reply | Exception | None] = lambda _letter: None
        self._folder = folder
        self.pcs: list[Client] = []

    def pc(self, name: str) -> Client:
        """An enrolled PC that has nothing to do."""
        seat = Seat(name, Role.OFFICER, self.office, name)
        key = DataKey(b"k" * 32)
        pc = Client(seat, place=self._folder, carry=self._carry, portions=PORTIONS, key=key)
        code = self.server.code(self.office, name)
        pc.syncing.enrol(server_url=SERVER_URL, code=code)
        self.pcs.append(pc)
        return pc

    def _carry(self, _pc: Client, request: requests.PreparedRequest) -> requests.Response:
        letter = network.letter_of(request)
        reply = self.instead(letter)
        if isinstance(reply, Exception):
            raise reply
        reply = reply or self.answer(letter)
        if letter.path == "/sync/v1/pull" and reply.status == 200:
            reply = self._seen(reply)
        return network.response_of(request, reply)

    def answer(self, letter: Letter) -> Reply:
        """What the server says."""
        reply = self.server.answer(letter.url, letter.headers, letter.body)
        assert reply is not None
        return reply

    def _seen(self, reply: Reply) -> Reply:
        page = decode_pull(content_of(reply))
        self.pulled_rows += len(page.rows)
        if not self.is_old:
            return reply
        rows = [msgspec.structs.replace(row, mark="") for row in page.rows]
        end = msgspec.structs.replace(page.end, marks={})
        body = encode_lines([*page.grants, *page.drops, *rows, end])
        return Reply(reply.status, [("content-type", LINES_TYPE)], body)


@pytest.fixture(scope="module")
def marks_url(postgres_url: str) -> str:
    """The database of these tests; each begins by emptying it."""
    return make_database(postgres_url, "marks")


@pytest.fixture
def place(marks_url: str, tmp_path: Path) -> Iterator[Place]:
    made = Place(marks_url, tmp_path)
    yield made
    for pc in made.pcs:
        pc.close()
    made.server.close()


def save(pc: Client, **fields: str) -> None:
    pc.save([Edit(DocumentType.PERSON, PERSON, "99001", fields)])


def synced(*pcs: Client) -> None:
    for pc in pcs:
        assert pc.syncing.run().problem is None


def dwelling(pc: Client) -> object:
    document = pc.register.document(PERSON)
    assert document is not None
    return document.fields.get("dwelling")


def test_the_same_version_made_by_another_change_is_fetched(place: Place) -> None:
    """The numbers of versions and the places in the feed are the same as before."""
    first, second, reader = (place.pc(name) for name in ("a", "b", "c"))
    save(first, full_name="Lê Thị Mốc")
    synced(first, second, reader)
    backup = place.server.backup()
    save(first, dwelling="Ấp 1")
    synced(first, reader)
    place.server.restore(backup, is_told=False)
    save(second, dwelling="Ấp 2")
    synced(second, reader)
    assert dwelling(reader) == "Ấp 2"
    place.pulled_rows = 0
    synced(reader)
    assert place.pulled_rows == 0
    synced(first, second, reader)  # who has the lost change sends it again
    assert dwelling(first) == dwelling(second) == dwelling(reader) == "Ấp 1"


def test_a_server_without_marks_is_compared_as_before_and_once_whole_when_it_has_them(
    place: Place,
) -> None:
    place.is_old = True
    writer, reader = place.pc("a"), place.pc("b")
    save(writer, full_name="Lê Thị Mốc")
    synced(writer, reader)
    place.pulled_rows = 0
    synced(writer, reader)
    assert place.pulled_rows == 0
    place.is_old = False
    synced(reader)
    assert place.pulled_rows == 1
    synced(reader)
    assert place.pulled_rows == 1


def test_a_program_that_knows_no_marks_reads_the_answer_and_compares_as_it_did(
    place: Place,
) -> None:
    class EarlierEnd(msgspec.Struct, frozen=True, tag_field="k", tag="end"):
        next: dict[str, int]
        digest: dict[str, dict[str, object]]

    pc = place.pc("a")
    save(pc, full_name="Lê Thị Mốc")
    ends: list[bytes] = []
    carry = place._seen

    def kept(reply: Reply) -> Reply:
        ends.append(content_of(reply).strip().split(b"\n")[-1])
        return carry(reply)

    place._seen = kept  # type: ignore[method-assign] # listens
    synced(pc)
    newer = msgspec.json.decode(ends[-1], type=PullEnd)
    earlier = msgspec.json.decode(ends[-1], type=EarlierEnd)
    assert newer.marks[REGISTER]
    assert earlier.digest[REGISTER]["n"] == 1
    assert earlier.next == newer.next


def parted(place: Place) -> Client:
    """A PC that shows a person as it was made, and does not know of it."""
    first, reader = place.pc("a"), place.pc("b")
    save(first, full_name="Lê Thị Mốc")
    save(first, dwelling="Ấp 1")
    synced(first, reader)
    made = next(one.change for one in first.outbox() if one.change.kind == "create")
    reader.show_as_made(made)
    assert dwelling(reader) is None
    place.pulled_rows = 0
    return reader


def test_what_was_lost_unnoticed_comes_back_and_stands_in_the_ledger(place: Place) -> None:
    reader = parted(place)
    synced(reader)
    assert dwelling(reader) == "Ấp 1"
    assert place.pulled_rows == 0  # not by a pull
    _ended, line = ledger.lines(reader.register, limit=2)
    assert (line.action, list(line.objects)) == ("sync.receive", [("rows", "1")])


@pytest.mark.parametrize("path", ["/sync/v1/parts", "/sync/v1/part_rows"])
def test_a_line_cut_while_parts_are_compared_leaves_it_to_the_next_sync(
    place: Place, path: str
) -> None:
    """Nothing is fetched whole for that."""
    reader = parted(place)
    place.instead = lambda letter: network.cut() if letter.path == path else None
    assert reader.syncing.run().problem is Problem.CONNECTION_CUT
    place.instead = lambda _letter: None
    synced(reader)
    assert dwelling(reader) == "Ấp 1"
    assert place.pulled_rows == 0


@pytest.mark.parametrize("path", ["/sync/v1/parts", "/sync/v1/part_rows"])
def test_from_a_server_that_knows_no_parts_the_bucket_comes_whole(place: Place, path: str) -> None:
    reader = parted(place)
    unknown = Reply(404, [("content-type", JSON_TYPE)], b'{"code":"not_found"}')
    place.instead = lambda letter: unknown if letter.path == path else None
    synced(reader)
    assert dwelling(reader) == "Ấp 1"
    assert place.pulled_rows == 1


@pytest.mark.parametrize(
    "other",
    [
        {"bucket": "99002/register"},
        {"document_id": PERSON[:-2] + "ff"},
    ],
)
def test_rows_that_were_not_asked_for_are_not_taken(place: Place, other: dict[str, str]) -> None:
    reader = parted(place)

    def stranger(letter: Letter) -> Reply | None:
        if letter.path != "/sync/v1/part_rows":
            return None
        page = decode_pull(content_of(place.answer(letter)))
        rows = [msgspec.structs.replace(row, **other) for row in page.rows]
        return Reply(200, [("content-type", LINES_TYPE)], encode_lines([*rows, page.end]))

    place.instead = stranger
    synced(reader)
    assert len(reader.documents(DocumentType.PERSON)) == 1
    assert dwelling(reader) == "Ấp 1"
