"""Who a box is: its key, its place in the province, and the neighbours it lets in.

The box takes offices, devices and their keys from the directory that the province signed for it;
who is revoked there is refused here too. Restricted data sets are nobody's here.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.directory import Directory, SignedDirectory, opened_directory
from sync.protocol.ids import new_epoch
from sync.protocol.messages import Enrolled
from sync.server.tables import (
    box_feeds,
    box_home,
    box_rows,
    communes,
    devices,
    office_communes,
    offices,
    province,
)


class NoBoxError(Exception):
    """This database is not that of a box, or not yet."""


class IsProvinceError(Exception):
    """This database is a province's; a box has one of its own."""


@dataclass(frozen=True, slots=True)
class Home:
    """The place of this box.

    Attributes:
        seed: its Ed25519 key.
        epoch: of this database; a box made anew, or set back and told so, has another one.
        directory: the one it has, as the province signed it; ``None`` before the first.
        directory_number: of that one; 0 for none.
        reached_at: when it last reached the province (ISO 8601); "" for never.
    """

    seed: bytes
    server_url: str
    ca_pem: str | None
    enrolled: Enrolled
    epoch: str
    directory: SignedDirectory | None
    directory_number: int
    reached_at: str

    def __repr__(self) -> str:
        return f"Home({self.enrolled.device})"


def check_free(connection: Connection) -> None:
    """Can this database become that of a box? Raises ``IsProvinceError``."""
    if connection.scalar(select(func.count()).select_from(province)):
        raise IsProvinceError


def settle(
    connection: Connection, *, seed: bytes, server_url: str, ca_pem: str | None, enrolled: Enrolled
) -> None:
    """Make this empty database that of a box. Raises ``IsProvinceError``."""
    check_free(connection)
    connection.execute(
        insert(province).values(
            code=enrolled.province_code,
            name=enrolled.province_name,
            training=enrolled.training,
            server_epoch=enrolled.server_epoch,
        )
    )
    connection.execute(
        insert(box_home).values(
            seed=seed,
            server_url=server_url,
            ca_pem=ca_pem,
            enrolled=msgspec.json.encode(enrolled).decode(),
            box_epoch=new_epoch(),
        )
    )


def home_of(connection: Connection) -> Home:
    """The place of this box. Raises ``NoBoxError``."""
    row = connection.execute(select(box_home)).one_or_none()
    if row is None:
        raise NoBoxError
    signed = _signed(row.directory)
    directory = None if signed is None else opened_directory(signed)
    return Home(
        seed=bytes(row.seed),
        server_url=row.server_url,
        ca_pem=row.ca_pem,
        enrolled=msgspec.json.decode(row.enrolled, type=Enrolled),
        epoch=row.box_epoch,
        directory=signed,
        directory_number=0 if directory is None else directory.number,
        reached_at="" if row.reached_at is None else row.reached_at.isoformat(timespec="seconds"),
    )


def _signed(text: str) -> SignedDirectory | None:
    return msgspec.json.decode(text, type=SignedDirectory) if text else None


def server_key(connection: Connection) -> str:
    """The province's public key, from its directory; "" before the first one."""
    signed = _signed(connection.execute(select(box_home.c.directory)).scalar_one())
    directory = None if signed is None else opened_directory(signed)
    return "" if directory is None else directory.server_key


def renew(connection: Connection) -> None:
    """This database went back in time: neighbours are to send again what it lost.

    What it had read of the province is read anew. Raises ``NoBoxError``.
    """
    if not connection.execute(update(box_home).values(box_epoch=new_epoch())).rowcount:
        raise NoBoxError
    forget_rows(connection)


def forget_rows(connection: Connection) -> None:
    """Read everything of the province anew."""
    connection.execute(delete(box_rows))
    connection.execute(delete(box_feeds))


def reached(connection: Connection) -> None:
    """The province answered just now."""
    connection.execute(update(box_home).values(reached_at=func.now()))


def met(connection: Connection, server_epoch: str) -> bool:
    """The province's incarnation; with another one than before all is read anew, and it is True."""
    known = connection.execute(select(province.c.server_epoch)).scalar_one()
    if known == server_epoch:
        return False
    connection.execute(update(province).values(server_epoch=server_epoch))
    forget_rows(connection)
    return True


def take_directory(connection: Connection, signed: SignedDirectory) -> None:
    """Let in whom the province names, and refuse whom it revoked or names no more.

    The connection proves that the province answered.
    """
    directory = opened_directory(signed)
    if directory is None:
        return
    if directory.server_key != server_key(connection):
        forget_rows(connection)
    connection.execute(update(box_home).values(directory=msgspec.json.encode(signed).decode()))
    connection.execute(delete(office_communes))
    _take_offices(connection, directory)
    _take_devices(connection, directory)


def _take_offices(connection: Connection, directory: Directory) -> None:
    for one in {device.office: device for device in directory.devices}.values():
        row = upsert(offices).values(id=UUID(one.office), name=one.office_name, role=one.role)
        changed = {"name": row.excluded.name, "role": row.excluded.role}
        connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))
        for code in one.communes:
            known = upsert(communes).values(code=code, name=code)
            connection.execute(known.on_conflict_do_nothing())
            connection.execute(
                insert(office_communes).values(office_id=UUID(one.office), commune_code=code)
            )


def _take_devices(connection: Connection, directory: Directory) -> None:
    for one in directory.devices:
        row = upsert(devices).values(
            id=UUID(one.device),
            office_id=UUID(one.office),
            user_name="",
            name=one.name,
            public_key=one.key,
            revoked_at=one.revoked_at or None,
        )
        changed = {
            name: row.excluded[name] for name in ("office_id", "name", "public_key", "revoked_at")
        }
        connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))
    named = [UUID(one.device) for one in directory.devices]
    connection.execute(
        update(devices)
        .where(devices.c.id.not_in(named), devices.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
