"""What the province published: numbered, signed with the server's key, kept for ever.

Each publication of a name takes the place of the one before it; devices get the newest of each
name. Numbers grow by one for each kind; the first after a restored backup leaps ahead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from sync.protocol.packs import (
    LARGEST_CONTENT_BYTES,
    PACK_FORMAT,
    Pack,
    PackKind,
    PackList,
    SignedPack,
    content_hash,
    packed,
    signed_pack,
)
from sync.protocol.signing import public_key_of
from sync.server.directory import server_seed
from sync.server.tables import province, publications


class TooLargeError(Exception):
    """The content is larger than any device takes."""


def publish(
    connection: Connection,
    *,
    kind: PackKind,
    name: str,
    title: str,
    in_force: date,
    items: int,
    content: msgspec.Struct,
    source: bytes = b"",
) -> Pack:
    """Publish the next content of this name; it counts with the transaction's commit.

    ``source`` is the file it was made of. Raises ``TooLargeError``.
    """
    place = connection.execute(select(province).with_for_update()).one()
    body = packed(content)
    if len(body) > LARGEST_CONTENT_BYTES:
        raise TooLargeError
    seed = server_seed(connection)
    pack = Pack(
        v=PACK_FORMAT,
        province=place.code,
        key=public_key_of(seed),
        kind=kind.value,
        name=name,
        number=next_number(connection, kind),
        in_force=in_force.isoformat(),
        issued_at=datetime.now(UTC).isoformat(timespec="seconds"),
        title=title,
        items=items,
        sha256=content_hash(body),
        size=len(body),
    )
    signed = signed_pack(pack, signing_key=seed)
    connection.execute(
        insert(publications).values(
            kind=pack.kind,
            number=pack.number,
            name=name,
            text=signed.text,
            signature=signed.sig,
            sha256=pack.sha256,
            content=body,
            source_sha256=hashlib.sha256(source).hexdigest(),
        )
    )
    connection.execute(update(province).values(pack_serial=province.c.pack_serial + 1))
    return pack


def next_number(connection: Connection, kind: PackKind) -> int:
    """The number of the next publication of this kind."""
    last = connection.scalar(
        select(func.max(publications.c.number)).where(publications.c.kind == kind.value)
    )
    floor = connection.execute(select(province.c.pack_floor)).scalar_one()
    return max(int(last or 0), int(floor)) + 1


def lock(connection: Connection) -> None:
    """Nobody else publishes until the end of the transaction."""
    connection.execute(select(province.c.code).with_for_update())


def newest(connection: Connection, *, kind: PackKind, name: str) -> tuple[Pack, bytes] | None:
    """The newest publication of this name with its content; ``None`` when there is none."""
    row = connection.execute(
        select(publications.c.text, publications.c.content)
        .where(publications.c.kind == kind.value, publications.c.name == name)
        .order_by(publications.c.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (_pack(row.text), bytes(row.content))


def file_parts(
    connection: Connection, *, kind: PackKind, number: int
) -> tuple[SignedPack, bytes] | None:
    """One publication as it is written to a file; ``None`` when there is none."""
    table = publications.c
    row = connection.execute(
        select(table.text, table.signature, table.content).where(
            table.kind == kind.value, table.number == number
        )
    ).one_or_none()
    return None if row is None else (SignedPack(row.text, row.signature), bytes(row.content))


def every_publication(connection: Connection) -> list[Pack]:
    """All that was ever published, in its order."""
    table = publications.c
    rows = connection.scalars(select(table.text).order_by(table.published_at, table.number))
    return [_pack(text) for text in rows]


def packs_for(connection: Connection, communes: Sequence[str]) -> PackList:
    """The newest pack of each name that concerns a device of these communes."""
    table = publications.c
    newest_of = (
        select(table.kind, func.max(table.number).label("number"))
        .where((table.kind != PackKind.BASE_LIST.value) | table.name.in_(communes))
        .group_by(table.kind, table.name)
        .subquery()
    )
    rows = connection.execute(
        select(table.text, table.signature)
        .join(
            newest_of,
            (newest_of.c.kind == table.kind) & (newest_of.c.number == table.number),
        )
        .order_by(table.kind, table.name)
    )
    serial = connection.execute(select(province.c.pack_serial)).scalar_one()
    return PackList(serial=serial, packs=[SignedPack(row.text, row.signature) for row in rows])


def content_for(connection: Connection, sha256: str, communes: Sequence[str]) -> bytes | None:
    """The content with this hash, as it travels; ``None`` for what no device of these asks for."""
    table = publications.c
    body = connection.scalar(
        select(table.content)
        .where(
            table.sha256 == sha256,
            (table.kind != PackKind.BASE_LIST.value) | table.name.in_(communes),
        )
        .limit(1)
    )
    return None if body is None else bytes(body)


def _pack(text: str) -> Pack:
    return msgspec.json.decode(text, type=Pack)
