"""The real server program in this process: its application on a real PostgreSQL, without a socket.

It can be killed at any statement of a request, started again, and set back to an earlier copy of
its database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import UUID

import anyio.to_thread
import msgspec
from litestar import Litestar
from sqlalchemy import Connection, Engine, Text, cast, delete, event, insert, select, text, update

from sync.protocol.documents import Role
from sync.protocol.messages import Change
from sync.server.collecting import hand_over, set_collecting
from sync.server.database import migrate, open_engine
from sync.server.enrolment import new_code
from sync.server.provinces import create_office, create_province, renew_epoch
from sync.server.settings import Settings
from sync.server.tables import (
    device_epochs,
    devices,
    documents,
    metadata,
    office_communes,
    operations,
    tokens,
)
from sync.server.web import create_app

T = TypeVar("T")

_TABLES = metadata.sorted_tables
#: Rows of all tables.
Backup = dict[str, list[dict[str, object]]]


class ServerDied(BaseException):
    """The process was killed in the middle of a request."""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer as it leaves the server."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Operation:
    """A line of the server's history."""

    device: str
    epoch: str
    seq: int
    change_id: str
    line: bytes
    outcome: str

    @property
    def change(self) -> Change:
        """What was sent."""
        return msgspec.json.decode(self.line, type=Change)


def make_database(postgres_url: str, name: str = "simulated") -> str:
    """A database of the simulator's own in this cluster; gives its address."""
    engine = open_engine(postgres_url)
    with engine.connect() as raw_connection:
        connection = raw_connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        # The PC of PostgreSQL is never switched off here: that is for other tests.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    address = engine.url.set(database=name)
    engine.dispose()
    url = address.render_as_string(hide_password=False)
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url


class SimulatedServer:
    """The server of one province, asked one request at a time.

    Attributes:
        dies_in: the server is killed when it runs so many statements more; ``None`` for never.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._loop = asyncio.new_event_loop()
        self.dies_in: int | None = None
        self._compiled: dict[object, object] = {}
        self._start()

    def _start(self) -> None:
        self.engine: Engine = open_engine(self._url)
        served = open_engine(self._url, role=Settings().database_role)
        # What statements look like is no memory of a server that was killed.
        self._served = served.execution_options(compiled_cache=self._compiled)
        event.listen(self._served, "before_cursor_execute", self._before_statement)
        event.listen(self._served, "commit", self._before_commit)
        self._app: Litestar = create_app(self._served)

    def restart(self) -> None:
        """Another process: nothing it had in memory is left."""
        self.engine.dispose()
        self._served.dispose()
        self._start()

    def close(self) -> None:
        """Stop it."""
        self.engine.dispose()
        self._served.dispose()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def _before_statement(self, *_event: object) -> None:
        self._count_down()

    def _before_commit(self, _connection: Connection) -> None:
        self._count_down()

    def _count_down(self) -> None:
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in < 0:
                self.dies_in = None
                raise ServerDied

    # --- requests

    def answer(
        self, url: str, headers: Mapping[str, str], body: bytes, *, received: int | None = None
    ) -> Reply | None:
        """Let it answer; ``None`` when it died over it or the request did not arrive whole.

        ``received`` cuts the line after so many bytes of the body.
        """
        # In this thread: who else acts is decided by the story, and hopping costs most of the time.
        with patch.object(anyio.to_thread, "run_sync", _at_once):
            return self._loop.run_until_complete(self._asked(url, headers, body, received))

    def answer_both(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Reply | None, Reply | None]:
        """The same request twice at the same time, each in a thread as in a running server."""

        async def both() -> tuple[Reply | None, Reply | None]:
            one, other = await asyncio.gather(
                self._asked(url, headers, body, None), self._asked(url, headers, body, None)
            )
            return one, other

        return self._loop.run_until_complete(both())

    async def _asked(
        self, url: str, headers: Mapping[str, str], body: bytes, received: int | None
    ) -> Reply | None:
        path = urlsplit(url).path
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"host", b"127.0.0.1"),
                *((name.lower().encode(), str(value).encode()) for name, value in headers.items()),
            ],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        messages = _messages(body, received)
        told: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            told.append(message)

        try:
            await self._app(scope, receive, send)  # type: ignore[arg-type]
        except ServerDied:
            return None
        if not told or received is not None:
            return None
        content = b"".join(part.get("body", b"") for part in told[1:])
        pairs = [(name.decode(), value.decode()) for name, value in told[0]["headers"]]
        return Reply(status=told[0]["status"], headers=pairs, body=content)

    # --- what an administrator does

    def clear(self) -> None:
        """Empty every table."""
        with self.engine.begin() as connection:
            for table in reversed(_TABLES):
                connection.execute(delete(table))

    def found_province(self) -> None:
        """The training province, without offices."""
        with self.engine.begin() as connection:
            create_province(connection, code="03", name="Tỉnh Tập Huấn", training=True)

    def office(self, role: Role, serves: Mapping[str, str]) -> UUID:
        """A new office."""
        with self.engine.begin() as connection:
            return create_office(
                connection, name=f"{role.value} {' '.join(serves)}", role=role, serves=serves
            )

    def code(self, office: UUID, user: str) -> str:
        """A one-time code for a device of this office."""
        with self.engine.begin() as connection:
            return new_code(connection, office_id=office, user_name=user)

    def revoke(self, device: str) -> None:
        """This PC was lost."""
        with self.engine.begin() as connection:
            connection.execute(
                update(devices).where(devices.c.id == UUID(device)).values(revoked_at=text("now()"))
            )

    def withdraw(self, office: UUID, commune: str) -> None:
        """The office serves this commune no more."""
        table = office_communes
        with self.engine.begin() as connection:
            connection.execute(
                delete(table).where(table.c.office_id == office, table.c.commune_code == commune)
            )

    def give(self, office: UUID, commune: str) -> None:
        """The office serves this commune too."""
        with self.engine.begin() as connection:
            connection.execute(
                insert(office_communes).values(office_id=office, commune_code=commune)
            )

    def collect(self, office: UUID, commune: str) -> None:
        """The office collects for the commune from a day on that has begun: from this moment."""
        day = date(2025, 7, 1)
        with self.engine.begin() as connection:
            set_collecting(connection, commune_code=commune, office_id=office, from_day=day)

    def hand_over(self, office: UUID, commune: str) -> None:
        """What an office before still has is the new one's alone."""
        with self.engine.begin() as connection:
            hand_over(connection, commune_code=commune, office_id=office)

    def deciders(self) -> dict[str, set[UUID]]:
        """Undecided submission -> the offices that may decide it, by the server's own views."""
        words = """
            SELECT d.id, array_agg(s.office_id) FILTER (
                WHERE s.office_id IS NOT NULL AND (s.until IS NULL OR d.created_at < s.until))
            FROM documents AS d
            LEFT JOIN (
                SELECT s.* FROM office_scope AS s
                JOIN offices AS o ON o.id = s.office_id AND o.role = 'collector'
            ) AS s ON d.bucket = s.commune_code || '/submission'
            WHERE d.type = 'submission' AND d.fields ->> 'review' IS NULL
            GROUP BY d.id
        """
        with self.engine.connect() as connection:
            rows = connection.execute(text(words)).all()
        return {str(name): set(offices or ()) for name, offices in rows}

    def expire_tokens(self) -> None:
        """A quarter of an hour later."""
        with self.engine.begin() as connection:
            connection.execute(update(tokens).values(expires_at=text("now() - interval '1 hour'")))

    # --- copies of the database

    def backup(self) -> Backup:
        """Every row of every table."""
        with self.engine.connect() as connection:
            return {
                table.name: [dict(row._mapping) for row in connection.execute(select(table))]
                for table in _TABLES
            }

    def restore(self, backup: Backup, *, is_told: bool) -> None:
        """Put a backup back; ``is_told``: the operator renewed the server's epoch, as he should."""
        with self.engine.begin() as connection:
            for table in reversed(_TABLES):
                connection.execute(delete(table))
            for table in _TABLES:
                if backup[table.name]:
                    connection.execute(insert(table), backup[table.name])
            if is_told:
                renew_epoch(connection)

    def renew_epoch(self) -> None:
        """What an operator runs after putting a backup back."""
        with self.engine.begin() as connection:
            renew_epoch(connection)

    # --- what lies in it

    def last_seq(self, device: str, epoch: str) -> int:
        """How far this device's epoch is applied."""
        with self.engine.connect() as connection:
            return (
                connection.scalar(
                    select(device_epochs.c.last_seq).where(
                        device_epochs.c.device_id == UUID(device), device_epochs.c.epoch == epoch
                    )
                )
                or 0
            )

    def places(self, buckets: Sequence[str]) -> dict[str, tuple[str, int, int]]:
        """Document -> bucket, position and version, of these buckets."""
        table = documents.c
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(table.id, table.bucket, table.position, table.version).where(
                    table.bucket.in_(buckets)
                )
            )
            return {str(row.id): (row.bucket, row.position, row.version) for row in rows}

    def history(self) -> list[Operation]:
        """Every change it accepted or refused, by device and epoch, in order."""
        table = operations.c
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(
                    table.device_id,
                    table.epoch,
                    table.seq,
                    table.change_id,
                    table.outcome,
                    cast(table.change, Text).label("line"),
                ).order_by(table.device_id, table.epoch, table.seq)
            )
            return [
                Operation(
                    device=str(row.device_id),
                    epoch=row.epoch,
                    seq=row.seq,
                    change_id=str(row.change_id),
                    line=row.line.encode(),
                    outcome=row.outcome,
                )
                for row in rows
            ]


async def _at_once(work: Callable[..., T], *args: Any, **_limits: Any) -> T:
    return work(*args)


def _messages(body: bytes, received: int | None) -> list[dict[str, Any]]:
    if received is None:
        return [{"type": "http.request", "body": body, "more_body": False}]
    return [
        {"type": "http.request", "body": body[:received], "more_body": True},
        {"type": "http.disconnect"},
    ]
