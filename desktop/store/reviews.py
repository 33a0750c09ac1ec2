"""The collecting desk's list of submissions."""

from __future__ import annotations

from desktop.domain.records import SubmissionId
from desktop.domain.reviews import ConfirmedWarning, Review, SubmissionDetail, SubmissionRow
from desktop.store.checks import made_at, under
from desktop.store.documents import Document
from desktop.store.register import Register

_REVIEWED = {"": Review.WAITING, "accepted": Review.ACCEPTED, "returned": Review.RETURNED}


def list_submissions(register: Register, *, review: Review | None = None) -> list[SubmissionRow]:
    """Submissions, newest first; all, or those with this review."""
    value = next((name for name, known in _REVIEWED.items() if known is review), None)
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id FROM submissions WHERE ?1 IS NULL OR review = ?1 ORDER BY id DESC", (value,)
        )
        ids = [row[0] for row in rows]
    return [row_of(document) for document in register.documents(ids)]


def submission_detail(register: Register, submission_id: SubmissionId) -> SubmissionDetail | None:
    """A submission in full."""
    document = register.document(submission_id)
    if document is None:
        return None
    fields = document.fields
    return SubmissionDetail(
        row=row_of(document),
        form_id=str(fields.get("form_id") or ""),
        form_version=str(fields.get("form_version") or ""),
        answers={
            name.removeprefix("answers."): value
            for name, value in fields.items()
            if name.startswith("answers.")
        },
        confirmed=_confirmed(document),
        reasons=under("reasons.", fields),
    )


def row_of(document: Document) -> SubmissionRow:
    """A submission as a line of the list."""
    fields = document.fields
    return SubmissionRow(
        submission_id=SubmissionId(document.document_id),
        commune_code=document.commune_code,
        full_name=str(fields.get("identity.full_name") or ""),
        birth_date=str(fields.get("identity.birth_date") or ""),
        id_number=str(fields.get("identity.id_number") or ""),
        hamlet=str(fields.get("hamlet") or ""),
        round_number=int(fields.get("round") or 1),
        submitted_by=str(fields.get("submitted_by") or ""),
        submitted_at=str(fields.get("submitted_at") or made_at(document.document_id)),
        confirmed=len(fields.get("confirmed") or ()),
        review=_REVIEWED.get(str(fields.get("review") or ""), Review.WAITING),
    )


def _confirmed(document: Document) -> tuple[ConfirmedWarning, ...]:
    return tuple(
        ConfirmedWarning(
            code=str(item.get("code") or ""),
            path=str(item.get("path") or ""),
            reason=str(item.get("reason") or ""),
        )
        for item in document.fields.get("confirmed") or ()
    )
