"""What the province's administrator sets up: the province itself and its offices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from forms.vietnamese import clean
from sync.protocol.documents import DataSet, Role
from sync.protocol.ids import new_epoch
from sync.server.collecting import days_in_force, office_scope
from sync.server.tables import (
    communes,
    devices,
    office_communes,
    offices,
    province,
    publications,
)

#: No province publishes so often between a backup and the loss of its database.
_LEAP = 10_000
_COMMUNE_CODE = re.compile(r"[0-9]{5}")


class ProvinceExistsError(Exception):
    """This database already belongs to a province; a database serves one."""


class UnknownOfficeError(Exception):
    """There is no such office."""


class UnknownDeviceError(Exception):
    """There is no such device."""


class OfficeCommuneError(Exception):
    """The office cannot be given that commune, or lose it; the message says why."""


def create_province(connection: Connection, *, code: str, name: str, training: bool) -> None:
    """Make this empty database the one of a province; training ones never hold real data."""
    if has_province(connection):
        raise ProvinceExistsError
    connection.execute(
        insert(province).values(code=code, name=name, training=training, server_epoch=new_epoch())
    )


def has_province(connection: Connection) -> bool:
    """Was the province made?"""
    return bool(connection.scalar(select(func.count()).select_from(province)))


def server_epoch(connection: Connection) -> str:
    """The incarnation of this database, in every receipt."""
    epoch: str = connection.execute(select(province.c.server_epoch)).scalar_one()
    return epoch


def told_with_pages(connection: Connection) -> tuple[str, int, int]:
    """The incarnation of this database, the number of its directory, the serial of its packs."""
    row = connection.execute(
        select(
            province.c.server_epoch,
            # A day that begins changes who collects where.
            province.c.directory_number + days_in_force(),
            province.c.pack_serial,
        )
    ).one()
    return row[0], row[1], row[2]


def renew_epoch(connection: Connection) -> None:
    """Tell every device that this database went back in time, so that it compares everything.

    What was published since the backup is lost; its numbers are not given again.
    """
    last = select(func.coalesce(func.max(publications.c.number), 0)).scalar_subquery()
    connection.execute(
        update(province).values(
            server_epoch=new_epoch(),
            pack_serial=province.c.pack_serial + _LEAP,
            pack_floor=func.greatest(last, province.c.pack_floor) + _LEAP,
        )
    )


def create_office(
    connection: Connection, *, name: str, role: Role, serves: Mapping[str, str]
) -> UUID:
    """An office that serves these communes (code -> name); gives its id."""
    office_id = uuid4()
    connection.execute(insert(offices).values(id=office_id, name=clean(name), role=role.value))
    for code, commune_name in sorted(serves.items()):
        commune = upsert(communes).values(code=code, name=clean(commune_name))
        connection.execute(
            commune.on_conflict_do_update(
                index_elements=["code"], set_={"name": commune.excluded.name}
            )
        )
        connection.execute(insert(office_communes).values(office_id=office_id, commune_code=code))
    return office_id


def add_commune(connection: Connection, office_id: UUID, code: str, *, name: str = "") -> bool:
    """Let an office serve a commune from its devices' next requests on; was that news?

    ``name`` is for a commune that this province does not have yet. Raises ``UnknownOfficeError``
    and ``OfficeCommuneError``.
    """
    _lock_serving(connection, office_id)
    name = clean(name)
    known = connection.scalar(select(communes.c.name).where(communes.c.code == code))
    if known is None:
        if not _COMMUNE_CODE.fullmatch(code):
            raise OfficeCommuneError("a commune has an official code of 5 digits")
        if not name or not name.isprintable():
            raise OfficeCommuneError("no office serves this commune yet: give its name too")
        connection.execute(insert(communes).values(code=code, name=name))
    elif name not in ("", clean(known)):
        raise OfficeCommuneError(f"this commune is here already, as {known}")
    if code in _served(connection, office_id):
        return False
    connection.execute(insert(office_communes).values(office_id=office_id, commune_code=code))
    return True


def remove_commune(connection: Connection, office_id: UUID, code: str) -> None:
    """Take a commune from an office: the next request of its devices purges what they have of it.

    Raises ``UnknownOfficeError`` and ``OfficeCommuneError``.
    """
    _lock_serving(connection, office_id)
    served = _served(connection, office_id)
    if code not in served:
        raise OfficeCommuneError("the office does not serve this commune")
    if len(served) == 1:
        raise OfficeCommuneError("it is the last commune of this office: withdraw its devices")
    connection.execute(
        delete(office_communes).where(
            office_communes.c.office_id == office_id, office_communes.c.commune_code == code
        )
    )


def _lock_serving(connection: Connection, office_id: UUID) -> None:
    """Nobody else changes what this office serves; who collects where is told by dated rows."""
    found = select(offices.c.role).where(offices.c.id == office_id).with_for_update()
    role = connection.scalar(found)
    if role is None:
        raise UnknownOfficeError
    if role == Role.COLLECTOR.value:
        raise OfficeCommuneError("this office collects: collecting set says for which communes")


def _served(connection: Connection, office_id: UUID) -> frozenset[str]:
    served = select(office_communes.c.commune_code).where(office_communes.c.office_id == office_id)
    return frozenset(connection.scalars(served))


def list_offices(connection: Connection) -> list[tuple[str, ...]]:
    """Each office by name: id, role, name, its communes today, how many devices are let in."""
    code = office_scope.c.commune_code
    served = (
        select(func.array_agg(code))
        # A collecting office still has a commune it gave up while something there is undecided.
        .where(office_scope.c.office_id == offices.c.id, office_scope.c.until.is_(None))
        .scalar_subquery()
    )
    let_in = (
        select(func.count())
        .where(devices.c.office_id == offices.c.id, devices.c.revoked_at.is_(None))
        .scalar_subquery()
    )
    rows = connection.execute(
        select(offices, served.label("served"), let_in.label("let_in")).order_by(
            offices.c.name, offices.c.id
        )
    )
    return [
        (str(row.id), row.role, row.name, ",".join(sorted(row.served or ())), str(row.let_in))
        for row in rows
    ]


def office_named(connection: Connection, name: str) -> UUID | None:
    """The office with this name, if there is one."""
    return connection.scalar(select(offices.c.id).where(offices.c.name == clean(name)))


def check_office(connection: Connection, office_id: UUID) -> None:
    """Raises ``UnknownOfficeError`` unless the office exists."""
    if connection.scalar(select(offices.c.id).where(offices.c.id == office_id)) is None:
        raise UnknownOfficeError


def list_devices(connection: Connection) -> list[tuple[str, ...]]:
    """Each device, oldest first: id, office, user, name, rights, "revoked" or nothing."""
    rows = connection.execute(
        select(
            devices.c.id,
            offices.c.name.label("office"),
            devices.c.user_name,
            devices.c.name,
            devices.c.rights,
            devices.c.revoked_at,
        )
        .join(offices, offices.c.id == devices.c.office_id)
        .order_by(devices.c.enrolled_at, devices.c.id)
    )
    return [
        (
            str(row.id),
            row.office,
            row.user_name,
            row.name,
            ",".join(row.rights),
            "revoked" if row.revoked_at else "",
        )
        for row in rows
    ]


def grant(connection: Connection, device_id: UUID, right: DataSet) -> None:
    """Let a device have a restricted data set from its next pull on.

    Raises ``UnknownDeviceError``.
    """
    _set_rights(connection, device_id, lambda rights: rights | {right.value})


def revoke(connection: Connection, device_id: UUID, right: DataSet) -> None:
    """Take a restricted data set from a device: its next pull purges what it has of it.

    Raises ``UnknownDeviceError``.
    """
    _set_rights(connection, device_id, lambda rights: rights - {right.value})


def _set_rights(
    connection: Connection, device_id: UUID, changed: Callable[[frozenset[str]], frozenset[str]]
) -> None:
    is_this = devices.c.id == device_id
    row = connection.execute(select(devices.c.rights).where(is_this).with_for_update()).first()
    if row is None:
        raise UnknownDeviceError
    rights = sorted(changed(frozenset(row.rights)))
    connection.execute(update(devices).where(is_this).values(rights=rights))


def withdraw(connection: Connection, device_id: UUID) -> None:
    """Refuse this device from its next request on, and its parcels too.

    Raises ``UnknownDeviceError``.
    """
    withdrawn = connection.execute(
        update(devices)
        .where(devices.c.id == device_id)
        # Who is refused already stays so since then. Its tokens stay: they tell it why.
        .values(revoked_at=func.coalesce(devices.c.revoked_at, func.now()))
    )
    if not withdrawn.rowcount:
        raise UnknownDeviceError
