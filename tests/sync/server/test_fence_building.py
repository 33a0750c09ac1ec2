"""``migrate`` builds the fence, and ``run`` does not start without it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, make_url, text
from typer.testing import CliRunner

from sync.server import fence
from sync.server.__main__ import cli
from sync.server.database import open_engine
from tests.support.children import joined, until

OWNER, ROLE, DATABASE = "a_managed_owner", "a_managed_app", "a_managed_database"
PASSWORD = "never-to-be-printed"


@pytest.fixture
def managed_url(postgres_url: str) -> Iterator[str]:
    """A database whose owner may make no roles, as a hosting service gives it."""
    engine = open_engine(postgres_url)
    with engine.connect() as raw_connection:
        connection = raw_connection.execution_options(isolation_level="AUTOCOMMIT")
        _take_away(connection)
        connection.execute(text(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'"))
        connection.execute(text(f"CREATE DATABASE {DATABASE} OWNER {OWNER}"))
        url = make_url(postgres_url).set(username=OWNER, password=PASSWORD, database=DATABASE)
        yield url.render_as_string(hide_password=False)
        _take_away(connection)
    engine.dispose()


def _take_away(connection: Connection) -> None:
    connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))
    for role in (ROLE, OWNER):
        connection.execute(text(f"DROP ROLE IF EXISTS {role}"))


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


def test_what_an_earlier_version_gave_the_role_is_taken_back(
    managed_url: str, database: Engine
) -> None:
    with database.begin() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN"))
        connection.execute(text(f"GRANT {ROLE} TO {OWNER} WITH ADMIN OPTION"))
    owner = open_engine(managed_url)
    with owner.begin() as connection:
        connection.execute(text(f"REVOKE TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC"))
        connection.execute(text(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {ROLE}"))
    owner.dispose()
    runner = CliRunner(
        env={"SO_AN_SINH_DATABASE_URL": managed_url, "SO_AN_SINH_DATABASE_ROLE": ROLE}
    )
    done = runner.invoke(cli, ["migrate"])
    assert (done.exit_code, done.output) == (0, "")
    with database.connect() as connection:
        may = text("SELECT has_database_privilege(:role, :database, :what)")
        asked = {"role": ROLE, "database": DATABASE}
        assert connection.scalar(may, {**asked, "what": "CONNECT"})
        assert not connection.scalar(may, {**asked, "what": "TEMPORARY"})


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


def test_a_role_that_another_database_is_making_at_this_moment_is_found(database: Engine) -> None:
    role, built = "a_role_of_the_cluster", []

    def build() -> None:
        with database.begin() as connection:
            fence.build(connection, role)
            built.append(role)

    def waits() -> bool:
        with database.connect() as connection:
            return bool(connection.scalar(text(_WAITING_TO_MAKE)))

    second = threading.Thread(target=build)
    with database.begin() as first:
        first.execute(text(f"CREATE ROLE {role} NOLOGIN"))
        second.start()
        until(waits)
    joined(second)
    with database.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    assert built == [role]


_WAITING_TO_MAKE = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND query LIKE 'CREATE ROLE a_role_of_the_cluster%'"
)
