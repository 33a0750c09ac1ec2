"""The rows that lists read, made from documents by pure functions.

A row is a function of one document, so whoever writes a document compares the rows of its old and
new state and writes only what differs. The words of names and the numbers of persons are found
through indexes of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Table

from desktop.store import tables
from forms.vietnamese import search_key, sort_key
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value

Cell: TypeAlias = str | int
Row: TypeAlias = tuple[Cell, ...]

#: Person fields that hold a number somebody may search by.
NUMBER_FIELDS = ("id_number", "old_id_number", "social_insurance_number")

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Source:
    """What a list row is made of: one document and its number in this file."""

    doc: int
    document_id: str
    bucket: str
    fields: Mapping[str, Value]
    clashes: int


def table_of(document_type: DocumentType) -> Table:
    """The list in which documents of this type stand."""
    return _TABLES[document_type]


def row_of(document_type: DocumentType, source: Source) -> Row:
    """The document's row of its list, in the order of the table's columns."""
    return _ROWS[document_type](source)


def words_of(full_name: str) -> str:
    """What a name is found by: each word without marks after a space, then the initials.

    ``Nguyễn Thị H'Mai`` -> `` nguyen thi h mai hmai _nthm``.
    """
    key = search_key(full_name)
    words = _WORD.findall(key)
    if not words:
        return ""
    joined = [part.replace("'", "").replace("-", "") for part in key.split()]
    extra = [word for word in joined if word not in words]
    initials = "".join(word[0] for word in joined if word)
    return " " + " ".join([*words, *extra, "_" + initials])


def numbers_of(fields: Mapping[str, Value]) -> frozenset[str]:
    """The digits (and letters of old passports) of every number the person has."""
    return frozenset(
        number
        for name in NUMBER_FIELDS
        if (number := _text(fields, name).replace(" ", "").casefold())
    )


def person_of(document_type: DocumentType, fields: Mapping[str, Value]) -> str:
    """The person whose state in lists depends on this document, ``""`` for none."""
    if document_type in _ABOUT_A_PERSON:
        return _text(fields, "person_id")
    return ""


def _text(fields: Mapping[str, Value], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _count(value: Value) -> int:
    return len(value) if isinstance(value, list | tuple) else 0


def _household(source: Source) -> Row:
    fields = source.fields
    return (
        source.doc,
        source.document_id,
        source.bucket,
        _text(fields, "hamlet"),
        _text(fields, "code"),
        _text(fields, "head_person_id"),
    )


def _person(source: Source) -> Row:
    fields = source.fields
    full_name = _text(fields, "full_name")
    return (
        source.doc,
        source.document_id,
        _text(fields, "household_id"),
        full_name,
        sort_key(full_name),
        words_of(full_name),
        _text(fields, "birth_date"),
        _text(fields, "sex"),
        _text(fields, "id_number"),
        _count(fields.get("flags")),
        source.clashes,
    )


def _record(source: Source) -> Row:
    fields = source.fields
    return (
        source.doc,
        source.document_id,
        _text(fields, "person_id"),
        _text(fields, "form_id"),
    )


def _check(source: Source) -> Row:
    fields = source.fields
    return (
        source.doc,
        source.document_id,
        _text(fields, "person_id"),
        _text(fields, "answer"),
    )


def _submission(source: Source) -> Row:
    fields = source.fields
    round_number = fields.get("round")
    return (
        source.doc,
        source.document_id,
        _text(fields, "record_id"),
        _text(fields, "person_id"),
        round_number if isinstance(round_number, int) else 0,
        _text(fields, "review"),
    )


_ABOUT_A_PERSON = frozenset({DocumentType.RECORD, DocumentType.CHECK, DocumentType.SUBMISSION})
_TABLES = {
    DocumentType.HOUSEHOLD: tables.households,
    DocumentType.PERSON: tables.people,
    DocumentType.RECORD: tables.records,
    DocumentType.CHECK: tables.checks,
    DocumentType.SUBMISSION: tables.submissions,
}
_ROWS = {
    DocumentType.HOUSEHOLD: _household,
    DocumentType.PERSON: _person,
    DocumentType.RECORD: _record,
    DocumentType.CHECK: _check,
    DocumentType.SUBMISSION: _submission,
}
