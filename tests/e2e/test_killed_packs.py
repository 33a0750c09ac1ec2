"""A PC that is killed at any statement while a pack is taken over has the old or the new, whole."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from desktop.domain.ledger import Action
from desktop.store import ledger
from sync.protocol.documents import Role
from tests.e2e.conftest import MakeOffice
from tests.support.offices import Office
from tests.support.packs import BUNDLED_TEXT, FORM, NEW_TEXT, as_file, publish, write_text
from tests.support.server import Province

USER = "Lê Thị Bình"
#: Taking a pack over has some twenty statements.
MOST = 100


def test_killed_at_any_statement_it_has_the_old_or_the_new(
    make_office: MakeOffice, province: Province, tmp_path: Path
) -> None:
    pack = publish(province.engine, write_text(tmp_path / "new"))
    path = as_file(province.engine, pack, tmp_path / "usb")
    original = make_office(Role.OFFICER, USER).register.folder
    found = []
    for number in range(1, MOST):
        folder = tmp_path / f"killed-{number}"
        shutil.copytree(original, folder)
        was_killed = taken_over(folder, path, killed_at=number)
        found.append(look(folder, path))
        if not was_killed:
            break
    assert not was_killed
    assert found[-1] and not found[0]
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


def taken_over(folder: Path, path: Path, *, killed_at: int) -> bool:
    """Take the pack over in a process that dies before this statement; did it die?"""
    process = os.fork()
    if process == 0:
        status = 3
        try:
            office = Office.open(folder, author=USER)
            sys.setprofile(_Killer(killed_at))
            office.packs.receive(path)
            sys.setprofile(None)
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(process, 0)
    assert os.WIFSIGNALED(ended) or os.WEXITSTATUS(ended) == 0
    return os.WIFSIGNALED(ended)


class _Killer:
    """Counts the statements that go to the database, and ends the process before one of them."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, _frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__name__", "") in ("execute", "commit"):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)
