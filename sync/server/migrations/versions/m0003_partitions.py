"""Documents, places and history in partitions: a province of millions stays as quick as a new one.

A commune's bucket lies whole in one partition of ``documents``, a device's history in one of
``operations``: pushes and pulls look at one only, and vacuum works in pieces of a sensible size.
Values are kept as the text they came in, uncompressed up to 8 kB: parsing and compressing cost
half of what the database did for a push.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_PARTITIONS = {"documents": 16, "document_places": 8, "operations": 8}

_DOCUMENTS = """
CREATE TABLE new_documents (
    bucket text NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    position bigint NOT NULL,
    version bigint NOT NULL,
    run_start bigint NOT NULL,
    fields json STORAGE MAIN NOT NULL,
    field_versions json STORAGE MAIN NOT NULL,
    authors json STORAGE MAIN NOT NULL,
    clashes json NOT NULL
) PARTITION BY HASH (bucket)
"""

_PLACES = """
CREATE TABLE new_document_places (id uuid NOT NULL, bucket text NOT NULL) PARTITION BY HASH (id)
"""

_OPERATIONS = """
CREATE TABLE new_operations (
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
    accepted_at timestamptz NOT NULL DEFAULT now()
) PARTITION BY HASH (device_id)
"""

# Keys after the rows: one sorted build is quicker than many insertions.
_KEYS = """
ALTER TABLE documents ADD PRIMARY KEY (bucket, id);
CREATE UNIQUE INDEX ON documents (bucket, position);
ALTER TABLE document_places ADD PRIMARY KEY (id);
ALTER TABLE operations ADD PRIMARY KEY (device_id, epoch, seq);
CREATE INDEX ON operations (change_id);
"""

# Rows that each push writes anew find room beside themselves, without touching an index.
_SMALL_ONES = """
ALTER TABLE buckets SET (fillfactor = 50);
ALTER TABLE device_epochs SET (fillfactor = 50);
"""


def upgrade() -> None:
    """Make the partitions and move what is there."""
    for statement in (_DOCUMENTS, _PLACES, _OPERATIONS):
        op.execute(statement)
    for table, partitions in _PARTITIONS.items():
        for number in range(partitions):
            op.execute(_partition(table, number, partitions))
        op.execute(_moving(table))
    op.execute(_KEYS)
    op.execute(_SMALL_ONES)


def _partition(table: str, number: int, partitions: int) -> str:
    # Dead rows of documents are half as large as the living ones: swept before they pile up.
    settings = {
        "documents": "toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.02",
        "operations": "toast_tuple_target = 8160",
    }.get(table)
    return (
        f"CREATE TABLE {table}_p{number:02} PARTITION OF new_{table} "
        f"FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})"
        + (f" WITH ({settings})" if settings else "")
    )


def _moving(table: str) -> str:
    casts = {
        "documents": "bucket, id, type, position, version, run_start, fields::json, "
        "field_versions::json, authors::json, clashes::json"
    }
    return (
        f"INSERT INTO new_{table} SELECT {casts.get(table, '*')} FROM {table}; "  # noqa: S608 names of ours
        f"DROP TABLE {table}; ALTER TABLE new_{table} RENAME TO {table}"
    )
