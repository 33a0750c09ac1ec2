"""Keeping, reading, checking and handing out the ledger of one register.

Saves, keys and backups write their own lines. What is only looked at is told here (``viewed``,
``searched``), after it is shown: a line costs a flush of the disk, and nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from desktop.domain.ledger import (
    Action,
    FaultKind,
    LedgerCheck,
    LedgerFault,
    LedgerLine,
    LedgerQuery,
    SearchKind,
    Witness,
)
from desktop.domain.people import PersonId
from desktop.domain.wording import (
    ACTION_WORDS,
    EXPORT_HEADINGS,
    EXPORT_SHEET,
    NAMED,
    day_and_time,
    sentence,
)
from desktop.errors import ExternalError, Problem, UserError
from desktop.services.workbook import write_texts
from desktop.store import ledger, ledger_reading, restricted_ledger, witnessing
from desktop.store.documents import Document
from desktop.store.register import Register
from desktop.store.snapshots import snapshots_folder, witnesses_in
from forms.vietnamese import clean
from sync.protocol.documents import DocumentType, data_set_in, right_to

_Progress = Callable[[int, int], None]
_LINES_AT_ONCE = 2000
#: A snapshot of an older schema is migrated, which is a line, before the line of its restoring.
_LINES_BEFORE_RESTORE = 1
_WIDTHS = (8, 20, 24, 28, 60, 60, 30)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A line with its sentence, in which those persons are named who are in the register now."""

    line: LedgerLine
    sentence: str


class Ledger:
    """The ledger of one register; ``author`` is who opened it."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    # writing down

    def viewed(self, action: Action, document_id: str) -> None:
        """Somebody has a full record before their eyes (``PERSON_VIEW``, ``CHECK_VIEW`` …).

        Nothing is told here of a restricted one: a line about it stands where few read it.
        """
        document = self._register.document(document_id)
        data_set = None if document is None else data_set_in(document.bucket)
        if data_set is not None and right_to(data_set) is not None:
            return
        self._note(action, [(_VIEWED[action].value, document_id)])

    def searched(self, kind: SearchKind, *, found: int) -> None:
        """Somebody looked for people and found so many; what was typed is not told."""
        self._note(Action.PEOPLE_SEARCH, [("search", kind.value), ("found", str(found))])

    def closed(self) -> None:
        """The register is about to be closed; that it cannot be written down does not hold it."""
        with suppress(ExternalError):
            self._note(Action.REGISTER_CLOSE, [])

    # reading

    def rows(self, query: LedgerQuery, *, limit: int, before: int | None = None) -> list[LedgerRow]:
        """A page of lines, newest first; ``before`` is the number of the last line one has."""
        found = ledger_reading.lines(self._register, query, limit=limit, before=before)
        names = self._names(found)
        return [LedgerRow(line, sentence(line, names=names)) for line in found]

    def lines(
        self, query: LedgerQuery, *, limit: int, before: int | None = None
    ) -> list[LedgerLine]:
        """The same without anybody's name."""
        return ledger_reading.lines(self._register, query, limit=limit, before=before)

    def count(self, query: LedgerQuery) -> int:
        """How many lines match."""
        return ledger_reading.count(self._register, query)

    def authors(self) -> list[str]:
        """Everybody who stands in a line as the one who did something."""
        return ledger_reading.authors(self._register)

    def about(self, person_id: PersonId) -> tuple[str, ...]:
        """The ids to ask for when one wants every line about a person."""
        return tuple(ledger_reading.documents_about(self._register, person_id))

    def name_of(self, person_id: PersonId) -> str:
        """The name of a person who is in this register; "" for others."""
        document = self._register.document(person_id)
        return "" if document is None else str(document.fields.get("full_name") or "")

    def person_in(self, line: LedgerLine) -> PersonId | None:
        """Whom a line is about, the first of several; ``None`` for nobody who is here."""
        for kind, name in line.objects:
            if kind == DocumentType.PERSON.value:
                return PersonId(name)
            if kind in _DOCUMENT_TYPES and (document := self._register.document(name)) is not None:
                found = document.fields.get("person_id") or document.fields.get("head_person_id")
                if found:
                    return PersonId(str(found))
        return None

    # checking

    def check(
        self, *, witnesses: Sequence[Witness] = (), progress: _Progress | None = None
    ) -> LedgerCheck:
        """Check every line, also against what the snapshots and the server know of it.

        The ledger of what is restricted is walked too, whoever asks.
        By what lines are found is made anew from the lines themselves. The check is a line too.
        """
        known = [*witnesses, *self._noted_witnesses()]
        found = ledger.verify(self._register, witnesses=known, progress=progress)
        broken_at = restricted_ledger.broken_at(self._register)
        if broken_at is not None:
            fault = LedgerFault(broken_at, FaultKind.RESTRICTED, broken_at)
            found = replace(found, faults=(*found.faults, fault))
        ledger_reading.forget(self._register)
        self._note(
            Action.LEDGER_VERIFY,
            [("lines", str(found.lines)), ("faults", str(len(found.faults)))],
        )
        return found

    def _noted_witnesses(self) -> list[Witness]:
        """Those that can speak of this ledger: after a restore its lines are others from there."""
        restores = ledger_reading.lines(
            self._register,
            LedgerQuery(actions=frozenset({Action.REGISTER_RESTORE.value})),
            limit=_LINES_AT_ONCE,
        )
        return [
            witness
            for taken_at, witness in self._noted()
            if not any(
                witness.n >= line.n - _LINES_BEFORE_RESTORE
                and taken_at <= datetime.fromisoformat(line.at)
                for line in restores
            )
        ]

    def _noted(self) -> list[tuple[datetime, Witness]]:
        """What was noted of this ledger elsewhere, and when."""
        snapshots = witnesses_in(snapshots_folder(self._register.folder))
        confirmed = witnessing.confirmed_head(self._register)
        return [*snapshots, *([] if confirmed is None else [confirmed])]

    # handing out

    def export(
        self,
        path: Path,
        query: LedgerQuery,
        *,
        purpose: str,
        progress: _Progress | None = None,
    ) -> int:
        """Write the lines that match into a workbook of texts, newest first; gives their number.

        Persons stand in it by their ids only. Raises ``PURPOSE_MISSING`` and the failures of the
        disk. The line about it is written first: a file that leaves is never one nobody knows of.
        """
        why = clean(purpose)
        if not why:
            raise UserError(Problem.PURPOSE_MISSING)
        total, end = self.count(query), ledger.head(self._register).n + 1
        self._note(Action.LEDGER_EXPORT, [("count", str(total))], purpose=why)
        return write_texts(
            path,
            sheet=EXPORT_SHEET,
            headings=EXPORT_HEADINGS,
            widths=_WIDTHS,
            rows=_told(self._exported(query, end), total, progress),
        )

    def _exported(self, query: LedgerQuery, end: int) -> Iterator[tuple[str, ...]]:
        """Newest first, from the line before ``end``: what comes meanwhile stays out."""
        while page := ledger_reading.lines(self._register, query, limit=_LINES_AT_ONCE, before=end):
            yield from map(_cells, page)
            end = page[-1].n

    def _names(self, lines: Sequence[LedgerLine]) -> dict[str, str]:
        """The names of those who stand in sentences, as far as they are in the register."""
        wanted = {
            name: None
            for line in lines
            for kind, name in line.objects[: NAMED + 1]
            if kind in _DOCUMENT_TYPES
        }
        documents = {one.document_id: one for one in self._register.documents(list(wanted))}
        persons = {str(one.fields.get("person_id") or "") for one in documents.values()}
        more = self._register.documents([one for one in persons if one and one not in documents])
        documents |= {one.document_id: one for one in more}
        return {
            name: found
            for name, document in documents.items()
            if (found := _name_of(document, documents))
        }

    def _note(
        self, action: Action, objects: Sequence[tuple[str, str]], *, purpose: str = ""
    ) -> None:
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._author,
            action=action,
            objects=objects,
            purpose=purpose,
        )


_VIEWED = {
    Action.PERSON_VIEW: DocumentType.PERSON,
    Action.CHECK_VIEW: DocumentType.CHECK,
    Action.SUBMISSION_VIEW: DocumentType.SUBMISSION,
}
_DOCUMENT_TYPES = frozenset(kind.value for kind in DocumentType)


def _name_of(document: Document, documents: dict[str, Document]) -> str:
    fields = document.fields
    if document.document_type is DocumentType.HOUSEHOLD:
        return str(fields.get("code") or "")
    person = documents.get(str(fields.get("person_id") or ""), document)
    name = person.fields.get("full_name") or fields.get("identity.full_name")
    return str(name or "")


def _cells(line: LedgerLine) -> tuple[str, ...]:
    known = {action.value: words for action, words in ACTION_WORDS.items()}
    return (
        str(line.n),
        day_and_time(line.at),
        line.by,
        known.get(line.action, line.action),
        sentence(replace(line, purpose=""), names={}),
        "; ".join(f"{kind} {name}" for kind, name in line.objects),
        line.purpose,
    )


def _told(
    rows: Iterator[tuple[str, ...]], total: int, progress: _Progress | None
) -> Iterator[tuple[str, ...]]:
    for done, row in enumerate(rows, 1):
        if progress is not None and (done % _LINES_AT_ONCE == 0 or done == total):
            progress(done, total)
        yield row
