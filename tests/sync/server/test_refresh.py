"""Sessions that go on without a new signature, and what happens when a token was stolen."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from sync.protocol.documents import Role
from sync.protocol.messages import (
    REUSED,
    Challenge,
    PullRequest,
    RefreshRequest,
    Refusal,
    RefusalCode,
    Session,
)
from sync.server.tables import devices, enrolment_codes, refresh_tokens
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess

EXPIRED = Refusal(code=RefusalCode.TOKEN_EXPIRED)


def begun(desk: Desk) -> Session:
    """A session that begins with a signature."""
    challenge = desk.challenge()
    assert isinstance(challenge, Challenge)
    session = desk.login_with(challenge.nonce)
    assert isinstance(session, Session)
    return session


def refreshed(desk: Desk, token: str) -> Session | Refusal:
    """What a refresh token gets."""
    return desk.ask("/auth/refresh", RefreshRequest(refresh=token), Session)


def is_let_in(desk: Desk, token: str) -> bool:
    """Is a pull with this access token answered?"""
    desk.token = token
    response = desk.post("/sync/v1/pull", b'{"cursors":{}}')
    if not response.ok:
        assert desk.read(response, PullRequest) == EXPIRED
    return response.ok


def test_a_refresh_token_brings_the_next_session_without_a_signature(officer: Desk) -> None:
    session = begun(officer)
    following = refreshed(officer, session.refresh)
    assert isinstance(following, Session)
    assert (session.expires_seconds, following.expires_seconds) == (900, 900)
    assert len({session.token, session.refresh, following.token, following.refresh}) == 4
    assert is_let_in(officer, following.token)
    assert is_let_in(officer, session.token)


def test_a_refresh_token_used_twice_ends_the_session_for_everybody(
    officer: Desk, server: ServerProcess
) -> None:
    other_login = begun(officer)
    session = begun(officer)
    thief = refreshed(officer, session.refresh)
    assert isinstance(thief, Session)
    reuse = Refusal(code=RefusalCode.TOKEN_EXPIRED, why=REUSED)
    assert refreshed(officer, session.refresh) == reuse
    assert refreshed(officer, thief.refresh) == reuse
    assert not is_let_in(officer, thief.token)
    assert not is_let_in(officer, session.token)
    assert is_let_in(officer, other_login.token)
    assert is_let_in(officer, begun(officer).token)
    told = [json.loads(line) for line in server.log.splitlines()]
    reused = [line for line in told if line["event"] == "refresh token reused"]
    assert officer.device in {line["device"] for line in reused}


def test_a_refresh_token_ends_with_its_life_and_with_its_device(
    officer: Desk, province: Province
) -> None:
    old, session = begun(officer), begun(officer)
    with province.engine.begin() as connection:
        life = connection.scalar(select(func.max(refresh_tokens.c.expires_at) - func.now()))
        assert life is not None and timedelta(days=29) < life <= timedelta(days=30)
        connection.execute(update(refresh_tokens).values(expires_at=func.now()))
    assert refreshed(officer, old.refresh) == EXPIRED
    session = begun(officer)
    with province.engine.begin() as connection:
        connection.execute(update(devices).values(revoked_at=func.now()))
    assert refreshed(officer, session.refresh) == Refusal(code=RefusalCode.REVOKED)


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "\x00"])
def test_an_invented_refresh_token_is_refused(officer: Desk, token: str) -> None:
    assert refreshed(officer, token) == EXPIRED


def test_an_access_token_is_no_refresh_token(officer: Desk) -> None:
    session = begun(officer)
    assert refreshed(officer, session.token) == EXPIRED
    assert not is_let_in(officer, session.refresh)


def test_refresh_tokens_are_stored_as_hashes_only(officer: Desk, province: Province) -> None:
    session = begun(officer)
    with province.engine.connect() as connection:
        rows = repr(connection.execute(select(refresh_tokens)).all())
    assert session.refresh not in rows and session.token not in rows


def test_a_code_that_begins_as_another_is_drawn_anew(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = province.office(Role.OFFICER, "99001")
    letters = iter("ABCD" + "0" * 16 + "ABCD" + "1" * 16 + "EFGH" + "2" * 16)
    monkeypatch.setattr(secrets, "choice", lambda _: next(letters))
    assert province.code(office) == "ABCD" + "0" * 16
    assert province.code(office) == "EFGH" + "2" * 16
    with province.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(enrolment_codes)) == 2
