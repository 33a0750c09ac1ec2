"""Parcels: the server's own key, the numbers of what came and went, and the directory's number.

The number is kept by triggers: whatever changes an office or a device, in this program or by hand,
devices learn of it with their next sync.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_TABLES = """
ALTER TABLE province ADD COLUMN directory_number bigint NOT NULL DEFAULT 1;
CREATE TABLE server_keys (
    singleton boolean DEFAULT true NOT NULL,
    seed bytea NOT NULL,
    PRIMARY KEY (singleton),
    CONSTRAINT server_keys_singleton CHECK (singleton)
);
CREATE TABLE parcels_received (
    device_id uuid NOT NULL REFERENCES devices (id),
    series text NOT NULL,
    number bigint NOT NULL,
    content text NOT NULL,
    received_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (device_id, series, number)
);
CREATE TABLE parcels_sent (
    device_id uuid NOT NULL REFERENCES devices (id),
    number bigint NOT NULL,
    PRIMARY KEY (device_id)
);
"""
_FUNCTION = """
CREATE FUNCTION count_directory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE province SET directory_number = directory_number + 1;
    RETURN NULL;
END
$$
"""
_TRIGGERS = """
CREATE TRIGGER devices_in_directory
    AFTER INSERT OR DELETE OR UPDATE OF office_id, name, public_key, revoked_at ON devices
    FOR EACH STATEMENT EXECUTE FUNCTION count_directory();
CREATE TRIGGER offices_in_directory
    AFTER INSERT OR DELETE OR UPDATE OF name, role ON offices
    FOR EACH STATEMENT EXECUTE FUNCTION count_directory();
CREATE TRIGGER communes_in_directory
    AFTER INSERT OR DELETE OR UPDATE ON office_communes
    FOR EACH STATEMENT EXECUTE FUNCTION count_directory();
"""


def upgrade() -> None:
    """Add the tables, the number and what counts it."""
    for statements in (_TABLES, _FUNCTION, _TRIGGERS):
        op.execute(statements)
