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

from sync.protocol import codec
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
from sync.protocol.signing import is_signed, leave_text
from sync.server import enrolment, limits, packs, parcels, sessions, witnesses
from sync.server.bodies import SMALL_BODY_BYTES
from sync.server.database import without_flush
from sync.server.directory import directory_for, server_seed
from sync.server.parts import part_rows, parts
from sync.server.pull import MOST_CURSORS, pull
from sync.server.push import push
from sync.server.relaying import relay
from sync.server.settings import Settings
from sync.server.statuses import BAD_KEY, NO_SEQUEL, NOBODY, OF_A_TOKEN, OF_ANY_REQUEST
from sync.server.verdicts import Verdicts
from sync.server.volumes import count_pulled, rows_in


@dataclass(slots=True)
class Who:
    """Who asks: the address at once, the device and its office when they are known.

    Attributes:
        address: or the network, where that is one subscriber's.
        author: the device whose changes it says to bring, where those are another's.
        pulls_much: with this request it pulled unusually much.
        verdicts: what became of the pushes in it.
    """

    address: str = ""
    device: str = ""
    office: str = ""
    author: str = ""
    pulls_much: bool = False
    verdicts: Verdicts = field(default_factory=Verdicts)

    def is_known_as(self, device: sessions.Device) -> None:
        """The log tells its ids from here on."""
        self.device, self.office = str(device.device_id), str(device.office_id)


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose body is there, as it travelled."""

    engine: Engine
    token: str
    raw_body: bytes = field(repr=False)
    encoding: str
    settings: Settings
    who: Who

    def body(self) -> bytes:
        """What was sent; inflated only now, when it is known who sent it. Raises ``WireError``."""
        match self.encoding:
            case codec.GZIP | codec.ZSTD as known:
                return codec.inflated(self.raw_body, known)
            case "identity" | "":
                return self.raw_body
            case _:
                raise codec.WireError(RefusalCode.MALFORMED)


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
        is_open: asked without a token.
        refuses: why it may refuse, beyond what every request may meet.
    """

    path: str
    body_type: str
    largest_body_bytes: int
    answer: Callable[[Call], Reply]
    is_open: bool = False
    refuses: frozenset[RefusalCode] = frozenset()

    def refusals(self) -> frozenset[RefusalCode]:
        """Every reason for which it may refuse."""
        of_whom = frozenset() if self.is_open else OF_A_TOKEN
        return OF_ANY_REQUEST | of_whom | self.refuses


def _enrol(call: Call) -> Reply:
    return enrolment.enrol(
        call.engine,
        decode_message(call.body(), EnrolRequest),
        call.settings,
        address=call.who.address,
    )


def _challenge(call: Call) -> Reply:
    request = decode_message(call.body(), ChallengeRequest)
    _claims(call, request.device)
    return sessions.challenge(call.engine, request, call.settings)


def log_in(call: Call, *, at_box: bool = False) -> Reply:
    """Tokens for a device; what it signs for a box counts at no province, nor the reverse."""
    request = decode_message(call.body(), LoginRequest)
    _claims(call, request.device)
    return sessions.login(
        call.engine, request, call.settings, address=call.who.address, at_box=at_box
    )


def _refresh(call: Call) -> Reply:
    return sessions.refresh(call.engine, decode_message(call.body(), RefreshRequest), call.settings)


def _claims(call: Call, device: str) -> None:
    """Who says to be this device; only an id is worth logging."""
    if is_uuid(device):
        call.who.device = device


def of_device(work: Callable[[Call, sessions.Device], Reply]) -> Callable[[Call], Reply]:
    """What is done for a known device only; of others not even the body is looked at."""

    def answer(call: Call) -> Reply:
        device = _authenticated(call)
        return device if isinstance(device, Refusal) else work(call, device)

    return answer


def _authenticated(call: Call) -> sessions.Device | Refusal:
    """The device that asks, if it may ask now."""
    with call.engine.begin() as connection:
        without_flush(connection)  # nothing but the count of what was asked is written here
        device = sessions.bearer(connection, call.token)
        if isinstance(device, Refusal):
            return device
        call.who.is_known_as(device)
        refusal = limits.device_may_ask(connection, device.device_id, call.settings)
        return refusal or device


def _push(call: Call, device: sessions.Device) -> Reply:
    answer = push(call.engine, device, decode_push(call.body()))
    if isinstance(answer, PushAnswer):
        call.who.verdicts.count(answer)
    return answer


def _leave(call: Call, device: sessions.Device) -> Reply:
    request = decode_message(call.body(), LeaveRequest)
    # Whoever holds its token for a quarter of an hour does not end its place.
    ledger = request.ledger
    text = leave_text(str(device.device_id), request.epoch, ledger.n, ledger.h)
    if not is_signed(device.public_key, text, request.sig):
        return Refusal(code=RefusalCode.BAD_SIGNATURE)
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        if request.epoch.isalnum():
            witnesses.kept(connection, device.device_id, request.epoch[:16], ledger)
        sessions.leave(connection, device.device_id)
    return Left(device=str(device.device_id))


def _pull(call: Call, device: sessions.Device) -> Reply:
    request = decode_message(call.body(), PullRequest)
    if len(request.cursors) > MOST_CURSORS:
        return Refusal(code=RefusalCode.TOO_LARGE)
    # Asked again inside: rights and rows are then of one moment.
    return _counted(call, device, pull(call.engine, call.token, request))


def _counted(call: Call, device: sessions.Device, answer: bytes | Refusal) -> Reply:
    """What is taken out is counted, by whatever way."""
    if isinstance(answer, bytes):
        rows = rows_in(answer)
        call.who.pulls_much = count_pulled(call.engine, device, rows, call.settings)
    return answer


def _parts(call: Call, _device: sessions.Device) -> Reply:
    return parts(call.engine, call.token, decode_message(call.body(), PartsRequest))


def _part_rows(call: Call, device: sessions.Device) -> Reply:
    request = decode_message(call.body(), PartRowsRequest)
    return _counted(call, device, part_rows(call.engine, call.token, request))


def _directory(call: Call, device: sessions.Device) -> Reply:
    decode_message(call.body(), DirectoryRequest)
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        return directory_for(connection, device, seed=server_seed(connection))


def _packs(call: Call, device: sessions.Device) -> Reply:
    decode_message(call.body(), PacksRequest)
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        return packs.packs_for(connection, sorted(device.communes))


def _pack(call: Call, device: sessions.Device) -> Reply:
    request = decode_message(call.body(), PackRequest)
    if not request.sha256.isalnum():  # no database is asked for letters it does not hold
        return Refusal(code=RefusalCode.NOT_FOUND)
    with call.engine.begin() as connection:
        sessions.enter(connection, device)
        content = packs.content_for(connection, request.sha256, sorted(device.communes))
    return Refusal(code=RefusalCode.NOT_FOUND) if content is None else SealedReply(content)


def _parcel(call: Call, carrier: sessions.Device) -> Reply:
    """A device carries a parcel that it cannot read, and takes the answer back the same way."""
    answer = io.BytesIO()
    try:
        received = parcels.receive(
            call.engine,
            io.BytesIO(call.body()),
            answer,
            call.settings,
            carrier=carrier.device_id,
        )
    except ParcelError as error:
        if error.fault is Fault.NOT_A_PARCEL:
            return Refusal(code=RefusalCode.MALFORMED)
        return Refusal(code=RefusalCode.PARCEL, why=error.fault.value)
    if received.device != call.who.device:
        call.who.author = received.device
    call.who.pulls_much, call.who.verdicts = received.is_much, received.verdicts
    return SealedReply(answer.getvalue())


def _relay(call: Call, box: sessions.Device) -> Reply:
    """A box brings what its neighbours signed."""
    sent = decode_push(call.body())
    answer = relay(call.engine, box, sent, call.who.verdicts)
    if not isinstance(answer, Refusal) and is_uuid(sent.header.device):
        call.who.author = sent.header.device
    return answer


OPERATIONS = (
    Operation(
        "/auth/enrol",
        JSON_TYPE,
        SMALL_BODY_BYTES,
        _enrol,
        is_open=True,
        refuses=BAD_KEY | {RefusalCode.BAD_CODE},
    ),
    Operation(
        "/auth/challenge", JSON_TYPE, SMALL_BODY_BYTES, _challenge, is_open=True, refuses=NOBODY
    ),
    Operation(
        "/auth/login",
        JSON_TYPE,
        SMALL_BODY_BYTES,
        log_in,
        is_open=True,
        refuses=NOBODY | BAD_KEY,
    ),
    Operation(
        "/auth/refresh",
        JSON_TYPE,
        SMALL_BODY_BYTES,
        _refresh,
        is_open=True,
        refuses=NOBODY | {RefusalCode.TOKEN_EXPIRED},
    ),
    Operation("/auth/leave", JSON_TYPE, SMALL_BODY_BYTES, of_device(_leave), refuses=BAD_KEY),
    Operation(
        "/sync/v1/push",
        LINES_TYPE,
        LARGEST_BODY_BYTES,
        of_device(_push),
        refuses=BAD_KEY | NO_SEQUEL,
    ),
    Operation("/sync/v1/relay", LINES_TYPE, LARGEST_BODY_BYTES, of_device(_relay)),
    Operation("/sync/v1/pull", JSON_TYPE, SMALL_BODY_BYTES, of_device(_pull)),
    Operation("/sync/v1/parts", JSON_TYPE, SMALL_BODY_BYTES, of_device(_parts)),
    Operation("/sync/v1/part_rows", JSON_TYPE, SMALL_BODY_BYTES, of_device(_part_rows)),
    Operation("/sync/v1/directory", JSON_TYPE, SMALL_BODY_BYTES, of_device(_directory)),
    Operation("/sync/v1/packs", JSON_TYPE, SMALL_BODY_BYTES, of_device(_packs)),
    Operation(
        "/sync/v1/pack",
        JSON_TYPE,
        SMALL_BODY_BYTES,
        of_device(_pack),
        refuses=frozenset({RefusalCode.NOT_FOUND}),
    ),
    Operation(
        "/sync/v1/parcel",
        PARCEL_TYPE,
        LARGEST_BODY_BYTES,
        of_device(_parcel),
        refuses=frozenset({RefusalCode.PARCEL}),
    ),
)
