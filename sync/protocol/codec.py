"""Between bytes and messages: pushes and pulls as lines of JSON, and the limits of what comes.

What comes from outside is never trusted: sizes are limited while inflating, nesting by the
decoder, counts by the reader. Whatever breaks a rule is one ``WireError`` with a code; its message
holds nothing of what was sent.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import zstandard

from sync.protocol.chain import canonical, chain_link
from sync.protocol.messages import (
    PROTOCOL_VERSION,
    Change,
    Drop,
    Grant,
    PullEnd,
    PullLine,
    PushEnd,
    PushHeader,
    RefusalCode,
    Row,
)
from sync.protocol.signing import push_text, sign

#: Largest request body as it travels, and inflated.
LARGEST_BODY_BYTES = 8 * 1024 * 1024
LARGEST_INFLATED_BYTES = 64 * 1024 * 1024
#: Records inflate about 4 : 1, repetitive ones 20 : 1; a bomb 1,000 : 1.
LARGEST_RATIO = 100
#: Below this the ratio is not asked: small texts of one repeated letter are harmless.
_RATIO_FROM_BYTES = 1024 * 1024
#: What both databases count to.
LARGEST_NUMBER = 2**63 - 1
#: Most changes in one push.
MOST_CHANGES = 2_000
#: Far longer than the first or the last line of a push can be.
_LONGEST_HEAD = 64 * 1024
#: A change of a hundred fields has some hundred; of 2,000 of them a tenth of this.
_MOST_BRACKETS = 2_000_000
#: Far deeper than any value that is kept, and far from the end of anybody's stack.
_DEEPEST_LINE = 200

JSON_TYPE = "application/json"
LINES_TYPE = "application/x-ndjson"

#: How bodies travel. What we send is zstd: measured on records of 2 kB (``tests.bench sync``) a
#: fifth smaller than gzip's level 1 at a third of the time, and 20 % on changes of two fields.
#: gzip is read too: programs before it speak it, and so does everything that asks by hand.
ZSTD, GZIP = "zstd", "gzip"

_ZSTD_LEVEL = 3
#: RFC 8878 §3.1.1: what a frame begins with, and how long its head can be.
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_LONGEST_ZSTD_HEAD = 18
#: Level 1: three times smaller at a third of the time of the default level.
_GZIP_LEVEL = 1
_GZIP_WINDOW = 31
_INFLATE_STEP = 256 * 1024
_TEXT_IN_LINE = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(rb"[\[\]{}]")

Message = TypeVar("Message", bound=msgspec.Struct)


class WireError(ValueError):
    """What came is not a message of this protocol, or breaks a limit.

    Attributes:
        code: ``MALFORMED`` or ``TOO_LARGE``.
    """

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class Push:
    """A push as it came, read but not yet believed.

    Attributes:
        header_line: the bytes that were signed.
        change_lines: the bytes of each change that were chained; an unknown field of a newer
            program stays in the hash.
    """

    header: PushHeader
    header_line: bytes
    changes: Sequence[Change]
    change_lines: Sequence[bytes]
    end: PushEnd


@dataclass(frozen=True, slots=True)
class PullPage:
    """One answer to a pull, its lines sorted by kind."""

    rows: Sequence[Row]
    grants: Sequence[Grant]
    drops: Sequence[Drop]
    end: PullEnd


_encoder = msgspec.json.Encoder()
_header_decoder = msgspec.json.Decoder(PushHeader)
_change_decoder = msgspec.json.Decoder(Change)
_end_decoder = msgspec.json.Decoder(PushEnd)
_pull_decoder = msgspec.json.Decoder(PullLine)


def compressed(body: bytes, encoding: str = GZIP) -> bytes:
    """The body as gzip or zstd."""
    if encoding == ZSTD:
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return zlib.compress(body, level=_GZIP_LEVEL, wbits=_GZIP_WINDOW)


def inflated(body: bytes, encoding: str = GZIP, *, ratio: int = LARGEST_RATIO) -> bytes:
    """The content of a gzip or zstd body. Raises ``WireError`` as soon as a limit is passed.

    ``ratio`` is the largest one believed in; answers of our own server may be as dull as they are.
    """
    return _inflated_zstd(body, ratio) if encoding == ZSTD else _inflated_gzip(body, ratio)


def _inflated_zstd(body: bytes, ratio: int) -> bytes:
    """One frame, which must say beforehand how large it is: nothing is inflated to find out."""
    try:
        size = zstandard.get_frame_parameters(body).content_size
        if size == zstandard.CONTENTSIZE_UNKNOWN:
            raise WireError(RefusalCode.MALFORMED)
        _check_inflation(size, len(body), ratio)
        inflater = zstandard.ZstdDecompressor(max_window_size=LARGEST_INFLATED_BYTES)
        return inflater.decompress(body, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise WireError(RefusalCode.MALFORMED) from error


def is_cut_short(body: bytes) -> bool:
    """Is this the beginning of a zstd body, sound as far as it goes?"""
    if len(body) < _LONGEST_ZSTD_HEAD:
        return _ZSTD_MAGIC.startswith(body[: len(_ZSTD_MAGIC)])
    inflater = zstandard.ZstdDecompressor(max_window_size=LARGEST_INFLATED_BYTES)
    stream = inflater.decompressobj()
    try:
        if zstandard.get_frame_parameters(body).content_size > LARGEST_INFLATED_BYTES:
            return False
        stream.decompress(body)
    except zstandard.ZstdError:
        return False
    return not stream.eof


def _inflated_gzip(body: bytes, ratio: int) -> bytes:
    stream = zlib.decompressobj(wbits=_GZIP_WINDOW)
    content = bytearray()
    rest = body
    try:
        while rest and not stream.eof:
            content += stream.decompress(rest, _INFLATE_STEP)
            rest = stream.unconsumed_tail
            _check_inflation(len(content), len(body) - len(rest), ratio)
    except zlib.error as error:
        raise WireError(RefusalCode.MALFORMED) from error
    if not stream.eof or stream.unused_data:
        raise WireError(RefusalCode.MALFORMED)
    return bytes(content)


def _check_inflation(content_bytes: int, read_bytes: int, ratio: int) -> None:
    is_bomb = content_bytes > max(_RATIO_FROM_BYTES, ratio * read_bytes)
    if is_bomb or content_bytes > LARGEST_INFLATED_BYTES:
        raise WireError(RefusalCode.TOO_LARGE)


def decode_message(body: bytes, kind: type[Message]) -> Message:
    """One message from JSON. Raises ``WireError``."""
    return _decode(msgspec.json.Decoder(kind), body)


def encode_push(*, header: PushHeader, changes: Sequence[Change], signing_key: bytes) -> bytes:
    """The lines of a signed push, not yet compressed."""
    lines = [canonical(change) for change in changes]
    chain = bytes.fromhex(header.prev)
    for line in lines:
        chain = chain_link(chain, line)
    return join_push(header=header, lines=lines, head=chain.hex(), signing_key=signing_key)


def join_push(
    *, header: PushHeader, lines: Sequence[bytes], head: str, signing_key: bytes
) -> bytes:
    """The lines of a signed push whose changes are text; ``head`` is the hash after them."""
    header_line = _encoder.encode(header)
    end = PushEnd(h=head, sig=sign(signing_key, push_text(header_line, head)))
    return b"\n".join([header_line, *lines, _encoder.encode(end), b""])


def decode_push(body: bytes) -> Push:
    """A push from its lines: well-formed text, of a known version, its numbers without gaps.

    Raises ``WireError``. Signature and chain are for the server to check.
    """
    whole = body.removesuffix(b"\n")
    # Counted before they are parted or read: line ends and empty lists would become gigabytes.
    if whole.count(b"\n") > MOST_CHANGES + 1 or _brackets_in(whole) > _MOST_BRACKETS:
        raise WireError(RefusalCode.TOO_LARGE)
    lines = whole.split(b"\n")
    if len(lines) < 2 or not all(map(_is_text, lines)):
        raise WireError(RefusalCode.MALFORMED)
    if max(len(lines[0]), len(lines[-1])) > _LONGEST_HEAD:
        raise WireError(RefusalCode.TOO_LARGE)
    header = _decode(_header_decoder, lines[0])
    change_lines = lines[1:-1]
    if not all(map(_is_shallow, change_lines)):
        raise WireError(RefusalCode.MALFORMED)
    changes = [_decode(_change_decoder, line) for line in change_lines]
    end = _decode(_end_decoder, lines[-1])
    _check_header(header, changes)
    return Push(
        header=header,
        header_line=lines[0],
        changes=changes,
        change_lines=change_lines,
        end=end,
    )


def _is_text(line: bytes) -> bool:
    """The decoder looks over the letters of what it does not know; they are kept all the same."""
    try:
        return line.isascii() or bool(line.decode())
    except UnicodeDecodeError:
        return False


def _is_shallow(line: bytes) -> bool:
    """Can everybody read it who hands it on, however deep their own stack is by then?"""
    if _brackets_in(line) <= _DEEPEST_LINE:
        return True
    depth = 0
    for bracket in _BRACKETS.finditer(_TEXT_IN_LINE.sub(b"", line)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > _DEEPEST_LINE:
            return False
    return True


def _brackets_in(text: bytes) -> int:
    return text.count(b"[") + text.count(b"{")


def _check_header(header: PushHeader, changes: Sequence[Change]) -> None:
    is_counted = header.first >= 1 and header.first + len(changes) <= LARGEST_NUMBER
    is_whole = header.n == len(changes) and all(
        change.seq == seq for seq, change in enumerate(changes, header.first)
    )
    is_known = header.v == PROTOCOL_VERSION and header.epoch.isalnum()
    if not (is_known and is_counted and is_whole):
        raise WireError(RefusalCode.MALFORMED)


def encode_lines(lines: Iterable[msgspec.Struct]) -> bytes:
    """Messages as lines, for the answer to a pull."""
    return b"".join(_encoder.encode(line) + b"\n" for line in lines)


def decode_pull(body: bytes) -> PullPage:
    """The answer to a pull, which must be whole: its last line closes it. Raises ``WireError``."""
    rows: list[Row] = []
    grants: list[Grant] = []
    drops: list[Drop] = []
    *lines, last = body.removesuffix(b"\n").split(b"\n")
    for line in lines:
        match _decode(_pull_decoder, line):
            case Row() as row:
                rows.append(row)
            case Grant() as grant:
                grants.append(grant)
            case Drop() as drop:
                drops.append(drop)
            case PullEnd():
                raise WireError(RefusalCode.MALFORMED)
    end = _decode(_pull_decoder, last)
    if not isinstance(end, PullEnd):
        raise WireError(RefusalCode.MALFORMED)
    return PullPage(rows=rows, grants=grants, drops=drops, end=end)


Decoded = TypeVar("Decoded")


def _decode(decoder: msgspec.json.Decoder[Decoded], line: bytes) -> Decoded:
    try:
        return decoder.decode(line)
    # Nesting deeper than Python's stack is a RecursionError, a broken letter a UnicodeDecodeError.
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(RefusalCode.MALFORMED) from error
