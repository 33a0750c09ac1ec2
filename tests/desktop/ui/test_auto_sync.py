"""Syncs nobody asks for: when a line is there, after saves, paused, stopped; with cut lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QCheckBox, QPushButton, QTreeView
from pytestqt.qtbot import QtBot

from desktop.app import Desktop
from desktop.domain.syncing import ChangeRow, ChangeState
from desktop.ui.auto_sync import Waiting
from desktop.ui.models.changes import ChangesModel
from desktop.ui.network import Network
from sync.client.schedule import IDLE_SECONDS, LONGEST_PAUSE_SECONDS, Rhythm
from sync.protocol.documents import Role
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_sync_page import connect, states
from tests.desktop.ui.world import CHEAP, PASSPHRASE, awake, clock, make_register
from tests.support.proxy import Cut, FaultProxy
from tests.support.server import Province, ServerProcess

PUSH = b"POST /sync/v1/push"


class Line(Network):
    """A network that a test switches."""

    def __init__(self) -> None:
        super().__init__()
        self.online: bool | None = False
        self.metered = False

    @property
    def is_online(self) -> bool | None:
        return self.online

    @property
    def is_metered(self) -> bool:
        return self.metered

    def switch(self, *, online: bool | None = True, metered: bool = False) -> None:
        self.online, self.metered = online, metered
        self.changed.emit()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def proxy(server: ServerProcess) -> Iterator[FaultProxy]:
    with FaultProxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def hands(
    qtbot: QtBot, tmp_path: Path, line: Line, proxy: FaultProxy, province: Province
) -> Iterator[Hands]:
    """An officer whose program syncs by itself, connected while the line was down for it."""
    make_register(tmp_path / "so", count=2).close()
    desktop = Desktop(
        folder=tmp_path / "so",
        kdf_cost=CHEAP,
        clock=clock,
        syncs_by_itself=True,
        network=line,
        idle_clock=awake,
    )
    desktop.show()
    hands = Hands(desktop=desktop, qtbot=qtbot)
    hands.sit_down()
    hands.settle()
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    hands.click("button:nav_sync")
    hands.settle()
    connect(hands, url=proxy.url, code=province.code(province.office(Role.OFFICER, "99001")))
    hands.click("button:nav_sync")
    hands.settle()
    yield hands
    desktop.close()


def wait_sent(hands: Hands) -> None:
    hands.qtbot.waitUntil(lambda: hands.text("sync:unsent") == "0")
    hands.settle()


def test_without_a_network_it_waits_and_with_one_it_sends_by_itself(
    hands: Hands, line: Line
) -> None:
    assert hands.auto_sync.waiting is Waiting.OFFLINE
    assert hands.text("sync:doing").startswith("Không có mạng")
    assert states(hands) == {"Chỉ có trên máy này"}
    line.switch()
    wait_sent(hands)
    assert states(hands) == {"Đã có biên nhận"}
    assert hands.text("sync:doing").startswith("Lần sau lúc")
    assert hands.message() == ""


def test_when_everything_is_sent_it_asks_again_after_minutes_not_seconds(
    hands: Hands, line: Line
) -> None:
    line.switch()
    wait_sent(hands)
    assert seconds_to_next(hands) > IDLE_SECONDS / 3
    hands.click("button:sync_now")  # with nothing to send: that is no save either
    hands.settle()
    assert hands.message().startswith("Đồng bộ xong: gửi 0")
    assert seconds_to_next(hands) > IDLE_SECONDS / 3


def seconds_to_next(hands: Hands) -> float:
    """Until it syncs by itself."""
    at = hands.auto_sync.next_at
    assert at is not None
    return (at - clock()).total_seconds()


def test_a_metered_line_waits_until_it_is_allowed_or_somebody_asks(
    hands: Hands, line: Line
) -> None:
    line.switch(metered=True)
    assert hands.auto_sync.waiting is Waiting.METERED
    assert "tính tiền" in hands.text("sync:doing")
    hands.find(QCheckBox, "check:on_metered").click()
    wait_sent(hands)


def test_the_button_ignores_a_pause_and_the_pause_goes_on(hands: Hands, line: Line) -> None:
    hands.auto_sync.pause_for(hours=1)
    line.switch()
    hands.settle()
    assert hands.text("sync:doing").startswith("Tạm dừng đến 10:30")
    hands.auto_sync.look()
    assert not hands.auto_sync.is_running
    hands.click("button:sync_now")
    wait_sent(hands)
    assert hands.auto_sync.waiting is Waiting.PAUSED
    hands.click("button:resume")
    hands.settle()
    assert hands.auto_sync.waiting is None


def test_switched_off_it_stays_off_when_the_register_is_opened_again(
    hands: Hands, line: Line
) -> None:
    hands.find(QCheckBox, "check:automatic").click()
    hands.settle()
    line.switch()
    hands.desktop.lock()
    hands.settle()
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    assert hands.auto_sync.waiting is Waiting.OFF


def test_a_reply_that_never_comes_is_let_go_of_and_the_changes_say_that_they_were_sent(
    hands: Hands, line: Line, proxy: FaultProxy
) -> None:
    proxy.plan(Cut(PUSH, after_answered=10, stalls=True))
    line.switch(online=None)
    hands.click("button:sync_now")
    hands.qtbot.waitUntil(proxy.reached.is_set)
    auto = hands.auto_sync
    hands.qtbot.waitUntil(lambda: auto.watch.sent_to > 0 or auto.watch.sent_bytes > 0)
    hands.qtbot.waitUntil(lambda: "gửi " in hands.text("sync:doing"))
    auto.pause(None)
    hands.settle()
    assert not auto.is_running
    assert hands.message().startswith("Đã dừng đồng bộ.")
    proxy.plan(None)
    proxy.release()
    hands.click("button:sync_now")
    wait_sent(hands)


def test_locking_does_not_wait_for_a_line_that_is_silent(
    hands: Hands, line: Line, proxy: FaultProxy
) -> None:
    proxy.plan(Cut(PUSH, after_answered=0, stalls=True))
    line.switch()
    hands.qtbot.waitUntil(proxy.reached.is_set)
    hands.desktop.lock()
    hands.settle()  # well before the minute that the server may take for an answer
    assert hands.sees("page:unlock")
    assert hands.desktop.services is None
    proxy.release()


def test_a_line_that_is_cut_is_tried_again_later_and_what_waits_says_when(
    hands: Hands, line: Line, proxy: FaultProxy
) -> None:
    proxy.plan(Cut(b"POST /auth/challenge", after_sent=5))
    line.switch()
    auto = hands.auto_sync
    hands.qtbot.waitUntil(lambda: auto.failures > 0)
    # The page reads what became of it after it was told of the end, as another job.
    hands.qtbot.waitUntil(lambda: hands.sees("sync:last_problem"))
    hands.qtbot.waitUntil(lambda: "thử lại lúc" in first_change_says(hands))
    proxy.plan(None)
    wait_sent(hands)


def first_change_says(hands: Hands) -> str:
    """How it stands with the first change of the tree's first group."""
    model = hands.find(QTreeView, "tree:changes").model()
    return str(model.index(0, 3, model.index(0, 0)).data())


def test_stop_is_offered_while_it_runs_only(hands: Hands) -> None:
    assert not hands.sees("button:stop_sync")
    assert hands.find(QPushButton, "button:sync_now").isEnabled()


# --- the rhythm and the tree, without a window


def test_the_rhythm_backs_off_and_starts_anew_with_the_network() -> None:
    rhythm = Rhythm(draw=lambda: 1.0)
    waits = []
    for _ in range(12):
        rhythm.failed(0.0)
        waits.append(rhythm.due)
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == LONGEST_PAUSE_SECONDS
    rhythm.saved(0.0)
    assert rhythm.due == LONGEST_PAUSE_SECONDS
    rhythm.network_up(100.0)
    assert 100.0 <= rhythm.due <= 103.0
    rhythm.succeeded(200.0)
    assert rhythm.due == 500.0
    rhythm.saved(210.0)
    assert rhythm.due == 214.0
    rhythm.failed(0.0, asked_seconds=90.0)
    assert rhythm.due == 90.0


def a_row(position: int, *, subject: str, state: ChangeState = ChangeState.WAITING) -> ChangeRow:
    return ChangeRow(
        seq=position,
        at="2026-11-20T09:30:00+07:00",
        by="Mai",
        document_type="person",
        title=subject,
        state=state,
        receipted_at="",
        why="too_long" if state in (ChangeState.HELD, ChangeState.DROPPED) else "",
        position=position,
        subject=subject,
        fields=("full_name",),
    )


def test_every_state_has_its_words_in_the_tree(qtbot: QtBot) -> None:
    model = ChangesModel(labels=lambda row: row.fields)
    rows = [a_row(n, subject=str(n), state=state) for n, state in enumerate(ChangeState)]
    model.show_rows(rows, has_more=False)
    model.tell_next_try("thử lại lúc 09:31")
    words = [str(model.index(0, 3, model.index(n, 0)).data()) for n in range(len(rows))]
    assert len(set(words)) == len(ChangeState)
    assert [("thử lại" in text) for text in words].count(True) == 2
    assert sum("quá dài" in text for text in words) == 2


def test_a_hundred_thousand_waiting_changes_are_read_as_one_scrolls(qtbot: QtBot) -> None:
    total, page = 100_000, 200
    asked: list[int] = []
    model = ChangesModel(labels=lambda row: row.fields)

    def _rows(before: int) -> list[ChangeRow]:
        return [a_row(n, subject=str(n // 3)) for n in range(before - 1, before - 1 - page, -1)]

    def _answer(position: object) -> None:
        assert isinstance(position, int)
        asked.append(position)
        model.append(_rows(position), has_more=True)

    model.page_wanted.connect(_answer)
    tree = QTreeView()
    qtbot.addWidget(tree)
    tree.setUniformRowHeights(True)
    tree.setModel(model)
    model.show_rows(_rows(total), has_more=True)
    tree.resize(800, 400)
    with qtbot.waitExposed(tree):
        tree.show()
    assert len(model.rows()) < 5 * page
    for _ in range(3):
        tree.scrollToBottom()
        model.fetchMore(tree.rootIndex())
    assert len(asked) == len(set(asked))
    positions = [row.position for row in model.rows()]
    assert positions == list(range(total - 1, total - 1 - len(positions), -1))
    assert all(len(group.rows) <= 3 for group in model.groups)


def test_a_page_of_changes_that_could_not_be_read_is_asked_for_again(qtbot: QtBot) -> None:
    model, asked = ChangesModel(labels=lambda row: row.fields), list[object]()
    model.page_wanted.connect(asked.append)
    assert model.last_position is None
    model.show_rows([a_row(9, subject="b"), a_row(8, subject="a")], has_more=True)
    for _ in range(2):
        model.fetchMore(QModelIndex())
    assert asked == [model.last_position] == [8]
    model.ask_again()
    model.fetchMore(QModelIndex())
    assert asked == [8, 8]
