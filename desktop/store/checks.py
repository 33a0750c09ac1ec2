"""The police desk's queue, and the newest check of a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from desktop.domain.checks import CheckAnswer, CheckCase
from desktop.domain.people import PersonId
from desktop.domain.records import CheckId, Competing
from desktop.store.documents import Document
from desktop.store.register import Register


def check_queue(register: Register, *, answered: bool = False) -> list[CheckCase]:
    """The identities that wait for an answer, oldest first; or those answered, newest first.

    Where two devices answered otherwise, the police have to decide: that waits too.
    """
    sql = (
        "SELECT id FROM checks WHERE answer <> '' ORDER BY id DESC"
        if answered
        else "SELECT c.id FROM checks AS c JOIN documents AS d ON d.doc = c.doc "
        "WHERE c.answer = '' OR d.clashes IS NOT NULL ORDER BY c.id"
    )
    return [case_of(document) for document in _documents(register, sql)]


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
