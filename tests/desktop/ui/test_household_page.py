"""A household on one screen, worked by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QWidget

from desktop.domain.households import NewPerson, Paper
from desktop.domain.people import HouseholdId, PersonId
from desktop.services.households import Households
from desktop.services.life_events import LifeEvents
from desktop.store.change_lists import count_changes
from desktop.store.people import search_people
from desktop.store.register import Register
from desktop.ui.households.code_box import CodeBox
from desktop.ui.households.members_model import FORMS, MembersModel
from desktop.ui.households.members_table import MembersTable
from desktop.ui.pages.household_page import HouseholdPage
from desktop.ui.pages.people_page import PeoplePage
from desktop.ui.widgets.count_choice import CountChoice
from desktop.ui.widgets.table import Table
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_drafts_and_lock import unlock, written_by_another
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import USER, clock, make_register, records_of
from tests.support.households import preload_home

#: Dialogs want what the offscreen window system lacks.
with_dialogs = pytest.mark.qt_log_ignore("This plugin does not support")
_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer before an empty list."""
    make_register(tmp_path / "so").close()
    return open_desk(tmp_path / "so")


def page(hands: Hands) -> HouseholdPage:
    shown = hands.window.current_page
    assert isinstance(shown, HouseholdPage)
    return shown


def table(hands: Hands) -> MembersTable:
    return hands.find(MembersTable, "table:members")


def cells(hands: Hands, column: int = 0) -> list[str]:
    model = table(hands).model()
    return [str(model.index(row, column).data() or "") for row in range(model.rowCount())]


def title(hands: Hands) -> str:
    return page(hands).accessibleName()


def type_person(hands: Hands, *parts: str) -> None:
    """Name, birth, sex, relation, number, with Enter behind each."""
    for part in parts:
        hands.type(part)
        hands.enter()
    hands.settle()


def new_household(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F3, _SHIFT)
    hands.settle()
    hands.type("01-1")
    hands.enter()
    hands.type("Thon Dong")
    for _ in range(3):
        hands.enter()
    hands.settle()


def family(hands: Hands) -> None:
    new_household(hands)
    type_person(hands, "Tran Van Tu", "1970", "1", "1", "003070000011")
    type_person(hands, "Le Thi Hoa", "12031972", "2", "2", "003172000012")
    type_person(hands, "Tran Thi Nu", "2015", "2", "3", "")


def back_at_the_page(hands: Hands) -> None:
    """The dialog is gone; a window manager gives the keyboard back to the page."""
    hands.sit_down()
    hands.settle()
    table(hands).setFocus()


def events_line(hands: Hands) -> str:
    return hands.find(QLabel, "household:note").toolTip()


def test_a_family_is_typed_without_a_mouse_and_address_and_head_once(hands: Hands) -> None:
    family(hands)
    assert title(hands) == "Hộ của Tran Van Tu"
    assert cells(hands) == ["Tran Van Tu", "Le Thi Hoa", "Tran Thi Nu"]
    assert cells(hands, 1) == ["1970", "12/03/1972", "2015"]
    assert cells(hands, 3) == ["Chủ hộ", "Vợ/Chồng", "Con"]
    assert hands.focused.objectName() == "input:new_name"  # ready for the next
    assert hands.text("input:household_code") == "01-1"
    assert hands.text("input:household_hamlet") == "Thon Dong"
    assert cut(hands.window) == []


def test_a_form_of_a_member_is_opened_by_a_digit_and_leads_back(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(1, FORMS)
    hands.press(Qt.Key.Key_1)
    hands.settle()
    assert hands.text("question:identity/full_name") == "Le Thi Hoa"
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    assert title(hands) == "Hộ của Tran Van Tu"
    table(hands).go_to(1, FORMS)
    forms = table(hands).model()
    assert isinstance(forms, MembersModel)
    assert forms.forms_of(1)[0].form.status.value == "draft"


def test_a_cell_is_written_where_it_stands_and_enter_goes_on(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(2, 0)
    hands.enter()
    line = hands.find(QLineEdit, "cell:full_name")
    line.selectAll()
    hands.type("Tran Thi Nu Nho")
    hands.enter()
    hands.settle()
    date = hands.find(QLineEdit, "cell:birth_date")
    date.selectAll()
    hands.type("31/02/2015")
    hands.enter()
    assert date.isVisible()  # no such day: it is not kept, and not lost
    date.selectAll()
    hands.type("01022015")
    hands.enter()
    hands.settle()
    sex = hands.find(CodeBox, "cell:sex")
    hands.press(Qt.Key.Key_1)
    assert sex.code == "1"
    hands.enter()
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    row = [cells(hands, column)[2] for column in range(4)]
    assert row == ["Tran Thi Nu Nho", "01/02/2015", "Nam", "Con"]
    hands.press(Qt.Key.Key_Escape)  # back, and again: it is in the register
    hands.settle()
    hands.press(Qt.Key.Key_F3)
    hands.settle()
    assert "Tran Thi Nu Nho" in cells(hands)


def test_who_is_here_already_is_offered_and_taken_by_a_key(hands: Hands) -> None:
    family(hands)
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    new_household(hands)
    hands.enter()
    for _ in range(3):
        hands.enter()
    hands.type("003172000012")
    offered = page(hands).findChild(QListWidget, "list:candidates")
    assert offered is not None
    hands.qtbot.waitUntil(lambda: offered.count() > 0)
    assert "cùng số định danh" in offered.item(0).text()
    hands.press(Qt.Key.Key_Down)
    hands.enter()
    hands.settle()
    assert cells(hands) == ["Le Thi Hoa"]
    assert "không phải nhập lại" in hands.message()
    assert cut(hands.window) == []


def test_a_likely_duplicate_is_asked_about_once(hands: Hands) -> None:
    family(hands)
    type_person(hands, "Le Thi Hoa", "1972", "2", "9", "003172000012")
    assert hands.sees("button:add_anyway")
    assert len(cells(hands)) == 3
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_Escape)  # back to what was typed, which stays
    assert hands.text("input:new_name") == "Le Thi Hoa"
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert hands.sees("button:add_anyway")  # asked again: nothing was said yet
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert len(cells(hands)) == 4
    assert not hands.sees("button:add_anyway")


@with_dialogs
def test_a_wrong_death_is_undone_by_two_keys_and_stays_in_the_history(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(0, 0)
    choose(hands, "Báo tử")
    hands.enter()
    hands.enter()  # nothing typed: it says what is lacking
    assert "Còn thiếu" in hands.text("event_dialog:problem")
    hands.type("20112026")
    hands.enter()
    hands.type("Trich luc 12")
    hands.enter()
    back_at_the_page(hands)
    assert title(hands) == "Hộ chưa có chủ hộ"
    assert cells(hands, FORMS)[-1] == "Báo tử 20/11/2026 (Trich luc 12)"
    hands.press(Qt.Key.Key_F7)
    hands.qtbot.waitUntil(hands.find(QListWidget, "list:life").hasFocus)
    hands.enter()
    hands.qtbot.waitUntil(lambda: title(hands) == "Hộ của Tran Van Tu")
    assert events_line(hands).endswith("Báo tử 20/11/2026 (Trich luc 12), đã hủy")


@with_dialogs
def test_a_household_is_split_from_the_menu_and_put_together_again(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(1, 0)
    choose(hands, "Tách hộ")
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Space)  # the daughter goes along
    hands.enter()
    hands.type("01-2")
    hands.enter()
    hands.enter()
    hands.type("20/11/2026")
    hands.enter()
    hands.type("To khai")
    hands.enter()
    back_at_the_page(hands)
    assert title(hands) == "Hộ của Le Thi Hoa"
    assert cells(hands) == ["Le Thi Hoa", "Tran Thi Nu"]
    choose(hands, "Hủy của hộ")
    hands.settle()
    assert cells(hands) == []
    hands.press(Qt.Key.Key_Escape)
    hands.fill("input:search", "Tran Van Tu")
    hands.qtbot.waitUntil(lambda: hands.text("people:count") == "1 người")
    hands.settle()
    hands.press(Qt.Key.Key_F3)
    hands.settle()
    assert len(cells(hands)) == 3


def choose(hands: Hands, words: str) -> None:
    """A line of the menu, by its digit, and wait until it stands before the eyes."""
    hands.press(Qt.Key.Key_F7)
    lines = hands.find(QListWidget, "list:life")
    hands.qtbot.waitUntil(lines.hasFocus)
    row = next(n for n in range(lines.count()) if words in lines.item(n).text())
    hands.type(str(row + 1))
    if "Hủy" in words:
        hands.qtbot.waitUntil(lambda: not hands.sees("list:life"))
        back_at_the_page(hands)
    else:
        hands.qtbot.waitUntil(lambda: is_asking(hands))


def is_asking(hands: Hands) -> bool:
    """Has the dialog the keyboard?"""
    shown = [one for one in hands.window.findChildren(QWidget, "event_dialog") if one.isVisible()]
    focus = QApplication.focusWidget()
    return bool(shown) and focus is not None and shown[0].isAncestorOf(focus)


@with_dialogs
def test_a_correction_keeps_the_old_value(hands: Hands) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(1, 0)
    choose(hands, "Đính chính")
    hands.type("Le Thi Hoai")
    for text in ("", "", "", "", "20/11/2026", "QD 5"):
        hands.type(text)
        hands.enter()
    back_at_the_page(hands)
    assert cells(hands)[1] == "Le Thi Hoai"
    choose(hands, "Hủy: Đính chính")
    hands.settle()
    assert cells(hands)[1] == "Le Thi Hoa"


def test_a_home_of_two_hundred_has_no_widget_per_row_and_its_forms_come(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    register = make_register(tmp_path / "so")
    preload_home(records_of(register), count=200)
    register.close()
    hands = open_desk(tmp_path / "so")
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_F3)
    hands.settle()
    assert len(cells(hands)) == 200
    grid = table(hands)
    model = grid.model()
    assert isinstance(model, MembersModel)
    hands.qtbot.waitUntil(lambda: all(model.forms_of(row) for row in range(20)))
    assert len(grid.viewport().findChildren(QWidget)) == 0
    grid.go_to(199, 0)
    hands.enter()
    QApplication.processEvents()
    assert len(grid.viewport().findChildren(QLineEdit)) == 1


def test_the_list_hides_the_dead_until_the_filter_asks_for_them(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    register = make_register(tmp_path / "so")
    preload_home(records_of(register), count=3)
    [gone, *_] = search_people(register, "", limit=3)
    LifeEvents(
        register=register,
        tables=IdentityTables.load(training=True),
        author="Lê Thị Mai",
        clock=clock,
    ).died(gone.person_id, Paper("2026-11-01", "Trích lục 3"))
    register.close()
    hands = open_desk(tmp_path / "so")
    assert hands.text("people:count") == "2 người"
    hands.click("button:more_filters")
    choice = hands.find(CountChoice, "choice:presence")
    choice.setFocus()
    hands.press(Qt.Key.Key_Down)
    hands.settle()
    assert hands.text("people:count") == "1 người"
    people = hands.find(Table, "table:people").model()
    assert (people.index(0, 0).data(), people.index(0, 5).data()) == (gone.full_name, "Đã mất")
    assert cut(hands.window) == []


def members_of(hands: Hands) -> list[str]:
    """The ids of those on the page, in its order."""
    model = table(hands).model()
    assert isinstance(model, MembersModel)
    return [one.person_id for one in model.members()]


def changes(hands: Hands) -> int:
    """How many changes wait for the server."""
    return count_changes(register(hands)).waiting


def register(hands: Hands) -> Register:
    assert hands.desktop.services is not None
    return hands.desktop.services.register


def book_of(hands: Hands) -> Households:
    """As another program on this register would write."""
    return Households(
        register=register(hands),
        forms=FormRegistry.bundled(),
        tables=IdentityTables.load(training=True),
        author=USER,
        clock=clock,
    )


def test_nothing_of_one_household_is_written_into_the_next(hands: Hands) -> None:
    family(hands)
    book = book_of(hands)
    gone = PersonId(members_of(hands)[2])
    book.delete(book.open(household_id_of(hands)), gone, reason="Nhập nhầm")
    before = changes(hands)
    page(hands).open_person(gone)
    hands.settle()
    assert "không còn" in hands.message()
    assert hands.text("input:household_code") == hands.text("input:household_hamlet") == ""
    assert cells(hands) == []
    for name in ("input:household_code", "input:new_name"):
        assert not hands.find(QLineEdit, name).isEnabled()
    page(hands).leave()
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    assert hands.window.current_name == "people"
    assert changes(hands) == before


def household_id_of(hands: Hands) -> HouseholdId:
    [person] = register(hands).documents(members_of(hands)[:1])
    return HouseholdId(str(person.fields["household_id"]))


def test_an_address_that_could_not_be_written_is_tried_again(hands: Hands) -> None:
    family(hands)
    first, household_id = PersonId(members_of(hands)[0]), household_id_of(hands)
    with written_by_another(register(hands)):
        hands.fill("input:household_hamlet", "Thon Tay")
        hands.enter()
        hands.settle()
        assert hands.message()
        assert not page(hands).is_settled
        page(hands).open_person(None)  # it stays: what was typed is nowhere else
        hands.settle()
        assert hands.text("input:household_hamlet") == "Thon Tay"
    page(hands).open_person(first)
    hands.settle()
    assert page(hands).is_settled
    [household] = register(hands).documents([household_id])
    assert household.fields["hamlet"] == "Thon Tay"


def test_a_cell_being_typed_in_stays_while_the_household_is_read_anew(hands: Hands) -> None:
    family(hands)
    book = book_of(hands)
    household = book.open(household_id_of(hands))
    table(hands).setFocus()
    table(hands).go_to(2, 0)
    hands.enter()
    line = hands.find(QLineEdit, "cell:full_name")
    line.selectAll()
    hands.type("Tran Thi Ngoc")
    book.add(household, NewPerson(full_name="Tran Van Ba", birth_date="1940"))
    book.change(household, household.members[0], "birth_date", "1971")
    book.delete(household, household.members[1].person_id, reason="Nhập nhầm")
    page(hands).refresh()
    hands.settle()
    assert sorted(cells(hands)) == ["Tran Thi Nu", "Tran Van Ba", "Tran Van Tu"]
    assert cells(hands, 1)[0] == "1971"
    assert hands.focused is line
    assert line.text() == "Tran Thi Ngoc"
    hands.type(" Anh")
    hands.enter()
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    assert sorted(cells(hands)) == ["Tran Thi Ngoc Anh", "Tran Van Ba", "Tran Van Tu"]


@with_dialogs
def test_the_lines_of_a_household_that_was_split_are_not_those_of_the_new_one(
    hands: Hands,
) -> None:
    family(hands)
    table(hands).setFocus()
    table(hands).go_to(1, 0)
    choose(hands, "Tách hộ")
    hands.enter()
    hands.type("01-2")
    hands.enter()
    hands.find(QLineEdit, "input:event_hamlet").clear()
    hands.type("Thon Tay")
    hands.enter()
    hands.type("20/11/2026")
    hands.enter()
    hands.type("To khai")
    line = hands.window.findChild(QLineEdit, "input:household_hamlet")
    assert line is not None
    line.setText("Thon Bac")  # half a word, while the dialog stands before it
    line.setModified(True)
    hands.enter()
    back_at_the_page(hands)
    assert title(hands) == "Hộ của Le Thi Hoa"
    assert hands.text("input:household_hamlet") == "Thon Tay"
    page(hands).leave()
    hands.settle()
    [household] = register(hands).documents([household_id_of(hands)])
    assert household.fields["hamlet"] == "Thon Tay"


@with_dialogs
def test_more_forms_than_find_room_are_asked_for(hands: Hands) -> None:
    family(hands)
    grid = table(hands)
    grid.horizontalHeader().resizeSection(FORMS, 260)
    hands.settle()
    area = grid.visualRect(grid.model().index(0, FORMS))
    *_, (_, place, text, form) = grid._forms.chips(area, grid.members.forms_of(0))
    assert (text[0], form) == ("+", None)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    hands.settle()
    assert hands.window.current_name == "household"
    assert hands.sees("list:forms")


def test_what_is_half_typed_of_a_household_stands_there_again_after_the_lock(
    hands: Hands,
) -> None:
    family(hands)
    hands.type("Tran Van Ut")
    hands.enter()
    hands.type("19")
    table(hands).setFocus()
    table(hands).go_to(1, 0)
    hands.enter()
    hands.find(QLineEdit, "cell:full_name").selectAll()
    hands.type("Le Thi Hoai Th")
    hands.desktop.lock()
    unlock(hands)
    assert title(hands) == "Hộ của Tran Van Tu"
    assert hands.text("input:household_code") == "01-1"
    assert (hands.text("input:new_name"), hands.text("input:new_birth")) == ("Tran Van Ut", "19")
    line = hands.find(QLineEdit, "cell:full_name")
    assert (line.text(), hands.focused is line) == ("Le Thi Hoai Th", True)
    hands.type("u")
    hands.enter()
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    assert cells(hands) == ["Tran Van Tu", "Le Thi Hoai Thu", "Tran Thi Nu"]


def test_a_household_that_no_save_has_made_yet_waits_too(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F3, _SHIFT)
    hands.settle()
    hands.type("01-")
    before = changes(hands)
    hands.desktop.lock()
    unlock(hands)
    assert hands.window.current_name == "household"
    assert hands.text("input:household_code") == "01-"
    assert changes(hands) == before  # half a number is nothing yet
    hands.fill("input:household_code", "01-7")
    hands.enter()
    hands.settle()
    assert changes(hands) == before + 2  # the household, and its number
    page(hands).leave()
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    hands.qtbot.waitUntil(lambda: services.drafts.own() == [])


def test_a_household_half_typed_is_gone_on_with_from_the_list_of_what_waits(hands: Hands) -> None:
    family(hands)
    hands.type("Tran Van Ut")
    hands.window.open_page("people")
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    [waiting] = services.drafts.own()
    page_of_people = hands.window.current_page
    assert isinstance(page_of_people, PeoplePage)
    page_of_people.draft_opened.emit(waiting.draft_id)
    hands.settle()
    assert title(hands) == "Hộ của Tran Van Tu"
    assert hands.text("input:new_name") == "Tran Van Ut"
