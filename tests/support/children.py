"""Processes that tests start: what they say, and their end, are waited for only so long."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import AnyStr

#: Whoever says nothing for so long hangs; nothing that is tested needs a tenth of it.
SECONDS = 120


def line_of(process: subprocess.Popen[AnyStr], *, seconds: float = SECONDS) -> AnyStr:
    """The next line that it prints, its end of line included; one that says nothing is killed."""
    assert process.stdout is not None
    hung = threading.Event()

    def end() -> None:
        hung.set()
        process.kill()

    watch = threading.Timer(seconds, end)
    watch.start()
    try:
        line = process.stdout.readline()
    finally:
        watch.cancel()
    assert not hung.is_set(), f"no line in {seconds} seconds"
    return line


def killed(process: subprocess.Popen[AnyStr]) -> int:
    """End it at once (SIGKILL) where it has not ended; its pipes are closed. Gives its code."""
    process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    return process.wait(SECONDS)


def was_cut(code: int) -> bool:
    """Did it kill itself, as it was told to? It came to its end otherwise, and to no other."""
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def joined(*threads: threading.Thread) -> None:
    """Wait until they have ended."""
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive(), f"{thread.name} hangs"


def until(is_true: Callable[[], bool], *, seconds: float = SECONDS) -> None:
    """Ask again and again until it is true."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, f"not true in {seconds} seconds"
        time.sleep(0.01)  # whoever is waited for needs the processor
