"""A program that is run again and again, each time in a fork: what it imports is imported once.

``python -m tests.support.forking PROGRAM`` reads lines of JSON ``[arguments, input as hex]`` and
answers each with the exit code. It has no threads, so that a fork of it is a whole program.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.support.children import SECONDS, line_of

Run = Callable[[Sequence[str], bytes], int]


@contextmanager
def forking(program: str) -> Iterator[Run]:
    """Runs this program with arguments and an input; gives its exit code, as ``Popen`` does."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.forking", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        told = process.stdin
        assert told is not None

        def run(arguments: Sequence[str], given: bytes) -> int:
            told.write(json.dumps([list(arguments), given.hex()]) + "\n")
            told.flush()
            return int(line_of(process))

        yield run
        told.close()
        assert process.wait(SECONDS) == 0


def main() -> None:
    """Answer until the input ends."""
    program = compile(sys.argv[1], "program", "exec")
    imports = [line for line in sys.argv[1].splitlines() if line.startswith(("import ", "from "))]
    exec("\n".join(imports), {})  # noqa: S102 a test's own text
    for line in sys.stdin:
        arguments, given = json.loads(line)
        process = os.fork()
        if process == 0:
            signal.alarm(SECONDS // 2)
            _become(arguments, bytes.fromhex(given))
            exec(program, {"__name__": "__main__"})  # noqa: S102 a test's own text
            return
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(code, flush=True)


def _become(arguments: list[str], given: bytes) -> None:
    """The child has arguments and an input of its own, and no voice."""
    out, into = os.pipe()
    os.write(into, given)
    os.close(into)
    os.dup2(out, 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.argv = ["program", *arguments]


if __name__ == "__main__":
    main()
