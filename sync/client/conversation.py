"""Talking to the server: enrolment, and as an enrolled device signed login, push and pull.

A token that expired on the way is replaced by a new login, once for each request. Nothing here
decides what becomes of a change; that is told by its receipt alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, TypeVar

import msgspec

from sync.client.outcomes import Malformed, Refused, RequestTrouble
from sync.client.ports import Batch, DeviceIdentity
from sync.client.transport import Transport
from sync.client.watching import Doing
from sync.protocol.box import SignedRelayed
from sync.protocol.codec import (
    JSON_TYPE,
    LINES_TYPE,
    PullPage,
    decode_message,
    decode_pull,
    join_push,
)
from sync.protocol.directory import DirectoryRequest, SignedDirectory
from sync.protocol.messages import (
    DOCUMENT_SCHEMA,
    PROTOCOL_VERSION,
    REUSED,
    Challenge,
    ChallengeRequest,
    Enrolled,
    EnrolRequest,
    LeaveRequest,
    LedgerHead,
    Left,
    LoginRequest,
    PartRowsRequest,
    Parts,
    PartsRequest,
    PullRequest,
    PushAnswer,
    PushHeader,
    RefreshRequest,
    RefusalCode,
    Session,
)
from sync.protocol.packs import PackList, PackRequest, PacksRequest
from sync.protocol.parcel import PARCEL_TYPE
from sync.protocol.signing import public_key_of, sign_enrolment, sign_leave, sign_login

T = TypeVar("T")


def enrol(
    *, transport: Transport, code: str, device_name: str, signing_key: bytes
) -> Enrolled | RequestTrouble:
    """Bind this device's key to the office of a one-time code; the answer tells who it is."""
    public_key = public_key_of(signing_key)
    request = EnrolRequest(
        code=code,
        public_key=public_key,
        device_name=device_name,
        sig=sign_enrolment(signing_key, code=code, public_key=public_key),
    )
    return transport.ask("/auth/enrol", request, Enrolled)


def _keep_nowhere(_refresh: str) -> None:
    """A login that ends with the program."""


def _nobody_is_told() -> None:
    """Where nothing is written down."""


@dataclass(slots=True)
class HeldToken:
    """The login of a device: the token in memory, the refresh token where ``keep`` puts it.

    Attributes:
        refresh: gets the next session, once; "" before the first login and while it is on its way.
            An answer that is lost takes it along: the device then signs in by its key, and the
            server never sees it used twice unless somebody else has it.
        keep: stores the refresh token for the next start; called with "" before it is used.
        reused: called when the server says that somebody used the refresh token before us.
    """

    token: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    keep: Callable[[str], None] = field(default=_keep_nowhere, repr=False)
    reused: Callable[[], None] = field(default=_nobody_is_told, repr=False)

    def spend(self) -> str:
        """The refresh token, to be used now; whatever comes of it, it is used up."""
        spent, self.refresh = self.refresh, ""
        self.keep("")
        return spent

    def begin(self, session: Session) -> None:
        """The session goes on, or a new one begins."""
        self.token, self.refresh = session.token, session.refresh
        self.keep(session.refresh)


class Conversation:
    """The requests of an enrolled device; logs in when it has to."""

    #: Whom it signs its login for: what a box is given opens nothing at the province.
    _at_box: ClassVar[bool] = False

    def __init__(
        self,
        *,
        transport: Transport,
        identity: DeviceIdentity,
        app_version: str,
        held: HeldToken | None = None,
    ) -> None:
        self._transport = transport
        self._identity = identity
        self._app_version = app_version
        self._held = held or HeldToken()

    def signed(self, batch: Batch) -> bytes:
        """The lines of a push of this batch, as this device signs it."""
        header = PushHeader(
            v=PROTOCOL_VERSION,
            device=self._identity.device_id,
            epoch=batch.epoch,
            first=batch.first,
            n=len(batch),
            prev=batch.prev,
            schema=DOCUMENT_SCHEMA,
            app=self._app_version,
            ledger=batch.ledger,
        )
        return join_push(
            header=header,
            lines=batch.lines,
            head=batch.head,
            signing_key=self._identity.signing_key,
        )

    def push(self, batch: Batch) -> PushAnswer | RequestTrouble:
        """Send one signed batch; the answer comes after the server's commit.

        An empty batch asks whether the server has what it receipted.
        """
        self._transport.watch.sending(epoch=batch.epoch, first=batch.first, last=batch.last)
        body = self.signed(batch)
        answer = self._as_device(
            lambda token: self._transport.send(
                "/sync/v1/push",
                body,
                body_type=LINES_TYPE,
                answer_type=JSON_TYPE,
                decode=partial(decode_message, kind=PushAnswer),
                token=token,
            )
        )
        if isinstance(answer, PushAnswer):
            self._transport.watch.told(answer.ledger)
        return answer

    def relay(self, body: bytes) -> SignedRelayed | RequestTrouble:
        """As a box: bring a push that somebody else signed; the province signs its answer."""
        return self._as_device(
            lambda token: self._transport.send(
                "/sync/v1/relay",
                body,
                body_type=LINES_TYPE,
                answer_type=JSON_TYPE,
                decode=partial(decode_message, kind=SignedRelayed),
                token=token,
            )
        )

    def leave(self, *, epoch: str, ledger: LedgerHead) -> Left | RequestTrouble:
        """Give up this device's place: it is refused from now on.

        ``ledger`` is where the ledger of its register, of this epoch, ended.
        """
        signature = sign_leave(
            self._identity.signing_key,
            device=self._identity.device_id,
            epoch=epoch,
            ledger_n=ledger.n,
            ledger_hash=ledger.h,
        )
        request = LeaveRequest(epoch=epoch, ledger=ledger, sig=signature)
        return self._as_device(
            lambda token: self._transport.ask("/auth/leave", request, Left, token=token)
        )

    def directory(self, *, known: int) -> SignedDirectory | RequestTrouble:
        """Who in the province this device can send parcels to; ``known`` is the number it has."""
        return self._as_device(
            lambda token: self._transport.ask(
                "/sync/v1/directory", DirectoryRequest(number=known), SignedDirectory, token=token
            )
        )

    def packs(self, *, serial: int) -> PackList | RequestTrouble:
        """What the province published; ``serial`` is the one that is known here."""
        return self._as_device(
            lambda token: self._transport.ask(
                "/sync/v1/packs", PacksRequest(serial=serial), PackList, token=token
            )
        )

    def pack(self, sha256: str) -> bytes | RequestTrouble:
        """The content of a pack, by its hash."""
        return self._as_device(
            lambda token: self._transport.send(
                "/sync/v1/pack",
                msgspec.json.encode(PackRequest(sha256=sha256)),
                body_type=JSON_TYPE,
                answer_type=PARCEL_TYPE,
                decode=bytes,
                token=token,
            )
        )

    def parcel(self, sealed: bytes) -> bytes | RequestTrouble:
        """Hand over a parcel for the server that somebody else wrote; gives the one that answers.

        This device can read neither.
        """
        return self._as_device(
            lambda token: self._transport.send(
                "/sync/v1/parcel",
                sealed,
                body_type=PARCEL_TYPE,
                answer_type=PARCEL_TYPE,
                decode=bytes,
                token=token,
            )
        )

    def pull(self, request: PullRequest) -> PullPage | RequestTrouble:
        """Ask for one page; it is answered whole or not at all."""
        self._transport.watch.doing = Doing.RECEIVING
        return self._lines("/sync/v1/pull", request)

    def _lines(self, path: str, request: msgspec.Struct) -> PullPage | RequestTrouble:
        return self._as_device(
            lambda token: self._transport.send(
                path,
                msgspec.json.encode(request),
                body_type=JSON_TYPE,
                answer_type=LINES_TYPE,
                decode=decode_pull,
                token=token,
            )
        )

    def parts(self, bucket: str) -> Parts | RequestTrouble:
        """Ask what is in a bucket, part by part."""
        request = PartsRequest(bucket=bucket)
        return self._as_device(
            lambda token: self._transport.ask("/sync/v1/parts", request, Parts, token=token)
        )

    def part_rows(self, bucket: str, parts: Sequence[str]) -> PullPage | RequestTrouble:
        """Ask for everything in these parts."""
        request = PartRowsRequest(bucket=bucket, parts=list(parts))
        return self._lines("/sync/v1/part_rows", request)

    def _as_device(self, request: Callable[[str], T | RequestTrouble]) -> T | RequestTrouble:
        """Make a request with a token, with a new one when it has expired meanwhile."""
        if self._held.token:
            answer = request(self._held.token)
            if not _is_expiry(answer):
                return answer
        trouble = self._go_on()
        return request(self._held.token) if trouble is None else trouble

    def _go_on(self) -> RequestTrouble | None:
        """The next session by the refresh token, where there is one; else by the device's key."""
        if not self._held.refresh:
            return self._log_in()
        request = RefreshRequest(refresh=self._held.spend())
        session = self._transport.ask("/auth/refresh", request, Session)
        if isinstance(session, Session):
            self._held.begin(session)
            return None
        if isinstance(session, Refused) and session.code is not RefusalCode.REVOKED:
            # It ran out, the server went back in time, or somebody else used it.
            if session.why == REUSED:
                self._held.reused()
            return self._log_in()
        return session

    def _log_in(self) -> RequestTrouble | None:
        device = self._identity.device_id
        challenge = self._transport.ask(
            "/auth/challenge", ChallengeRequest(device=device), Challenge
        )
        if not isinstance(challenge, Challenge):
            return challenge
        # Only hexadecimal is signed as a nonce: a false server gets no text of its choice signed.
        if not _is_nonce(challenge.nonce):
            return Malformed()
        signature = sign_login(
            self._identity.signing_key, nonce=challenge.nonce, device=device, at_box=self._at_box
        )
        session = self._transport.ask(
            "/auth/login",
            LoginRequest(device=device, nonce=challenge.nonce, sig=signature),
            Session,
        )
        if not isinstance(session, Session):
            return session
        self._held.begin(session)
        return None


def _is_expiry(answer: object) -> bool:
    return isinstance(answer, Refused) and answer.code is RefusalCode.TOKEN_EXPIRED


def _is_nonce(raw_nonce: str) -> bool:
    try:
        return len(bytes.fromhex(raw_nonce)) == 32
    except ValueError:
        return False
