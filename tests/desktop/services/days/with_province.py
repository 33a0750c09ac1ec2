"""Work with the province: enrolling, clashes and refusals, packs, parcels, a stolen token."""

from __future__ import annotations

import msgspec

from desktop.domain.decisions import Keep
from desktop.domain.ledger import Action
from sync.protocol.documents import Role
from sync.protocol.messages import RefreshRequest, Session
from sync.protocol.packs import signed_pack
from sync.protocol.signing import new_signing_key, public_key_of
from sync.server.tables import publications
from tests.desktop.services.days.stage import OFFICER, Scene, Stage, told
from tests.e2e.test_decisions import clashing, handover, only_clash, refused, tray
from tests.e2e.test_parcels import flag, parcels_of, send
from tests.e2e.test_three_offices import sync
from tests.support.desk import Desk
from tests.support.offices import Clock, Office
from tests.support.packs import LATER_TEXT, NEW_TEXT, publish, write_text


def _decisions(stage: Stage) -> set[str]:
    """A refused change is given up, a clash is decided; then the PC is handed over."""
    three = stage.make_office(Role.OFFICER, "Đỗ Thị Ba")
    tray(three).drop(refused(three), reason="Nhập nhầm")
    one, two = clashing(stage.make_office, identity__full_name="Nguyễn Thị Hoa")
    tray(two).decide(only_clash(two), Keep.OURS)
    sync(one)
    handover(one).say_goodbye(typed=OFFICER)
    return told(one, two, three)


def _parcels(stage: Stage) -> set[str]:
    """A check goes to the police by stick; their parcel for the server is carried."""
    officer = stage.make_office(Role.OFFICER, OFFICER)
    police = stage.make_office(Role.POLICE, "Công an Suối Mẫu")
    sync(officer, police, officer)
    flag(officer)
    parcels_of(police).receive(send(officer, Role.POLICE, stage.folder))
    parcels_of(officer).receive(send(police, None, stage.folder))
    return told(officer, police)


def _packs(stage: Stage) -> set[str]:
    """A published text comes and is applied; another that a stranger signed is refused."""
    office = stage.make_office(Role.OFFICER, OFFICER)
    engine = stage.province.engine
    publish(engine, write_text(stage.folder / "new"))
    sync(office)
    path = write_text(stage.folder / "later", LATER_TEXT, after=NEW_TEXT)
    pack = publish(engine, path)
    key = new_signing_key()
    theirs = signed_pack(msgspec.structs.replace(pack, key=public_key_of(key)), signing_key=key)
    with engine.begin() as connection:
        connection.execute(
            publications.update()
            .where(publications.c.number == pack.number)
            .values(text=theirs.text, signature=theirs.sig)
        )
    sync(office)
    return told(office)


def _token(stage: Stage) -> set[str]:
    """Somebody else uses the refresh token that the register keeps."""
    office = stage.make_office(Role.OFFICER, OFFICER)
    sync(office)
    thief = Desk(stage.server.url)
    kept = RefreshRequest(refresh=office.register.meta("refresh_token") or "")
    assert isinstance(thief.ask("/auth/refresh", kept, Session), Session)
    thief.http.close()
    office.close()
    office = Office.open(stage.folder / OFFICER, author=OFFICER, clock=Clock())
    sync(office)
    return told(office)


SCENES = (
    Scene(
        "decisions",
        frozenset(
            {Action.DEVICE_ENROL, Action.CLASH_DECIDE, Action.CHANGE_DROP, Action.DEVICE_LEAVE}
        ),
        _decisions,
    ),
    Scene(
        "parcels",
        frozenset({Action.PARCEL_WRITE, Action.PARCEL_READ, Action.PARCEL_CARRY}),
        _parcels,
    ),
    Scene(
        "packs",
        frozenset({Action.PACK_RECEIVE, Action.PACK_APPLY, Action.PACK_REFUSE}),
        _packs,
    ),
    Scene("token", frozenset({Action.DEVICE_TOKEN_REUSED}), _token),
)
