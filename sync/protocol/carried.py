"""Documents that devices carry to each other in parcels, before the server has ordered them.

Only what is made for the other's work travels so: the checks between officers and police, what was
handed in between officers and collecting offices. It is hearsay until the server's own row comes;
what the receiver believes of it, it decides by the same rules as the server (``rules``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from sync.protocol.documents import (
    GRANTS,
    RULES,
    DataSet,
    DocumentType,
    Role,
    bucket_of,
    is_restricted,
    may_create,
    may_set,
)
from sync.protocol.ids import new_id_text
from sync.protocol.messages import Change, Hold, Value
from sync.protocol.rules import broken_rule


class CarriedDocument(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    rename={
        "bucket": "b",
        "document_type": "t",
        "document_id": "id",
        "version": "ver",
        "fields": "d",
        "unsent": "p",
    },
):
    """One document as its sender holds it.

    Attributes:
        version: the server's version of ``fields``; 0 when the server has not confirmed it.
        fields: what the server has, as far as the sender knows.
        unsent: field -> (old, new): edits of the sender's office that wait in its outbox.
    """

    bucket: str
    document_type: str
    document_id: str
    version: int
    fields: dict[str, Value]
    unsent: dict[str, tuple[Value, Value]] = {}


@dataclass(frozen=True, slots=True)
class Scope:
    """Who sent, and who reads: their roles, and the communes both serve."""

    sender: Role
    reader: Role
    communes: frozenset[str]

    def buckets(self) -> list[str]:
        """What they may carry to each other, sorted; nothing restricted ever."""
        return sorted(
            bucket_of(code, data_set)
            for code in self.communes
            for data_set in exchanged(self.sender, self.reader)
        )


@dataclass(frozen=True, slots=True)
class Believed:
    """What a reader takes over of a carried document.

    Attributes:
        fields: the whole document, where the sender's role makes such documents; else ``None``.
        answers: the fields that the sender's role sets in others' documents, as the server has
            them as far as the sender knows.
        unsent: those that the sender's office edited since: field -> (old, new).
    """

    document: CarriedDocument
    fields: Mapping[str, Value] | None
    answers: Mapping[str, Value]
    unsent: Mapping[str, tuple[Value, Value]]


def exchanged(one: Role, other: Role) -> frozenset[DataSet]:
    """The data sets that two roles work on together; nothing between two of the same role.

    A box takes no parcels: it is spoken to.
    """
    if one is other or Role.RELAY in (one, other):
        return frozenset()
    return frozenset(
        data_set
        for data_set in frozenset(GRANTS[one]) & frozenset(GRANTS[other])
        if not is_restricted(f"/{data_set.value}")
    )


def believed(carried: CarriedDocument, scope: Scope) -> Believed | None:
    """What may be taken over from this sender; ``None`` for what breaks a rule, whole."""
    if carried.bucket not in scope.buckets() or carried.document_type not in _TYPES:
        return None
    document_type = _TYPES[carried.document_type]
    is_maker = may_create(scope.sender, document_type)
    edited = {name: new for name, (_, new) in carried.unsent.items()}
    shown = {name: new for name, new in {**carried.fields, **edited}.items() if new is not None}
    answers = {name: value for name, value in shown.items() if _is_answer(document_type, name)}
    asked = {name: value for name, value in shown.items() if name not in answers}
    foreign = [name for name in edited if is_maker is _is_answer(document_type, name)]
    if foreign or carried.version < 0 or not _is_sound(carried, scope, asked, answers):
        return None
    return Believed(
        document=carried,
        fields=shown if is_maker else None,
        answers={} if is_maker else {n: v for n, v in carried.fields.items() if n in answers},
        unsent={} if is_maker else carried.unsent,
    )


_TYPES = {document_type.value: document_type for document_type in DocumentType}


def _is_answer(document_type: DocumentType, field_name: str) -> bool:
    """Is the field set in a document by others than who made it?"""
    makers = RULES[document_type].creators
    return any(may_set(role, document_type, field_name) for role in Role if role not in makers)


def _is_sound(
    carried: CarriedDocument, scope: Scope, asked: dict[str, Value], answers: dict[str, Value]
) -> bool:
    """Would the server take the document from who makes it, and the answers from who answers?"""
    document_type = _TYPES[carried.document_type]
    roles = (scope.sender, scope.reader)
    maker = next((role for role in roles if may_create(role, document_type)), None)
    answering = next((role for role in roles if role is not maker), None)
    if maker is None or answering is None:
        return False
    held = [_broken(carried, scope, asked, maker, "create")]
    if answers:
        held.append(_broken(carried, scope, answers, answering, "set"))
    return not any(held)


def _broken(
    carried: CarriedDocument, scope: Scope, fields: dict[str, Value], role: Role, kind: str
) -> Hold | None:
    change = Change(
        seq=1,
        change_id=new_id_text(unix_ms=0),
        group=1,
        document_type=carried.document_type,
        document_id=carried.document_id,
        bucket=carried.bucket,
        kind=kind,
        base_version=0,
        patch={name: (None, value) for name, value in fields.items()},
        by="",
        at="",
    )
    return broken_rule(
        change,
        role=role,
        communes=scope.communes,
        data_sets=exchanged(scope.sender, scope.reader),
    )
