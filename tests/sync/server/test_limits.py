"""Who asks too often waits; the count stands in the database, so every process knows it."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Text, cast, delete, func, insert, literal, select, update

from sync.protocol.documents import Role
from sync.protocol.messages import (
    Challenge,
    Enrolled,
    LoginRequest,
    Refusal,
    RefusalCode,
    Session,
)
from sync.protocol.signing import new_signing_key, sign_login
from sync.server.limits import TOO_OFTEN, is_time
from sync.server.settings import Settings
from sync.server.tables import allowances, challenges, refresh_tokens, tokens
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

BAD_SIGNATURE = Refusal(code=RefusalCode.BAD_SIGNATURE)
BAD_CODE = Refusal(code=RefusalCode.BAD_CODE)
DEFAULT = Settings()
#: Seconds that a test may be held up before a wait that it looks at is over.
HELD_UP = 60


def later(province: Province, seconds: int) -> None:
    """So much time goes by for everything that was counted; with a minus it comes back."""
    with province.engine.begin() as connection:
        ago = timedelta(seconds=seconds)
        connection.execute(update(allowances).values(counted_at=allowances.c.counted_at - ago))


def waits(answer: object) -> int:
    """The seconds that a refusal for asking too often tells to wait."""
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.why) == (RefusalCode.BUSY, TOO_OFTEN)
    return answer.retry_after_seconds


def tried(desk: Desk, *, wrongly: bool = False) -> Session | Refusal:
    """One login with a fresh nonce."""
    challenge = desk.challenge()
    assert isinstance(challenge, Challenge)
    key = new_signing_key() if wrongly else desk.key
    sig = sign_login(key, nonce=challenge.nonce, device=desk.device)
    request = LoginRequest(device=desk.device, nonce=challenge.nonce, sig=sig)
    return desk.ask("/auth/login", request, Session)


def test_each_wrong_signature_doubles_the_wait_and_a_right_one_forgets_them(
    officer: Desk, police: Desk, province: Province
) -> None:
    for _ in range(DEFAULT.login_failures):
        assert tried(officer, wrongly=True) == BAD_SIGNATURE
    later(province, 1)
    for wanted in (2, 4, 8, 16):
        begun = time.monotonic()
        assert tried(officer, wrongly=True) == BAD_SIGNATURE
        later(province, -HELD_UP)
        told = waits(tried(officer))
        left_at_most = wanted + HELD_UP
        assert left_at_most - (time.monotonic() - begun) <= told <= left_at_most
        later(province, told)
    assert isinstance(tried(police), Session)
    assert isinstance(tried(officer), Session)
    assert tried(officer, wrongly=True) == BAD_SIGNATURE
    assert isinstance(tried(officer), Session)


def test_nobody_is_locked_out_for_good(officer: Desk, province: Province) -> None:
    tried(officer, wrongly=True)
    with province.engine.begin() as connection:
        connection.execute(update(allowances).where(allowances.c.kind == "login").values(level=999))
    assert waits(tried(officer)) <= DEFAULT.login_longest_wait_seconds
    later(province, DEFAULT.login_longest_wait_seconds)
    assert isinstance(tried(officer), Session)


def test_an_address_guesses_ten_codes_an_hour(province: Province, server: ServerProcess) -> None:
    desk = Desk(server.url)
    for _ in range(DEFAULT.enrolments_per_hour):
        assert desk.enrol("0" * 20) == BAD_CODE
    code = province.code(province.office(Role.OFFICER, "99001"))
    assert waits(desk.enrol(code)) <= 3600 / DEFAULT.enrolments_per_hour
    later(province, 3600 // DEFAULT.enrolments_per_hour)
    assert isinstance(desk.enrol(code), Enrolled)
    desk.http.close()


def test_enrolments_that_succeed_are_not_counted(make_desk: MakeDesk) -> None:
    devices = {make_desk(Role.OFFICER).device for _ in range(DEFAULT.enrolments_per_hour + 2)}
    assert len(devices) == DEFAULT.enrolments_per_hour + 2


def test_a_device_that_asks_too_often_is_told_when_to_come_back_by_every_process(
    make_desk: MakeDesk, province: Province, postgres_url: str
) -> None:
    settings = {
        "SO_AN_SINH_DEVICE_BURST": "3",
        "SO_AN_SINH_DEVICE_REQUESTS_PER_MINUTE": "1",
    }
    with (
        ServerProcess(postgres_url, settings=settings) as one,
        ServerProcess(postgres_url, settings=settings) as two,
    ):
        desk, other = (make_desk(Role.OFFICER, url=one.url) for _ in range(2))
        assert [desk.post("/sync/v1/pull", b'{"cursors":{}}').status_code for _ in range(3)] == [
            200,
            200,
            200,
        ]
        for url in (one.url, two.url):
            desk.url = url
            refused = desk.post("/sync/v1/pull", b'{"cursors":{}}')
            assert refused.status_code == 503
            assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert other.post("/sync/v1/pull", b'{"cursors":{}}').status_code == 200
        later(province, 60)
        assert desk.post("/sync/v1/pull", b'{"cursors":{}}').status_code == 200


def ended(province: Province, desk: Desk) -> None:
    """Leave a row in everything that ends; more nonces than are taken away at once."""
    begun, ending = func.now() - timedelta(days=2), func.now() - timedelta(seconds=1)
    of_whom = {"device_id": desk.device, "family": uuid4(), "expires_at": ending}
    with province.engine.begin() as connection:
        connection.execute(
            insert(allowances).values(kind="device", who="long gone", level=1, counted_at=begun)
        )
        connection.execute(
            insert(challenges).from_select(
                ["nonce", "device_id", "expires_at"],
                select(
                    cast(func.generate_series(1, 2_500), Text),
                    literal(UUID(desk.device)),
                    ending,
                ),
            )
        )
        for table in (tokens, refresh_tokens):
            connection.execute(insert(table).values(token_hash=b"long gone", **of_whom))


def left(province: Province) -> dict[str, int]:
    """How much of it is there."""
    told = {
        "allowances": select(func.count()).where(allowances.c.who == "long gone"),
        **{
            table.name: select(func.count()).where(table.c.expires_at < func.now())
            for table in (challenges, tokens, refresh_tokens)
        },
    }
    with province.engine.connect() as connection:
        return {name: connection.execute(count).scalar_one() for name, count in told.items()}


_LEFT = {"allowances": 1, "challenges": 2_500, "tokens": 1, "refresh_tokens": 1}


def test_what_ended_is_taken_away_when_somebody_begins_or_fails(
    officer: Desk, province: Province
) -> None:
    """Once in an hour; in between it may lie there."""
    for wrongly in (False, True):
        later(province, 3600)
        ended(province, officer)
        tried(officer, wrongly=wrongly)
        assert left(province) == dict.fromkeys(_LEFT, 0)
        ended(province, officer)
        tried(officer, wrongly=wrongly)
        assert left(province) == _LEFT
        with province.engine.begin() as connection:
            for table in (allowances, challenges, tokens, refresh_tokens):
                connection.execute(delete(table))


def test_nobody_waits_for_the_one_who_takes_away_what_ended(
    officer: Desk, province: Province
) -> None:
    later(province, 3600)
    with province.engine.begin() as sweeping:
        assert is_time(sweeping, "sweep", every_seconds=3600)
        assert isinstance(tried(officer), Session)
        with province.engine.begin() as another:
            assert not is_time(another, "sweep", every_seconds=3600)


def test_who_takes_away_what_ended_gives_way_to_who_works_with_it(
    officer: Desk, province: Province
) -> None:
    later(province, 3600)
    ended(province, officer)
    with province.engine.begin() as working:
        working.execute(delete(challenges).where(challenges.c.nonce == "1"))
        assert isinstance(tried(officer), Session)
        assert left(province)["tokens"] == 0
    later(province, 3600)
    assert isinstance(tried(officer), Session)
    assert left(province) == dict.fromkeys(_LEFT, 0)
