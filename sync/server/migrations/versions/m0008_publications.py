"""What the province publishes: signed packs, for every office."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

# Devices are told ``pack_serial`` with every pull. Numbers of a restored database go on above
# ``pack_floor``, so that none stands for two things. Nobody's data is in it: no policy is needed.
_STATEMENTS = """
ALTER TABLE province ADD COLUMN pack_serial bigint DEFAULT 0 NOT NULL;
ALTER TABLE province ADD COLUMN pack_floor bigint DEFAULT 0 NOT NULL;
CREATE TABLE publications (
    kind text NOT NULL,
    number bigint NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    signature text NOT NULL,
    sha256 text NOT NULL,
    content bytea NOT NULL,
    source_sha256 text NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL,
    PRIMARY KEY (kind, number)
);
CREATE INDEX publications_kind_name_number_idx ON publications (kind, name, number);
CREATE INDEX publications_sha256_idx ON publications (sha256);
"""


def upgrade() -> None:
    """Add the table; nothing was published before."""
    op.execute(_STATEMENTS)
