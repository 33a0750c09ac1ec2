"""Connecting a PC without any network at the sync page: a file out, a file in."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from desktop.ui.syncing.connect_card import ConnectCard
from sync.protocol.documents import Role
from sync.server.__main__ import cli
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.world import make_register
from tests.support.server import Province


def test_the_page_asks_by_file_and_takes_the_answer(
    open_desk: OpenDesk, province: Province, postgres_url: str, tmp_path: Path
) -> None:
    make_register(tmp_path / "so", count=2).close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_sync")
    hands.settle()
    hands.click("button:ask_by_file")
    assert hands.message().startswith("Cần ghi mã kết nối")
    assert hands.focused.objectName() == "input:enrol_code"
    hands.fill("input:enrol_code", province.code(province.office(Role.OFFICER, "99001")))
    card = hands.find(ConnectCard, "sync:connect")
    card.ask_by_file(tmp_path)  # behind a dialog for the folder
    hands.settle()
    [request] = tmp_path.glob("*.ketnoi")
    assert request.name in hands.message()
    card.take_answer(request)
    hands.settle()
    assert hands.message().startswith("Đây không phải tệp gửi nhận")
    answer = tmp_path / "answer.traloi"
    words = ["enrol-file", str(request), "--out", str(answer), "--database-url", postgres_url]
    assert CliRunner().invoke(cli, words).exit_code == 0
    card.take_answer(answer)
    hands.settle()
    hands.click("button:nav_sync")
    hands.settle()
    assert not hands.sees("button:ask_by_file")
    assert hands.sees("button:sync_now")
