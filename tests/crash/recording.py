"""The record of a disk: every call that changed it, in order, and what was promised meanwhile."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADING = struct.Struct("<cbhiqII")


@dataclass(frozen=True, slots=True)
class Event:
    """One call.

    Attributes:
        kind: ``O`` opened, ``C`` closed, ``W`` written, ``T`` truncated, ``S`` flushed, ``R``
            renamed, ``U`` removed, ``M`` folder made, ``K`` promised, ``X`` not understood.
        number: offset, length or flags.
        first, second: bytes written, paths, the promise.
    """

    kind: str
    fd: int
    number: int
    first: bytes
    second: bytes
    failed: bool

    @property
    def path(self) -> str:
        """The first path."""
        return self.first.decode()


def read_record(log: Path) -> list[Event]:
    """Every event; raises ``ValueError`` when a call passed by that the record does not know."""
    events = list(_events(log.read_bytes()))
    unknown = {event.path for event in events if event.kind == "X"}
    if unknown:
        raise ValueError(f"calls the record does not know: {sorted(unknown)}")
    return events


def _events(raw: bytes) -> Iterator[Event]:
    at = 0
    while at < len(raw):
        kind, failed, _, fd, number, first, second = _HEADING.unpack_from(raw, at)
        at += _HEADING.size
        yield Event(
            kind=kind.decode(),
            fd=fd,
            number=number,
            first=raw[at : at + first],
            second=raw[at + first : at + first + second],
            failed=bool(failed),
        )
        at += first + second
