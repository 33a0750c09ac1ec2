"""Who came from another commune, who was deleted, who was taken for another: by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from desktop.domain.people import PersonId
from desktop.services.merging import Merging
from desktop.services.records import Records
from desktop.services.removing import Removing
from desktop.store.documents import Edit
from desktop.store.people import search_people
from desktop.store.register import Register
from desktop.ui.widgets.card_list import CardList
from sync.protocol.documents import DocumentType
from sync.protocol.moving import CAME_FROM
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_household_page import (
    back_at_the_page,
    cells,
    choose,
    family,
    register,
    table,
    title,
    with_dialogs,
)
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import USER, clock, make_register, records_of
from tests.support.worker_form import employed

_CONTROL = Qt.KeyboardModifier.ControlModifier


def person(records: Records, name: str, number: str) -> PersonId:
    answers = employed(identity__full_name=name, identity__id_number=number)
    return records.save(records.open(None), answers=answers, confirmations={}).person_id


def came(book: Register, person_id: PersonId) -> None:
    """As the server makes the likeness of somebody who moved here."""
    [document] = book.documents([person_id])
    move = {"commune": "99002", "date": "2026-11-18", "paper": "Giấy chuyển 7"}
    edit = Edit(
        document_type=DocumentType.PERSON,
        document_id=person_id,
        commune_code=document.commune_code,
        fields={CAME_FROM: move},
    )
    book.save([edit], author=USER, at=clock(), action="record.save")


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """Somebody came, somebody was deleted; three more are here."""
    book = make_register(tmp_path / "so")
    records = records_of(book)
    came(book, person(records, "Lê Thị Đến", "003191000021"))
    removing = Removing(register=book, author=USER, clock=clock)
    removing.delete_person(person(records, "Lê Văn Nhầm", "003191000022"), reason="Nhập hai lần")
    book.close()
    return open_desk(tmp_path / "so")


def open_tray(hands: Hands) -> CardList:
    hands.click("button:nav_decisions")
    hands.settle()
    return hands.find(CardList, "list:decisions")


def names(hands: Hands) -> set[str]:
    return {row.full_name for row in search_people(register(hands), "", limit=10)}


def test_who_came_from_another_commune_is_received_by_one_key(hands: Hands) -> None:
    assert hands.text("button:nav_decisions").endswith("   1")
    cards = open_tray(hands)
    card = cards.cards.card(0)
    assert (card.title, card.badge) == ("Lê Thị Đến", "Chuyển đến, chờ nhận")
    assert "Xã Đồng Thử" in card.lines
    told = hands.text("case:explained")
    assert "Từ Xã Đồng Thử, chuyển đi 18/11/2026 theo Giấy chuyển 7." in told
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_1)
    hands.settle()
    assert hands.sees("decisions:empty")
    assert "   " not in hands.text("button:nav_decisions")
    [row] = search_people(register(hands), "Lê Thị Đến", limit=2)
    [received] = register(hands).documents([row.person_id])
    assert received.fields["arrived"] == {
        "date": "2026-11-20",
        "paper": "Giấy chuyển 7",
        "by": USER,
    }


def test_who_was_deleted_stands_in_a_list_of_its_own_and_comes_back(hands: Hands) -> None:
    cards = open_tray(hands)
    hands.click("filter:deleted")
    hands.settle()
    assert [cards.cards.card(row).title for row in range(cards.cards.rowCount())] == ["Lê Văn Nhầm"]
    assert hands.text("case:line1-0") == "Lý do xóa: Nhập hai lần"
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_1)
    hands.settle()
    assert "Lê Văn Nhầm" in names(hands)
    assert hands.sees("decisions:empty")
    hands.click("filter:waiting")
    hands.settle()
    assert cards.current_key.startswith("arrival/")


def test_the_shown_case_is_not_made_anew_while_nothing_of_it_has_changed(hands: Hands) -> None:
    open_tray(hands)
    panel = hands.find(QWidget, "case:side1")
    hands.page("decisions").refresh()
    hands.settle()
    assert hands.find(QWidget, "case:side1") is panel


@with_dialogs
def test_a_deletion_is_taken_back_by_one_key_on_the_page_of_the_household(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(0, 0)
    choose(hands, "Xóa người này")
    hands.type("Nhap nham")
    hands.enter()
    back_at_the_page(hands)
    assert cells(hands) == ["Le Thi Hoa", "Tran Thi Nu"]
    assert "Ctrl+Z" in hands.message()
    hands.press(Qt.Key.Key_Z, _CONTROL)
    hands.settle()
    assert cells(hands) == ["Tran Van Tu", "Le Thi Hoa", "Tran Thi Nu"]
    assert title(hands) == "Hộ của Tran Van Tu"


@with_dialogs
def test_a_household_moves_to_another_commune_and_is_taken_back_whole(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(0, 0)
    choose(hands, "Chuyển đi")
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Space)
    for text in ("", "Xa Dong Thu", "20/11/2026", "Giay 3"):
        hands.type(text)
        hands.enter()
    back_at_the_page(hands)
    assert cells(hands) == ["Tran Van Tu", "Le Thi Hoa", "Tran Thi Nu"]  # gone, and in sight
    assert not names(hands) & set(cells(hands))
    assert not hands.find(QLineEdit, "input:household_code").isEnabled()
    choose(hands, "Hủy chuyển đi: cả hộ")
    hands.settle()
    assert names(hands) >= set(cells(hands))
    assert title(hands) == "Hộ của Tran Van Tu"
    assert hands.find(QLineEdit, "input:household_code").isEnabled()


@with_dialogs
def test_two_who_were_taken_for_one_are_parted_where_the_one_is_shown(hands: Hands) -> None:
    family(hands)
    model = table(hands).members
    wife, daughter = (one.person_id for one in model.members()[1:])
    merging = Merging(register=register(hands), author=USER, clock=clock)
    merging.merge(daughter, into=wife)
    hands.window.open_page("household")
    hands.settle()
    assert cells(hands) == ["Tran Van Tu", "Le Thi Hoa"]
    table(hands).setFocus()
    table(hands).go_to(1, 0)
    hands.press(Qt.Key.Key_F7)
    choose_parting(hands)
    assert cells(hands) == ["Tran Van Tu", "Le Thi Hoa", "Tran Thi Nu"]


def choose_parting(hands: Hands) -> None:
    lines = hands.find(QListWidget, "list:life")
    hands.qtbot.waitUntil(lines.hasFocus)
    texts = [lines.item(row).text() for row in range(lines.count())]
    [row] = [n for n, text in enumerate(texts) if "Tách lại hai người: Tran Thi Nu" in text]
    hands.type(str(row + 1))
    hands.qtbot.waitUntil(lambda: not hands.sees("list:life"))
    back_at_the_page(hands)
    hands.qtbot.waitUntil(lambda: "Đã tách" in hands.message())
    hands.settle()


@with_dialogs
def test_what_was_typed_of_an_event_stays_when_the_register_refuses_it(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(0, 0)
    choose(hands, "Nhập cả hộ này")
    hands.type("khong co ho nay")
    hands.enter()
    hands.type("20/11/2026")
    hands.enter()
    hands.type("Giay 3")
    hands.enter()
    hands.settle()
    assert hands.text("event_dialog:problem")
    assert hands.find(QLineEdit, "input:event_into").text() == "khong co ho nay"
    assert hands.find(QLineEdit, "input:event_paper").text() == "Giay 3"
    assert hands.focused.objectName() == "input:event_into"
