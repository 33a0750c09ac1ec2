"""The program's own diary: files beside the register, without anything about a person.

What is written is thought over once, where it is written; the filter here is the second lock: any
run of digits that could be a personal number is blacked out before it reaches a file. A crash is
logged by its type and its places in our code, never by its message, because messages may quote
values.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

#: 9 digits is the old identity card, 10 social insurance and telephones, 12 the personal number.
_PERSONAL_NUMBER = re.compile(r"\d{9,}")
_FILE_BYTES = 1_000_000
_FILES = 3

_log = logging.getLogger(__name__)


class RedactingFilter(logging.Filter):
    """Blacks out everything that looks like a personal number."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the finished message; every record passes."""
        record.msg = _PERSONAL_NUMBER.sub("[number]", record.getMessage())
        record.args = None
        return True


def write_to(folder: Path) -> logging.Handler:
    """Start the log files in ``folder``; the caller closes the handler with ``stop``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "program.log", maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RedactingFilter())
    logging.getLogger().addHandler(handler)
    return handler


def stop(handler: logging.Handler) -> None:
    """Close log files opened by ``write_to``."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def places(error: BaseException) -> str:
    """Where it happened, line by line, without the message or any value."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return " < ".join(reversed(lines))


def install_crash_hook(show: Callable[[], None]) -> None:
    """From now on a bug is logged and ``show`` tells the officer; the program goes on."""

    def _report(
        kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        _log.critical("unexpected %s at %s", kind.__name__, places(error))
        show()

    sys.excepthook = _report
