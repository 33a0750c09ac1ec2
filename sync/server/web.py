"""The door of the server: routes, limits, and every refusal as a JSON body with a code.

Bodies are read with a limit while they arrive; the work itself is done in threads, because it
waits for the database. Nothing of a body, a token or an exception's text is ever logged.
"""

from __future__ import annotations

import asyncio
import io
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
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
from sync.protocol.codec import (
    JSON_TYPE,
    LARGEST_BODY_BYTES,
    LARGEST_INFLATED_BYTES,
    LINES_TYPE,
    WireError,
    compressed,
    decode_message,
    decode_push,
    inflated,
)
from sync.protocol.directory import DirectoryRequest
from sync.protocol.messages import (
    ChallengeRequest,
    EnrolRequest,
    LeaveRequest,
    Left,
    LoginRequest,
    PullRequest,
    RefreshRequest,
    Refusal,
    RefusalCode,
)
from sync.protocol.parcel import PARCEL_TYPE, Fault, ParcelError
from sync.protocol.rules import is_uuid
from sync.server import enrolment, limits, parcels, sessions, witnesses
from sync.server.database import CONNECTIONS, passes_by_itself
from sync.server.directory import directory_for, server_seed
from sync.server.pull import MOST_CURSORS, pull
from sync.server.push import push
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

_SMALL_BODY_BYTES = 64 * 1024
#: A body over its limit is still read so far, and forgotten: the refusal then arrives before the
#: line is cut.
_READ_AND_FORGET_BYTES = LARGEST_INFLATED_BYTES + LARGEST_BODY_BYTES
_BODY_SECONDS = 120
_RETRY_SECONDS = 5
#: Who found no room may come back soon: what is inside takes seconds.
_FULL_SECONDS = 2
#: Shorter answers are not worth compressing.
_COMPRESS_FROM_BYTES = 1024


@dataclass(slots=True)
class Who:
    """Who asks: the address at once, the device and its office when they are known."""

    address: str = ""
    device: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A request after its limits were checked."""

    engine: Engine
    token: str
    body: bytes
    settings: Settings
    who: Who


@dataclass(frozen=True, slots=True)
class SealedReply:
    """A parcel: its bytes go out as they are."""

    body: bytes


#: A message becomes JSON, bytes are lines already, a refusal gets its status.
Reply: TypeAlias = msgspec.Struct | bytes | SealedReply


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a device can ask for.

    Attributes:
        body_type: the content type it must be asked with.
        largest_body_bytes: as it travels.
        answer: does the work, in a thread.
    """

    path: str
    body_type: str
    largest_body_bytes: int
    answer: Callable[[Call], Reply]


def _enrol(call: Call) -> Reply:
    return enrolment.enrol(
        call.engine,
        decode_message(call.body, EnrolRequest),
        call.settings,
        address=call.who.address,
    )


def _challenge(call: Call) -> Reply:
    request = decode_message(call.body, ChallengeRequest)
    _claims(call, request.device)
    return sessions.challenge(call.engine, request, call.settings)


def _login(call: Call) -> Reply:
    request = decode_message(call.body, LoginRequest)
    _claims(call, request.device)
    return sessions.login(call.engine, request, call.settings, address=call.who.address)


def _refresh(call: Call) -> Reply:
    return sessions.refresh(call.engine, decode_message(call.body, RefreshRequest), call.settings)


def _claims(call: Call, device: str) -> None:
    """Who says to be this device; only an id is worth logging."""
    if is_uuid(device):
        call.who.device = device


def _authenticated(call: Call) -> sessions.Device | Refusal:
    """The device that asks, if it may ask now."""
    with call.engine.begin() as connection:
        device = sessions.authenticate(connection, call.token)
        if isinstance(device, Refusal):
            return device
        call.who.device, call.who.office = str(device.device_id), str(device.office_id)
        refusal = limits.device_may_ask(connection, device.device_id, call.settings)
        return refusal or device


def _push(call: Call) -> Reply:
    device = _authenticated(call)
    if isinstance(device, Refusal):
        return device
    return push(call.engine, device, decode_push(call.body))


def _leave(call: Call) -> Reply:
    request = decode_message(call.body, LeaveRequest)
    device = _authenticated(call)
    if isinstance(device, Refusal):
        return device
    with call.engine.begin() as connection:
        if request.epoch.isalnum():
            witnesses.kept(connection, device.device_id, request.epoch[:16], request.ledger)
        sessions.leave(connection, device.device_id)
    return Left(device=str(device.device_id))


def _pull(call: Call) -> Reply:
    request = decode_message(call.body, PullRequest)
    if len(request.cursors) > MOST_CURSORS:
        return Refusal(code=RefusalCode.TOO_LARGE)
    device = _authenticated(call)
    if isinstance(device, Refusal):
        return device
    # Asked again inside: rights and rows are then of one moment.
    return pull(call.engine, call.token, request)


def _directory(call: Call) -> Reply:
    decode_message(call.body, DirectoryRequest)
    device = _authenticated(call)
    if isinstance(device, Refusal):
        return device
    with call.engine.begin() as connection:
        return directory_for(connection, device, seed=server_seed(connection))


def _parcel(call: Call) -> Reply:
    """A device carries a parcel that it cannot read, and takes the answer back the same way."""
    carrier = _authenticated(call)
    if isinstance(carrier, Refusal):
        return carrier
    answer = io.BytesIO()
    try:
        parcels.receive(call.engine, io.BytesIO(call.body), answer)
    except ParcelError as error:
        if error.fault is Fault.NOT_A_PARCEL:
            return Refusal(code=RefusalCode.MALFORMED)
        return Refusal(code=RefusalCode.PARCEL, why=error.fault.value)
    return SealedReply(answer.getvalue())


OPERATIONS = (
    Operation("/auth/enrol", JSON_TYPE, _SMALL_BODY_BYTES, _enrol),
    Operation("/auth/challenge", JSON_TYPE, _SMALL_BODY_BYTES, _challenge),
    Operation("/auth/login", JSON_TYPE, _SMALL_BODY_BYTES, _login),
    Operation("/auth/refresh", JSON_TYPE, _SMALL_BODY_BYTES, _refresh),
    Operation("/auth/leave", JSON_TYPE, _SMALL_BODY_BYTES, _leave),
    Operation("/sync/v1/push", LINES_TYPE, LARGEST_BODY_BYTES, _push),
    Operation("/sync/v1/pull", JSON_TYPE, _SMALL_BODY_BYTES, _pull),
    Operation("/sync/v1/directory", JSON_TYPE, _SMALL_BODY_BYTES, _directory),
    Operation("/sync/v1/parcel", PARCEL_TYPE, LARGEST_BODY_BYTES, _parcel),
)


def create_app(engine: Engine, *, settings: Settings | None = None) -> Litestar:
    """The application on this database."""
    limiter = anyio.CapacityLimiter(CONNECTIONS)
    settings = settings or Settings()
    room = Room.of(settings)
    return Litestar(
        route_handlers=[
            *(_handler(operation, engine, limiter, room, settings) for operation in OPERATIONS),
            _health(engine, limiter),
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
        _log_request(operation.path, reply, began, who)
        return response

    return handle


def _health(engine: Engine, limiter: anyio.CapacityLimiter) -> HTTPRouteHandler:
    @get("/health")
    async def handle() -> Response[bytes]:
        reply = await anyio.to_thread.run_sync(_check_health, engine, limiter=limiter)
        return _response(reply, {})

    return handle


class Health(msgspec.Struct, frozen=True):
    """The server answers, and so does its database."""

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


def _log_request(path: str, reply: Reply, began: float, who: Who) -> None:
    """Ids and codes: a refusal tells who was refused and why, whatever else is quiet."""
    code = reply.code.value if isinstance(reply, Refusal) else "ok"
    milliseconds = round((time.perf_counter() - began) * 1000, 1)
    told: dict[str, object] = {"path": path, "code": code, "milliseconds": milliseconds}
    told |= {"device": who.device, "office": who.office} if who.device else {}
    if isinstance(reply, Refusal):
        told |= {"why": reply.why} if reply.why else {}
        _log.warning("refused", extra=told)
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
