"""Desks of the police and of the collecting office, each on a real register of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.records import Submitted
from desktop.jobs.runner import JobRunner
from desktop.services.checks import Checks
from desktop.services.drafts import Drafts
from desktop.services.handing_out import HandingOut
from desktop.services.reviews import Reviews
from desktop.store.register import Register
from desktop.ui.main_window import Entry, MainWindow, Place
from desktop.ui.page import Page
from desktop.ui.pages.collecting_page import CollectingPage
from desktop.ui.pages.police_page import PolicePage
from desktop.ui.widgets.card_list import CardList
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from tests.desktop.ui.world import HOME, clock, make_register, records_of
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
        self.jobs.wait_idle()
        self.list = self.find(CardList, list_name)
        self.list.setFocus()

    def find(self, kind: type[_Widget], name: str) -> _Widget:
        """The widget of that name, visible or not."""
        widget = self.page.findChild(kind, name)
        assert isinstance(widget, kind), name
        return widget

    def count(self) -> int:
        """Rows of the list."""
        return self.list.cards.rowCount()

    def press(self, key: Qt.Key) -> None:
        """A key at the list."""
        QTest.keyClick(self.list, key)
        self.jobs.wait_idle()

    def click(self, name: str) -> None:
        """A button that can be seen."""
        button = self.find(QAbstractButton, name)
        assert button.isVisibleTo(self.page)
        button.click()
        self.jobs.wait_idle()

    def close(self) -> None:
        """In order."""
        self.page.leave()
        self.jobs.close()
        self.register.close()


class PoliceDesk(PageDesk):
    """Three persons to check."""

    def __init__(self, *, folder: Path, qtbot: QtBot) -> None:
        register = make_register(folder)
        records = records_of(register)
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
            handing_out=HandingOut(register=register, author="Công an", clock=clock),
            clock=clock,
        )
        self.police = page
        super().__init__(
            page=page, list_name="list:checks", jobs=jobs, register=register, qtbot=qtbot
        )


class CollectingDesk(PageDesk):
    """Two records handed in."""

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
        self.reviews = Reviews(register=register, author="Nơi nhận", clock=clock)
        jobs, forms = JobRunner(), FormRegistry.bundled()
        page = CollectingPage(
            jobs=jobs,
            reviews=self.reviews,
            definition_of=lambda form_id, version: forms.get(form_id, version).definition,
            commune_names={HOME.commune_code: HOME.commune_name},
        )
        super().__init__(
            page=page, list_name="list:submissions", jobs=jobs, register=register, qtbot=qtbot
        )
