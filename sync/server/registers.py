"""Documents and the feeds of their buckets, in the database.

A feed is the newest state of each document at one position; a document that changes moves to the
end. Positions come from the bucket's own row, locked last, so that they are committed in order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Text, Uuid, bindparam, cast, column, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.chain import digest_part
from sync.protocol.merge import Author, HeldValue, ServerDocument
from sync.server.copying import copy_rows
from sync.server.tables import buckets, document_places, documents

_encode = msgspec.json.Encoder().encode
_decode_fields = msgspec.json.Decoder(dict[str, object]).decode
_decode_versions = msgspec.json.Decoder(dict[str, int]).decode
_decode_authors = msgspec.json.Decoder(dict[int, Author]).decode
_decode_clashes = msgspec.json.Decoder(dict[str, list[HeldValue]]).decode

#: Where a document is: its bucket and its id.
Key = tuple[str, UUID]


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


def claimed(connection: Connection, wanted: Mapping[UUID, str]) -> dict[UUID, str]:
    """Claim ids for new documents: id -> the bucket it belongs to, which may be another one.

    A claimed id is locked until the end of the transaction, so that two devices that create the
    same document do it one after the other.
    """
    if not wanted:
        return {}
    ids = sorted(wanted)
    pairs = (
        func.unnest(
            cast(bindparam("ids", ids), ARRAY(Uuid)),
            cast(bindparam("places", [wanted[i] for i in ids]), ARRAY(Text)),
        )
        .table_valued(column("id", Uuid), column("bucket", Text), name="pairs")
        .render_derived()
    )
    claim = upsert(document_places).from_select(
        ["id", "bucket"], select(pairs.c.id, pairs.c.bucket).order_by(pairs.c.id)
    )
    rows = connection.execute(
        claim.on_conflict_do_update(
            index_elements=["id"], set_={"bucket": document_places.c.bucket}
        ).returning(document_places.c.id, document_places.c.bucket)
    )
    return {row.id: row.bucket for row in rows}


def locked(connection: Connection, keys: set[Key]) -> dict[Key, Stored]:
    """Those of these documents that exist, locked in the order of their ids."""
    if not keys:
        return {}
    ordered = sorted(keys, key=lambda key: (key[1], key[0]))
    wanted = (
        func.unnest(
            cast(bindparam("places", [bucket for bucket, _ in ordered]), ARRAY(Text)),
            cast(bindparam("ids", [document_id for _, document_id in ordered]), ARRAY(Uuid)),
        )
        .table_valued(column("bucket", Text), column("id", Uuid), name="wanted")
        .render_derived()
    )
    table = documents
    rows = connection.execute(
        select(
            table.c.bucket,
            table.c.id,
            table.c.type,
            table.c.version,
            table.c.run_start,
            cast(table.c.fields, Text).label("fields"),
            cast(table.c.field_versions, Text).label("field_versions"),
            cast(table.c.authors, Text).label("authors"),
            cast(table.c.clashes, Text).label("clashes"),
        )
        .join(wanted, (wanted.c.bucket == table.c.bucket) & (wanted.c.id == table.c.id))
        .order_by(table.c.id)
        .with_for_update(of=table)
    )
    return {
        (row.bucket, row.id): Stored(
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
        for row in rows
    }


def write(connection: Connection, touched: Sequence[Touched]) -> dict[str, tuple[int, int]]:
    """Write documents at new positions. Takes the last locks of the transaction.

    Gives for each bucket where its feed ended before, and where it ends now.
    """
    heads: dict[str, tuple[int, int]] = {}
    by_bucket: dict[str, list[Touched]] = defaultdict(list)
    for one in touched:
        by_bucket[one.key[0]].append(one)
    new: list[tuple[object, ...]] = []
    changed: list[tuple[object, ...]] = []
    for bucket in sorted(by_bucket):
        group = by_bucket[bucket]
        head = _advanced_head(connection, bucket, group)
        heads[bucket] = (head - len(group), head)
        for position, one in enumerate(group, head - len(group) + 1):
            (new if one.before is None else changed).append(_row(one, position))
    _insert(connection, new)
    _update(connection, changed)
    return heads


def _advanced_head(connection: Connection, bucket: str, group: Sequence[Touched]) -> int:
    """Count these documents into the bucket, and take as many positions; gives the new head."""
    xor = 0
    for one in group:
        xor ^= _digest(one.key[1], one.before) ^ _digest(one.key[1], one.after)
    row = upsert(buckets).values(
        bucket=bucket,
        head=len(group),
        documents=sum(1 for one in group if one.before is None),
        digest_high=_signed(xor >> 64),
        digest_low=_signed(xor & _LOW),
    )
    new = row.excluded
    old = buckets.c
    head: int = connection.execute(
        row.on_conflict_do_update(
            index_elements=["bucket"],
            set_={
                "head": old.head + new.head,
                "documents": old.documents + new.documents,
                "digest_high": old.digest_high.bitwise_xor(new.digest_high),
                "digest_low": old.digest_low.bitwise_xor(new.digest_low),
            },
        ).returning(buckets.c.head)
    ).scalar_one()
    return head


_LOW = 2**64 - 1


def _digest(document_id: UUID, stored: Stored | None) -> int:
    return 0 if stored is None else digest_part(str(document_id), stored.document.version)


def _signed(bits: int) -> int:
    """64 bits as PostgreSQL's bigint holds them."""
    return bits - 2**64 if bits >= 2**63 else bits


def digest_bits(high: int, low: int) -> int:
    """The 128 bits that a bucket's row holds in two numbers."""
    return (high & _LOW) << 64 | (low & _LOW)


_COLUMNS = (
    "bucket",
    "id",
    "type",
    "position",
    "version",
    "run_start",
    "fields",
    "field_versions",
    "authors",
    "clashes",
)


def _row(one: Touched, position: int) -> tuple[object, ...]:
    document = one.after.document
    return (
        *one.key,
        one.after.document_type,
        position,
        document.version,
        document.run_start,
        _encode(document.fields).decode(),
        _encode(document.field_versions).decode(),
        _encode(document.authors).decode(),
        _encode(document.clashes).decode(),
    )


def _insert(connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        copy_rows(connection, "documents", _COLUMNS, rows)


_MAKE_STAGE = text(
    "CREATE TEMPORARY TABLE IF NOT EXISTS changed_documents"
    " (LIKE public.documents) ON COMMIT DELETE ROWS"
)
_UPDATE_FROM_STAGE = text(
    "UPDATE documents SET position = c.position, version = c.version, run_start = c.run_start,"
    " fields = c.fields, field_versions = c.field_versions, authors = c.authors,"
    " clashes = c.clashes"
    " FROM changed_documents AS c WHERE documents.bucket = c.bucket AND documents.id = c.id"
)


def _update(connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        return
    connection.execute(_MAKE_STAGE)
    copy_rows(connection, "changed_documents", _COLUMNS, rows)
    connection.execute(_UPDATE_FROM_STAGE)
