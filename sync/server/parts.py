"""Finding what differs in a bucket: digests of its parts, then the rows of those that differ.

Asked only where the digest of a whole bucket differs, so nothing is kept for it: the parts are
made from the documents, some 50 ms for those of a large commune.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Engine, Text, any_, bindparam, cast, func, text
from sqlalchemy.dialects.postgresql import ARRAY

from sync.protocol.chain import MARK_LENGTH, PART_LENGTH, PARTS
from sync.protocol.codec import encode_lines
from sync.protocol.messages import (
    PartRowsRequest,
    Parts,
    PartsRequest,
    PullEnd,
    Refusal,
    RefusalCode,
)
from sync.server.database import snapshot
from sync.server.provinces import told_with_pages
from sync.server.pull import MOST_ROWS, Page, fetched, row_query
from sync.server.registers import digest_bits
from sync.server.sessions import authenticate
from sync.server.tables import documents

# What ``chain.marked_part`` is made of; the change that made the version is the mark's source.
_PARTS = text(
    """
    SELECT part, bit_xor(('x' || encode(substr(hashed, 1, 8), 'hex'))::bit(64)::bigint) AS high,
        bit_xor(('x' || encode(substr(hashed, 9, 8), 'hex'))::bit(64)::bigint) AS low
    FROM (
        SELECT right(id::text, :letters) AS part, sha256(
            convert_to(id::text, 'UTF8') || int8send(version)
            || convert_to(right(authors -> version::text ->> 'op', :mark), 'UTF8')
        ) AS hashed
        FROM documents WHERE bucket = :bucket
    ) AS versions
    GROUP BY part
    """
).bindparams(letters=PART_LENGTH, mark=MARK_LENGTH)
_EVERY = frozenset(f"{part:0{PART_LENGTH}x}" for part in range(PARTS))
_ROWS = (
    row_query()
    .where(
        documents.c.bucket == bindparam("bucket"),
        func.right(cast(documents.c.id, Text), PART_LENGTH)
        == any_(bindparam("parts", type_=ARRAY(Text))),
    )
    .order_by(documents.c.position)
    .limit(MOST_ROWS + 1)
)


def parts(engine: Engine, token: str, request: PartsRequest) -> Parts | Refusal:
    """The digests of the parts; of a bucket that is not the device's there are none."""
    with snapshot(engine) as connection:
        device = authenticate(connection, token)
        if isinstance(device, Refusal):
            return device
        if request.bucket not in device.buckets():
            return Parts({})
        rows = connection.execute(_PARTS, {"bucket": request.bucket})
        return Parts({row.part: f"{digest_bits(row.high, row.low):032x}" for row in rows})


def part_rows(engine: Engine, token: str, request: PartRowsRequest) -> bytes | Refusal:
    """The lines of the answer, not yet compressed; ``more`` when one page does not hold them."""
    if len(request.parts) > PARTS:
        return Refusal(code=RefusalCode.TOO_LARGE)
    with snapshot(engine) as connection:
        device = authenticate(connection, token)
        if isinstance(device, Refusal):
            return device
        granted = request.bucket in device.buckets()
        return encode_lines(_lines(connection, request if granted else PartRowsRequest("", [])))


def _lines(connection: Connection, request: PartRowsRequest) -> Iterator[msgspec.Struct]:
    page, has_more = Page(limit=MOST_ROWS), False
    values = {"bucket": request.bucket, "parts": sorted(_EVERY.intersection(request.parts))}
    for row in fetched(connection.execute(_ROWS, values), request.bucket):
        if not page.has_room():
            has_more = True
            break
        page.add(row)
    yield from page.lines
    epoch, directory, packs = told_with_pages(connection)
    yield PullEnd(
        next={}, more=has_more, digest={}, server_epoch=epoch, directory=directory, packs=packs
    )
