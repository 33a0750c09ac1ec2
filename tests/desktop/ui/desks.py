"""Desks of the police and of the collecting office, each on a real register of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.checks import CheckAnswer
from desktop.domain.lots import Lot
from desktop.domain.records import Submitted
from desktop.jobs.runner import JobRunner
from desktop.services.checks import Checks
from desktop.services.differences import Differences
from desktop.services.drafts import Drafts
from desktop.services.handing_out import HandingOut
from desktop.services.lots import Lots
from desktop.services.reviews import Reviews
from desktop.store.register import Register
from desktop.ui.main_window import Entry, MainWindow, Place
from desktop.ui.page import Page
from desktop.ui.pages.collecting_page import CollectingPage
from desktop.ui.pages.differences_page import DifferencesPage
from desktop.ui.pages.lots_page import LotsPage
from desktop.ui.pages.police_page import PolicePage
from desktop.ui.pages.progress_page import ProgressPage
from desktop.ui.widgets.card_list import CardList
from forms.definition import Answer
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from forms.runtime.engine import Filling
from tests.desktop.ui.hands import work_off
from tests.desktop.ui.world import HOME, clock, make_register, records_of
from tests.support.filled_forms import complete
from tests.support.worker_form import employed

_Widget = TypeVar("_Widget", bound=QWidget)


class PageDesk:
    """One page in the frame, on an open register."""

    def __init__(
        self, *, page: Page, list_name: str, jobs: JobRunner, register: Register, qtbot: QtBot
    ) -> None:
        self.page = page
        self.jobs = jobs
        self.register = register
        self.window = MainWindow()
        qtbot.addWidget(self.window)
        place = Place(user="Cán bộ", office="Cơ quan", training=True)
        self.window.show_pages([Entry("page", "Trang", "inbox", page)], place=place)
        self.window.show()
        work_off(self.jobs)
        self.list = self.find(QAbstractItemView, list_name)
        self.list.setFocus()

    def find(self, kind: type[_Widget], name: str) -> _Widget:
        """The widget of that name, visible or not."""
        widget = self.page.findChild(kind, name)
        assert isinstance(widget, kind), name
        return widget

    def count(self) -> int:
        """Rows of the list."""
        return self.list.model().rowCount()

    def press(self, key: Qt.Key) -> None:
        """A key at the list."""
        QTest.keyClick(self.list, key)
        work_off(self.jobs)

    def click(self, name: str) -> None:
        """A button that can be seen."""
        button = self.find(QAbstractButton, name)
        assert button.isVisibleTo(self.page)
        button.click()
        work_off(self.jobs)

    def close(self) -> None:
        """In order."""
        self.page.leave()
        self.jobs.close()
        self.register.close()


class PoliceDesk(PageDesk):
    """Three persons to check."""

    list: CardList

    def __init__(self, *, folder: Path, qtbot: QtBot, children: int = 0) -> None:
        register = make_register(folder)
        records = records_of(register)
        for _ in range(children):
            answers = employed(
                identity__full_name="Trần Văn Út",
                identity__birth_date="2018-05-12",
                identity__sex="1",
                identity__id_number=None,
            )
            saved = records.save(records.open(None), answers=answers, confirmations={})
            records.send_to_police(saved.person_id)
        for number in (1, 2, 3):
            answers = employed(
                identity__full_name=f"Trần Văn {'ABC'[number - 1]}n",
                identity__id_number=f"00319100000{number}",
                household__household_code=f"01-0000{number}",
            )
            saved = records.save(records.open(None), answers=answers, confirmations={})
            records.send_to_police(saved.person_id)
        self.checks = Checks(
            register=register,
            author="Công an",
            clock=clock,
            tables=IdentityTables.load(training=True),
        )
        jobs = JobRunner()
        self.drafts = Drafts(register=register, author="Công an", clock=clock)
        page = PolicePage(
            jobs=jobs,
            checks=self.checks,
            words=self.drafts,
            handing_out=HandingOut(
                register=register, checks=self.checks, author="Công an", clock=clock
            ),
            clock=clock,
        )
        self.police = page
        super().__init__(
            page=page, list_name="list:checks", jobs=jobs, register=register, qtbot=qtbot
        )
        self.list = self.find(CardList, "list:checks")


class CollectingDesk(PageDesk):
    """Two records handed in."""

    list: CardList

    def __init__(self, *, folder: Path, qtbot: QtBot) -> None:
        register = make_register(folder)
        records = records_of(register)
        for number in (1, 2):
            answers = employed(
                identity__full_name=f"Trần Thị {'AB'[number - 1]}n",
                identity__id_number=f"00319000000{number}",
                household__household_code=f"01-0000{number}",
            )
            done = records.submit(records.open(None), answers=answers, confirmations={})
            assert isinstance(done, Submitted), done
        self.reviews = Reviews(
            register=register,
            author="Nơi nhận",
            clock=clock,
            tables=IdentityTables.load(training=True),
        )
        jobs, forms = JobRunner(), FormRegistry.bundled()
        self.drafts = Drafts(register=register, author="Nơi nhận", clock=clock)
        self.collecting = page = CollectingPage(
            jobs=jobs,
            reviews=self.reviews,
            words=self.drafts,
            clock=clock,
            definition_of=lambda form_id, version: forms.get(form_id, version).definition,
            commune_names={HOME.commune_code: HOME.commune_name},
        )
        super().__init__(
            page=page, list_name="list:submissions", jobs=jobs, register=register, qtbot=qtbot
        )
        self.list = self.find(CardList, "list:submissions")


def hand_in(register: Register, count: int) -> None:
    """So many complete records, all submitted."""
    records = records_of(register)
    for number in range(count):
        answers = employed(
            identity__full_name=f"Trần Thị {'ABCDEFGH'[number]}n",
            identity__id_number=f"00319000000{number}",
            household__household_code=f"01-0000{number}",
        )
        done = records.submit(records.open(None), answers=answers, confirmations={})
        assert isinstance(done, Submitted), done


class LotsDesk(PageDesk):
    """So many records handed in, none of them in a lot."""

    def __init__(self, *, folder: Path, qtbot: QtBot, count: int = 4) -> None:
        register = make_register(folder)
        hand_in(register, count)
        forms, tables = FormRegistry.bundled(), IdentityTables.load(training=True)
        self.reviews = Reviews(register=register, author="Nơi nhận", clock=clock, tables=tables)
        self.lots = Lots(
            register=register, reviews=self.reviews, forms=forms, author="Nơi nhận", clock=clock
        )
        self.drafts = Drafts(register=register, author="Nơi nhận", clock=clock)
        jobs = JobRunner()

        def begin_keying(lot: Lot, answers: Mapping[str, Answer]) -> Filling:
            return Filling(
                forms.get(lot.form_id, lot.form_version),
                on=clock().date(),
                tables=tables,
                answers=dict(answers),
            )

        page = LotsPage(
            jobs=jobs,
            lots=self.lots,
            words=self.drafts,
            begin_keying=begin_keying,
            form_title=lambda form_id: forms.about(form_id).title_vi,
            commune_names={HOME.commune_code: HOME.commune_name},
            clock=clock,
        )
        super().__init__(
            page=page, list_name="list:lots", jobs=jobs, register=register, qtbot=qtbot
        )


class ProgressDesk(PageDesk):
    """Four records of one commune, in every state, so many days ago; two communes without any."""

    def __init__(self, *, folder: Path, qtbot: QtBot, days: int = 0) -> None:
        register = make_register(folder)
        hand_in(register, 4)
        later = timedelta(days=days)
        self.reviews = Reviews(register=register, author="Nơi nhận", clock=lambda: clock() + later)
        waiting = [row.submission_id for row in self.reviews.list()]
        self.reviews.accept(waiting[0])
        self.reviews.give_back(waiting[1], reasons={"employed/job": "Ghi rõ"})
        jobs = JobRunner()
        self.progress = page = ProgressPage(
            jobs=jobs,
            reviews=self.reviews,
            commune_names={
                HOME.commune_code: HOME.commune_name,
                "99002": "Xã Đồng Thử",
                "99003": "Phường Tập An",
            },
        )
        super().__init__(
            page=page, list_name="table:progress", jobs=jobs, register=register, qtbot=qtbot
        )


class DifferencesDesk(PageDesk):
    """Somebody of merit whose native place and name the CSDLQG has otherwise."""

    def __init__(self, *, folder: Path, qtbot: QtBot) -> None:
        register = make_register(folder)
        records = records_of(register)
        form_id = "qt3936_2023_merit"
        opened = records.open(None, form_id=form_id)
        answers = {**opened.answers, **complete(form_id)}
        saved = records.save(opened, answers=answers, confirmations={})
        self.person_id = saved.person_id
        checks = Checks(register=register, author="Công an", clock=clock)
        checks.answer(
            records.send_to_police(saved.person_id),
            CheckAnswer.DIFFERS,
            differs={"native_place": "Xã Đồng Thử, Tỉnh Tập Huấn", "birth_date": "1950-01-02"},
        )
        self.differences = Differences(
            register=register,
            records=records,
            forms=FormRegistry.bundled(),
            author="Cán bộ",
            clock=clock,
        )
        jobs = JobRunner()
        self.drafts = Drafts(register=register, author="Cán bộ", clock=clock)
        page = DifferencesPage(
            jobs=jobs,
            differences=self.differences,
            words=self.drafts,
            handing_out=HandingOut(register=register, checks=checks, author="Cán bộ", clock=clock),
            clock=clock,
        )
        super().__init__(
            page=page, list_name="table:differences", jobs=jobs, register=register, qtbot=qtbot
        )
