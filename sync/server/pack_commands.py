"""``so-an-sinh-server publish-form`` and its like: what every office is to have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, Engine

from forms.mistakes import DefinitionError
from sync.protocol.packs import SUFFIX, Pack, PackKind, pack_file
from sync.server import packs
from sync.server.base_list_files import read_base_list
from sync.server.base_lists import load_base_list
from sync.server.collecting import UnknownCommuneError
from sync.server.form_packs import NotPublishedError, Published
from sync.server.form_packs import publish_form as publish_text
from sync.server.form_packs import withdraw_form as withdraw_text
from sync.server.ledger import write_down
from sync.server.list_packs import publish_small_list
from sync.server.options import DatabaseUrl, administering, leave, who_commands
from sync.server.table_files import TableError

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
    _publish(database_url, into, lambda connection: publish_text(connection, file), "form.publish")


def publish_list(
    *,
    file: Annotated[Path, typer.Argument(help=".xlsx or .csv.", dir_okay=False, exists=True)],
    kind: Annotated[PackKind, typer.Option(help="What the list is of.")],
    database_url: DatabaseUrl,
    name: Annotated[
        str,
        typer.Option(
            help="base_list: code of the commune. options: FORM_ID.LIST. units: a name of your own."
        ),
    ],
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day from which it counts.")
    ],
    title: Annotated[str, typer.Option(help="What people call it.")] = "",
    into: _Into = None,
) -> None:
    """Publish a list: choices of a form, or the base list of a commune's persons.

    Units are hamlets of communes that are served here; communes and larger units come with the
    program.

    Persons of a base list become documents of their commune and come with the next sync; what an
    officer corrected stays. Prints every problem with row and column; exit code 1 then.
    """
    if kind is PackKind.FORM:
        raise typer.BadParameter("a form is published by publish-form", param_hint="--kind")
    day = as_of.date()
    if kind is PackKind.BASE_LIST:
        _load(database_url, into, file, commune=name, day=day)
        return
    _publish(
        database_url,
        into,
        lambda connection: publish_small_list(
            connection, file, kind=kind, name=name, title=title or name, in_force=day
        ),
        "list.publish",
    )


def _load(database_url: str, into: Path | None, file: Path, *, commune: str, day: date) -> None:
    with administering(database_url) as engine:
        with _told(), engine.begin() as connection:
            done = load_base_list(
                connection,
                read_base_list(file, commune=commune),
                commune=commune,
                as_of=day,
                actor=who_commands(),
                source=file.read_bytes(),
            )
        typer.echo(
            f"{done.persons} persons: {done.new} new, {done.changed} changed, "
            f"{done.clashes} values for officers to decide"
        )
        if done.pack is not None:
            _tell(engine, done.pack, into)


def withdraw_form(
    *,
    form_id: Annotated[str, typer.Argument(metavar="FORM_ID")],
    version: Annotated[str, typer.Argument(help="The text that begins no new record any more.")],
    database_url: DatabaseUrl,
    into: _Into = None,
) -> None:
    """Take a text of a form back: a publication too. Records that have it keep it."""
    _publish(
        database_url,
        into,
        lambda connection: Published(withdraw_text(connection, form_id, version), is_new=True),
        "form.withdraw",
        version=version,
    )


def list_packs(*, database_url: DatabaseUrl) -> None:
    """Print all that was published: kind, number, name, in force from, when, SHA-256."""
    with administering(database_url) as engine, engine.begin() as connection:
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
    with administering(database_url) as engine:
        try:
            typer.echo(_written(engine, kind, number, into).name)
        except OSError as error:
            leave(f"the file cannot be written: {error.strerror}")


def _publish(
    database_url: str,
    into: Path | None,
    publish: Callable[[Connection], Published],
    action: str,
    **values: str,
) -> None:
    """One publication with its line in the ledger, and the file of it."""
    with administering(database_url) as engine:
        with _told(), engine.begin() as connection:
            done = publish(connection)
            if done.is_new:
                told = {"kind": done.pack.kind, "number": done.pack.number, "name": done.pack.name}
                write_down(connection, actor=who_commands(), action=action, values=told | values)
        if not done.is_new:
            typer.echo("published before, nothing changed")
        _tell(engine, done.pack, into)


@contextmanager
def _told() -> Iterator[None]:
    """Why nothing was published, line by line; then exit code 1."""
    try:
        yield
    except DefinitionError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from error
    except TableError as error:
        for wrong in error.problems:
            typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from error
    except NotPublishedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except UnknownCommuneError as error:
        typer.echo("no office serves this commune", err=True)
        raise typer.Exit(1) from error
    except packs.TooLargeError as error:
        typer.echo("larger than any office takes (4 MB compressed)", err=True)
        raise typer.Exit(1) from error


def _tell(engine: Engine, pack: Pack, into: Path | None) -> None:
    """What was published, which counts by now: a file must never know more than the database."""
    typer.echo("\t".join(_columns(pack)))
    if into is None:
        return
    try:
        typer.echo(_written(engine, PackKind(pack.kind), pack.number, into).name)
    except OSError as error:
        leave(
            f"published, but the file cannot be written: {error.strerror}; when there is room:"
            f" so-an-sinh-server pack-export {pack.kind} {pack.number} FOLDER"
        )


def _columns(pack: Pack) -> list[str]:
    return [pack.kind, str(pack.number), pack.name, pack.in_force, pack.issued_at, pack.sha256]


def _written(engine: Engine, kind: PackKind, number: int, into: Path) -> Path:
    with engine.begin() as connection:
        found = packs.file_parts(connection, kind=kind, number=number)
    if found is None:
        raise typer.BadParameter("no such publication", param_hint="NUMBER")
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{kind.value}-{number}{SUFFIX}"
    unfinished = path.with_suffix(".tmp")
    try:
        unfinished.write_bytes(pack_file(*found))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
