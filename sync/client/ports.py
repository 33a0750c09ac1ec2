"""What the sync engine needs from its office: an outbox, an inbox, an identity.

The desktop's store implements these; the engine knows no database, window or thread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from sync.protocol.messages import Change, Digest, Drop, Grant, LedgerHead, PushAnswer, Row
from sync.protocol.packs import SignedPack

_CHANGES = msgspec.json.Decoder(Change)


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """Who this device is to the server.

    Attributes:
        signing_key: 32-byte Ed25519 seed; never shown.
        server_url: ``https://…`` (plain ``http`` only to loopback addresses).
        ca_file: PEM of the province's certificate authority, or ``None`` for the system's.
    """

    device_id: str
    server_url: str
    signing_key: bytes
    ca_file: str | None

    def __repr__(self) -> str:
        return f"DeviceIdentity(device_id={self.device_id!r})"


@dataclass(frozen=True, slots=True)
class Batch:
    """Unsent changes in seq order, groups whole; perhaps none.

    They are kept as the text that was hashed when they were made: sending them again and again
    needs no encoding, and no hash but those that are known.

    Attributes:
        first: the seq of the first one, or the next one to come.
        prev: the chain hash (hex) before it.
        lines: the canonical JSON of each change.
        head: the chain hash (hex) after the last one.
        ledger: where the register's ledger ends, for the server to bear witness.
    """

    epoch: str
    first: int
    prev: str
    lines: Sequence[bytes]
    head: str
    ledger: LedgerHead | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def last(self) -> int:
        """The seq of the last one; without any, the one before ``first``."""
        return self.first + len(self.lines) - 1

    @property
    def changes(self) -> list[Change]:
        """The changes themselves."""
        return [_CHANGES.decode(line) for line in self.lines]


class Outbox(Protocol):
    """The append-only queue of this register's changes."""

    def next_batch(self, *, limit: int, after: int = 0) -> Batch:
        """The oldest unsent changes: about ``limit`` of them, never cutting a group.

        ``after`` is the seq of the last one that is on its way, its receipt not stored yet.
        """

    def settle(self, answer: PushAnswer) -> None:
        """Record receipts, in one transaction: of changes that have a result, and no other.

        Where nobody else wrote to a bucket meanwhile, its cursor passes over our own documents.
        """

    def rewind(self, *, expected: int) -> bool:
        """The server lacks changes from ``expected`` on: send again. False if they are gone."""

    def renumber(self, *, everything: bool = False) -> None:
        """The server knows other changes under our numbers: new epoch, ours are queued anew.

        With ``everything`` those with a receipt too.
        """


class Inbox(Protocol):
    """Where the server's rows go."""

    def cursors(self) -> Mapping[str, int]:
        """Bucket -> position of the last applied row, for every granted bucket."""

    def apply_page(
        self,
        *,
        rows: Sequence[Row],
        grants: Sequence[Grant],
        drops: Sequence[Drop],
        cursors: Mapping[str, int],
    ) -> None:
        """One page with its cursors, in one transaction; pending local edits stay on top."""

    def digests(self) -> Mapping[str, Digest]:
        """What each bucket holds here, by the server's versions."""

    def marks(self) -> Mapping[str, str]:
        """The same with what made each version (``chain.marks_of``); not of empty buckets."""

    def meet_server(self, server_epoch: str) -> bool:
        """The server's incarnation; with another one than before all restarts, and it is True."""

    def parts(self, bucket: str) -> Mapping[str, str] | None:
        """What is here of a bucket, as ``chain.parts_of``; ``None`` where that is not known."""

    def repair(self, bucket: str, *, parts: Collection[str], rows: Sequence[Row]) -> None:
        """These are all the server's rows of these parts; the digest is then of what is here."""

    def restart(self, buckets: Sequence[str]) -> None:
        """Forget the cursors of these buckets so that the next pull brings them whole."""


class PackShelf(Protocol):
    """Where what the province published goes."""

    def serial(self) -> int:
        """The server's serial that everything here is of; 0 for nothing yet."""

    def wants(self, signed: SignedPack) -> bool:
        """Is this one to be fetched? What is refused by its text alone is noted."""

    def take(self, signed: SignedPack, content: bytes) -> None:
        """One that came, in one transaction; what is refused is noted."""

    def has_seen(self, serial: int) -> None:
        """All that the server has was looked at."""
