"""Connecting and synchronising, with a real server and without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QTreeView

from sync.protocol.documents import Role
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import make_register
from tests.support.proxy import FAIR, FaultProxy, Weather
from tests.support.server import Province, ServerProcess


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer at the sync page, with a few households nobody else has."""
    make_register(tmp_path / "so", count=2).close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_sync")
    hands.settle()
    return hands


def connect(hands: Hands, *, url: str, code: str) -> None:
    """Fill in the card and press."""
    hands.fill("input:server_url", url)
    hands.fill("input:enrol_code", code)
    hands.click("button:enrol")
    hands.settle()


def states(hands: Hands) -> set[str]:
    """How far the changes are, as the tree says; without the moments."""
    model = hands.find(QTreeView, "tree:changes").model()
    groups = [model.index(row, 0) for row in range(model.rowCount())]
    return {
        str(model.index(row, 3, group).data()).split(" · ")[0].rstrip(" 0123456789:/")
        for group in groups
        for row in range(model.rowCount(group))
    }


def test_before_connecting_everything_is_only_on_this_machine(hands: Hands) -> None:
    assert int(hands.text("sync:unsent")) > 0
    assert states(hands) == {"Chỉ có trên máy này"}
    assert not hands.sees("button:sync_now")


def test_address_and_code_are_both_needed(hands: Hands) -> None:
    hands.click("button:enrol")
    assert "cả địa chỉ máy chủ và mã kết nối" in hands.message()
    assert hands.focused.objectName() == "input:server_url"


def test_a_server_that_does_not_answer_is_told_in_words(hands: Hands) -> None:
    connect(hands, url="http://127.0.0.1:9", code="ABCD-EFGH")
    assert hands.message().startswith("Không kết nối được với máy chủ.")
    assert hands.find(QLabel, "sync:unsent").text() != "0"


def test_a_wrong_code_is_told_and_can_be_typed_again(hands: Hands, server: ServerProcess) -> None:
    connect(hands, url=server.url, code="KHONG-DUNG")
    assert hands.message().startswith("Mã kết nối không đúng")
    assert hands.focused.objectName() == "input:enrol_code"


def test_a_connected_officer_sends_everything_and_holds_receipts(
    hands: Hands, server: ServerProcess, province: Province
) -> None:
    code = province.code(province.office(Role.OFFICER, "99001"))
    connect(hands, url=server.url, code=code)
    hands.click("button:nav_sync")
    hands.settle()
    unsent = int(hands.text("sync:unsent"))
    hands.click("button:sync_now")
    hands.settle()
    assert hands.message().startswith(f"Đồng bộ xong: gửi {unsent}")
    assert hands.text("sync:unsent") == "0"
    assert hands.text("sync:receipted") == str(unsent)
    assert states(hands) == {"Đã có biên nhận"}
    assert hands.text("status:unsent") == "Mọi thay đổi đã có biên nhận"


@pytest.mark.parametrize(
    ("role", "page"), [(Role.POLICE, "police"), (Role.COLLECTOR, "collecting")]
)
def test_connecting_shows_the_pages_of_the_office(
    open_desk: OpenDesk,
    tmp_path: Path,
    server: ServerProcess,
    province: Province,
    role: Role,
    page: str,
) -> None:
    make_register(tmp_path / "so").close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_sync")
    hands.settle()
    connect(hands, url=server.url, code=province.code(province.office(role, "99001")))
    assert hands.sees(f"page:{page}")
    assert not hands.sees("button:nav_people")


def test_a_failed_sync_keeps_its_reason_on_the_page(
    hands: Hands, server: ServerProcess, province: Province
) -> None:
    code = province.code(province.office(Role.OFFICER, "99001"))
    with FaultProxy(server.url) as proxy:
        connect(hands, url=proxy.url, code=code)
        hands.click("button:nav_sync")
        hands.settle()
        proxy.weather = Weather(is_down=True)
        hands.click("button:sync_now")
        hands.settle()
        assert hands.message().startswith("Không kết nối được với máy chủ.")
        assert "Kiểm tra mạng" in hands.text("sync:last_problem")
        proxy.weather = FAIR
        hands.click("button:sync_now")
        hands.settle()
        assert hands.text("sync:unsent") == "0"
        assert not hands.sees("sync:last_problem")
