"""The door of the server: routes, limits, and every refusal as a JSON body with a code.

Bodies are read with a limit while they arrive; the work itself is done in threads, because it
waits for the database. Nothing of a body, a token or an exception's text is ever logged.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

import anyio.to_thread
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from sync.protocol import codec
from sync.protocol.addresses import is_loopback
from sync.protocol.codec import (
    JSON_TYPE,
    LARGEST_BODY_BYTES,
    LARGEST_INFLATED_BYTES,
    LINES_TYPE,
    WireError,
    compressed,
    inflated,
)
from sync.protocol.messages import (
    Refusal,
    RefusalCode,
)
from sync.protocol.parcel import PARCEL_TYPE
from sync.server import openapi
from sync.server.database import passes_by_itself
from sync.server.metrics import METRICS_TYPE, Metrics
from sync.server.operations import OPERATIONS, Call, Operation, Reply, SealedReply, Who
from sync.server.room import Room, Visit
from sync.server.settings import Settings

_log = logging.getLogger(__name__)

AnyRequest: TypeAlias = Request[Any, Any, Any]

#: The HTTP status of each refusal; clients decide by the code.
STATUS = {
    RefusalCode.BAD_CODE: HTTPStatus.FORBIDDEN,
    RefusalCode.BAD_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    RefusalCode.UNKNOWN_DEVICE: HTTPStatus.UNAUTHORIZED,
    RefusalCode.REVOKED: HTTPStatus.FORBIDDEN,
    RefusalCode.TOKEN_EXPIRED: HTTPStatus.UNAUTHORIZED,
    RefusalCode.GAP: HTTPStatus.CONFLICT,
    RefusalCode.FORK: HTTPStatus.CONFLICT,
    RefusalCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RefusalCode.MALFORMED: HTTPStatus.BAD_REQUEST,
    RefusalCode.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    RefusalCode.PARCEL: HTTPStatus.UNPROCESSABLE_ENTITY,
}

#: A body over its limit is still read so far, and forgotten: the refusal then arrives before the
#: line is cut.
_READ_AND_FORGET_BYTES = LARGEST_INFLATED_BYTES + LARGEST_BODY_BYTES
_BODY_SECONDS = 120
_RETRY_SECONDS = 5
#: Who found no room may come back soon: what is inside takes seconds.
_FULL_SECONDS = 2
#: Shorter answers are not worth compressing.
_COMPRESS_FROM_BYTES = 1024


def create_app(
    engine: Engine,
    *,
    settings: Settings | None = None,
    operations: Sequence[Operation] = OPERATIONS,
) -> Litestar:
    """The application on this database."""
    settings = settings or Settings()
    limiter = anyio.CapacityLimiter(settings.database_connections)
    room = Room.of(settings)
    metrics = Metrics()
    return Litestar(
        route_handlers=[
            *(
                _handler(operation, engine, limiter, room, settings, metrics)
                for operation in operations
            ),
            _health("/health", engine, limiter),
            _health("/ready", engine, limiter),
            _live(),
            _openapi(tuple(operations)),
            _metrics(metrics, room),
        ],
        exception_handlers={HTTPException: _refuse_route, Exception: _refuse_failure},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,  # our own limit answers after the body, not by a cut line
    )


def _handler(
    operation: Operation,
    engine: Engine,
    limiter: anyio.CapacityLimiter,
    room: Room,
    settings: Settings,
    metrics: Metrics,
) -> HTTPRouteHandler:
    @post(operation.path, status_code=HTTPStatus.OK)
    async def handle(request: AnyRequest) -> Response[bytes]:
        began = time.perf_counter()
        who = Who(address=request.client.host if request.client else "")
        with room.visited(request.headers.get("authorization", "")) as visit:
            body = await _read_body(request, operation.largest_body_bytes, visit)
            if isinstance(body, Refusal):
                reply: Reply = body
                response = _response(reply, request.headers)
            else:
                work = partial(_worked, operation, engine, request.headers, body, settings, who)
                reply, response = await anyio.to_thread.run_sync(work, limiter=limiter)
        seconds = time.perf_counter() - began
        code = reply.code.value if isinstance(reply, Refusal) else "ok"
        metrics.count(operation.path, code, seconds, who.verdicts)
        metrics.pull_alarms += who.pulls_much
        _log_request(operation.path, code, reply, seconds, who)
        return response

    return handle


def _live() -> HTTPRouteHandler:
    @get("/live")
    async def handle() -> Response[bytes]:
        return _response(Health(), {})

    return handle


def _openapi(operations: tuple[Operation, ...]) -> HTTPRouteHandler:
    @get("/openapi.json")
    async def handle() -> Response[bytes]:
        return Response(openapi.document(operations), media_type=JSON_TYPE)

    return handle


def _metrics(metrics: Metrics, room: Room) -> HTTPRouteHandler:
    """Figures for who looks after this machine: to others there is no such path."""

    @get("/metrics")
    async def handle(request: AnyRequest) -> Response[bytes]:
        if request.client is None or not is_loopback(request.client.host):
            return _response(Refusal(code=RefusalCode.NOT_FOUND), {})
        return Response(
            metrics.exposed(requests=room.requests, body_bytes=room.body_bytes),
            media_type=METRICS_TYPE,
        )

    return handle


def _health(path: str, engine: Engine, limiter: anyio.CapacityLimiter) -> HTTPRouteHandler:
    @get(path)
    async def handle() -> Response[bytes]:
        reply = await anyio.to_thread.run_sync(_check_health, engine, limiter=limiter)
        return _response(reply, {})

    return handle


class Health(msgspec.Struct, frozen=True):
    """The server answers; where it says it is ready, so does its database."""

    status: str = "ok"


def _check_health(engine: Engine) -> Reply:
    try:
        with engine.connect() as connection:
            connection.execute(select(1))
    except SQLAlchemyError as error:
        return _refusal_of(error)
    return Health()


async def _read_body(request: AnyRequest, largest_bytes: int, visit: Visit) -> bytes | Refusal:
    """The body, or why it is not taken, after reading past it as far as is sensible."""
    body = bytearray()
    is_too_large = False
    forgotten = 0
    async with asyncio.timeout(_BODY_SECONDS):
        async for chunk in request.stream():
            is_too_large = is_too_large or len(body) + len(chunk) > largest_bytes
            if is_too_large or not visit.brings(len(chunk)):
                forgotten += len(body) + len(chunk)
                body.clear()
            else:
                body += chunk
            if forgotten > _READ_AND_FORGET_BYTES:
                break
    if is_too_large:
        return Refusal(code=RefusalCode.TOO_LARGE)
    if not visit.is_welcome:
        return Refusal(code=RefusalCode.BUSY, retry_after_seconds=_FULL_SECONDS)
    return bytes(body)


def _worked(
    operation: Operation,
    engine: Engine,
    headers: Any,
    raw_body: bytes,
    settings: Settings,
    who: Who,
) -> tuple[Reply, Response[bytes]]:
    """Do the operation and pack its answer, both in one thread."""
    reply = _work(operation, engine, headers, raw_body, settings, who)
    return reply, _response(reply, headers)


def _work(
    operation: Operation,
    engine: Engine,
    headers: Any,
    raw_body: bytes,
    settings: Settings,
    who: Who,
) -> Reply:
    """Check the envelope, then do the operation. Expected troubles come back as refusals."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != operation.body_type:
        return Refusal(code=RefusalCode.MALFORMED)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    try:
        body = _plain(raw_body, headers.get("content-encoding", "identity"))
        return operation.answer(
            Call(
                engine=engine,
                token=token if scheme == "Bearer" else "",
                body=body,
                settings=settings,
                who=who,
            )
        )
    except WireError as error:
        return Refusal(code=error.code)
    except SQLAlchemyError as error:
        return _refusal_of(error)


def _plain(raw_body: bytes, encoding: str) -> bytes:
    match encoding.strip().lower():
        case codec.GZIP | codec.ZSTD as known:
            return inflated(raw_body, known)
        case "identity" | "":
            return raw_body
        case _:
            raise WireError(RefusalCode.MALFORMED)


def _refusal_of(error: Exception) -> Refusal:
    """Busy when waiting helps; anything else is our own failure, and logged."""
    if passes_by_itself(error):
        return Refusal(code=RefusalCode.BUSY, retry_after_seconds=_RETRY_SECONDS)
    _log_failure(error)
    return Refusal(code=RefusalCode.INTERNAL)


def _response(reply: Reply, headers: Any) -> Response[bytes]:
    content, media_type = _content(reply)
    answer_headers = {"Cache-Control": "no-store"}
    if isinstance(reply, Refusal) and reply.retry_after_seconds:
        answer_headers["Retry-After"] = str(reply.retry_after_seconds)
    accepted = headers.get("accept-encoding", "")
    encoding = next((name for name in (codec.ZSTD, codec.GZIP) if name in accepted), None)
    if len(content) >= _COMPRESS_FROM_BYTES and encoding is not None and media_type != PARCEL_TYPE:
        content = compressed(content, encoding)
        answer_headers["Content-Encoding"] = encoding
    return Response(
        content,
        status_code=STATUS[reply.code] if isinstance(reply, Refusal) else HTTPStatus.OK,
        media_type=media_type,
        headers=answer_headers,
    )


def _content(reply: Reply) -> tuple[bytes, str]:
    match reply:
        case SealedReply(body=body):
            return body, PARCEL_TYPE
        case bytes():
            return reply, LINES_TYPE
        case _:
            return msgspec.json.encode(reply), JSON_TYPE


def _refuse_route(_: AnyRequest, error: HTTPException) -> Response[bytes]:
    """No such path or method: still our kind of answer."""
    status = error.status_code
    is_unknown = status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
    code = RefusalCode.NOT_FOUND if is_unknown else RefusalCode.MALFORMED
    return Response(
        msgspec.json.encode(Refusal(code=code)), status_code=status, media_type=JSON_TYPE
    )


def _refuse_failure(_: AnyRequest, error: Exception) -> Response[bytes]:
    _log_failure(error)
    return _response(Refusal(code=RefusalCode.INTERNAL), {})


def _log_request(path: str, code: str, reply: Reply, seconds: float, who: Who) -> None:
    """Ids and codes: a refusal tells who was refused and why, whatever else is quiet."""
    told: dict[str, object] = {"path": path, "code": code, "milliseconds": round(seconds * 1000, 1)}
    told |= {"device": who.device, "office": who.office} if who.device else {}
    told |= {"author": who.author} if who.author else {}
    # Inside an answer that is "ok" there may be refusals too, of single changes or of whole pushes.
    told |= {"held": who.verdicts.held} if who.verdicts.held else {}
    told |= {"pushes_refused": who.verdicts.refused} if who.verdicts.refused else {}
    if isinstance(reply, Refusal):
        told |= {"why": reply.why} if reply.why else {}
        _log.info("refused", extra=told)
    else:
        _log.info("request", extra=told)


def _log_failure(error: Exception) -> None:
    """What failed and where; not the message, which may quote what somebody sent."""
    places = traceback.extract_tb(error.__traceback__)
    ours = [place for place in places if "/sync/" in Path(place.filename).as_posix()]
    _log.error(
        "failure",
        extra={
            "error": type(error).__name__,
            "state": getattr(getattr(error, "orig", None), "sqlstate", None),
            "at": [
                f"{Path(place.filename).name}:{place.lineno}" for place in [*ours, *places[-1:]]
            ],
        },
    )
