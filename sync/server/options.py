"""What the commands have in common: the settings of here, and the database they work on."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, NoReturn

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from sync.server import fence
from sync.server.database import open_engine, passes_by_itself
from sync.server.settings import Settings, SettingsError, load_settings


def settings_here() -> Settings:
    """The settings of this environment; a wrong one ends the command."""
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error


def _admin_address() -> str:
    found = settings_here().admin_address()
    if not found:
        raise typer.BadParameter(
            "set SO_AN_SINH_ADMIN_DATABASE_URL (or SO_AN_SINH_DATABASE_URL)",
            param_hint="--database-url",
        )
    return found


#: Of every command but ``run``.
DatabaseUrl = Annotated[
    str,
    typer.Option(
        default_factory=_admin_address,
        show_default="admin_database_url, else database_url of the settings",
        help="postgresql://user:password@host/database, as the owner of the tables.",
    ),
]


@contextmanager
def administering(database_url: str) -> Iterator[Engine]:
    """Connections as the owner of the tables, for one command."""
    engine = open_engine(database_url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def fenced(settings: Settings) -> Iterator[Engine]:
    """Connections behind the fence, as ``run`` works. Raises ``FenceError`` if there is none."""
    if not settings.database_url:
        raise typer.BadParameter("set SO_AN_SINH_DATABASE_URL", param_hint="--database-url")
    engine = open_engine(
        settings.database_url,
        role=settings.database_role,
        connections=settings.database_connections,
    )
    try:
        _check(engine, settings.database_role)
        yield engine
    finally:
        engine.dispose()


def _check(engine: Engine, role: str) -> None:
    try:
        with engine.connect() as connection:
            fence.check(connection)
    except DBAPIError as error:
        if found := fence.explained(error, role):
            raise found from error
        # A database that is not there yet is no reason to stop: requests hear "busy" until it is.
        if not passes_by_itself(error):
            raise


def overridden(settings: Settings, given: Mapping[str, object | None]) -> Settings:
    """The settings with what the command line said instead."""
    changes = {name: value for name, value in given.items() if value is not None}
    try:
        return replace(settings, **changes)  # type: ignore[arg-type]  # names of its fields
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error


def who_commands() -> str:
    """Who a line of the ledger names for a command: the login of this machine that ran it."""
    try:
        return f"login {getpass.getuser()}"
    except (OSError, KeyError):  # a machine that knows no name for it
        return "login unknown"


def leave(reason: str) -> NoReturn:
    """End the command: what was asked cannot be done."""
    typer.echo(reason, err=True)
    raise typer.Exit(1)
