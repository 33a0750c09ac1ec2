"""What is played in the demo, scene by scene: three offices, one server, one stick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from desktop.demo import play
from desktop.demo.people import HANH, KHUY, KIEN, NHUNG, listed_adult
from desktop.demo.server import ServerAddress
from desktop.demo.typist import Typist
from desktop.demo.world import USERS, World
from sync.protocol.documents import Role
from sync.protocol.parcel import SUFFIX

#: Says what comes next, to whoever watches.
Tell = Callable[[str], None]


def play_all(
    world: World,
    typists: Mapping[Role, Typist],
    address: ServerAddress,
    stick: Path,
    *,
    tell: Tell,
) -> None:
    """From the first sheet to the last receipt."""
    play_until_reviewed(world, typists, address, stick, tell=tell)
    officer, _, collector = (typists[role] for role in USERS)
    tell("cán bộ xã sửa phiếu bị trả lại rồi nộp lại")
    officer.sit_down()
    play.synchronise(officer)
    play.correct_returned(officer)
    play.synchronise(officer)
    collector.sit_down()
    play.synchronise(collector)


def play_until_reviewed(
    world: World,
    typists: Mapping[Role, Typist],
    address: ServerAddress,
    stick: Path,
    *,
    tell: Tell,
) -> None:
    """The police have a network only to be connected; from then on they live by the stick."""
    officer, police, collector = (typists[role] for role in USERS)
    listed = listed_adult(world.households, today=datetime.now(UTC).date())
    enter_five(officer, world, tell=tell)
    tell("kết nối máy công an xã; từ đây máy này không có mạng")
    play.unlock(police)
    join(police, Role.POLICE, address)
    tell("kết nối máy xã với máy chủ, đồng bộ")
    officer.sit_down()
    join(officer, Role.OFFICER, address)
    tell("công an xã nhận tệp qua USB, tra cứu, trả lời bằng tệp")
    check_by_stick(officer, police, stick)
    tell("nơi thu nhận nhận ba phiếu, trả lại một phiếu")
    play.unlock(collector)
    join(collector, Role.COLLECTOR, address)
    play.review(collector, accept=(listed.name, HANH.name, KHUY.name), give_back=KIEN.name)
    play.synchronise(collector)


def enter_five(officer: Typist, world: World, *, tell: Tell) -> None:
    """What an officer does without any network: five sheets, entered and handed in."""
    listed = listed_adult(world.households, today=datetime.now(UTC).date())
    tell("mở sổ, không có mạng")
    play.unlock(officer)
    tell("nhập năm phiếu Mẫu 03")
    play.enter_sound(officer, listed)
    play.enter_with_short_number(officer)
    reason = "Giấy khai sinh và thẻ ghi đúng như vậy"
    play.enter_with_contradiction(officer, KIEN, finding="ID_010", reason=reason)
    play.enter_sound(officer, KHUY)
    play.enter_with_contradiction(officer, NHUNG, finding="ID_009", reason=reason)


def join(typist: Typist, role: Role, address: ServerAddress) -> None:
    """Connect a desktop to the server for this role, and sync."""
    play.connect(typist, url=address.url, code=address.codes[role.value])
    play.synchronise(typist)


def check_by_stick(officer: Typist, police: Typist, stick: Path) -> None:
    """The checks to the police, their answers through the commune's PC to the server, receipts."""
    checks = play.send_by_file(officer, to=Role.POLICE.value, stick=stick)
    police.sit_down()
    play.receive_file(police, checks)
    play.answer_checks(police)
    answers = play.send_by_file(police, to="", stick=stick)
    known = set(stick.glob(f"*{SUFFIX}"))
    officer.sit_down()
    play.receive_file(officer, answers)  # sealed for the server: it is carried there
    [receipt] = set(stick.glob(f"*{SUFFIX}")) - known
    police.sit_down()
    play.receive_file(police, receipt)
