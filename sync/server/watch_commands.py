"""``so-an-sinh-server health`` and ``verify-ledger``: what an operator has run by a timer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import msgspec
import typer

from sync.protocol.chain import CHAIN_BYTES
from sync.server.database import snapshot
from sync.server.health import look
from sync.server.ledger import Head, verified_history, verified_ledger
from sync.server.options import DatabaseUrl, administering, settings_here

Witness = Annotated[
    str, typer.Option(help="N:HASH, a head of the ledger that was noted outside this server.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def health(*, as_json: Json = False, witness: Witness = "") -> None:
    """Is the server well? Exit code 0 well, 1 worth a look, 2 act now."""
    settings = settings_here()
    if not settings.admin_address():
        raise typer.BadParameter("set SO_AN_SINH_ADMIN_DATABASE_URL (or SO_AN_SINH_DATABASE_URL)")
    if not settings.database_url:
        settings = replace(settings, database_url=settings.admin_address())
    found = look(settings, witness=_noted(witness))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        for check in found.checks:
            typer.echo(f"{check.state:8} {check.name:10} {check.told}".rstrip())
    raise typer.Exit(found.exit_code())


def verify_ledger(
    *, database_url: DatabaseUrl, as_json: Json = False, witness: Witness = ""
) -> None:
    """Check the server's ledger and the chain of every device's changes. Exit code 1: broken."""
    noted = _noted(witness)
    with administering(database_url) as engine, snapshot(engine) as connection:
        ledger = verified_ledger(connection, noted)
        history = verified_history(connection)
    problems = [*ledger.problems, *history.problems]
    if as_json:
        told = {
            "lines": ledger.checked,
            "changes": history.checked,
            "head": str(ledger.head),
            "problems": problems,
        }
        typer.echo(msgspec.json.encode(told).decode())
    else:
        typer.echo(f"{ledger.checked} lines of the ledger, {history.checked} changes of devices")
        typer.echo(f"head {ledger.head}")
        for problem in problems:
            typer.echo(problem)
    raise typer.Exit(1 if problems else 0)


def _noted(witness: str) -> Head | None:
    if not witness:
        return None
    number, _, value = witness.partition(":")
    if not number.isdecimal() or len(value) != 2 * CHAIN_BYTES:
        raise typer.BadParameter("write N:HASH, as health prints it", param_hint="--witness")
    return Head(int(number), value)
