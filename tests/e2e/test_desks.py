"""The police and the collecting office at their windows, by keys alone, with a real server between.

From the unlock page to the answer in the register: nothing is clicked. That the window syncs by
itself is told elsewhere; here it is asked to by a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.app import Desktop, create_application
from desktop.domain.checks import CheckAnswer
from desktop.domain.people import RecordStatus
from desktop.domain.records import TodoKind
from desktop.domain.reviews import Review
from desktop.services.differences import Differences
from desktop.services.telling import CheckTeller
from desktop.ui.widgets.card_list import CardList
from forms.registry import FormRegistry
from sync.protocol.documents import Role
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import CHEAP
from tests.e2e.conftest import MakeOffice
from tests.e2e.test_three_offices import enter, sync
from tests.support.filled_forms import complete
from tests.support.offices import PASSPHRASE, Clock, Office
from tests.support.worker_form import employed

_CONTROL = Qt.KeyboardModifier.ControlModifier
OpenWindow = Callable[[Office, Path], Hands]


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The application, dressed as in real life."""
    running = QApplication.instance()
    return running if isinstance(running, QApplication) else create_application(["so-an-sinh"])


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    """An office leaves its register to a window; its user unlocks it."""
    desktops: list[Desktop] = []

    def start(office: Office, folder: Path) -> Hands:
        office.close()
        desktop = Desktop(folder=folder, kdf_cost=CHEAP, clock=Clock())
        desktops.append(desktop)
        desktop.show()
        hands = Hands(desktop=desktop, qtbot=qtbot)
        hands.sit_down()
        hands.settle()
        hands.type(PASSPHRASE)
        hands.enter()
        hands.settle()
        assert desktop.services is not None
        return hands

    yield start
    for desktop in desktops:
        desktop.close()


def cards(hands: Hands, name: str) -> CardList:
    return hands.find(CardList, name)


def sync_now(hands: Hands) -> None:
    """What the window would do by itself after a while."""
    assert hands.desktop.services is not None
    assert hands.desktop.services.syncing.run().problem is None


def test_the_police_answer_by_keys_and_the_officer_and_the_collecting_office_know(
    make_office: MakeOffice, tmp_path: Path, open_window: OpenWindow
) -> None:
    officer = make_office(Role.OFFICER, "Lê Thị Bình")
    police = make_office(Role.POLICE, "Công an Suối Mẫu")
    collector = make_office(Role.COLLECTOR, "Phòng tổng hợp", "99001")
    submitted = enter(
        officer,
        reason="Giấy khai sinh ghi 1985",
        identity__full_name="Lý Thị Sai",
        identity__birth_date="1985",
        identity__id_number="003190000077",
    )
    child = employed(
        identity__full_name="Lý Văn Út",
        identity__birth_date="2018-05-12",
        identity__sex="1",
        identity__id_number=None,
        household__household_code="01-00077",
    )
    saved = officer.records.save(officer.records.open(None), answers=child, confirmations={})
    officer.records.send_to_police(saved.person_id, list_name="Trẻ em thiếu số định danh")
    sync(officer, police, collector)

    hands = open_window(police, tmp_path / "Công an Suối Mẫu")
    queue = cards(hands, "list:checks")
    assert queue.cards.rowCount() == 2
    assert hands.focused is queue, "the keys answer at once"
    hands.press(Qt.Key.Key_2)  # Lý Thị Sai was asked about first
    hands.press(Qt.Key.Key_Down)
    hands.type("12/05/1990")
    hands.enter()
    hands.settle()
    hands.press(Qt.Key.Key_4)  # the child gets a number
    hands.type("003218000123")
    hands.enter()
    hands.settle()
    assert queue.cards.rowCount() == 0
    assert "Không còn ai chờ kiểm tra" in hands.text("police:empty")
    sync_now(hands)

    sync(officer)
    told = {(todo.kind, todo.path, todo.text) for todo in officer.todos.list()}
    assert told == {
        (TodoKind.DIFFERS, "identity/birth_date", "1990-05-12"),
        (TodoKind.NUMBER, "identity/id_number", "003218000123"),
    }
    teller = CheckTeller(register=officer.register, author="Lê Thị Bình", clock=Clock())
    assert teller.tell() == 1
    sync(officer, collector)
    row = collector.reviews.detail(submitted.submission_id).row
    assert row.check is not None
    assert (row.check.answer, row.check.differs) == (
        CheckAnswer.DIFFERS,
        {"birth_date": "1990-05-12"},
    )


def test_the_collecting_office_returns_by_keys_and_the_officer_opens_at_the_field(
    make_office: MakeOffice, tmp_path: Path, open_window: OpenWindow
) -> None:
    officer = make_office(Role.OFFICER, "Lê Thị Bình")
    collector = make_office(Role.COLLECTOR, "Phòng tổng hợp", "99001")
    submitted = enter(officer)
    sync(officer, collector)

    hands = open_window(collector, tmp_path / "Phòng tổng hợp")
    listed = cards(hands, "list:submissions")
    assert hands.focused is listed
    assert hands.text("submission:name") == "Trần Thị Thu Hà"
    hands.enter()
    hands.go_down_to("row:identity/birth_date")
    hands.enter()
    hands.settle()
    hands.type("Khác CSDLQG, xem lại giấy khai sinh")
    hands.desktop.lock()  # half-typed: it waits for its user
    hands.settle()
    assert not hands.sees("submission:name")
    hands.type(PASSPHRASE)
    hands.enter()
    hands.settle()
    hands.enter()
    hands.go_down_to("row:identity/birth_date")
    assert hands.text("reason:identity/birth_date") == "Khác CSDLQG, xem lại giấy khai sinh"
    hands.press(Qt.Key.Key_R, _CONTROL)
    hands.settle()
    assert listed_is_empty(hands)
    sync_now(hands)

    sync(officer)
    [todo] = officer.todos.list()
    assert (todo.kind, todo.path) == (TodoKind.RETURNED, "identity/birth_date")
    assert todo.person_id is not None
    assert officer.records.open(todo.person_id).status is RecordStatus.RETURNED
    assert [r.submission_id for r in officer.reviews.list(review=Review.RETURNED)] == [
        submitted.submission_id
    ]


def listed_is_empty(hands: Hands) -> bool:
    """Nothing waits, and the page says what to do."""
    label = hands.find(QLabel, "collecting:empty")
    return cards(hands, "list:submissions").cards.rowCount() == 0 and "đồng bộ" in label.text()


def differences_of(office: Office, name: str) -> Differences:
    return Differences(
        register=office.register,
        records=office.records,
        forms=FormRegistry.bundled(),
        author=name,
        clock=Clock(),
    )


def test_two_officers_enter_alike_and_settle_otherwise_and_a_person_decides(
    make_office: MakeOffice,
) -> None:
    one = make_office(Role.OFFICER, "Lê Thị Bình")
    two = make_office(Role.OFFICER, "Trần Văn Hai")
    police = make_office(Role.POLICE, "Công an Suối Mẫu")
    form_id = "qt3936_2023_merit"
    opened = one.records.open(None, form_id=form_id)
    answers = {**opened.answers, **complete(form_id)}
    person_id = one.records.save(opened, answers=answers, confirmations={}).person_id
    one.records.send_to_police(person_id)
    sync(one, two, police)
    [case] = police.checks.queue()
    police.checks.answer(case.check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1950-01-02"})
    sync(police, one, two)
    first, second = differences_of(one, "Lê Thị Bình"), differences_of(two, "Trần Văn Hai")
    for mine in (first, second):
        mine.enter(person_id, "birth_date")
    sync(one, two, one)
    for office in (one, two):
        document = office.register.document(person_id)
        assert document is not None
        assert document.clashes == {}, "both entered what the police had found"
    filed = first.list()[0].filed
    first.settle(person_id, "birth_date", value=filed, paper="QĐ 1")
    second.settle(person_id, "birth_date", value="1950-01-02", paper="QĐ 2")
    sync(one, two, one)
    [shown] = first.list()
    assert (shown.settled, shown.is_open) == (filed, True)
    assert [other.value for other in shown.competing] == ["1950-01-02"]
    first.settle(person_id, "birth_date", value="1950-01-02", paper="QĐ 3")
    sync(one, two)
    for mine in (first, second):
        [decided] = mine.list()
        assert (decided.settled, decided.paper, decided.is_open) == ("1950-01-02", "QĐ 3", False)
