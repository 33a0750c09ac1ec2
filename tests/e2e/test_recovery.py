"""A lost passphrase, from the request to the new one: real programs on both sides, no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.services.unlocking import create_register, open_register
from desktop.store import ledger
from desktop.store.stretching import KdfCost
from tests.desktop.store.edits import an_id, household, save

LOST, NEW = "sông núi nước Nam ta", "đồng lúa chín vàng ven sông"
CUSTODIANS = {
    "Trần Giữ": "hòn đá tảng bên suối một",
    "Lê Canh": "hòn đá tảng bên suối hai",
    "Phạm Trông": "hòn đá tảng bên suối ba",
}
CHEAP = KdfCost(memory_kib=8, iterations=1, lanes=1)


def _run(
    module: str, *arguments: str, lines: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1", "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )


def _desktop(*arguments: str, lines: tuple[str, ...] = ()) -> str:
    done = _run("desktop", *arguments, lines=lines)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register of Lan with something in it."""
    folder = tmp_path / "sổ"
    with create_register(folder, user_name="Lan", passphrase=LOST, cost=CHEAP) as register:
        save(register, household(an_id(), code="7"))
    return folder


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The custodians' shares, the public key, and the log."""
    place = tmp_path / "tỉnh"
    names = [text for name in CUSTODIANS for text in ("--custodian", name)]
    done = _run(
        "sync.server",
        *("recovery-keys", "create", "--folder", str(place), "--log", str(tmp_path / "log")),
        *names,
        lines=tuple(CUSTODIANS.values()),
    )
    assert done.returncode == 0, done.stderr
    (place / "public").write_text(done.stdout.strip())
    return place


def _answer(
    office: Path, request: str, *numbers: int, **changed: str
) -> subprocess.CompletedProcess[str]:
    names = list(CUSTODIANS)
    shares = [text for n in numbers for text in ("--share", str(office / f"share-{n}.json"))]
    return _run(
        "sync.server",
        *("recover", "--request", request, "--log", str(office.parent / "log"), *shares),
        lines=tuple(changed.get(str(n), CUSTODIANS[names[n - 1]]) for n in numbers),
    )


def _require_back(folder: Path, way: str) -> None:
    with open_register(folder, user_name="Lan", passphrase=NEW, cost=CHEAP) as register:
        written = {line.action: dict(line.objects) for line in ledger.lines(register, limit=20)}
        assert written["key.recovered"] == {"user": "Lan", "way": way}
        assert ledger.verify(register).is_sound
        with register.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one() == 1


def test_two_custodians_of_three_bring_a_register_back(
    folder: Path, office: Path, tmp_path: Path
) -> None:
    place = ("--folder", str(folder))
    public_key = (office / "public").read_text()
    _desktop(
        "recovery", "province-key", "--user", "Lan", "--key", public_key, *place, lines=(LOST,)
    )
    request = tmp_path / "request.txt"
    _desktop("recovery", "request", "--user", "Lan", "--out", str(request), *place)

    one_twice = _answer(office, str(request), 2, 2)
    assert one_twice.returncode == 1
    assert "different custodians" in one_twice.stderr
    wrong = _answer(office, str(request), 1, 3, **{"3": "hòn đá tảng bên suối bốn"})
    assert wrong.returncode == 1
    assert "share 3" in wrong.stderr
    slip = request.read_text()[::-1]
    assert "mistyped" in _answer(office, slip, 1, 3).stderr

    answered = _answer(office, request.read_text(), 1, 3)
    assert answered.returncode == 0, answered.stderr
    assert "Lan" in answered.stderr
    _desktop("recovery", "answer", *place, lines=(NEW, answered.stdout))
    _require_back(folder, "province")
    again = _run("desktop", "recovery", "answer", *place, lines=(NEW, answered.stdout))
    assert again.returncode == 1
    assert "NO_REQUEST" in again.stderr

    logged = [
        json.loads(json.loads(line)["entry"])
        for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    ]
    assert [line["action"] for line in logged] == ["recovery-keys.create", "recover"]
    assert logged[1]["user"] == "Lan"
    assert logged[1]["custodians"] == ["Trần Giữ", "Phạm Trông"]
    for secret in (LOST, NEW, *CUSTODIANS.values()):
        for path in (*folder.iterdir(), *office.iterdir(), tmp_path / "log"):
            assert path.is_dir() or secret.encode() not in path.read_bytes()


def test_an_answer_to_an_older_request_opens_nothing(
    folder: Path, office: Path, tmp_path: Path
) -> None:
    place = ("--folder", str(folder))
    public_key = (office / "public").read_text()
    _desktop(
        "recovery", "province-key", "--user", "Lan", "--key", public_key, *place, lines=(LOST,)
    )
    older = _desktop("recovery", "request", "--user", "Lan", *place)
    _desktop("recovery", "request", "--user", "Lan", *place)
    answered = _answer(office, older, 2, 3)
    assert answered.returncode == 0
    refused = _run("desktop", "recovery", "answer", *place, lines=(NEW, answered.stdout))
    assert refused.returncode == 1
    assert "ANSWER_OF_ANOTHER" in refused.stderr


def test_the_printed_code_alone_brings_a_register_back(folder: Path) -> None:
    place = ("--folder", str(folder))
    code = _desktop("recovery", "print-code", "--user", "Lan", *place, lines=(LOST,)).strip()
    assert code not in (folder / "keys.json").read_text()
    # As somebody types it: small letters, O for 0, other gaps.
    typed = code.lower().replace("0", "o").replace("-", " ")
    slip = ("0" if typed[3] != "0" else "1").join((typed[:3], typed[4:]))
    missed = _run("desktop", "recovery", "use-code", "--user", "Lan", *place, lines=(slip, NEW))
    assert "CODE_MISTYPED" in missed.stderr
    _desktop("recovery", "use-code", "--user", "Lan", *place, lines=(typed, NEW))
    _require_back(folder, "printed_code")
    other = _desktop("recovery", "print-code", "--user", "Lan", *place, lines=(NEW,)).strip()
    assert other != code
    old = _run("desktop", "recovery", "use-code", "--user", "Lan", *place, lines=(code, NEW))
    assert "CODE_WRONG" in old.stderr
