"""What the province has of the box's communes, as far as the box has read it, and its pages.

A neighbour asks with the cursors of the province's feeds: rows keep their positions, so that it can
go on at the province where it stopped here, and here where it stopped there. It may know more than
the box; then the box has nothing for it, and takes nothing back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.codec import PullPage, encode_lines
from sync.protocol.documents import is_restricted
from sync.protocol.messages import Grant, PullEnd, PullRequest, Refusal, Row
from sync.server.database import snapshot
from sync.server.provinces import server_epoch
from sync.server.pull import MOST_ROWS
from sync.server.sessions import authenticate
from sync.server.tables import box_feeds, box_rows

_LARGEST_PAGE_BYTES = 8 * 1024 * 1024


def cursors(connection: Connection) -> dict[str, int]:
    """How far the box has read each feed."""
    rows = connection.execute(select(box_feeds.c.bucket, box_feeds.c.cursor))
    return {row.bucket: row.cursor for row in rows}


def take_page(connection: Connection, page: PullPage) -> None:
    """One page of the province with its cursors, in one transaction."""
    for drop in page.drops:
        connection.execute(delete(box_rows).where(box_rows.c.bucket == drop.bucket))
        connection.execute(delete(box_feeds).where(box_feeds.c.bucket == drop.bucket))
    newest = {(row.bucket, row.document_id): row for row in page.rows}
    values = [
        {
            "bucket": row.bucket,
            "id": row.document_id,
            "position": row.position,
            "line": msgspec.json.encode(row),
        }
        for row in newest.values()
    ]
    if values:
        stored = upsert(box_rows)
        changed = {"position": stored.excluded.position, "line": stored.excluded.line}
        connection.execute(
            stored.on_conflict_do_update(index_elements=["bucket", "id"], set_=changed), values
        )
    read = [{"bucket": bucket, "cursor": at} for bucket, at in page.end.next.items()]
    if read:
        feed = upsert(box_feeds)
        moved = {"cursor": feed.excluded.cursor}
        connection.execute(feed.on_conflict_do_update(index_elements=["bucket"], set_=moved), read)


def page_for(engine: Engine, token: str, request: PullRequest) -> bytes | Refusal:
    """A page for a neighbour, as the province gives it; nothing restricted, and no digests."""
    with snapshot(engine) as connection:
        device = authenticate(connection, token)
        if isinstance(device, Refusal):
            return device
        heads = cursors(connection)
        readable = [b for b in device.buckets() if b in heads and not is_restricted(b)]
        return encode_lines(_answer(connection, readable, heads, request))


def _answer(
    connection: Connection,
    readable: Sequence[str],
    heads: Mapping[str, int],
    request: PullRequest,
) -> Iterator[msgspec.Struct]:
    limit = min(max(request.limit, 1), MOST_ROWS)
    rows: list[Row] = []
    after: dict[str, int] = {}
    size = 0
    for bucket in readable:
        at = max(request.cursors.get(bucket, 0), 0)
        after[bucket] = max(at, heads[bucket])
        if bucket not in request.cursors:
            yield Grant(bucket=bucket, count=_count(connection, bucket))
        if at >= heads[bucket]:
            continue
        for position, line in _rows_after(connection, bucket, at, limit + 1 - len(rows)):
            if len(rows) == limit or size > _LARGEST_PAGE_BYTES:
                after[bucket] = at
                break
            rows.append(msgspec.json.decode(line, type=Row))
            size += len(line)
            at = position
    yield from rows
    has_more = any(after[bucket] < heads[bucket] for bucket in readable)
    # Buckets that only the province has stay where the neighbour left them.
    yield PullEnd(
        next=after, more=has_more, digest={}, server_epoch=server_epoch(connection), directory=0
    )


def _count(connection: Connection, bucket: str) -> int:
    found = select(func.count()).select_from(box_rows).where(box_rows.c.bucket == bucket)
    return int(connection.execute(found).scalar_one())


def _rows_after(
    connection: Connection, bucket: str, position: int, limit: int
) -> Iterator[tuple[int, bytes]]:
    rows = connection.execute(
        select(box_rows.c.position, box_rows.c.line)
        .where(box_rows.c.bucket == bucket, box_rows.c.position > position)
        .order_by(box_rows.c.position)
        .limit(limit)
    )
    for row in rows:
        yield row.position, bytes(row.line)
