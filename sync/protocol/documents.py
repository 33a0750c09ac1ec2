"""The documents that travel: their types, data sets, fields and who may write what.

A document is a flat mapping of field names to JSON values; nested things are flat names with a dot
(``answers.identity/full_name``), so that two people may edit two answers of one record. Both ends
read this table: the client to place a document in its bucket, the server to enforce access.

A *bucket* is one data set of one commune (``99001/labour``): the unit of replication, of access
and of revocation. Records lie in the data set their form names (``about.yaml``); what was handed in
of them lies in a data set beside it, so that a collecting office never receives a draft.

Restricted data sets (special circumstances of children, HIV, drug treatment) are granted to single
devices by the province, never to a role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique
from functools import lru_cache


@unique
class DataSet(Enum):
    """What may be granted apart from the rest."""

    REGISTER = "register"  # households and persons
    CHECK = "check"  # identities sent to the commune police, and the answers
    LABOUR = "labour"  # records of the labour forms
    SUBMISSION = "submission"  # labour records as handed in, and the review
    MERIT = "merit"
    MERIT_SUBMISSION = "merit_submission"
    CHILDREN = "children"
    CHILDREN_SUBMISSION = "children_submission"
    CHILDREN_RESTRICTED = "children_restricted"
    CHILDREN_RESTRICTED_SUBMISSION = "children_restricted_submission"
    ASSISTANCE = "assistance"
    ASSISTANCE_SUBMISSION = "assistance_submission"
    ASSISTANCE_RESTRICTED = "assistance_restricted"
    ASSISTANCE_RESTRICTED_SUBMISSION = "assistance_restricted_submission"
    POVERTY = "poverty"
    POVERTY_SUBMISSION = "poverty_submission"
    DRUG_TREATMENT = "drug_treatment"
    DRUG_TREATMENT_SUBMISSION = "drug_treatment_submission"
    PAYMENT = "payment"
    PAYMENT_SUBMISSION = "payment_submission"


#: Data set of records -> of what was handed in of them.
SUBMISSIONS: Mapping[DataSet, DataSet] = {
    DataSet.LABOUR: DataSet.SUBMISSION,
    **{
        DataSet(one.value.removesuffix("_submission")): one
        for one in DataSet
        if one.value.endswith("_submission")
    },
}
_RECORDS = {submissions: records for records, submissions in SUBMISSIONS.items()}

#: Rights that single devices and single users are given: each opens a data set of records and what
#: was handed in of them. The forms in them are ``sensitive``; a test compares.
RESTRICTED = frozenset(
    {DataSet.CHILDREN_RESTRICTED, DataSet.ASSISTANCE_RESTRICTED, DataSet.DRUG_TREATMENT}
)


@unique
class Role(Enum):
    """Who works on a device."""

    OFFICER = "officer"
    POLICE = "police"
    COLLECTOR = "collector"
    RELAY = "relay"  # the box of a commune: it reads and carries, and writes nothing


@unique
class DocumentType(Enum):
    """The kinds of documents."""

    HOUSEHOLD = "household"
    PERSON = "person"
    RECORD = "record"
    CHECK = "check"
    SUBMISSION = "submission"


#: The four fields that the procedure compares with the CSDLQG (Kế hoạch 251, Phụ lục, mục 1.e).
COMPARED_FIELDS = ("full_name", "birth_date", "native_place", "permanent_residence")


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """How one type travels and who may touch it.

    Attributes:
        data_set: the bucket family it lives in, unless its form names another (``data_set_of``).
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


#: Fields that take a document out of every list: deleted by mistake, the same person as another,
#: moved to another commune. It stays where it is, whole, so that each can be taken back. Somebody
#: who edits it without knowing has his edit kept and the fate questioned; somebody who sets a fate
#: without knowing the newest edits has it wait: a person decides.
DELETED, MERGED_INTO, MOVED_TO = FATES = ("deleted", "merged_into", "moved_to")

RULES: Mapping[DocumentType, DocumentRule] = {
    DocumentType.HOUSEHOLD: DocumentRule(
        DataSet.REGISTER,
        creators=frozenset({Role.OFFICER}),
        writers={Role.OFFICER: ("",)},
        identity_fields=frozenset({"head_person_id", DELETED, MOVED_TO}),
    ),
    DocumentType.PERSON: DocumentRule(
        DataSet.REGISTER,
        creators=frozenset({Role.OFFICER}),
        writers={Role.OFFICER: ("",)},
        identity_fields=frozenset({"full_name", "birth_date", "sex", "id_number", *FATES})
        | {f"settled.{name}" for name in COMPARED_FIELDS},
    ),
    DocumentType.RECORD: DocumentRule(
        DataSet.LABOUR,
        creators=frozenset({Role.OFFICER}),
        writers={Role.OFFICER: ("",)},
        identity_fields=frozenset({DELETED, MOVED_TO}),
    ),
    DocumentType.CHECK: DocumentRule(
        DataSet.CHECK,
        creators=frozenset({Role.OFFICER}),
        writers={Role.POLICE: ("answer", "differs.", "note", "assigned.")},
        identity_fields=frozenset({"answer", "assigned.id_number"}),
    ),
    DocumentType.SUBMISSION: DocumentRule(
        DataSet.SUBMISSION,
        creators=frozenset({Role.OFFICER}),
        # The police often answer after a record was handed in: its officer passes the answer on.
        writers={Role.COLLECTOR: ("review", "reasons."), Role.OFFICER: ("check.",)},
        identity_fields=frozenset({"review"}),
    ),
}

_OPEN_RECORDS = tuple(one for one in SUBMISSIONS if one not in RESTRICTED)

_OFFICERS = (
    DataSet.REGISTER,
    DataSet.CHECK,
    *_OPEN_RECORDS,
    *(SUBMISSIONS[one] for one in _OPEN_RECORDS),
)

#: The data sets a role receives, of each commune its office serves. A box receives what its
#: neighbours do, nothing restricted among it.
GRANTS: Mapping[Role, tuple[DataSet, ...]] = {
    Role.OFFICER: _OFFICERS,
    Role.POLICE: (DataSet.CHECK,),
    Role.COLLECTOR: tuple(SUBMISSIONS[one] for one in _OPEN_RECORDS),
    Role.RELAY: _OFFICERS,
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

#: The person fields that the province's base list may know. What the list says of each stands in
#: ``listed.<field>`` beside the field itself, and in ``listed.list`` which list said it.
LISTED_FIELDS = (
    *CHECKED_FIELDS,
    "relation_to_head",
    "social_insurance_number",
    "ethnicity",
    "phone",
)
LISTED = "listed."
LISTED_BY = "listed.list"

#: The person fields that a card can tell. What it told stands in ``scanned.<field>`` beside the
#: field (value, day, kind of card): the answer comes from the card for as long as both agree.
SCANNED_FIELDS = (
    "full_name",
    "birth_date",
    "sex",
    "id_number",
    "old_id_number",
    "social_insurance_number",
    "permanent_residence",
)
SCANNED = "scanned."
#: What a submission tells of the check of its person.
TOLD = "check."

#: Fields that tie documents together.
_DEEDS = frozenset({"household_id", "head_person_id"})
_LINKS = _DEEDS | {"person_id", "form_id", "form_version"}


def fate_of(fields: Mapping[str, object]) -> str:
    """The field that took this document out of the lists; "" for one that stands in them."""
    return next((name for name in FATES if fields.get(name) is not None), "")


def is_derived(field_name: str) -> bool:
    """Does every save work this field out anew? A clash on it is nobody's to decide."""
    return (
        field_name == "flags"
        or field_name in _LINKS
        or field_name.startswith(("confirmed.", SCANNED))
    )


def is_incidental(field_name: str) -> bool:
    """Does setting it say nothing about whether the document stands in the lists?

    Nobody typed or chose it. Who moves somebody into a household, names its head or confirms a
    finding takes the document for one that stands.
    """
    is_deed = field_name in _DEEDS or field_name.startswith("confirmed.")
    return is_derived(field_name) and not is_deed


def bucket_of(commune_code: str, data_set: DataSet) -> str:
    """The bucket's name on the wire."""
    return f"{commune_code}/{data_set.value}"


def data_set_of(document_type: DocumentType, form_id: str = "") -> DataSet:
    """Where such a document lives; records and submissions where their form says.

    Raises ``LookupError`` for a form, or a data set of a form, that this program does not know.
    """
    usual = RULES[document_type].data_set
    if not form_id or document_type not in (DocumentType.RECORD, DocumentType.SUBMISSION):
        return usual
    records = _records_of(form_id)
    return records if document_type is DocumentType.RECORD else SUBMISSIONS[records]


def learn_form(form_id: str, data_set: str) -> None:
    """Records of a form that a province published lie in this data set.

    A form that comes with the program stays where it is.
    """
    _PUBLISHED[form_id] = data_set
    _records_of.cache_clear()


_PUBLISHED: dict[str, str] = {}


@lru_cache
def _records_of(form_id: str) -> DataSet:
    # Imported here because who fills no form need not read any.
    from forms.registry import FormRegistry, UnknownFormError

    try:
        name = FormRegistry.bundled().about(form_id).data_set
    except UnknownFormError:
        name = _PUBLISHED[form_id]
    found = next((one for one in SUBMISSIONS if one.value == name), None)
    if found is None:
        raise LookupError(name)
    return found


def may_lie_in(document_type: DocumentType, data_set: DataSet) -> bool:
    """Can documents of this type be there at all?"""
    if document_type is DocumentType.RECORD:
        return data_set in SUBMISSIONS
    if document_type is DocumentType.SUBMISSION:
        return data_set in _RECORDS
    return data_set is RULES[document_type].data_set


def granted(role: Role, rights: frozenset[DataSet] = frozenset()) -> frozenset[DataSet]:
    """What a device receives: what its role does, and what it has ``rights`` to.

    Whatever it was given, the police receive identities only, and a collecting office what was
    handed in.
    """
    handed_in = frozenset(SUBMISSIONS[one] for one in rights & RESTRICTED)
    own: Mapping[Role, frozenset[DataSet]] = {
        Role.OFFICER: handed_in | (rights & RESTRICTED),
        Role.POLICE: frozenset(),
        Role.COLLECTOR: handed_in,
        Role.RELAY: frozenset(),
    }
    return frozenset(GRANTS[role]) | own[role]


def data_set_in(bucket: str) -> DataSet | None:
    """The data set of a bucket; ``None`` for one this program does not know."""
    return _BY_NAME.get(bucket.partition("/")[2])


@lru_cache(maxsize=1024)  # asked for every change
def is_restricted(bucket: str) -> bool:
    """Is what lies there kept apart from everything combined?

    So is a data set this program does not know: it may be as sensitive as any.
    """
    data_set = data_set_in(bucket)
    return data_set is None or right_to(data_set) is not None


def right_to(data_set: DataSet) -> DataSet | None:
    """The right that opens this data set; ``None`` for one that needs no right."""
    records = _RECORDS.get(data_set, data_set)
    return records if records in RESTRICTED else None


_BY_NAME = {one.value: one for one in DataSet}


def may_create(role: Role, document_type: DocumentType) -> bool:
    """May this role make such a document?"""
    return role in RULES[document_type].creators


def may_set(role: Role, document_type: DocumentType, field_name: str) -> bool:
    """May this role change this field of an existing document?"""
    writable = RULES[document_type].writers.get(role, ())
    return "" in writable or any(_is_under(field_name, name) for name in writable)


def _is_under(field_name: str, name: str) -> bool:
    """A name with a dot at its end stands for a family, ``""`` for every field."""
    if name == "" or name.endswith("."):
        return field_name.startswith(name)
    return field_name == name
