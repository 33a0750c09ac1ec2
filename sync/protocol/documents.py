"""The documents that travel: their types, data sets, fields and who may write what.

A document is a flat mapping of field names to JSON values; nested things are flat names with a dot
(``answers.identity/full_name``), so that two people may edit two answers of one record. Both ends
read this table: the client to place a document in its bucket, the server to enforce access.

A *bucket* is one data set of one commune (``99001/labour``): the unit of replication, of access
and of revocation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique


@unique
class DataSet(Enum):
    """What may be granted to an office apart from the rest."""

    REGISTER = "register"  # households and persons
    LABOUR = "labour"  # records of the labour forms
    CHECK = "check"  # identities sent to the commune police, and the answers
    SUBMISSION = "submission"  # labour records as handed in, and the review


@unique
class Role(Enum):
    """Who works on a device."""

    OFFICER = "officer"
    POLICE = "police"
    COLLECTOR = "collector"


@unique
class DocumentType(Enum):
    """The kinds of documents."""

    HOUSEHOLD = "household"
    PERSON = "person"
    RECORD = "record"
    CHECK = "check"
    SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """How one type travels and who may touch it.

    Attributes:
        data_set: the bucket family it lives in.
        creators: roles that may create it.
        writers: role -> names of the fields it may set after creation; with a dot at the end a
            family of names, "" for all.
        identity_fields: a clash on these keeps the server's value and waits for a person; on
            other fields the later accepted value wins and the earlier one is kept beside it.
    """

    data_set: DataSet
    creators: frozenset[Role]
    writers: Mapping[Role, tuple[str, ...]]
    identity_fields: frozenset[str] = frozenset()


RULES: Mapping[DocumentType, DocumentRule] = {
    DocumentType.HOUSEHOLD: DocumentRule(
        DataSet.REGISTER,
        creators=frozenset({Role.OFFICER}),
        writers={Role.OFFICER: ("",)},
        identity_fields=frozenset({"head_person_id"}),
    ),
    DocumentType.PERSON: DocumentRule(
        DataSet.REGISTER,
        creators=frozenset({Role.OFFICER}),
        writers={Role.OFFICER: ("",)},
        identity_fields=frozenset({"full_name", "birth_date", "sex", "id_number"}),
    ),
    DocumentType.RECORD: DocumentRule(
        DataSet.LABOUR, creators=frozenset({Role.OFFICER}), writers={Role.OFFICER: ("",)}
    ),
    DocumentType.CHECK: DocumentRule(
        DataSet.CHECK,
        creators=frozenset({Role.OFFICER}),
        writers={Role.POLICE: ("answer", "differs.", "note")},
        identity_fields=frozenset({"answer"}),
    ),
    DocumentType.SUBMISSION: DocumentRule(
        DataSet.SUBMISSION,
        creators=frozenset({Role.OFFICER}),
        writers={Role.COLLECTOR: ("review", "reasons.")},
        identity_fields=frozenset({"review"}),
    ),
}

#: The data sets a role receives, of each commune its office serves.
GRANTS: Mapping[Role, tuple[DataSet, ...]] = {
    Role.OFFICER: (DataSet.REGISTER, DataSet.LABOUR, DataSet.CHECK, DataSet.SUBMISSION),
    Role.POLICE: (DataSet.CHECK,),
    Role.COLLECTOR: (DataSet.SUBMISSION,),
}


#: What the police may see of a person, in the order of their page: the person fields that a check
#: (and a submission) carries as they stood.
CHECKED_FIELDS = (
    "full_name",
    "birth_date",
    "sex",
    "id_number",
    "old_id_number",
    "native_place",
    "permanent_residence",
    "dwelling",
)

#: Fields that tie documents together.
_LINKS = frozenset({"household_id", "head_person_id", "person_id", "form_id", "form_version"})


def is_derived(field_name: str) -> bool:
    """Does every save work this field out anew? A clash on it is nobody's to decide."""
    return field_name == "flags" or field_name in _LINKS or field_name.startswith("confirmed.")


def bucket_of(commune_code: str, data_set: DataSet) -> str:
    """The bucket's name on the wire."""
    return f"{commune_code}/{data_set.value}"


def may_create(role: Role, document_type: DocumentType) -> bool:
    """May this role make such a document?"""
    return role in RULES[document_type].creators


def may_set(role: Role, document_type: DocumentType, field_name: str) -> bool:
    """May this role change this field of an existing document?"""
    writable = RULES[document_type].writers.get(role, ())
    return any(_is_under(field_name, name) for name in writable)


def _is_under(field_name: str, name: str) -> bool:
    """A name with a dot at its end stands for a family, ``""`` for every field."""
    if name == "" or name.endswith("."):
        return field_name.startswith(name)
    return field_name == name
