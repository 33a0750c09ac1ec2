"""Answers in pieces, so that each is on its way before the next is handed over.

Over TLS the transport takes a whole answer at once, however large, and counts it as sent. The web
server then ends the connection for want of a next request, while the client is still reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.server.heads import PIECE_BYTES

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send


def in_pieces(app: ASGIApp) -> ASGIApp:
    """The same application, whose answers go out piece by piece."""

    async def paced(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_pieces(message: Message) -> None:
            if message["type"] != "http.response.body" or len(message["body"]) <= PIECE_BYTES:
                return await send(message)
            body = message["body"]
            *firsts, last = range(0, len(body), PIECE_BYTES)
            for at in firsts:
                await send({**message, "body": body[at : at + PIECE_BYTES], "more_body": True})
            await send({**message, "body": body[last:]})

        await app(scope, receive, send_pieces)

    return paced
