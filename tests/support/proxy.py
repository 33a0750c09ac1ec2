"""A line that breaks on order: a TCP proxy that cuts or stalls a connection after so many bytes.

And one that is merely bad: slow, jittery, in slices, down, reset after so much data (``Weather``).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import TracebackType
from urllib.parse import urlsplit

_PIECE = 65536
#: Nobody releases what stalls: the test has failed, and its line ends.
_LONGEST_STALL = 600
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
        stalls: nothing goes on at this place until ``FaultProxy.release``; then it is cut.
    """

    request: bytes
    after_sent: int | None = None
    after_answered: int | None = None
    times: int = 1_000_000
    stalls: bool = False


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad the line is, in both directions.

    Attributes:
        latency_seconds: each piece comes so much later, and up to ``jitter_seconds`` more.
        bytes_per_second: no more than that; 0 for no limit.
        slice_bytes: pieces of this size at most; 0 as they come.
        limit_bytes: the connection is reset after so much data; 0 for never.
        reset_chance: how likely each piece resets the connection instead.
        is_down: new connections are refused, open ones are reset with their next piece.
    """

    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0
    bytes_per_second: int = 0
    slice_bytes: int = 0
    limit_bytes: int = 0
    reset_chance: float = 0.0
    is_down: bool = False


FAIR = Weather()


class FaultProxy:
    """Forwards to the server at ``target_url``; use it as a context manager.

    Attributes:
        url: where the client should connect.
        cuts: how many connections were cut or stalled under the present plan.
        reached: set when a connection came to the place of the cut.
    """

    def __init__(self, target_url: str, *, seed: int = 0) -> None:
        self.lead_to(target_url)
        self._weather = FAIR
        self._random = Random(seed)
        self.reached = threading.Event()
        self._released = threading.Event()
        self._plan: Cut | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        # Bound and never listening: the port stays ours while the line is down.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        self._listener: socket.socket | None = None
        self.url = f"http://127.0.0.1:{self._place.getsockname()[1]}"
        self.cuts = 0

    def __enter__(self) -> FaultProxy:
        self._listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._released.set()
        self._refuse()
        self._place.close()
        with self._lock:
            for end in self._open:
                _end(end)

    @property
    def weather(self) -> Weather:
        """How bad the line is, for pieces that travel from now on."""
        return self._weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        was_down, self._weather = self._weather.is_down, weather
        if weather.is_down and not was_down:
            self._refuse()
        elif was_down and not weather.is_down:
            self._listen()

    def lead_to(self, target_url: str) -> None:
        """From the next connection on, forward to this server."""
        parts = urlsplit(target_url)
        assert parts.hostname is not None and parts.port is not None
        self._target = (parts.hostname, parts.port)

    def plan(self, cut: Cut | None) -> None:
        """From the next connection on, cut so; ``None`` for a good line."""
        with self._lock:
            self._plan = cut
            self.cuts = 0
        self.reached.clear()
        self._released.clear()

    def release(self) -> None:
        """Let what stalls end, cut."""
        self._released.set()

    def _listen(self) -> None:
        self._listener = socket.create_server(self._place.getsockname())
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _refuse(self) -> None:
        """Listen no more: who connects is refused at once, as by a server that does not run."""
        if self._listener is not None:
            _end(self._listener)
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                _end(client, hard=True)
                continue
            with self._lock:
                self._open |= {client, server}
                line = _Line(client, server, self._plan, self._at_the_place, self._weathered)
            for pump in (line.upstream, line.downstream):
                threading.Thread(target=pump, daemon=True).start()

    def _weathered(self, to: socket.socket, piece: bytes, done: int) -> bool:
        """Pass a piece on as the weather lets it; False when the connection is to be reset."""
        step = self.weather.slice_bytes or len(piece) or 1
        for first in range(0, len(piece), step):
            weather, part = self.weather, piece[first : first + step]
            with self._lock:
                drawn, late = self._random.random(), self._random.random()
            pause = weather.latency_seconds + late * weather.jitter_seconds
            if weather.bytes_per_second:
                pause += len(part) / weather.bytes_per_second
            if pause:
                time.sleep(pause)
            is_over = weather.limit_bytes and done + first + len(part) > weather.limit_bytes
            if weather.is_down or is_over or drawn < weather.reset_chance:
                return False
            to.sendall(part)
        return True

    def _at_the_place(self) -> bool:
        """A connection came to the place of the cut. May it be cut? Waits there if it stalls."""
        with self._lock:
            plan = self._plan
            if plan is None or self.cuts >= plan.times:
                return False
            self.cuts += 1
        self.reached.set()
        if plan.stalls:
            self._released.wait(_LONGEST_STALL)
        return True


@dataclass(slots=True)
class _Line:
    """One connection and its end."""

    client: socket.socket
    server: socket.socket
    plan: Cut | None
    at_the_place: Callable[[], bool]
    weathered: Callable[[socket.socket, bytes, int], bool]
    is_armed: bool = False
    sent: int = 0
    answered: int = 0
    passed: int = 0

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
        if self.is_armed and way == "sent":
            self.sent += len(piece)
        elif self.is_armed:
            self.answered += len(piece)
        if limit is not None and done <= limit < done + len(piece):
            with contextlib.suppress(OSError):
                to.sendall(piece[: limit - done])
            if self.at_the_place():
                self._hang_up(hard=True)
                return False
            piece = piece[limit - done :]
        if not self.weathered(to, piece, self.passed):
            self._hang_up(hard=True)
            return False
        self.passed += len(piece)
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
