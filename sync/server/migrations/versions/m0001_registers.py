"""Province, offices, devices, documents with their feeds, and the history of changes."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = """
CREATE TABLE province (
    singleton boolean DEFAULT true CONSTRAINT province_singleton_check CHECK (singleton),
    code text NOT NULL,
    name text NOT NULL,
    training boolean NOT NULL,
    server_epoch text NOT NULL,
    PRIMARY KEY (singleton)
);

CREATE TABLE communes (code text PRIMARY KEY, name text NOT NULL);

CREATE TABLE offices (id uuid PRIMARY KEY, name text NOT NULL, role text NOT NULL);

CREATE TABLE office_communes (
    office_id uuid NOT NULL REFERENCES offices (id),
    commune_code text NOT NULL REFERENCES communes (code),
    PRIMARY KEY (office_id, commune_code)
);

CREATE TABLE devices (
    id uuid PRIMARY KEY,
    office_id uuid NOT NULL REFERENCES offices (id),
    user_name text NOT NULL,
    name text NOT NULL,
    public_key text NOT NULL UNIQUE,
    enrolled_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE device_epochs (
    device_id uuid NOT NULL REFERENCES devices (id),
    epoch text NOT NULL,
    last_seq bigint NOT NULL,
    last_hash bytea NOT NULL,
    PRIMARY KEY (device_id, epoch)
);

CREATE TABLE enrolment_codes (
    selector text PRIMARY KEY,
    code_hash bytea NOT NULL,
    office_id uuid NOT NULL REFERENCES offices (id),
    user_name text NOT NULL,
    expires_at timestamptz NOT NULL,
    tries_left smallint NOT NULL,
    device_id uuid REFERENCES devices (id)
);

CREATE TABLE challenges (
    nonce text PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX ON challenges (expires_at);

CREATE TABLE tokens (
    token_hash bytea PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX ON tokens (expires_at);

CREATE TABLE buckets (
    bucket text PRIMARY KEY,
    head bigint NOT NULL,
    documents bigint NOT NULL,
    digest_high bigint NOT NULL,
    digest_low bigint NOT NULL
);

CREATE TABLE document_places (id uuid PRIMARY KEY, bucket text NOT NULL);

-- A record is about 2 kB: kept in its row, because fetching from beside it doubles a pull's time.
CREATE TABLE documents (
    bucket text NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    position bigint NOT NULL,
    version bigint NOT NULL,
    run_start bigint NOT NULL,
    fields jsonb STORAGE MAIN NOT NULL,
    field_versions jsonb STORAGE MAIN NOT NULL,
    authors jsonb STORAGE MAIN NOT NULL,
    clashes jsonb NOT NULL,
    PRIMARY KEY (bucket, id)
);
CREATE UNIQUE INDEX ON documents (bucket, position);

-- json, not jsonb: the text stays what was signed, whatever strange letters are in it.
-- No foreign key: the device is locked while rows are added, and checking each costs a lookup.
CREATE TABLE operations (
    device_id uuid NOT NULL,
    epoch text NOT NULL,
    seq bigint NOT NULL,
    change_id uuid,
    chain_hash bytea NOT NULL,
    change json NOT NULL,
    outcome text NOT NULL,
    version bigint NOT NULL,
    clashed text[] NOT NULL,
    why text NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (device_id, epoch, seq)
);
CREATE INDEX ON operations (device_id, change_id);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_STATEMENTS)
