"""The server keeps where each device's ledger ended, and a device can give up its place."""

from __future__ import annotations

import msgspec
import pytest

from sync.protocol import codec
from sync.protocol.documents import Role
from sync.protocol.messages import (
    LedgerHead,
    Left,
    PushAnswer,
    PushHeader,
    Refusal,
    RefusalCode,
)
from sync.protocol.signing import new_signing_key, sign_leave
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess


@pytest.fixture
def desk(server: ServerProcess, province: Province) -> Desk:
    """An officer's device, logged in."""
    desk = Desk(server.url)
    desk.enrol(province.code(province.office(Role.OFFICER, "99001")))
    desk.login()
    return desk


def told(desk: Desk, head: LedgerHead | None) -> LedgerHead | None:
    """Push nothing but where the ledger ends; what the server has of it then."""
    header = msgspec.structs.replace(_empty_header(desk), ledger=head)
    answer = desk.send(codec.encode_push(header=header, changes=(), signing_key=desk.key))
    assert isinstance(answer, PushAnswer), answer
    return answer.ledger


def _empty_header(desk: Desk) -> PushHeader:
    seq = len(desk.changes)
    body = desk.push_body(seq + 1, seq)
    return msgspec.json.decode(body.partition(b"\n")[0], type=PushHeader)


def head(n: int, letter: str) -> LedgerHead:
    return LedgerHead(n=n, h=letter * 64)


def test_a_longer_ledger_takes_the_place_of_a_shorter_one_and_nothing_else_does(desk: Desk) -> None:
    assert told(desk, None) is None
    first = told(desk, head(5, "a"))
    assert first is not None and (first.n, first.h) == (5, "a" * 64) and first.at
    for rewritten in (head(5, "b"), head(4, "c"), None, LedgerHead(n=9, h="no hash")):
        assert told(desk, rewritten) == first
    longer = told(desk, head(6, "d"))
    assert longer is not None and (longer.n, longer.h) == (6, "d" * 64)


def test_the_head_of_an_epoch_goes_on_with_its_changes(desk: Desk) -> None:
    told(desk, head(5, "a"))
    desk.person()
    answer = desk.push()
    assert answer.acked == 1
    assert answer.ledger is not None and answer.ledger.n == 5
    desk.begin_epoch()
    assert told(desk, None) is None


def test_a_program_that_tells_nothing_sends_what_it_always_sent(desk: Desk) -> None:
    assert b"ledger" not in desk.push_body(1, 0)
    assert b"ledger" not in msgspec.json.encode(desk.push())


def test_a_device_that_gave_up_its_place_is_refused(desk: Desk) -> None:
    assert desk.leave(head(7, "a")) == Left(device=desk.device)
    again = desk.leave(head(7, "a"))
    assert isinstance(again, Refusal) and again.code is RefusalCode.TOKEN_EXPIRED
    challenge = desk.challenge()
    assert isinstance(challenge, Refusal) and challenge.code is RefusalCode.REVOKED


def test_only_a_device_itself_gives_up_its_place(desk: Desk) -> None:
    desk.token = "0" * 64
    answer = desk.leave(head(7, "a"))
    assert isinstance(answer, Refusal) and answer.code is RefusalCode.TOKEN_EXPIRED
    desk.login()
    assert desk.push().acked == 0


def test_a_token_alone_gives_up_nobody_s_place(desk: Desk) -> None:
    ledger = head(7, "a")
    of_another = sign_leave(
        new_signing_key(), device=desk.device, epoch=desk.epoch, ledger_n=7, ledger_hash=ledger.h
    )
    of_less = sign_leave(
        desk.key, device=desk.device, epoch=desk.epoch, ledger_n=6, ledger_hash=ledger.h
    )
    for sig in (of_another, of_less, "x"):
        assert desk.leave(ledger, sig=sig) == Refusal(code=RefusalCode.BAD_SIGNATURE)
    assert desk.push().acked == 0
