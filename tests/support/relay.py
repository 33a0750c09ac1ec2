"""A TCP relay in front of servers: what passes, and where to, is for subclasses."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_PIECE = 65536


class Relay:
    """Forwards every connection; a context manager.

    Attributes:
        url: where clients connect.
    """

    #: Bytes read at a time; what waits in the relay has passed no line yet.
    piece = _PIECE

    def __init__(self, target_url: str = "") -> None:
        self._target_url = target_url
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
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

    def target_url(self) -> str:
        """Where the connection that has just come leads."""
        return self._target_url

    def passing(self, piece: bytes, *, is_up: bool) -> None:
        """Before a piece is handed on, in the thread of its direction."""

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, max(16 * 1024, self.piece))
                target = urlsplit(self.target_url())
                try:
                    server = socket.create_connection((target.hostname, target.port))
                except OSError:  # there is nobody now; the next connection may find somebody
                    client.close()
                    continue
                for source, sink, is_up in ((client, server, True), (server, client, False)):
                    threading.Thread(
                        target=self._pump, args=(source, sink, is_up), daemon=True
                    ).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_up: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(self.piece):
                self.passing(piece, is_up=is_up)
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
