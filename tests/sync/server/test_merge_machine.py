"""The server against the small model of its rules: any edits, saves, repeats and new epochs.

The model (``tests/sync/simulation/model.py``) shares no code with the merge. Every receipt must be
the model's, and at the end every document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import requests
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from msgspec.structs import replace

from sync.protocol import codec
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import (
    Change,
    ChangeResult,
    Enrolled,
    Hold,
    Outcome,
    PushAnswer,
    Value,
)
from tests.support.desk import Desk, an_id
from tests.sync.simulation.model import Telling
from tests.sync.simulation.network import content_of
from tests.sync.simulation.server import Backup, SimulatedServer, make_database

_BUCKET = "99001/register"
_PERSONS = tuple(an_id() for _ in range(3))
_DESKS = st.integers(0, 2)
_PATCHES = st.dictionaries(
    st.sampled_from(["full_name", "dwelling", "phone"]),
    st.sampled_from([None, "A", "B", "C"]),
    min_size=1,
)
_DELETION = {"reason": "nhập nhầm", "by": "Lan", "at": "2026-11-22T08:00:00+07:00"}
_MOVE = {"commune": "04321", "date": "2026-11-20", "paper": "12/GXN", "by": "Lan"}
_FATES = st.sampled_from(
    [
        {"deleted": _DELETION},
        {"deleted": {**_DELETION, "reason": "trùng"}},
        {"deleted": None},
        {"merged_into": _PERSONS[0]},
        {"merged_into": None},
        {"moved_to": _MOVE},
        {"moved_to": None},
        {"deleted": None, "dwelling": "A"},
    ]
)


def _in_order(result: ChangeResult) -> ChangeResult:
    """Which fields clashed counts, not the order they are named in."""
    return replace(result, f=sorted(result.f))


class NearDesk(Desk):
    """A desk that asks a server in this process."""

    def __init__(self, server: SimulatedServer) -> None:
        super().__init__("http://127.0.0.1:1")
        self._server = server
        self.pushed = 0
        self.seen: dict[str, int] = {}

    def post(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str = codec.JSON_TYPE,
        encoding: str = "identity",
    ) -> requests.Response:
        """Send these bytes."""
        headers = {
            "Content-Type": content_type,
            "Content-Encoding": encoding,
            "Authorization": f"Bearer {self.token}",
        }
        reply = self._server.answer(self.url + path, headers, body)
        assert reply is not None
        response = requests.Response()
        response.status_code = reply.status
        response.headers.update(reply.headers)
        response._content = content_of(reply)
        return response


class Place:
    """A server and three desks of one office, as every example finds them."""

    def __init__(self, database_url: str) -> None:
        self.server = SimulatedServer(database_url)
        self.server.clear()
        self.server.found_province()
        office = self.server.office(Role.OFFICER, {"99001": "Xã Suối Mẫu"})
        self.desks = [NearDesk(self.server) for _ in range(3)]
        for number, desk in enumerate(self.desks):
            assert isinstance(desk.enrol(self.server.code(office, f"{number}")), Enrolled)
            desk.login()
        self.backup: Backup = self.server.backup()

    def begin(self) -> None:
        """Empty again, with the desks enrolled."""
        self.server.restore(self.backup, is_told=False)
        for desk in self.desks:
            desk.begin_epoch()
            desk.pushed = 0
            desk.seen = {}


class Merging(RuleBasedStateMachine):
    """Edits of three persons at three desks."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.telling = Telling()
        self.poisoned: dict[str, Hold] = {}
        place.begin()

    @rule(number=_DESKS, person=st.sampled_from(_PERSONS), patch=_PATCHES)
    def edit(self, number: int, person: str, patch: Mapping[str, Value]) -> None:
        self._queue(self.place.desks[number], person, patch, group=0)

    @rule(number=_DESKS, person=st.sampled_from(_PERSONS), fate=_FATES)
    def change_fate(self, number: int, person: str, fate: Mapping[str, Value]) -> None:
        """Deleted, merged, moved out of the province, or brought back."""
        self._queue(self.place.desks[number], person, fate, group=0)

    @rule(number=_DESKS, patches=st.lists(_PATCHES, min_size=2, max_size=3), is_wrong=st.booleans())
    def save_together(
        self, number: int, patches: list[Mapping[str, Value]], is_wrong: bool
    ) -> None:
        desk = self.place.desks[number]
        group = len(desk.changes) + 1
        for person, patch in zip(_PERSONS, patches, strict=False):
            change = self._queue(desk, person, patch, group=group)
        if is_wrong:
            wrong = self._queue(desk, _PERSONS[0], {"no_such_field": "x"}, group=group)
            self.poisoned[wrong.change_id] = Hold.UNKNOWN_FIELD
        assert change.group == group

    def _queue(
        self, desk: NearDesk, person: str, patch: Mapping[str, Value], *, group: int
    ) -> Change:
        if person in desk.seen:
            seen = desk.seen[person]
            return desk.set(DocumentType.PERSON, person, patch, base=seen, group=group)
        desk.seen[person] = 0
        return desk.create(DocumentType.PERSON, patch, document_id=person, group=group)

    @rule(number=_DESKS)
    def push(self, number: int) -> None:
        desk = self.place.desks[number]
        if desk.pushed < len(desk.changes):
            self._push(desk, desk.pushed + 1)

    @rule(number=_DESKS)
    def push_everything_again(self, number: int) -> None:
        desk = self.place.desks[number]
        if desk.changes:
            self._push(desk, 1)

    @rule(number=_DESKS)
    def take_a_new_epoch(self, number: int) -> None:
        """As a register that was restored from a copy: everything under new numbers."""
        desk = self.place.desks[number]
        made = desk.changes
        desk.begin_epoch()
        groups: dict[int, int] = {}
        for seq, change in enumerate(made, 1):
            desk.queue(replace(change, seq=seq, group=groups.setdefault(change.group, seq)))
        desk.pushed = 0

    @rule(number=_DESKS)
    def look(self, number: int) -> None:
        """The desk sees what the server has."""
        for person in _PERSONS:
            told = self.telling.documents.get((_BUCKET, person))
            if told is not None:
                self.place.desks[number].seen[person] = told.version

    def _push(self, desk: NearDesk, first: int) -> None:
        answer = desk.push_range(first, len(desk.changes))
        assert isinstance(answer, PushAnswer), answer
        sent = desk.changes[first - 1 :]
        expected = self.telling.push(desk.device, desk.epoch, sent, self.poisoned)
        assert list(map(_in_order, answer.results)) == list(map(_in_order, expected))
        desk.pushed = len(desk.changes)
        for change, result in zip(sent, answer.results, strict=True):
            if result.s is Outcome.APPLIED:
                seen = desk.seen.get(change.document_id, 0)
                desk.seen[change.document_id] = max(seen, result.ver)

    def teardown(self) -> None:
        rows = self.place.desks[0].pull().rows
        held = {
            row.document_id: (
                row.version,
                row.fields,
                {name: [(one.value, one.op) for one in kept] for name, kept in row.clashes.items()},
            )
            for row in rows
        }
        assert held == {
            person: (told.version, told.fields(), told.waiting())
            for (_, person), told in self.telling.documents.items()
        }


def _machine_at(place: Place) -> type[Merging]:
    class MergingHere(Merging):
        def __init__(self) -> None:
            super().__init__(place)

    return MergingHere


@pytest.fixture
def place(postgres_url: str) -> Iterator[Place]:
    """Made once for all examples of a test."""
    made = Place(make_database(postgres_url, "merging"))
    yield made
    made.server.close()


def test_the_server_does_what_the_model_says(place: Place) -> None:
    usual = settings(max_examples=15, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(_machine_at(place), settings=usual)


@pytest.mark.long
def test_the_server_does_what_the_model_says_for_long(place: Place) -> None:
    """Other examples with each run; ``--hypothesis-seed`` repeats one."""
    searching = settings(
        max_examples=1_000,
        stateful_step_count=40,
        derandomize=False,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(_machine_at(place), settings=searching)
