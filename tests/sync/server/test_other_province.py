"""Two provinces, one key: what was signed or given for the one is worth nothing at the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import func, select

from sync.protocol.documents import Role
from sync.protocol.messages import (
    Enrolled,
    PushAnswer,
    RefreshRequest,
    Refusal,
    RefusalCode,
    Session,
)
from sync.protocol.parcel import PARCEL_TYPE, Fault
from sync.server.database import open_engine
from sync.server.provinces import create_province
from sync.server.tables import documents
from tests.support.box import box_database
from tests.support.desk import Desk
from tests.support.parcels import province_key, pushed, sealed
from tests.support.server import Province, ServerProcess

BAD_SIGNATURE = Refusal(code=RefusalCode.BAD_SIGNATURE)
UNKNOWN = Refusal(code=RefusalCode.UNKNOWN_DEVICE)


@pytest.fixture
def elsewhere(postgres_url: str) -> Iterator[Province]:
    """Another training province with a database of its own."""
    with box_database(postgres_url, "elsewhere") as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            create_province(connection, code="04", name="Tỉnh Tập Huấn Hai", training=True)
        yield Province(engine=engine)
        engine.dispose()


@pytest.fixture
def there(elsewhere: Province) -> Iterator[ServerProcess]:
    url = elsewhere.engine.url.render_as_string(hide_password=False)
    with ServerProcess(url) as server:
        yield server


@pytest.fixture
def twin(officer: Desk, elsewhere: Province, there: ServerProcess) -> Iterator[Desk]:
    """The officer's key, enrolled and logged in at the other province too."""
    desk = Desk(there.url)
    desk.key = officer.key
    assert isinstance(desk.enrol(elsewhere.code(elsewhere.office(Role.OFFICER, "99001"))), Enrolled)
    desk.login()
    with closing(desk.http):
        yield desk


def count(province: Province) -> int:
    with province.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(documents)).scalar_one())


def test_a_login_for_one_province_is_none_at_the_other(
    officer: Desk, twin: Desk, province: Province
) -> None:
    here, there = officer.challenge(), twin.challenge()
    assert not isinstance(here, Refusal)
    assert not isinstance(there, Refusal)
    # A relay in between: it shows this server what was signed for the other one.
    home = twin.device
    for device, nonce in ((officer.device, here.nonce), (officer.device, there.nonce)):
        twin.device = device
        assert twin.challenge() == UNKNOWN
        assert twin.login_with(nonce) == UNKNOWN
    twin.device = home
    assert twin.login_with(here.nonce) == BAD_SIGNATURE
    assert isinstance(twin.login_with(there.nonce), Session)
    code = province.code(province.office(Role.OFFICER, "99001"))
    assert twin.enrol(code) == Refusal(code=RefusalCode.BAD_CODE)


def test_a_session_of_one_province_is_none_at_the_other(officer: Desk, twin: Desk) -> None:
    nonce = officer.challenge()
    assert not isinstance(nonce, Refusal)
    session = officer.login_with(nonce.nonce)
    assert isinstance(session, Session)
    twin.person()
    twin.token = session.token
    expired = Refusal(code=RefusalCode.TOKEN_EXPIRED)
    assert twin.push_range(1, 1) == expired
    refreshed = twin.ask("/auth/refresh", RefreshRequest(refresh=session.refresh), Session)
    assert refreshed == expired


def test_a_push_for_one_province_is_refused_at_the_other(
    officer: Desk, twin: Desk, province: Province, elsewhere: Province
) -> None:
    officer.person()
    body = officer.push_body(1, 1)
    assert twin.send(body) == BAD_SIGNATURE
    carried = sealed(officer, pushed(body), key=province_key(province.engine))
    for parcel, fault in (
        (carried, Fault.WRONG_RECIPIENT),
        (sealed(officer, pushed(body), key=province_key(elsewhere.engine)), Fault.OTHER_PROVINCE),
        (
            sealed(officer, pushed(body), key=province_key(elsewhere.engine), province="04"),
            Fault.UNKNOWN_SENDER,
        ),
    ):
        response = twin.post("/sync/v1/parcel", parcel, content_type=PARCEL_TYPE)
        told = twin.read(response, PushAnswer)
        assert told == Refusal(code=RefusalCode.PARCEL, why=fault.value)
    assert count(elsewhere) == 0
    # At home the same bytes count.
    assert isinstance(officer.send(body), PushAnswer)
    assert (count(province), count(elsewhere)) == (1, 0)
