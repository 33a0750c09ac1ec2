"""Where the ledger of each register ended, as its device told: a witness outside the PC."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = """
ALTER TABLE device_epochs ADD COLUMN ledger_n bigint NOT NULL DEFAULT 0;
ALTER TABLE device_epochs ADD COLUMN ledger_hash bytea;
ALTER TABLE device_epochs ADD COLUMN ledger_at timestamp with time zone;
"""


def upgrade() -> None:
    """Add the columns; of devices that have not pushed since, nothing is known."""
    op.execute(_STATEMENTS)
