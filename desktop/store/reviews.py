"""The collecting desk's list of submissions."""

from __future__ import annotations

from desktop.domain.records import SubmissionId
from desktop.domain.reviews import ConfirmedWarning, Review, SubmissionDetail, SubmissionRow
from desktop.store.checks import competing_in, made_at, under
from desktop.store.documents import Document
from desktop.store.register import Register

_REVIEWED = {"": Review.WAITING, "accepted": Review.ACCEPTED, "returned": Review.RETURNED}


def list_submissions(register: Register, *, review: Review | None = None) -> list[SubmissionRow]:
    """Submissions, newest first; all, or those with this review.

    Where two devices decided otherwise, somebody has to decide: that waits too.
    """
    value = next((name for name, known in _REVIEWED.items() if known is review), None)
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT s.id FROM submissions AS s JOIN documents AS d ON d.doc = s.doc "
            "WHERE ?1 IS NULL OR s.review = ?1 OR (?1 = '' AND d.clashes IS NOT NULL) "
            "ORDER BY s.id DESC",
            (value,),
        )
        ids = [row[0] for row in rows]
    with register.restricted() as view:
        ids = sorted([*ids, *view.submissions(value)], reverse=True)
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
        competing=competing_in(document),
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
        is_clashing=bool(document.clashes),
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
