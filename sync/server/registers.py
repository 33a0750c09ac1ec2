"""Documents and the feeds of their buckets, in the database.

A feed is the newest state of each document at one position; a document that changes moves to the
end. Positions come from the bucket's own row, locked last, so that they are committed in order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.chain import digest_part, mark_of, marked_part
from sync.protocol.merge import Author, HeldValue, ServerDocument
from sync.server.bulk import brought, run
from sync.server.tables import buckets, document_places, documents

_decode_fields = msgspec.json.Decoder(dict[str, object]).decode
_decode_versions = msgspec.json.Decoder(dict[str, int]).decode
_decode_authors = msgspec.json.Decoder(dict[int, Author]).decode
_decode_clashes = msgspec.json.Decoder(dict[str, list[HeldValue]]).decode

#: Where a document is: its bucket and its id, a UUID in its usual spelling.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as the server holds it."""

    document_type: str
    document: ServerDocument


@dataclass(frozen=True, slots=True)
class Touched:
    """A document to write; ``before`` is ``None`` for a new one."""

    key: Key
    before: Stored | None
    after: Stored


@dataclass(frozen=True, slots=True)
class Claims:
    """Ids claimed for new documents.

    Attributes:
        places: id -> the bucket it belongs to, which may be another one than was wanted.
        new: those that nobody had claimed before; no document can be there.
    """

    places: Mapping[str, str]
    new: Set[str]


def claimed(connection: Connection, wanted: Mapping[str, str]) -> Claims:
    """Claim ids (id -> bucket) for new documents.

    A claimed id is locked until the end of the transaction, so that two devices that create the
    same document do it one after the other.
    """
    if not wanted:
        return Claims({}, frozenset())
    ids = sorted(wanted)
    parameters = {"ids": ids, "places": [wanted[document_id] for document_id in ids]}
    new = set(connection.execute(_CLAIM, parameters).scalars())
    places = {document_id: wanted[document_id] for document_id in new}
    known = [document_id for document_id in ids if document_id not in new]
    if known:
        rows = connection.execute(_CLAIMED, {"ids": known})
        places |= {row.id: row.bucket for row in rows}
    return Claims(places, new)


_IDS = cast(bindparam("ids", type_=ARRAY(Text)), ARRAY(Uuid))
_PAIRS = (
    func.unnest(_IDS, cast(bindparam("places", type_=ARRAY(Text)), ARRAY(Text)))
    .table_valued(column("id", Uuid), column("bucket", Text), name="pairs")
    .render_derived()
)
# Who claims an id at the same moment is waited for; then the id is his, and found below.
_CLAIM = (
    upsert(document_places)
    .from_select(["id", "bucket"], select(_PAIRS.c.id, _PAIRS.c.bucket).order_by(_PAIRS.c.id))
    .on_conflict_do_nothing()
    .returning(cast(document_places.c.id, Text))
)
_CLAIMED = (
    select(cast(document_places.c.id, Text).label("id"), document_places.c.bucket)
    .where(document_places.c.id == any_(_IDS))
    .order_by(document_places.c.id)
    .with_for_update()
)


def locked(connection: Connection, keys: Set[Key]) -> dict[Key, Stored]:
    """Those of these documents that exist, locked in the order of their buckets and ids."""
    by_bucket: dict[str, list[str]] = defaultdict(list)
    for bucket, document_id in sorted(keys):
        by_bucket[bucket].append(document_id)
    return {
        (bucket, row.id): _stored(row)
        for bucket, ids in by_bucket.items()
        for row in connection.execute(_LOCK, {"bucket": bucket, "ids": ids})
    }


# One bucket at a time: then only its partition is looked at.
_LOCK = (
    select(
        cast(documents.c.id, Text).label("id"),
        documents.c.type,
        documents.c.version,
        documents.c.run_start,
        cast(documents.c.fields, Text).label("fields"),
        cast(documents.c.field_versions, Text).label("field_versions"),
        cast(documents.c.authors, Text).label("authors"),
        cast(documents.c.clashes, Text).label("clashes"),
    )
    .where(documents.c.bucket == bindparam("bucket", type_=Text), documents.c.id == any_(_IDS))
    .order_by(documents.c.id)
    .with_for_update()
)


def _stored(row: Row[Any]) -> Stored:
    return Stored(
        document_type=row.type,
        document=ServerDocument(
            version=row.version,
            fields=_decode_fields(row.fields),
            field_versions=_decode_versions(row.field_versions),
            authors=_decode_authors(row.authors),
            clashes=_decode_clashes(row.clashes),
            run_start=row.run_start,
        ),
    )


def write(connection: Connection, touched: Sequence[Touched]) -> dict[str, tuple[int, int]]:
    """Write documents at new positions. Takes the last locks of the transaction.

    Gives for each bucket where its feed ended before, and where it ends now.
    """
    heads: dict[str, tuple[int, int]] = {}
    by_bucket: dict[str, list[Touched]] = defaultdict(list)
    for one in touched:
        by_bucket[one.key[0]].append(one)
    new: list[_Row] = []
    changed: list[_Row] = []
    for bucket in sorted(by_bucket):
        group = by_bucket[bucket]
        head = _advanced_head(connection, bucket, group)
        heads[bucket] = (head - len(group), head)
        for position, one in enumerate(group, head - len(group) + 1):
            (new if one.before is None else changed).append(_row(one, position))
    run(connection, _INSERT, new)
    _update(connection, changed)
    return heads


def _advanced_head(connection: Connection, bucket: str, group: Sequence[Touched]) -> int:
    """Count these documents into the bucket, and take as many positions; gives the new head."""
    xor = marked = 0
    for one in group:
        xor ^= _digest(one.key[1], one.before) ^ _digest(one.key[1], one.after)
        marked ^= _marked(one.key[1], one.before) ^ _marked(one.key[1], one.after)
    values = {
        "bucket": bucket,
        "head": len(group),
        "documents": sum(1 for one in group if one.before is None),
        "digest_high": _signed(xor >> 64),
        "digest_low": _signed(xor & _LOW),
        "marked_high": _signed(marked >> 64),
        "marked_low": _signed(marked & _LOW),
    }
    head: int = connection.execute(_ADVANCE, values).scalar_one()
    return head


_LOW = 2**64 - 1
_new_bucket = upsert(buckets)
_ADVANCE = _new_bucket.on_conflict_do_update(
    index_elements=["bucket"],
    set_={name: buckets.c[name] + _new_bucket.excluded[name] for name in ("head", "documents")}
    | {
        name: buckets.c[name].bitwise_xor(_new_bucket.excluded[name])
        for name in ("digest_high", "digest_low", "marked_high", "marked_low")
    },
).returning(buckets.c.head)


def _digest(document_id: str, stored: Stored | None) -> int:
    return 0 if stored is None else digest_part(document_id, stored.document.version)


def _marked(document_id: str, stored: Stored | None) -> int:
    if stored is None:
        return 0
    document = stored.document
    mark = mark_of(document.authors[document.version].op)
    return marked_part(document_id, document.version, mark)


def _signed(bits: int) -> int:
    """64 bits as PostgreSQL's bigint holds them."""
    return bits - 2**64 if bits >= 2**63 else bits


def digest_bits(high: int, low: int) -> int:
    """The 128 bits that a bucket's row holds in two numbers."""
    return (high & _LOW) << 64 | (low & _LOW)


class _Row(msgspec.Struct, frozen=True):
    """A document at its position, as it is written."""

    bucket: str
    id: str
    type: str
    position: int
    version: int
    run_start: int
    fields: Mapping[str, Any]
    field_versions: Mapping[str, int]
    authors: Mapping[int, Author]
    clashes: Mapping[str, Sequence[HeldValue]]


def _row(one: Touched, position: int) -> _Row:
    document = one.after.document
    bucket, document_id = one.key
    return _Row(
        bucket=bucket,
        id=document_id,
        type=one.after.document_type,
        position=position,
        version=document.version,
        run_start=document.run_start,
        fields=document.fields,
        field_versions=document.field_versions,
        authors=document.authors,
        clashes=document.clashes,
    )


_BROUGHT = brought(*(documents.c[name] for name in _Row.__struct_fields__))
_INSERT = insert(documents).from_select(_Row.__struct_fields__, select(_BROUGHT))
_UPDATE = (
    update(documents)
    .values(
        {
            name: _BROUGHT.c[name]
            for name in _Row.__struct_fields__
            if name not in ("bucket", "id", "type")
        }
    )
    .where(documents.c.bucket == _BROUGHT.c.bucket, documents.c.id == _BROUGHT.c.id)
)
# How many rows are brought is not known when it is planned: nothing but a look into the index for
# each of them is meant.
_BY_INDEX = text(
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)


def _update(connection: Connection, rows: Sequence[_Row]) -> None:
    if rows:
        connection.execute(_BY_INDEX)
        run(connection, _UPDATE, rows)
