"""What somebody who looks at a running sync sees of it, and how it is stopped.

A ``Watch`` counts the bytes on the line, knows what is being done and which changes are on their
way. Asked to stop, it lets go of the line at once: the request that is under way is left behind.
Whatever the server does with it counts once, as after any cut; the next sync learns of it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError
from enum import Enum, unique
from typing import TypeVar

from sync.protocol.messages import LedgerHead

T = TypeVar("T")

#: How long a stop may take to be noticed while nothing moves on the line.
_LOOK_SECONDS = 0.1


class Stopped(Exception):  # noqa: N818 - an expected outcome, not an error
    """The sync was asked to stop; raised where it was."""


@unique
class Doing(Enum):
    """What a sync is about just now."""

    CONNECTING = "connecting"
    ASKING = "asking"  # does the server have what it receipted?
    SENDING = "sending"
    RECEIVING = "receiving"


class Watch:
    """One sync as it goes; read from any thread.

    Attributes:
        doing: what is under way.
        sent_bytes, received_bytes: what went over the line, as it travels.
        sent_to: the last change (its seq) that was ever sent in this epoch, receipt or not.
        epoch: the epoch of ``sent_to``.
        ledger: the head of the ledger as the server knows it, once it said so.
    """

    def __init__(self) -> None:
        self.doing = Doing.CONNECTING
        self.sent_bytes = 0
        self.received_bytes = 0
        self.epoch = ""
        self.sent_to = 0
        self.ledger: LedgerHead | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()

    # -- by who looks --

    def stop(self) -> None:
        """The sync ends where it is."""
        self._stop.set()

    @property
    def is_stopped(self) -> bool:
        """Was it asked to stop?"""
        return self._stop.is_set()

    # -- by the sync --

    def look(self) -> None:
        """Raises ``Stopped`` when it was asked to stop."""
        if self._stop.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        """A pause that a stop ends. Raises ``Stopped``."""
        self._stop.wait(seconds)
        self.look()

    def sending(self, *, epoch: str, first: int, last: int) -> None:
        """These changes go out now; none, when the server is only asked."""
        self.doing = Doing.SENDING if last >= first else Doing.ASKING
        if last >= first:
            self.epoch, self.sent_to = epoch, last

    def told(self, ledger: LedgerHead | None) -> None:
        """The server said where it knows the ledger to end."""
        self.ledger = ledger or self.ledger

    def counted(self, body: bytes) -> io.BytesIO:
        """A body that is counted as it is read."""
        return _Counted(body, self)

    def sent(self, count: int) -> None:
        """So many bytes left. Raises ``Stopped``."""
        self.look()
        with self._lock:
            self.sent_bytes += count

    def received(self, count: int) -> None:
        """So many bytes came. Raises ``Stopped``."""
        self.look()
        with self._lock:
            self.received_bytes += count

    def carried(self, work: Callable[[], T]) -> T:
        """Do a request; a stop does not wait for it. Raises ``Stopped``."""
        return work()


class StoppableWatch(Watch):
    """Lets go of a request at once, in a thread of its own: for a sync that somebody looks at."""

    def carried(self, work: Callable[[], T]) -> T:
        """Do a request; a stop does not wait for it. Raises ``Stopped``."""
        self.look()
        future: Future[T] = Future()
        threading.Thread(target=_do, args=(work, future), name="sync-line", daemon=True).start()
        while True:
            try:
                return future.result(_LOOK_SECONDS)
            except TimeoutError:
                if future.done():
                    return future.result()
                self.look()


def _do(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is fetched
        future.set_exception(error)


class _Counted(io.BytesIO):
    """Read by whoever sends it; it is as long as it is."""

    def __init__(self, body: bytes, watch: Watch) -> None:
        super().__init__(body)
        self._watch = watch

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self._watch.sent(len(piece))
        return piece
