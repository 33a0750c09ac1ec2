"""What was ever sent stays readable: frozen pushes, receipts and pages of every spelling.

A folder of ``tests/golden/wire`` is never changed. Whoever adds something to the protocol adds a
folder with it; what stands in the older ones must still be read, and a push must still be the one
that was signed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.protocol import codec
from sync.protocol.chain import canonical, chain_link
from sync.protocol.messages import PushAnswer, Refusal, RefusalCode
from sync.protocol.signing import is_signed, public_key_of, push_text

WIRE = Path(__file__).parents[1] / "golden" / "wire"
FOLDERS = sorted(path for path in WIRE.iterdir() if path.is_dir())
#: The spelling that this program writes.
PRESENT = WIRE / "v1-2026-11"
#: The key that signed them; for tests only.
SEED = bytes(range(32))

each_spelling = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def includes(new: Any, old: Any) -> bool:
    """Is everything of the old value in the new one, which may say more?"""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(
            name in new and includes(new[name], value) for name, value in old.items()
        )
    return bool(new == old)


@each_spelling
def test_what_was_ever_sent_is_read_to_the_byte(folder: Path) -> None:
    body = (folder / "push.ndjson").read_bytes()
    push = codec.decode_push(body)
    text = push_text(push.header_line, push.end.h)
    assert is_signed(public_key_of(SEED), text, push.end.sig)
    chain = bytes.fromhex(push.header.prev)
    for change, line in zip(push.changes, push.change_lines, strict=True):
        assert canonical(change) == line
        chain = chain_link(chain, line)
    assert chain.hex() == push.end.h
    assert b"\n".join([push.header_line, *push.change_lines]) == body.rsplit(b"\n", 2)[0]


@each_spelling
@pytest.mark.parametrize(("ending", "encoding"), [("gz", codec.GZIP), ("zst", codec.ZSTD)])
def test_a_body_packed_by_any_program_is_unpacked(folder: Path, ending: str, encoding: str) -> None:
    packed = (folder / f"push.ndjson.{ending}").read_bytes()
    assert codec.inflated(packed, encoding) == (folder / "push.ndjson").read_bytes()


@each_spelling
def test_receipts_are_read_whole(folder: Path) -> None:
    body = (folder / "answer.json").read_bytes()
    answer = codec.decode_message(body, PushAnswer)
    assert includes(json.loads(msgspec.json.encode(answer)), json.loads(body))


@each_spelling
def test_pages_are_read_whole(folder: Path) -> None:
    body = (folder / "page.ndjson").read_bytes()
    page = codec.decode_pull(body)
    again = codec.encode_lines([*page.grants, *page.drops, *page.rows, page.end])
    read, sent = (
        sorted((json.loads(line) for line in lines.splitlines()), key=lambda line: str(line["k"]))
        for lines in (again, body)
    )
    assert [line["k"] for line in read] == [line["k"] for line in sent]
    assert all(includes(new, old) for new, old in zip(read, sent, strict=True))


@each_spelling
def test_refusals_are_read(folder: Path) -> None:
    refusal = codec.decode_message((folder / "refusal.json").read_bytes(), Refusal)
    assert refusal.code in RefusalCode


def test_this_program_writes_the_present_spelling() -> None:
    push = codec.decode_push((PRESENT / "push.ndjson").read_bytes())
    written = codec.encode_push(header=push.header, changes=push.changes, signing_key=SEED)
    assert written == (PRESENT / "push.ndjson").read_bytes()
    body = (PRESENT / "answer.json").read_bytes()
    assert msgspec.json.encode(codec.decode_message(body, PushAnswer)) + b"\n" == body
    page = codec.decode_pull((PRESENT / "page.ndjson").read_bytes())
    lines = codec.encode_lines([*page.drops, *page.grants, *page.rows, page.end])
    assert lines == (PRESENT / "page.ndjson").read_bytes()
