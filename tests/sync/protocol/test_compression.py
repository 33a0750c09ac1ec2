"""Bodies as zstd and gzip: small, whole, and never larger than they say."""

from __future__ import annotations

import random

import pytest
import zstandard

from sync.protocol.codec import (
    GZIP,
    LARGEST_INFLATED_BYTES,
    LARGEST_RATIO,
    ZSTD,
    WireError,
    compressed,
    inflated,
    is_cut_short,
)
from sync.protocol.messages import RefusalCode

TEXT = b"".join(b'{"n":%d,"w":%d}\n' % (n, n * 7919 % 1000) for n in range(20_000))
SEED = 20261122


@pytest.mark.parametrize("encoding", [ZSTD, GZIP])
@pytest.mark.parametrize("body", [b"", b"x", TEXT], ids=["empty", "short", "long"])
def test_what_was_compressed_comes_back(encoding: str, body: bytes) -> None:
    assert inflated(compressed(body, encoding), encoding) == body


def refused(body: bytes, encoding: str, *, ratio: int = LARGEST_RATIO) -> RefusalCode:
    with pytest.raises(WireError) as raised:
        inflated(body, encoding, ratio=ratio)
    return raised.value.code


@pytest.mark.parametrize("encoding", [ZSTD, GZIP])
def test_a_bomb_is_refused(encoding: str) -> None:
    bomb = compressed(bytes(LARGEST_INFLATED_BYTES), encoding)
    assert len(bomb) < LARGEST_INFLATED_BYTES / LARGEST_RATIO
    assert refused(bomb, encoding) is RefusalCode.TOO_LARGE


@pytest.mark.parametrize("encoding", [ZSTD, GZIP])
def test_more_than_the_limit_is_refused_whatever_the_ratio(encoding: str) -> None:
    body = compressed(bytes(LARGEST_INFLATED_BYTES + 1), encoding)
    assert refused(body, encoding, ratio=LARGEST_INFLATED_BYTES) is RefusalCode.TOO_LARGE


@pytest.mark.parametrize("encoding", [ZSTD, GZIP])
def test_what_was_cut_or_lengthened_is_refused(encoding: str) -> None:
    whole = compressed(TEXT, encoding)
    draw = random.Random(SEED)
    for at in [0, 1, 4, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(50))]:
        assert refused(whole[:at], encoding) is RefusalCode.MALFORMED
    assert refused(whole + b"x", encoding) is RefusalCode.MALFORMED
    assert refused(whole + whole, encoding) is RefusalCode.MALFORMED


def test_a_body_that_was_cut_is_told_from_a_damaged_one() -> None:
    draw = random.Random(SEED)
    for text in (b"{}", TEXT):
        whole = compressed(text, ZSTD)
        places = {0, 1, 5, 9, 17, 18, 19, *(draw.randrange(len(whole)) for _ in range(50))}
        for at in places & set(range(len(whole))):
            assert is_cut_short(whole[:at]), at
        assert not is_cut_short(whole + bytes(20))
    damaged = bytearray(compressed(TEXT, ZSTD))
    damaged[20:60] = bytes(40)
    assert not is_cut_short(bytes(damaged))
    assert not is_cut_short(b"<html>Wi-Fi</html>")
    assert not is_cut_short(b"<html>Wi-Fi: sign in, please</html>")
    assert not is_cut_short(compressed(bytes(LARGEST_INFLATED_BYTES + 1), ZSTD)[:200])


def test_a_frame_that_hides_its_size_is_refused_without_looking_into_it() -> None:
    packer = zstandard.ZstdCompressor(level=3, write_content_size=False)
    assert refused(packer.compress(TEXT), ZSTD) is RefusalCode.MALFORMED


def test_a_frame_that_lies_about_its_size_is_refused() -> None:
    honest = bytearray(compressed(TEXT, ZSTD))
    parameters = zstandard.get_frame_parameters(bytes(honest))
    said = parameters.content_size.to_bytes(4, "little")
    place = bytes(honest).index(said)
    for size in (1, len(TEXT) - 1, len(TEXT) + 1):
        honest[place : place + 4] = size.to_bytes(4, "little")
        assert refused(bytes(honest), ZSTD) is RefusalCode.MALFORMED


def test_noise_is_refused() -> None:
    draw = random.Random(SEED)
    for length in range(1, 60):
        noise = bytes([0x28, 0xB5, 0x2F, 0xFD]) + draw.randbytes(length)
        code = refused(noise, ZSTD)
        assert code in (RefusalCode.MALFORMED, RefusalCode.TOO_LARGE)
