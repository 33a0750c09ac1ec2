"""A crash of the program leaves no picture of its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")

_ASKING = """
import ctypes, resource
from desktop.hardening import forbid_dumps
forbid_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
# Dies of a real fault of memory, of one reported by the C library, or by asking for it.
_DYING = """
import ctypes, os, resource, signal, sys
_, most = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
if sys.argv[1] == "hardened":
    from desktop.hardening import forbid_dumps
    forbid_dumps()
if sys.argv[2] == "fault":
    ctypes.string_at(0)
elif sys.argv[2] == "abort":
    os.abort()
signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a shell's background work ignores it
os.kill(os.getpid(), signal.SIGQUIT)
"""


def _dies(folder: Path, how: str, of: str) -> bool:
    """Did the kernel dump its memory?"""
    repository = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", _DYING, how, of],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(repository)},
        stderr=subprocess.DEVNULL,
    )
    _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status)


@_LINUX
def test_the_process_asks_the_system_for_no_dumps() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _ASKING], capture_output=True, text=True, check=True
    )
    assert told.stdout == "(0, 0) 0\n"


@_LINUX
@pytest.mark.parametrize("of", ["fault", "abort", "signal"])
def test_a_crash_dumps_nothing(tmp_path: Path, of: str) -> None:
    assert not _dies(tmp_path, "hardened", of)
    assert list(tmp_path.iterdir()) == []


def test_the_program_hardens_itself_before_it_does_anything() -> None:
    script = """
import sys
import desktop.hardening
asked = []
real = desktop.hardening.forbid_dumps
def forbid_dumps():
    asked.append(sorted(name for name in sys.modules if name.startswith("sqlcipher3")))
    real()
desktop.hardening.forbid_dumps = forbid_dumps
from desktop.__main__ import main
sys.argv = ["so-an-sinh", "--version"]
try:
    main()
except SystemExit:
    print(asked)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout.splitlines()[-1] == b"[[]]"
