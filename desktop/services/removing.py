"""Deleting what was entered by mistake, with a reason; everything can be brought back.

A deletion is a change like any other: it travels, and it never wins silently. Who edited the entry
without knowing finds a decision in the tray, and so does who deleted it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from desktop.domain.ledger import LONGEST_PURPOSE, Action
from desktop.domain.life import GoneRow
from desktop.domain.people import HouseholdId, PersonId
from desktop.domain.records import RecordId
from desktop.errors import Problem, UserError
from desktop.services.member_edits import edit_of, standing, without_head
from desktop.store.documents import Document, Edit
from desktop.store.fates import deleted_with_record, gone_ids, gone_records, group_of
from desktop.store.people import household_members
from desktop.store.records import records_of, submissions_of
from desktop.store.register import Register
from forms.vietnamese import clean
from sync.protocol.documents import DELETED, DocumentType

#: How many deleted entries are listed.
MOST_LISTED = 500


class Removing:
    """Deleting and bringing back, in one register."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    def delete_person(self, person_id: PersonId, *, reason: str) -> None:
        """Delete somebody entered by mistake, with the records that were never handed in.

        The household that the person headed has no head, in the same save.

        Raises ``REASON_MISSING``, ``GONE``, and ``HANDED_IN`` when something of the person was
        handed in: that is no mistake any more.
        """
        person = standing(self._register, person_id, DocumentType.PERSON)
        records = records_of(self._register, person_id)
        self._delete([person, *records], reason, also=without_head(self._register, person)[0])

    def delete_household(self, household_id: HouseholdId, *, reason: str) -> None:
        """Delete a household nobody is in. Raises as above, and ``HOUSEHOLD_LIVED_IN``."""
        household = standing(self._register, household_id, DocumentType.HOUSEHOLD)
        if household_members(self._register, household_id):
            raise UserError(Problem.HOUSEHOLD_LIVED_IN)
        self._delete([household], reason)

    def delete_record(self, record_id: RecordId, *, reason: str) -> None:
        """Delete a record that was never handed in. Raises as ``delete_person``."""
        self._delete([standing(self._register, record_id, DocumentType.RECORD)], reason)

    def restore(self, document_id: str) -> None:
        """Bring back what was deleted; a person with what was deleted in the same moment.

        Raises ``GONE`` when it is not deleted.
        """
        document = self._register.document(document_id)
        if document is None or document.fate != DELETED:
            raise UserError(Problem.GONE)
        self._save(
            [edit_of(one, {DELETED: None}) for one in [document, *self._deleted_with(document)]],
            Action.DOCUMENT_RESTORE,
        )

    def settle(self, person: Document, *, is_deleted: bool) -> None:
        """Decide about a deletion that met an edit, or left something over: all or nothing of it.

        What was handed in cannot be deleted (``HANDED_IN``).
        """
        if not is_deleted:
            self._save(
                [edit_of(one, {DELETED: None}) for one in [person, *self._deleted_with(person)]],
                Action.DOCUMENT_RESTORE,
            )
            return
        waiting = [clash.value for clash in person.clashes.get(DELETED, ()) if clash.value]
        deletion = person.fields.get(DELETED) or (waiting[-1] if waiting else None)
        if deletion is None:
            raise UserError(Problem.GONE)
        records = records_of(self._register, PersonId(person.document_id))
        self._refuse_handed_in(records)
        edits = [edit_of(one, {DELETED: deletion}) for one in [person, *records]]
        self._save(edits, Action.DOCUMENT_DELETE)

    def deleted(self) -> list[GoneRow]:
        """What was deleted and can be brought back, the newest first."""
        documents = self._register.documents(gone_ids(self._register, DELETED, limit=MOST_LISTED))
        return [self._row(document) for document in documents if document.fate == DELETED]

    def left_over(self) -> list[Document]:
        """Persons who are deleted while a record of theirs stands: written without knowing."""
        return self._register.documents(deleted_with_record(self._register))

    def count_left_over(self) -> int:
        """How many of them there are, without reading them."""
        return len(deleted_with_record(self._register))

    def _row(self, document: Document) -> GoneRow:
        deletion = document.fields[DELETED]
        return GoneRow(
            document_id=document.document_id,
            document_type=document.document_type,
            title=self._title(document),
            reason=str(deletion.get("reason") or ""),
            by=str(deletion.get("by") or ""),
            at=str(deletion.get("at") or ""),
        )

    def _title(self, document: Document) -> str:
        if document.document_type is DocumentType.HOUSEHOLD:
            return str(document.fields.get("code") or "")
        about = document
        if document.document_type is DocumentType.RECORD:
            found = self._register.document(str(document.fields.get("person_id") or ""))
            about = found or document
        return str(about.fields.get("full_name") or "")

    def _deleted_with(self, person: Document) -> Sequence[Document]:
        """Records that went in the same moment as this person, also by a deletion in question."""
        if person.document_type is not DocumentType.PERSON:
            return ()
        in_question = [clash.value for clash in person.clashes.get(DELETED, ())]
        deletions = [one for one in (person.fields.get(DELETED), *in_question) if one]
        if not deletions:
            return ()
        whose = [person.document_id, *group_of(self._register, person.document_id).members]
        gone = gone_records(self._register, DELETED, whose)
        return [record for record in gone if record.fields.get(DELETED) in deletions]

    def _refuse_handed_in(self, documents: Sequence[Document]) -> None:
        for document in documents:
            if document.document_type is DocumentType.RECORD and submissions_of(
                self._register, RecordId(document.document_id)
            ):
                raise UserError(Problem.HANDED_IN)

    def _delete(
        self, documents: Sequence[Document], reason: str, *, also: Sequence[Edit] = ()
    ) -> None:
        why = clean(reason)[:LONGEST_PURPOSE]
        if not why:
            raise UserError(Problem.REASON_MISSING)
        self._refuse_handed_in(documents)
        at = self._clock().isoformat(timespec="seconds")
        deletion = {"reason": why, "by": self._author, "at": at}
        edits = [edit_of(one, {DELETED: deletion}) for one in documents]
        self._save([*also, *edits], Action.DOCUMENT_DELETE)

    def _save(self, edits: Sequence[Edit], action: Action) -> None:
        self._register.save(edits, author=self._author, at=self._clock(), action=action)
