"""``so-an-sinh-server export …``: one asks, another approves, who asked makes the file.

Passphrases are asked for without showing them; where nobody sits at a terminal they are lines of
standard input.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Engine, select

from sync.protocol.documents import DataSet
from sync.protocol.signing import public_key_of
from sync.server import exports
from sync.server.directory import server_seed
from sync.server.exports import Person
from sync.server.ledger import write_down
from sync.server.operators import RIGHTS, NotAllowedError, create_operator, withdraw_operator
from sync.server.options import DatabaseUrl, administering, leave, who_commands
from sync.server.recovery_commands import ask_passphrase
from sync.server.tables import exports as export_rows

export_commands = typer.Typer(no_args_is_help=True, help="Data out of the database, by two people.")

_By = Annotated[str, typer.Option(help="Name of the operator at the keyboard.")]
_Request = Annotated[UUID, typer.Option(help="Id of the request.")]
_DATA_SETS = ", ".join(one.value for one in DataSet)


@export_commands.command("operator-create")
def operator_create(
    *,
    name: Annotated[str, typer.Option(help="Name of the person.")],
    right: Annotated[list[str], typer.Option(help=f"{', '.join(sorted(RIGHTS))}; repeat.")],
    database_url: DatabaseUrl,
) -> None:
    """Let a person ask for exports, or approve them; asks for the person's passphrase."""
    with _working(database_url) as engine, engine.begin() as connection:
        passphrase = ask_passphrase(f"New passphrase of {name}")
        create_operator(connection, name=name, rights=frozenset(right), passphrase=passphrase)
        write_down(
            connection,
            actor=who_commands(),
            action="operator.create",
            values={"operator": name, "rights": sorted(set(right))},
        )


@export_commands.command("operator-withdraw")
def operator_withdraw(
    *, name: Annotated[str, typer.Option(help="Name of the person.")], database_url: DatabaseUrl
) -> None:
    """Take every right from a person."""
    with _working(database_url) as engine, engine.begin() as connection:
        withdraw_operator(connection, name)
        told = {"operator": name}
        write_down(connection, actor=who_commands(), action="operator.withdraw", values=told)


@export_commands.command("ask")
def ask(
    *,
    by: _By,
    data_set: Annotated[str, typer.Option(help=f"One of {_DATA_SETS}.")],
    commune: Annotated[list[str], typer.Option(help="Code of a commune; repeat.")],
    purpose: Annotated[str, typer.Option(help="What for, by which document.")],
    database_url: DatabaseUrl,
) -> None:
    """Ask for an export; prints the id that another person approves."""
    wanted = next((one for one in DataSet if one.value == data_set), None)
    if wanted is None:
        raise typer.BadParameter(f"one of {_DATA_SETS}", param_hint="--data-set")
    with _working(database_url) as engine:
        typer.echo(
            str(
                exports.ask(
                    engine,
                    _person(by),
                    data_set=wanted,
                    communes_asked=commune,
                    purpose=purpose,
                )
            )
        )


@export_commands.command("approve")
def approve(*, by: _By, request: _Request, database_url: DatabaseUrl) -> None:
    """Approve what another person asked for; look at it with ``list`` before."""
    with _working(database_url) as engine:
        exports.approve(engine, _person(by), request)


@export_commands.command("make")
def make(
    *,
    by: _By,
    request: _Request,
    to: Annotated[Path, typer.Option(help="New file; only its owner may read it.")],
    database_url: DatabaseUrl,
) -> None:
    """Write the file of an approved request, once."""
    person = _person(by)
    with _working(database_url) as engine:
        try:
            descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            leave(f"{to.name} cannot be made: {error.strerror}")
        try:
            with os.fdopen(descriptor, "wb") as target:
                made = exports.make(engine, person, request, target)
                target.flush()
                os.fsync(target.fileno())
        except NotAllowedError:
            to.unlink()
            raise
    typer.echo(f"{made.rows}\t{made.sha256}")


@export_commands.command("list")
def list_exports(*, database_url: DatabaseUrl) -> None:
    """Print each request: id, when, who asked, what, what for, who approved, how many rows."""
    with _working(database_url) as engine, engine.connect() as connection:
        for row in connection.execute(select(export_rows).order_by(export_rows.c.asked_at)):
            told = (
                str(row.id),
                row.asked_at.isoformat(timespec="seconds"),
                row.asked_by,
                row.data_set,
                ",".join(row.communes),
                row.purpose.replace("\t", " ").replace("\n", " "),
                row.approved_by or "",
                "" if row.rows is None else str(row.rows),
            )
            typer.echo("\t".join(told))


@export_commands.command("check")
def check(
    *,
    file: Annotated[Path, typer.Argument(help="An export.", dir_okay=False)],
    server_key: Annotated[str, typer.Option(help="The server's public key; key prints it.")],
) -> None:
    """Did this server make this file, and is it whole? Needs no database."""
    try:
        with file.open("rb") as source:
            found = exports.checked(source, server_key)
    except (OSError, ValueError) as error:
        leave(str(error))
    for name, value in found.items():
        typer.echo(f"{name}\t{value}")


@export_commands.command("key")
def key(*, database_url: DatabaseUrl) -> None:
    """Print the server's public key."""
    with _working(database_url) as engine, engine.begin() as connection:
        typer.echo(public_key_of(server_seed(connection)))


@contextmanager
def _working(database_url: str) -> Iterator[Engine]:
    try:
        with administering(database_url) as engine:
            yield engine
    except NotAllowedError as error:
        leave(str(error))


def _person(name: str) -> Person:
    return Person(name=name, passphrase=ask_passphrase(f"Passphrase of {name}"))
