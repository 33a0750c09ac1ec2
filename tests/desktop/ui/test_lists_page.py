"""The page of lists: by keys alone, several people at once, taken back as one, columns kept."""

from __future__ import annotations

from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.modeltest import ModelTester

from desktop.domain.ledger import Action
from desktop.domain.permissions import Right
from desktop.domain.worklists import GROUPS, ListCount, ListGroup, WorkList
from desktop.services.permissions import Permissions
from desktop.store import ledger
from desktop.store.register import Register
from desktop.ui.pages.lists_page import ListsPage
from desktop.ui.worklists.chooser import ChooserModel, ListChooser
from desktop.ui.worklists.people_table import PeopleTable
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import USER, clock, make_register

_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with the people of sixty households, at the page of lists."""
    make_register(tmp_path / "so", count=60).close()
    return at_lists(open_desk(tmp_path / "so"))


def at_lists(hands: Hands) -> Hands:
    with hands.qtbot.waitSignal(page(hands).counted):
        hands.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    hands.settle()
    return hands


def page(hands: Hands) -> ListsPage:
    found = hands.page("worklists")
    assert isinstance(found, ListsPage)
    return found


def table(hands: Hands) -> PeopleTable:
    return hands.find(PeopleTable, "table:list_people")


def chooser(hands: Hands) -> ListChooser:
    return hands.find(ListChooser, "table:worklists")


def register(hands: Hands) -> Register:
    assert hands.desktop.services is not None
    return hands.desktop.services.register


def go_to(hands: Hands, worklist: WorkList) -> None:
    """Down the lists by the arrow key, and on to the people of it."""
    lists = chooser(hands)
    lists.setFocus()
    hands.press(Qt.Key.Key_Home, _CONTROL)
    while lists.current is not worklist:
        before = lists.current
        hands.press(Qt.Key.Key_Down)
        assert lists.current is not before, f"{worklist} cannot be reached"
    with hands.qtbot.waitSignal(page(hands).list_shown):
        hands.press(Qt.Key.Key_Right)
    hands.settle()
    assert hands.focused is table(hands)


def counts(hands: Hands) -> dict[WorkList, int]:
    return {one: count.total for one, count in chooser(hands).lists.counts.items()}


def names(hands: Hands) -> list[str]:
    model = table(hands).model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def hamlets(hands: Hands) -> set[str]:
    model = table(hands).model()
    return {str(model.index(row, 3).data()) for row in range(model.rowCount())}


def recount(hands: Hands) -> None:
    with hands.qtbot.waitSignal(page(hands).counted):
        page(hands).refresh()
    hands.settle()


def test_every_list_is_named_counted_and_whole_at_its_size(hands: Hands) -> None:
    shown = {one for group, lists in GROUPS.items() for one in lists}
    assert set(counts(hands)) == shown - set(GROUPS[ListGroup.RESTRICTED])
    assert counts(hands)[WorkList.UNCHECKED] > 100
    for worklist in (WorkList.CHILD_BASICS, WorkList.FLAGGED, WorkList.GONE):
        go_to(hands, worklist)
        assert len(names(hands)) == counts(hands)[worklist]
        assert cut(hands.window) == []
    assert hands.text("worklists:chosen") == "Không có ai trong danh sách này"


def test_people_come_page_by_page(hands: Hands) -> None:
    go_to(hands, WorkList.UNCHECKED)
    assert len(names(hands)) == 100
    while len(names(hands)) < counts(hands)[WorkList.UNCHECKED]:
        before = len(names(hands))
        table(hands).scrollToBottom()
        hands.settle()
        assert len(names(hands)) > before
    assert len(names(hands)) == counts(hands)[WorkList.UNCHECKED]


def test_enter_opens_the_form_at_what_is_lacking_and_leads_back(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_NO_CARD)
    first = names(hands)[0]
    hands.enter()
    hands.settle()
    assert hands.question == "identity/card_number"
    assert hands.text("question:identity/full_name") == first
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    if hands.window.current_name == "form":
        hands.press(Qt.Key.Key_Escape)
        hands.settle()
    assert hands.window.current_name == "worklists"


def test_the_household_of_somebody_in_a_list_is_one_key_away(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    hands.press(Qt.Key.Key_F3)
    hands.settle()
    assert hands.window.current_name == "household"


def test_a_hamlet_is_written_for_some_and_taken_back(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    before = hamlets(hands)
    for _ in range(2):
        hands.press(Qt.Key.Key_Down, _SHIFT)
    assert hands.text("worklists:chosen") == "Đã chọn 3 người"
    hands.press(Qt.Key.Key_F6)
    hands.settle()
    assert hands.focused.objectName() == "input:list_text"
    assert hands.text("list_action:question") == "Ghi thôn, tổ cho hộ của 3 người"
    hands.type("Thon Moi")
    assert cut(hands.window) == []
    hands.enter()
    hands.settle()
    assert "Đã ghi thôn, tổ cho" in hands.message()
    assert "Ctrl+Z" in hands.message()
    assert hamlets(hands) == before | {"Thon Moi"}
    assert hands.focused is table(hands)
    hands.press(Qt.Key.Key_Z, _CONTROL)
    hands.settle()
    assert "Đã hoàn tác" in hands.message()
    assert hamlets(hands) == before
    hands.press(Qt.Key.Key_Z, _CONTROL)
    hands.settle()
    assert "Không còn việc nào để hoàn tác." in hands.message()


def test_the_whole_list_goes_to_the_police_under_one_name(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    hands.press(Qt.Key.Key_A, _CONTROL)
    total = counts(hands)[WorkList.CHILD_BASICS]
    assert hands.text("worklists:chosen") == f"Đã chọn cả danh sách: {total} người"
    hands.press(Qt.Key.Key_F5)
    hands.enter()
    assert "Chưa ghi gì." in hands.message()
    hands.type("Tre em thang 11")
    with hands.qtbot.waitSignal(page(hands).counted):
        hands.enter()
    hands.settle()
    assert f"Đã gửi công an {total} người." in hands.message()
    assert counts(hands)[WorkList.WAITING] == total


def test_everybody_means_who_is_not_fetched_yet_too(hands: Hands) -> None:
    go_to(hands, WorkList.UNCHECKED)
    hands.press(Qt.Key.Key_A, _CONTROL)
    total = counts(hands)[WorkList.UNCHECKED]
    assert len(names(hands)) < total
    hands.press(Qt.Key.Key_F7)
    hands.settle()
    assert hands.text("button:list_do") == f"Ghi cho {total} người"
    choice = hands.find(QComboBox, "input:list_choice")
    choice.setFocus()
    hands.press(Qt.Key.Key_Down)
    code = choice.currentData()
    hands.enter()
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    documents = register(hands).documents(
        [row.person_id for row in services.people.page(limit=1000).rows]
    )
    assert len(documents) == total
    assert {one.fields.get("ethnicity") for one in documents} == {code}


def test_one_more_is_chosen_by_control_and_the_choice_is_told(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    hands.press(Qt.Key.Key_Down, _CONTROL)
    hands.press(Qt.Key.Key_Down, _CONTROL)
    hands.press(Qt.Key.Key_Space, _CONTROL)
    assert len(table(hands).chosen()) == 2
    table(hands).selectionModel().clearSelection()
    hands.press(Qt.Key.Key_F6)
    hands.settle()
    assert "Chưa chọn ai." in hands.message()
    assert not hands.sees("panel:list_action")


def test_a_list_is_exported_as_it_stands(hands: Hands, tmp_path: Path) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    hands.press(Qt.Key.Key_Down, _SHIFT)
    chosen = names(hands)[:2]
    hands.press(Qt.Key.Key_F8)
    hands.settle()
    hands.enter()
    assert "Chưa ghi mục đích." in hands.message()
    hands.type("Gui cong an xa")
    page(hands).export_to(tmp_path / "danh-sach")  # as the dialog answers
    hands.settle()
    sheet = openpyxl.load_workbook(tmp_path / "danh-sach.xlsx").active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Họ và tên", "Ngày sinh", "Số định danh", "Thôn, tổ", "Phiếu", "Danh tính"]
    assert [row[0] for row in rows[1:]] == chosen
    line = ledger.lines(register(hands), limit=1)[0]
    assert (line.action, line.purpose) == (Action.PEOPLE_LIST_EXPORT, "Gui cong an xa")


def test_columns_and_order_are_remembered_for_each_list(hands: Hands, open_desk: OpenDesk) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    by_name = names(hands)
    order = hands.find(QComboBox, "input:list_order")
    order.setFocus()
    with hands.qtbot.waitSignal(page(hands).list_shown):
        hands.press(Qt.Key.Key_Down)
    hands.settle()
    dates = [row.birth_date for row in table(hands)._rows.rows()]
    assert dates == sorted(dates)
    header = table(hands).horizontalHeader()
    header.moveSection(header.visualIndex(3), 1)
    header.resizeSection(2, 170)
    menu = table(hands).columns_menu()
    next(one for one in menu.actions() if one.objectName() == "action:column_check").trigger()
    menu.close()
    by_date = names(hands)
    folder = hands.desktop.folder
    page(hands).leave()
    hands.settle()
    hands.desktop.close()
    again = at_lists(open_desk(folder))
    go_to(again, WorkList.CHILD_BASICS)
    header = table(again).horizontalHeader()
    assert names(again) == by_date != by_name
    assert (header.visualIndex(3), header.sectionSize(2)) == (1, 170)
    assert header.isSectionHidden(6)
    assert again.find(QComboBox, "input:list_order").currentText() == "Theo ngày sinh"
    go_to(again, WorkList.FLAGGED)
    assert (header.visualIndex(3), header.isSectionHidden(6)) == (3, False)


def test_what_is_restricted_is_seen_with_the_right_and_nothing_is_done_to_many(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    book = make_register(tmp_path / "so", count=2)
    permissions = Permissions(register=book, clock=clock)
    permissions.grant(user_name=USER, right=Right.DRUG_TREATMENT)
    book.close()
    hands = at_lists(open_desk(tmp_path / "so"))
    assert set(GROUPS[ListGroup.RESTRICTED]) <= set(counts(hands))
    go_to(hands, WorkList.RESTRICTED_DRAFTS)
    hands.press(Qt.Key.Key_F8)
    hands.settle()
    assert not hands.sees("panel:list_action")
    assert cut(hands.window) == []


def test_keys_lead_from_the_lists_to_the_people_and_back(hands: Hands) -> None:
    assert chooser(hands).hasFocus()
    go_to(hands, WorkList.FLAGGED)
    hands.press(Qt.Key.Key_Escape)
    assert chooser(hands).hasFocus()
    hands.press(Qt.Key.Key_Right)
    hands.press(Qt.Key.Key_F5)
    hands.settle()
    assert hands.sees("panel:list_action")
    hands.press(Qt.Key.Key_Escape)
    assert table(hands).hasFocus()
    assert not hands.sees("panel:list_action")


def test_who_is_settled_leaves_the_list_and_the_place_stays(hands: Hands) -> None:
    go_to(hands, WorkList.UNCHECKED)
    table(hands).selectRow(4)
    chosen, follower = table(hands).chosen(), names(hands)[5]
    services = hands.desktop.services
    assert services is not None
    services.records.send_to_police(chosen[0])
    recount(hands)
    assert table(hands).currentIndex().row() == 4
    assert names(hands)[4] == follower
    assert table(hands).chosen() != chosen


def test_the_lists_are_a_sound_model(qtmodeltester: ModelTester) -> None:
    model = ChooserModel()
    # Goes on listening to what follows; pytest-qt leaves this method untyped.
    qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]
    model.show_lists(tuple(GROUPS.items()))
    model.show_count(WorkList.FLAGGED, ListCount(3))
    model.show_count(WorkList.UNSENT, ListCount(2000, is_whole=False))
    place = model.place_of(WorkList.UNSENT)
    assert place is not None
    assert model.index(place, 1).data() == "> 2.000"
    model.show_lists(tuple(GROUPS.items())[:2])
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEnabled
    assert QItemSelectionModel(model).hasSelection() is False


def test_a_deed_reaches_whom_the_panel_named_and_nobody_else(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    assert counts(hands)[WorkList.CHILD_BASICS] > 1
    [chosen] = table(hands).chosen()
    hands.press(Qt.Key.Key_F5)
    assert hands.text("list_action:question") == "Gửi công an kiểm tra 1 người"
    table(hands).setFocus()
    hands.press(Qt.Key.Key_A, _CONTROL)
    line = hands.find(QLineEdit, "input:list_text")
    line.setFocus()
    hands.type("Mot nguoi")
    with hands.qtbot.waitSignal(page(hands).counted):
        hands.enter()
    hands.settle()
    assert "Đã gửi công an 1 người." in hands.message()
    waiting = page(hands)._lists.ids(WorkList.WAITING)
    assert list(waiting) == [chosen]


def test_what_was_asked_in_one_list_is_not_done_in_the_next(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    hands.press(Qt.Key.Key_F6)  # the hamlets are read first
    lists = chooser(hands)
    lists.setFocus()
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Right)
    hands.settle()
    assert not hands.sees("panel:list_action")


def test_how_a_list_looks_is_kept_with_it_and_not_with_the_next(hands: Hands) -> None:
    go_to(hands, WorkList.CHILD_BASICS)
    order = hands.find(QComboBox, "input:list_order")
    order.setFocus()
    hands.press(Qt.Key.Key_Down)
    go_to(hands, WorkList.FLAGGED)  # at once, before a pause
    assert order.currentText() == "Theo tên"
    go_to(hands, WorkList.CHILD_BASICS)
    assert order.currentText() == "Theo ngày sinh"


def test_a_deed_under_way_can_be_stopped_from_another_list_too(hands: Hands) -> None:
    go_to(hands, WorkList.UNCHECKED)
    hands.press(Qt.Key.Key_A, _CONTROL)
    hands.press(Qt.Key.Key_F5)
    hands.type("Ca danh sach")
    hands.enter()
    chooser(hands).setFocus()  # no event is worked off from here on: the deed cannot have ended
    QTest.keyClick(chooser(hands), Qt.Key.Key_Down)
    QTest.keyClick(chooser(hands), Qt.Key.Key_Right)
    assert hands.find(QPushButton, "button:list_stop").isVisible()
    hands.settle()
    assert not hands.sees("panel:list_action")
