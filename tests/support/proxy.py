"""A line that breaks on order: a TCP proxy that cuts a connection after so many bytes."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

_PIECE = 65536
#: SO_LINGER with no time: close sends RST, as a dead line or a killed process does.
_HARD = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where to cut.

    Attributes:
        request: counting begins with the request that begins so (``b"POST /sync/v1/push"``).
        after_sent: bytes of it that still reach the server, or ``None`` for all.
        after_answered: bytes of the answer that still reach the client, or ``None`` for all.
        times: how many connections are cut before the line is good again.
    """

    request: bytes
    after_sent: int | None = None
    after_answered: int | None = None
    times: int = 1_000_000


class FaultProxy:
    """Forwards to ``target`` (host, port); use it as a context manager.

    Attributes:
        url: where the client should connect.
        cuts: how many connections were cut so far.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._plan: Cut | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cuts = 0

    def __enter__(self) -> FaultProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for end in self._open:
                _end(end)

    def plan(self, cut: Cut | None) -> None:
        """From the next connection on, cut so; ``None`` for a good line."""
        with self._lock:
            self._plan = cut

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
                line = _Line(client, server, self._plan, self._take_cut)
            for pump in (line.upstream, line.downstream):
                threading.Thread(target=pump, daemon=True).start()

    def _take_cut(self) -> bool:
        """May this connection be cut? Counts it."""
        with self._lock:
            if self._plan is None or self.cuts >= self._plan.times:
                return False
            self.cuts += 1
            return True


@dataclass(slots=True)
class _Line:
    """One connection and its end."""

    client: socket.socket
    server: socket.socket
    plan: Cut | None
    take_cut: Callable[[], bool]
    is_armed: bool = False
    sent: int = 0
    answered: int = 0

    def upstream(self) -> None:
        with contextlib.suppress(OSError):
            while piece := self.client.recv(_PIECE):
                if self.plan is not None and not self.is_armed:
                    self._arm(piece)
                if not self._forward(self.server, piece, "sent"):
                    return
        self._hang_up()

    def downstream(self) -> None:
        with contextlib.suppress(OSError):
            while piece := self.server.recv(_PIECE):
                if not self._forward(self.client, piece, "answered"):
                    return
        self._hang_up()

    def _arm(self, piece: bytes) -> None:
        assert self.plan is not None
        self.is_armed = self.plan.request in piece

    def _forward(self, to: socket.socket, piece: bytes, way: str) -> bool:
        """Pass a piece on; False when the line was cut in it."""
        limit = None
        if self.is_armed and self.plan is not None:
            limit = self.plan.after_sent if way == "sent" else self.plan.after_answered
        done = self.sent if way == "sent" else self.answered
        if limit is not None and done + len(piece) > limit and self.take_cut():
            with contextlib.suppress(OSError):
                to.sendall(piece[: limit - done])
            self._hang_up(hard=True)
            return False
        if self.is_armed and way == "sent":
            self.sent += len(piece)
        elif self.is_armed:
            self.answered += len(piece)
        to.sendall(piece)
        return True

    def _hang_up(self, *, hard: bool = False) -> None:
        for end in (self.client, self.server):
            _end(end, hard=hard)


def _end(end: socket.socket, *, hard: bool = False) -> None:
    with contextlib.suppress(OSError):
        if hard:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
        end.shutdown(socket.SHUT_RDWR)
    end.close()
