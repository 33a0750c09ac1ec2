"""The head of a request: short, and soon there. Who sends otherwise is cut off.

The web server keeps every line of a head, and waits for its end, without a limit; so one stranger
could fill the memory and hold connections for ever. A reverse proxy before it would end that too,
but a box has none. What stands around the pieces of a body counts as well, and an answer has to be
fetched.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

#: As much as a transport holds before it asks for a pause; over TLS it would hold eight times it.
PIECE_BYTES = 64 * 1024
#: Our own heads have less than one KiB; so much are the usual limits of proxies together.
LARGEST_HEAD_BYTES = 64 * 1024


class PromptHeads(HttpToolsProtocol):
    """A connection whose requests begin as a program's do.

    Attributes:
        head_seconds: from a connection, or the first byte of a request, to the end of its head.
        rest_seconds: for what still comes of a body that was answered before it was there. Some
            systems forget an answer when the line is cut while they send.
        answer_seconds: in which an answer, or another part of it, is fetched; a client gives up as
            late.
    """

    head_seconds: ClassVar[float] = 30
    rest_seconds: ClassVar[float] = 120
    answer_seconds: ClassVar[float] = 600

    _coming: asyncio.TimerHandle | None = None
    _going: asyncio.TimerHandle | None = None
    _is_lost = False
    _is_in_head = True
    #: Of the present request: everything but its body, give or take the piece it begins in.
    _around_bytes = 0
    _body_bytes = 0

    # -- what comes

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # its own
        self._open: list[RequestResponseCycle] = []
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=PIECE_BYTES)
        self._wait_for_it(self.head_seconds)

    def data_received(self, data: bytes) -> None:
        self._around_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self.cycle is not None and self.cycle.response_complete:
            self._wait_for_it(self.head_seconds)  # the rest of a body came, or half a head
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
        self._open.append(self.cycle)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._around_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_head = True
        self._stop_waiting()
        super().on_message_complete()

    def _wait_for_it(self, seconds: float) -> None:
        if self._coming is None and not self._is_lost:
            self._coming = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._coming is not None:
            self._coming.cancel()
            self._coming = None

    # -- what goes

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_fetched()

    def on_response_complete(self) -> None:
        self._open = [cycle for cycle in self._open if not cycle.response_complete]
        if not self._is_in_head:
            self._wait_for_it(self.rest_seconds)
        self._expect_fetched()
        super().on_response_complete()

    def _expect_fetched(self) -> None:
        self._stop_expecting()
        if not self._is_lost:  # a request may end after its connection
            self._going = self.loop.call_later(self.answer_seconds, self._end_unfetched)

    def _stop_expecting(self) -> None:
        if self._going is not None:
            self._going.cancel()
            self._going = None

    def _end_unfetched(self) -> None:
        self._going = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    # -- the end

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_lost = True
        self._stop_waiting()
        self._stop_expecting()
        for cycle in self._open:  # the web server itself knows the newest only
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)
