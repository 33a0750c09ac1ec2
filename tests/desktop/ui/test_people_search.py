"""Looking for people in a register that is closed meanwhile: told, and ready for the next time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.domain.people import EVERYBODY
from desktop.jobs.runner import JobRunner
from desktop.services.people import People
from desktop.ui.people.people_search import PeopleSearch
from forms.registry import FormRegistry
from tests.desktop.ui.world import USER, clock, make_register


def test_a_page_that_cannot_be_read_is_asked_for_again_and_a_search_that_fails_is_over(
    qtbot: QtBot, tmp_path: Path
) -> None:
    parent, jobs = QObject(), JobRunner()
    register = make_register(tmp_path / "so", count=60)
    people = People(register=register, forms=FormRegistry.bundled(), user_name=USER, clock=clock)
    search = PeopleSearch(jobs=jobs, people=people, parent=parent)
    found: list[int] = []
    told: list[object] = []
    search.found.connect(lambda rows: found.append(len(rows)))
    search.more.connect(lambda rows: found.append(len(rows)))
    search.failed.connect(told.append)
    search.look("", EVERYBODY)
    jobs.wait_idle()
    assert (found, search.has_more, search.is_searching) == ([100], True, False)
    register.close()
    for times in (1, 2):
        search.fetch_more()
        jobs.wait_idle()
        assert (len(told), found) == (times, [100, *[0] * times])
    search.look("mai", EVERYBODY)
    waits = [search.is_searching]
    jobs.wait_idle()
    waits.append(search.is_searching)
    assert (len(told), waits) == (3, [True, False])
    jobs.close()
