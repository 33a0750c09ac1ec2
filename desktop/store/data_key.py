"""The register's data key in memory."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from desktop.store.wiping import wipe

KEY_BYTES = 32


class DataKey:
    """The register's 32-byte key in memory that can be wiped; prints as nothing."""

    __slots__ = ("_bytes",)

    def __init__(self, raw: bytes | bytearray) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        self._bytes = bytearray(raw)

    @classmethod
    def new(cls) -> DataKey:
        """A fresh random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def reveal(self) -> bytes:
        """The key itself, for wrapping it and for opening the database; nowhere else."""
        if not any(self._bytes):
            raise ValueError("the data key was wiped")
        return bytes(self._bytes)

    def derived(self, purpose: str) -> bytes:
        """A key for one other purpose, from which this one cannot be found."""
        raw = self.reveal()
        try:
            return derived_key(raw, purpose=purpose)
        finally:
            wipe(raw)

    def copy(self) -> DataKey:
        """The same key in memory of its own, to be wiped apart."""
        return DataKey(self._bytes)

    def wipe(self) -> None:
        """Overwrite the key with zeros."""
        for index in range(KEY_BYTES):
            self._bytes[index] = 0

    def __repr__(self) -> str:
        return "DataKey(…)"


def derived_key(secret: bytes, *, purpose: str, salt: bytes = b"") -> bytes:
    """HKDF-SHA256 (RFC 5869) to 32 bytes; the secret must be random, not a passphrase."""
    extracted = hmac.digest(salt or bytes(hashlib.sha256().digest_size), secret, "sha256")
    return hmac.digest(extracted, f"so-an-sinh/{purpose}".encode() + b"\x01", "sha256")
