"""Takes packs over in processes that die before a given statement.

``python -m tests.support.taking_over``: each line of its input is JSON ``[folder, user, pack,
statement]``; it answers ``killed``, or ``done STATEMENTS`` where there was no such statement. It
has no threads, so a fork of it is a whole program, and what is imported is imported once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from tests.support.offices import Office

#: Seconds; one that takes longer hangs, and ends.
_LONGEST = 60


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        folder, user, path, statement = json.loads(line)
        out, into = os.pipe()
        process = os.fork()
        if process == 0:
            _take_over(Path(folder), user, Path(path), statement, into)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os.close(into)
        with os.fdopen(out) as told:
            ends = {0: f"done {told.read()}", -signal.SIGKILL: "killed"}
        print(ends.get(code, f"failed {code}"), flush=True)


def _take_over(folder: Path, user: str, path: Path, statement: int, into: int) -> None:
    """In the child: it never returns."""
    status = 3
    try:
        signal.alarm(_LONGEST)
        office = Office.open(folder, author=user)
        killer = _Killer(statement)
        sys.setprofile(killer)
        office.packs.receive(path)
        sys.setprofile(None)
        os.write(into, str(killer.statements).encode())
        status = 0
    finally:
        os._exit(status)


class _Killer:
    """Counts the statements that go to the database, and ends the process before one of them."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.statements = 0

    def __call__(self, _frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__name__", "") in ("execute", "commit"):
            self.statements += 1
            if self.statements == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
