"""``so-an-sinh-server parcel``: what came on a stick, and what goes back on it."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, cast
from uuid import UUID

import typer
from sqlalchemy import Engine

from sync.protocol.parcel import LARGEST_PARCEL_BYTES, SUFFIX, Fault, ParcelError
from sync.server.ledger import write_down
from sync.server.options import DatabaseUrl, administering, settings_here, who_commands
from sync.server.parcels import Received, receive, send_everything
from sync.server.settings import Settings

parcel_commands = typer.Typer(no_args_is_help=True, help="Parcels: sealed files instead of HTTP.")

_Folder = Annotated[Path, typer.Option(help="Where the new parcels are written.", file_okay=False)]


@parcel_commands.command("import")
def import_parcels(
    *,
    files: Annotated[list[Path], typer.Argument(help="Parcels from devices.", dir_okay=False)],
    database_url: DatabaseUrl,
    answers: _Folder,
) -> None:
    """Apply parcels and write the one that answers each; prints a line for each file.

    A file may come again: nothing is applied twice. Exit code 1 when one was refused.
    """
    settings, is_refused = settings_here(), False
    with administering(database_url) as engine:
        for path in files:
            try:
                typer.echo(f"{path.name}\t{_imported(engine, path, answers, settings)}")
            except ParcelError as error:
                is_refused = True
                typer.echo(f"{path.name}\trefused: {error.fault.value}")
    raise typer.Exit(1 if is_refused else 0)


def _imported(engine: Engine, path: Path, answers: Path, settings: Settings) -> str:
    """What one parcel came to, and the name of its answer."""
    found: list[Received] = []
    with copied(path) as source:
        written = _written(
            answers, lambda target: found.append(receive(engine, source, target, settings))
        )
    return f"{_told(found[0])}\t{written.name}"


@parcel_commands.command("export")
def export_parcel(
    *,
    device: Annotated[UUID, typer.Option(help="Id of the device; device-list shows it.")],
    database_url: DatabaseUrl,
    folder: _Folder,
) -> None:
    """Write a parcel with everything a device may read; prints its name."""
    settings = settings_here()

    def write(target: BinaryIO) -> None:
        send_everything(engine, device, target, settings)
        with engine.begin() as connection:  # before the file has its name
            told = {"device": str(device)}
            write_down(connection, actor=who_commands(), action="parcel.export", values=told)

    with administering(database_url) as engine:
        try:
            written = _written(folder, write)
        except ParcelError as error:
            raise typer.BadParameter(error.fault.value, param_hint="--device") from error
    typer.echo(written.name)


@contextmanager
def copied(path: Path) -> Iterator[BinaryIO]:
    """A copy that nobody else can change between the check and the work. Raises ``ParcelError``."""
    with path.open("rb") as original, tempfile.TemporaryFile() as copy:
        if path.stat().st_size > LARGEST_PARCEL_BYTES:
            raise ParcelError(Fault.TOO_LARGE)
        shutil.copyfileobj(original, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def _written(folder: Path, write: Callable[[BinaryIO], None]) -> Path:
    """A new file, under its name only when it is whole. The name tells nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(6)}{SUFFIX}"
    unfinished = path.with_suffix(".tmp")
    try:
        with unfinished.open("xb") as target:
            write(target)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _told(received: Received) -> str:
    parts = [f"device {received.device}", f"{received.fresh} new of {received.changes} changes"]
    if received.is_repeated:
        parts.append("had come before")
    if received.missing:
        parts.append(f"missing before it: {', '.join(map(str, received.missing))}")
    for told, counts in (
        ("changes held", received.verdicts.held),
        ("pushes not taken", received.verdicts.refused),
    ):
        if counts:
            parts.append(f"{told}: {', '.join(f'{n} {why}' for why, n in sorted(counts.items()))}")
    return ", ".join(parts)
