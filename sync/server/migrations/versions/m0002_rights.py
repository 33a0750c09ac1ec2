"""Restricted data sets are granted to single devices, by the code they enrol with or later."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = """
ALTER TABLE devices ADD COLUMN rights text[] NOT NULL DEFAULT '{}';
ALTER TABLE enrolment_codes ADD COLUMN rights text[] NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    """Add the columns; who is enrolled has no rights."""
    op.execute(_STATEMENTS)
