"""The police desk's queue, and the newest check of a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from sys import intern
from typing import Any, NamedTuple
from uuid import UUID

from desktop.domain.checks import CheckAnswer, CheckCase
from desktop.domain.people import PersonId
from desktop.domain.records import CheckId, Competing
from desktop.store.documents import Document
from desktop.store.driver import json_list
from desktop.store.register import Register
from forms.expressions.moments import ZONE

# The text is looked at before it is read as JSON: few have the field.
_WITH_NUMBER = (
    "SELECT c.id FROM checks AS c JOIN documents AS d ON d.doc = c.doc WHERE c.answer = ? "
    "AND instr(d.fields, '\"assigned.id_number\":') "
    "AND d.fields ->> '$.\"assigned.id_number\"' <> '' AND NOT EXISTS ("
    "SELECT 1 FROM checks AS later WHERE later.person_id = c.person_id AND later.id > c.id) "
    "ORDER BY c.id"
)


class CheckRow(NamedTuple):
    """A check as the queue and its lists have it.

    Attributes:
        person_id: under whom it is listed.
        key, name, day, by: the list in which it stands (``CheckList``).
        numbers: the one that was sent and the one that was given, as far as there are any.
    """

    check_id: str
    person_id: str
    has_answer: bool
    is_clashing: bool
    key: str
    name: str
    day: str
    by: str
    numbers: tuple[str, ...]


_ROWS = (
    "SELECT c.id, c.person_id, c.answer <> '', d.clashes IS NOT NULL, "
    "coalesce(d.fields ->> 'list', ''), coalesce(d.fields ->> 'asked_by', ''), d.bucket, "
    "d.fields ->> '$.\"identity.id_number\"', d.fields ->> '$.\"assigned.id_number\"' "
    "FROM checks AS c JOIN documents AS d ON d.doc = c.doc "
)
_OF_PERSONS = "WHERE c.person_id IN (SELECT value FROM json_each(?)) "


def check_rows(register: Register, *, person_ids: Collection[str] | None = None) -> list[CheckRow]:
    """Every check, or those of these persons, oldest first."""
    asked = () if person_ids is None else (json_list(sorted(person_ids)),)
    sql = _ROWS + (_OF_PERSONS if asked else "") + "ORDER BY c.id"
    with register.reading() as connection:
        return [_row(tuple(cells)) for cells in connection.exec_driver_sql(sql, asked)]


def _row(cells: tuple[Any, ...]) -> CheckRow:
    check_id, person_id, has_answer, is_clashing, name, by, bucket, *numbers = cells
    day = _day(check_id)
    key = f"{bucket}|{name}" if name else f"{bucket}|{by}|{day}"
    return CheckRow(
        check_id=check_id,
        person_id=person_id,
        has_answer=bool(has_answer),
        is_clashing=bool(is_clashing),
        key=intern(key),  # of thousands alike, one is kept
        name=intern(name),
        day=intern(day),
        by=intern(by),
        numbers=tuple(str(number) for number in numbers if number),
    )


def _day(check_id: str) -> str:
    """The day (``YYYY-MM-DD``, in Việt Nam) on which it was asked, by its id."""
    made = made_at_ms(check_id)
    return datetime.fromtimestamp(made / 1000, ZONE).date().isoformat() if made else ""


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
            (json_list(sorted(check_ids)),),
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
