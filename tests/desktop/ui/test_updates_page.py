"""What the province published, on a real page with a real register at a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs.runner import JobRunner
from desktop.ui.main_window import Entry, MainWindow, Place
from desktop.ui.pages.updates_page import UpdatesPage
from sync.protocol.documents import Role
from tests.desktop.ui.hands import work_off
from tests.support.offices import Office
from tests.support.packs import as_file, publish, write_text
from tests.support.server import Province, ServerProcess

_Widget = TypeVar("_Widget", bound=QWidget)

USER = "Lê Thị Bình"


@dataclass(frozen=True)
class Shown:
    """The page of an enrolled officer."""

    page: UpdatesPage
    jobs: JobRunner
    office: Office

    def find(self, kind: type[_Widget], name: str) -> _Widget:
        found = self.page.findChild(kind, name)
        assert found is not None, name
        return found

    @property
    def rows(self) -> int:
        return self.find(QTableView, "table:updates").model().rowCount()

    def text(self, name: str) -> str:
        label = self.find(QLabel, name)
        return label.text() if label.isVisible() else ""

    def refresh(self) -> None:
        self.page.refresh()
        work_off(self.jobs)

    def choose(self, path: Path) -> None:
        line = self.find(QLineEdit, "input:update_file")
        line.setText(str(path))
        line.returnPressed.emit()
        work_off(self.jobs)

    def take(self) -> None:
        self.find(QPushButton, "button:receive_update").click()
        work_off(self.jobs)


@pytest.fixture
def shown(
    qtbot: QtBot, tmp_path: Path, server: ServerProcess, province: Province
) -> Iterator[Shown]:
    office = Office.create(tmp_path / "so", author=USER, home=None)
    code = province.code(province.office(Role.OFFICER, "99001"), user=USER)
    office.syncing.enrol(server_url=server.url, code=code)
    jobs = JobRunner()
    page = UpdatesPage(jobs=jobs, packs=office.packs)
    window = MainWindow()
    qtbot.addWidget(window)
    place = Place(user=USER, office="Xã Suối Mẫu", training=True)
    window.show_pages([Entry("updates", "Trang", "down", page)], place=place)
    window.show()
    found = Shown(page, jobs, office)
    found.refresh()
    yield found
    work_off(jobs)
    jobs.close()
    office.close()


def test_a_file_tells_what_it_changes_and_is_taken_over_when_asked(
    shown: Shown, province: Province, tmp_path: Path
) -> None:
    pack = publish(province.engine, write_text(tmp_path / "new"))
    shown.choose(as_file(province.engine, pack, tmp_path / "usb"))
    told = shown.text("updates:preview")
    assert "01/11/2026" in told
    assert "Câu thêm (1): Ngôn ngữ dùng ở nơi làm việc" in told
    assert shown.rows == 0
    shown.take()
    assert (shown.rows, shown.text("updates:preview")) == (1, "")
    index = shown.find(QTableView, "table:updates").model().index(0, 2)
    assert index.data(Qt.ItemDataRole.DisplayRole) == "1"
    assert "Câu bỏ (1): Quận/huyện/thị xã" in shown.text("updates:changes")


def test_a_damaged_file_is_refused_with_the_reason_and_the_next_step(
    shown: Shown, province: Province, tmp_path: Path
) -> None:
    pack = publish(province.engine, write_text(tmp_path / "new"))
    path = as_file(province.engine, pack, tmp_path / "usb")
    path.write_bytes(path.read_bytes()[:-1])
    shown.choose(path)
    assert shown.page.message_bar.isVisible()
    assert shown.text("updates:preview") == ""
    assert shown.office.packs.held() == []


def test_what_a_sync_brought_stands_on_the_page(
    shown: Shown, province: Province, tmp_path: Path
) -> None:
    publish(province.engine, write_text(tmp_path / "new"))
    assert shown.office.syncing.run().problem is None
    shown.refresh()
    assert shown.rows == 1
