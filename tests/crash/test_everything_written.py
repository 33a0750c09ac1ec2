"""After a working day, however it ends, no byte that was written tells a name, number or key.

Searched are the register, its log and shared memory, key files, snapshots here and on the stick,
the program's log, temporary files, what was printed, the support's bundle, and any picture of the
memory that the system might have made.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from forms.vietnamese import search_key, sort_key
from tests.crash.session import KEYS_GO_TO, NAME, PLANTED

_REPOSITORY = Path(__file__).parents[2]


def _spellings(keys: list[bytes]) -> set[bytes]:
    """Everything planted, as a file might spell it."""
    texts = {*PLANTED} | {search_key(text) for text in PLANTED} | {sort_key(NAME)}
    found = {text.encode(code) for text in texts for code in ("utf-8", "utf-16-le", "utf-16-be")}
    for key in keys:
        hexadecimal, base64_ = key.hex(), base64.b64encode(key).decode().rstrip("=")
        texts_of_key = (hexadecimal, hexadecimal.upper(), base64_)
        found |= {key} | {
            text.encode(code) for text in texts_of_key for code in ("utf-8", "utf-16-le")
        }
    return found


def _leaks(folder: Path, keys: list[bytes]) -> list[str]:
    spellings = _spellings(keys)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        f"{path.relative_to(folder)} holds {spelling!r}"
        for path in files
        for content in [path.read_bytes()]
        for spelling in spellings
        if spelling in content
    ]


def _day(place: Path, ending: str) -> tuple[Path, list[bytes], int]:
    """Where everything was written, the keys that were in use, and how the process ended."""
    written, keys = place / "written", place / "keys"
    temporary = written / "temporary"
    temporary.mkdir(parents=True)
    ours = {name: str(temporary) for name in ("TMPDIR", "SQLITE_TMPDIR", "XDG_RUNTIME_DIR")}
    ours |= {KEYS_GO_TO: str(keys), "PYTHONPATH": str(_REPOSITORY), "QT_QPA_PLATFORM": "offscreen"}
    places = {name: str(written / "home") for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    temporary.chmod(0o700)
    script = "import resource as r; m = r.getrlimit(4)[1]; r.setrlimit(4, (m, m))\n"
    script += "import runpy; runpy.run_module('tests.crash.session', run_name='__main__')"
    with (written / "printed.txt").open("wb") as printed:
        process = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", script, str(written / "r"), ending],
            cwd=written,
            env=os.environ | ours | places,
            stdout=printed,
            stderr=subprocess.STDOUT,
            check=False,
        )
    secrets = [bytes.fromhex(line) for line in keys.read_text(encoding="ascii").split()]
    return written, secrets, process.returncode


@pytest.mark.parametrize("ending", ["close", "kill", "fault", "abort"])
def test_no_byte_tells_a_name_a_number_or_a_key(tmp_path: Path, ending: str) -> None:
    written, keys, status = _day(tmp_path, ending)
    printed = (written / "printed.txt").read_text(encoding="utf-8")
    assert (status == 0) is (ending == "close"), printed
    names = {path.name for path in written.rglob("*") if path.is_file()}
    assert {"register.db", "keys.json", "keys-copy.json", "snapshot.json", "doctor.txt"} <= names
    assert "program.log" in names
    assert not [name for name in names if name.startswith("core")]
    assert (written / "r" / "register.db-wal").exists() is (ending != "close")
    assert ("Fatal Python error" in printed) is (ending in ("fault", "abort"))
    assert _leaks(written, keys) == []


def test_the_search_would_find_them(tmp_path: Path) -> None:
    key = os.urandom(32)
    (tmp_path / "a").write_bytes(b"x" + key)
    (tmp_path / "b").write_text(key.hex(), encoding="utf-8")
    (tmp_path / "c").write_bytes(base64.b64encode(key))
    (tmp_path / "d").write_text(f"xx {NAME}", encoding="utf-16")
    (tmp_path / "e").write_text("nguyen thi quynh nhu", encoding="utf-8")
    assert {leak[0] for leak in _leaks(tmp_path, [key])} == set("abcde")
