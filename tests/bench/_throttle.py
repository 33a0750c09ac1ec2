"""A line of so many bits a second in each direction, in front of a server."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from urllib.parse import urlsplit

#: A packet of Ethernet: what a slow line hands over at a time.
_PIECE = 1400


class Throttle:
    """Forwards to ``target_url``; a context manager.

    Attributes:
        url: where clients connect.
        up: bytes that went to the server so far, heads of HTTP included.
        down: bytes that came from it.
    """

    def __init__(self, target_url: str, *, bits_per_second: float) -> None:
        parts = urlsplit(target_url)
        self._target = (parts.hostname, parts.port)
        self._seconds_per_byte = 8 / bits_per_second
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.up = self.down = 0

    def __enter__(self) -> Throttle:
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

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                # Small: what waits in a buffer has passed no slow line.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
                server = socket.create_connection(self._target)
                for source, sink, way in ((client, server, "up"), (server, client, "down")):
                    pump = threading.Thread(
                        target=self._pump, args=(source, sink, way), daemon=True
                    )
                    pump.start()

    def _pump(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        free_at = 0.0
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                free_at = max(free_at, time.monotonic()) + len(piece) * self._seconds_per_byte
                time.sleep(max(0.0, free_at - time.monotonic()))
                sink.sendall(piece)
                setattr(self, way, getattr(self, way) + len(piece))
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
