"""What a change may contain: checked by whoever receives it, whatever the other program believes.

A change that breaks a rule is held with its reason; it never stops the changes behind it. What
needs the database (does the document exist?) is decided where the documents are locked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from sync.protocol.documents import (
    CHECKED_FIELDS,
    COMPARED_FIELDS,
    DELETED,
    LISTED,
    LISTED_FIELDS,
    MERGED_INTO,
    MOVED_TO,
    SCANNED,
    SCANNED_FIELDS,
    DataSet,
    DocumentType,
    Role,
    bucket_of,
    data_set_in,
    data_set_of,
    may_create,
    may_lie_in,
    may_set,
)
from sync.protocol.ids import is_worked_out, record_id_of
from sync.protocol.life import EVENT, is_event
from sync.protocol.messages import Change, Hold, Value
from sync.protocol.moving import ARRIVED

#: Longest name of a field, and longest author, time and form of a change, in characters.
LONGEST_NAME = 200
#: Longest value, as JSON: no answer on paper is longer than a few lines.
LONGEST_VALUE_BYTES = 16 * 1024
#: Most fields one document can have; the largest form has under 300 questions.
MOST_FIELDS = 2_000
_DEEPEST_VALUE = 4
_LARGEST_NUMBER = 2**53  # what every JSON reader keeps exactly

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: RFC 9562: made by time, or derived from what the document is about.
_DOCUMENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CODE_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_encode = msgspec.json.Encoder().encode


ValueCheck = Callable[[Value], bool]


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


def _is_any(_value: Value) -> bool:
    return True


def _is_flat(value: Value) -> bool:
    return value is None or isinstance(value, str | int | float)


def _is_code_list(value: Value) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str) and _CODE_NAME.fullmatch(item) for item in value
    )


def _is_round(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_id(value: Value) -> bool:
    return isinstance(value, str) and _DOCUMENT_ID.fullmatch(value) is not None


def _all_of(needed: frozenset[str], *, also: frozenset[str] = frozenset()) -> ValueCheck:
    """An object with these texts, and perhaps those."""
    return lambda value: (
        isinstance(value, dict)
        and needed <= value.keys() <= needed | also
        and all(isinstance(item, str) for item in value.values())
    )


#: Why, by whom and when (ISO 8601) a document was taken out of the lists.
_is_deletion = _all_of(frozenset({"reason", "by", "at"}))
#: Where to, when and by which paper; does a person's household move too?
_is_move = _all_of(frozenset({"commune", "date", "paper", "by"}), also=frozenset({"household"}))
#: What a card said, on which day, and which kind of card.
_is_scan = _all_of(frozenset({"value", "on", "card"}))
_is_arrival = _all_of(frozenset({"date", "paper", "by"}))


def _one_of(*words: str) -> ValueCheck:
    return lambda value: value in words


def _all_text(*names: str) -> dict[str, ValueCheck]:
    return dict.fromkeys(names, _is_text)


@dataclass(frozen=True, slots=True)
class FieldRules:
    """The fields a type of document can have.

    Attributes:
        names: field -> what it can hold.
        families: prefix with its dot -> (the names after it, ``None`` for any; what they hold).
    """

    names: Mapping[str, ValueCheck]
    families: Mapping[str, tuple[frozenset[str] | None, ValueCheck]]

    def check_of(self, field_name: str) -> ValueCheck | None:
        """What this field can hold; ``None`` when there is no such field."""
        if check := self.names.get(field_name):
            return check
        prefix, dot, rest = field_name.partition(".")
        members, check = self.families.get(prefix + dot, (frozenset(), _is_any))
        return check if rest and (members is None or rest in members) else None


#: What is passed on with a record of how its person was checked.
_TOLD_OF_CHECK = frozenset(
    {"id", "answer", "note", "number", *(f"differs.{name}" for name in COMPARED_FIELDS)}
)

FIELDS: Mapping[DocumentType, FieldRules] = {
    DocumentType.HOUSEHOLD: FieldRules(
        names=_all_text("province", "district", "commune", "hamlet", "code", "head_person_id")
        | {DELETED: _is_deletion, MOVED_TO: _is_move, ARRIVED: _is_arrival},
        families={EVENT: (None, is_event)},
    ),
    DocumentType.PERSON: FieldRules(
        names=_all_text(
            *CHECKED_FIELDS,
            "household_id",
            "relation_to_head",
            "social_insurance_number",
            "ethnicity",
            "phone",
            "birth_place",
        )
        | {
            "flags": _is_code_list,
            DELETED: _is_deletion,
            MERGED_INTO: _is_id,
            MOVED_TO: _is_move,
            ARRIVED: _is_arrival,
        },
        families={
            # Somebody has looked: another person, however alike.
            "distinct.": (None, _is_text),
            "confirmed.": (None, _is_any),
            EVENT: (None, is_event),
            LISTED: (frozenset({*LISTED_FIELDS, "list"}), _is_text),
            SCANNED: (frozenset(SCANNED_FIELDS), _is_scan),
            # An open difference from the CSDLQG keeps three values: as filed, as the CSDLQG has
            # it, as it was settled; and the paper that settled it.
            **{
                family: (frozenset(COMPARED_FIELDS), _is_text)
                for family in ("filed.", "national.", "settled.", "paper.")
            },
        },
    ),
    DocumentType.RECORD: FieldRules(
        names=_all_text("person_id", "household_id", "form_id", "form_version")
        | {DELETED: _is_deletion, MOVED_TO: _is_move},
        families={"answers.": (None, _is_any), "confirmed.": (None, _is_any)},
    ),
    # Identity only: no answer of a labour form can be put into what the police receive.
    DocumentType.CHECK: FieldRules(
        names={
            **_all_text("person_id", "asked_by", "note", "list"),
            "reasons": _is_code_list,
            "answer": _one_of("matched", "differs", "not_found"),
        },
        families={
            "identity.": (frozenset(CHECKED_FIELDS), _is_text),
            "differs.": (frozenset(CHECKED_FIELDS), _is_text),
            "assigned.": (frozenset({"id_number"}), _is_text),
        },
    ),
    DocumentType.SUBMISSION: FieldRules(
        names={
            **_all_text(
                "record_id", "person_id", "form_id", "form_version", "hamlet", "submitted_by"
            ),
            "round": _is_round,
            "confirmed": _is_any,
            "review": _one_of("accepted", "returned"),
        },
        families={
            "identity.": (None, _is_flat),
            "answers.": (None, _is_any),
            "reasons.": (None, _is_text),
            "check.": (_TOLD_OF_CHECK, _is_text),
        },
    ),
}

_TYPES = {document_type.value: document_type for document_type in DocumentType}


def is_uuid(raw_id: str) -> bool:
    """Is this a UUID in its one usual spelling, lower case with hyphens?"""
    return _UUID.fullmatch(raw_id) is not None


def broken_rule(
    change: Change, *, role: Role, communes: frozenset[str], data_sets: frozenset[DataSet]
) -> Hold | None:
    """Why a change from a device is held; ``None`` if nothing is against it.

    ``communes`` and ``data_sets`` are what was granted to the device.
    """
    document_type = _TYPES.get(change.document_type)
    if document_type is None:
        return Hold.UNKNOWN_TYPE
    if change.kind not in ("create", "set"):
        return Hold.UNKNOWN_KIND
    if not _DOCUMENT_ID.fullmatch(change.document_id) or not is_uuid(change.change_id):
        return Hold.BAD_ID
    if not _is_in_reach(change, document_type, communes=communes, data_sets=data_sets):
        return Hold.BUCKET
    return (
        _broken_by_id(change, document_type)
        or _broken_by_origin(change)
        or _broken_by_access(change, document_type, role)
        or _broken_by_fields(change, document_type)
    )


def _is_in_reach(
    change: Change,
    document_type: DocumentType,
    *,
    communes: frozenset[str],
    data_sets: frozenset[DataSet],
) -> bool:
    """Is it a bucket of this device, and one for such a document?"""
    commune_code, data_set = change.bucket.partition("/")[0], data_set_in(change.bucket)
    return (
        data_set is not None
        and data_set in data_sets
        and commune_code in communes
        and change.bucket == bucket_of(commune_code, data_set)
        and may_lie_in(document_type, data_set)
        and _is_of_its_form(change, document_type, data_set)
    )


def _is_of_its_form(change: Change, document_type: DocumentType, data_set: DataSet) -> bool:
    """Does the form that the change names, if any, belong into this data set?

    A form newer than this server may lie wherever the device may write: its program knows it.
    """
    if change.kind == "set" and "form_id" not in change.patch:
        return True
    _, form_id = change.patch.get("form_id", (None, None))
    if not isinstance(form_id, str):
        return data_set is data_set_of(document_type)
    try:
        return data_set is data_set_of(document_type, form_id)
    except LookupError:
        return True


def _broken_by_id(change: Change, document_type: DocumentType) -> Hold | None:
    """An id that was worked out is that of one person's record on one form, and no other's.

    Else a creation under the id of a record that the device may not see would tell, by its answer,
    whether that record is there.
    """
    is_record = change.kind == "create" and document_type is DocumentType.RECORD
    if not is_record or not is_worked_out(change.document_id):
        return None
    person_id, form_id = (
        change.patch.get(name, (None, None))[1] for name in ("person_id", "form_id")
    )
    if not isinstance(person_id, str) or not isinstance(form_id, str):
        return Hold.BAD_ID
    is_its_own = change.document_id == record_id_of(person_id, form_id)
    return None if is_its_own else Hold.BAD_ID


def _broken_by_origin(change: Change) -> Hold | None:
    for text in (change.by, change.at, change.form):
        if len(text) > LONGEST_NAME:
            return Hold.TOO_LONG
        if "\x00" in text:
            return Hold.BAD_VALUE
    return None


def _broken_by_access(change: Change, document_type: DocumentType, role: Role) -> Hold | None:
    if may_set(role, document_type, ""):  # every field, so that none is another role's alone
        is_known = change.kind != "create" or may_create(role, document_type)
        return None if is_known else Hold.ACCESS
    if change.kind == "create":
        is_allowed = may_create(role, document_type) and not any(
            _is_others(name, document_type, role) for name in change.patch
        )
    else:
        is_allowed = all(may_set(role, document_type, name) for name in change.patch)
    return None if is_allowed else Hold.ACCESS


def _is_others(field_name: str, document_type: DocumentType, role: Role) -> bool:
    """Is this field another role's to fill (the answer of a check, the review)?"""
    if may_set(role, document_type, field_name):
        return False
    return any(may_set(writer, document_type, field_name) for writer in Role)


def _broken_by_fields(change: Change, document_type: DocumentType) -> Hold | None:
    if len(change.patch) > MOST_FIELDS:
        return Hold.TOO_LONG
    for name, (_, value) in change.patch.items():
        if len(name) > LONGEST_NAME:
            return Hold.TOO_LONG
        check = _check_of(document_type, name)
        hold = Hold.UNKNOWN_FIELD if check is None else _broken_by_value(value, check)
        if hold is not None:
            return hold
    return None


# The same few hundred names come with every change.
@lru_cache(maxsize=4_096)
def _check_of(document_type: DocumentType, name: str) -> ValueCheck | None:
    """What this field can hold; ``None`` when there can be no such field."""
    return FIELDS[document_type].check_of(name) if name.isprintable() else None


def _broken_by_value(value: Value, check: ValueCheck) -> Hold | None:
    if value is None:
        return None
    if isinstance(value, str):  # nearly every one
        if len(value) > LONGEST_VALUE_BYTES:
            return Hold.TOO_LONG
        return None if "\x00" not in value and check(value) else Hold.BAD_VALUE
    if not _is_storable(value, _DEEPEST_VALUE):  # how deep, before anything goes down into it
        return Hold.BAD_VALUE
    if len(_encode(value)) > LONGEST_VALUE_BYTES:
        return Hold.TOO_LONG
    return None if check(value) else Hold.BAD_VALUE


def _is_storable(value: Value, depth: int) -> bool:
    """Can this JSON value be kept as it is? PostgreSQL's texts hold no NUL."""
    if isinstance(value, str):
        return "\x00" not in value
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) <= _LARGEST_NUMBER
    if isinstance(value, list):
        return depth > 0 and all(_is_storable(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return depth > 0 and all(
            "\x00" not in key and _is_storable(item, depth - 1) for key, item in value.items()
        )
    return False
