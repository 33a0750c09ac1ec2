"""A second digest of each bucket, in which the change that made a version counts.

A server that was set back reaches the same numbers of versions again with other contents; the first
digest does not tell one from the other.
"""

from __future__ import annotations

from alembic import op

revision = "0008b"
down_revision = "0008"

_COLUMNS = """
ALTER TABLE buckets ADD COLUMN marked_high bigint NOT NULL DEFAULT 0;
ALTER TABLE buckets ADD COLUMN marked_low bigint NOT NULL DEFAULT 0;
"""

# SHA-256(id ‖ version as 8 bytes ‖ the last 12 characters of the change's id), first 16 bytes.
_FILL = """
UPDATE buckets SET marked_high = found.high, marked_low = found.low FROM (
    SELECT bucket,
        bit_xor(('x' || encode(substr(part, 1, 8), 'hex'))::bit(64)::bigint) AS high,
        bit_xor(('x' || encode(substr(part, 9, 8), 'hex'))::bit(64)::bigint) AS low
    FROM (
        SELECT bucket, sha256(
            convert_to(id::text, 'UTF8') || int8send(version)
            || convert_to(right(authors -> version::text ->> 'op', 12), 'UTF8')
        ) AS part
        FROM documents
    ) AS parts
    GROUP BY bucket
) AS found
WHERE buckets.bucket = found.bucket
"""


def upgrade() -> None:
    """Add the columns and count what is there: all documents are read once."""
    op.execute(_COLUMNS)
    op.execute(_FILL)
