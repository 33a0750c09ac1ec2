"""What the province's administrator sets up: the province itself and its offices."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.documents import Role
from sync.protocol.ids import new_epoch
from sync.server.tables import communes, office_communes, offices, province


class ProvinceExistsError(Exception):
    """This database already belongs to a province; a database serves one."""


class UnknownOfficeError(Exception):
    """There is no such office."""


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


def renew_epoch(connection: Connection) -> None:
    """Tell every device that this database went back in time, so that it compares everything."""
    connection.execute(update(province).values(server_epoch=new_epoch()))


def create_office(
    connection: Connection, *, name: str, role: Role, serves: Mapping[str, str]
) -> UUID:
    """An office that serves these communes (code -> name); gives its id."""
    office_id = uuid4()
    connection.execute(insert(offices).values(id=office_id, name=name, role=role.value))
    for code, commune_name in sorted(serves.items()):
        commune = upsert(communes).values(code=code, name=commune_name)
        connection.execute(
            commune.on_conflict_do_update(
                index_elements=["code"], set_={"name": commune.excluded.name}
            )
        )
        connection.execute(insert(office_communes).values(office_id=office_id, commune_code=code))
    return office_id


def office_named(connection: Connection, name: str) -> UUID | None:
    """The office with this name, if there is one."""
    return connection.scalar(select(offices.c.id).where(offices.c.name == name))


def check_office(connection: Connection, office_id: UUID) -> None:
    """Raises ``UnknownOfficeError`` unless the office exists."""
    if connection.scalar(select(offices.c.id).where(offices.c.id == office_id)) is None:
        raise UnknownOfficeError
