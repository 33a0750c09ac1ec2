"""What is done to many people of a list at once: told in numbers, stopped when asked, taken back.

    done = actions.set_hamlet(ids, "Thôn Đông", progress=progress.step)
    actions.undo(done.undo)                                # one group, as one thing was done

Each step of some hundred documents is saved whole. A stop ends behind one: what was done until
then is told, and can be taken back like all of it. Undoing leaves alone what
somebody changed since. Where another value waits to be decided nothing is written: nobody saw it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from desktop.domain.ledger import Action
from desktop.domain.people import PersonId, PersonRow
from desktop.domain.worklists import RESTRICTED, Before, Done, Order, WorkList
from desktop.errors import Problem, UserError
from desktop.services.flagging import flags_of
from desktop.services.member_edits import edit_of, is_undecided
from desktop.services.records import Records
from desktop.services.workbook import write_texts
from desktop.services.worklists import WorkLists
from desktop.store import ledger
from desktop.store.checks import latest_check
from desktop.store.documents import Document, Edit
from desktop.store.register import Register
from forms.rules.identity import IdentityTables
from forms.vietnamese import clean
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value

#: Told how many are done, of how many; gives whether to go on.
Step = Callable[[int, int], bool]
_AT_ONCE = 100
_ROWS_AT_ONCE = 500
_T = TypeVar("_T")

#: What may be set for many at once: fields that people of one place share.
SHARED_FIELDS = ("ethnicity", "permanent_residence", "native_place")


def _goes_on(_done: int, _total: int) -> bool:
    return True


class _StoppedError(Exception):
    """Whoever wanted the workbook pressed stop."""


class ListActions:
    """Actions on many people of one register."""

    def __init__(
        self,
        *,
        register: Register,
        lists: WorkLists,
        records: Records,
        tables: IdentityTables,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._lists = lists
        self._records = records
        self._tables = tables
        self._author = author
        self._clock = clock

    def set_hamlet(self, ids: Sequence[PersonId], hamlet: str, *, step: Step = _goes_on) -> Done:
        """The households of these people are in this hamlet. Raises ``REASON_MISSING``.

        Who has no household is passed.
        """
        name = self._given(hamlet)
        homes: dict[str, None] = {}
        passed = 0
        for some in _some(ids):
            for person in self._register.documents(some):
                home = str(person.fields.get("household_id") or "")
                homes |= {home: None} if home else {}
                passed += not home
        done = self._set(
            list(homes), DocumentType.HOUSEHOLD, "hamlet", name, Action.HOUSEHOLD_EDIT, step
        )
        return replace(done, passed=passed)

    def set_field(
        self, ids: Sequence[PersonId], field: str, value: str, *, step: Step = _goes_on
    ) -> Done:
        """One of ``SHARED_FIELDS`` of these people is this. Raises ``REASON_MISSING``."""
        if field not in SHARED_FIELDS:
            raise ValueError("no field that people share")
        kept = self._given(value)
        return self._set(ids, DocumentType.PERSON, field, kept, Action.MEMBER_EDIT, step)

    def send_to_police(
        self, ids: Sequence[PersonId], *, list_name: str, step: Step = _goes_on
    ) -> Done:
        """Ask the police about these people under one name; what is sent cannot be taken back.

        Who waits there already with the same identity is not sent twice, and is passed.
        """
        name = self._given(list_name)
        sent = passed = 0
        for number, person_id in enumerate(ids, 1):
            before = latest_check(self._register, person_id)
            try:
                check_id = self._records.send_to_police(person_id, list_name=name)
            except UserError as error:
                if error.problem is not Problem.GONE:
                    raise
                passed += 1
            else:
                is_new = before is None or before.document_id != check_id
                sent, passed = sent + is_new, passed + (not is_new)
            if not step(number, len(ids)):
                break
        return Done(sent, passed)

    def undo(self, undo: Sequence[Before], *, step: Step = _goes_on) -> Done:
        """Everything is as it was before, but for what was changed since."""
        touched = done = undecided = 0
        for some in _some(undo):
            wanted = {one.document_id: one for one in some}
            edits: list[Edit] = []
            action = Action.MEMBER_EDIT
            for document in self._register.documents(list(wanted)):
                one = wanted[document.document_id]
                if document.fate or _text(document.fields.get(one.name)) != one.new:
                    continue
                if is_undecided(document, one.name):
                    undecided += 1
                    continue
                if document.document_type is DocumentType.HOUSEHOLD:
                    action = Action.HOUSEHOLD_EDIT
                edits += self._edits(document, one.name, one.old)
                touched += 1
            self._save(edits, action)
            done += len(some)
            if not step(done, len(undo)):
                break
        return Done(touched, len(undo) - touched - undecided, undecided)

    def export(
        self,
        path: Path,
        worklist: WorkList,
        *,
        ids: Sequence[PersonId] | None,
        order: Order,
        sheet: str,
        headings: Sequence[str],
        widths: Sequence[int],
        cells: Callable[[PersonRow], Sequence[str]],
        purpose: str,
        step: Step = _goes_on,
    ) -> int | None:
        """Write these people of a list (``None``: all) into a workbook of texts; gives the rows.

        ``None`` when it was stopped: then there is no file.

        Raises ``PURPOSE_MISSING``, ``NOT_PERMITTED`` for what is restricted, and the failures of
        the disk. The line of the ledger is written first: no list leaves of which nobody knows.
        """
        why = clean(purpose)
        if not why:
            raise UserError(Problem.PURPOSE_MISSING)
        if worklist in RESTRICTED:
            raise UserError(Problem.NOT_PERMITTED)
        total = self._lists.count(worklist).total if ids is None else len(ids)
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._author,
            action=Action.PEOPLE_LIST_EXPORT,
            objects=[("list", worklist.value), ("count", str(total))],
            purpose=why,
        )
        wanted = None if ids is None else frozenset(ids)
        rows = self._rows(worklist, order, wanted)
        try:
            return write_texts(
                path,
                sheet=sheet,
                headings=headings,
                widths=widths,
                rows=_told((tuple(cells(row)) for row in rows), total, step),
            )
        except _StoppedError:
            return None

    def _rows(
        self, worklist: WorkList, order: Order, wanted: frozenset[PersonId] | None
    ) -> Iterator[PersonRow]:
        after, is_first = "", True
        while after or is_first:
            page = self._lists.page(worklist, order=order, limit=_ROWS_AT_ONCE, after=after)
            after, is_first = page.found.after, False
            yield from (row for row in page.found.rows if wanted is None or row.person_id in wanted)

    def _set(
        self,
        ids: Sequence[str],
        kind: DocumentType,
        name: str,
        value: str,
        action: Action,
        step: Step,
    ) -> Done:
        """One field of many documents, some hundred at a time."""
        undo: list[Before] = []
        done = passed = undecided = 0
        for some in _some(ids):
            edits: list[Edit] = []
            changed: list[Before] = []
            for document in self._register.documents(some):
                old = _text(document.fields.get(name))
                if document.fate or document.document_type is not kind or old == value:
                    passed += 1
                    continue
                if is_undecided(document, name):
                    undecided += 1
                    continue
                edits += self._edits(document, name, value)
                changed.append(Before(document.document_id, name, old, value))
            self._save(edits, action)
            undo += changed
            done += len(some)
            if not step(done, len(ids)):
                break
        return Done(len(undo), passed, undecided, tuple(undo))

    def _edits(self, document: Document, name: str, value: str | None) -> list[Edit]:
        """The value, and the flags that follow from an identity."""
        fields: dict[str, Value] = {name: value}
        if document.document_type is DocumentType.PERSON:
            after = {**document.fields, name: value}
            on = self._clock().date()
            person_id = PersonId(document.document_id)
            fields["flags"] = (
                flags_of(self._register, self._tables, person_id, after, on=on) or None
            )
        return [edit_of(document, fields)]

    def _save(self, edits: Sequence[Edit], action: Action) -> None:
        if edits:
            self._register.save(edits, author=self._author, at=self._clock(), action=action)

    def _given(self, raw_text: str) -> str:
        text = clean(raw_text)
        if not text:
            raise UserError(Problem.REASON_MISSING)
        return text


def _some(everything: Sequence[_T]) -> Iterator[list[_T]]:
    pending = iter(everything)
    while some := list(islice(pending, _AT_ONCE)):
        yield some


def _told(rows: Iterable[tuple[str, ...]], total: int, step: Step) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % _AT_ONCE == 0 and not step(number, total):
            raise _StoppedError


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
