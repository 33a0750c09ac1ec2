"""``migrate`` builds the fence, and ``run`` does not start without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, text
from typer.testing import CliRunner

from sync.server.__main__ import cli
from sync.server.database import open_engine

OWNER, ROLE, DATABASE = "a_managed_owner", "a_managed_app", "a_managed_database"
PASSWORD = "never-to-be-printed"


@pytest.fixture
def managed_url(postgres_url: str) -> Iterator[str]:
    """A database whose owner may make no roles, as a hosting service gives it."""
    engine = open_engine(postgres_url)
    with engine.connect() as raw_connection:
        connection = raw_connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'"))
        connection.execute(text(f"CREATE DATABASE {DATABASE} OWNER {OWNER}"))
        url = make_url(postgres_url).set(username=OWNER, password=PASSWORD, database=DATABASE)
        yield url.render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {DATABASE}"))
        for role in (ROLE, OWNER):
            connection.execute(text(f"DROP ROLE IF EXISTS {role}"))
    engine.dispose()


def test_where_roles_may_not_be_made_it_says_what_to_ask_for(
    managed_url: str, database: Engine
) -> None:
    runner = CliRunner(
        env={"SO_AN_SINH_DATABASE_URL": managed_url, "SO_AN_SINH_DATABASE_ROLE": ROLE}
    )
    refused = runner.invoke(cli, ["migrate"])
    assert refused.exit_code == 1
    assert f"CREATE ROLE {ROLE} NOLOGIN" in refused.output
    assert PASSWORD not in refused.output
    not_yet = runner.invoke(cli, ["run", "--port", "0"])
    assert not_yet.exit_code == 1
    assert "run migrate" in not_yet.output
    with database.begin() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN"))
        connection.execute(text(f"GRANT {ROLE} TO {OWNER} WITH ADMIN OPTION"))
    for _ in range(2):
        done = runner.invoke(cli, ["migrate"])
        assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize(
    "strength",
    ["SUPERUSER", "BYPASSRLS", "CREATEROLE"],
)
def test_a_role_that_is_too_strong_is_no_fence(
    strength: str, postgres_url: str, database: Engine
) -> None:
    with database.begin() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN {strength}"))
    runner = CliRunner(
        env={"SO_AN_SINH_DATABASE_URL": postgres_url, "SO_AN_SINH_DATABASE_ROLE": ROLE}
    )
    try:
        for command in (["run", "--port", "0"], ["migrate"]):
            refused = runner.invoke(cli, command)
            assert refused.exit_code == 1
            assert ROLE in refused.output and "may more than" in refused.output
    finally:
        with database.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {ROLE}"))
            connection.execute(text(f"DROP ROLE {ROLE}"))


@pytest.mark.usefixtures("database")
def test_a_table_that_was_left_open_stops_the_start(postgres_url: str) -> None:
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})
    engine = open_engine(postgres_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE documents DISABLE ROW LEVEL SECURITY"))
        refused = runner.invoke(cli, ["run", "--port", "0"])
        assert refused.exit_code == 1
        assert "without a policy: documents" in refused.output
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE documents ENABLE ROW LEVEL SECURITY"))
        engine.dispose()


@pytest.mark.parametrize("name", ["a b", "x; DROP TABLE documents", 'a"b', "A"])
def test_a_role_with_a_strange_name_is_refused(name: str, postgres_url: str) -> None:
    runner = CliRunner(
        env={"SO_AN_SINH_DATABASE_URL": postgres_url, "SO_AN_SINH_DATABASE_ROLE": name}
    )
    for command in (["run", "--port", "0"], ["migrate"]):
        refused = runner.invoke(cli, command)
        assert refused.exit_code == 1
        assert "database_role" in refused.output
