"""Two real registers and the real merge, driven at random: nothing is lost, both end alike.

The server here is its merge function and a list of positions, without network; pushes whose
receipt is lost, pages of one row, withdrawn and restarted buckets all happen.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from desktop.store import ledger
from desktop.store.change_lists import count_changes
from desktop.store.inbox import RegisterInbox
from desktop.store.keys import DataKey
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, search_people
from desktop.store.register import Register
from sync.protocol.chain import chain_over, digest_of
from sync.protocol.documents import RULES, DocumentType
from sync.protocol.merge import ServerDocument, created, merged
from sync.protocol.messages import Change, ChangeResult, Grant, Outcome, PushAnswer, Row, Value
from tests.desktop.store.edits import NOW, REGISTER_BUCKET, an_id, answer, person

_PERSONS = tuple(an_id() for _ in range(3))
_IDENTITY = RULES[DocumentType.PERSON].identity_fields
_DEVICES = st.integers(0, 1)
_FIELDS = st.sampled_from(["full_name", "sex", "dwelling", "native_place"])
_VALUES = st.sampled_from(["", "Lê An", "Trần Đức", "Hòa"])


class _Server:
    """The newest state of each document, at its position; each change applied once."""

    def __init__(self) -> None:
        self.documents: dict[str, ServerDocument] = {}
        self.positions: dict[str, int] = {}
        self.results: dict[tuple[str, int], ChangeResult] = {}
        self.head = 0

    def push(self, outbox: RegisterOutbox, *, limit: int) -> PushAnswer:
        batch = outbox.next_batch(limit=limit)
        results = []
        for change in batch.changes:
            name = (batch.epoch, change.seq)
            if name not in self.results:
                self.results[name] = self._apply(batch.epoch, change)
            results.append(self.results[name])
        acked = batch.changes[-1].seq if batch.changes else batch.first - 1
        return answer(acked, results)

    def _apply(self, epoch: str, change: Change) -> ChangeResult:
        before = self.documents.get(change.document_id)
        if before is None:
            done = created(change, epoch=epoch)
        elif change.kind == "create":
            # As the server does with a document that exists: refused, kept aside.
            return ChangeResult(seq=change.seq, s=Outcome.HELD, ver=0, why="exists")
        else:
            done = merged(before, change, epoch=epoch, identity_fields=_IDENTITY)
        if done.document is not before:
            self.head += 1
            self.positions[change.document_id] = self.head
            self.documents[change.document_id] = done.document
        return ChangeResult(
            seq=change.seq, s=done.outcome, ver=done.document.version, f=done.clashed
        )

    def rows(self, after: int, *, limit: int) -> list[Row]:
        found = sorted((p, name) for name, p in self.positions.items() if p > after)[:limit]
        return [
            Row(
                bucket=REGISTER_BUCKET,
                position=position,
                document_type="person",
                document_id=name,
                version=self.documents[name].version,
                fields=dict(self.documents[name].fields),
                clashes=self.documents[name].shown_clashes(),
            )
            for position, name in found
        ]


class _Device:
    """A register, and what its officer expects to see of unsent edits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = DataKey.new()
        self.register = Register.create(folder, key=self.key, author="Lan")
        self.unsent: dict[tuple[str, str], Value] = {}

    @property
    def outbox(self) -> RegisterOutbox:
        return RegisterOutbox(self.register)

    @property
    def inbox(self) -> RegisterInbox:
        return RegisterInbox(self.register, clock=lambda: NOW, author="Lan")

    def reopen(self) -> None:
        self.register.close()
        self.register = Register.open(self.folder, key=self.key)

    def pull(self, server: _Server, *, limit: int) -> bool:
        """One page; False when there was nothing."""
        cursor = self.inbox.cursors().get(REGISTER_BUCKET)
        grants = [] if cursor is not None else [Grant(bucket=REGISTER_BUCKET, count=0)]
        rows = server.rows(cursor or 0, limit=limit)
        cursors = {REGISTER_BUCKET: rows[-1].position} if rows else {}
        self.inbox.apply_page(rows=rows, grants=grants, drops=[], cursors=cursors)
        return bool(rows)

    def fields(self) -> Mapping[str, Mapping[str, Value]]:
        found = self.register.documents(_PERSONS)
        return {document.document_id: document.fields for document in found}


class Offices(RuleBasedStateMachine):
    """Edits, pushes, pulls, cuts and reopenings in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.server = _Server()
        self.devices = [_Device(Path(self.folder.name) / str(n)) for n in (0, 1)]
        # The documents exist everywhere before the offices diverge.
        first = self.devices[0]
        edits = [person(name, full_name="Lê An", sex="1") for name in _PERSONS]
        first.register.save(edits, author="Lan", at=NOW, action="preload")
        self._push(first, limit=99)
        for device in self.devices:
            device.pull(self.server, limit=99)

    def _push(self, device: _Device, *, limit: int) -> None:
        device.outbox.settle(self.server.push(device.outbox, limit=limit))
        waiting = device.outbox.next_batch(limit=10_000).changes
        named = {(change.document_id, name) for change in waiting for name in change.patch}
        device.unsent = {name: v for name, v in device.unsent.items() if name in named}

    @rule(device=_DEVICES, name=st.sampled_from(_PERSONS), field=_FIELDS, value=_VALUES)
    def edit(self, device: int, name: str, field: str, value: str) -> None:
        office = self.devices[device]
        shown = office.fields()[name].get(field)
        office.register.save(
            [person(name, **{field: value})], author="Lan", at=NOW, action="record.save"
        )
        if shown != (value or None):
            office.unsent[(name, field)] = value or None

    @rule(device=_DEVICES, limit=st.integers(1, 3))
    def push(self, device: int, limit: int) -> None:
        self._push(self.devices[device], limit=limit)

    @rule(device=_DEVICES, limit=st.integers(1, 3))
    def push_without_a_receipt(self, device: int, limit: int) -> None:
        self.server.push(self.devices[device].outbox, limit=limit)

    @rule(device=_DEVICES, limit=st.integers(1, 2))
    def pull(self, device: int, limit: int) -> None:
        self.devices[device].pull(self.server, limit=limit)

    @rule(device=_DEVICES)
    def restart(self, device: int) -> None:
        self.devices[device].inbox.restart([REGISTER_BUCKET])

    @rule(device=_DEVICES)
    def reopen(self, device: int) -> None:
        self.devices[device].reopen()

    @invariant()
    def unsent_edits_are_seen(self) -> None:
        for device in self.devices:
            fields = device.fields()
            for (name, field), value in device.unsent.items():
                assert fields[name].get(field) == value

    @invariant()
    def the_queue_has_no_gap(self) -> None:
        for device in self.devices:
            batch = device.outbox.next_batch(limit=10_000)
            last = batch.first + len(batch.changes)
            assert [change.seq for change in batch.changes] == list(range(batch.first, last))
            with device.register.reading() as connection:
                head = connection.exec_driver_sql("SELECT chain FROM heads").scalar_one()
            assert chain_over(bytes.fromhex(batch.prev), batch.changes) == head

    @invariant()
    def lists_show_the_documents(self) -> None:
        for device in self.devices:
            names = {name: f.get("full_name", "") for name, f in device.fields().items()}
            rows = search_people(device.register, "", limit=9)
            assert {row.person_id: row.full_name for row in rows} == names
            dukes = [name for name in names.values() if name == "Trần Đức"]
            assert count_people(device.register, "duc") == len(dukes)

    def teardown(self) -> None:
        try:
            for device in self.devices:
                while count_changes(device.register).waiting:
                    self._push(device, limit=5)
            for device in self.devices:
                while device.pull(self.server, limit=2):
                    pass
            truth = {name: document.fields for name, document in self.server.documents.items()}
            versions = [(name, d.version) for name, d in self.server.documents.items()]
            for device in self.devices:
                assert device.fields() == truth
                assert device.inbox.digests() == {REGISTER_BUCKET: digest_of(versions)}
                assert ledger.verify(device.register).is_sound
                assert count_changes(device.register).held == 0
        finally:
            for device in self.devices:
                device.register.close()
            self.folder.cleanup()


Offices.TestCase.settings = settings(max_examples=30, stateful_step_count=25)
TestOffices = Offices.TestCase


@pytest.mark.long
def test_offices_for_long() -> None:
    """Other examples with each run; ``--hypothesis-seed`` repeats one (last run: README)."""
    searching = settings(
        max_examples=1_500,
        stateful_step_count=30,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Offices, settings=searching)
