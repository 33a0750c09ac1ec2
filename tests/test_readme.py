"""The README names commands and options that are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from typer.main import get_command

from desktop.__main__ import program
from sync.server.__main__ import cli

_README = Path(__file__).parents[1] / "README.md"
_ROOTS = {"so-an-sinh": get_command(program), "so-an-sinh-server": get_command(cli)}
#: A program, the words after it (``set|show`` for several), the rest of its line.
_NAMED = re.compile(r"(so-an-sinh(?:-server)?)((?: [a-z][a-z0-9|-]*)+)([^`\n;#]*)")


def _wrong(root: str, words: list[str], rest: str) -> list[str]:
    """What of this command line is not there."""
    command: Any = _ROOTS[root]  # a group has commands, in whichever click typer comes with
    for word in words:
        inside = getattr(command, "commands", None)
        if inside is None:
            break
        if missing := [one for one in word.split("|") if one not in inside]:
            return missing
        command = inside[word.split("|")[0]]
    known = {"--help"}.union(*(set(one.opts + one.secondary_opts) for one in command.params))
    return sorted(set(re.findall(r" (--[a-z-]+)", rest)) - known)


def test_every_command_and_option_of_the_readme_is_there() -> None:
    named = [match.groups() for match in _NAMED.finditer(_README.read_text("utf-8"))]
    wrong = {
        f"{root}{words}": found
        for root, words, rest in named
        if (found := _wrong(root, words.split(), rest))
    }
    assert wrong == {}
    assert len(named) > 30
