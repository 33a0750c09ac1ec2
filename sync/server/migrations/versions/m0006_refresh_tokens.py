"""Refresh tokens that are good once, and how often somebody asked."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

# What is counted in ``allowances`` may be lost in a crash: then counting begins anew.
_STATEMENTS = """
CREATE TABLE refresh_tokens (
    token_hash bytea NOT NULL PRIMARY KEY,
    family uuid NOT NULL,
    device_id uuid NOT NULL REFERENCES devices (id),
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
CREATE INDEX refresh_tokens_expires_at_idx ON refresh_tokens (expires_at);
CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family);
ALTER TABLE tokens ADD COLUMN family uuid;
CREATE INDEX tokens_family_idx ON tokens (family);
CREATE UNLOGGED TABLE allowances (
    kind text NOT NULL,
    who text NOT NULL,
    level double precision NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    PRIMARY KEY (kind, who)
);
"""


def upgrade() -> None:
    """Add the tables; tokens given before have no family and end by themselves."""
    op.execute(_STATEMENTS)
