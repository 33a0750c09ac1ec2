"""The server's ledger, what each device pulled, and who took data out with whose approval.

A line of the ledger is added by ``write_down`` only, which the server's role may call; the tables
of exports and operators are for the commands of the operator, the role has no right on them.
"""

from __future__ import annotations

from alembic import op

revision = "0008c"
down_revision = "0008b"

_TABLES = """
CREATE TABLE ledger (
    n bigint NOT NULL PRIMARY KEY,
    line text NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE pull_days (
    device_id uuid NOT NULL REFERENCES devices (id),
    day date NOT NULL,
    rows bigint NOT NULL,
    alarmed_at timestamp with time zone,
    PRIMARY KEY (device_id, day)
);
CREATE INDEX pull_days_alarmed_at_idx ON pull_days (alarmed_at);
CREATE TABLE operators (
    name text NOT NULL PRIMARY KEY,
    rights text[] NOT NULL,
    verifier text NOT NULL,
    made_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE TABLE exports (
    id uuid NOT NULL PRIMARY KEY,
    asked_by text NOT NULL REFERENCES operators (name),
    asked_at timestamp with time zone NOT NULL DEFAULT now(),
    data_set text NOT NULL,
    communes text[] NOT NULL,
    purpose text NOT NULL,
    approved_by text REFERENCES operators (name),
    approved_at timestamp with time zone,
    begun_at timestamp with time zone,
    made_at timestamp with time zone,
    rows bigint,
    sha256 text,
    CONSTRAINT exports_by_two CHECK (approved_by <> asked_by)
);
"""
_FENCE = """
ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE operators ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE pull_days ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_device ON pull_days
    USING (device_id = (SELECT nullif(current_setting('so_an_sinh.device', true), '')::uuid));
"""
# One after the other: who waits for the lock sees the line before.
_WRITE_DOWN = r"""
CREATE FUNCTION write_down(line text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last record;
    number bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7216406);
    SELECT l.n, l.hash INTO last FROM public.ledger AS l ORDER BY l.n DESC LIMIT 1;
    number := coalesce(last.n, 0) + 1;
    INSERT INTO public.ledger (n, line, hash) VALUES (number, line, sha256(
        '\x00'::bytea || coalesce(last.hash, sha256('so-an-sinh/server-ledger/1'::bytea))
        || convert_to(line, 'UTF8')));
    RETURN number;
END
$$;
REVOKE EXECUTE ON FUNCTION write_down FROM PUBLIC
"""


def upgrade() -> None:
    """Add the tables and the function; the ledger begins empty."""
    for statements in (_TABLES, _FENCE, _WRITE_DOWN):
        op.execute(statements)
