"""The second fence: statements that forget their WHERE see and change nothing foreign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, Row, insert, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from typer.testing import CliRunner

from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Refusal
from sync.server import fence
from sync.server.__main__ import cli
from sync.server.database import open_engine
from sync.server.sessions import device_by_id
from sync.server.settings import Settings
from sync.server.tables import metadata, parcels_received, parcels_sent
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

ROLE = Settings().database_role
#: Tables that the role may not touch at all.
CLOSED = {table for table, rights in fence.GRANTS.items() if not rights}
FENCED = sorted(set(metadata.tables) - set(fence.OPEN) - CLOSED)
NEAR, FAR = "99001", "99003"


@dataclass(frozen=True)
class Place:
    """A desk, another of the same commune, and a stranger's; each left a row in every table."""

    desk: Desk
    neighbour: Desk
    stranger: Desk

    def near(self) -> set[UUID]:
        return {UUID(self.desk.device), UUID(self.neighbour.device)}


#: Of each table: may this row be seen by the desk?
SEEN: dict[str, Callable[[Row[Any], Place], bool]] = {
    **dict.fromkeys(
        ("documents", "document_places", "buckets"),
        lambda row, _: row.bucket.partition("/")[0] == NEAR,
    ),
    **dict.fromkeys(
        (
            "device_epochs",
            "parcels_received",
            "parcels_sent",
            "challenges",
            "tokens",
            "refresh_tokens",
            "pull_days",
        ),
        lambda row, place: row.device_id == UUID(place.desk.device),
    ),
    "devices": lambda row, place: row.id in place.near(),
    "operations": lambda row, place: row.device_id in place.near(),
    "enrolment_codes": lambda _row, _place: False,
}


@pytest.fixture(scope="module")
def fenced(postgres_url: str) -> Iterator[Engine]:
    """Connections as the server's."""
    engine = open_engine(postgres_url, role=ROLE)
    yield engine
    engine.dispose()


@pytest.fixture
def place(make_desk: MakeDesk, province: Province) -> Place:
    desks = [make_desk(Role.OFFICER, code) for code in (NEAR, NEAR, FAR)]
    for desk, code in zip(desks, (NEAR, NEAR, FAR), strict=True):
        desk.commune = code
        desk.person()
        desk.push()
        assert not isinstance(desk.challenge(), Refusal)
        province.code(province.office(Role.OFFICER, code))
        with province.engine.begin() as connection:
            connection.execute(
                insert(parcels_received).values(
                    device_id=UUID(desk.device), series="s", number=1, content="c"
                )
            )
            connection.execute(insert(parcels_sent).values(device_id=UUID(desk.device), number=1))
        desk.pull()
    return Place(*desks)


def enter(connection: Connection, desk: Desk) -> None:
    device_by_id(connection, UUID(desk.device))


def all_rows(connection: Connection, table: str) -> list[Row[Any]]:
    return list(connection.execute(select(metadata.tables[table])))


def test_every_table_has_its_rights_and_a_policy_or_a_reason_for_none(database: Engine) -> None:
    assert set(metadata.tables) <= set(fence.GRANTS)
    with database.connect() as connection:
        fenced_ones = set(
            connection.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity"))
        )
    assert set(FENCED) == set(SEEN)
    assert set(FENCED) <= fenced_ones <= set(FENCED) | CLOSED


def test_a_statement_without_its_where_shows_what_belongs_to_the_desk_and_nothing_else(
    place: Place, fenced: Engine, database: Engine
) -> None:
    for table in FENCED:
        with fenced.connect() as connection:
            assert all_rows(connection, table) == [], table
            enter(connection, place.desk)
            shown = all_rows(connection, table)
        with fenced.connect() as connection:  # the same connection, another transaction
            assert all_rows(connection, table) == [], table
        with database.connect() as connection:
            lying = all_rows(connection, table)
        its_own = [row for row in lying if SEEN[table](row, place)]
        assert as_texts(shown) == as_texts(its_own), table
        assert its_own or table == "enrolment_codes", table
        assert len(its_own) < len(lying), table


def test_an_update_or_delete_without_its_where_changes_nothing_foreign(
    place: Place, fenced: Engine, database: Engine
) -> None:
    def foreign(table: str) -> list[Row[Any]]:
        with database.connect() as connection:
            return [row for row in all_rows(connection, table) if not SEEN[table](row, place)]

    before = {table: foreign(table) for table in FENCED}
    for table in FENCED:
        column = next(iter(metadata.tables[table].columns)).name
        changed = CHANGED.get(table, f"{column} = {column}")
        for broken in (f"UPDATE {table} SET {changed}", f"DELETE FROM {table}"):  # noqa: S608 ours
            with fenced.connect() as connection:
                enter(connection, place.desk)
                try:
                    connection.execute(text(broken))
                except ProgrammingError as error:
                    assert "permission denied" in str(error.orig), broken
                else:
                    connection.commit()
        assert before[table], table
        assert as_texts(foreign(table)) == as_texts(before[table]), table


def as_texts(rows: Sequence[Row[Any]]) -> list[str]:
    return sorted(map(repr, rows))


#: What the role may change there.
CHANGED = {
    "documents": "version = 999",
    "document_places": "bucket = '99001/check'",
    "buckets": "head = 999",
    "device_epochs": "last_seq = 999",
    "devices": "revoked_at = now()",
    "parcels_sent": "number = 999",
    "refresh_tokens": "used_at = now()",
    "enrolment_codes": "tries_left = 99",
    "pull_days": "rows = 0",
}


FORGED = (
    "INSERT INTO documents SELECT '99003/register', gen_random_uuid(), type, 99, 1, 1, fields,"
    " field_versions, authors, clashes FROM documents LIMIT 1",
    "UPDATE documents SET bucket = '99003/register'",
    "INSERT INTO document_places VALUES (gen_random_uuid(), '99003/register')",
    "INSERT INTO buckets VALUES ('99003/check', 1, 1, 1, 1)",
    "INSERT INTO operations SELECT gen_random_uuid(), epoch, seq, change_id, chain_hash, change"
    ", outcome, version, clashed, why, accepted_at FROM operations LIMIT 1",
    "INSERT INTO tokens SELECT '\\x00', gen_random_uuid(), now() + interval '1 day', null",
    "UPDATE device_epochs SET device_id = gen_random_uuid()",
)


def test_what_would_lie_with_others_is_not_written(place: Place, fenced: Engine) -> None:
    for forged in FORGED:
        with fenced.connect() as connection:
            enter(connection, place.desk)
            with pytest.raises(ProgrammingError, match="row-level security"):
                connection.execute(text(forged))


@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE POLICY all_of_it ON documents USING (true)",
        "DROP POLICY by_bucket ON documents",
        "DROP TABLE documents",
        "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE documents NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE documents_p00 DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE operations DISABLE TRIGGER ALL",
        "ALTER FUNCTION device_of_token OWNER TO CURRENT_USER",
        f"ALTER ROLE {ROLE} BYPASSRLS",
        f"ALTER ROLE {ROLE} SUPERUSER",
        "TRUNCATE documents",
        "SELECT * FROM documents_p00",
        "SELECT * FROM alembic_version",
        "SELECT * FROM pg_authid",
        "INSERT INTO ledger VALUES (99, 'x', '\\x00')",
        "UPDATE exports SET approved_by = 'x'",
        "UPDATE operations SET outcome = 'held'",
        "DELETE FROM operations",
        "DELETE FROM documents",
        "UPDATE devices SET user_name = 'x'",
        "UPDATE devices SET rights = '{}'",
        "UPDATE province SET server_epoch = 'x'",
        "UPDATE enrolment_codes SET office_id = gen_random_uuid()",
        "COPY documents TO PROGRAM 'cat'",
        "COPY documents FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SET session_replication_role = replica",
        "SELECT set_config('row_security', 'off', true); SELECT * FROM documents",
        "ALTER DATABASE postgres SET row_security = off",
    ],
)
@pytest.mark.usefixtures("database")
def test_the_role_of_the_server_can_make_drop_alter_and_disable_nothing(
    forbidden: str, fenced: Engine
) -> None:
    with fenced.connect() as connection, pytest.raises((ProgrammingError, OperationalError)) as no:
        connection.exec_driver_sql(forbidden)
    assert any(
        told in str(no.value.orig)
        for told in ("permission denied", "must be", "affected by row-level", "not supported")
    )


def test_what_is_closed_to_the_role_is_neither_shown_nor_written(
    database: Engine, fenced: Engine
) -> None:
    there = CLOSED & set(metadata.tables)
    assert {"ledger", "operators", "exports", "box_pushes", "box_rows"} <= there
    for table in sorted(there):
        column = next(iter(metadata.tables[table].columns)).name
        for statement in (
            f"SELECT * FROM {table}",  # noqa: S608 ours
            f"UPDATE {table} SET {column} = {column}",  # noqa: S608 ours
            f"DELETE FROM {table}",  # noqa: S608 ours
            f"INSERT INTO {table} DEFAULT VALUES",
        ):
            with fenced.connect() as connection, pytest.raises(ProgrammingError) as no:
                connection.execute(text(statement))
            assert "permission denied" in str(no.value.orig), statement
    del database


@pytest.fixture
def member_url(database: Engine, postgres_url: str) -> Iterator[str]:
    """The address with a login that is a member of the role, and nothing else."""
    with database.begin() as connection:
        connection.execute(text("CREATE ROLE only_a_member LOGIN"))
        connection.execute(text(f"GRANT {ROLE} TO only_a_member WITH INHERIT FALSE"))
    yield postgres_url.replace("postgres:@", "only_a_member:@")
    with database.begin() as connection:
        connection.execute(text("DROP ROLE only_a_member"))


def test_a_login_that_is_only_a_member_has_nothing_outside_the_fence(
    member_url: str, place: Place
) -> None:
    engine = open_engine(member_url, role=ROLE)
    try:
        with engine.connect() as connection:
            fence.check(connection)
            enter(connection, place.desk)
            assert len(all_rows(connection, "documents")) == 2
        for way_out in ("SET ROLE NONE", "RESET ROLE", "SET ROLE postgres"):
            with engine.connect() as connection, pytest.raises(ProgrammingError) as no:
                connection.execute(text(way_out))
                assert all_rows(connection, "documents") == [], way_out
                connection.execute(text("SELECT count(*) FROM documents_p00"))
            assert "permission denied" in str(no.value.orig)
    finally:
        engine.dispose()


def test_the_server_needs_no_stronger_login(
    member_url: str, make_desk: MakeDesk, postgres_url: str
) -> None:
    with ServerProcess(member_url) as server:
        one, other = (make_desk(Role.OFFICER, url=server.url) for _ in range(2))
        made = one.person()
        one.push()
        one.set(DocumentType.PERSON, made.document_id, {"sex": "2"})
        one.push()
        assert [row.version for row in other.pull().rows] == [2]
        assert '"failure"' not in server.log
    addresses = {
        "SO_AN_SINH_DATABASE_URL": member_url,
        "SO_AN_SINH_ADMIN_DATABASE_URL": postgres_url,
    }
    told = CliRunner(env=addresses).invoke(cli, ["health", "--json"]).output
    assert '{"name":"fence","state":"ok","told":""}' in told


def test_a_token_shows_its_device_and_no_other_way_does(place: Place, fenced: Engine) -> None:
    found = "SELECT device_of_token(sha256(convert_to(:token, 'UTF8')))"
    with fenced.connect() as connection:
        its = connection.scalar(text(found), {"token": place.stranger.token})
        nobodys = connection.scalar(text(found), {"token": place.stranger.device})
    assert (str(its), nobodys) == (place.stranger.device, None)
