"""A sync in a process of its own, to be killed.

``python -m tests.support.sync_process FOLDER NAME`` prints ``progress`` for each step, then
``done`` or the problem.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.offices import Office


def main() -> None:
    """Open the register, sync it, close it."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    office = Office.open(folder, author=name)
    report = office.syncing.run(on_progress=_say_progress)
    office.close()
    _say("done" if report.problem is None else report.problem.value)


def _say_progress(done: int, known: int) -> None:
    _say(f"progress {done} of {known}")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
