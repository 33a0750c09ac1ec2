"""HTTP to the province's server; the only user of requests.

Only ``https`` with the province's own certificate authority, or ``http`` to this very machine.
No redirects, no proxy passwords or certificates from the environment, no endless answers. Every
trouble comes back as a value of ``sync.client.outcomes``; text written by whoever answered is
never passed on.
"""

from __future__ import annotations

import logging
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.utils import get_environ_proxies

from sync.client.outcomes import (
    CertificateRejected,
    ConnectionCut,
    Malformed,
    NotOurServer,
    Refused,
    RequestTrouble,
    ServerBusy,
    ServerFailed,
    Unreachable,
)
from sync.client.watching import Watch
from sync.protocol.addresses import is_loopback
from sync.protocol.codec import (
    GZIP,
    JSON_TYPE,
    LARGEST_INFLATED_BYTES,
    LINES_TYPE,
    ZSTD,
    WireError,
    compressed,
    decode_message,
    inflated,
    is_cut_short,
)
from sync.protocol.messages import SLOW, Refusal, RefusalCode

T = TypeVar("T")
M = TypeVar("M", bound=msgspec.Struct)

_CHUNK_BYTES = 64 * 1024

# Its warnings quote what the other side sent; what matters of it is in the outcome.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what.

    Attributes:
        connect_seconds: for the connection, and for each 16 KiB sent.
        silence_seconds: between two pieces of an answer; the server thinks this long at most.
        answer_seconds: for one whole answer, however slowly it drips.
    """

    connect_seconds: float = 15.0
    silence_seconds: float = 60.0
    answer_seconds: float = 600.0


PATIENCE = Patience()


class BadAddressError(ValueError):
    """The server's address cannot be used: not https (nor loopback http), or not an address."""


def checked_address(raw_address: str) -> str:
    """The address without a trailing slash. Raises ``BadAddressError``.

    ``https`` is required; ``http`` is for a server on this machine (training and tests).
    """
    try:
        parts = urlsplit(raw_address.strip())
        has_valid_port = parts.port is None or parts.port > 0
    except ValueError as error:
        raise BadAddressError from error
    if parts.scheme not in ("https", "http") or not parts.hostname or not has_valid_port:
        raise BadAddressError
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadAddressError
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise BadAddressError
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class Transport:
    """One conversation with the server; use it as a context manager, in one thread.

    ``line`` carries the requests where it is not the network of this machine.

    Attributes:
        watch: told what goes over the line; set another one to look on.
    """

    def __init__(
        self,
        *,
        server_url: str,
        ca_file: str | None,
        patience: Patience = PATIENCE,
        line: BaseAdapter | None = None,
    ) -> None:
        self.watch = Watch()
        self._url = checked_address(server_url)
        self._patience = patience
        self._session = requests.Session()
        # Off: else REQUESTS_CA_BUNDLE replaces the pinned authority and .netrc the token.
        self._session.trust_env = False
        self._session.verify = ca_file if ca_file is not None else True
        if line is not None:
            self._session.mount("http://", line)
            self._session.mount("https://", line)
        if not is_loopback(urlsplit(self._url).hostname or ""):
            self._session.proxies = get_environ_proxies(self._url)

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def ask(
        self, path: str, message: msgspec.Struct, answer: type[M], *, token: str = ""
    ) -> M | RequestTrouble:
        """Send one message as JSON; the answer is one message of the type ``answer``."""
        return self.send(
            path,
            msgspec.json.encode(message),
            body_type=JSON_TYPE,
            answer_type=JSON_TYPE,
            decode=partial(decode_message, kind=answer),
            token=token,
        )

    def send(
        self,
        path: str,
        body: bytes,
        *,
        body_type: str,
        answer_type: str,
        decode: Callable[[bytes], T],
        token: str = "",
    ) -> T | RequestTrouble:
        """POST ``body`` and decode the answer, which must have the content type ``answer_type``.

        ``decode`` raises ``WireError`` for a damaged answer. Raises ``Stopped`` when its watch was
        asked to stop.
        """
        return self.watch.carried(
            partial(
                self._send,
                path,
                body,
                body_type=body_type,
                answer_type=answer_type,
                decode=decode,
                token=token,
            )
        )

    def _send(
        self,
        path: str,
        body: bytes,
        *,
        body_type: str,
        answer_type: str,
        decode: Callable[[bytes], T],
        token: str,
    ) -> T | RequestTrouble:
        try:
            response = self._post(path, body, body_type=body_type, token=token)
        except requests.RequestException as error:
            return _trouble_of(error)
        except urllib3.exceptions.HTTPError as error:  # some escape requests' translation
            return _trouble_of(error)
        with response:
            content = self._read(response)
            if not isinstance(content, bytes):
                return content
            if _is_cut_in_the_head(response, answer_type):
                return ConnectionCut()
            return _understand(response, content, answer_type=answer_type, decode=decode)

    def _post(self, path: str, body: bytes, *, body_type: str, token: str) -> requests.Response:
        headers = {
            "Content-Type": body_type,
            "Accept-Encoding": f"{ZSTD}, {GZIP}",
            "User-Agent": "so-an-sinh",
        }
        if body_type == LINES_TYPE:
            headers["Content-Encoding"] = ZSTD
            body = compressed(body, ZSTD)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._session.post(
            self._url + path,
            # As a stream: the time limit of sending then holds for each block, not for the whole
            # body, which on a line of 64 kbit/s takes a minute.
            data=self.watch.counted(body),
            headers=headers,
            timeout=(self._patience.connect_seconds, self._patience.silence_seconds),
            allow_redirects=False,
            stream=True,
        )

    def _read(self, response: requests.Response) -> bytes | RequestTrouble:
        """The whole body, inflated within the limits."""
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding not in (ZSTD, GZIP, "identity"):
            return NotOurServer()
        inflate = zlib.decompressobj(wbits=31) if encoding == GZIP else None
        deadline = time.monotonic() + self._patience.answer_seconds
        content = bytearray()
        try:
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
                self.watch.received(len(chunk))
                room = LARGEST_INFLATED_BYTES + 1 - len(content)
                content += chunk if inflate is None else inflate.decompress(chunk, room)
                if len(content) > LARGEST_INFLATED_BYTES:
                    return Malformed()
                if time.monotonic() > deadline:
                    return ConnectionCut(timed_out=True)
        except urllib3.exceptions.HTTPError as error:
            return _trouble_of(error)
        except zlib.error:
            return Malformed()
        if inflate is not None and not inflate.eof:
            return ConnectionCut()
        return _inflated(bytes(content)) if encoding == ZSTD else bytes(content)


def _inflated(content: bytes) -> bytes | RequestTrouble:
    try:
        return inflated(content, ZSTD, ratio=LARGEST_INFLATED_BYTES)
    except WireError:
        return ConnectionCut() if is_cut_short(content) else Malformed()


class Connect(Protocol):
    """Opens a conversation; ``Transport`` itself does it over this machine's network."""

    def __call__(
        self, *, server_url: str, ca_file: str | None, patience: Patience = PATIENCE
    ) -> Transport: ...


def _content_type(response: requests.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _is_cut_in_the_head(response: requests.Response, answer_type: str) -> bool:
    """Did the connection end among the headers?

    Our server always says how long its answer is; http.client takes half a head for a whole one.
    """
    is_framed = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
    return not is_framed and _content_type(response) in ("", JSON_TYPE, answer_type)


def _understand(
    response: requests.Response, content: bytes, *, answer_type: str, decode: Callable[[bytes], T]
) -> T | RequestTrouble:
    """Tell our server's answer from everything else that may stand in its place."""
    status = response.status_code
    content_type = _content_type(response)
    if status >= HTTPStatus.BAD_REQUEST and content_type == JSON_TYPE:
        refusal = _refusal_of(content)
        if refusal is not None:
            return _trouble_of_refusal(refusal, status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerFailed(status)
    # 2xx of another kind is what a hotel's sign-in page sends; 3xx wants to lead elsewhere.
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or content_type != answer_type:
        return NotOurServer()
    try:
        return decode(content)
    except WireError:
        return Malformed()


def _refusal_of(content: bytes) -> Refusal | None:
    try:
        return decode_message(content, Refusal)
    except WireError:
        return None


def _trouble_of_refusal(refusal: Refusal, status: int) -> RequestTrouble:
    match refusal.code:
        case RefusalCode.BUSY if refusal.why == SLOW:
            return ConnectionCut(timed_out=True, is_over_one=True)
        case RefusalCode.BUSY:
            return ServerBusy(retry_after_seconds=max(refusal.retry_after_seconds, 0))
        case RefusalCode.INTERNAL:
            return ServerFailed(status)
        case code:
            return Refused(code, expected=max(refusal.expected, 0), why=refusal.why)


def _trouble_of(error: BaseException) -> RequestTrouble:
    """Which trouble an exception of requests or urllib3 stands for, by what caused it."""
    causes = list(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if has(ssl.SSLCertVerificationError):
        return CertificateRejected()
    if has(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return ConnectionCut()
    if has(
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.ProxyError,
        requests.exceptions.InvalidURL,
    ):
        return Unreachable()
    if has(ssl.SSLError, requests.exceptions.InvalidHeader, urllib3.exceptions.HeaderParsingError):
        return NotOurServer()
    return ConnectionCut(timed_out=has(TimeoutError, urllib3.exceptions.ReadTimeoutError))


def _causes(error: BaseException | None, depth: int = 8) -> list[BaseException]:
    """The exception and everything inside it: urllib3 wraps by argument, by reason and by cause."""
    if error is None or depth == 0:
        return []
    found = [error]
    inner = [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
    for cause in inner:
        if isinstance(cause, BaseException) and cause is not error:
            found += _causes(cause, depth - 1)
    return found
