"""Looking for people in a register that is closed meanwhile: told, and ready for the next time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.domain.people import EVERYBODY, FoundPeople, PeopleCounts, PeopleFilter
from desktop.jobs.runner import JobRunner
from desktop.services.people import People
from desktop.store.register import Register
from desktop.ui.people.people_search import PeopleSearch
from forms.registry import FormRegistry
from tests.desktop.ui.hands import work_off
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
    work_off(jobs)
    assert (found, search.has_more, search.is_searching) == ([100], True, False)
    register.close()
    for times in (1, 2):
        search.fetch_more()
        work_off(jobs)
        assert (len(told), found) == (times, [100, *[0] * times])
    search.look("mai", EVERYBODY)
    waits = [search.is_searching]
    work_off(jobs)
    waits.append(search.is_searching)
    assert (len(told), waits) == (3, [True, False])
    jobs.close()


class SlowPeople(People):
    """A register on a disk that answers when the test says so."""

    def __init__(self, *, register: Register) -> None:
        forms = FormRegistry.bundled()
        super().__init__(register=register, forms=forms, user_name=USER, clock=clock)
        self.may_find = threading.Event()
        self.may_count = threading.Event()

    def page(
        self, text: str = "", *, limit: int, where: PeopleFilter = EVERYBODY, after: str = ""
    ) -> FoundPeople:
        self.may_find.wait(60)
        return super().page(text, limit=limit, where=where, after=after)

    def counts(
        self,
        text: str = "",
        *,
        where: PeopleFilter = EVERYBODY,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> PeopleCounts:
        self.may_count.wait(60)
        return super().counts(text, where=where, is_wanted=is_wanted)


def test_who_is_found_is_counted_behind_the_list_also_when_an_older_count_ends_meanwhile(
    qtbot: QtBot, tmp_path: Path
) -> None:
    parent, jobs = QObject(), JobRunner()
    register = make_register(tmp_path / "so", count=3)
    people = SlowPeople(register=register)
    search = PeopleSearch(jobs=jobs, people=people, parent=parent)
    told: list[str] = []
    under_way: list[int] = []
    search.found.connect(lambda _rows: told.append("found"))
    search.counted.connect(lambda _counts: told.append("counted"))
    jobs.busy_changed.connect(under_way.append)
    people.may_find.set()
    search.look("", EVERYBODY)
    qtbot.waitUntil(lambda: told == ["found"])
    people.may_find.clear()
    search.look("mai", EVERYBODY)
    people.may_count.set()
    qtbot.waitUntil(lambda: under_way[-1] == 1)  # the older count has ended
    assert told == ["found"]
    people.may_find.set()
    assert jobs.wait_idle(seconds=120)
    assert told == ["found", "found", "counted"]
    jobs.close()
    register.close()
