"""``so-an-sinh-server box``: one PC of the commune that keeps for its neighbours what goes to the
province, and shows them what it last read of it."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from sync.client.conversation import enrol as ask_for_a_place
from sync.client.transport import BadAddressError, Transport
from sync.protocol.documents import Role
from sync.protocol.messages import Enrolled
from sync.protocol.signing import new_signing_key
from sync.server.box import home as homes
from sync.server.box import spool
from sync.server.box.forwarding import Forwarder
from sync.server.box.operations import BOX_OPERATIONS
from sync.server.database import migrate, open_engine, passes_by_itself
from sync.server.embedded import embedded_postgres
from sync.server.fence import FenceError
from sync.server.options import leave, overridden, settings_here
from sync.server.serving import serve_as
from sync.server.web import create_app

box_commands = typer.Typer(no_args_is_help=True, help=__doc__)

_Folder = Annotated[
    Path | None,
    typer.Option(help="Run a PostgreSQL of its own on the data in this folder.", file_okay=False),
]
_DatabaseUrl = Annotated[
    str | None,
    typer.Option(help="An installed PostgreSQL instead: an empty database of the box's own."),
]


@contextmanager
def _opened(
    folder: Path | None, database_url: str | None, *, is_guest: bool = True
) -> Iterator[Engine]:
    """The database of the box, with its tables; a guest does not stop it for the box that runs."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        running = embedded_postgres(folder / "postgres", is_guest=is_guest)
        with running as address, _migrated(address) as engine:
            yield engine
        return
    address = database_url or settings_here().admin_address()
    if not address:
        raise typer.BadParameter("give one of them", param_hint="--folder or --database-url")
    with _migrated(address) as engine:
        yield engine


@contextmanager
def _migrated(address: str) -> Iterator[Engine]:
    engine = open_engine(address)
    try:
        _bring_up_to_date(engine)
        yield engine
    finally:
        engine.dispose()


def _bring_up_to_date(engine: Engine) -> None:
    try:
        migrate(engine, role=settings_here().database_role)
    except FenceError as error:
        leave(str(error))
    except DBAPIError as error:
        if not passes_by_itself(error):
            raise
        leave("the database of the box cannot be reached: is it running, is its address right?")


@box_commands.command()
def enrol(
    *,
    server: Annotated[str, typer.Option(help="Address of the province's server.")],
    code: Annotated[str, typer.Option(help="One-time code of an office of the role relay.")],
    ca: Annotated[
        Path | None, typer.Option(help="PEM file of the province's authority.", dir_okay=False)
    ] = None,
    folder: _Folder = None,
    database_url: _DatabaseUrl = None,
) -> None:
    """Make this PC a box: it needs a line to the province once, to be known there."""
    ca_pem = None if ca is None else ca.read_text(encoding="ascii")
    with _opened(folder, database_url) as engine:
        # The code is good once: nothing is asked before this database is known to be free.
        with _settling(engine) as connection:
            homes.check_free(connection)
        seed = new_signing_key()
        enrolled = _enrolled(server, ca, code, seed)
        with _settling(engine) as connection:
            homes.settle(connection, seed=seed, server_url=server, ca_pem=ca_pem, enrolled=enrolled)
    typer.echo(enrolled.device)


@contextmanager
def _settling(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except homes.IsProvinceError:
        leave("this database is in use: a box needs an empty one of its own")


def _enrolled(server: str, ca: Path | None, code: str, seed: bytes) -> Enrolled:
    """The place that the province gives to this key."""
    try:
        with Transport(server_url=server, ca_file=None if ca is None else str(ca)) as transport:
            enrolled = ask_for_a_place(
                transport=transport,
                code="".join(code.split()).upper(),
                device_name=platform.node()[:100],
                signing_key=seed,
            )
    except BadAddressError:
        raise typer.BadParameter("write https://…", param_hint="--server") from None
    if not isinstance(enrolled, Enrolled):
        leave(f"the province did not enrol this box: {type(enrolled).__name__}")
    if enrolled.role != Role.RELAY.value:
        leave("this code is not of an office of the role relay")
    return enrolled


@box_commands.command()
def run(
    *,
    folder: _Folder = None,
    database_url: _DatabaseUrl = None,
    host: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of the setting.")] = None,
    certificate: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
    key: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
    every: Annotated[float, typer.Option(help="Seconds between rounds at the province.")] = 30.0,
) -> None:
    """Answer the neighbours until SIGTERM, and go to the province whenever it can be reached."""
    given = {"host": host, "port": port, "certificate": certificate, "key": key}
    found = overridden(settings_here(), given)
    with _opened(folder, database_url, is_guest=False) as engine:
        try:
            with engine.begin() as connection:
                homes.home_of(connection)
        except homes.NoBoxError:
            leave("this is no box yet: so-an-sinh-server box enrol")
        forwarder = Forwarder(engine, every_seconds=every)
        forwarder.start()
        try:
            app = create_app(engine, settings=found, operations=BOX_OPERATIONS)
            serve_as(found, app, announce=typer.echo)
        finally:
            forwarder.stop(wait_seconds=found.stop_seconds)


@box_commands.command()
def status(*, folder: _Folder = None, database_url: _DatabaseUrl = None) -> None:
    """Print when the province was last reached, and how many changes wait for it."""
    with _opened(folder, database_url) as engine, engine.begin() as connection:
        try:
            home = homes.home_of(connection)
        except homes.NoBoxError:
            leave("this is no box yet: so-an-sinh-server box enrol")
        typer.echo(f"reached\t{home.reached_at or 'never'}")
        typer.echo(f"waiting\t{spool.count_waiting(connection)}")


@box_commands.command("renew-epoch")
def renew_epoch(*, folder: _Folder = None, database_url: _DatabaseUrl = None) -> None:
    """Run this after the box's disk or database was put back to an earlier copy."""
    with _opened(folder, database_url) as engine, engine.begin() as connection:
        try:
            homes.renew(connection)
        except homes.NoBoxError:
            leave("this is no box yet: so-an-sinh-server box enrol")
