"""A desk for tests of the server: the smallest client that keeps its numbers, over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
import requests

from sync.protocol import codec
from sync.protocol.chain import canonical, chain_link, chain_start
from sync.protocol.documents import RULES, DocumentType, bucket_of
from sync.protocol.ids import new_epoch, new_id
from sync.protocol.messages import (
    Challenge,
    ChallengeRequest,
    Change,
    Enrolled,
    EnrolRequest,
    LeaveRequest,
    LedgerHead,
    Left,
    LoginRequest,
    PullRequest,
    PushAnswer,
    PushHeader,
    Refusal,
    RefusalCode,
    Session,
    Value,
)
from sync.protocol.signing import (
    new_signing_key,
    public_key_of,
    sign_enrolment,
    sign_leave,
    sign_login,
)
from sync.server import database
from sync.server.box.operations import BOX_OPERATIONS
from sync.server.operations import OPERATIONS

T = TypeVar("T", bound=msgspec.Struct)

AT = "2026-11-22T08:01:02+07:00"
#: After that the server says busy to who waits for a lock of the database.
_LOCK_WAIT_SECONDS = database._LOCK_WAIT_MS / 1000
_MOST_RETURNS = 6
#: Why each operation of a server or a box may refuse, as its OpenAPI document says.
DESCRIBED = {one.path: one.refusals() for one in (*BOX_OPERATIONS, *OPERATIONS)}


def an_id() -> str:
    """A new document or change id."""
    return str(new_id(unix_ms=time.time_ns() // 1_000_000))


class Desk:
    """One device: makes changes, pushes and pulls them.

    Attributes:
        changes: everything it ever made in this epoch, in order.
        token: sent with each request.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.key = new_signing_key()
        self.device = ""
        self.token = ""
        #: Does it sign in at a box?
        self.at_box = False
        self.commune = "99001"
        self.begin_epoch()

    def begin_epoch(self, epoch: str = "") -> None:
        """Start numbering anew, as a restored register does; in an old epoch, as it must not."""
        self.epoch = epoch or new_epoch()
        self.changes: list[Change] = []
        self._chain = [chain_start(self.epoch)]

    # --- talking

    def ask(self, path: str, message: msgspec.Struct, kind: type[T]) -> T | Refusal:
        """Ask with a message as JSON."""
        return self.read(self.post(path, msgspec.json.encode(message)), kind)

    def post(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str = codec.JSON_TYPE,
        encoding: str = "identity",
    ) -> requests.Response:
        """Send these bytes."""
        headers = {
            "Content-Type": content_type,
            "Content-Encoding": encoding,
            "Authorization": f"Bearer {self.token}",
        }
        return self.http.post(self.url + path, data=body, headers=headers, timeout=60)

    def read(self, response: requests.Response, kind: type[T]) -> T | Refusal:
        """The answer or the refusal; always JSON."""
        assert response.headers["Content-Type"].partition(";")[0] == codec.JSON_TYPE
        expected: type[T] | type[Refusal] = kind if response.status_code == 200 else Refusal
        answer = msgspec.json.decode(response.content, type=expected)
        if isinstance(answer, Refusal):
            path = urlsplit(str(response.request.url)).path
            assert answer.code in DESCRIBED.get(path, set(RefusalCode)), f"not described: {answer}"
        return answer

    def enrol(self, code: str) -> Enrolled | Refusal:
        """Enrol with a code."""
        public_key = public_key_of(self.key)
        request = EnrolRequest(
            code=code,
            public_key=public_key,
            device_name="PC tập huấn",
            sig=sign_enrolment(self.key, code=code, public_key=public_key),
        )
        answer = self.ask("/auth/enrol", request, Enrolled)
        if isinstance(answer, Enrolled):
            self.device = answer.device
        return answer

    def challenge(self) -> Challenge | Refusal:
        """Ask for a nonce."""
        return self.ask("/auth/challenge", ChallengeRequest(device=self.device), Challenge)

    def login_with(self, nonce: str) -> Session | Refusal:
        """Answer a nonce."""
        sig = sign_login(self.key, nonce=nonce, device=self.device, at_box=self.at_box)
        request = LoginRequest(device=self.device, nonce=nonce, sig=sig)
        return self.ask("/auth/login", request, Session)

    def login(self) -> None:
        """Log in, as it should go."""
        challenge = self.challenge()
        assert isinstance(challenge, Challenge)
        session = self.login_with(challenge.nonce)
        assert isinstance(session, Session)
        self.token = session.token

    def leave(self, ledger: LedgerHead, *, sig: str = "") -> Left | Refusal:
        """Give up the place; signed by its own key unless it shows another signature."""
        own = sign_leave(
            self.key, device=self.device, epoch=self.epoch, ledger_n=ledger.n, ledger_hash=ledger.h
        )
        request = LeaveRequest(epoch=self.epoch, ledger=ledger, sig=sig or own)
        return self.ask("/auth/leave", request, Left)

    # --- making changes

    def create(
        self,
        document_type: DocumentType,
        fields: Mapping[str, Value],
        *,
        document_id: str = "",
        group: int = 0,
        bucket: str = "",
    ) -> Change:
        """Queue the making of a document."""
        return self._queue(
            "create", document_type, document_id or an_id(), fields, 0, group, bucket
        )

    def set(
        self,
        document_type: DocumentType,
        document_id: str,
        fields: Mapping[str, Value],
        *,
        base: int = 1,
        group: int = 0,
        bucket: str = "",
    ) -> Change:
        """Queue an edit."""
        return self._queue("set", document_type, document_id, fields, base, group, bucket)

    def person(self, **fields: Value) -> Change:
        """Queue the making of a person."""
        return self.create(DocumentType.PERSON, {"full_name": "Nguyễn Văn Thử", **fields})

    def _queue(
        self,
        kind: str,
        document_type: DocumentType,
        document_id: str,
        fields: Mapping[str, Value],
        base: int,
        group: int,
        bucket: str,
    ) -> Change:
        seq = len(self.changes) + 1
        return self.queue(
            Change(
                seq=seq,
                change_id=an_id(),
                group=group or seq,
                document_type=document_type.value,
                document_id=document_id,
                bucket=bucket or bucket_of(self.commune, RULES[document_type].data_set),
                kind=kind,
                base_version=base,
                patch={name: (None, value) for name, value in fields.items()},
                by="Cán bộ tập huấn",
                at=AT,
            )
        )

    def queue(self, change: Change) -> Change:
        """Queue any change, right or wrong."""
        self.changes.append(change)
        self._chain.append(chain_link(self._chain[-1], canonical(change)))
        return change

    # --- sync

    def push_body(self, first: int, last: int) -> bytes:
        """The signed lines of the changes ``first`` to ``last``."""
        header = PushHeader(
            v=1,
            device=self.device,
            epoch=self.epoch,
            first=first,
            n=last - first + 1,
            prev=self._chain[first - 1].hex(),
            schema=1,
            app="0.1.0",
        )
        changes: Sequence[Change] = self.changes[first - 1 : last]
        return codec.encode_push(header=header, changes=changes, signing_key=self.key)

    def send(self, body: bytes) -> PushAnswer | Refusal:
        """Push these lines, compressed."""
        response = self.post(
            "/sync/v1/push",
            codec.compressed(body),
            content_type=codec.LINES_TYPE,
            encoding="gzip",
        )
        return self.read(response, PushAnswer)

    def push_range(self, first: int, last: int) -> PushAnswer | Refusal:
        """Push the changes ``first`` to ``last``."""
        return self.send(self.push_body(first, last))

    def push(self, *, since: int = 1) -> PushAnswer:
        """Push everything from ``since`` on, as it should go."""
        return self.push_those(since, len(self.changes))

    def push_those(self, first: int, last: int) -> PushAnswer:
        """Push the changes ``first`` to ``last``, as it should go.

        Who waited for others as long as the server lets anybody wait comes back, as a client does;
        a server that says busy sooner is at fault.
        """
        for _ in range(_MOST_RETURNS):
            begun = time.monotonic()
            answer = self.push_range(first, last)
            is_busy = isinstance(answer, Refusal) and answer.code is RefusalCode.BUSY
            if not is_busy or time.monotonic() - begun < _LOCK_WAIT_SECONDS:
                break
        assert isinstance(answer, PushAnswer), answer
        return answer

    def pull(self, cursors: Mapping[str, int] = {}, *, limit: int = 1000) -> codec.PullPage:
        """One page, as it should go."""
        request = PullRequest(cursors=dict(cursors), limit=limit)
        response = self.post("/sync/v1/pull", msgspec.json.encode(request))
        assert response.status_code == 200, response.content
        assert response.headers["Content-Type"] == codec.LINES_TYPE
        return codec.decode_pull(response.content)
