"""The server's own key, and the directory of offices and devices that it signs.

The key is made with the first need and lies in the database, so that every process of this server
has it and every backup too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.directory import Directory, DirectoryDevice, SignedDirectory, signed_directory
from sync.protocol.signing import new_signing_key, public_key_of
from sync.server.collecting import collected_by, days_in_force, office_scope
from sync.server.sessions import Device
from sync.server.tables import devices, offices, province, server_keys


def server_seed(connection: Connection) -> bytes:
    """The server's signing key; made when there is none."""
    seed = known_seed(connection)
    if seed is None:
        made = upsert(server_keys).values(seed=new_signing_key())
        connection.execute(made.on_conflict_do_nothing())
        seed = known_seed(connection)
        assert seed is not None  # noqa: S101 - made here, or by another process just now
    return seed


def known_seed(connection: Connection) -> bytes | None:
    """The same, for who can only read; ``None`` before the first need."""
    seed = connection.scalar(select(server_keys.c.seed))
    return None if seed is None else bytes(seed)


def directory_for(connection: Connection, device: Device, *, seed: bytes) -> SignedDirectory:
    """The devices of every office that serves a commune of this one's, itself among them."""
    place = connection.execute(
        select(province.c.code, (province.c.directory_number + days_in_force()).label("number"))
    ).one()
    directory = Directory(
        number=place.number,
        province=place.code,
        device=str(device.device_id),
        issued_at=datetime.now(UTC).isoformat(timespec="seconds"),
        server_key=public_key_of(seed),
        devices=_neighbours(connection, device),
        collecting=collected_by(connection, sorted(device.communes)),
    )
    return signed_directory(directory, signing_key=seed)


def _neighbours(connection: Connection, device: Device) -> list[DirectoryDevice]:
    near = (
        select(office_scope.c.office_id)
        .where(office_scope.c.commune_code.in_(device.communes))
        .distinct()
    )
    rows = connection.execute(
        select(
            devices.c.id,
            devices.c.name,
            devices.c.public_key,
            devices.c.revoked_at,
            devices.c.office_id,
            offices.c.name.label("office_name"),
            offices.c.role,
        )
        .join(offices, offices.c.id == devices.c.office_id)
        .where(devices.c.office_id.in_(near))
        .order_by(offices.c.name, devices.c.enrolled_at, devices.c.id)
    )
    served = _communes_of(connection)
    return [
        DirectoryDevice(
            device=str(row.id),
            name=row.name,
            office=str(row.office_id),
            office_name=row.office_name,
            role=row.role,
            communes=served.get(row.office_id, []),
            key=row.public_key,
            revoked_at="" if row.revoked_at is None else row.revoked_at.isoformat(),
        )
        for row in rows
    ]


def _communes_of(connection: Connection) -> dict[UUID, list[str]]:
    rows = connection.execute(
        select(
            office_scope.c.office_id,
            func.array_agg(office_scope.c.commune_code).label("communes"),
        ).group_by(office_scope.c.office_id)
    )
    return {row.office_id: sorted(row.communes) for row in rows}
