"""The tray of decisions and the handing over of a PC, on real windows at a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton

from desktop.domain.drafts import FormDraft
from desktop.services.unlocking import register_exists
from desktop.store.documents import Edit
from desktop.store.drafts import put_draft
from desktop.ui.widgets.card_list import CardList
from sync.protocol.documents import DocumentType, Role
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_drafts_and_lock import unlock
from tests.desktop.ui.test_sync_page import connect
from tests.desktop.ui.world import USER, make_register, records_of
from tests.support.offices import Office
from tests.support.server import Province, ServerProcess
from tests.support.worker_form import employed

OTHER = "Phạm Văn Hai"
NAMES = ("Trần Thị Mơ", "Trần Thị Lan")


@pytest.fixture
def hands(
    open_desk: OpenDesk, tmp_path: Path, server: ServerProcess, province: Province
) -> Iterator[Hands]:
    """An officer, connected; both persons were sent, and another officer has them."""
    register = make_register(tmp_path / "so")
    records = records_of(register)
    for number, name in enumerate(NAMES):
        answers = employed(
            identity__full_name=name,
            identity__id_number=f"00319000001{number}",
            household__household_code=f"01-0000{number}",
        )
        records.save(records.open(None), answers=answers, confirmations={})
    register.close()
    hands = open_desk(tmp_path / "so")
    office = province.office(Role.OFFICER, "99001")
    hands.click("button:nav_sync")
    hands.settle()
    connect(hands, url=server.url, code=province.code(office, user=USER))
    hands.click("button:nav_sync")
    hands.settle()
    sync(hands)
    yield hands


@pytest.fixture
def other(
    hands: Hands, tmp_path: Path, server: ServerProcess, province: Province
) -> Iterator[Office]:
    """The other officer of the commune."""
    office = Office.create(tmp_path / "other", author=OTHER, home=None)
    code = province.code(province.office(Role.OFFICER, "99001"), user=OTHER)
    office.syncing.enrol(server_url=server.url, code=code)
    assert office.syncing.run().problem is None
    yield office
    office.close()


def sync(hands: Hands) -> None:
    """By the button."""
    hands.click("button:sync_now")
    hands.settle()
    assert hands.message().startswith("Đồng bộ xong"), hands.message()


def rename(office: Office, name: str, to: str) -> None:
    (row,) = office.people.search(name, limit=2)
    opened = office.records.open(row.person_id)
    office.records.save(
        opened, answers={**opened.answers, "identity/full_name": to}, confirmations={}
    )


def rename_here(hands: Hands, name: str, to: str) -> None:
    services = hands.desktop.services
    assert services is not None
    (row,) = services.people.search(name, limit=2)
    opened = services.records.open(row.person_id)
    services.records.save(
        opened, answers={**opened.answers, "identity/full_name": to}, confirmations={}
    )


@pytest.fixture
def tray(hands: Hands, other: Office) -> Hands:
    """Both names were changed on both machines; the other's came first."""
    for name in NAMES:
        rename(other, name, f"{name} Hai")
        rename_here(hands, name, f"{name} Một")
    assert other.syncing.run().problem is None
    sync(hands)
    return hands


def open_tray(hands: Hands) -> CardList:
    hands.click("button:nav_decisions")
    hands.settle()
    return hands.find(CardList, "list:decisions")


def test_a_clash_shows_both_values_who_and_when_and_one_key_decides(
    tray: Hands, other: Office
) -> None:
    hands = tray
    assert hands.text("button:nav_decisions").endswith("   2")
    cards = open_tray(hands)
    assert cards.cards.rowCount() == 2
    assert hands.text("case:field").startswith("Họ")
    assert hands.text("case:value1").endswith("Một")
    assert hands.text("case:value2").endswith("Hai")
    assert hands.text("case:who1").startswith(f"{USER} · ")
    assert hands.text("case:who2").startswith(f"{OTHER} · ")
    assert hands.text("case:shown2") == "Máy chủ đang giữ"
    assert not hands.sees("case:shown1")
    kept = hands.text("case:value1")
    hands.press(Qt.Key.Key_1)
    hands.settle()
    assert cards.cards.rowCount() == 1
    assert hands.focused is cards and cards.current_key
    taken = hands.text("case:value2")
    hands.press(Qt.Key.Key_2)
    hands.settle()
    assert hands.sees("decisions:empty")
    assert "   " not in hands.text("button:nav_decisions")
    hands.click("button:nav_sync")
    hands.settle()
    assert hands.text("sync:unsent") == "2"
    sync(hands)
    assert other.syncing.run().problem is None
    names = {row.full_name for name in NAMES for row in other.people.search(name, limit=4)}
    assert names == {kept, taken}
    assert other.todos.list() == []


def test_a_refused_change_is_named_corrected_at_its_question_or_given_up(hands: Hands) -> None:
    services = hands.desktop.services
    assert services is not None
    for name in NAMES:
        (row,) = services.people.search(name, limit=2)
        edit = Edit(
            document_type=DocumentType.PERSON,
            document_id=row.person_id,
            commune_code="99001",
            fields={"native_place": "Xã Suối Mẫu " * 2000},
        )
        services.register.save([edit], author=USER, at=hands.desktop._clock(), action="record.save")
    hands.click("button:sync_now")
    hands.settle()
    assert "2 thay đổi máy chủ chưa nhận" in hands.message()
    assert hands.text("sync:unsent") == "0"
    cards = open_tray(hands)
    assert "quá dài" in hands.text("case:why")
    assert hands.text("case:typed0").startswith("Xã Suối Mẫu")
    hands.click("button:drop")
    hands.settle()
    assert hands.focused.objectName() == "input:drop_reason"
    hands.type("Nhap nham")
    hands.page("decisions").refresh()
    hands.settle()
    line = hands.find(QLineEdit, "input:drop_reason")
    assert (line.text(), line.hasFocus()) == ("Nhap nham", True)
    about = hands.find(CardList, "list:decisions").current_key
    hands.desktop.lock()
    unlock(hands)
    cards = hands.find(CardList, "list:decisions")
    assert cards.current_key == about
    line = hands.find(QLineEdit, "input:drop_reason")
    assert line.text() == "Nhap nham"
    line.setFocus()
    hands.type(" 12")
    hands.enter()
    hands.settle()
    assert cards.cards.rowCount() == 1
    services = hands.desktop.services
    assert services is not None
    hands.qtbot.waitUntil(lambda: services.drafts.own() == [])
    cards.setFocus()
    hands.press(Qt.Key.Key_1)
    hands.settle()
    assert hands.sees("page:form")
    assert hands.question == "identity/native_place"


def test_the_pc_is_handed_over_only_at_zero_and_after_the_name_is_typed(
    hands: Hands, tmp_path: Path
) -> None:
    rename_here(hands, NAMES[0], "Trần Thị Mơ Một")
    hands.click("button:handover")
    hands.settle()
    assert hands.text("handover:unsent") != "0"
    assert "Chưa bàn giao được" in hands.find(QLabel, "handover:told").text()
    assert not hands.sees("button:wipe")
    hands.click("button:to_sync")
    hands.settle()
    sync(hands)
    hands.click("button:handover")
    hands.settle()
    assert hands.text("handover:unsent") == "0"
    assert not hands.find(QPushButton, "button:wipe").isEnabled()
    hands.fill("input:handover_name", "Ai khac")
    hands.click("button:wipe")
    hands.settle()
    assert "không phải tên" in hands.message()
    assert register_exists(tmp_path / "so")
    hands.fill("input:handover_name", USER)
    hands.click("button:wipe")
    hands.settle()
    assert not register_exists(tmp_path / "so")
    assert "Tỉnh đã biết" in hands.window.message_bar.text
    assert hands.sees("page:unlock")


def test_what_somebody_else_is_typing_is_named_before_it_is_wiped(
    hands: Hands, tmp_path: Path
) -> None:
    half_type(hands, "Trần Văn Thử")
    hands.click("button:handover")
    hands.settle()
    assert hands.text("handover:unsent") == "0"
    assert hands.text("handover:drafts") == (
        "Còn đang gõ dở, chưa lưu, không nơi nào khác có: Trần Văn Thử (1). Mỗi người mở sổ bằng "
        "mật khẩu của mình rồi lưu phần đang gõ, hoặc bỏ hẳn ở đây."
    )
    hands.fill("input:handover_name", USER)
    assert not hands.find(QPushButton, "button:wipe").isEnabled()
    hands.click("check:give_up_drafts")
    assert hands.find(QPushButton, "button:wipe").isEnabled()
    hands.click("button:wipe")
    hands.settle()
    assert not register_exists(tmp_path / "so")


def test_a_mistyped_name_leaves_what_was_given_up_given_up_until_there_is_more_of_it(
    hands: Hands, tmp_path: Path
) -> None:
    half_type(hands, "Trần Văn Thử")
    hands.click("button:handover")
    hands.settle()
    hands.click("check:give_up_drafts")
    hands.fill("input:handover_name", "Ai khac")
    hands.click("button:wipe")
    hands.settle()
    assert "không phải tên" in hands.message()
    assert hands.find(QCheckBox, "check:give_up_drafts").isChecked()
    assert hands.find(QPushButton, "button:wipe").isEnabled()
    hands.click("button:keep_register")
    hands.settle()
    hands.click("button:handover")
    hands.settle()
    assert not hands.find(QCheckBox, "check:give_up_drafts").isChecked()
    hands.click("check:give_up_drafts")
    half_type(hands, "Vũ Thị Tư")
    hands.fill("input:handover_name", USER)
    hands.click("button:wipe")
    hands.settle()
    assert register_exists(tmp_path / "so")
    assert "Trần Văn Thử (1), Vũ Thị Tư (1)" in hands.text("handover:drafts")
    assert not hands.find(QCheckBox, "check:give_up_drafts").isChecked()
    assert not hands.find(QPushButton, "button:wipe").isEnabled()


def test_while_something_is_unsent_nothing_half_typed_can_be_given_up(hands: Hands) -> None:
    rename_here(hands, NAMES[0], "Trần Thị Mơ Một")
    half_type(hands, "Trần Văn Thử")
    hands.click("button:handover")
    hands.settle()
    assert hands.text("handover:drafts").endswith("rồi lưu phần đang gõ.")
    assert not hands.sees("check:give_up_drafts")


def half_type(hands: Hands, author: str) -> None:
    """A form that somebody began on this PC and did not save."""
    services = hands.desktop.services
    assert services is not None
    draft = FormDraft(f"draft-{author}", 1, "tt11_2022_m03", "2022-08-15", author=author)
    put_draft(services.register, draft)


def test_one_person_entered_on_two_pcs_is_merged_with_one_key(hands: Hands, other: Office) -> None:
    answers = employed(
        identity__full_name=NAMES[0],
        identity__id_number="003190000010",
        household__household_code="01-00009",
    )
    other.records.save(other.records.open(None), answers=answers, confirmations={})
    assert other.syncing.run().problem is None
    sync(hands)
    cards = open_tray(hands)
    assert cards.cards.rowCount() == 1
    assert hands.text("case:field") == "Trùng người"
    assert "cùng số định danh" in hands.text("case:explained")
    hands.press(Qt.Key.Key_1)
    hands.settle()
    assert hands.sees("decisions:empty")
    hands.click("button:nav_sync")
    hands.settle()
    sync(hands)
    assert other.syncing.run().problem is None
    assert len(other.people.search(NAMES[0], limit=5)) == 1
