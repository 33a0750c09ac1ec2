"""Partitions: each request looks at its own, and what was there before lies in them unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, make_url, text

from sync.protocol.documents import Role
from sync.server import database as server_database
from sync.server.database import migrate, open_engine
from tests.sync.server.conftest import MakeDesk

OLD = "0002"
DOCUMENTS = 50
_README = Path(__file__).parents[3] / "README.md"


@pytest.fixture
def own_database(postgres_url: str) -> Iterator[Engine]:
    """A database without tables."""
    with open_engine(postgres_url).connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        gone = text("DROP DATABASE IF EXISTS before_partitions WITH (FORCE)")
        connection.execute(gone)
        connection.execute(text("CREATE DATABASE before_partitions"))
        engine = open_engine(
            make_url(postgres_url).set(database="before_partitions").render_as_string(False)
        )
        yield engine
        engine.dispose()
        connection.execute(gone)
    connection.engine.dispose()


def migrate_to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(server_database._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def rows(connection: Connection, table: str, key: str) -> list[dict[str, object]]:
    return [
        json.loads(one)
        for one in connection.scalars(
            text(f"SELECT to_json(t)::text FROM {table} AS t ORDER BY {key}")  # noqa: S608 ours
        )
    ]


FILL = """
INSERT INTO documents SELECT (99001 + mod(n, 3)) || '/register', gen_random_uuid(), 'person',
  n, 2, 1,
  jsonb_build_object('full_name', 'Nguyễn Thị ' || n, 'n', n, 'x', repeat('y', n * 100)),
  '{{"dwelling":2}}', '{{"1":{{"by":"a","at":"b","op":"c","epoch":"d"}}}}', '{{}}'
FROM generate_series(1, {count}) AS n;
INSERT INTO document_places SELECT id, bucket FROM documents;
INSERT INTO operations SELECT gen_random_uuid(), 'e', n, gen_random_uuid(), '\\x00',
  json_build_object('n', n), 'ok', 1, ARRAY['a', 'b"c'], '', now()
FROM generate_series(1, {count}) AS n;
"""


def test_what_was_there_before_lies_in_the_partitions_unchanged(own_database: Engine) -> None:
    migrate_to(own_database, OLD)
    tables = {"documents": "id", "document_places": "id", "operations": "seq"}
    with own_database.begin() as connection:
        for statement in FILL.format(count=DOCUMENTS).strip().removesuffix(";").split(";"):
            connection.exec_driver_sql(statement)
        before = {table: rows(connection, table, key) for table, key in tables.items()}
    migrate(own_database)
    with own_database.connect() as connection:
        after = {
            table: [
                {name: one[name] for name in before[table][0]}  # columns that came since are new
                for one in rows(connection, table, key)
            ]
            for table, key in tables.items()
        }
        kinds = set(
            connection.scalars(
                text("SELECT relkind FROM pg_class WHERE relname = ANY(:names)"),
                {"names": list(tables)},
            )
        )
    assert all(len(found) == DOCUMENTS for found in before.values())
    assert after == before
    assert kinds == {"p"}


def test_a_commune_lies_in_one_partition_and_its_feed_is_read_there_alone(
    make_desk: MakeDesk, database: Engine
) -> None:
    desks = [make_desk(Role.OFFICER, code) for code in ("99001", "99002", "99003")]
    for desk, code in zip(desks, ("99001", "99002", "99003"), strict=True):
        desk.commune = code
        for _ in range(10):
            desk.person()
        desk.push()
    with database.connect() as connection:
        places = connection.execute(
            text("SELECT bucket, count(DISTINCT tableoid) AS n FROM documents GROUP BY bucket")
        ).all()
        plan = connection.scalars(
            text(
                "EXPLAIN SELECT fields FROM documents WHERE bucket = '99002/register' "
                "AND position > 3 ORDER BY position LIMIT 1000"
            )
        ).all()
    assert {(bucket, number) for bucket, number in places} == {
        (f"{code}/register", 1) for code in ("99001", "99002", "99003")
    }
    assert len(set(re.findall(r"documents_p\d\d", " ".join(plan)))) == 1


def test_a_partition_is_split_as_the_readme_says(own_database: Engine) -> None:
    migrate(own_database)
    [statements] = re.findall(r"```sql\n(.*?)```", _README.read_text("utf-8"), re.DOTALL)
    with own_database.begin() as connection:
        connection.exec_driver_sql(SPREAD)
        before = rows(connection, "documents", "id")
        held = lying(connection, "documents_p03")
        options, storage = shape(connection, "documents_p03")
        for statement in statements.strip().removesuffix(";").split(";\n"):
            connection.exec_driver_sql(statement)
    with own_database.connect() as connection:
        assert rows(connection, "documents", "id") == before
        halves = [lying(connection, f"documents_p03{half}") for half in "ab"]
        for half in "ab":
            assert shape(connection, f"documents_p03{half}") == (options, storage)
    assert sum(halves) == held
    assert min(halves) > 0
    migrate(own_database)


SPREAD = """
INSERT INTO documents SELECT n || '/register', gen_random_uuid(), 'person', n, 2, 1, '{}', '{}',
  '{}', '{}' FROM generate_series(10001, 10500) AS n
"""


def lying(connection: Connection, partition: str) -> int:
    return int(connection.scalar(text(f"SELECT count(*) FROM {partition}")) or 0)  # noqa: S608 ours


def shape(connection: Connection, partition: str) -> tuple[object, object]:
    """What is set for the table, and how each of its columns is kept."""
    options = "SELECT reloptions FROM pg_class WHERE relname = :name"
    storage = "SELECT array_agg(attname || attstorage::text ORDER BY attnum) FROM pg_attribute"
    of = {"name": partition}
    kept = text(f"{storage} WHERE attrelid = to_regclass(:name) AND attnum > 0")
    return connection.scalar(text(options), of), connection.scalar(kept, of)
