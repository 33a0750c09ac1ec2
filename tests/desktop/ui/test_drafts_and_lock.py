"""Locking covers the window at once and loses nothing; what is half-typed comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QLineEdit, QWidget

from desktop.domain.drafts import FormDraft
from desktop.domain.people import PersonId
from desktop.domain.users import UserRole
from desktop.services.drafts import Drafts
from desktop.services.locking import Locking
from desktop.services.users import Users
from desktop.store.connection import connect
from desktop.store.folder import register_path
from desktop.store.register import Register
from desktop.ui.forms.form_view import FormView
from desktop.ui.locking import LeftAt
from desktop.ui.widgets.card_list import CardList
from sync.protocol.documents import Role
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.desks import hand_in
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_sync_page import connect as connect_to
from tests.desktop.ui.world import CHEAP, PASSPHRASE, USER, clock, make_register
from tests.support.server import Province, ServerProcess

_CONTROL = Qt.KeyboardModifier.ControlModifier
_NAME = "identity/full_name"
_REASON = "reason:ID_010:identity/id_number"
_OTHER, _OTHER_PASSPHRASE = "Trần Văn Bảy", "cây đa bến nước sân đình"


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with a few households; a second officer shares the PC."""
    with make_register(tmp_path / "so", count=3) as register:
        users = Users(register=register, author=USER, clock=clock, cost=CHEAP)
        users.add(user_name=_OTHER, passphrase=_OTHER_PASSPHRASE, role=UserRole.OFFICER)
    return open_desk(tmp_path / "so")


def begin(hands: Hands) -> None:
    """Somebody new, as far as the name."""
    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    hands.type("Ấp 1")
    hands.form_view.focus_question(_NAME)


def unlock(hands: Hands, *, user: str = USER, passphrase: str = PASSPHRASE) -> None:
    hands.settle()
    hands.find(QComboBox, "input:user").setCurrentText(user)
    hands.fill("input:passphrase", passphrase)
    hands.enter()
    hands.settle()
    assert hands.desktop.services is not None


def drafts(hands: Hands) -> Drafts:
    assert hands.desktop.services is not None
    return hands.desktop.services.drafts


def wait_for_draft(hands: Hands) -> FormDraft:
    """Until a pause of typing has been written."""
    with hands.qtbot.waitSignal(hands.form.draft_kept) as kept:
        pass
    found = kept.args[0]
    assert isinstance(found, FormDraft)
    return found


def words_in(window: QWidget) -> str:
    """Every word that a widget of the window holds, shown or not, names for readers included."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    found = [window.windowTitle()]
    for widget in [window, *window.findChildren(QWidget)]:
        found += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, QLabel | QLineEdit):
            found.append(widget.text())
    return "\n".join(found)


# -- drafts --


def test_a_pause_of_typing_is_written_with_the_letters_and_the_cursor(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn ")
    hands.press(Qt.Key.Key_Left)
    draft = wait_for_draft(hands)
    assert (draft.person_id, draft.full_name) == (None, "Trần Văn")
    assert (draft.cursor.path, draft.cursor.text, draft.cursor.position) == (_NAME, "Trần Văn ", 8)
    assert draft.edits["household/hamlet"].now == "Ấp 1"
    services = hands.desktop.services
    assert services is not None
    assert services.drafts.get(draft.draft_id).edits == draft.edits
    assert services.people.count("tran van") == 0  # nothing was saved


def test_a_save_ends_the_draft_and_typing_on_begins_it_anew(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    wait_for_draft(hands)
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert drafts(hands).own() == []
    hands.type("g")
    draft = wait_for_draft(hands)
    assert draft.edits == {_NAME: draft.edits[_NAME]}
    assert (draft.edits[_NAME].before, draft.edits[_NAME].now) == ("Trần Văn Ổn", "Trần Văn Ổng")
    [waiting] = drafts(hands).own()
    assert waiting.person_id == draft.person_id is not None


def test_what_stays_as_it_is_saved_writes_nothing_at_every_pause(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    wait_for_draft(hands)
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    written: list[int] = []
    hands.form._writer.flush()
    hands.settle()
    hands.desktop.jobs.busy_changed.connect(written.append)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        hands.press(key)
        hands.form._writer.flush()
        hands.settle()
    assert written == []


def test_letters_that_are_no_answer_are_kept(hands: Hands) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/ethnicity")
    hands.type("hmo")
    wait_for_draft(hands)
    hands.desktop.lock()
    unlock(hands)
    assert hands.question == "identity/ethnicity"
    assert hands.text("question:identity/ethnicity") == "hmo"
    assert hands.sees("found:identity/ethnicity")
    hands.enter()
    assert hands.form_view.value("identity/ethnicity") == "08"


def half_give_a_reason(hands: Hands) -> QLineEdit:
    """Somebody whose number says another year of birth than was typed, and the reason not yet."""
    begin(hands)
    hands.type("Nguyễn Thị Hạnh")
    for path, text in (
        ("identity/birth_date", "12031990"),
        ("identity/sex", "2"),
        ("identity/id_number", "003188000017"),
    ):
        hands.form_view.focus_question(path)
        hands.type(text)
        hands.enter()
    line = hands.find(QLineEdit, _REASON)
    line.setFocus()
    hands.type("The ghi nh")
    return line


def test_a_reason_being_typed_is_kept_with_its_cursor(hands: Hands) -> None:
    half_give_a_reason(hands)
    hands.press(Qt.Key.Key_Home)
    hands.desktop.lock()
    unlock(hands)
    assert hands.focused.objectName() == _REASON
    line = hands.find(QLineEdit, _REASON)
    assert (line.text(), line.cursorPosition()) == ("The ghi nh", 0)
    assert hands.text("question:identity/birth_date") == "12/03/1990"


def test_a_draft_of_a_known_person_lies_over_the_record_when_it_is_opened(hands: Hands) -> None:
    hands.press(Qt.Key.Key_Return)
    hands.settle()
    person_id = hands.form._sheet.opened.person_id  # type: ignore[union-attr]  # a form is shown
    hands.form_view.focus_question("employed/job")
    hands.form_view.focus_question("identity/native_place")
    hands.type("Xã X")
    wait_for_draft(hands)
    hands.desktop.lock()
    unlock(hands, user=_OTHER, passphrase=_OTHER_PASSPHRASE)
    assert hands.sees("page:people")
    hands.form.open_person(person_id)
    hands.window.open_page("form")
    hands.settle()
    assert hands.message().startswith(f"{USER} đang gõ dở phiếu của người này")
    assert hands.text("question:identity/native_place") != "Xã X"
    assert drafts(hands).own() == []
    hands.desktop.lock()
    unlock(hands)
    assert hands.sees("page:form")
    assert hands.question == "identity/native_place"
    assert hands.text("question:identity/native_place").endswith("Xã X")
    assert "chưa ghi vào sổ" in hands.message()
    assert hands.text("form:saved") == "Có thay đổi chưa lưu"
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert drafts(hands).own() == []
    assert str(stored(hands, person_id)["identity/native_place"]).endswith("Xã X")


def stored(hands: Hands, person_id: PersonId | None) -> Mapping[str, object]:
    services = hands.desktop.services
    assert services is not None
    return services.records.open(person_id).answers


# -- locking --


def test_the_form_stands_again_after_unlocking_as_it_was_left(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn ")
    hands.press(Qt.Key.Key_Left)
    hands.press(Qt.Key.Key_L, _CONTROL)
    assert hands.sees("page:unlock")
    unlock(hands)
    assert hands.sees("page:form")
    assert hands.question == _NAME
    line = hands.find(QLineEdit, f"question:{_NAME}")
    assert (line.text(), line.cursorPosition(), line.selectedText()) == ("Trần Văn ", 8, "")
    hands.type("g")
    assert line.text() == "Trần Văng "
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    assert services.people.count("tran vang") == 1
    assert services.drafts.own() == []


def test_a_form_without_anything_unsaved_is_shown_again_at_the_same_question(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    hands.press(Qt.Key.Key_L, _CONTROL)
    unlock(hands)
    assert (hands.question, hands.text(f"question:{_NAME}")) == (_NAME, "Trần Văn Ổn")
    assert hands.text("form:status") == "Nháp"
    assert drafts(hands).own() == []


def test_a_paper_being_keyed_comes_back_though_a_record_is_open_on_another_page(
    open_desk: OpenDesk, tmp_path: Path, server: ServerProcess, province: Province
) -> None:
    with make_register(tmp_path / "so") as register:
        hand_in(register, 4)
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_sync")
    hands.settle()
    code = province.code(province.office(Role.COLLECTOR, "99001"))
    connect_to(hands, url=server.url, code=code)
    assert hands.sees("page:collecting")
    assert hands.find(CardList, "list:submissions").current_key
    hands.click("button:nav_lots")
    hands.settle()
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    paper = hands.text("lot:paper")
    hands.press(Qt.Key.Key_1)
    hands.press(Qt.Key.Key_L, _CONTROL)  # before the pause of typing is over
    unlock(hands)
    assert hands.sees("page:lots")
    assert hands.text("lot:paper") == paper
    view = hands.find(FormView, "form:tt11_2022_m03")
    assert view.value("identity/relation_to_head") == "1"
    [waiting] = drafts(hands).own()
    assert drafts(hands).at_desk(str(waiting.person_id), "lots") is not None


def test_a_save_under_way_at_the_lock_makes_nobody_twice(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.press(Qt.Key.Key_L, _CONTROL)  # the save is in the write lane, or waits for it
    unlock(hands)
    assert hands.text(f"question:{_NAME}") == "Trần Văn Ổn"
    hands.type("g")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    [row] = [r for r in people(hands) if "Trần Văn Ổn" in r]
    assert row == "Trần Văn Ổng"
    assert services.drafts.own() == []


def people(hands: Hands) -> list[str]:
    assert hands.desktop.services is not None
    register = hands.desktop.services.register
    with register.reading() as connection:
        return [
            str(name)
            for (name,) in connection.exec_driver_sql(
                "SELECT json_extract(fields, '$.full_name') FROM documents WHERE type = 'person'"
            )
        ]


def test_the_window_is_covered_at_once_and_nothing_of_the_person_is_left_in_it(
    hands: Hands,
) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert "Trần Văn Ổn" in words_in(hands.window)
    hands.desktop.lock()  # nothing runs between this line and the next
    assert hands.sees("page:unlock")
    assert "Trần Văn Ổn" not in words_in(hands.window)
    assert hands.window.windowTitle() == "Sổ An Sinh"


@pytest.mark.qt_log_ignore("This plugin does not support")  # menus want what offscreen lacks
def test_dialogs_menus_and_our_clipboard_go_with_the_lock(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    line = hands.find(QLineEdit, f"question:{_NAME}")
    line.selectAll()
    line.copy()
    assert QGuiApplication.clipboard().text() == "Trần Văn Ổn"
    dialog = QDialog(hands.form)
    dialog.open()
    menu = line.createStandardContextMenu()
    menu.popup(line.mapToGlobal(QPoint(2, 2)))
    assert dialog.isVisible() and menu.isVisible()
    hands.desktop.lock()
    assert not dialog.isVisible() and not menu.isVisible()
    assert QGuiApplication.clipboard().text() == ""


def test_the_key_is_wiped_and_the_register_free_after_the_lock(hands: Hands) -> None:
    services = hands.desktop.services
    assert services is not None
    key = services.register._key
    begin(hands)
    hands.type("Trần")
    with hands.qtbot.waitSignal(hands.desktop.locked):
        hands.desktop.lock()
    with pytest.raises(ValueError, match="wiped"):
        key.reveal()
    assert hands.desktop.services is None
    with pytest.raises(Exception, match="store_failed"):
        services.people.count("")


def test_another_user_gets_the_own_desk_and_the_draft_waits(hands: Hands) -> None:
    begin(hands)
    hands.type("Lý Thị Út")
    hands.desktop.lock()
    unlock(hands, user=_OTHER, passphrase=_OTHER_PASSPHRASE)
    assert hands.sees("page:people")
    assert "Lý Thị" not in words_in(hands.window)
    assert [one.author for one in drafts(hands).of_others()] == [USER]
    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    hands.form_view.focus_question(_NAME)
    hands.type("Người Khác")
    hands.desktop.lock()
    unlock(hands)
    assert hands.text(f"question:{_NAME}") == "Lý Thị Út"
    hands.desktop.lock()
    unlock(hands, user=_OTHER, passphrase=_OTHER_PASSPHRASE)
    assert hands.text(f"question:{_NAME}") == "Người Khác"


def test_locking_never_waits_for_a_save_that_cannot_succeed(hands: Hands) -> None:
    begin(hands)
    line = hands.find(QLineEdit, f"question:{_NAME}")
    line.setText("dài " * 5_000)
    line.textEdited.emit(line.text())
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert hands.text("form:saved") == "Chưa lưu được"
    hands.desktop.lock()
    assert hands.sees("page:unlock")
    unlock(hands)
    assert hands.text(f"question:{_NAME}") == "dài " * 5_000


def test_a_draft_that_cannot_be_written_is_sealed_and_written_after_unlocking(
    hands: Hands,
) -> None:
    begin(hands)
    hands.type("Trần Văn")
    services = hands.desktop.services
    assert services is not None
    with written_by_another(services.register):
        with hands.qtbot.waitSignal(hands.desktop.locked, timeout=60_000):
            hands.desktop.lock()
            assert hands.sees("page:unlock")
    [sealed] = hands.desktop._sealed
    assert "Trần".encode() not in sealed
    unlock(hands)
    assert hands.desktop._sealed == []
    assert (hands.question, hands.text(f"question:{_NAME}")) == (_NAME, "Trần Văn")


@contextmanager
def written_by_another(register: Register) -> Iterator[None]:
    """Another program holds the database file, as a virus scanner does: no write succeeds."""
    with register.lending_key() as key:
        other = connect(register_path(register.folder), key=key, memory_security=False)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def test_pages_without_letters_come_back_too(hands: Hands) -> None:
    hands.click("button:nav_sync")
    hands.settle()
    hands.desktop.lock()
    unlock(hands)
    assert hands.sees("page:sync")


def test_nothing_of_a_page_is_kept_in_memory_but_names_and_ids() -> None:
    assert set(LeftAt.__dataclass_fields__) == {"user_name", "page", "held"}


# -- idle --


def test_the_wait_is_ten_minutes_five_where_the_pc_is_shared_or_as_it_was_set(
    tmp_path: Path,
) -> None:
    with make_register(tmp_path / "so") as register:
        locking = Locking(register=register)
        assert locking.idle_minutes() == 10
        users = Users(register=register, author=USER, clock=clock, cost=CHEAP)
        users.add(user_name=_OTHER, passphrase=_OTHER_PASSPHRASE, role=UserRole.OFFICER)
        assert locking.idle_minutes() == 5
        locking.set_idle_minutes(30)
        assert locking.idle_minutes() == 30
        with pytest.raises(ValueError, match="60"):
            locking.set_idle_minutes(61)
        locking.set_idle_minutes(None)
        assert locking.idle_minutes() == 5


def test_who_leaves_the_pc_finds_it_locked(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn")
    idle = hands.desktop._idle
    idle._touched -= 5 * 60
    idle.look()
    assert hands.sees("page:unlock")
    assert not idle.is_watching
    unlock(hands)
    assert hands.text(f"question:{_NAME}") == "Trần Văn"


def test_a_session_that_is_left_locks_the_register(hands: Hands) -> None:
    watch: QObject | None = hands.desktop._session
    assert watch is not None
    hands.desktop._session.left.emit()  # type: ignore[union-attr]  # just looked
    assert hands.sees("page:unlock")
    hands.desktop._session.left.emit()  # type: ignore[union-attr]  # twice does no harm
    assert hands.sees("page:unlock")


def test_keys_typed_into_the_form_keep_the_register_open(hands: Hands) -> None:
    begin(hands)
    touched = hands.desktop._idle._touched = 0.0
    handle = hands.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_A)
    assert hands.desktop._idle._touched > touched
