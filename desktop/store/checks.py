"""The police desk's queue, and the newest check of a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from desktop.domain.checks import CheckAnswer, CheckCase, CheckList
from desktop.domain.people import PersonId
from desktop.domain.records import CheckId, Competing
from desktop.store.documents import Document
from desktop.store.register import Register
from forms.expressions.moments import ZONE


def check_queue(
    register: Register, *, answered: bool = False, list_key: str = "", limit: int = -1
) -> list[CheckCase]:
    """The identities that wait for an answer, oldest first; or those answered, newest first.

    Where two devices answered otherwise, the police have to decide: that waits too. Of a person
    who was asked about anew, what was asked before does not wait any more.
    """
    sql = (
        "SELECT id FROM checks WHERE answer <> '' ORDER BY id DESC"
        if answered
        else f"SELECT c.id FROM checks AS c JOIN documents AS d ON d.doc = c.doc {_WAITS} "  # noqa: S608 ours
        "ORDER BY c.id"
    )
    if not list_key:
        found = _documents(register, f"{sql} LIMIT {limit:d}")
        return [case_of(document) for document in found]
    with register.reading() as connection:
        ids = {row.check_id for row in _rows(connection) if row.key == list_key}
        ordered = [str(row[0]) for row in connection.exec_driver_sql(sql) if row[0] in ids]
    chosen = ordered if limit < 0 else ordered[:limit]
    return [case_of(document) for document in register.documents(chosen)]


_WAITS = (
    "WHERE (c.answer = '' AND NOT EXISTS (SELECT 1 FROM checks AS later "
    "WHERE later.person_id = c.person_id AND later.id > c.id)) OR d.clashes IS NOT NULL"
)


# The text is looked at before it is read as JSON: few have the field.
_WITH_NUMBER = (
    "SELECT c.id FROM checks AS c JOIN documents AS d ON d.doc = c.doc WHERE c.answer = ? "
    "AND instr(d.fields, '\"assigned.id_number\":') "
    "AND d.fields ->> '$.\"assigned.id_number\"' <> '' AND NOT EXISTS ("
    "SELECT 1 FROM checks AS later WHERE later.person_id = c.person_id AND later.id > c.id) "
    "ORDER BY c.id"
)


class _Row(NamedTuple):
    """Which list a check stands in."""

    check_id: str
    is_answered: bool
    is_waiting: bool
    key: str
    name: str
    day: str
    by: str


def _rows(connection: Connection) -> Iterator[_Row]:
    rows = connection.exec_driver_sql(
        "SELECT c.id, c.answer <> '' AND d.clashes IS NULL, EXISTS (SELECT 1 FROM checks AS later "
        "WHERE later.person_id = c.person_id AND later.id > c.id), "
        "coalesce(json_extract(d.fields, '$.list'), ''), "
        "coalesce(json_extract(d.fields, '$.asked_by'), ''), coalesce(d.bucket, '') "
        "FROM checks AS c JOIN documents AS d ON d.doc = c.doc ORDER BY c.id"
    )
    for check_id, is_answered, is_old, name, by, bucket in rows:
        day = _day(check_id)
        key = f"{bucket}|{name}" if name else f"{bucket}|{by}|{day}"
        yield _Row(check_id, bool(is_answered), not is_answered and not is_old, key, name, day, by)


def _day(check_id: str) -> str:
    """The day (``YYYY-MM-DD``, in Việt Nam) on which it was asked, by its id."""
    made = made_at_ms(check_id)
    return datetime.fromtimestamp(made / 1000, ZONE).date().isoformat() if made else ""


def check_lists(register: Register) -> list[CheckList]:
    """Checks by the list they came in; those with open cases first, the newest first."""
    lists: dict[str, CheckList] = {}
    with register.reading() as connection:
        for row in _rows(connection):
            if not (row.is_answered or row.is_waiting):
                continue  # asked anew since
            known = lists.get(row.key)
            begun = known or CheckList(row.key, row.name, row.day, row.by, total=0, answered=0)
            lists[row.key] = replace(
                begun, total=begun.total + 1, answered=begun.answered + row.is_answered
            )
    newest = sorted(lists.values(), key=lambda one: one.day, reverse=True)
    return sorted(newest, key=lambda one: one.answered == one.total)


def has_number(register: Register, number: str, *, other_than: CheckId) -> bool:
    """Was this number sent with, or given to, somebody else than the person of this check?"""
    with register.reading() as connection:
        row = connection.exec_driver_sql(
            "SELECT 1 FROM checks AS c JOIN documents AS d ON d.doc = c.doc "
            "WHERE c.person_id <> coalesce((SELECT person_id FROM checks WHERE id = ?), '') "
            "AND ? IN (json_extract(d.fields, '$.\"assigned.id_number\"'), "
            "json_extract(d.fields, '$.\"identity.id_number\"')) LIMIT 1",
            (other_than, number),
        ).first()
    return row is not None


def check_case(register: Register, check_id: CheckId) -> CheckCase | None:
    """One check."""
    document = register.document(check_id)
    return None if document is None else case_of(document)


def latest_check(register: Register, person_id: PersonId) -> Document | None:
    """The check that tells the state of this person."""
    found = _documents(
        register, "SELECT id FROM checks WHERE person_id = ? ORDER BY id DESC LIMIT 1", person_id
    )
    return next(iter(found), None)


def latest_checks_with(register: Register, answer: CheckAnswer) -> list[Document]:
    """The newest checks of persons, where the police gave this answer; oldest first."""
    return _documents(
        register,
        "SELECT id FROM checks AS c WHERE answer = ? AND NOT EXISTS ("
        "SELECT 1 FROM checks AS later WHERE later.person_id = c.person_id AND later.id > c.id) "
        "ORDER BY id",
        answer.value,
    )


def latest_checks_with_number(register: Register) -> list[Document]:
    """The newest checks of persons, where the police gave a number without a difference."""
    return _documents(register, _WITH_NUMBER, CheckAnswer.MATCHED.value)


def persons_asked_about(register: Register, check_ids: Collection[str]) -> dict[str, str]:
    """Check -> the person under whom it is listed; ids of other documents are left out."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT d.id, c.person_id FROM documents AS d JOIN checks AS c ON c.doc = d.doc "
            "WHERE d.id IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode(sorted(check_ids)).decode(),),
        )
        return {str(check_id): str(person_id) for check_id, person_id in rows}


def case_of(document: Document) -> CheckCase:
    """A check document as the police see it."""
    fields = document.fields
    answer = fields.get("answer")
    return CheckCase(
        check_id=CheckId(document.document_id),
        commune_code=document.commune_code,
        identity=under("identity.", fields),
        reasons=tuple(str(reason) for reason in fields.get("reasons") or ()),
        asked_by=str(fields.get("asked_by") or ""),
        asked_at=str(fields.get("asked_at") or made_at(document.document_id)),
        answer=CheckAnswer(answer) if answer else None,
        differs=under("differs.", fields),
        note=str(fields.get("note") or ""),
        assigned=str(fields.get("assigned.id_number") or ""),
        list_name=str(fields.get("list") or ""),
        competing=competing_in(document),
    )


def competing_in(document: Document) -> dict[str, tuple[Competing, ...]]:
    """Field -> what other devices wrote there."""
    return {
        name: tuple(Competing(value=c.value, by=c.by, at=c.at) for c in clashes)
        for name, clashes in document.clashes.items()
        if clashes
    }


def under(prefix: str, fields: Mapping[str, object]) -> dict[str, str]:
    """The fields whose names begin so, without the beginning."""
    return {
        name.removeprefix(prefix): str(value)
        for name, value in fields.items()
        if name.startswith(prefix) and value is not None
    }


def made_at(document_id: str) -> str:
    """When a document was made (UTC, ISO 8601), by its id; empty where that does not tell."""
    try:
        instant = datetime.fromtimestamp(made_at_ms(document_id) / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # a year no calendar has
        return ""
    return instant.isoformat(timespec="seconds") if made_at_ms(document_id) else ""


def made_at_ms(document_id: str) -> int:
    """The milliseconds since 1970 that a UUIDv7 begins with; 0 of an id of another kind."""
    try:
        made = UUID(document_id)
    except ValueError:
        return 0
    return made.int >> 80 if made.version == 7 else 0


def _documents(register: Register, sql: str, *parameters: str) -> list[Document]:
    with register.reading() as connection:
        ids = [row[0] for row in connection.exec_driver_sql(sql, parameters)]
    return register.documents(ids)
