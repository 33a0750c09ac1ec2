"""Whatever may answer in place of our server: a plain socket that says what it was told to say."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType


def http_answer(
    body: bytes,
    *,
    status: str = "200 OK",
    content_type: str = "application/json",
    headers: tuple[str, ...] = (),
    claimed_length: int | None = None,
) -> bytes:
    """The bytes of an HTTP answer; ``claimed_length`` may lie."""
    length = len(body) if claimed_length is None else claimed_length
    head = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {content_type}",
        f"Content-Length: {length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


class Answering:
    """Listens on this machine and answers every connection alike; a context manager.

    Attributes:
        requests: what was asked, whole.
        url: ``http://…`` or ``https://…`` of it.
    """

    def __init__(self, answer: bytes, *, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []

    def __enter__(self) -> Answering:
        threading.Thread(target=self._serve, daemon=True).start()
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

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # A client that refuses the certificate goes away in the middle of the handshake.
            with contextlib.suppress(OSError), connection:
                if self._tls is None:
                    self._converse(connection)
                else:
                    with self._tls.wrap_socket(connection, server_side=True) as secured:
                        self._converse(secured)

    def _converse(self, connection: socket.socket) -> None:
        self.requests.append(_whole_request(connection))
        connection.sendall(self._answer)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return received
        received += piece
        if not received.startswith(b"POST"[: len(received)]):  # not HTTP: somebody's handshake
            return received
    head, _, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body
