"""Parcels: what travels over HTTP, as a sealed file for one recipient.

A parcel is written by a device or by the province's server for exactly one of them, and carried on
a stick. It holds *sections*: pushes, questions, receipts, pull pages, each with the very lines that
HTTP carries, so that one parser and one verifier serve both. Whoever carries it can read nothing,
not even who wrote it; its name says nothing.

    magic ‖ format (1 byte) ‖ id of the recipient's key (16) ‖ sealed content key (80)
    ‖ stream header (24) ‖ blocks: length (4 bytes, most significant first) ‖ ciphertext

The content key is 32 random bytes in a libsodium sealed box for the recipient; his X25519 key is
made from the Ed25519 key he enrolled with (``crypto_sign_ed25519_pk_to_curve25519``). The blocks
are a libsodium secretstream (XChaCha20-Poly1305) with everything before the stream header as
associated data; the last one says that it is the last. Inside is one zstd frame of lines: a
``ParcelHeader``, sections, and a ``ParcelEnd`` whose Ed25519 signature is by the sender over the
hash of all lines before it: sender, recipient, province and number are so signed with the rest.

Reading goes block by block within limits; nothing of a parcel may be applied before
``verify_parcel`` has read it to its end.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import IO, BinaryIO, TypeAlias, TypeVar, cast

import msgspec
import zstandard
from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.exceptions import RuntimeError as SodiumRuntimeError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.utils import random as random_bytes

from sync.protocol.codec import LARGEST_NUMBER, LARGEST_RATIO
from sync.protocol.signing import is_signed, parcel_text, public_key_of, sign

MAGIC = b"SO AN SINH GOI\n"
#: The format this program writes, and the newest it reads.
PARCEL_FORMAT = 1
#: The end of a parcel's file name.
SUFFIX = ".goi"
#: How a parcel is called when it travels over HTTP, carried by another device.
PARCEL_TYPE = "application/octet-stream"
#: What stands for the province's server where a device would be named.
SERVER = "server"

#: Largest file, and what it may hold when it is inflated.
LARGEST_PARCEL_BYTES = 256 * 1024 * 1024
LARGEST_CONTENT_BYTES = 1024 * 1024 * 1024
#: One section is held in memory: no push and no page is larger on the wire either.
LARGEST_SECTION_BYTES = 64 * 1024 * 1024
_LONGEST_HEADER_BYTES = 64 * 1024

_KEY_ID_BYTES = 16
_CONTENT_KEY_BYTES = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES
_SEALED_BYTES = _CONTENT_KEY_BYTES + bindings.crypto_box_SEALBYTES
_STREAM_HEADER_BYTES = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_STREAM_EXTRA_BYTES = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LENGTH_BYTES = 4
_BLOCK_BYTES = 64 * 1024
_LARGEST_WINDOW = 8 * 1024 * 1024
_ZSTD_LEVEL = 3
#: Below this the ratio is not asked: small texts of one repeated letter are harmless.
_RATIO_FROM_BYTES = 1024 * 1024
_KEY_ID_DOMAIN = b"so-an-sinh/parcel key/1\x00"


@unique
class Fault(Enum):
    """Why a parcel is refused. Codes never change their meaning."""

    NOT_A_PARCEL = "not_a_parcel"
    NEWER_FORMAT = "newer_format"
    WRONG_RECIPIENT = "wrong_recipient"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"  # altered on the way, or written by a program that breaks the format
    TOO_LARGE = "too_large"
    BAD_SIGNATURE = "bad_signature"
    OTHER_PROVINCE = "other_province"
    UNKNOWN_SENDER = "unknown_sender"
    REVOKED_SENDER = "revoked_sender"
    REPLAYED = "replayed"  # a number that came before, with another content


class ParcelError(ValueError):
    """This is no parcel for us; ``fault`` tells why. Holds nothing of what is in it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@unique
class SectionKind(Enum):
    """What the lines of a section are."""

    PUSH = "push"  # a push as it travels over HTTP
    ASK = "ask"  # a ``PullRequest``
    ANSWER = "answer"  # a ``PushAnswer``, or the ``Refusal`` of a push
    PAGE = "page"  # an answer to a pull; its ``Section.asked`` are the cursors it follows
    DOCUMENTS = "documents"  # ``CarriedDocument`` by line: between devices, not yet the server's
    DIRECTORY = "directory"  # a ``SignedDirectory``
    PACK = "pack"  # a ``CarriedPack``, for who asked for packs


class ParcelHeader(msgspec.Struct, frozen=True):
    """Opens a parcel: whose it is, for whom, and which one.

    Attributes:
        v: the format.
        province: code of the province.
        sender, recipient: a device's id, or ``SERVER``.
        sender_key, recipient_key: their Ed25519 public keys (hex).
        series: incarnation of the sender's database; numbers count within it.
        number: 1, 2, 3 … for each (sender, series, recipient).
        made_at: the sender's clock; shown, never compared.
    """

    v: int
    province: str
    sender: str
    sender_key: str
    recipient: str
    recipient_key: str
    series: str
    number: int
    made_at: str
    app: str


class _SectionLine(msgspec.Struct, frozen=True, tag_field="k", tag="section", omit_defaults=True):
    """Announces ``n`` lines; ``items`` is what they are to a person: changes, rows, documents."""

    kind: SectionKind
    n: int
    items: int = 0
    asked: dict[str, int] = {}


class ParcelEnd(msgspec.Struct, frozen=True, tag_field="k", tag="end"):
    """Closes a parcel: SHA-256 (hex) of all lines before it, and the sender's signature of that."""

    h: str
    sig: str


_T = TypeVar("_T")
_Line: TypeAlias = _SectionLine | ParcelEnd
_encoder = msgspec.json.Encoder(order="deterministic")
_line_decoder = msgspec.json.Decoder(_Line)
_header_decoder = msgspec.json.Decoder(ParcelHeader)


@dataclass(frozen=True, slots=True)
class Section:
    """One thing in a parcel.

    Attributes:
        body: whole lines, each ended by a newline.
        items: how many changes, rows or documents it is to a person.
        asked: of a page, the cursors after which its rows come.
    """

    kind: SectionKind
    body: bytes = field(repr=False)
    items: int = 0
    asked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """A parcel that was read to its end, whole and signed by the key it names.

    Whether that key may send is for the reader to decide.

    Attributes:
        content: hash (hex) of all its lines: the same content has the same one.
        items: what is in it, in numbers.
    """

    header: ParcelHeader
    content: str
    items: Mapping[SectionKind, int]


def key_id(public_key: str) -> bytes:
    """By what the recipient knows that a parcel is his; tells nobody else who he is."""
    return hashlib.sha256(_KEY_ID_DOMAIN + bytes.fromhex(public_key)).digest()[:_KEY_ID_BYTES]


# -- writing --


def write_parcel(
    target: BinaryIO, *, header: ParcelHeader, sections: Iterable[Section], signing_key: bytes
) -> str:
    """Write a whole parcel; gives the hash of its content. Sections are made as they are written.

    The caller makes the file appear under its name only after this has returned.
    """
    sealing = _Sealing(target, header.recipient_key)
    compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL)
    with compressor.stream_writer(cast(IO[bytes], sealing), closefd=False) as out:
        hashed = hashlib.sha256()

        def put(lines: bytes) -> None:
            hashed.update(lines)
            out.write(lines)

        put(_encoder.encode(header) + b"\n")
        for section in sections:
            count = section.body.count(b"\n")
            line = _SectionLine(section.kind, count, section.items, dict(section.asked))
            put(_encoder.encode(line) + b"\n")
            put(section.body)
        content = hashed.hexdigest()
        out.write(_encoder.encode(ParcelEnd(content, sign(signing_key, parcel_text(content)))))
        out.write(b"\n")
    sealing.finish()
    return content


class _Sealing:
    """Takes plain bytes and writes sealed blocks of one size; a file to the compressor."""

    def __init__(self, target: BinaryIO, recipient_key: str) -> None:
        content_key = random_bytes(_CONTENT_KEY_BYTES)
        curve_key = bindings.crypto_sign_ed25519_pk_to_curve25519(bytes.fromhex(recipient_key))
        sealed = SealedBox(PublicKey(curve_key)).encrypt(content_key)
        self._target = target
        self._prefix = MAGIC + bytes([PARCEL_FORMAT]) + key_id(recipient_key) + bytes(sealed)
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        stream_header = bindings.crypto_secretstream_xchacha20poly1305_init_push(
            self._state, content_key
        )
        self._waiting = bytearray()
        target.write(self._prefix + stream_header)

    def write(self, data: bytes) -> int:
        """Called by the compressor."""
        self._waiting += data
        while len(self._waiting) > _BLOCK_BYTES:
            self._put(bytes(self._waiting[:_BLOCK_BYTES]), _MORE)
            del self._waiting[:_BLOCK_BYTES]
        return len(data)

    def flush(self) -> None:
        """The compressor asks for it; blocks go out when they are full."""

    def finish(self) -> None:
        """Write the last block, which says so."""
        self._put(bytes(self._waiting), _LAST)

    def _put(self, plain: bytes, tag: int) -> None:
        block = bindings.crypto_secretstream_xchacha20poly1305_push(
            self._state, plain, self._prefix, tag
        )
        self._target.write(len(block).to_bytes(_LENGTH_BYTES, "big") + block)


# -- reading --


def addressed_to(source: BinaryIO) -> bytes:
    """The ``key_id`` of the recipient; reads the beginning only. Raises ``ParcelError``."""
    return _preamble(source)[1]


def verify_parcel(source: BinaryIO, *, signing_key: bytes) -> Verified:
    """Read a parcel to its end and check everything that it itself can tell.

    ``signing_key`` is the recipient's. Raises ``ParcelError``. The source is at its beginning
    afterwards; only one that nobody else can write to is the same when it is read again.
    """
    reading = _Reading(source, signing_key)
    items: Counter[SectionKind] = Counter()
    for section in reading.sections():
        items[section.kind] += section.items
    source.seek(0)
    return Verified(header=reading.header, content=reading.content, items=dict(items))


def sections_of(source: BinaryIO, *, signing_key: bytes) -> Iterator[Section]:
    """The sections of a parcel that ``verify_parcel`` found sound, one at a time."""
    yield from _Reading(source, signing_key).sections()


def _preamble(source: BinaryIO) -> tuple[bytes, bytes]:
    """The bytes before the stream, and the id of the recipient's key in them."""
    magic = source.read(len(MAGIC))
    if magic != MAGIC:
        is_cut = bool(magic) and MAGIC.startswith(magic)
        raise ParcelError(Fault.TRUNCATED if is_cut else Fault.NOT_A_PARCEL)
    version = _exactly(source, 1)
    if version[0] > PARCEL_FORMAT:
        raise ParcelError(Fault.NEWER_FORMAT)
    if version[0] != PARCEL_FORMAT:
        raise ParcelError(Fault.DAMAGED)
    recipient = _exactly(source, _KEY_ID_BYTES)
    return magic + version + recipient, recipient


def _exactly(source: BinaryIO, count: int) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise ParcelError(Fault.TRUNCATED)
    return data


class _Opening:
    """Reads sealed blocks and gives plain bytes; a file for the decompressor."""

    def __init__(self, source: BinaryIO, signing_key: bytes) -> None:
        prefix, recipient = _preamble(source)
        if recipient != key_id(public_key_of(signing_key)):
            raise ParcelError(Fault.WRONG_RECIPIENT)
        sealed = _exactly(source, _SEALED_BYTES)
        self._source = source
        self._prefix = prefix + sealed
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        content_key = _unsealed(sealed, signing_key)
        stream_header = _exactly(source, _STREAM_HEADER_BYTES)
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(
            self._state, stream_header, content_key
        )
        self._rest = b""
        self.is_over = False
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        """At most so many plain bytes; none at the end. Raises ``ParcelError``."""
        if not self._rest and not self.is_over:
            self._rest = self._next_block()
        count = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    def _next_block(self) -> bytes:
        length = int.from_bytes(_exactly(self._source, _LENGTH_BYTES), "big")
        if not _STREAM_EXTRA_BYTES <= length <= _BLOCK_BYTES + _STREAM_EXTRA_BYTES:
            raise ParcelError(Fault.DAMAGED)
        block = _exactly(self._source, length)
        try:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                self._state, block, self._prefix
            )
        except (CryptoError, SodiumRuntimeError) as error:
            raise ParcelError(Fault.DAMAGED) from error
        self.read_bytes += length
        if self.read_bytes > LARGEST_PARCEL_BYTES:
            raise ParcelError(Fault.TOO_LARGE)
        self.is_over = tag == _LAST
        if self.is_over and self._source.read(1):
            raise ParcelError(Fault.DAMAGED)
        return bytes(plain)


def _unsealed(sealed: bytes, signing_key: bytes) -> bytes:
    secret = bindings.crypto_sign_seed_keypair(signing_key)[1]
    curve_key = bindings.crypto_sign_ed25519_sk_to_curve25519(secret)
    try:
        return bytes(SealedBox(PrivateKey(curve_key)).decrypt(sealed))
    except CryptoError as error:
        raise ParcelError(Fault.DAMAGED) from error


class _Reading:
    """One pass through a parcel, section by section."""

    def __init__(self, source: BinaryIO, signing_key: bytes) -> None:
        self._opening = _Opening(source, signing_key)
        inflater = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        self._inflated = inflater.stream_reader(
            cast(IO[bytes], self._opening), read_size=_BLOCK_BYTES
        )
        self._waiting = bytearray()
        self._content_bytes = 0
        self._hashed = hashlib.sha256()
        self.content = ""
        raw_header = self._line(_LONGEST_HEADER_BYTES)
        # A later format may have another header under the same envelope.
        self.header = _decoded(_header_decoder, raw_header)
        if self.header.v > PARCEL_FORMAT:
            raise ParcelError(Fault.NEWER_FORMAT)
        if self.header.recipient_key != public_key_of(signing_key):
            raise ParcelError(Fault.WRONG_RECIPIENT)
        if self.header.v != PARCEL_FORMAT or not 1 <= self.header.number <= LARGEST_NUMBER:
            raise ParcelError(Fault.DAMAGED)
        self._hashed.update(raw_header)

    def sections(self) -> Iterator[Section]:
        """The sections; after the last one the signature was checked. Raises ``ParcelError``."""
        while True:
            raw_line = self._line(_LONGEST_HEADER_BYTES)
            line = _decoded(_line_decoder, raw_line)
            if isinstance(line, ParcelEnd):
                self._check_end(line)
                return
            self._hashed.update(raw_line)
            body = self._lines(line.n)
            self._hashed.update(body)
            yield Section(kind=line.kind, body=body, items=max(line.items, 0), asked=line.asked)

    def _check_end(self, end: ParcelEnd) -> None:
        self.content = self._hashed.hexdigest()
        if self._waiting or self._more() or self._opening.read() or not self._opening.is_over:
            raise ParcelError(Fault.DAMAGED)
        text = parcel_text(self.content)
        if end.h != self.content or not is_signed(self.header.sender_key, text, end.sig):
            raise ParcelError(Fault.BAD_SIGNATURE)

    def _lines(self, count: int) -> bytes:
        body = bytearray()
        for _ in range(count):
            body += self._line(LARGEST_SECTION_BYTES - len(body))
        return bytes(body)

    def _line(self, longest: int) -> bytes:
        """The next line with its newline."""
        seen = 0
        while (end := self._waiting.find(b"\n", seen)) < 0:
            seen = len(self._waiting)
            if seen > longest:
                raise ParcelError(Fault.TOO_LARGE)
            if not self._more():
                raise ParcelError(Fault.DAMAGED)
        if end + 1 > longest:
            raise ParcelError(Fault.TOO_LARGE)
        line = bytes(self._waiting[: end + 1])
        del self._waiting[: end + 1]
        return line

    def _more(self) -> bool:
        """Inflate a little more; False at the end."""
        try:
            data = self._inflated.read(_BLOCK_BYTES)
        except zstandard.ZstdError as error:
            raise ParcelError(Fault.DAMAGED) from error
        self._waiting += data
        self._content_bytes += len(data)
        believed = max(_RATIO_FROM_BYTES, LARGEST_RATIO * self._opening.read_bytes)
        if self._content_bytes > min(believed, LARGEST_CONTENT_BYTES):
            raise ParcelError(Fault.TOO_LARGE)
        return bool(data)


def _decoded(decoder: msgspec.json.Decoder[_T], line: bytes) -> _T:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParcelError(Fault.DAMAGED) from error
