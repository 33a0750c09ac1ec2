"""What travels between an office and the server, as frozen structs.

A push is lines of JSON (NDJSON): one ``PushHeader``, then ``Change`` by ``Change``, then one
``PushEnd``; it is answered by one ``PushAnswer``. A pull asks with a ``PullRequest`` and is
answered by lines: ``Grant``, ``Drop``, ``Row`` and at last one ``PullEnd``. The same lines travel
in a file when there is no network. Short wire names keep a two-field change under 250 bytes.

Expected refusals are values (``Refusal``), never read off the HTTP status.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import Any, TypeAlias

import msgspec

#: A JSON value of one field. ``None`` means the field is empty.
Value: TypeAlias = Any
Fields: TypeAlias = dict[str, Value]

PROTOCOL_VERSION = 1
#: The version of the document model below; a server accepts every one it ever accepted.
DOCUMENT_SCHEMA = 1


class Change(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    rename={
        "change_id": "op",
        "group": "grp",
        "document_type": "t",
        "document_id": "id",
        "bucket": "b",
        "kind": "k",
        "base_version": "base",
        "patch": "p",
    },
):
    """One edit of one document, numbered without gaps per (device, epoch).

    Attributes:
        seq: 1, 2, 3 … within the device's epoch, allotted in the transaction of the save.
        change_id: UUIDv7 as text, for people and logs; unique on the server too.
        group: changes of one save share it; they are applied together or not at all.
        document_type: a ``DocumentType`` value.
        kind: ``create`` or ``set``.
        base_version: the document's version that the author saw; 0 for ``create``.
        patch: field -> (old value, new value).
        by: who edited (the user's name in the office).
        at: ISO 8601 with offset, by the author's clock; shown, never compared.
        form: ``form_id@version`` where a form was filled.
    """

    seq: int
    change_id: str
    group: int
    document_type: str
    document_id: str
    bucket: str
    kind: str
    base_version: int
    patch: dict[str, tuple[Value, Value]]
    by: str
    at: str
    form: str = ""


class LedgerHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a register's ledger ends: the number of its last line and the hash (hex) there.

    ``at`` is the instant (ISO 8601) since when the server knows it; "" on the way there.
    """

    n: int
    h: str
    at: str = ""


class PushHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """Opens a push: ``n`` changes from ``first``; ``prev`` is the chain hash (hex) before them.

    ``ledger`` is where the ledger of the device ends, so that its past has a witness; an older
    program sends none.
    """

    v: int
    device: str
    epoch: str
    first: int
    n: int
    prev: str
    schema: int
    app: str
    ledger: LedgerHead | None = None


class PushEnd(msgspec.Struct, frozen=True):
    """Closes a push.

    ``h`` is the chain hash (hex) after the last change; ``sig`` is Ed25519 (hex) by the device
    over the header line, one newline and ``h``.
    """

    h: str
    sig: str


@unique
class Outcome(Enum):
    """What became of one change. All are final and take the change out of the outbox."""

    APPLIED = "ok"
    MERGED = "merged"  # somebody else had edited other fields meanwhile
    CLASH = "clash"  # the same field was edited meanwhile; both values are kept and shown
    HELD = "held"  # refused by a rule; kept on the server, shown to the officer with the reason


@unique
class Hold(Enum):
    """Why a change is held, in ``ChangeResult.why``. Codes never change their meaning."""

    ACCESS = "access"  # this role may not create such a document, or not set this field
    BUCKET = "bucket"  # not a bucket of this office, or not the bucket of such documents
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_FIELD = "unknown_field"
    BAD_ID = "bad_id"  # not a UUID (of version 7 or 8, usual spelling), or of a document elsewhere
    BAD_VALUE = "bad_value"  # a kind of value, or a letter, that the field cannot hold
    TOO_LONG = "too_long"
    EXISTS = "exists"  # created before, as something else or by whom nobody may overwrite
    MISSING = "missing"  # the document to change is not there
    GROUP = "group"  # nothing wrong with it, but another change of its save is held
    MOVED = "moved"  # the document moved to another commune; here it is closed
    HANDED_OVER = "handed_over"  # another office collects for the commune now


class ChangeResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The receipt of one change.

    Attributes:
        ver: the document's version after it (0 when held).
        f: the fields that clashed.
        why: the ``Hold`` value when held.
    """

    seq: int
    s: Outcome
    ver: int
    f: list[str] = []
    why: str = ""


class PushAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The receipt of a push, sent only after the server's commit.

    ``acked`` is the device's last seq on the server, ``h`` the chain hash there. ``heads`` tells
    of each bucket that this push wrote to where its feed ended before it, and where after it: who
    had read up to there knows all that lies between. ``ledger`` is the head of the longest ledger
    that the device told in this epoch: what was told once, the server never takes back.
    """

    acked: int
    h: str
    results: list[ChangeResult]
    server_epoch: str
    now: str
    heads: dict[str, tuple[int, int]] = {}
    ledger: LedgerHead | None = None


class PullRequest(msgspec.Struct, frozen=True):
    """Asks for what came after these positions (bucket -> position of the last applied row).

    ``limit`` is the largest number of rows wanted.
    """

    cursors: dict[str, int]
    limit: int = 1000


class Clash(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value that lost (or waits) on one field of a document, kept beside the document's own.

    ``over_by`` and ``over_at`` tell who set the document's own value, and when; an older server
    does not say.
    """

    value: Value
    by: str
    at: str
    op: str
    over_by: str = ""
    over_at: str = ""


#: What the parts of a ``Row`` are called in its line.
ROW_WORDS = {
    "bucket": "b",
    "position": "p",
    "document_type": "t",
    "document_id": "id",
    "version": "ver",
    "fields": "d",
    "clashes": "c",
    "mark": "m",
    "sig": "s",
}


class Row(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    tag_field="k",
    tag="row",
    rename=ROW_WORDS,
):
    """The newest state of one document at its position in a bucket's feed.

    ``mark`` is that of the change that made the version (``chain.mark_of``); "" from an older
    server. ``sig`` is the province's signature (hex) where it travels through a box
    (``box.signed_row``).
    """

    bucket: str
    position: int
    document_type: str
    document_id: str
    version: int
    fields: Fields
    clashes: dict[str, list[Clash]] = {}
    mark: str = ""
    sig: str = ""


class Grant(msgspec.Struct, frozen=True, tag_field="k", tag="grant"):
    """A bucket the device may read and has no cursor for yet; ``count`` documents lie in it."""

    bucket: str
    count: int


class Drop(msgspec.Struct, frozen=True, tag_field="k", tag="drop"):
    """A bucket the device may no longer read: purge it (unsent changes stay in the outbox)."""

    bucket: str


class Digest(msgspec.Struct, frozen=True):
    """What a bucket holds: number of documents and XOR of SHA-256(id ‖ version)[:16] (hex)."""

    n: int
    x: str


class PartsRequest(msgspec.Struct, frozen=True):
    """Asks what is in a bucket whose digest differs: of which parts (``chain.part_of``) it does."""

    bucket: str


class Parts(msgspec.Struct, frozen=True):
    """Part -> its XOR (``chain.parts_of``); parts without documents are left out."""

    parts: dict[str, str]


class PartRowsRequest(msgspec.Struct, frozen=True):
    """Asks for every row of these parts of a bucket; answered like a pull, on one page."""

    bucket: str
    parts: list[str]


class PullEnd(msgspec.Struct, frozen=True, tag_field="k", tag="end", omit_defaults=True):
    """Closes a pull page. ``next`` are the cursors after it; digests come when nothing is left.

    ``directory`` is the number of the province's directory of offices and devices; 0 from a server
    that has none. ``packs`` is the serial of what the province published; 0 for nothing yet.
    ``marks`` goes with ``digest``: bucket -> the XOR (hex) over versions and what made them
    (``chain.marks_of``); empty from an older server, unread by an older program.
    """

    next: dict[str, int]
    more: bool
    digest: dict[str, Digest]
    server_epoch: str
    directory: int = 0
    packs: int = 0
    marks: dict[str, str] = {}


PullLine: TypeAlias = Row | Grant | Drop | PullEnd


class EnrolRequest(msgspec.Struct, frozen=True):
    """Binds a new device to the office of a one-time code.

    ``sig`` is Ed25519 (hex) by the new key over ``"enrol\\n" + code + "\\n" + public_key``.
    """

    code: str
    public_key: str
    device_name: str
    sig: str


class Commune(msgspec.Struct, frozen=True):
    """A commune an office serves."""

    code: str
    name: str


class Enrolled(msgspec.Struct, frozen=True):
    """The device's place in the province. ``training`` marks the fictional province.

    ``rights`` are the restricted data sets that came with the code; an older server names none.
    ``province_key`` is the Ed25519 public key (hex) of what the province publishes; an older server
    does not tell.
    """

    device: str
    office: str
    office_name: str
    role: str
    user: str
    communes: list[Commune]
    province_code: str
    province_name: str
    training: bool
    server_epoch: str
    rights: list[str] = []
    province_key: str = ""


class LeaveRequest(msgspec.Struct, frozen=True):
    """The device gives up its place, having a receipt for everything; its register is wiped.

    ``ledger`` is where the ledger of its register, of this epoch, ended. ``sig`` is of both by the
    device's key: a token alone ends nobody's place.
    """

    epoch: str
    ledger: LedgerHead
    sig: str


class Left(msgspec.Struct, frozen=True):
    """The device is known no more."""

    device: str


class ChallengeRequest(msgspec.Struct, frozen=True):
    """Asks for a nonce to sign."""

    device: str


class Challenge(msgspec.Struct, frozen=True):
    """32 random bytes (hex), good once and for 60 seconds."""

    nonce: str


class LoginRequest(msgspec.Struct, frozen=True):
    """Answers a challenge: Ed25519 (hex) over ``"login\\n" + nonce + "\\n" + device``."""

    device: str
    nonce: str
    sig: str


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """An access token (opaque) and how many seconds it lasts; ``refresh`` gets the next, once."""

    token: str
    expires_seconds: int
    refresh: str = ""


class RefreshRequest(msgspec.Struct, frozen=True):
    """Asks for the next session. The same refresh token a second time ends every one of it."""

    refresh: str


#: ``Refusal.why`` of a refresh token that was used before: somebody else has it.
REUSED = "reused"
#: ``Refusal.why`` of a body that took too long: less should be sent at a time.
SLOW = "slow"


@unique
class RefusalCode(Enum):
    """Why the server refuses a request. Codes never change their meaning."""

    BAD_CODE = "bad_code"  # enrolment code unknown, used, expired or tried too often
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_DEVICE = "unknown_device"
    REVOKED = "revoked"
    TOKEN_EXPIRED = "token_expired"
    GAP = "gap"  # a seq is missing; ``expected`` tells which
    FORK = "fork"  # same seq, other content: a restored or copied register
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    BUSY = "busy"  # another push of this device is running, or the server is overloaded
    NOT_FOUND = "not_found"
    INTERNAL = "internal"
    PARCEL = "parcel"  # a parcel that the server does not take; ``why`` is a ``Fault`` value


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """An expected refusal. ``expected`` is the next seq for ``gap``."""

    code: RefusalCode
    expected: int = 0
    retry_after_seconds: int = 0
    why: str = ""
