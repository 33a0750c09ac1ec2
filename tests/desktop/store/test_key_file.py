"""The two copies of the key file: mended, signed, counted, brought up to date; nothing leaks."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop import logs
from desktop.domain.users import UserRole
from desktop.errors import AppError, Problem, UserError
from desktop.store import key_changes, key_file, keys
from desktop.store.data_key import DataKey
from desktop.store.key_file import KeyFile, copy_path, read_one
from desktop.store.keys import FREE_TRIES, Unlocked, create_key_file, unlock
from desktop.store.stretching import SOON, TARGET, KdfCost, cost_for_this_pc, fitted, raised
from sync.protocol.recovery import new_private_key, public_half

LAN, MAI = "sông núi nước Nam ta", "đồng lúa chín vàng ven sông"
CHEAP = KdfCost(memory_kib=8, iterations=1, lanes=1)
VERSION_1 = Path(__file__).parent / "key_files" / "version_1.json"
#: SHA-256 of the data key that the program of that time wrapped.
_KEY_OF_VERSION_1 = "0180765ce09c52e3271c19e4c40c94254e405a87d34ac791350b7eb0bcb115da"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def key(path: Path) -> DataKey:
    """The data key of Lan and Mai."""
    key = create_key_file(path, user_name="Lan", passphrase=LAN, cost=CHEAP)
    add(path, key, "Mai", MAI)
    return key


def add(path: Path, key: DataKey, name: str, passphrase: str) -> None:
    key_changes.add_user(
        path,
        key=key,
        user_name=name,
        passphrase=passphrase,
        role=UserRole.OFFICER,
        cost=CHEAP,
    )


def open_lan(path: Path, *, passphrase: str = LAN, now: float = 0) -> Unlocked:
    return unlock(path, user_name="Lan", passphrase=passphrase, cost=CHEAP, now=lambda: now)


def write(place: Path, content: dict[str, Any]) -> None:
    """Write it with a checksum that fits: what somebody does who knows the program."""
    bare = msgspec.convert(content | {"checksum": ""}, KeyFile)
    summed = msgspec.json.encode(bare, order="deterministic")
    place.write_text(json.dumps(content | {"checksum": hashlib.sha256(summed).hexdigest()}))


def test_a_damaged_file_is_mended_from_its_copy_and_kept_aside(path: Path, key: DataKey) -> None:
    for place in (path, copy_path(path)):
        whole = place.read_bytes()
        place.write_bytes(whole[:-40])
        unlocked = open_lan(path)
        assert unlocked.key.reveal() == key.reveal()
        assert unlocked.is_mended
        assert place.read_bytes() == whole
        assert place.with_name(place.name + ".1").read_bytes() == whole[:-40]
        assert not open_lan(path).is_mended
    path.unlink()
    assert open_lan(path).is_mended
    copy_path(path).unlink()
    assert not open_lan(path).is_mended
    assert copy_path(path).read_bytes() == path.read_bytes()


def test_both_copies_damaged_are_told(path: Path, key: DataKey) -> None:
    for place in (path, copy_path(path)):
        place.write_bytes(place.read_bytes()[:-40])
    with pytest.raises(AppError) as error:
        open_lan(path)
    assert error.value.problem is Problem.KEY_FILE_DAMAGED


def tampered(content: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """What somebody without the data key may try, who is not Lan."""
    lan, mai = content["users"]
    foreign = other["users"][0]
    return [
        content | {"users": [lan]},
        content | {"users": [lan, mai, foreign | {"user": "Hoa"}]},
        content | {"users": [mai, lan]},
        content | {"users": [lan, mai | {"role": "manager"}]},
        content | {"users": [lan, mai | {"public_key": foreign["public_key"]}]},
        content | {"province": other["province"]},
        content | {"rotation_due": True},
        content | {"next_salt": "00" * 16},
        content | {"serial": content["serial"] + 1},
        content | {"mac": other["mac"]},
        content | {"mac": ""},
    ]


def test_an_entry_added_removed_swapped_or_changed_is_found(
    path: Path, key: DataKey, tmp_path: Path
) -> None:
    other_path = tmp_path / "other" / "keys.json"
    other_path.parent.mkdir()
    other_key = create_key_file(other_path, user_name="Kẻ gian", passphrase=MAI, cost=CHEAP)
    public = public_half(new_private_key())
    key_changes.set_province_key(other_path, key=other_key, public_key=public)
    whole = path.read_bytes()
    for content in tampered(json.loads(whole), json.loads(other_path.read_text())):
        copy_path(path).write_bytes(whole)
        write(path, content)
        unlocked = open_lan(path)
        assert unlocked.is_mended
        assert path.read_bytes() == whole
        for place in (path, copy_path(path)):
            write(place, content)
        with pytest.raises(AppError) as error:
            open_lan(path)
        assert error.value.problem is Problem.KEY_FILE_ALTERED
        with pytest.raises(AppError):
            add(path, key, "Hoa", MAI)
        path.write_bytes(whole)


def test_ten_wrong_tries_are_free_and_then_each_waits_twice_as_long(
    path: Path, key: DataKey
) -> None:
    now = 1_000_000.0
    for _ in range(FREE_TRIES):
        with pytest.raises(UserError) as error:
            open_lan(path, passphrase=MAI, now=now)
        assert error.value.problem is Problem.WRONG_PASSPHRASE
    for wait in (60, 120, 240, 480, 960, 1920, 3600, 3600):
        for early in (0, wait - 1, -500_000):
            with pytest.raises(UserError) as error:
                open_lan(path, now=now + early)
            assert error.value.problem is Problem.TOO_MANY_TRIES
        unlock(path, user_name="Mai", passphrase=MAI, cost=CHEAP)
        now += wait
        with pytest.raises(UserError) as error:
            open_lan(path, passphrase=MAI, now=now)
        assert error.value.problem is Problem.WRONG_PASSPHRASE
    unlocked = open_lan(path, now=now + 3600)
    assert unlocked.wrong_tries == FREE_TRIES + 8
    assert not unlocked.is_mended
    assert open_lan(path, now=now).wrong_tries == 0


def test_a_file_of_version_1_opens_and_becomes_one_of_ours(path: Path) -> None:
    shutil.copy(VERSION_1, path)
    opened = open_lan(path)
    assert hashlib.sha256(opened.key.reveal()).hexdigest() == _KEY_OF_VERSION_1
    content = read_one(path)
    assert content.version == 2
    assert content.register_id
    assert copy_path(path).read_bytes() == path.read_bytes()
    assert open_lan(path).key.reveal() == opened.key.reveal()
    add(path, opened.key, "Mai", MAI)
    mai = unlock(path, user_name="Mai", passphrase=MAI, cost=CHEAP)
    assert mai.key.reveal() == opened.key.reveal()


def test_a_cheap_wrap_is_raised_at_the_next_opening_and_never_lowered(
    path: Path, key: DataKey
) -> None:
    dear = KdfCost(memory_kib=64, iterations=2, lanes=1)
    assert unlock(path, user_name="Lan", passphrase=LAN, cost=dear).is_raised
    again = unlock(path, user_name="Lan", passphrase=LAN, cost=CHEAP)
    assert not again.is_raised
    assert again.key.reveal() == key.reveal()
    lan, mai = read_one(path).users
    assert (lan.cost, mai.cost) == (dear, CHEAP)


def test_the_cost_follows_the_pc_within_its_floor() -> None:
    floor, default = KdfCost.FLOOR, KdfCost.DEFAULT
    assert (floor.memory_kib, floor.iterations) == (64 * 1024, 3)
    assert fitted(floor, seconds=10) == floor
    fast = fitted(default, seconds=0.1)
    assert fast.memory_kib == default.memory_kib
    assert fast.work / default.work * 0.1 == pytest.approx(TARGET, rel=0.2)
    for seconds in (0.05, 0.2, 0.4, 0.6, 1.0, 3.0):
        cost = fitted(floor, seconds=seconds)
        assert cost.work >= floor.work
        assert cost == floor or seconds * cost.work / floor.work <= 1.01
    assert raised(default, seconds=SOON) == default
    assert raised(default, seconds=5) == default
    assert raised(default, seconds=0.1).work > default.work
    assert raised(CHEAP, seconds=5).work >= floor.work
    assert cost_for_this_pc().work >= floor.work


def test_another_passphrase_ends_the_old_one(path: Path, key: DataKey) -> None:
    key_changes.set_passphrase(path, key=key, user_name="Lan", passphrase=MAI, cost=CHEAP)
    with pytest.raises(UserError):
        open_lan(path)
    assert open_lan(path, passphrase=MAI).key.reveal() == key.reveal()


def test_changes_ask_for_the_key(path: Path, key: DataKey) -> None:
    with pytest.raises(AppError) as error:
        add(path, DataKey.new(), "Hoa", MAI)
    assert error.value.problem is Problem.KEY_FILE_ALTERED
    with pytest.raises(AppError) as error:
        add(path, key, "Mai", MAI)
    assert error.value.problem is Problem.USER_EXISTS
    with pytest.raises(AppError) as error:
        key_changes.remove_user(path, key=key, user_name="Lan")
    assert error.value.problem is Problem.LAST_MANAGER


@pytest.mark.parametrize(
    "passphrase",
    ["MậtKhẩu12345678", "password 123456789", "qwertyuiop12345", "x" * 20, "aaaa bbbb aaaa bbbb 1"],
)
def test_a_common_passphrase_is_refused(path: Path, passphrase: str) -> None:
    with pytest.raises(UserError) as error:
        create_key_file(path, user_name="Lan", passphrase=passphrase, cost=CHEAP)
    assert error.value.problem is Problem.PASSPHRASE_COMMON
    assert not path.exists()


def test_keys_and_passphrases_stand_in_no_message_trace_or_repr(
    path: Path, key: DataKey, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = (LAN, MAI, key.reveal().hex(), repr(key.reveal()), str(list(key.reveal())))
    said = [repr(read_one(path)), repr(read_one(path).users), repr(open_lan(path)), repr(key)]
    whole = path.read_bytes()

    def fail(content: bytes, passphrase: str) -> None:
        for place in (path, copy_path(path)):
            place.write_bytes(content)
        try:
            open_lan(path, passphrase=passphrase)
        except AppError as error:
            trace = traceback.TracebackException.from_exception(error)
            said.extend(["".join(trace.format()), logs.places(error), repr(error)])
        else:
            raise AssertionError("it opened")

    with caplog.at_level(logging.DEBUG):
        fail(whole, MAI)
        fail(whole[:-40], LAN)
        content = json.loads(whole)
        write(path, content | {"serial": 99})
        fail(path.read_bytes(), LAN)
    said.append(caplog.text)
    assert len(said) == 4 + 9 + 1
    for text in said:
        for secret in secrets:
            assert secret not in text


def test_a_crash_of_the_process_tells_nothing(path: Path, key: DataKey) -> None:
    """A bug while the key is in the hand: what stands on standard error."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from desktop import logs\n"
        "from desktop.store.keys import unlock\n"
        "passphrase = sys.stdin.readline().rstrip('\\n')\n"
        "import faulthandler; faulthandler.enable()\n"
        "if sys.argv[2] == 'hook': logs.install_crash_hook(lambda: None)\n"
        "def work(opened):\n"
        "    raise RuntimeError(repr(opened))\n"
        "work(unlock(Path(sys.argv[1]), user_name='Lan', passphrase=passphrase))\n"
    )
    for how in ("hook", "bare"):
        done = subprocess.run(
            [sys.executable, "-c", script, str(path), how],
            input=LAN + "\n",
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode != 0
        assert LAN not in done.stderr + done.stdout
        assert key.reveal().hex() not in done.stderr + done.stdout
        assert repr(key.reveal()) not in done.stderr + done.stdout


def test_the_printed_code_opens_and_only_the_newest(path: Path, key: DataKey) -> None:
    with pytest.raises(UserError) as error:
        keys.unlock_printed(path, code="0000")
    assert error.value.problem is Problem.NO_PRINTED_CODE
    older = key_changes.new_printed_code(path, key=key)
    newer = key_changes.new_printed_code(path, key=key)
    assert keys.unlock_printed(path, code=newer).key.reveal() == key.reveal()
    for code, problem in (
        (older, Problem.CODE_WRONG),
        (newer[:-1], Problem.CODE_MISTYPED),
        (newer + "\n" + older, Problem.CODE_MISTYPED),
    ):
        with pytest.raises(UserError) as error:
            keys.unlock_printed(path, code=code)
        assert error.value.problem is problem
    assert key_file.read_one(path).printed is not None
