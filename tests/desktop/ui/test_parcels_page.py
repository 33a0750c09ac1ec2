"""A parcel in the window: written to a stick, dropped from any page, shown first, then applied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.protocol.documents import Role
from sync.protocol.parcel import SUFFIX
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_file_drop import drop
from tests.desktop.ui.test_sync_page import connect
from tests.desktop.ui.world import USER, make_register
from tests.support.server import Province, ServerProcess


@pytest.fixture
def hands(
    open_desk: OpenDesk, tmp_path: Path, server: ServerProcess, province: Province
) -> Iterator[Hands]:
    """An officer's window, connected; the directory came and two persons wait."""
    make_register(tmp_path / "so", count=2).close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_sync")
    hands.settle()
    connect(
        hands, url=server.url, code=province.code(province.office(Role.OFFICER, "99001"), user=USER)
    )
    hands.click("button:nav_sync")
    hands.settle()
    hands.click("button:sync_now")
    hands.settle()
    yield hands


def let_go(hands: Hands, path: Path) -> str:
    """Drop a file on the window, whatever is shown; what the page says is in it."""
    hands.click("button:nav_people")
    hands.settle()
    drop(hands.window, str(path))
    hands.settle()
    assert hands.sees("page:parcels")
    return hands.text("parcels:preview") if hands.sees("button:receive_parcel") else ""


def unsent(hands: Hands) -> int:
    services = hands.desktop.services
    assert services is not None
    return services.syncing.status().unsent


def test_a_parcel_goes_to_the_server_and_its_answer_comes_back_by_dropping_files(
    hands: Hands, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    services = hands.desktop.services
    assert services is not None
    [person, *_] = services.people.search("", limit=1)
    opened = services.records.open(person.person_id)
    answers = {**opened.answers, "identity/full_name": "Trần Thị Mơ Hai"}
    services.records.save(opened, answers=answers, confirmations={})
    waiting = unsent(hands)
    assert waiting > 0
    hands.click("button:nav_parcels")
    hands.settle()
    hands.fill("input:parcel_folder", str(stick))
    hands.click("button:send_parcel")
    hands.settle()
    [sent] = stick.glob(f"*{SUFFIX}")
    assert sent.name in hands.message()
    assert "niêm phong" in let_go(hands, sent)
    hands.click("button:receive_parcel")
    hands.settle()
    [answer] = set(stick.glob(f"*{SUFFIX}")) - {sent}
    assert answer.name in hands.message()
    assert unsent(hands) == waiting  # until the receipt is here
    assert f"Biên nhận cho {waiting} thay đổi" in let_go(hands, answer)
    assert unsent(hands) == waiting  # looking applies nothing
    hands.click("button:receive_parcel")
    hands.settle()
    assert unsent(hands) == 0
    assert "đã nhận trước đây" in let_go(hands, answer)


def test_a_damaged_parcel_is_refused_with_the_reason_and_nothing_is_offered(
    hands: Hands, tmp_path: Path
) -> None:
    broken = tmp_path / f"hong{SUFFIX}"
    broken.write_bytes(b"\x00" * 400)
    assert let_go(hands, broken) == ""
    assert hands.message()
    assert not hands.sees("button:receive_parcel")
