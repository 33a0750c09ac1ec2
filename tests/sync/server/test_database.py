"""Connections that died while they rested, and rows that come in pieces."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import OperationalError

from sync.server import bulk, database
from sync.server.database import open_engine, passes_by_itself
from sync.server.tables import allowances
from tests.support.server import Province


def ended(engine: Engine, province: Province) -> int:
    """Use one connection, let it rest, and end it from outside; the number of its process."""
    with engine.connect() as connection:
        process: int = connection.scalar(text("SELECT pg_backend_pid()"))
    with province.engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(:process, 10000)"), {"process": process}
        )
    return process


def test_a_connection_that_died_while_it_rested_is_made_anew(
    postgres_url: str, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_LOOKED_AT_AFTER_SECONDS", 0)
    engine = open_engine(postgres_url)
    before = ended(engine, province)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != before
    engine.dispose()


def test_one_that_died_in_between_is_told_as_a_trouble_that_passes(
    postgres_url: str, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_LOOKED_AT_AFTER_SECONDS", 3600)
    engine = open_engine(postgres_url)
    before = ended(engine, province)
    with pytest.raises(OperationalError) as told, engine.connect() as connection:
        connection.execute(select(1))
    assert passes_by_itself(told.value)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != before
    engine.dispose()


class _Row(msgspec.Struct):
    kind: str
    who: str
    level: float


def test_many_rows_are_written_in_pieces_and_each_of_them_once(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_MOST_ROWS", 3)
    brought = bulk.brought(*(allowances.c[name] for name in _Row.__struct_fields__))
    statement = insert(allowances).from_select(
        [*_Row.__struct_fields__, "counted_at"], select(*brought.c, func.now())
    )
    kind = f"of this test {uuid4()}"
    rows = [_Row(kind, f'"{number}"\n\\', number / 2) for number in range(7)]
    with province.engine.begin() as connection:
        bulk.run(connection, statement, rows)
        bulk.run(connection, statement, [])
        found = connection.execute(
            select(allowances.c.who, allowances.c.level).where(allowances.c.kind == kind)
        )
        assert sorted(map(tuple, found)) == [(row.who, row.level) for row in rows]


def test_a_row_that_changes_nothing_is_an_error_and_not_silence(province: Province) -> None:
    """One that a policy hides is not there either."""
    brought = bulk.brought(*(allowances.c[name] for name in _Row.__struct_fields__))
    is_it = (allowances.c.kind == brought.c.kind) & (allowances.c.who == brought.c.who)
    statement = update(allowances).values(level=brought.c.level).where(is_it)
    kind = f"of this test {uuid4()}"
    there, missing = (_Row(kind, who, 2.0) for who in ("there", "missing"))
    with province.engine.begin() as connection:
        connection.execute(
            insert(allowances).values(kind=kind, who="there", level=1, counted_at=func.now())
        )
        bulk.run(connection, statement, [there])
        with pytest.raises(bulk.NotWrittenError):
            bulk.run(connection, statement, [there, missing])
