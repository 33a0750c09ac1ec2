"""Documents as they are kept: what an edit changes, and what local edits make of a server's row.

Fields are a flat mapping of names to JSON values; an empty field is absent. ``""`` and ``None``
both mean empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sync.protocol.documents import DocumentType, fate_of
from sync.protocol.messages import Clash, Value

FieldValues: TypeAlias = dict[str, Value]
#: Field -> (old value, new value).
Patch: TypeAlias = dict[str, tuple[Value, Value]]


@dataclass(frozen=True, slots=True)
class Edit:
    """What to set in one document; fields that are not named stay as they are.

    Attributes:
        commune_code: where a new document is made; a document that exists stays in its bucket.
        fields: field -> new value; ``None`` or ``""`` empties it.
        form: ``form_id@version`` where a form was filled.
        decided: fields with a clash on which the author chose, so that the choice is a change
            even when it is the value already shown.
        seen_version: the server's version the author decided by, when a newer one may have come
            since; the server then finds the clash. ``None``: the newest one here.
    """

    document_type: DocumentType
    document_id: str
    commune_code: str
    fields: Mapping[str, Value] = field(repr=False)
    form: str = ""
    decided: frozenset[str] = frozenset()
    seen_version: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the user sees it, unsent edits included.

    Attributes:
        version: the server's version it contains, 0 before the first receipt.
        clashes: field -> other values that lost or wait for a decision.
    """

    document_type: DocumentType
    document_id: str
    bucket: str
    version: int
    fields: Mapping[str, Value] = field(repr=False)
    clashes: Mapping[str, tuple[Clash, ...]] = field(default_factory=dict, repr=False)

    @property
    def fate(self) -> str:
        """The field that took it out of the lists (``FATES``); "" while it stands in them."""
        return fate_of(self.fields)

    @property
    def commune_code(self) -> str:
        """The commune whose document this is."""
        return self.bucket.partition("/")[0]


def difference(
    current: Mapping[str, Value], wanted: Mapping[str, Value], decided: frozenset[str]
) -> Patch:
    """What an edit really changes; equal values only if the author decided on them."""
    patch: Patch = {}
    for name, value in wanted.items():
        old = current.get(name)
        # Most values are what they were: a form is saved whole.
        if value == old and type(value) is type(old) and name not in decided:
            continue
        new = as_kept(value)
        if old != new or type(old) is not type(new) or name in decided:
            patch[name] = (old, new)
    return patch


def as_kept(value: Value) -> Value:
    """The value as it is kept: empty text is nothing, sequences are lists."""
    if value == "":
        return None
    return list(value) if isinstance(value, tuple) else value


def apply_patch(fields: FieldValues, patch: Mapping[str, tuple[Value, Value]]) -> None:
    """Set the new values of a patch; an empty one takes the field away."""
    for name, (_, new) in patch.items():
        if new is None:
            fields.pop(name, None)
        else:
            fields[name] = new


def replayed(
    base: Mapping[str, Value], patches: Iterable[Mapping[str, tuple[Value, Value]]]
) -> FieldValues:
    """The server's fields with the waiting edits on top, oldest first."""
    fields = dict(base)
    for patch in patches:
        apply_patch(fields, patch)
    return fields
