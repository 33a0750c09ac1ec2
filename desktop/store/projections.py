"""The rows that lists read, made from documents by pure functions.

A row is a function of one document, so whoever writes a document compares the rows of its old and
new state and writes only what differs. The words of names and the numbers of persons are found
through indexes of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
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
#: Types that tell how far a person's record and check are (``person_states``).
ABOUT_A_PERSON = frozenset({DocumentType.RECORD, DocumentType.CHECK, DocumentType.SUBMISSION})

#: Fields that stand in a list; an edit of others leaves the lists alone.
LISTED_FIELDS = {
    DocumentType.HOUSEHOLD: frozenset({"hamlet", "code", "head_person_id"}),
    DocumentType.PERSON: frozenset(
        {"household_id", "full_name", "birth_date", "sex", "flags", *NUMBER_FIELDS}
    ),
    DocumentType.RECORD: frozenset({"person_id", "form_id"}),
    DocumentType.CHECK: frozenset({"person_id", "answer"}),
    DocumentType.SUBMISSION: frozenset({"record_id", "person_id", "round", "review"}),
}

_WORD = re.compile(r"[^\W_]+")


def table_of(document_type: DocumentType) -> Table:
    """The list in which documents of this type stand."""
    return _TABLES[document_type]


def row_of(
    document_type: DocumentType,
    doc: int,
    document_id: str,
    fields: Mapping[str, Value],
    clashes: int,
) -> Row:
    """The document's row of its list, in the order of the table's columns."""
    return (doc, document_id, *_CELLS[document_type](fields, clashes))


def words_of(full_name: str) -> str:
    """What a name is found by: each word without marks after a space, then the initials.

    ``Nguyễn Thị H'Mai`` -> `` nguyen thi h mai hmai _nth``.
    """
    parts = [_words_of(word) for word in full_name.split()]
    initials = "".join([initial for _, initial in parts])
    return "".join([words for words, _ in parts]) + " _" + initials if initials else ""


# Some hundred words make up the names of a commune.
@lru_cache(maxsize=4096)
def _words_of(raw_word: str) -> tuple[str, str]:
    """One word as it is found, each part after a space, and its first letter."""
    words = _WORD.findall(search_key(raw_word))
    whole = "".join(words)
    if len(words) > 1:
        words.append(whole)
    return "".join([f" {word}" for word in words]), whole[:1]


def numbers_of(fields: Mapping[str, Value]) -> frozenset[str]:
    """The digits (and letters of old passports) of every number the person has."""
    numbers = [_text(fields, name) for name in NUMBER_FIELDS if name in fields]
    return frozenset([number.replace(" ", "").casefold() for number in numbers if number])


def _text(fields: Mapping[str, Value], name: str) -> str:
    value = fields.get(name)
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _count(value: Value) -> int:
    return len(value) if isinstance(value, list | tuple) else 0


def _household(fields: Mapping[str, Value], _clashes: int) -> Row:
    return _text(fields, "hamlet"), _text(fields, "code"), _text(fields, "head_person_id")


def _person(fields: Mapping[str, Value], clashes: int) -> Row:
    full_name = _text(fields, "full_name")
    return (
        _text(fields, "household_id"),
        full_name,
        sort_key(full_name),
        words_of(full_name),
        _text(fields, "birth_date"),
        _text(fields, "sex"),
        _text(fields, "id_number"),
        _count(fields.get("flags")),
        clashes,
    )


def _record(fields: Mapping[str, Value], _clashes: int) -> Row:
    return _text(fields, "person_id"), _text(fields, "form_id")


def _check(fields: Mapping[str, Value], _clashes: int) -> Row:
    return _text(fields, "person_id"), _text(fields, "answer")


def _submission(fields: Mapping[str, Value], _clashes: int) -> Row:
    round_number = fields.get("round")
    return (
        _text(fields, "record_id"),
        _text(fields, "person_id"),
        round_number if isinstance(round_number, int) else 0,
        _text(fields, "review"),
    )


_TABLES = {
    DocumentType.HOUSEHOLD: tables.households,
    DocumentType.PERSON: tables.people,
    DocumentType.RECORD: tables.records,
    DocumentType.CHECK: tables.checks,
    DocumentType.SUBMISSION: tables.submissions,
}
_CELLS = {
    DocumentType.HOUSEHOLD: _household,
    DocumentType.PERSON: _person,
    DocumentType.RECORD: _record,
    DocumentType.CHECK: _check,
    DocumentType.SUBMISSION: _submission,
}
