"""Overwriting a secret where Python keeps it, as soon as it was used.

Python cannot change ``bytes`` and ``str``, and memory that it gives back keeps what stood there:
a locked program would still hold the key. CPython keeps the letters of both behind a head of known
length; they are overwritten there. Only for objects that nobody else refers to: not constants, not
what a widget or a caller still needs.
"""

from __future__ import annotations

import ctypes
import sys


def wipe(*secrets: bytes | str) -> None:
    """Overwrite these; strings must be plain ASCII (hexadecimal letters, statements)."""
    for secret in secrets:
        if sys.implementation.name != "cpython" or len(secret) < 2:
            continue  # the empty and those of one letter are shared by everybody
        if isinstance(secret, str) and not secret.isascii():
            raise ValueError("only ASCII is kept in one place")
        head = sys.getsizeof(secret) - len(secret) - 1
        ctypes.memset(id(secret) + head, 0, len(secret))
