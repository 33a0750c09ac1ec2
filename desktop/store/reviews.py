"""The collecting desk's list of submissions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from desktop.domain.checks import CheckAnswer
from desktop.domain.records import SubmissionId
from desktop.domain.reviews import (
    CommuneProgress,
    ConfirmedWarning,
    Review,
    SubmissionDetail,
    SubmissionRow,
    ToldCheck,
)
from desktop.store.checks import competing_in, made_at, made_at_ms, under
from desktop.store.documents import Document
from desktop.store.driver import json_list
from desktop.store.register import Register

_REVIEWED = {"": Review.WAITING, "accepted": Review.ACCEPTED, "returned": Review.RETURNED}


def list_submissions(
    register: Register,
    *,
    review: Review | None = None,
    commune_code: str = "",
    limit: int = -1,
) -> list[SubmissionRow]:
    """Submissions, newest first; all, or those with this review, of all communes or of one.

    Where two devices decided otherwise, somebody has to decide: that waits too.
    """
    value = next((name for name, known in _REVIEWED.items() if known is review), None)
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT s.id FROM submissions AS s JOIN documents AS d ON d.doc = s.doc "
            "WHERE (?1 IS NULL OR s.review = ?1 OR (?1 = '' AND d.clashes IS NOT NULL)) "
            "AND (?2 = '' OR d.bucket LIKE ?2 || '/%') ORDER BY s.id DESC LIMIT ?3",
            (value, commune_code, limit),
        )
        ids = [row[0] for row in rows]
    with register.restricted() as view:
        restricted = view.submissions(value)
    ids = sorted([*ids, *restricted], reverse=True)
    found = [row_of(document) for document in register.documents(ids)]
    kept = [row for row in found if commune_code in ("", row.commune_code)]
    return kept if limit < 0 else kept[:limit]


def waiting_forms(
    register: Register, *, apart_from: Collection[str]
) -> list[tuple[str, str, str, int]]:
    """What waits: commune, form, version of its text, how many; in that order, apart from these.

    Nothing restricted: that is decided one by one.
    """
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT substr(d.bucket, 1, instr(d.bucket, '/') - 1) AS commune, "
            "coalesce(d.fields ->> 'form_id', '') AS form, "
            "coalesce(d.fields ->> 'form_version', '') AS version, count(*) "
            "FROM submissions AS s JOIN documents AS d ON d.doc = s.doc "
            "WHERE (s.review = '' OR d.clashes IS NOT NULL) "
            "AND s.id NOT IN (SELECT value FROM json_each(?)) "
            "GROUP BY commune, form, version ORDER BY commune, form, version",
            (json_list(sorted(apart_from)),),
        )
        return [(str(code), str(form), str(version), int(n)) for code, form, version, n in rows]


def progress(register: Register, *, overdue_before_ms: int) -> list[CommuneProgress]:
    """How far each commune is, by code; what waits since before that instant is overdue."""
    counted: dict[str, CommuneProgress] = {}
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT substr(d.bucket, 1, instr(d.bucket, '/') - 1), s.id, s.review, "
            "d.clashes IS NOT NULL, json_extract(d.fields, '$.\"check.id\"') IS NOT NULL, "
            "json_extract(d.fields, '$.\"check.answer\"') IS NOT NULL "
            "FROM submissions AS s JOIN documents AS d ON d.doc = s.doc WHERE NOT EXISTS ("
            "SELECT 1 FROM submissions AS later WHERE later.record_id = s.record_id "
            "AND (later.round, later.id) > (s.round, s.id))"
        )
        for code, submission_id, review, clashes, is_flagged, is_checked in rows:
            is_waiting = review == "" or clashes
            is_late = is_waiting and made_at_ms(submission_id) < overdue_before_ms
            known = counted.get(code, CommuneProgress(code))
            counted[code] = replace(
                known,
                received=known.received + 1,
                waiting=known.waiting + bool(is_waiting),
                overdue=known.overdue + bool(is_late),
                accepted=known.accepted + (review == "accepted" and not clashes),
                returned=known.returned + (review == "returned" and not clashes),
                flagged=known.flagged + bool(is_flagged),
                checked=known.checked + bool(is_checked),
            )
    return [counted[code] for code in sorted(counted)]


def used_reasons(register: Register, *, limit: int) -> list[tuple[str, str]]:
    """(path, reason) of the newest returned records, newest first."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id FROM submissions WHERE review = 'returned' ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        ids = [str(row[0]) for row in rows]
    return [
        pair
        for document in register.documents(ids)
        for pair in under("reasons.", document.fields).items()
    ]


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
        check=_told(under("check.", fields)),
        form_id=str(fields.get("form_id") or ""),
        form_version=str(fields.get("form_version") or ""),
    )


def _told(fields: Mapping[str, str]) -> ToldCheck | None:
    if "id" not in fields:
        return None
    answer = fields.get("answer")
    return ToldCheck(
        answer=CheckAnswer(answer) if answer else None,
        differs=under("differs.", fields),
        note=fields.get("note", ""),
        number=fields.get("number", ""),
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
