"""A PC that is killed at any statement while a pack is taken over has the old or the new, whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.ledger import Action
from desktop.store import ledger
from sync.protocol.documents import Role
from tests.e2e.conftest import MakeOffice
from tests.support.children import SECONDS, line_of
from tests.support.offices import Office
from tests.support.packs import BUNDLED_TEXT, FORM, NEW_TEXT, as_file, publish, write_text
from tests.support.server import Province

USER = "Lê Thị Bình"
#: No statement: taking a pack over has some twenty.
NEVER = 10_000


@pytest.fixture
def taking() -> Iterator[subprocess.Popen[str]]:
    """The process that takes packs over in processes of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.taking_over"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(SECONDS) == 0


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_statement_it_has_the_old_or_the_new(
    make_office: MakeOffice,
    province: Province,
    tmp_path: Path,
    taking: subprocess.Popen[str],
    step: int,
) -> None:
    """Every third statement and the last three; each of them in the long run."""
    pack = publish(province.engine, write_text(tmp_path / "new"))
    path = as_file(province.engine, pack, tmp_path / "usb")
    original = make_office(Role.OFFICER, USER).register.folder
    whole = shutil.copytree(original, tmp_path / "whole")
    statements = taken_over(taking, whole, path, killed_at=NEVER)
    assert look(whole, path)
    assert statements is not None and statements > 10
    found = []
    for number in sorted({*range(1, statements, step), *range(statements - 2, statements + 1)}):
        folder = shutil.copytree(original, tmp_path / f"killed-{number}")
        assert taken_over(taking, folder, path, killed_at=number) is None
        found.append(look(folder, path))
    assert not found[0]
    assert found == sorted(found)  # once it is there, it stays


def look(folder: Path, path: Path) -> bool:
    """Is the pack there? With all that belongs to it, or nothing; it can be taken over now."""
    office = Office.open(folder, author=USER)
    try:
        is_there = office.forms.versions(FORM) == [BUNDLED_TEXT, NEW_TEXT]
        written = [line.action for line in ledger.lines(office.register, limit=100)]
        for action in (Action.PACK_RECEIVE, Action.PACK_APPLY):
            assert written.count(action) == int(is_there)
        assert ledger.verify(office.register).is_sound
        assert office.packs.receive(path).is_repeated is is_there
        assert office.records.open(None).definition.version == NEW_TEXT
    finally:
        office.close()
    return is_there


def taken_over(
    taking: subprocess.Popen[str], folder: Path, path: Path, *, killed_at: int
) -> int | None:
    """Take the pack over, to die before this statement; how many it had, ``None`` if it died."""
    assert taking.stdin is not None
    taking.stdin.write(json.dumps([str(folder), USER, str(path), killed_at]) + "\n")
    taking.stdin.flush()
    what, *statements = line_of(taking).split()
    if what == "killed":
        return None
    assert what == "done", (what, statements)
    return int(statements[0])
