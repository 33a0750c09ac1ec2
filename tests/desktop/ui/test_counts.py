"""The numbers beside the pages: read once for many saves, and never an older one for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.app import Desktop
from desktop.domain.syncing import SyncReport
from desktop.errors import AppError, Problem
from desktop.store.folder import register_path
from desktop.ui.counting import Counting
from tests.desktop.store.edits import put_clash
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import make_register

NOTHING_NEW = SyncReport(pushed=0, pulled=0, clashes=0, held=0)


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    make_register(tmp_path / "so", count=2).close()
    return open_desk(tmp_path / "so")


def begun(desktop: Desktop) -> int:
    """How many jobs were begun so far."""
    return desktop.jobs._last


def test_many_saves_are_counted_by_one_reader_and_once_more(hands: Hands) -> None:
    desktop = hands.desktop
    assert desktop.services is not None
    register = desktop.services.register
    before = begun(desktop)
    [counting] = hands.auto_sync.findChildren(Counting)
    for _ in range(5):
        counting.again()
    assert begun(desktop) == before + 1
    [found, *_] = desktop.services.people.search("", limit=1)
    put_clash(register, found.person_id, "sex", "1")  # while the first is under way
    hands.settle()
    assert begun(desktop) == before + 2
    assert "1" in hands.text("button:nav_decisions")


def test_what_was_asked_during_a_count_that_failed_is_counted_once(hands: Hands) -> None:
    desktop = hands.desktop
    assert desktop.services is not None
    register = desktop.services.register
    [counting] = hands.auto_sync.findChildren(Counting)
    file, away = register_path(desktop.folder), desktop.folder / "away"
    with register.shut():
        file.rename(away)
        file.mkdir()  # nothing that can be opened

    def bring_back(error: AppError) -> None:
        assert error.problem is Problem.FOLDER_NOT_WRITABLE
        file.rmdir()
        away.rename(file)

    counting.failed.connect(bring_back)
    counted: list[object] = []
    counting.counted.connect(counted.append)
    before = begun(desktop)
    for _ in range(3):
        counting.again()
    hands.settle()
    assert begun(desktop) == before + 2
    assert not away.exists()
    assert len(counted) == 1


def test_a_sync_that_brings_nothing_looks_for_no_answers_to_pass_on(hands: Hands) -> None:
    desktop, auto_sync = hands.desktop, hands.auto_sync
    counted_alone, with_answers = 1, 2
    for report, jobs in (
        (NOTHING_NEW, with_answers),  # once after the opening
        (NOTHING_NEW, counted_alone),
        (SyncReport(pushed=0, pulled=3, clashes=0, held=0), with_answers),
        (NOTHING_NEW, counted_alone),
    ):
        before = begun(desktop)
        auto_sync.ended.emit(report)
        hands.settle()
        assert begun(desktop) == before + jobs
