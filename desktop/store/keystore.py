"""The operating system's own way to keep a secret for one account on one PC.

On Windows that is the Data Protection API (``CryptProtectData``): what it gives back can only be
opened by the same Windows account on the same PC. Elsewhere there is none we rely on: a Secret
Service may be absent, locked or empty after a change of desktop, and its libraries bring a second
cryptographic stack with them.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Protocol

_UI_FORBIDDEN = 0x1  # CRYPTPROTECT_UI_FORBIDDEN: never a dialog of Windows' own


class KeyStore(Protocol):
    """Seals a secret to this account on this PC."""

    def protect(self, secret: bytes, *, bound_to: bytes) -> bytes | None:
        """The sealed secret; ``None`` when the system does not do it."""

    def unprotect(self, sealed: bytes, *, bound_to: bytes) -> bytes | None:
        """The secret; ``None`` for another account, another PC or another ``bound_to``."""


def keystore_of_this_pc() -> KeyStore | None:
    """The system's keystore; ``None`` where there is none we rely on."""
    return DataProtection() if sys.platform == "win32" else None


class Blob(ctypes.Structure):
    """``DATA_BLOB`` (dpapi.h). Keeps the buffer it points to."""

    _fields_ = (("size", ctypes.c_uint32), ("data", ctypes.POINTER(ctypes.c_char)))

    @classmethod
    def of(cls, content: bytes) -> Blob:
        """A blob over a copy of these bytes."""
        blob = cls()
        blob.kept = ctypes.create_string_buffer(content, len(content))
        blob.size = len(content)
        blob.data = ctypes.cast(blob.kept, ctypes.POINTER(ctypes.c_char))
        return blob

    @property
    def content(self) -> bytes:
        """The bytes it points to."""
        return ctypes.string_at(self.data, self.size)


class DataProtection:
    """Windows' Data Protection API, for the present account."""

    def protect(self, secret: bytes, *, bound_to: bytes) -> bytes | None:
        """As ``KeyStore``."""
        return _called("CryptProtectData", secret, bound_to)

    def unprotect(self, sealed: bytes, *, bound_to: bytes) -> bytes | None:
        """As ``KeyStore``."""
        return _called("CryptUnprotectData", sealed, bound_to)


def _called(name: str, content: bytes, entropy: bytes) -> bytes | None:
    """Both functions take the same: in, description, entropy, reserved, prompt, flags, out."""
    if sys.platform == "win32":
        given, salt, taken = Blob.of(content), Blob.of(entropy), Blob()
        function = getattr(ctypes.windll.crypt32, name)
        function.restype = ctypes.c_int
        pointers = [ctypes.byref(blob) for blob in (given, salt, taken)]
        if function(pointers[0], None, pointers[1], None, None, _UI_FORBIDDEN, pointers[2]):
            try:
                return taken.content
            finally:
                ctypes.memset(taken.data, 0, taken.size)
                ctypes.windll.kernel32.LocalFree(ctypes.cast(taken.data, ctypes.c_void_p))
    return None
