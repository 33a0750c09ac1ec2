"""One address for several servers: connections are handed out in turn."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Sequence
from types import TracebackType
from urllib.parse import urlsplit

_PIECE = 65536


class Balancer:
    """Forwards each new connection to the next of these servers; a context manager.

    Attributes:
        url: where clients connect.
        served: how many connections each server got.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._targets = [(urlsplit(url).hostname, urlsplit(url).port) for url in urls]
        self._turn = itertools.cycle(range(len(self._targets)))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.served = [0] * len(self._targets)

    def __enter__(self) -> Balancer:
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
                number = next(self._turn)
                self.served[number] += 1
                server = socket.create_connection(self._targets[number])
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
