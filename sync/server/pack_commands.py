"""``so-an-sinh-server publish-form`` and its like: what every office is to have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from forms.mistakes import DefinitionError
from sync.protocol.packs import SUFFIX, Pack, PackKind, pack_file
from sync.server import packs
from sync.server.form_packs import NotPublishedError
from sync.server.form_packs import publish_form as publish_text
from sync.server.form_packs import withdraw_form as withdraw_text
from sync.server.options import DatabaseUrl, administering

_Into = Annotated[
    Path | None,
    typer.Option(
        "--into", help="Also write the signed file here, for offices without a network.",
        file_okay=False,
    ),
]  # fmt: skip


def publish_form(
    *,
    file: Annotated[
        Path, typer.Argument(help="form.md or XLSForm (.xlsx, .xls).", dir_okay=False, exists=True)
    ],
    database_url: DatabaseUrl,
    into: _Into = None,
) -> None:
    """Publish a text of a form for every office, from the day that is its version.

    What lies beside the file belongs to it: its tables (.csv), migration.yaml from the text before
    it, about.yaml for a form of the province's own. Prints every problem; exit code 1 then.
    """
    with _transaction(database_url) as connection, _told():
        done = publish_text(connection, file)
        if not done.is_new:
            typer.echo("published before, nothing changed")
        _tell(connection, done.pack, into)


def withdraw_form(
    *,
    form_id: Annotated[str, typer.Argument(metavar="FORM_ID")],
    version: Annotated[str, typer.Argument(help="The text that begins no new record any more.")],
    database_url: DatabaseUrl,
    into: _Into = None,
) -> None:
    """Take a text of a form back: a publication too. Records that have it keep it."""
    with _transaction(database_url) as connection, _told():
        _tell(connection, withdraw_text(connection, form_id, version), into)


def list_packs(*, database_url: DatabaseUrl) -> None:
    """Print all that was published: kind, number, name, in force from, when, SHA-256."""
    with _transaction(database_url) as connection:
        for pack in packs.every_publication(connection):
            typer.echo("\t".join(_columns(pack)))


def export_pack(
    *,
    kind: Annotated[PackKind, typer.Argument(help="What kind of pack.")],
    number: Annotated[int, typer.Argument(help="Its number; pack-list shows it.")],
    into: Annotated[Path, typer.Argument(help="Folder for the file.", file_okay=False)],
    database_url: DatabaseUrl,
) -> None:
    """Write a publication as a signed file, for offices without a network; prints its name."""
    with _transaction(database_url) as connection:
        typer.echo(_written(connection, kind, number, into).name)


@contextmanager
def _transaction(database_url: str) -> Iterator[Connection]:
    with administering(database_url) as engine, engine.begin() as connection:
        yield connection


@contextmanager
def _told() -> Iterator[None]:
    """Why nothing was published, line by line; then exit code 1."""
    try:
        yield
    except DefinitionError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from error
    except NotPublishedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except packs.TooLargeError as error:
        typer.echo("larger than any office takes (4 MB compressed)", err=True)
        raise typer.Exit(1) from error


def _tell(connection: Connection, pack: Pack, into: Path | None) -> None:
    typer.echo("\t".join(_columns(pack)))
    if into is not None:
        typer.echo(_written(connection, PackKind(pack.kind), pack.number, into).name)


def _columns(pack: Pack) -> list[str]:
    return [pack.kind, str(pack.number), pack.name, pack.in_force, pack.issued_at, pack.sha256]


def _written(connection: Connection, kind: PackKind, number: int, into: Path) -> Path:
    found = packs.file_parts(connection, kind=kind, number=number)
    if found is None:
        raise typer.BadParameter("no such publication", param_hint="NUMBER")
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{kind.value}-{number}{SUFFIX}"
    unfinished = path.with_suffix(".tmp")
    unfinished.write_bytes(pack_file(*found))
    unfinished.replace(path)
    return path
