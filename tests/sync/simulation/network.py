"""The line between the PCs and the server, with everything that happens on it.

A request is carried in two halves, there and back, and between them others may act. What happens
on the way is drawn for each request: most arrive, some do not, some twice or late, and sometimes
something else answers.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique

import requests
import urllib3
from requests.adapters import BaseAdapter
from urllib3.connection import HTTPConnection

from sync.protocol.codec import (
    JSON_TYPE,
    LINES_TYPE,
    WireError,
    decode_pull,
    encode_lines,
    inflated,
)
from sync.protocol.messages import RefusalCode
from tests.sync.simulation.server import Reply


@unique
class Fate(Enum):
    """What becomes of one request. The numbers are those of ``tests/sync/faults.md``."""

    ARRIVES = "arrives"
    NO_CONNECTION = "no connection"  # T1, T14
    CUT_ON_THE_WAY = "cut on the way"  # T2
    ANSWER_LOST = "answer lost"  # T3
    ANSWER_CUT = "answer cut"  # T11
    LATE = "late"  # T4, T7: the client gives up, then the request arrives after all
    ANSWER_LATE = "answer late"  # T4: the work is done, the client gave up
    TWICE = "twice"  # T5, one after the other
    TWICE_AT_ONCE = "twice at once"  # T5
    PORTAL = "portal"  # T10
    REDIRECT = "redirect"  # T10
    GATEWAY = "gateway"  # a box in front of the server has no server
    BUSY = "busy"
    PACKED_TWICE = "packed twice"  # T11
    UNPACKED_WRONG = "unpacked wrong"  # T11: the body inflated, the header left
    SERVER_DIES = "server dies"  # T17
    ROW_LEFT_OUT = "row left out"  # T60: the cursor runs over a row that did not come


@dataclass(frozen=True)
class Letter:
    """A request as it leaves a PC."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        """The body, unpacked."""
        return plain(self.body, encoding_of(self.headers.items()))

    @property
    def path(self) -> str:
        """What is asked for."""
        return "/" + self.url.split("/", 3)[3]


class Line(BaseAdapter):
    """Stands where the network stands: hands each request to ``carry``."""

    def __init__(self, carry: Callable[[requests.PreparedRequest], requests.Response]) -> None:
        super().__init__()
        self._carry = carry

    def send(
        self, request: requests.PreparedRequest, *_args: object, **_how: object
    ) -> requests.Response:
        """Carry one request."""
        return self._carry(request)

    def close(self) -> None:
        """Nothing is open."""


def letter_of(request: requests.PreparedRequest) -> Letter:
    """What would travel."""
    body = request.body
    content = getattr(body, "read", lambda: body or b"")()
    assert isinstance(content, bytes)
    assert request.url is not None
    return Letter(url=request.url, headers=dict(request.headers), body=content)


def response_of(
    request: requests.PreparedRequest, reply: Reply, *, cut_at: int | None = None
) -> requests.Response:
    """The answer as requests gives it; ``cut_at`` ends the line after so many bytes of it."""
    headers = urllib3.HTTPHeaderDict(reply.headers)
    if "content-length" not in headers:
        headers["content-length"] = str(len(reply.body))
    body = reply.body if cut_at is None else reply.body[:cut_at]
    response = requests.Response()
    response.status_code = reply.status
    response.headers = requests.structures.CaseInsensitiveDict(headers)
    response.raw = urllib3.HTTPResponse(
        body=io.BytesIO(body),
        headers=headers,
        status=reply.status,
        preload_content=False,
        decode_content=False,
        request_method="POST",
    )
    response.request = request
    response.url = str(request.url)
    return response


def no_connection() -> requests.ConnectionError:
    """Nobody answers at all."""
    nobody = urllib3.exceptions.NewConnectionError(HTTPConnection("127.0.0.1"), "refused")
    return requests.ConnectionError(nobody)


def cut() -> requests.ConnectionError:
    """The line ended before an answer came."""
    reset = ConnectionResetError(104, "reset")
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("aborted", reset))


def timed_out() -> requests.ReadTimeout:
    """Nothing moved for too long."""
    return requests.ReadTimeout(TimeoutError())


PORTAL = Reply(200, [("content-type", "text/html")], b"<html>Wi-Fi: sign in</html>")
REDIRECT = Reply(302, [("content-type", "text/html"), ("location", "/login")], b"")
GATEWAY = Reply(502, [("content-type", "text/html")], b"<h1>502</h1>")


def busy() -> Reply:
    """The server asks to come back later."""
    body = b'{"code":"' + RefusalCode.BUSY.value.encode() + b'","retry_after_seconds":1}'
    return Reply(503, [("content-type", JSON_TYPE)], body)


def packed_twice(reply: Reply) -> Reply:
    """A box on the way compresses what is compressed already."""
    return Reply(reply.status, _without_length(reply.headers), gzip.compress(reply.body, mtime=0))


def unpacked_wrong(reply: Reply) -> Reply:
    """A box on the way inflates and does not say so, or the other way round."""
    encoding = encoding_of(reply.headers)
    is_plain = encoding == "identity"
    body = gzip.compress(reply.body, mtime=0) if is_plain else plain(reply.body, encoding)
    return Reply(reply.status, _without_length(reply.headers), body)


def one_row_less(reply: Reply, which: int) -> Reply:
    """An answer with rows lacks one of them; ``which`` is counted round."""
    try:
        page = decode_pull(content_of(reply))
    except WireError:  # no answer with rows
        return reply
    if reply.status != 200 or not page.rows:
        return reply
    rows = [row for at, row in enumerate(page.rows) if at != which % len(page.rows)]
    body = encode_lines([*page.grants, *page.drops, *rows, page.end])
    return Reply(reply.status, [("content-type", LINES_TYPE)], body)


def encoding_of(headers: Iterable[tuple[str, str]]) -> str:
    """How a body is packed."""
    found = [value for name, value in headers if name.lower() == "content-encoding"]
    return found[0] if found else "identity"


def plain(body: bytes, encoding: str) -> bytes:
    """A body unpacked."""
    return body if encoding == "identity" else inflated(body, encoding, ratio=10**9)


def content_of(reply: Reply) -> bytes:
    """The body of an answer, unpacked."""
    return plain(reply.body, encoding_of(reply.headers))


def _without_length(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() != "content-length"]
