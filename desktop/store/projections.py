"""The rows that lists read, made from documents by pure functions.

A row is a function of one document, so whoever writes a document compares the rows of its old and
new state and writes only what differs. Only ``people.marks`` rests on other documents
(``people_index``). The words by which persons are found and their numbers have indexes of their
own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from sqlalchemy import Table

from desktop.store import tables
from desktop.store.name_order import place_of
from desktop.store.people_words import NATIONAL, number_words, own_words
from desktop.store.record_words import FACT_FIELDS, record_words
from forms.vietnamese import sort_key
from sync.protocol.documents import FATES, DocumentType, fate_of
from sync.protocol.life import EVENT
from sync.protocol.messages import Value
from sync.protocol.moving import ARRIVED, CAME_FROM

Cell: TypeAlias = str | int
Row: TypeAlias = tuple[Cell, ...]

#: Person fields that hold a number somebody may search by.
NUMBER_FIELDS = ("id_number", "old_id_number", "social_insurance_number")
#: Of a person, before the id of somebody else: they are two, however alike.
DISTINCT = "distinct."
#: Types that tell how far a person's record and check are (``person_states``).
ABOUT_A_PERSON = frozenset({DocumentType.RECORD, DocumentType.CHECK, DocumentType.SUBMISSION})

#: Where the person's id stands in the rows of those types.
PERSON_PLACE = {DocumentType.RECORD: 2, DocumentType.CHECK: 2, DocumentType.SUBMISSION: 3}

#: Fields that stand in a list; an edit of others leaves the lists alone.
LISTED_FIELDS = {
    DocumentType.HOUSEHOLD: frozenset({"hamlet", "code", "head_person_id", *FATES}),
    DocumentType.PERSON: frozenset(
        {
            "household_id",
            "full_name",
            "birth_date",
            "sex",
            "flags",
            "ethnicity",
            "birth_place",
            "permanent_residence",
            CAME_FROM,
            ARRIVED,
            *NUMBER_FIELDS,
            *FATES,
        }
    ),
    DocumentType.RECORD: frozenset({"person_id", "form_id", *FATES, *FACT_FIELDS}),
    DocumentType.CHECK: frozenset({"person_id", "answer"}),
    DocumentType.SUBMISSION: frozenset({"record_id", "person_id", "round", "review"}),
}


def is_listed(document_type: DocumentType, names: Collection[str]) -> bool:
    """Does any of these fields stand in a list?"""
    return not LISTED_FIELDS[document_type].isdisjoint(names) or any(
        name.startswith((EVENT, NATIONAL)) for name in names
    )


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
    return (doc, document_id, *_CELLS[document_type](doc, fields, clashes))


def fate_row(
    document_type: DocumentType, doc: int, document_id: str, fields: Mapping[str, Value]
) -> Row | None:
    """Its row among what left the lists; ``None`` while it stands in them."""
    fate = fate_of(fields)
    if not fate:
        return None
    target = fields[fate] if isinstance(fields[fate], str) else ""
    return doc, document_id, document_type.value, fate, target


def numbers_of(fields: Mapping[str, Value]) -> frozenset[str]:
    """The digits (and letters of old passports) of every number the person has."""
    numbers = [_text(fields, name) for name in NUMBER_FIELDS if name in fields]
    return frozenset([number.replace(" ", "").casefold() for number in numbers if number])


def number_rows(numbers: Iterable[str], doc: int) -> list[Row]:
    """What the list of numbers has of a person: each number, and its last digits."""
    return [(word, doc) for number in numbers for word in number_words(number)]


def _text(fields: Mapping[str, Value], name: str) -> str:
    value = fields.get(name)
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _household(_doc: int, fields: Mapping[str, Value], _clashes: int) -> Row:
    return _text(fields, "hamlet"), _text(fields, "code"), _text(fields, "head_person_id")


def _person(doc: int, fields: Mapping[str, Value], clashes: int) -> Row:
    full_name = _text(fields, "full_name")
    flags = fields.get("flags")
    codes = [str(code) for code in flags] if isinstance(flags, list | tuple) else []
    return (
        _text(fields, "household_id"),
        full_name,
        place_of(sort_key(full_name), doc),
        _text(fields, "birth_date"),
        _text(fields, "sex"),
        _text(fields, "id_number"),
        len(codes),
        clashes,
        "".join([f" {number}" for number in sorted(numbers_of(fields))]),
        own_words(full_name, _text(fields, "birth_date"), codes, fields),
        "",
    )


def _record(_doc: int, fields: Mapping[str, Value], _clashes: int) -> Row:
    form_id = _text(fields, "form_id")
    return _text(fields, "person_id"), form_id, " ".join(record_words(form_id, fields))


def _check(_doc: int, fields: Mapping[str, Value], _clashes: int) -> Row:
    return _text(fields, "person_id"), _text(fields, "answer")


def _submission(_doc: int, fields: Mapping[str, Value], _clashes: int) -> Row:
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
