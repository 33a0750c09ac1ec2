"""The head of a request: short, and soon there. Who sends otherwise is cut off.

The web server keeps every line of a head, and waits for its end, without a limit; so one stranger
could fill the memory and hold connections for ever. A reverse proxy before it would end that too,
but a box has none. What stands around the pieces of a body counts as well.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Our own heads have less than one KiB; so much are the usual limits of proxies together.
LARGEST_HEAD_BYTES = 64 * 1024


class PromptHeads(HttpToolsProtocol):
    """A connection whose requests begin as a program's do.

    Attributes:
        head_seconds: from a connection, or the first byte of a request, to the end of its head.
    """

    head_seconds: ClassVar[float] = 30

    _timer: asyncio.TimerHandle | None = None
    _is_in_head = True
    #: Of the present request: everything but its body, give or take the piece it begins in.
    _around_bytes = 0
    _body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._wait_for_head()
        self._around_bytes += len(data)
        super().data_received(data)
        # Bytes that chunks of a body need around them grow with it.
        if self._around_bytes > LARGEST_HEAD_BYTES + self._body_bytes:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self._around_bytes = self._body_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._around_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_head = True
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
