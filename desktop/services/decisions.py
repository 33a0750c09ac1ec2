"""The tray of what only a person can decide: clashes, refused changes, entries of one person.

A decision about a clash is a change like any other, with the version its author had before the
eyes: who decides otherwise meanwhile clashes with it, and nothing is lost. A refused change never
stands in the way of others; it is corrected by a new change, or given up with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from desktop.domain.decisions import ClashCase, HeldCase, Keep, RefusedValue, Side
from desktop.domain.households import Paper
from desktop.domain.ledger import LONGEST_PURPOSE
from desktop.domain.life import Arrival, Choice, EntrySide, GoneRow, LifeCase, LifeKind
from desktop.domain.people import PersonId
from desktop.errors import Problem, UserError
from desktop.services.answering import ANSWERS
from desktop.services.merging import Merging
from desktop.services.records import Records
from desktop.services.relocating import Relocating
from desktop.services.removing import Removing
from desktop.services.todos import Subjects
from desktop.store.documents import Document, as_kept
from desktop.store.dropping import drop_change
from desktop.store.held import Refused, refused_changes
from desktop.store.own_edits import own_edits
from desktop.store.records import documents_with_clashes
from desktop.store.register import Register
from forms.registry import FormRegistry
from forms.vietnamese import clean
from sync.protocol.documents import DELETED, RULES, DocumentType, is_derived
from sync.protocol.messages import Change, Clash

#: What an officer decides; answers to checks and reviews belong to the desks that write them.
_DECIDED_HERE = frozenset({DocumentType.HOUSEHOLD, DocumentType.PERSON, DocumentType.RECORD})


class Decisions:
    """The tray of one register, as far as its user may see it."""

    def __init__(
        self,
        *,
        register: Register,
        forms: FormRegistry,
        records: Records,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._records = records
        self._author = author
        self._clock = clock
        self._subjects = Subjects(register=register, forms=forms)
        self._removing = Removing(register=register, author=author, clock=clock)
        self._merging = Merging(register=register, author=author, clock=clock)
        self._relocating = Relocating(register=register, author=author, clock=clock)

    def cases(self) -> list[ClashCase | HeldCase | LifeCase]:
        """Everything that waits: clashes first, each kind oldest first; last who may be one."""
        held = map(self._held, refused_changes(self._register))
        return [
            *self._clashes(),
            *held,
            *self._left_over(),
            *self._arriving(),
            *self._merging.twins(),
        ]

    def deleted(self) -> list[LifeCase]:
        """What was deleted and can be brought back, the newest first; none of it waits."""
        rows = self._removing.deleted()
        persons = {_deletion(row) for row in rows if row.document_type is DocumentType.PERSON}
        return [
            LifeCase(
                key=f"deleted/{row.document_id}",
                kind=LifeKind.DELETED,
                sides=(
                    EntrySide(
                        person_id=PersonId(row.document_id),
                        full_name=row.title,
                        lines=(row.reason, row.by, row.at),
                    ),
                ),
                evidence="",
                choices=(Choice.RESTORE,),
                document_type=row.document_type,
            )
            for row in rows
            # A record that went with its person comes back with that person.
            if row.document_type is not DocumentType.RECORD or _deletion(row) not in persons
        ]

    def count(self, *, refused: int | None = None) -> int:
        """How many wait; ``refused`` as for ``Todos.count``."""
        if refused is None:
            refused = len(refused_changes(self._register))
        clashing = (d for d in documents_with_clashes(self._register) if _is_decided_here(d))
        clashes = sum(1 for document in clashing for _ in _undecided(document))
        entries = self._removing.count_left_over() + self._merging.count_twins()
        arrivals = self._relocating.count_arrivals()
        return clashes + refused + entries + arrivals

    def decide(self, case: ClashCase, keep: Keep) -> None:
        """Keep one of the two values.

        Raises ``GONE`` when what was shown is not what is there any more: look again.
        """
        side = case.ours if keep is Keep.OURS else case.theirs
        document = self._register.document(case.document_id)
        if document is None or document.version != case.version:
            raise UserError(Problem.GONE)
        if not document.clashes.get(case.field):
            raise UserError(Problem.GONE)
        if case.field == DELETED:
            self._removing.settle(document, is_deleted=side.value is not None)
        else:
            self._records.decide(document, case.field, side.value)

    def settle(self, case: LifeCase, choice: Choice) -> None:
        """Decide about entries of persons. Raises ``GONE`` when they are not what was shown."""
        if case.kind is LifeKind.TWINS:
            self._merging.decide(case, choice)
            return
        if case.kind is LifeKind.DELETED:
            self._removing.restore(case.sides[0].person_id)
            return
        if case.arrival is not None:
            self._receive(case.arrival)
            return
        person = self._register.document(case.sides[0].person_id)
        if person is None or person.fate != DELETED:
            raise UserError(Problem.GONE)
        self._removing.settle(person, is_deleted=choice is Choice.DELETE)

    def drop(self, case: HeldCase, *, reason: str) -> None:
        """Give a refused change up; the ledger keeps why. Raises ``REASON_MISSING``, ``GONE``."""
        why = clean(reason)[:LONGEST_PURPOSE]
        if not why:
            raise UserError(Problem.REASON_MISSING)
        drop_change(
            self._register,
            case.document_id,
            case.change_id,
            by=self._author,
            at=self._clock(),
            reason=why,
        )

    def _left_over(self) -> Iterator[LifeCase]:
        """Deleted persons for whom somebody wrote a record without knowing."""
        for person in self._removing.left_over():
            deletion = person.fields[DELETED]
            side = EntrySide(
                person_id=PersonId(person.document_id),
                full_name=str(person.fields.get("full_name") or ""),
                lines=tuple(str(deletion.get(name) or "") for name in ("reason", "by", "at")),
            )
            yield LifeCase(
                key=f"left/{person.document_id}",
                kind=LifeKind.LEFT_OVER,
                sides=(side,),
                evidence="",
                choices=(Choice.RESTORE, Choice.DELETE),
            )

    def _arriving(self) -> Iterator[LifeCase]:
        """Who came from another commune, whose paper stands there."""
        for arrival in self._relocating.arrivals():
            side = EntrySide(
                person_id=arrival.person_id,
                full_name=arrival.full_name,
                lines=(arrival.birth_date, arrival.id_number),
            )
            yield LifeCase(
                key=f"arrival/{arrival.person_id}",
                kind=LifeKind.ARRIVAL,
                sides=(side,),
                evidence="",
                choices=(Choice.RECEIVE,),
                arrival=arrival,
            )

    def _receive(self, arrival: Arrival) -> None:
        """Today, on the paper that the other commune wrote down."""
        today = self._clock().date().isoformat()
        self._relocating.receive(arrival.person_id, paper=Paper(date=today, paper=arrival.paper))

    def _clashes(self) -> Iterator[ClashCase]:
        documents = [d for d in documents_with_clashes(self._register) if _is_decided_here(d)]
        own = own_edits(self._register, [document.document_id for document in documents])
        for document in documents:
            edits = own.get(document.document_id, ())
            for name, clash in _undecided(document):
                yield self._clash(document, name, clash, edits)

    def _clash(
        self, document: Document, name: str, clash: Clash, own: Sequence[Change]
    ) -> ClashCase:
        subjects = self._subjects
        person = subjects.person_of(document)
        question = subjects.question_of_field(document, name)
        shown = document.fields.get(name)
        waiting = Side(clash.value, by=clash.by, at=clash.at)
        standing = _standing(clash, shown, name, own)
        is_waiting_ours = any(change.change_id == clash.op for change in own)
        is_standing_ours = not is_waiting_ours and _wrote(own, name, shown) is not None
        ours, theirs = (standing, waiting) if is_standing_ours else (waiting, standing)
        return ClashCase(
            key=f"{document.document_id}/{name}/{clash.op}",
            document_id=document.document_id,
            document_type=document.document_type.value,
            version=document.version,
            person_id=None if person is None else PersonId(person.document_id),
            full_name="" if person is None else str(person.fields.get("full_name") or ""),
            field=name,
            path="" if question is None else question.path,
            definition=subjects.definition_of(document),
            question=question,
            is_identity=name in RULES[document.document_type].identity_fields,
            is_ours=is_waiting_ours or is_standing_ours,
            ours=ours,
            theirs=theirs,
        )

    def _held(self, refused: Refused) -> HeldCase:
        change, subjects = refused.change, self._subjects
        document = self._register.document(change.document_id)
        person = None if document is None else subjects.person_of(document)
        values = tuple(self._refused_values(document, refused))
        return HeldCase(
            key=change.change_id,
            document_id=change.document_id,
            document_type=change.document_type,
            change_id=change.change_id,
            person_id=None if person is None else PersonId(person.document_id),
            full_name="" if person is None else str(person.fields.get("full_name") or ""),
            why=refused.why,
            by=change.by,
            at=change.at,
            path=next((value.path for value in values if value.path), ""),
            definition=subjects.definition_of(document),
            is_creation=change.kind == "create",
            values=values,
        )

    def _refused_values(
        self, document: Document | None, refused: Refused
    ) -> Iterator[RefusedValue]:
        stored: Mapping[str, object] = {} if document is None else document.fields
        names = refused.fields or tuple(refused.change.patch)
        for name in names:
            if is_derived(name) or not _is_answer(refused.change.document_type, name):
                continue
            question = (
                None if document is None else self._subjects.question_of_field(document, name)
            )
            yield RefusedValue(
                field=name,
                path="" if question is None else question.path,
                question=question,
                typed=as_kept(refused.change.patch[name][1]),
                stored=stored.get(name) if refused.fields else None,  # type: ignore[arg-type] # JSON
            )


def _deletion(row: GoneRow) -> tuple[str, str, str, str]:
    return row.title, row.reason, row.by, row.at


def _is_decided_here(document: Document) -> bool:
    return document.document_type in _DECIDED_HERE


def _undecided(document: Document) -> Iterator[tuple[str, Clash]]:
    """Each field that somebody must decide, with the newest value beside its own."""
    for name, clashes in document.clashes.items():
        if clashes and not is_derived(name):
            yield name, clashes[-1]


def _is_answer(document_type: str, name: str) -> bool:
    return document_type != DocumentType.RECORD.value or name.startswith(ANSWERS)


def _standing(clash: Clash, shown: object, name: str, own: Sequence[Change]) -> Side:
    """The value that the document shows; who wrote it, by the server or else by our own books."""
    mine = _wrote(own, name, shown)
    by, at = clash.over_by, clash.over_at
    if not by and mine is not None:
        by, at = mine.by, mine.at
    return Side(shown, by=by, at=at, is_shown=True)  # type: ignore[arg-type] # a JSON value


def _wrote(own: Sequence[Change], name: str, value: object) -> Change | None:
    """Our last edit of this field, if it is the one that set this value."""
    last = next((change for change in reversed(own) if name in change.patch), None)
    return last if last is not None and as_kept(last.patch[name][1]) == value else None
