"""A document being worked on: how it is kept, how lists show it, what it does to a digest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from desktop.store.beneath import decode_base, encode_base
from desktop.store.documents import FieldValues
from desktop.store.projections import DISTINCT, Row, is_listed, numbers_of, row_of
from sync.protocol.chain import digest_part, marked_part
from sync.protocol.documents import DocumentType, fate_of, is_derived
from sync.protocol.messages import Clash, Value

Clashes = dict[str, list[Clash]]

_ENCODER = msgspec.json.Encoder()
_FIELDS = msgspec.json.Decoder(dict[str, Any])
_CLASHES = msgspec.json.Decoder(Clashes)
#: Each type by its name as it travels.
TYPES = {document_type.value: document_type for document_type in DocumentType}


def encode_fields(fields: Mapping[str, Value]) -> str:
    """Fields as they are kept."""
    return _ENCODER.encode(fields).decode()


def decode_fields(text: str) -> FieldValues:
    """Fields as they were kept."""
    return _FIELDS.decode(text)


def encode_clashes(clashes: Mapping[str, Sequence[Clash]]) -> str | None:
    """Clashes as they are kept; ``None`` for none, so that few rows stand in the index."""
    return _ENCODER.encode(clashes).decode() if clashes else None


def decode_clashes(text: str | None) -> Clashes:
    """Clashes as they were kept."""
    return {} if text is None else _CLASHES.decode(text)


class DigestStep:
    """What versions that came and went change in the digests of a bucket."""

    __slots__ = ("count", "marked", "xor")

    def __init__(self) -> None:
        self.count = self.xor = self.marked = 0

    def take(self, document_id: str, version: int, mark: str) -> None:
        """This version is there no more; 0 never was."""
        if version:
            self.count -= 2
            self.put(document_id, version, mark)

    def put(self, document_id: str, version: int, mark: str) -> None:
        """This version is there now."""
        if version:
            self.count += 1
            self.xor ^= digest_part(document_id, version)
            self.marked ^= marked_part(document_id, version, mark)


class Entry:
    """A document being worked on.

    Attributes:
        doc: its number in this file.
        kind: its type; a type this program does not know stays text and stands in no list.
        type_name: its type as it travels.
        is_restricted: does it live in the tables of its own?
        is_gone: was it removed?
        decided: clashes that changes which wait decide: shown no more, but the server has them yet,
            and they come back with a change that it refuses. Only beside a ``base``.
        pending: how many changes of it wait in the outbox.
        before: its row of its list as it is in the database; ``None`` when it stands in none, or
            while nothing shown is changed (``is_shown_anew``, by ``will_change``).
        mark: tells its version from another one with the same number; "" when unknown.
    """

    __slots__ = (
        "base",
        "before",
        "bucket",
        "clashes",
        "decided",
        "doc",
        "document_id",
        "fields",
        "is_gone",
        "is_new",
        "is_restricted",
        "is_shown_anew",
        "kind",
        "mark",
        "mark_before",
        "numbers_before",
        "pending",
        "type_name",
        "version",
        "version_before",
    )

    def __init__(
        self,
        doc: int,
        document_id: str,
        kind: DocumentType | None,
        type_name: str,
        bucket: str,
        fields: FieldValues,
        *,
        is_restricted: bool = False,
    ) -> None:
        self.doc = doc
        self.document_id = document_id
        self.kind = kind
        self.type_name = type_name
        self.bucket = bucket
        self.is_restricted = is_restricted
        self.fields = fields
        self.version = self.version_before = 0
        self.mark = self.mark_before = ""
        self.is_shown_anew = False
        self.base: FieldValues | None = None
        self.clashes: Clashes = {}
        self.decided: Clashes = {}
        self.pending = 0
        self.is_new = True
        self.is_gone = False
        self.before: Row | None = None
        self.numbers_before: frozenset[str] = frozenset()

    def will_change(self, names: Collection[str] | None = None) -> None:
        """Keep how lists show it now; to be called before these fields, or any, are changed."""
        if self.is_new or self.is_shown_anew or self.kind is None:
            return
        if names is None or self.clashes or is_listed(self.kind, names):
            self.is_shown_anew = True
            self.before = self.row()
            self.numbers_before = self.numbers()

    def row(self) -> Row | None:
        """Its row of its list; ``None`` for what left the lists, and types never listed."""
        if self.kind is None or self.is_gone or fate_of(self.fields):
            return None
        to_decide = sum(not is_derived(name) for name in self.clashes)
        return row_of(self.kind, self.doc, self.document_id, self.fields, to_decide)

    def numbers(self) -> frozenset[str]:
        """The numbers by which the person is found."""
        if self.kind is not DocumentType.PERSON or fate_of(self.fields):
            return frozenset()
        return numbers_of(self.fields)

    @property
    def is_told_apart(self) -> bool:
        """Did somebody say of this person that another one is somebody else?"""
        is_person = self.kind is DocumentType.PERSON
        return is_person and any(name.startswith(DISTINCT) for name in self.fields)


def entry_from(row: Sequence[Any], *, is_restricted: bool = False) -> Entry:
    """A document as it is in the database."""
    doc, document_id, type_name, bucket, version, fields, base, clashes, pending, mark = row
    kind = TYPES.get(type_name)
    values = decode_fields(fields)
    entry = Entry(doc, document_id, kind, type_name, bucket, values, is_restricted=is_restricted)
    entry.version = entry.version_before = version
    entry.base, entry.decided = decode_base(base, values)
    entry.clashes = decode_clashes(clashes)
    entry.pending = pending
    entry.mark = entry.mark_before = mark
    entry.is_new = False
    return entry


def document_row(entry: Entry) -> tuple[Any, ...]:
    """The document as the database keeps it, its number first."""
    return (
        entry.doc,
        entry.document_id,
        entry.type_name,
        entry.bucket,
        entry.version,
        encode_fields(entry.fields),
        encode_base(entry.base, entry.fields, entry.decided),
        encode_clashes(entry.clashes),
        entry.pending,
        entry.mark,
    )
