"""A program that closed its register, as at a lock, has the data key nowhere in its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.services.unlocking import create_register
from desktop.store.wiping import wipe
from tests.support.children import line_of
from tests.support.offices import QUICK

_PASSPHRASE = "song nui nuoc Nam ta"
_PROGRAM = """
import sys
from pathlib import Path
from desktop.services.unlocking import open_register
from desktop.store.people import count_people
from tests.support.offices import QUICK

passphrase = sys.stdin.readline().rstrip()
register = open_register(Path(sys.argv[1]), user_name="Lan", passphrase=passphrase, cost=QUICK)
count_people(register)
register.set_meta({"a": "b"})
register.checkpoint()
print("open", flush=True)
sys.stdin.readline()
register.close()
print("closed", flush=True)
sys.stdin.readline()
"""


def _found(process: int, patterns: dict[str, bytes]) -> dict[str, int]:
    """How often each stands in the writable memory of another process."""
    found = dict.fromkeys(patterns, 0)
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            places, rights = line.split()[:2]
            start, end = (int(place, 16) for place in places.split("-"))
            if not rights.startswith("rw"):
                continue
            try:
                content = os.pread(memory.fileno(), end - start, start)
            except OSError:
                continue  # the system's own pages
            for name, pattern in patterns.items():
                found[name] += content.count(pattern)
    return found


def test_the_key_is_in_no_byte_of_a_program_that_closed_its_register(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    with (
        create_register(folder, user_name="Lan", passphrase=_PASSPHRASE, cost=QUICK) as register,
        register.lending_key() as key,
    ):
        raw = key.reveal()
    patterns = {"key": raw, "half": raw[16:], "letters": raw.hex().encode()}
    patterns["half of the letters"] = patterns["letters"][32:]
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as program:
        assert program.stdin is not None

        def tell(text: str) -> None:
            assert program.stdin is not None
            program.stdin.write(text + "\n")
            program.stdin.flush()

        tell(_PASSPHRASE)
        assert line_of(program) == "open\n"
        assert _found(program.pid, patterns)["key"]  # it can be found while it is there
        tell("")
        assert line_of(program) == "closed\n"
        assert _found(program.pid, patterns) == dict.fromkeys(patterns, 0)
        tell("")


def test_only_what_is_kept_in_one_place_is_overwritten() -> None:
    secret, letters = bytes(range(32)), "".join(map(chr, range(65, 91)))
    wipe(secret, letters)
    assert not any(secret)
    assert set(letters) == {"\0"}
    with pytest.raises(ValueError, match="ASCII"):
        wipe("mật khẩu")
