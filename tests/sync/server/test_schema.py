"""The migrations, the tables as the program sees them, and the golden dump are one thing."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

import sync.server
from sync.server.database import migrate
from sync.server.embedded import postgres_program
from sync.server.tables import metadata

GOLDEN = Path(sync.server.__path__[0]) / "schema.sql"

#: Partitions are the database's: the program names their parent only.
PARTITION = re.compile(r"_p\d\d(_|$)")

#: Lines that tell about the dump, not about the tables.
_NOISE = re.compile(r"^(--.*|\\(un)?restrict .*|SET .*|SELECT pg_catalog.*|)$")


def dumped(postgres_url: str) -> str:
    """The tables as SQL, without comments and settings."""
    dump = subprocess.run(
        [
            postgres_program("pg_dump"),
            "--schema-only",
            "--no-owner",
            "--no-privileges",
            postgres_url,
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line for line in dump.splitlines() if not _NOISE.match(line)]
    return "\n".join(lines).replace("\n);\n", "\n);\n\n") + "\n"


def test_the_migrated_database_is_the_golden_one(postgres_url: str) -> None:
    schema = dumped(postgres_url)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(schema, encoding="utf-8")
    assert schema == GOLDEN.read_text(encoding="utf-8")


def test_the_program_sees_the_tables_as_they_are(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, *_: not PARTITION.search(name or ""),
            },
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Engine, postgres_url: str) -> None:
    before = dumped(postgres_url)
    migrate(database)
    assert dumped(postgres_url) == before
