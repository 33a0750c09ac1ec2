"""The whole path, played on the real windows by three typists.

Each function is one scene: what somebody does at one desktop. Scenes say nothing about the
result; ``command`` counts it from the registers afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit

from desktop.demo.people import HANH, KIEN, KIEN_BORN_BY_CSDLQG, MENDED_NUMBER, Sheet
from desktop.demo.typist import Typist
from desktop.training.province import TRAINING_PASSPHRASE
from desktop.ui.page import Page
from desktop.ui.widgets.card_list import CardList
from sync.protocol.parcel import SUFFIX

_CONTROL = Qt.KeyboardModifier.ControlModifier
_BIRTH = "identity/birth_date"


def unlock(typist: Typist) -> None:
    """Open the register with the passphrase, no network needed."""
    typist.sit_down()
    users = typist.find(QComboBox, "input:user")
    typist.wait_for(lambda: users.count() > 0, what="the page knows who may open the register")
    typist.picture("mo-so")
    typist.fill("input:passphrase", TRAINING_PASSPHRASE)
    typist.press(Qt.Key.Key_Return)
    typist.wait_for(lambda: typist.desktop.services is not None, what="the register opens")
    typist.settle()


def go_to(typist: Typist, page: str) -> None:
    """Open a page from the navigation."""
    typist.click(f"button:nav_{page}")
    typist.find(Page, f"page:{page}")
    typist.settle()


# -- the officer --


def open_sheet(typist: Typist, sheet: Sheet) -> None:
    """Somebody of the list by number, or somebody new."""
    go_to(typist, "people")
    if sheet.search:
        typist.fill("input:search", sheet.search)
        count = typist.find(QLabel, "people:count")
        typist.wait_for(lambda: count.text() == "1 người", what="one person is found")
        typist.picture("tim-nguoi")
        typist.press(Qt.Key.Key_Return)
    else:
        typist.press(Qt.Key.Key_N, _CONTROL, at=typist.desktop.window.current_page)
    typist.find(Page, "page:form")
    typist.settle()


def fill_sheet(typist: Typist, sheet: Sheet) -> None:
    """Open and fill a sheet, and keep it."""
    open_sheet(typist, sheet)
    typist.fill_form(sheet.answers)
    typist.press(Qt.Key.Key_S, _CONTROL)
    saved = typist.find(QLabel, "form:saved")
    typist.wait_for(lambda: saved.text().startswith("Đã lưu"), what="the sheet is saved")


def hand_in(typist: Typist) -> None:
    """Submit the sheet on the page and go back to the list."""
    typist.click("button:submit")
    status = typist.find(QLabel, "form:status")
    typist.wait_for(lambda: status.text() == "Đã nộp", what="the sheet is handed in")
    typist.settle()
    typist.picture("da-nop")
    typist.click("button:back")
    typist.find(Page, "page:people")


def try_to_hand_in(typist: Typist, *, finding: str) -> None:
    """Submit a sheet that is not ready: it stays, and the cursor goes to what is in the way."""
    typist.press(Qt.Key.Key_Return, _CONTROL)
    typist.wait_for(lambda: typist.sees(finding), what=finding)
    typist.settle()


def enter_sound(typist: Typist, sheet: Sheet) -> None:
    """A sheet without any doubt."""
    fill_sheet(typist, sheet)
    typist.picture("phieu-day-du")
    hand_in(typist)


def enter_with_short_number(typist: Typist) -> None:
    """A digit is missing: an error, shown where it is, mended there."""
    fill_sheet(typist, HANH)
    place = "identity/id_number"
    typist.press(Qt.Key.Key_Return, _CONTROL)
    typist.wait_for(lambda: typist.question() == place, what="the cursor goes to the number")
    typist.settle()
    typist.picture("sai-so-chu-so")
    typist.answer(MENDED_NUMBER)
    typist.press(Qt.Key.Key_Return)
    hand_in(typist)


def enter_with_contradiction(typist: Typist, sheet: Sheet, *, finding: str, reason: str) -> None:
    """The number contradicts the person: a warning, confirmed with a reason."""
    fill_sheet(typist, sheet)
    place = f"{finding}:identity/id_number"
    try_to_hand_in(typist, finding=f"reason:{place}")
    line = typist.find(QLineEdit, f"reason:{place}")
    typist.wait_for(line.hasFocus, what="the cursor goes to the reason")
    typist.picture("canh-bao")
    typist.type(reason)
    typist.press(Qt.Key.Key_Return)
    typist.wait_for(
        lambda: typist.sees(f"button:unconfirm:{place}"), what="the warning is confirmed"
    )
    hand_in(typist)


def correct_returned(typist: Typist) -> None:
    """Open the to-do at its question, take the value of the CSDLQG, hand the sheet in again."""
    go_to(typist, "people")
    todos = typist.find(CardList, "list:todos")
    typist.wait_for(lambda: todos.cards.rowCount() > 0, what="there is something to do")
    typist.picture("viec-can-lam")
    todos.setFocus()
    walk_to(typist, todos, title=KIEN.name, badge="Bị trả lại")
    typist.press(Qt.Key.Key_Return, at=todos)
    typist.find(Page, "page:form")
    typist.wait_for(lambda: typist.question() == _BIRTH, what="the form opens at the question")
    typist.settle()
    typist.picture("phieu-bi-tra-lai")
    typist.click(f"button:adopt:{_BIRTH}")
    birth = f"question:{_BIRTH}"
    typist.wait_for(
        lambda: typist.find(QLineEdit, birth).text() == KIEN_BORN_BY_CSDLQG,
        what="the value of the CSDLQG is taken",
    )
    typist.settle()
    hand_in(typist)


def walk_to(typist: Typist, cards: CardList, *, title: str, badge: str) -> None:
    """Arrow down to the card, from the first one on."""
    typist.press(Qt.Key.Key_Home, at=cards)
    for _ in range(cards.cards.rowCount() + 1):
        index = cards.currentIndex()
        if index.isValid():
            card = cards.cards.card(index.row())
            if (card.title, card.badge) == (title, badge):
                return
        typist.press(Qt.Key.Key_Down, at=cards)
    raise LookupError(f"{title} {badge}: not among the cards")


# -- everybody --


def connect(typist: Typist, *, url: str, code: str) -> None:
    """Bind this device to its office with the one-time code."""
    go_to(typist, "sync")
    typist.picture("chua-ket-noi")
    typist.fill("input:server_url", url)
    typist.fill("input:enrol_code", code)
    before = typist.desktop.services
    typist.click("button:enrol")
    typist.wait_for(lambda: typist.desktop.services is not before, what="the device is enrolled")
    typist.settle()


def synchronise(typist: Typist) -> None:
    """Send what is unsent, bring what is new."""
    go_to(typist, "sync")
    typist.click("button:sync_now")
    services = typist.desktop.services
    assert services is not None  # noqa: S101 - unlocked long ago
    typist.settle()
    unsent = typist.find(QLabel, "sync:unsent")
    typist.wait_for(lambda: unsent.text() == "0", what="everything has its receipt")
    typist.settle()
    typist.picture("dong-bo")


def send_by_file(typist: Typist, *, to: str, stick: Path) -> Path:
    """Write a parcel onto the stick; ``to`` is a role, "" for the server. Gives the file."""
    services = typist.desktop.services
    assert services is not None  # noqa: S101 - unlocked long ago
    go_to(typist, "parcels")
    choice = typist.find(QComboBox, "input:parcel_to")
    typist.wait_for(lambda: choice.count() > 0, what="the directory is there")
    keys = [one.key for one in services.parcels.recipients() if one.role == to]
    choice.setCurrentIndex(choice.findData(keys[0]))
    typist.fill("input:parcel_folder", str(stick))
    before = set(stick.glob(f"*{SUFFIX}"))
    typist.click("button:send_parcel")
    typist.wait_for(lambda: set(stick.glob(f"*{SUFFIX}")) > before, what="the parcel is written")
    typist.settle()
    typist.picture("gui-bang-tep")
    [written] = set(stick.glob(f"*{SUFFIX}")) - before
    return written


def receive_file(typist: Typist, path: Path) -> None:
    """Look into a parcel, then take it."""
    go_to(typist, "parcels")
    typist.fill("input:parcel_file", str(path))
    typist.press(Qt.Key.Key_Return, at=typist.find(QLineEdit, "input:parcel_file"))
    typist.find(QLabel, "parcels:preview")
    typist.settle()
    typist.picture("xem-tep")
    typist.click("button:receive_parcel")
    typist.wait_for(lambda: not typist.sees("parcels:preview"), what="the parcel is received")
    typist.settle()
    typist.picture("nhan-tep")


# -- the police --


def answer_checks(typist: Typist) -> None:
    """Look everybody up; one differs in the birth date, nobody else is found."""
    go_to(typist, "police")
    queue = typist.find(CardList, "list:checks")
    typist.wait_for(lambda: queue.cards.rowCount() > 0, what="somebody is to be looked up")
    typist.picture("cong-an-kiem-tra")
    while queue.cards.rowCount() > 0:
        _answer_one(typist, queue)


def _answer_one(typist: Typist, queue: CardList) -> None:
    waiting = queue.cards.rowCount()
    queue.setFocus()
    if typist.find(QLabel, "identity:full_name").text() == KIEN.name:
        typist.press(Qt.Key.Key_2, at=queue)
        typist.fill("input:differs_birth_date", KIEN_BORN_BY_CSDLQG)
        typist.picture("cong-an-sai-khac")
        typist.click("button:answer_differs")
    else:
        typist.press(Qt.Key.Key_3, at=queue)
    typist.wait_for(lambda: queue.cards.rowCount() < waiting, what="the answer is kept")
    typist.settle()


# -- the collecting office --


def review(typist: Typist, *, accept: Collection[str], give_back: str = "") -> None:
    """Accept these, return one at the birth date; leave the rest waiting."""
    go_to(typist, "collecting")
    cards = typist.find(CardList, "list:submissions")
    typist.wait_for(lambda: cards.cards.rowCount() > 0, what="sheets have been handed in")
    typist.settle()
    typist.picture("phieu-nhan")
    for name in accept:
        _show_submission(typist, cards, name)
        _decide(typist, cards, "accept")
    if give_back:
        _show_submission(typist, cards, give_back)
        typist.click(f"button:reason:{_BIRTH}")
        line = typist.find(QLineEdit, f"reason:{_BIRTH}")
        typist.type("Khác CSDLQG theo trả lời của công an, xem lại giấy tờ", at=line)
        typist.picture("tra-lai-phieu")
        _decide(typist, cards, "give_back")


def _show_submission(typist: Typist, cards: CardList, name: str) -> None:
    walk_to(typist, cards, title=name, badge="")
    shown = typist.find(QLabel, "submission:name")
    typist.wait_for(lambda: shown.text() == name, what="the sheet is shown")


def _decide(typist: Typist, cards: CardList, decision: str) -> None:
    waiting = cards.cards.rowCount()
    typist.click(f"button:{decision}")
    typist.wait_for(lambda: cards.cards.rowCount() < waiting, what="the decision is kept")
    typist.settle()
