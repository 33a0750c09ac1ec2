"""What devices and the box of a commune say to each other, and what the province says through it.

A box is one PC of the commune that keeps signed pushes for the province while there is no line, and
shows its neighbours what they hold. It orders nothing and receipts nothing: the province does, and
signs each receipt and each row that travels through a box, so that a box can neither invent one nor
change one. Which device it is a box proves to each visitor with its own key. Nothing restricted is
ever given to a box.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from sync.protocol.carried import CarriedDocument
from sync.protocol.directory import DirectoryDevice, SignedDirectory
from sync.protocol.documents import Role
from sync.protocol.messages import PushAnswer, Refusal, Row
from sync.protocol.signing import is_signed, meeting_text, relayed_text, row_text, sign

#: Largest part of a box's answer: receipts and documents beyond it come with the next question.
MOST_ANSWERS = 200
#: What a visitor gives a box to sign: 32 bytes; an older program gives nothing.
NONCE = re.compile(r"(?:[0-9a-f]{64})?")


class Relayed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the province answered a push that came through a box; ``at`` is the province's clock.

    One of ``answer`` and ``refusal`` is there. ``first`` and ``n`` are the push's own.
    """

    device: str
    epoch: str
    first: int
    n: int
    at: str
    answer: PushAnswer | None = None
    refusal: Refusal | None = None


class SignedRelayed(msgspec.Struct, frozen=True):
    """A ``Relayed`` as it travels: its JSON text, and the province's signature of it (hex)."""

    text: str
    sig: str


class BoxRequest(msgspec.Struct, frozen=True):
    """A device comes to its box.

    Attributes:
        epoch, acked: its register's, and its last change with a receipt of the province.
        probe: a signed push of no change: the province is to say whether it has what it receipted.
        nonce: a random text of this visit, for the box to sign.
    """

    epoch: str
    acked: int
    probe: str
    nonce: str = ""


class BoxState(msgspec.Struct, frozen=True):
    """What a box has of a device.

    Attributes:
        box: the box's own device id.
        box_epoch: another one when the box was made anew: what it had is gone.
        kept: the last change of the epoch that lies in the box, 0 for none; ``h`` is the chain
            hash (hex) there, as the device signed it.
        reached_at: when the box last reached the province, by the box's clock; "" for never.
        answers: the province's, oldest first.
        directory: the box's own, which names it; ``None`` before its first one.
        sig: the box's signature of this meeting (``meeting_text``).
    """

    box: str
    box_epoch: str
    kept: int
    h: str
    reached_at: str
    answers: list[SignedRelayed]
    directory: SignedDirectory | None = None
    sig: str = ""


class BoxKept(msgspec.Struct, frozen=True):
    """A push lies in the box, on its disk; the province has yet to see it."""

    box_epoch: str
    kept: int
    h: str


class BoxDocumentsRequest(msgspec.Struct, frozen=True):
    """Asks what the neighbours gave the box; ``number`` is that of the last answer, 0 for none."""

    number: int


class BoxDocuments(msgspec.Struct, frozen=True):
    """Every document that the box has changes of and the province has not confirmed, of others.

    ``is_unchanged`` tells that nothing moved since the number asked with; then the list is empty.
    """

    number: int
    is_unchanged: bool
    documents: list[CarriedDocument]


_encoder = msgspec.json.Encoder(order="deterministic")


def is_met(state: BoxState, named: DirectoryDevice | None, *, nonce: str, device: str) -> bool:
    """Did the box that the directory names answer this visit of the device?"""
    if named is None or named.role != Role.RELAY.value or named.device != state.box:
        return False
    if not state.box_epoch.isalnum():
        return False  # else parts of the signed text could be taken for others
    met = meeting_text(nonce, device, state.box, state.box_epoch)
    return is_signed(named.key, met, state.sig)


def signed_row(row: Row, *, server_epoch: str, signing_key: bytes) -> Row:
    """The row with the province's signature, for a box to show."""
    return msgspec.structs.replace(row, sig=sign(signing_key, _row_text(row, server_epoch)))


def is_of_province(row: Row, *, server_epoch: str, server_key: str) -> bool:
    """Did the province sign this row in this incarnation?"""
    return bool(server_key) and is_signed(server_key, _row_text(row, server_epoch), row.sig)


def are_of_province(rows: Iterable[Row], *, server_epoch: str, server_key: str) -> bool:
    """Did it sign all of these?"""
    return all(
        is_of_province(row, server_epoch=server_epoch, server_key=server_key) for row in rows
    )


def _row_text(row: Row, server_epoch: str) -> bytes:
    """The same however the row was spelled on its way.

    Part by part: who does not know a part that a newer province adds can check the rest.
    """
    clashes = {
        name: [(one.value, one.by, one.at, one.op, one.over_by, one.over_at) for one in held]
        for name, held in row.clashes.items()
    }
    place = row.bucket, row.position, row.document_type, row.document_id, row.version
    return row_text(server_epoch, _encoder.encode((*place, row.fields, clashes, row.mark)))


def signed_relayed(relayed: Relayed, *, signing_key: bytes) -> SignedRelayed:
    """Sign with the province's key."""
    text = _encoder.encode(relayed)
    return SignedRelayed(text=text.decode(), sig=sign(signing_key, relayed_text(text)))


def opened_relayed(signed: SignedRelayed, *, server_key: str) -> Relayed | None:
    """What the province said, if it did; ``None`` else."""
    text = signed.text.encode()
    if not server_key or not is_signed(server_key, relayed_text(text), signed.sig):
        return None
    try:
        return msgspec.json.decode(text, type=Relayed)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
