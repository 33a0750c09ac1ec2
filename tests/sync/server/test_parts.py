"""What a register asks when the digest of a bucket differs: of which parts, and their rows."""

from __future__ import annotations

import msgspec
import pytest

from sync.protocol import codec
from sync.protocol.chain import part_of, parts_of
from sync.protocol.documents import DocumentType
from sync.protocol.messages import PartRowsRequest, Parts, PartsRequest, Refusal, RefusalCode, Row
from sync.server import pull
from sync.server.parts import part_rows
from tests.support.desk import Desk
from tests.support.server import Province

BUCKET = "99001/register"


def rows_of(desk: Desk, parts: list[str]) -> codec.PullPage:
    asked = msgspec.json.encode(PartRowsRequest(BUCKET, parts))
    return codec.decode_pull(desk.post("/sync/v1/part_rows", asked).content)


def everything(desk: Desk) -> list[Row]:
    return list(desk.pull().rows)


def test_the_parts_of_the_server_are_those_that_a_register_makes_of_the_same_rows(
    officer: Desk,
) -> None:
    made = [officer.person() for _ in range(40)]
    officer.push()
    officer.set(DocumentType.PERSON, made[0].document_id, {"sex": "1"})
    officer.push(since=41)
    rows = everything(officer)
    told = officer.ask("/sync/v1/parts", PartsRequest(BUCKET), Parts)
    assert isinstance(told, Parts)
    assert told.parts == parts_of((row.document_id, row.version, row.mark) for row in rows)
    assert len(told.parts) > 20


def test_the_rows_of_some_parts_come_and_no_others(officer: Desk) -> None:
    for _ in range(40):
        officer.person()
    officer.push()
    rows = everything(officer)
    wanted = sorted({part_of(row.document_id) for row in rows[:3]})
    page = rows_of(officer, wanted)
    assert not page.end.more
    assert list(page.rows) == [row for row in rows if part_of(row.document_id) in wanted]
    assert rows_of(officer, ["zz", "", "%", "\x00"]).rows == []


def test_what_one_page_does_not_hold_is_told(
    officer: Desk, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        officer.person()
    officer.push()
    rows = everything(officer)
    request = PartRowsRequest(BUCKET, [part_of(row.document_id) for row in rows])

    def page(largest_bytes: int) -> codec.PullPage:
        monkeypatch.setattr(pull, "_LARGEST_PAGE_BYTES", largest_bytes)
        answer = part_rows(province.engine, officer.token, request)
        assert isinstance(answer, bytes)
        return codec.decode_pull(answer)

    whole, cut = page(10_000), page(1)
    assert (list(whole.rows), whole.end.more) == (rows, False)
    assert (list(cut.rows), cut.end.more) == (rows[:1], True)


def test_more_parts_than_there_are_is_no_request(officer: Desk) -> None:
    request = PartRowsRequest(BUCKET, ["00"] * 257)
    assert officer.ask("/sync/v1/part_rows", request, Parts) == Refusal(code=RefusalCode.TOO_LARGE)
