"""Who may open the register: the list, adding, passphrases, removing with a new key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QTableView, QWidget

from desktop.domain.users import User, UserRole
from desktop.services.users import Users, listed
from desktop.store.key_file import read_one
from desktop.ui.pages.printed_code_page import PrintedCodePage
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import CHEAP, PASSPHRASE, USER, clock, make_register

_OTHER = "Trần Văn Bình"
_OTHERS = "thác đổ giữa rừng xanh"


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """A manager at the users' page; a colleague has a passphrase too."""
    register = make_register(tmp_path, count=3)
    users = Users(register=register, author=USER, clock=clock, cost=CHEAP)
    users.add(user_name=_OTHER, passphrase=_OTHERS, role=UserRole.OFFICER)
    register.close()
    hands = open_desk(tmp_path)
    hands.click("button:nav_users")
    hands.settle()
    return hands


def rows(hands: Hands) -> list[list[str]]:
    model = hands.find(QTableView, "table:users").model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def select(hands: Hands, row: int) -> None:
    hands.find(QTableView, "table:users").selectRow(row)


def test_the_list_tells_roles_and_when_each_opened_last(hands: Hands) -> None:
    mine, other = rows(hands)
    assert mine[:2] == [USER, "Quản lý"]
    assert "/" in mine[3]
    assert other == [_OTHER, "Cán bộ", "", "chưa mở lần nào"]
    assert cut(hands.window) == []


def test_a_user_is_added_and_can_open(hands: Hands, locked_desk: OpenDesk, tmp_path: Path) -> None:
    hands.click("button:add_user_open")
    hands.type("Phạm Thị Hoa")
    hands.find(QCheckBox, "input:new_manager").setChecked(True)
    hands.fill("input:new_passphrase", "con sông quê tôi chảy mãi")
    hands.fill("input:new_passphrase_again", "con sông quê tôi chảy mãi")
    hands.enter()
    hands.settle()
    assert hands.message() == "Đã thêm Phạm Thị Hoa."
    assert User("Phạm Thị Hoa", UserRole.MANAGER) in listed(tmp_path)[0]
    assert cut(hands.window) == []


def test_what_stands_against_a_passphrase_is_said_beside_it(hands: Hands) -> None:
    hands.click("button:add_user_open")
    hands.type("Phạm Thị Hoa")
    assert "Ít nhất 15 ký tự hoặc 5 từ" in hands.text("passphrase:advice")
    hands.fill("input:new_passphrase", "sông quê")
    assert hands.text("passphrase:advice") == "Còn thiếu 7 ký tự, hoặc 3 từ."
    hands.fill("input:new_passphrase", "matkhau123456789")
    assert "dễ bị đoán" in hands.text("passphrase:advice")
    hands.click("button:add_user")
    assert "dễ bị đoán" in hands.text("objection:add_user")
    hands.fill("input:new_passphrase", "con sông quê tôi chảy mãi")
    assert "bộ gõ" in hands.text("passphrase:advice")
    hands.click("button:add_user")
    assert "không giống nhau" in hands.text("objection:add_user")
    assert cut(hands.window) == []


def test_a_colleague_who_forgot_gets_another_passphrase(hands: Hands, tmp_path: Path) -> None:
    select(hands, 1)
    hands.click("button:reset_user_open")
    hands.settle()
    hands.fill("input:new_passphrase", "con sông quê tôi chảy mãi")
    hands.fill("input:new_passphrase_again", "con sông quê tôi chảy mãi")
    hands.click("button:reset_user")
    hands.settle()
    assert _OTHER in hands.message()
    hands.click("button:lock")
    hands.settle()


def test_ones_own_passphrase_is_changed_with_the_present_one(
    hands: Hands, open_desk: OpenDesk
) -> None:
    hands.click("button:change_passphrase_open")
    hands.type("sai mất rồi")
    for name in ("input:new_passphrase", "input:new_passphrase_again"):
        hands.fill(name, "con sông quê tôi chảy mãi")
    hands.click("button:change_passphrase")
    hands.settle()
    assert "Mật khẩu không đúng" in hands.text("objection:change_passphrase")
    hands.fill("input:old_passphrase", PASSPHRASE)
    hands.click("button:change_passphrase")
    hands.settle()
    assert hands.message().startswith("Đã đổi mật khẩu.")
    hands.click("button:lock")
    hands.settle()
    hands.fill("input:passphrase", "con sông quê tôi chảy mãi")
    hands.enter()
    hands.settle()
    assert hands.sees("page:users")  # where the register was locked


def test_what_is_restricted_is_given_and_taken(hands: Hands) -> None:
    select(hands, 1)
    hands.click("button:rights_open")
    assert cut(hands.window) == []
    hands.find(QCheckBox, "input:right_drug_treatment").click()
    hands.click("button:rights")
    hands.settle()
    assert rows(hands)[1][2] == "Cai nghiện"
    assert cut(hands.window) == []
    hands.click("button:rights_open")
    assert hands.find(QCheckBox, "input:right_drug_treatment").isChecked()
    hands.find(QCheckBox, "input:right_drug_treatment").click()
    hands.click("button:rights")
    hands.settle()
    assert rows(hands)[1][2] == ""


def test_removing_a_user_says_what_it_means_and_changes_the_key(
    hands: Hands, tmp_path: Path
) -> None:
    before = (tmp_path / "register.db").read_bytes()[:16]
    select(hands, 1)
    hands.click("button:remove_user_open")
    panel = hands.find(QWidget, "panel:remove_user")
    words = " ".join(label.text() for label in panel.findChildren(QLabel))
    assert _OTHER in words
    assert "khóa cũ" in words  # of the snapshots that exist already
    assert cut(hands.window) == []
    hands.click("button:remove_user")
    hands.settle()
    assert hands.message() == "Sổ đã dùng khóa mới."
    assert [row[0] for row in rows(hands)] == [USER]
    assert (tmp_path / "register.db").read_bytes()[:16] != before
    assert not listed(tmp_path)[1]


def test_a_change_of_the_key_that_was_stopped_stays_due_and_can_be_done_later(
    hands: Hands, tmp_path: Path
) -> None:
    select(hands, 1)
    hands.click("button:remove_user_open")
    services = hands.desktop.services
    assert services is not None
    with services.register.writing_paused():  # as behind a save: it is not done before the stop
        hands.click("button:remove_user")
        hands.click("button:stop_rekey")
    hands.settle()
    assert [row[0] for row in rows(hands)] == [USER]  # the access ended all the same
    assert listed(tmp_path)[1]
    assert hands.find(QPushButton, "button:change_key_open").isVisible()
    hands.click("button:change_key_open")
    hands.click("button:remove_user")
    hands.settle()
    assert hands.message() == "Sổ đã dùng khóa mới."
    assert not listed(tmp_path)[1]


def test_an_officer_sees_the_list_and_may_only_change_the_own_passphrase(
    locked_desk: OpenDesk, hands: Hands
) -> None:
    hands.click("button:lock")
    hands.settle()
    users = hands.find(QWidget, "input:user")
    users.setProperty("currentIndex", 1)
    hands.fill("input:passphrase", _OTHERS)
    hands.enter()
    hands.settle()
    hands.click("button:nav_users")
    hands.settle()
    for name in ("add_user_open", "reset_user_open", "remove_user_open", "make_code_open"):
        assert not hands.find(QPushButton, f"button:{name}").isEnabled(), name
    assert hands.find(QPushButton, "button:change_passphrase_open").isEnabled()
    assert cut(hands.window) == []


def test_the_printed_code_is_shown_once_and_typed_back(hands: Hands, tmp_path: Path) -> None:
    assert "chưa lập" in hands.text("users:printed")
    hands.click("button:make_code_open")
    hands.settle()
    assert not hands.sees("button:nav_users")  # nothing leads away but its own buttons
    hands.click("button:make_code")
    hands.settle()
    groups = hands.text("code:shown").split()
    assert len(groups) == 7
    assert cut(hands.window) == []
    page = hands.page("printed_code")
    assert isinstance(page, PrintedCodePage)
    page.save_to(tmp_path / "ma.txt")
    assert groups[0] in (tmp_path / "ma.txt").read_text(encoding="utf-8")
    hands.fill("input:code_group_1", "XXXX")
    hands.click("button:confirm_code")
    assert "chưa đúng" in hands.message()
    for name in ("input:code_group_1", "input:code_group_2"):
        line = hands.find(QWidget, name)
        hands.fill(name, groups[int(line.property("group"))].lower())
    hands.enter()
    hands.settle()
    assert hands.sees("page:users")
    assert "đã có trên giấy" in hands.text("users:printed")
    assert [label.text() for label in page.findChildren(QLabel, "code:shown")] == [""]
    assert groups[0].encode() not in (tmp_path / "register.db").read_bytes()


def test_a_province_key_that_is_none_is_refused_and_one_that_is_is_kept(
    hands: Hands, tmp_path: Path
) -> None:
    hands.fill("input:province_key", "0" * 10)
    hands.enter()
    hands.settle()
    assert hands.message()
    assert read_one(tmp_path / "keys.json").province is None
    hands.fill("input:province_key", "5a" * 32)
    hands.enter()
    hands.settle()
    assert "Khóa của tỉnh: có" in hands.text("users:province")
    assert read_one(tmp_path / "keys.json").province is not None
