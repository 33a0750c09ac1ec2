"""What a device can ask for: each operation with its path, its limits and the work it does.

Who asks is found out here, once for all of them. The work runs in threads.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec
from sqlalchemy import Engine

from sync.protocol.codec import (
    JSON_TYPE,
    LARGEST_BODY_BYTES,
    LINES_TYPE,
    decode_message,
    decode_push,
)
from sync.protocol.directory import DirectoryRequest
from sync.protocol.messages import (
    ChallengeRequest,
    EnrolRequest,
    LeaveRequest,
    Left,
    LoginRequest,
    PartRowsRequest,
    PartsRequest,
    PullRequest,
    PushAnswer,
    RefreshRequest,
    Refusal,
    RefusalCode,
)
from sync.protocol.packs import PackRequest, PacksRequest
from sync.protocol.parcel import PARCEL_TYPE, Fault, ParcelError
from sync.protocol.rules import is_uuid
from sync.server import enrolment, limits, packs, parcels, sessions, witnesses
from sync.server.database import without_flush
from sync.server.directory import directory_for, server_seed
from sync.server.parts import part_rows, parts
from sync.server.pull import MOST_CURSORS, pull
from sync.server.push import push
from sync.server.relaying import relay
from sync.server.settings import Settings
from sync.server.verdicts import Verdicts
from sync.server.volumes import count_pulled, rows_in

_SMALL_BODY_BYTES = 64 * 1024


@dataclass(slots=True)
class Who:
    """Who asks: the address at once, the device and its office when they are known.

    Attributes:
        author: the device whose changes it brings, where those are another's.
        pulls_much: with this request it pulled unusually much.
        verdicts: what became of the pushes in it.
    """

    address: str = ""
    device: str = ""
    office: str = ""
    author: str = ""
    pulls_much: bool = False
    verdicts: Verdicts = field(default_factory=Verdicts)


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
    """A parcel, or the content of a pack: its bytes go out as they are."""

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


def authenticated(call: Call) -> sessions.Device | Refusal:
    """The device that asks, if it may ask now."""
    with call.engine.begin() as connection:
        without_flush(connection)  # nothing but the count of what was asked is written here
        device = sessions.bearer(connection, call.token)
        if isinstance(device, Refusal):
            return device
        call.who.device, call.who.office = str(device.device_id), str(device.office_id)
        refusal = limits.device_may_ask(connection, device.device_id, call.settings)
        return refusal or device


def _push(call: Call) -> Reply:
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    answer = push(call.engine, device, decode_push(call.body))
    if isinstance(answer, PushAnswer):
        call.who.verdicts.count(answer)
    return answer


def _leave(call: Call) -> Reply:
    request = decode_message(call.body, LeaveRequest)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        if request.epoch.isalnum():
            witnesses.kept(connection, device.device_id, request.epoch[:16], request.ledger)
        sessions.leave(connection, device.device_id)
    return Left(device=str(device.device_id))


def _pull(call: Call) -> Reply:
    request = decode_message(call.body, PullRequest)
    if len(request.cursors) > MOST_CURSORS:
        return Refusal(code=RefusalCode.TOO_LARGE)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    # Asked again inside: rights and rows are then of one moment.
    answer = pull(call.engine, call.token, request)
    if isinstance(answer, bytes):
        rows = rows_in(answer)
        call.who.pulls_much = count_pulled(call.engine, device, rows, call.settings)
    return answer


def _parts(call: Call) -> Reply:
    request = decode_message(call.body, PartsRequest)
    device = authenticated(call)
    return device if isinstance(device, Refusal) else parts(call.engine, call.token, request)


def _part_rows(call: Call) -> Reply:
    request = decode_message(call.body, PartRowsRequest)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    answer = part_rows(call.engine, call.token, request)
    if isinstance(answer, bytes):
        rows = rows_in(answer)
        call.who.pulls_much = count_pulled(call.engine, device, rows, call.settings)
    return answer


def _directory(call: Call) -> Reply:
    decode_message(call.body, DirectoryRequest)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        return directory_for(connection, device, seed=server_seed(connection))


def _packs(call: Call) -> Reply:
    decode_message(call.body, PacksRequest)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        return packs.packs_for(connection, sorted(device.communes))


def _pack(call: Call) -> Reply:
    request = decode_message(call.body, PackRequest)
    device = authenticated(call)
    if isinstance(device, Refusal):
        return device
    if not request.sha256.isalnum():  # no database is asked for letters it does not hold
        return Refusal(code=RefusalCode.NOT_FOUND)
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        content = packs.content_for(connection, request.sha256, sorted(device.communes))
    return Refusal(code=RefusalCode.NOT_FOUND) if content is None else SealedReply(content)


def _parcel(call: Call) -> Reply:
    """A device carries a parcel that it cannot read, and takes the answer back the same way."""
    carrier = authenticated(call)
    if isinstance(carrier, Refusal):
        return carrier
    answer = io.BytesIO()
    try:
        received = parcels.receive(call.engine, io.BytesIO(call.body), answer, call.settings)
    except ParcelError as error:
        if error.fault is Fault.NOT_A_PARCEL:
            return Refusal(code=RefusalCode.MALFORMED)
        return Refusal(code=RefusalCode.PARCEL, why=error.fault.value)
    call.who.author, call.who.pulls_much = received.device, received.is_much
    call.who.verdicts = received.verdicts
    return SealedReply(answer.getvalue())


def _relay(call: Call) -> Reply:
    """A box brings what its neighbours signed."""
    box = authenticated(call)
    if isinstance(box, Refusal):
        return box
    sent = decode_push(call.body)
    if is_uuid(sent.header.device):
        call.who.author = sent.header.device
    return relay(call.engine, box, sent, call.who.verdicts)


OPERATIONS = (
    Operation("/auth/enrol", JSON_TYPE, _SMALL_BODY_BYTES, _enrol),
    Operation("/auth/challenge", JSON_TYPE, _SMALL_BODY_BYTES, _challenge),
    Operation("/auth/login", JSON_TYPE, _SMALL_BODY_BYTES, _login),
    Operation("/auth/refresh", JSON_TYPE, _SMALL_BODY_BYTES, _refresh),
    Operation("/auth/leave", JSON_TYPE, _SMALL_BODY_BYTES, _leave),
    Operation("/sync/v1/push", LINES_TYPE, LARGEST_BODY_BYTES, _push),
    Operation("/sync/v1/relay", LINES_TYPE, LARGEST_BODY_BYTES, _relay),
    Operation("/sync/v1/pull", JSON_TYPE, _SMALL_BODY_BYTES, _pull),
    Operation("/sync/v1/parts", JSON_TYPE, _SMALL_BODY_BYTES, _parts),
    Operation("/sync/v1/part_rows", JSON_TYPE, _SMALL_BODY_BYTES, _part_rows),
    Operation("/sync/v1/directory", JSON_TYPE, _SMALL_BODY_BYTES, _directory),
    Operation("/sync/v1/packs", JSON_TYPE, _SMALL_BODY_BYTES, _packs),
    Operation("/sync/v1/pack", JSON_TYPE, _SMALL_BODY_BYTES, _pack),
    Operation("/sync/v1/parcel", PARCEL_TYPE, LARGEST_BODY_BYTES, _parcel),
)
