"""Is this server well? What a monitoring program asks every few minutes.

Each check has a name, a state and a few words for the person who is woken up: what is wrong, and
what to look at. Ids and counts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, unique
from typing import Any

import msgspec
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from sync.server.database import newest_migration, open_engine
from sync.server.fence import FenceError
from sync.server.fence import check as check_fence
from sync.server.ledger import Head, verified_ledger
from sync.server.settings import Settings
from sync.server.tables import province, pull_days


@unique
class State(IntEnum):
    """How a check ended; the worst one is the exit code, as monitoring programs expect it."""

    OK = 0
    WARNING = 1
    FAILING = 2


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    state: str
    told: str = ""


class Health(msgspec.Struct, frozen=True):
    """Everything that was looked at, and the worst of it."""

    state: str
    checks: list[Check]

    def exit_code(self) -> int:
        """0 well, 1 worth a look, 2 act now."""
        return State[self.state.upper()].value


@dataclass(frozen=True, slots=True)
class _Found:
    state: State
    told: str = ""


def look(settings: Settings, *, witness: Head | None = None) -> Health:
    """Look at everything; a check that cannot be made is failing."""
    admin = open_engine(settings.admin_address(), connections=1)
    served = open_engine(settings.database_url, role=settings.database_role, connections=1)
    try:
        checks = list(_checked(admin, served, settings, witness))
    finally:
        admin.dispose()
        served.dispose()
    worst = max(State[one.state.upper()] for one in checks)
    return Health(state=worst.name.lower(), checks=checks)


def _checked(
    admin: Engine, served: Engine, settings: Settings, witness: Head | None
) -> Iterator[Check]:
    def asked(name: str, engine: Engine, look_at: Callable[[Connection], _Found]) -> Check:
        try:
            with engine.connect() as connection:
                found = look_at(connection)
        except FenceError as error:
            found = _Found(State.FAILING, str(error))
        except SQLAlchemyError as error:
            # Not its message: it may hold an address.
            found = _Found(State.FAILING, f"cannot be looked at: {type(error).__name__}")
        return Check(name=name, state=found.state.name.lower(), told=found.told)

    yield asked("database", served, _database)
    yield asked("tables", admin, _tables)
    yield asked("fence", served, _fence)
    yield asked("ledger", admin, lambda connection: _ledger(connection, witness))
    yield asked("pulls", admin, lambda connection: _pulls(connection, settings))
    yield asked("archive", admin, _archive)


def _database(connection: Connection) -> _Found:
    """Can requests be answered?"""
    if connection.scalar(select(func.count()).select_from(province)) != 1:
        return _Found(State.FAILING, "no province: run province-init")
    if connection.scalar(text("SELECT pg_is_in_recovery()")):
        return _Found(State.FAILING, "a replica: it takes no pushes")
    return _Found(State.OK)


def _tables(connection: Connection) -> _Found:
    """Are they of this program's version?"""
    current, newest = (
        MigrationContext.configure(connection).get_current_revision(),
        newest_migration(),
    )
    if current != newest:
        return _Found(State.FAILING, f"the tables are of {current}, not {newest}: run migrate")
    return _Found(State.OK, f"of {newest}")


def _fence(connection: Connection) -> _Found:
    """Does the role of ``run`` see only what it is shown?"""
    check_fence(connection)
    may_leave = connection.scalar(
        text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
    )
    if may_leave:
        return _Found(
            State.WARNING,
            "the login of run is stronger than the role it works as: give it a login of its own",
        )
    return _Found(State.OK)


def _ledger(connection: Connection, witness: Head | None) -> _Found:
    """Is the server's ledger whole? Its head is told, to be noted outside the server."""
    verdict = verified_ledger(connection, witness)
    if verdict.problems:
        return _Found(State.FAILING, "; ".join(verdict.problems))
    return _Found(State.OK, f"head {verdict.head}")


def _pulls(connection: Connection, settings: Settings) -> _Found:
    """Which devices pulled unusually much lately?"""
    since = func.now() - timedelta(days=settings.pull_alarm_shown_days)
    rows = connection.execute(
        select(pull_days.c.device_id, pull_days.c.day, pull_days.c.rows)
        .where(pull_days.c.alarmed_at > since)
        .order_by(pull_days.c.day.desc(), pull_days.c.device_id)
    ).all()
    told = ", ".join(f"{row.device_id} {row.rows} rows on {row.day}" for row in rows)
    return _Found(State.WARNING, told) if rows else _Found(State.OK)


def _archive(connection: Connection) -> _Found:
    """Does the log that a restore to a point in time needs go anywhere?"""
    mode = connection.scalar(text("SELECT current_setting('archive_mode')"))
    if mode == "off":
        return _Found(State.WARNING, "archive_mode is off: no restore to a point in time")
    row: Any = connection.execute(
        text(
            "SELECT last_failed_time > coalesce(last_archived_time, '-infinity') AS is_failing,"
            " failed_count FROM pg_stat_archiver"
        )
    ).one()
    if row.is_failing:
        return _Found(State.FAILING, f"archive_command fails ({row.failed_count} times)")
    return _Found(State.OK)
