"""A disk that writes down what happens to it and fails when told: see ``disk_shim.c``.

Linux only; it needs a C compiler (``.ci/setup dev`` installs one).
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from enum import IntFlag
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("disk_shim.c")
#: Where a worker process finds what was preloaded into it.
_LOADED = "LD_PRELOAD"


class Call(IntFlag):
    """Kinds of calls that can be made to fail."""

    OPEN = 1
    WRITE = 2
    SYNC = 4
    TRUNCATE = 8
    RENAME = 16
    UNLINK = 32
    MKDIR = 64
    READ = 128


def build(folder: Path) -> Path:
    """Compile it."""
    shim = folder / "disk_shim.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([*command, "-o", str(shim), str(_SOURCE)], check=True)
    return shim


def environment(shim: Path, *, root: Path, log: Path | None = None) -> dict[str, str]:
    """For a process that is to work on it; without ``log`` it can fail, but is not recorded."""
    ours = {_LOADED: str(shim), "AN_DISK_ROOT": str(root)}
    if log is not None:
        ours["AN_DISK_LOG"] = str(log)
    return os.environ | ours


# Within such a process ---------------------------------------------------------------------------


def mark(text: str) -> None:
    """Write into the record what was promised at this moment."""
    _shim().an_mark(text.encode())


def trace(root: Path) -> None:
    """From now on this folder is the one that fails; files opened before are not."""
    _shim().an_root(str(root).encode())


def fail(
    calls: Call, *, first: int, error: int, times: int = 1, again: int = 0, is_short: bool = False
) -> None:
    """Let the ``first`` of these calls fail, and those after it up to ``times``.

    ``again`` calls after the last of them one more fails: a fault while mending a fault.
    ``is_short``: a write is done by half before the rest is refused.
    """
    _shim().an_fail(int(calls), first, times, again, error, int(is_short))


def pause() -> None:
    """Calls succeed and are not counted until ``resume``."""
    _shim().an_pause(1)


def resume() -> None:
    """They count again."""
    _shim().an_pause(0)


def heal() -> int:
    """No call fails any more; how many did."""
    return int(_shim().an_heal())


@cache
def _shim() -> ctypes.CDLL:
    if sys.platform != "linux" or not os.environ.get(_LOADED):
        raise RuntimeError("not started with the shim")
    shim = ctypes.CDLL(os.environ[_LOADED])
    shim.an_mark.argtypes = [ctypes.c_char_p]
    shim.an_root.argtypes = [ctypes.c_char_p]
    shim.an_fail.argtypes = [
        ctypes.c_int,
        *[ctypes.c_long] * 3,
        *[ctypes.c_int] * 2,
    ]
    shim.an_pause.argtypes = [ctypes.c_int]
    shim.an_heal.restype = ctypes.c_long
    return shim
