"""Codes, nonces, tokens and revocation, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Table, func, select, update

from sync.protocol.documents import Role
from sync.protocol.messages import (
    Challenge,
    Commune,
    Enrolled,
    EnrolRequest,
    LoginRequest,
    PullRequest,
    PushAnswer,
    Refusal,
    RefusalCode,
    Session,
)
from sync.protocol.signing import (
    new_signing_key,
    public_key_of,
    sign_enrolment,
    sign_login,
)
from sync.server.enrolment import CODE_TRIES
from sync.server.tables import challenges, devices, enrolment_codes, tokens
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

BAD_CODE = Refusal(code=RefusalCode.BAD_CODE)
BAD_SIGNATURE = Refusal(code=RefusalCode.BAD_SIGNATURE)
EXPIRED = Refusal(code=RefusalCode.TOKEN_EXPIRED)
REVOKED = Refusal(code=RefusalCode.REVOKED)


@pytest.fixture
def desk(server: ServerProcess) -> Iterator[Desk]:
    """A desk that is not enrolled."""
    desk = Desk(server.url)
    yield desk
    desk.http.close()


@pytest.fixture
def code(province: Province) -> str:
    """A fresh code for an officer of 99001."""
    return province.code(province.office(Role.OFFICER, "99001"), user="Cán bộ A")


def expire(province: Province, table: Table) -> None:
    """Let everything in this table expire a second ago."""
    with province.engine.begin() as connection:
        connection.execute(update(table).values(expires_at=func.now() - timedelta(seconds=1)))


def revoke(province: Province) -> None:
    """Revoke every device."""
    with province.engine.begin() as connection:
        connection.execute(update(devices).values(revoked_at=func.now()))


def pull_refused(desk: Desk) -> Refusal:
    """What the desk hears when it pulls."""
    answer = desk.ask("/sync/v1/pull", PullRequest(cursors={}), Session)
    assert isinstance(answer, Refusal)
    return answer


def test_a_code_binds_a_device_to_its_office(desk: Desk, code: str) -> None:
    enrolled = desk.enrol(code)
    assert isinstance(enrolled, Enrolled)
    assert (enrolled.role, enrolled.user) == ("officer", "Cán bộ A")
    assert enrolled.communes == [Commune(code="99001", name="Xã Suối Mẫu")]
    assert (enrolled.province_code, enrolled.training) == ("03", True)


def test_a_code_may_be_typed_as_it_is_read(desk: Desk, code: str) -> None:
    typed = "-".join(code[at : at + 4] for at in range(0, 20, 4)).lower()
    assert isinstance(desk.enrol(typed.replace("0", "o").replace("1", "l")), Enrolled)


def test_a_lost_answer_is_given_again_to_the_same_key_only(desk: Desk, code: str) -> None:
    first = desk.enrol(code)
    assert desk.enrol(code) == first
    desk.key = new_signing_key()
    assert desk.enrol(code) == BAD_CODE


def test_a_key_is_enrolled_once(desk: Desk, code: str, province: Province) -> None:
    desk.enrol(code)
    other = province.code(province.office(Role.POLICE, "99001"))
    assert desk.enrol(other) == BAD_CODE


@pytest.mark.parametrize("wrong", ["", "x", "0" * 20, "\x00" * 20, "U" * 20, "0" * 10_000])
def test_a_wrong_code_is_refused(desk: Desk, code: str, wrong: str) -> None:
    assert desk.enrol(wrong) == BAD_CODE


def test_an_expired_code_is_refused(desk: Desk, code: str, province: Province) -> None:
    expire(province, enrolment_codes)
    assert desk.enrol(code) == BAD_CODE


def test_a_code_tried_too_often_is_dead(desk: Desk, code: str, province: Province) -> None:
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for _ in range(CODE_TRIES):
        assert desk.enrol(wrong) == BAD_CODE
    assert desk.enrol(code) == BAD_CODE
    with province.engine.connect() as connection:
        assert connection.scalar(select(enrolment_codes.c.tries_left)) == 0


def test_a_mistyped_code_may_be_corrected(desk: Desk, code: str) -> None:
    desk.enrol(code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert isinstance(desk.enrol(code), Enrolled)


def test_codes_and_tokens_are_stored_as_hashes_only(
    desk: Desk, code: str, province: Province
) -> None:
    desk.enrol(code)
    desk.login()
    with province.engine.connect() as connection:
        rows = [*connection.execute(select(enrolment_codes)), *connection.execute(select(tokens))]
    assert code[4:] not in repr(rows)
    assert desk.token not in repr(rows)


def test_an_enrolment_must_be_signed_by_the_key_it_brings(desk: Desk, code: str) -> None:
    public_key = public_key_of(desk.key)
    sig = sign_enrolment(new_signing_key(), code=code, public_key=public_key)
    request = EnrolRequest(code=code, public_key=public_key, device_name="PC", sig=sig)
    assert desk.ask("/auth/enrol", request, Enrolled) == BAD_SIGNATURE


def test_a_device_name_is_a_short_line(desk: Desk, code: str) -> None:
    public_key = public_key_of(desk.key)
    sig = sign_enrolment(desk.key, code=code, public_key=public_key)
    for name in ("x" * 101, "PC\x00", "PC\n1"):
        request = EnrolRequest(code=code, public_key=public_key, device_name=name, sig=sig)
        answer = desk.ask("/auth/enrol", request, Enrolled)
        assert answer == Refusal(code=RefusalCode.MALFORMED)


def test_a_nonce_is_good_once(officer: Desk) -> None:
    challenge = officer.challenge()
    assert isinstance(challenge, Challenge)
    assert isinstance(officer.login_with(challenge.nonce), Session)
    assert officer.login_with(challenge.nonce) == BAD_SIGNATURE


def test_a_nonce_is_spent_by_a_wrong_signature(officer: Desk) -> None:
    challenge = officer.challenge()
    assert isinstance(challenge, Challenge)
    sig = sign_login(new_signing_key(), nonce=challenge.nonce, device=officer.device)
    request = LoginRequest(device=officer.device, nonce=challenge.nonce, sig=sig)
    assert officer.ask("/auth/login", request, Session) == BAD_SIGNATURE
    assert officer.login_with(challenge.nonce) == BAD_SIGNATURE


def test_a_nonce_lives_for_a_minute_and_for_one_device(
    officer: Desk, police: Desk, province: Province
) -> None:
    challenge = officer.challenge()
    assert isinstance(challenge, Challenge)
    assert police.login_with(challenge.nonce) == BAD_SIGNATURE
    late = officer.challenge()
    assert isinstance(late, Challenge)
    with province.engine.connect() as connection:
        life = connection.scalar(select(func.max(challenges.c.expires_at) - func.now()))
    assert life is not None and life.total_seconds() <= 60
    expire(province, challenges)
    assert officer.login_with(late.nonce) == BAD_SIGNATURE


@pytest.mark.parametrize("nonce", ["", "00", "\x00"])
def test_an_invented_nonce_is_refused(officer: Desk, nonce: str) -> None:
    assert officer.login_with(nonce) == BAD_SIGNATURE


@pytest.mark.parametrize("device", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_device_gets_no_nonce(desk: Desk, device: str) -> None:
    desk.device = device
    assert desk.challenge() == Refusal(code=RefusalCode.UNKNOWN_DEVICE)
    assert desk.login_with("00") == Refusal(code=RefusalCode.UNKNOWN_DEVICE)


def test_an_expired_token_is_refused_and_a_new_login_goes_on(
    officer: Desk, province: Province
) -> None:
    officer.person()
    expire(province, tokens)
    assert officer.push_range(1, 1) == EXPIRED
    assert pull_refused(officer) == EXPIRED
    officer.login()
    assert isinstance(officer.push_range(1, 1), PushAnswer)


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "é"])
def test_an_invented_token_is_refused(officer: Desk, token: str) -> None:
    officer.token = token
    assert pull_refused(officer) == EXPIRED
    officer.person()
    assert officer.push_range(1, 1) == EXPIRED


def test_a_revoked_device_is_refused_on_its_next_request(officer: Desk, province: Province) -> None:
    officer.person()
    revoke(province)
    assert officer.push_range(1, 1) == REVOKED
    assert pull_refused(officer) == REVOKED
    assert officer.challenge() == REVOKED
    assert officer.login_with("00") == REVOKED


def test_desks_of_one_office_keep_their_own_numbers(make_desk: MakeDesk) -> None:
    one, two = make_desk(Role.OFFICER), make_desk(Role.OFFICER)
    one.person()
    two.person()
    assert (one.push().acked, two.push().acked) == (1, 1)
    assert len(one.pull().rows) == 2
