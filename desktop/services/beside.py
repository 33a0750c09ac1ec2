"""Files of lists that leave the register: whole or not there at all, and the owner's alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desktop.store.folder import failure_of


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """A file to be written beside its place, which it takes at the end.

    What stood at ``path`` stays when the writing fails, and nothing is left beside it. Raises the
    failures of the disk.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield beside
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise failure_of(error) from error
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
