"""``so-an-sinh-server office-list`` and ``office-commune``: which office serves which commune."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Connection

from sync.server.ledger import write_down
from sync.server.options import DatabaseUrl, administering, who_commands
from sync.server.provinces import (
    OfficeCommuneError,
    UnknownOfficeError,
    add_commune,
    list_offices,
    remove_commune,
)

office_communes = typer.Typer(
    no_args_is_help=True, help="Give an office one more commune, or take one from it."
)

_Office = Annotated[UUID, typer.Option(help="Id of the office; office-list shows it.")]
_Commune = Annotated[str, typer.Option(help="Official 5-digit code of the commune.")]


def list_all(*, database_url: DatabaseUrl) -> None:
    """Print each office: id, role, name, its communes today, how many devices are let in."""
    with administering(database_url) as engine, engine.begin() as connection:
        for office in list_offices(connection):
            typer.echo("\t".join(office))


@office_communes.command("add")
def add(
    *,
    database_url: DatabaseUrl,
    office: _Office,
    commune: _Commune,
    name: Annotated[
        str, typer.Option(help="Name of the commune, when no office ever served it.")
    ] = "",
) -> None:
    """From their next sync on the devices of the office receive this commune too."""
    with _changing(database_url) as connection:
        if add_commune(connection, office, commune, name=name):
            _write_down(connection, "office.commune_add", office, commune)


@office_communes.command("remove")
def remove(*, database_url: DatabaseUrl, office: _Office, commune: _Commune) -> None:
    """The next sync of the office's devices purges what they have of this commune.

    What they send of it later is held, and told to them with the reason.
    """
    with _changing(database_url) as connection:
        remove_commune(connection, office, commune)
        _write_down(connection, "office.commune_remove", office, commune)


@contextmanager
def _changing(database_url: str) -> Iterator[Connection]:
    """A transaction; what cannot be done is told to who ran the command."""
    try:
        with administering(database_url) as engine, engine.begin() as connection:
            yield connection
    except UnknownOfficeError as error:
        raise typer.BadParameter("no such office", param_hint="--office") from error
    except OfficeCommuneError as error:
        raise typer.BadParameter(str(error)) from error


def _write_down(connection: Connection, action: str, office: UUID, commune: str) -> None:
    told = {"office": str(office), "commune": commune}
    write_down(connection, actor=who_commands(), action=action, values=told)
