"""Answering a pull: what came after the device's cursors, of the buckets it may read.

One snapshot per page: rows, cursors and digests belong to the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Result,
    Select,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sync.protocol.box import signed_row
from sync.protocol.chain import digest_from, mark_of
from sync.protocol.codec import encode_lines
from sync.protocol.documents import Role
from sync.protocol.merge import FIRST_VERSION, Author, HeldValue, shown_beside
from sync.protocol.messages import (
    ROW_WORDS,
    Clash,
    Digest,
    Drop,
    Fields,
    Grant,
    PullEnd,
    PullRequest,
    Refusal,
    Row,
)
from sync.server.database import snapshot
from sync.server.directory import known_seed
from sync.server.provinces import server_epoch, told_with_pages
from sync.server.registers import digest_bits
from sync.server.sessions import Device, authenticate
from sync.server.tables import buckets, documents

MOST_ROWS = 2_000
#: A page ends after the row that passes this, so that it inflates in the client's memory.
_LARGEST_PAGE_BYTES = 8 * 1024 * 1024
#: One by one costs more, all at once more memory.
_FETCHED_AT_ONCE = 100
#: A cursor names a bucket; no office serves nearly so many.
MOST_CURSORS = 1_000

_decode_fields = msgspec.json.Decoder(Fields).decode
_decode_clashes = msgspec.json.Decoder(dict[str, list[HeldValue]]).decode
_decode_versions = msgspec.json.Decoder(dict[str, int]).decode
_decode_authors = msgspec.json.Decoder(dict[int, Author]).decode


class _RawRow(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    tag_field="k",
    tag="row",
    rename=ROW_WORDS,
):
    """A ``Row`` whose fields stay the text the database gave: not read, only passed on."""

    bucket: str
    position: int
    document_type: str
    document_id: str
    version: int
    fields: msgspec.Raw
    clashes: dict[str, list[Clash]] = {}
    mark: str = ""


class _Bucket(NamedTuple):
    """A bucket's row; all zero when nothing was ever written to it."""

    head: int = 0
    documents: int = 0
    digest_high: int = 0
    digest_low: int = 0
    marked_high: int = 0
    marked_low: int = 0

    def digest(self) -> Digest:
        return digest_from(self.documents, digest_bits(self.digest_high, self.digest_low))

    def marks(self) -> str:
        return f"{digest_bits(self.marked_high, self.marked_low):032x}"


@dataclass(slots=True)
class Page:
    """A page in the making."""

    limit: int
    lines: list[msgspec.Struct] = field(default_factory=list)
    rows: int = 0
    size_bytes: int = 0

    def add(self, row: _RawRow) -> None:
        self.lines.append(row)
        self.rows += 1
        self.size_bytes += len(bytes(row.fields))

    def has_room(self) -> bool:
        """May another row follow?"""
        return self.rows < self.limit and self.size_bytes <= _LARGEST_PAGE_BYTES


def pull(engine: Engine, token: str, request: PullRequest) -> bytes | Refusal:
    """The lines of the answer, not yet compressed."""
    with snapshot(engine) as connection:
        device = authenticate(connection, token)
        if isinstance(device, Refusal):
            return device
        answer = _answer(connection, device.buckets(), request)
        if device.role is Role.RELAY:
            answer = _signed(connection, answer)
        return encode_lines(answer)


def _signed(connection: Connection, answer: Iterator[msgspec.Struct]) -> Iterator[msgspec.Struct]:
    """For a box, whose neighbours have to believe its rows; they know the key from a directory."""
    epoch, seed = server_epoch(connection), known_seed(connection)
    for line in answer:
        if isinstance(line, _RawRow) and seed is not None:
            yield signed_row(_read(line), server_epoch=epoch, signing_key=seed)
        else:
            yield line


def _read(raw: _RawRow) -> Row:
    return Row(
        bucket=raw.bucket,
        position=raw.position,
        document_type=raw.document_type,
        document_id=raw.document_id,
        version=raw.version,
        fields=_decode_fields(raw.fields),
        clashes=raw.clashes,
        mark=raw.mark,
    )


@dataclass(frozen=True, slots=True)
class CarriedPage:
    """A page that travels in a parcel: its lines, how many rows, and the cursors it follows."""

    asked: Mapping[str, int]
    lines: bytes
    rows: int


def all_pages(
    connection: Connection, device: Device, cursors: Mapping[str, int]
) -> Iterator[CarriedPage]:
    """Everything after these cursors, page by page; all of one moment in a snapshot."""
    granted, asked, has_more = device.buckets(), dict(cursors), True
    while has_more:
        lines = list(_answer(connection, granted, PullRequest(cursors=asked)))
        end = lines[-1]
        assert isinstance(end, PullEnd)  # noqa: S101 - it closes every answer
        rows = sum(isinstance(line, _RawRow) for line in lines)
        yield CarriedPage(asked=asked, lines=encode_lines(lines), rows=rows)
        asked, has_more = dict(end.next), end.more


def _answer(
    connection: Connection, granted: Sequence[str], request: PullRequest
) -> Iterator[msgspec.Struct]:
    known = _heads(connection, granted)
    cursors = request.cursors
    yield from (Drop(bucket=bucket) for bucket in sorted(set(cursors) - set(granted)))
    yield from (
        Grant(bucket=bucket, count=known[bucket].documents)
        for bucket in granted
        if bucket not in cursors
    )
    page = Page(limit=min(max(request.limit, 1), MOST_ROWS))
    after = {
        bucket: _fill(connection, page, bucket, cursors.get(bucket, 0), known[bucket].head)
        for bucket in granted
    }
    yield from page.lines
    has_more = any(after[bucket] < known[bucket].head for bucket in granted)
    epoch, directory, packs = told_with_pages(connection)
    yield PullEnd(
        next=after,
        more=has_more,
        digest={} if has_more else {bucket: known[bucket].digest() for bucket in granted},
        server_epoch=epoch,
        directory=directory,
        packs=packs,
        marks={} if has_more else {name: one.marks() for name, one in known.items() if one.head},
    )


_HEADS = select(buckets.c.bucket, *(buckets.c[name] for name in _Bucket._fields)).where(
    buckets.c.bucket == any_(bindparam("granted", type_=ARRAY(Text)))
)


def _heads(connection: Connection, granted: Sequence[str]) -> Mapping[str, _Bucket]:
    rows = connection.execute(_HEADS, {"granted": granted})
    found = {row.bucket: _Bucket(*row[1:]) for row in rows}
    return {bucket: found.get(bucket, _Bucket()) for bucket in granted}


def _fill(connection: Connection, page: Page, bucket: str, cursor: int, head: int) -> int:
    """Add this bucket's rows while there is room; gives the cursor after them."""
    # A cursor beyond the head comes from before the server was restored: it goes back with it,
    # else what is written now would be passed over. The digest then finds what is missing.
    position = min(max(cursor, 0), head)
    if not page.has_room() or position == head:
        return position
    for row in _rows_after(connection, bucket, position, page.limit - page.rows):
        page.add(row)
        position = row.position
        if not page.has_room():
            return position
    return head


def row_query() -> Select[Any]:
    """What is read of documents for their rows."""
    at = documents.c
    is_clashing = cast(at.clashes, Text) != "{}"
    # The change that made the version.
    maker = func.json_extract_path_text(at.authors, cast(at.version, Text), "op")
    return select(
        at.position,
        at.type,
        cast(at.id, Text).label("id"),
        at.version,
        cast(at.fields, Text).label("fields"),
        cast(at.clashes, Text).label("clashes"),
        case((is_clashing, cast(at.field_versions, Text)), else_="").label("versions"),
        case((is_clashing, cast(at.authors, Text)), else_="").label("authors"),
        maker.label("maker"),
    )


_ROWS_AFTER = (
    row_query()
    .where(
        documents.c.bucket == bindparam("bucket"),
        documents.c.position > bindparam("after", type_=BigInteger),
    )
    .order_by(documents.c.position)
    .limit(bindparam("most", type_=BigInteger))
)


def _rows_after(
    connection: Connection, bucket: str, position: int, limit: int
) -> Iterator[_RawRow]:
    values = {"bucket": bucket, "after": position, "most": limit}
    return fetched(connection.execute(_ROWS_AFTER, values), bucket)


def fetched(rows: Result[Any], bucket: str) -> Iterator[_RawRow]:
    """The rows of a bucket that a ``row_query`` found."""
    for piece in rows.partitions(_FETCHED_AT_ONCE):
        for row in piece:
            yield _RawRow(
                bucket=bucket,
                position=row.position,
                document_type=row.type,
                document_id=row.id,
                version=row.version,
                fields=msgspec.Raw(row.fields.encode()),
                clashes=_shown(row.clashes, row.versions, row.authors),
                mark=mark_of(row.maker),
            )


def _shown(raw_clashes: str, raw_versions: str, raw_authors: str) -> dict[str, list[Clash]]:
    if raw_clashes == "{}":
        return {}
    versions, authors = _decode_versions(raw_versions), _decode_authors(raw_authors)
    return {
        name: shown_beside(values, authors.get(versions.get(name, FIRST_VERSION)))
        for name, values in _decode_clashes(raw_clashes).items()
    }
