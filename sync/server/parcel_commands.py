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
from sync.server.database import open_engine
from sync.server.options import DatabaseUrl
from sync.server.parcels import Received, receive, send_everything

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
    engine = open_engine(database_url)
    is_refused = False
    for path in files:
        try:
            typer.echo(f"{path.name}\t{_imported(engine, path, answers)}")
        except ParcelError as error:
            is_refused = True
            typer.echo(f"{path.name}\trefused: {error.fault.value}")
    engine.dispose()
    raise typer.Exit(1 if is_refused else 0)


def _imported(engine: Engine, path: Path, answers: Path) -> str:
    """What one parcel came to, and the name of its answer."""
    found: list[Received] = []
    with copied(path) as source:
        written = _written(answers, lambda target: found.append(receive(engine, source, target)))
    return f"{_told(found[0])}\t{written.name}"


@parcel_commands.command("export")
def export_parcel(
    *,
    device: Annotated[UUID, typer.Option(help="Id of the device; device-list shows it.")],
    database_url: DatabaseUrl,
    folder: _Folder,
) -> None:
    """Write a parcel with everything a device may read; prints its name."""
    engine = open_engine(database_url)
    try:
        written = _written(folder, lambda target: send_everything(engine, device, target))
    except ParcelError as error:
        raise typer.BadParameter(error.fault.value, param_hint="--device") from error
    finally:
        engine.dispose()
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
    if received.refused:
        parts.append(f"pushes not taken: {', '.join(received.refused)}")
    return ", ".join(parts)
