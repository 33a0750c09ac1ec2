"""Packs: what the province publishes for its offices, signed by the province's key.

A pack is the whole of one thing that is published under a name: every text of a form that the
province ever published, one list of choices, the units that changed. Each publication of it has a
higher number than the one before and takes its place; taking something back is a publication too.
So the newest pack is all that an office needs, and an older one is never wanted.

No pack holds personal data: it travels openly, by sync or as a file::

    magic ‖ format (1 byte) ‖ length of the text (4 bytes) ‖ text ‖ signature (64) ‖ content

The text is the JSON of a ``Pack``, signed by Ed25519; it names the hash of the content, which is
one zstd frame. Every byte of the file is so covered by the signature or makes the file unreadable.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum, unique
from typing import TypeVar

import msgspec

from forms.published import PublishedForm, PublishedOptions
from sync.protocol.codec import ZSTD, WireError, compressed, inflated
from sync.protocol.messages import PullRequest
from sync.protocol.signing import is_signed, pack_text, public_key_of, sign

MAGIC = b"SO AN SINH PACK\n"
#: The format this program writes, and the newest it reads.
PACK_FORMAT = 1
#: The end of a pack's file name.
SUFFIX = ".pack"
#: Largest content as it travels, and inflated: the longest form with its tables has 60 kB.
LARGEST_CONTENT_BYTES = 4 * 1024 * 1024
LARGEST_INFLATED_BYTES = 32 * 1024 * 1024
_LONGEST_TEXT_BYTES = 64 * 1024
_LENGTH_BYTES = 4
_SIGNATURE_BYTES = 64
_HEAD_BYTES = len(MAGIC) + 1 + _LENGTH_BYTES
#: Lists repeat themselves more than records do.
_LARGEST_RATIO = 1_000


@unique
class PackKind(Enum):
    """What a pack holds."""

    FORM = "form"  # ``FormTexts``
    OPTIONS = "options"  # ``OptionList``
    UNITS = "units"  # ``UnitList``
    BASE_LIST = "base_list"  # nothing: the persons themselves come as documents of their commune


@unique
class PackFault(Enum):
    """Why a pack is refused. Codes never change their meaning."""

    NOT_A_PACK = "not_a_pack"
    NEWER_FORMAT = "newer_format"
    DAMAGED = "damaged"  # cut, altered on the way, or other than what was signed
    TOO_LARGE = "too_large"
    UNKNOWN_SIGNER = "unknown_signer"
    OTHER_PROVINCE = "other_province"


class PackError(ValueError):
    """This is no pack for us; ``fault`` tells why."""

    def __init__(self, fault: PackFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Pack(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is signed: which publication it is, and the hash of its content.

    Attributes:
        province: code of the province.
        key: the Ed25519 public key (hex) that signed.
        kind: a ``PackKind`` value; a newer server may have others.
        name: what is published: a form's id, a list's name, a commune's code.
        number: grows with each publication of this kind.
        in_force: the day (ISO 8601) from which the newest of it counts.
        issued_at: the server's clock; shown, never compared.
        title: for people.
        items: how many texts, choices, units or persons it is to a person.
        sha256: of the content as it travels.
        size: of the same, in bytes.
    """

    v: int
    province: str
    key: str
    kind: str
    name: str
    number: int
    in_force: str
    issued_at: str
    title: str
    items: int
    sha256: str
    size: int


class SignedPack(msgspec.Struct, frozen=True):
    """A pack without its content: the JSON text of a ``Pack``, and the signature of it (hex)."""

    text: str
    sig: str


class FormText(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dated text of a form.

    Attributes:
        version: the first day on which new records are made with it.
        files: name -> content: the form file, its tables, ``migration.yaml``.
        withdrawn: no new record begins with it; records that have it keep it.
    """

    version: str
    files: dict[str, bytes]
    withdrawn: bool = False


class FormTexts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every text of a form that the province published, the oldest first.

    ``about`` is the form's ``about.yaml``, where the form itself is the province's; ``withdrawn``
    names texts that come with the program and are taken back.
    """

    form_id: str
    texts: list[FormText]
    about: bytes = b""
    withdrawn: list[str] = []


def published_form(content: FormTexts) -> PublishedForm:
    """The content of a pack as the forms know it."""
    taken_back = {text.version for text in content.texts if text.withdrawn}
    return PublishedForm(
        form_id=content.form_id,
        texts={text.version: text.files for text in content.texts},
        withdrawn=frozenset({*taken_back, *content.withdrawn}),
        about=content.about,
    )


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """One choice of a list; the days (ISO 8601) on which it may be chosen, "" for no limit."""

    code: str
    label: str
    valid_from: str = ""
    valid_to: str = ""


class OptionList(msgspec.Struct, frozen=True):
    """The choices of a list in their order."""

    name: str
    options: list[Option]


def published_options(content: OptionList) -> PublishedOptions:
    """The content of a pack as the forms know it."""
    return PublishedOptions(
        name=content.name,
        options=tuple(
            (one.code, one.label, one.valid_from, one.valid_to) for one in content.options
        ),
    )


class ListedUnit(msgspec.Struct, frozen=True, omit_defaults=True):
    """An administrative unit below the commune, such as a hamlet."""

    code: str
    name: str
    commune: str
    valid_from: str = ""
    valid_to: str = ""


class UnitList(msgspec.Struct, frozen=True):
    """The units of a list."""

    name: str
    units: list[ListedUnit]


class PacksRequest(msgspec.Struct, frozen=True):
    """Asks which packs there are; ``serial`` is the one of the last answer, 0 for none."""

    serial: int


class PackList(msgspec.Struct, frozen=True):
    """The newest pack of each name, and the serial that a pull tells until another is published."""

    serial: int
    packs: list[SignedPack]


class ParcelRequest(PullRequest, frozen=True):
    """What a parcel for the server asks: rows, and packs after this serial; none below 0.

    An older program asks for rows alone, and could not read packs in the answer.
    """

    packs: int = -1


class CarriedPack(msgspec.Struct, frozen=True):
    """A pack with its content in a parcel, and the serial that holds when all of them came."""

    signed: SignedPack
    content: bytes
    serial: int


class PackRequest(msgspec.Struct, frozen=True):
    """Asks for the content with this hash."""

    sha256: str


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A pack that was signed by the key it had to be signed by, and its content as it travels."""

    pack: Pack
    signed: SignedPack
    content: bytes


_T = TypeVar("_T", bound=msgspec.Struct)
_encoder = msgspec.json.Encoder(order="deterministic")


def packed(content: msgspec.Struct) -> bytes:
    """The content as it travels; the same content always becomes the same bytes."""
    return compressed(_encoder.encode(content), ZSTD)


def unpacked(content: bytes, kind: type[_T]) -> _T:
    """The content again. Raises ``PackError``."""
    try:
        plain = inflated(content, ZSTD, ratio=_LARGEST_RATIO)
        if len(plain) > LARGEST_INFLATED_BYTES:
            raise PackError(PackFault.TOO_LARGE)
        return msgspec.json.decode(plain, type=kind)
    except (WireError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackError(PackFault.DAMAGED) from error


def signed_pack(pack: Pack, *, signing_key: bytes) -> SignedPack:
    """Sign with the province's key, which the pack must name."""
    if pack.key != public_key_of(signing_key):
        raise ValueError("a pack names the key that signs it")
    text = _encoder.encode(pack)
    return SignedPack(text=text.decode(), sig=sign(signing_key, pack_text(text)))


def content_hash(content: bytes) -> str:
    """SHA-256 (hex) of a content as it travels."""
    return hashlib.sha256(content).hexdigest()


def opened_text(signed: SignedPack, *, province: str, key: str) -> Pack:
    """The signed text, if this key of this province signed it. Raises ``PackError``."""
    text = signed.text.encode()
    pack = _decoded(text)
    if pack.key != key:
        raise PackError(PackFault.UNKNOWN_SIGNER)
    if not is_signed(key, pack_text(text), signed.sig):
        raise PackError(PackFault.DAMAGED)
    if pack.province != province:
        raise PackError(PackFault.OTHER_PROVINCE)
    if pack.size > LARGEST_CONTENT_BYTES:
        raise PackError(PackFault.TOO_LARGE)
    return pack


def opened_pack(signed: SignedPack, content: bytes, *, province: str, key: str) -> OpenedPack:
    """The pack, if this key of this province signed it and its content. Raises ``PackError``."""
    pack = opened_text(signed, province=province, key=key)
    if len(content) != pack.size or content_hash(content) != pack.sha256:
        raise PackError(PackFault.DAMAGED)
    return OpenedPack(pack=pack, signed=signed, content=content)


def pack_named_by(signed: SignedPack) -> Pack:
    """What the text says, whoever signed it. Raises ``PackError``."""
    return _decoded(signed.text.encode())


def _decoded(text: bytes) -> Pack:
    try:
        version = msgspec.json.decode(text, type=_Format).v
        if version > PACK_FORMAT:
            raise PackError(PackFault.NEWER_FORMAT)
        return msgspec.json.decode(text, type=Pack)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackError(PackFault.DAMAGED) from error


class _Format(msgspec.Struct, frozen=True):
    v: int


# -- as a file --


def pack_file(signed: SignedPack, content: bytes) -> bytes:
    """The bytes of a ``.pack`` file."""
    text = signed.text.encode()
    head = MAGIC + bytes([PACK_FORMAT]) + len(text).to_bytes(_LENGTH_BYTES, "big")
    return head + text + bytes.fromhex(signed.sig) + content


def read_pack_file(raw: bytes) -> tuple[SignedPack, bytes]:
    """The parts of a ``.pack`` file, not yet believed. Raises ``PackError``."""
    if not raw.startswith(MAGIC):
        raise PackError(PackFault.NOT_A_PACK)
    if len(raw) < _HEAD_BYTES:
        raise PackError(PackFault.DAMAGED)
    if raw[len(MAGIC)] > PACK_FORMAT:
        raise PackError(PackFault.NEWER_FORMAT)
    if len(raw) > _HEAD_BYTES + _LONGEST_TEXT_BYTES + _SIGNATURE_BYTES + LARGEST_CONTENT_BYTES:
        raise PackError(PackFault.TOO_LARGE)
    length = int.from_bytes(raw[_HEAD_BYTES - _LENGTH_BYTES : _HEAD_BYTES], "big")
    after = _HEAD_BYTES + length
    if raw[len(MAGIC)] != PACK_FORMAT or length > _LONGEST_TEXT_BYTES:
        raise PackError(PackFault.DAMAGED)
    try:
        text = raw[_HEAD_BYTES:after].decode()
    except UnicodeDecodeError as error:
        raise PackError(PackFault.DAMAGED) from error
    signature, content = raw[after : after + _SIGNATURE_BYTES], raw[after + _SIGNATURE_BYTES :]
    return SignedPack(text=text, sig=signature.hex()), content
