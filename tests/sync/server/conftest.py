"""Desks at the server: an officer, a policeman and a collector of commune 99001."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sync.protocol.documents import Role
from sync.protocol.messages import Enrolled
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(server: ServerProcess, province: Province) -> Iterator[MakeDesk]:
    """Makes enrolled desks that are logged in: ``make_desk(role, *communes, url=…)``."""
    desks: list[Desk] = []

    def make(role: Role, *communes: str, url: str = server.url) -> Desk:
        desk = Desk(url)
        desks.append(desk)
        office = province.office(role, *(communes or ("99001",)))
        assert isinstance(desk.enrol(province.code(office)), Enrolled)
        desk.login()
        return desk

    yield make
    for desk in desks:
        desk.http.close()


@pytest.fixture
def officer(make_desk: MakeDesk) -> Desk:
    """An officer of 99001."""
    return make_desk(Role.OFFICER)


@pytest.fixture
def police(make_desk: MakeDesk) -> Desk:
    """A policeman of 99001."""
    return make_desk(Role.POLICE)


@pytest.fixture
def collector(make_desk: MakeDesk) -> Desk:
    """A collecting office over 99001 and 99002."""
    return make_desk(Role.COLLECTOR, "99001", "99002")
