"""The door of the server: routes, limits, and every refusal as a JSON body with a code.

Bodies are read with a limit while they arrive; the work itself is done in threads, because it
waits for the database. Nothing of a body, a token or an exception's text is ever logged.
"""

from __future__ import annotations

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
from sync.protocol.addresses import is_loopback, subscriber_of
from sync.protocol.codec import (
    JSON_TYPE,
    LINES_TYPE,
    WireError,
    compressed,
)
from sync.protocol.messages import SLOW, Refusal, RefusalCode
from sync.protocol.parcel import PARCEL_TYPE
from sync.server import openapi, sessions
from sync.server.bodies import read_body
from sync.server.database import passes_by_itself
from sync.server.metrics import METRICS_TYPE, Metrics
from sync.server.operations import OPERATIONS, Call, Operation, Reply, SealedReply, Who
from sync.server.room import Room
from sync.server.settings import Settings
from sync.server.statuses import STATUS

_log = logging.getLogger(__name__)

AnyRequest: TypeAlias = Request[Any, Any, Any]

_RETRY_SECONDS = 5
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
        who = Who(address=subscriber_of(request.client.host) if request.client else "")
        with room.visited(request.headers.get("authorization", "")) as visit:
            body = await read_body(
                request.stream(),
                largest_bytes=operation.largest_body_bytes,
                visit=visit,
                ask_who=partial(_stranger, operation, engine, request.headers, limiter, who),
            )
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
    encoding = headers.get("content-encoding", "").strip().lower()
    if operation.is_open and encoding not in ("", "identity"):
        return Refusal(code=RefusalCode.MALFORMED)  # nothing is inflated of who is not known
    try:
        return operation.answer(
            Call(
                engine=engine,
                token=_token(headers),
                raw_body=raw_body,
                encoding=encoding,
                settings=settings,
                who=who,
            )
        )
    except WireError as error:
        return Refusal(code=error.code)
    except SQLAlchemyError as error:
        return _refusal_of(error)


def _token(headers: Any) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


async def _stranger(
    operation: Operation,
    engine: Engine,
    headers: Any,
    limiter: anyio.CapacityLimiter,
    who: Who,
) -> Refusal | None:
    """The refusal for who sends much, or slowly, and has no right to."""
    if operation.is_open:  # small questions, asked in one breath
        return Refusal(code=RefusalCode.BUSY, retry_after_seconds=_RETRY_SECONDS, why=SLOW)
    token = _token(headers)
    if not token:
        return Refusal(code=RefusalCode.TOKEN_EXPIRED)
    return await anyio.to_thread.run_sync(_unknown, engine, token, who, limiter=limiter)


def _unknown(engine: Engine, token: str, who: Who) -> Refusal | None:
    try:
        with engine.connect() as connection:
            device = sessions.bearer(connection, token)
    except SQLAlchemyError as error:
        return _refusal_of(error)
    if isinstance(device, Refusal):
        return device
    who.is_known_as(device)
    return None


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
