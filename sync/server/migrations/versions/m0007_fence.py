"""Row-level security: each row is shown to the transactions that it belongs to, and to no others.

A policy reads settings of the transaction: its device, the communes and the buckets of that device.
Unset, they name nothing, and nothing is shown. They are read in sub-selects, once a statement
instead of once a row. The owner of the tables, who migrates and administers, is not held by them.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_DEVICE = "(SELECT nullif(current_setting('so_an_sinh.device', true), '')::uuid)"
_BUCKETS = "(SELECT string_to_array(current_setting('so_an_sinh.buckets', true), ','))::text[]"
_COMMUNES = "(SELECT string_to_array(current_setting('so_an_sinh.communes', true), ','))::text[]"
_CODE = "(SELECT nullif(current_setting('so_an_sinh.code', true), ''))"

_OF_BUCKETS = ("documents", "document_places", "buckets")
_OF_DEVICES = (
    "device_epochs",
    "parcels_received",
    "parcels_sent",
    "challenges",
    "tokens",
    "refresh_tokens",
)
_ENDING = ("challenges", "tokens", "refresh_tokens")

_OTHERS = f"""
CREATE POLICY itself ON devices USING (id = {_DEVICE});
CREATE POLICY neighbours ON devices FOR SELECT USING (
    office_id IN (SELECT office_id FROM office_communes WHERE commune_code = ANY ({_COMMUNES}))
);
CREATE POLICY its_own ON operations USING (device_id = {_DEVICE});
CREATE POLICY of_neighbours ON operations FOR SELECT USING (
    device_id IN (SELECT id FROM devices)
);
CREATE POLICY this_one ON enrolment_codes USING (selector = {_CODE});
"""  # noqa: S608 - texts of this file

# Who asks is found by what only he has; the functions look where nobody else may, and tell an id.
_FUNCTIONS = """
CREATE FUNCTION device_of_token(hash bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'SELECT device_id FROM public.tokens WHERE token_hash = hash AND expires_at > now()';
CREATE FUNCTION device_of_refresh(hash bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'SELECT device_id FROM public.refresh_tokens WHERE token_hash = hash AND expires_at > now()';
CREATE FUNCTION device_of_key(key text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'SELECT id FROM public.devices WHERE public_key = key';
REVOKE EXECUTE ON FUNCTION device_of_token, device_of_refresh, device_of_key FROM PUBLIC;
"""

# A device that enrols counts the directory on without a right of its own on the province.
_COUNTING = """
CREATE OR REPLACE FUNCTION count_directory() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.province SET directory_number = directory_number + 1;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Make the policies, and what they need."""
    for table in (*_OF_BUCKETS, *_OF_DEVICES, "devices", "operations", "enrolment_codes"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for table in _OF_BUCKETS:
        op.execute(f"CREATE POLICY by_bucket ON {table} USING (bucket = ANY ({_BUCKETS}))")
    for table in _OF_DEVICES:
        op.execute(f"CREATE POLICY by_device ON {table} USING (device_id = {_DEVICE})")
    for table in _ENDING:
        # Whoever comes sweeps away what ended: it must be seen for that.
        for what in ("SELECT", "DELETE"):
            op.execute(
                f"CREATE POLICY ended_{what.lower()} ON {table} FOR {what}"
                " USING (expires_at < now())"
            )
    for statements in (_OTHERS, _FUNCTIONS, _COUNTING):
        op.execute(statements)
