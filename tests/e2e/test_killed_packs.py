"""A PC that is killed at any statement while a pack is taken over has the old or the new, whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.domain.ledger import Action
from desktop.store import ledger
from sync.protocol.documents import Role
from tests.e2e.conftest import MakeOffice
from tests.support.children import was_cut
from tests.support.forking import forking
from tests.support.offices import Office
from tests.support.packs import BUNDLED_TEXT, FORM, NEW_TEXT, as_file, publish, write_text
from tests.support.server import Province

USER = "Lê Thị Bình"
#: No statement: taking a pack over has some twenty.
NEVER = 10_000


# Takes a pack over; killed before a statement, or at its end says how many it had.
_TAKING = """
import os, signal, sys
from pathlib import Path
from tests.support.offices import Office
folder, user, path, killed_at, told = sys.argv[1:]
statements = 0
def count(frame, event, called):
    global statements
    if event == "c_call" and getattr(called, "__name__", "") in ("execute", "commit"):
        statements += 1
        if statements == int(killed_at):
            os.kill(os.getpid(), signal.SIGKILL)
office = Office.open(Path(folder), author=user)
sys.setprofile(count)
office.packs.receive(Path(path))
sys.setprofile(None)
Path(told).write_text(str(statements))
os._exit(0)
"""


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_statement_it_has_the_old_or_the_new(
    make_office: MakeOffice,
    province: Province,
    tmp_path: Path,
    step: int,
) -> None:
    """Every third statement and the last three; each of them in the long run."""
    pack = publish(province.engine, write_text(tmp_path / "new"))
    path = as_file(province.engine, pack, tmp_path / "usb")
    original = make_office(Role.OFFICER, USER).register.folder
    told = tmp_path / "statements"
    found = []
    with forking(_TAKING) as run:

        def taken_over(folder: Path, killed_at: int) -> bool:
            arguments = [str(folder), USER, str(path), str(killed_at), str(told)]
            return not was_cut(run(arguments, b""))

        whole = shutil.copytree(original, tmp_path / "whole")
        assert taken_over(whole, NEVER)
        assert look(whole, path)
        statements = int(told.read_text())
        assert statements > 10
        for number in sorted({*range(1, statements, step), *range(statements - 2, statements + 1)}):
            folder = shutil.copytree(original, tmp_path / f"killed-{number}")
            assert not taken_over(folder, number)
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
