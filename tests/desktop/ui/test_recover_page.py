"""A lost passphrase in front of a locked register: by the printed code, and by the province."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from desktop.services.recovery import RecoveryKeys
from desktop.ui.pages.recover_page import RecoverPage
from sync.protocol.recovery import (
    answer_request,
    new_private_key,
    public_half,
    read_request,
)
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import USER, clock, make_register

_NEW = "con sông quê tôi chảy mãi"


def ask(hands: Hands) -> RecoverPage:
    hands.click("button:forgot")
    hands.settle()
    page = hands.window.current_page
    assert isinstance(page, RecoverPage)
    return page


def test_the_printed_code_opens_and_gives_a_new_passphrase(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    with make_register(tmp_path) as register:
        code = RecoveryKeys(register=register, author=USER, clock=clock).new_printed_code()
    hands = locked_desk(tmp_path)
    ask(hands)
    assert cut(hands.window) == []
    hands.fill("input:printed_code", code[:-1] + ("A" if code[-1] != "A" else "B"))
    for name in ("input:code_passphrase", "input:code_passphrase_again"):
        hands.fill(name, _NEW)
    hands.enter()
    hands.settle()
    assert "gõ sai" in hands.message()
    hands.fill("input:printed_code", code.lower().replace("-", " "))
    hands.click("button:use_code")
    hands.settle()
    assert hands.sees("page:people")
    hands.click("button:lock")
    hands.settle()
    hands.fill("input:passphrase", _NEW)
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")


def test_a_request_is_shown_in_groups_and_waits_for_its_answer(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    with make_register(tmp_path) as register:
        keys = RecoveryKeys(register=register, author=USER, clock=clock)
        keys.set_province_key(public_half(new_private_key()).hex())
    hands = locked_desk(tmp_path)
    page = ask(hands)
    hands.click("button:make_request")
    hands.settle()
    lines = hands.find(QPlainTextEdit, "recover:request").toPlainText().splitlines()
    assert all(len(group) <= 4 for line in lines for group in line.split("-"))
    assert cut(hands.window) == []
    page.save_to(tmp_path / "request.txt")
    assert (tmp_path / "request.txt").read_text(encoding="utf-8").splitlines() == lines
    hands.click("button:give_up")
    hands.settle()
    again = ask(hands)  # the request outlives the page
    assert hands.find(QPlainTextEdit, "recover:request").toPlainText().splitlines() == lines
    again.read_answer(tmp_path / "request.txt")  # not an answer
    for name in ("input:answer_passphrase", "input:answer_passphrase_again"):
        hands.fill(name, _NEW)
    hands.click("button:use_answer")
    hands.settle()
    assert "gõ sai" in hands.message()
    assert hands.find(QPushButton, "button:use_answer").isEnabled()


def test_the_provinces_answer_opens_and_gives_a_new_passphrase(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    private = new_private_key()  # put together from the custodians' shares
    with make_register(tmp_path) as register:
        keys = RecoveryKeys(register=register, author=USER, clock=clock)
        keys.set_province_key(public_half(private).hex())
    hands = locked_desk(tmp_path)
    ask(hands)
    hands.click("button:make_request")
    hands.settle()
    text = hands.find(QPlainTextEdit, "recover:request").toPlainText()
    answer = answer_request(read_request(text), province_key=private, at=clock())
    hands.find(QPlainTextEdit, "input:answer").setPlainText("\n".join(answer))
    for name in ("input:answer_passphrase", "input:answer_passphrase_again"):
        hands.fill(name, _NEW)
    assert cut(hands.window) == []
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")
    assert not (tmp_path / "recovery.json").exists()
    hands.click("button:lock")
    hands.settle()
    hands.fill("input:passphrase", _NEW)
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")


def test_without_the_provinces_key_the_request_says_what_else_there_is(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path).close()
    hands = locked_desk(tmp_path)
    ask(hands)
    hands.click("button:make_request")
    hands.settle()
    assert "chưa có khóa khôi phục của tỉnh" in hands.message()
    assert not hands.sees("recover:request")


def test_too_many_wrong_tries_count_down_on_the_button(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path).close()
    hands = locked_desk(tmp_path)
    for _ in range(11):
        hands.fill("input:passphrase", "sai")
        hands.enter()
        hands.settle()
    assert hands.message().startswith("Nhập sai mật khẩu quá nhiều lần.")
    go = hands.find(QPushButton, "button:unlock")
    assert not go.isEnabled()
    assert re.fullmatch(r"Mở sổ \(còn (1:00|0:[0-5]\d)\)", go.text())
    assert cut(hands.window) == []
    assert hands.find(QWidget, "button:forgot").isEnabled()
