"""Records of a person and their submissions."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.people import PersonId
from desktop.domain.records import RecordId
from desktop.store.documents import Document
from desktop.store.register import Register

#: "+": the order must not lead the planner over every document; an index has the few there are.
WITH_CLASHES = "SELECT id FROM documents WHERE clashes IS NOT NULL ORDER BY +id"


def record_of(register: Register, person_id: PersonId, *, form_id: str) -> Document | None:
    """The person's record on this form; the first made, should two devices have made one each.

    ``None`` also for one that the user may not see.
    """
    with register.restricted() as view:
        restricted_id = view.record_of(person_id, form_id)
    if restricted_id is not None:
        return register.document(restricted_id)
    found = _documents(
        register,
        "SELECT id FROM records WHERE person_id = ? AND form_id = ? ORDER BY id",
        person_id,
        form_id,
    )
    # Of somebody into whom another entry was merged, the own record before the other's.
    own = (one for one in found if one.fields.get("person_id") == person_id)
    return next(own, found[0] if found else None)


def records_of(register: Register, person_id: PersonId) -> list[Document]:
    """Every record of a person that the user may see."""
    with register.restricted() as view:
        restricted_ids = view.records_of(person_id)
    plain = _documents(
        register, "SELECT id FROM records WHERE person_id = ? ORDER BY id", person_id
    )
    return [*plain, *register.documents(restricted_ids)]


def persons_with_record(register: Register, form_ids: Sequence[str]) -> list[str]:
    """Ids of persons with a record on one of these forms, none of them restricted."""
    marks = ", ".join("?" * len(form_ids))
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT DISTINCT person_id FROM records WHERE form_id IN ({marks}) ORDER BY person_id",  # noqa: S608 marks
            tuple(form_ids),
        )
        return [str(row[0]) for row in rows]


def submissions_of(register: Register, record_id: RecordId) -> list[Document]:
    """Every submission of a record, newest round first."""
    with register.restricted() as view:
        restricted_ids = view.submissions_of(record_id)
    return register.documents(restricted_ids) or _documents(
        register,
        "SELECT id FROM submissions WHERE record_id = ? ORDER BY round DESC, id DESC",
        record_id,
    )


def latest_submission(register: Register, record_id: RecordId) -> Document | None:
    """The newest submission of a record."""
    return next(iter(submissions_of(register, record_id)), None)


def returned_submissions(register: Register) -> list[Document]:
    """Submissions that came back and were not handed in again, oldest first."""
    with register.restricted() as view:
        restricted_ids = view.returned_submissions()
    found = _documents(
        register,
        "SELECT id FROM submissions AS s WHERE review = 'returned' AND NOT EXISTS ("
        "SELECT 1 FROM submissions AS later WHERE later.record_id = s.record_id "
        "AND (later.round, later.id) > (s.round, s.id)) ORDER BY id",
    )
    return _in_order([*found, *register.documents(restricted_ids)])


def documents_with_clashes(register: Register) -> list[Document]:
    """Documents in which another device's value waits for a decision, oldest first."""
    with register.restricted() as view:
        restricted_ids = view.with_clashes()
    return _in_order([*_documents(register, WITH_CLASHES), *register.documents(restricted_ids)])


def _in_order(documents: list[Document]) -> list[Document]:
    return sorted(documents, key=lambda document: document.document_id)


def _documents(register: Register, sql: str, *parameters: str) -> list[Document]:
    with register.reading() as connection:
        ids = [row[0] for row in connection.exec_driver_sql(sql, parameters)]
    return register.documents(ids)
