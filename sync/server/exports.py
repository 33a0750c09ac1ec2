"""Taking data out of the database: asked for by one person, approved by another, written down.

An export is one data set of named communes. Its file is lines of JSON: what it is and who answers
for it, the documents, and at the end the server's signature over everything before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, Engine, Row, Text, cast, func, insert, select, update

from sync.protocol.documents import RESTRICTED, DataSet, bucket_of, right_to
from sync.protocol.signing import is_signed, public_key_of, sign
from sync.server.database import snapshot
from sync.server.directory import server_seed
from sync.server.ledger import write_down
from sync.server.operators import APPROVE, EXPORT, NotAllowedError, identify
from sync.server.tables import communes, documents, exports, province

FORMAT = "so-an-sinh/export/1"
#: An approval that nobody used ends.
GOOD_FOR = timedelta(days=7)
_STREAMED = {"stream_results": True, "yield_per": 500}
_LONGEST_PURPOSE = 500


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the keyboard, as he says."""

    name: str
    passphrase: str

    def __repr__(self) -> str:
        return "Person()"


@dataclass(frozen=True, slots=True)
class Made:
    """What an export came to."""

    rows: int
    sha256: str


def ask(
    engine: Engine,
    person: Person,
    *,
    data_set: DataSet,
    communes_asked: Collection[str],
    purpose: str,
) -> UUID:
    """Ask for an export; gives its id. Raises ``NotAllowedError``."""
    asked = sorted(set(communes_asked))
    _identified(engine, person, _needed(EXPORT, data_set), "export.ask")
    with engine.begin() as connection:
        known = set(connection.scalars(select(communes.c.code)))
        if not asked or not known.issuperset(asked):
            raise NotAllowedError("there is no such commune")
        if not purpose.strip() or len(purpose) > _LONGEST_PURPOSE:
            raise NotAllowedError("an export needs a purpose: what for, by which document")
        export_id = uuid4()
        connection.execute(
            insert(exports).values(
                id=export_id,
                asked_by=person.name,
                data_set=data_set.value,
                communes=asked,
                purpose=purpose,
            )
        )
        told = {"data_set": data_set.value, "communes": asked, "purpose": purpose}
        _told(connection, person, "export.ask", export_id, told)
    return export_id


def approve(engine: Engine, person: Person, export_id: UUID) -> None:
    """Approve what another person asked for. Raises ``NotAllowedError``."""
    row = _row(engine, export_id)
    _identified(engine, person, _needed(APPROVE, DataSet(row.data_set)), "export.approve")
    if row.asked_by == person.name:
        _refused(engine, person, "export.approve", "own request")
        raise NotAllowedError("another person than who asked must approve")
    with engine.begin() as connection:
        done = connection.execute(
            update(exports)
            .where(exports.c.id == export_id, exports.c.approved_at.is_(None))
            .values(approved_by=person.name, approved_at=func.now())
        )
        if not done.rowcount:
            raise NotAllowedError("it was approved before")
        _told(connection, person, "export.approve", export_id, {})


def make(engine: Engine, person: Person, export_id: UUID, target: BinaryIO) -> Made:
    """Write an approved export, once. Raises ``NotAllowedError``.

    The line in the ledger is on the disk before the first byte is in the file.
    """
    row = _row(engine, export_id)
    _identified(engine, person, _needed(EXPORT, DataSet(row.data_set)), "export.make")
    with engine.begin() as connection:
        claimed = connection.execute(
            update(exports)
            .where(
                exports.c.id == export_id,
                exports.c.asked_by == person.name,
                exports.c.approved_at > func.now() - GOOD_FOR,
                exports.c.begun_at.is_(None),
            )
            .values(begun_at=func.now())
        )
        if claimed.rowcount:
            _told(connection, person, "export.make", export_id, {})
        seed = server_seed(connection)
    if not claimed.rowcount:
        _refused(engine, person, "export.make", "not approved, ended, made before, or of another")
        raise NotAllowedError(
            "only who asked makes it, once, within 7 days after another person approved it"
        )
    made = _written(engine, row, seed, target)
    with engine.begin() as connection:
        connection.execute(
            update(exports)
            .where(exports.c.id == export_id)
            .values(made_at=func.now(), rows=made.rows, sha256=made.sha256)
        )
        values = {"rows": made.rows, "sha256": made.sha256}
        _told(connection, person, "export.made", export_id, values)
    return made


def checked(source: BinaryIO, server_key: str) -> dict[str, Any]:
    """What an export says about itself, if this server signed all of it. Raises ``ValueError``."""
    content, first, rows, last = hashlib.sha256(), b"", -1, b""
    for line in source:
        if last:
            content.update(last)
            first = first or last
            rows += 1
        last = line
    try:
        header, end = json.loads(first), json.loads(last)
        is_whole = header["format"] == FORMAT and end["rows"] == rows
        signature = str(end["sig"])
    except (ValueError, KeyError, TypeError):
        raise ValueError("this is no export, or it was cut") from None
    if not is_whole or not is_signed(server_key, _signed_text(content.hexdigest()), signature):
        raise ValueError("this export was changed, or another server made it")
    found: dict[str, Any] = header
    return {**found, "rows": rows}


def _written(engine: Engine, row: Row[Any], seed: bytes, target: BinaryIO) -> Made:
    content, rows = hashlib.sha256(), 0
    with snapshot(engine) as connection:
        for rows, line in enumerate(_lines(connection, row, seed)):  # noqa: B007 - counts
            target.write(line)
            content.update(line)
    end = {"rows": rows, "sig": sign(seed, _signed_text(content.hexdigest()))}
    target.write(msgspec.json.encode(end) + b"\n")
    return Made(rows=rows, sha256=content.hexdigest())


def _lines(connection: Connection, row: Row[Any], seed: bytes) -> Iterator[bytes]:
    place = connection.execute(select(province.c.code, province.c.training)).one()
    header = {
        "format": FORMAT,
        "export": str(row.id),
        "province": place.code,
        "training": place.training,
        "data_set": row.data_set,
        "communes": row.communes,
        "purpose": row.purpose,
        "asked_by": row.asked_by,
        "approved_by": row.approved_by,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "server_key": public_key_of(seed),
    }
    yield msgspec.json.encode(header) + b"\n"
    table = documents.c
    for commune in row.communes:
        found = connection.execute(
            select(cast(table.id, Text), table.type, table.version, cast(table.fields, Text))
            .where(table.bucket == bucket_of(commune, DataSet(row.data_set)))
            .order_by(table.position),
            execution_options=_STREAMED,
        )
        for document_id, document_type, version, fields in found:
            yield (
                msgspec.json.encode(
                    {
                        "commune": commune,
                        "type": document_type,
                        "id": document_id,
                        "version": version,
                        "fields": msgspec.Raw(fields.encode()),
                    }
                )
                + b"\n"
            )


def _signed_text(content_hash: str) -> bytes:
    return f"export\n{content_hash}".encode()


def _needed(right: str, data_set: DataSet) -> frozenset[str]:
    """What a person must have been given; a restricted data set is a right of its own."""
    own = right_to(data_set)
    return frozenset({right, own.value} if own in RESTRICTED and own is not None else {right})


def _row(engine: Engine, export_id: UUID) -> Row[Any]:
    with engine.connect() as connection:
        row = connection.execute(select(exports).where(exports.c.id == export_id)).one_or_none()
    if row is None:
        raise NotAllowedError("there is no such request")
    return row


def _identified(engine: Engine, person: Person, rights: frozenset[str], action: str) -> None:
    try:
        with engine.connect() as connection:
            identify(connection, name=person.name, passphrase=person.passphrase, rights=rights)
    except NotAllowedError as error:
        _refused(engine, person, action, str(error))
        raise


def _refused(engine: Engine, person: Person, action: str, why: str) -> None:
    with engine.begin() as connection:
        write_down(connection, actor=person.name, action=f"{action}.refused", values={"why": why})


def _told(
    connection: Connection, person: Person, action: str, export_id: UUID, values: dict[str, Any]
) -> None:
    write_down(
        connection,
        actor=person.name,
        action=action,
        values={"export": str(export_id), **values},
    )
