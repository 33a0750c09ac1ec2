"""Edits of persons and households made outside a form: the value with what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from desktop.domain.people import PersonId
from desktop.errors import Problem, UserError
from desktop.services.flagging import flags_of
from desktop.store.documents import Document, Edit
from desktop.store.register import Register
from forms.dates import parse_stored, parse_typed
from forms.rules.identity import IdentityTables, clean_number
from forms.vietnamese import clean
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value


def standing(register: Register, document_id: str, document_type: DocumentType) -> Document:
    """The document, or ``GONE`` for what left the lists."""
    document = register.document(document_id)
    if document is None or document.fate or document.document_type is not document_type:
        raise UserError(Problem.GONE)
    return document


def edit_of(
    document: Document, fields: Mapping[str, Value], *, seen_version: int | None = None
) -> Edit:
    """Set these fields; a clash on one of them is decided with it."""
    return Edit(
        document_type=document.document_type,
        document_id=document.document_id,
        commune_code=document.commune_code,
        fields=fields,
        decided=frozenset(fields.keys() & document.clashes.keys()),
        seen_version=document.version if seen_version is None else seen_version,
    )


def typed_value(name: str, text: str) -> str | None:
    """A value as it is kept; a date that cannot be read stays as it was typed."""
    plain = clean(text)
    if name in ("id_number", "old_id_number"):
        return clean_number(plain) or None
    if name == "birth_date":
        born = parse_stored(plain) or parse_typed(plain)
        return (plain if born is None else born.stored) or None
    return plain or None


def is_undecided(document: Document, name: str) -> bool:
    """Does another value of this field wait for somebody to decide?"""
    return bool(document.clashes.get(name))


def refuse_undecided(document: Document, names: Iterable[str]) -> None:
    """Raises ``CLASH_WAITS`` where a page that shows no other values would write over one."""
    if any(is_undecided(document, name) for name in names):
        raise UserError(Problem.CLASH_WAITS)


def identity_edits(
    register: Register,
    tables: IdentityTables,
    person: Document,
    fields: Mapping[str, Value],
    *,
    on: date,
    seen_version: int | None = None,
) -> list[Edit]:
    """Set fields of an identity; the flags that follow go with the newest version."""
    flags = flags_of(
        register, tables, PersonId(person.document_id), {**person.fields, **fields}, on=on
    )
    return [
        edit_of(person, {"flags": flags or None}),
        edit_of(person, fields, seen_version=seen_version),
    ]


def without_head(register: Register, person: Document) -> tuple[list[Edit], str]:
    """The household that this person heads loses its head; which one, "" for none."""
    household_id = str(person.fields.get("household_id") or "")
    household = register.document(household_id) if household_id else None
    if household is None or household.fate:
        return [], ""
    if household.fields.get("head_person_id") != person.document_id:
        return [], ""
    return [edit_of(household, {"head_person_id": None})], household_id


def with_head_again(register: Register, person: Document, household_id: str) -> list[Edit]:
    """The household has this head again, unless somebody else heads it by now."""
    household = register.document(household_id) if household_id else None
    if household is None or household.fate or household.fields.get("head_person_id"):
        return []
    return [edit_of(household, {"head_person_id": person.document_id})]
