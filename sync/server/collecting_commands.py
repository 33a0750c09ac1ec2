"""``so-an-sinh-server collecting``: which office collects for which commune, from which day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Connection

from sync.server.collecting import (
    NotACollectorError,
    UnknownCommuneError,
    hand_over,
    list_collecting,
    set_collecting,
)
from sync.server.ledger import write_down
from sync.server.options import DatabaseUrl, administering, who_commands

collecting_commands = typer.Typer(
    no_args_is_help=True, help="Which office collects for which commune, from which day."
)

_Commune = Annotated[str, typer.Option(help="Official 5-digit code of the commune.")]
_Office = Annotated[UUID, typer.Option(help="Id of a collecting office.")]


@collecting_commands.command("set")
def set_office(
    *,
    database_url: DatabaseUrl,
    commune: _Commune,
    office: _Office,
    from_day: Annotated[
        datetime,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="First day, by the clock of Vietnam (UTC+7)."
        ),
    ],
) -> None:
    """From this day on the office collects for the commune.

    It receives everything that was ever handed in there. The office before decides what was handed
    in before that day, until nothing of it is left. A day can be set again: the last one counts.
    """
    _changed(
        database_url,
        lambda connection: set_collecting(
            connection, commune_code=commune, office_id=office, from_day=from_day.date()
        ),
        "collecting.set",
        {"commune": commune, "office": str(office), "from": from_day.date().isoformat()},
    )


@collecting_commands.command("hand-over")
def end(*, database_url: DatabaseUrl, commune: _Commune, office: _Office) -> None:
    """End at once what an office that no longer collects still has: its next sync purges it.

    What it decides later is held, and told to it with the reason.
    """
    _changed(
        database_url,
        lambda connection: hand_over(connection, commune_code=commune, office_id=office),
        "collecting.hand_over",
        {"commune": commune, "office": str(office)},
    )


@collecting_commands.command("list")
def show(*, database_url: DatabaseUrl) -> None:
    """Print each row: commune, first day, id and name of the office."""
    with administering(database_url) as engine, engine.begin() as connection:
        for row in list_collecting(connection):
            typer.echo(f"{row.commune_code}\t{row.from_day}\t{row.office_id}\t{row.office_name}")


def _changed(
    database_url: str,
    change: Callable[[Connection], None],
    action: str,
    told: Mapping[str, str],
) -> None:
    try:
        with administering(database_url) as engine, engine.begin() as connection:
            change(connection)
            write_down(connection, actor=who_commands(), action=action, values=told)
    except NotACollectorError as error:
        raise typer.BadParameter("no such collecting office", param_hint="--office") from error
    except UnknownCommuneError as error:
        raise typer.BadParameter("no office serves it", param_hint="--commune") from error
