"""What the headless commands share: lines, one JSON document, and leaving with a reason.

Exit codes of every command: 0 nothing found, 1 problems found, 2 wrong use (no such file, no such
form, not readable). With ``--json``, standard output holds one JSON document and nothing else;
reasons for exit code 2 go to standard error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NoReturn

import typer

OK, FOUND, WRONG_USE = 0, 1, 2


def say(lines: Iterable[str]) -> None:
    """Lines on standard output."""
    for line in lines:
        typer.echo(writable(line))


def say_json(value: object) -> None:
    """One JSON document on one line of standard output."""
    typer.echo(json_text(value))


def json_text(value: object) -> str:
    """JSON in UTF-8 letters."""
    return writable(json.dumps(value, ensure_ascii=False))


def writable(text: str) -> str:
    """Halves of characters, which a damaged file may hold, replaced: they cannot be written."""
    return text.encode("utf-8", "replace").decode("utf-8")


def wrong_use(reason: str) -> NoReturn:
    """Leaves the program with exit code 2 and the reason on standard error."""
    typer.echo(writable(reason), err=True)
    raise typer.Exit(WRONG_USE)
