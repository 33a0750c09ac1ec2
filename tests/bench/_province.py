"""A province with a real server, offices, and persons, for measurements of the sync."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Engine

from desktop.store.documents import Edit
from desktop.store.inbox import RegisterInbox
from desktop.store.keys import DataKey
from desktop.store.outbox import RegisterOutbox
from desktop.store.register import Register
from desktop.training.people import households
from sync.client.conversation import HeldToken, enrol
from sync.client.engine import Progress, synchronise
from sync.client.outcomes import SyncOutcome
from sync.client.ports import DeviceIdentity
from sync.client.transport import Transport
from sync.protocol.documents import DocumentType, Role
from sync.protocol.ids import new_id_text
from sync.protocol.messages import Enrolled
from sync.protocol.signing import new_signing_key
from sync.server.database import migrate, open_engine
from sync.server.embedded import embedded_postgres
from sync.server.enrolment import new_code
from sync.server.provinces import create_office, create_province
from tests.support.server import COMMUNES, ServerProcess

COMMUNE = "99001"
AUTHOR = "Lê Thị Bình"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_UNIX_MS = int(NOW.timestamp() * 1000)
_PERSON_BYTES = 2048
_SAVES_A_MINUTE = 25
_WORDS = (
    "đã đối chiếu sổ hộ khẩu cũ với căn cước của người thân tại nhà ông bà trưởng thôn xác nhận "
    "giấy khai sinh ghi tên đệm khác năm sinh theo bản sao trích lục cấp lại do hư hỏng lũ lụt "
    "chuyển đến từ xã bên trước ngày sáp nhập chưa kịp sửa thông tin nơi thường trú hiện nay vẫn "
    "ở cùng gia đình con trai làm việc xa về thăm dịp tết lao động tự do mùa vụ không hợp đồng"
).split()


def _now() -> datetime:
    return NOW


@dataclass(frozen=True, slots=True)
class Province:
    """A province in a database of its own, with one server process in front of it."""

    engine: Engine
    database_url: str
    server: ServerProcess

    def office(self, role: Role = Role.OFFICER, communes: Sequence[str] = (COMMUNE,)) -> UUID:
        """A new office over these communes."""
        with self.engine.begin() as connection:
            return create_office(
                connection,
                name="Bench",
                role=role,
                serves={code: COMMUNES.get(code, f"Xã {code}") for code in communes},
            )

    def enrolled(self, office_id: UUID, *, url: str = "") -> DeviceIdentity:
        """A new device of this office."""
        key = new_signing_key()
        with self.engine.begin() as connection:
            code = new_code(connection, office_id=office_id, user_name=AUTHOR)
        with Transport(server_url=self.server.url, ca_file=None) as transport:
            answer = enrol(transport=transport, code=code, device_name="bench", signing_key=key)
        assert isinstance(answer, Enrolled), answer
        return DeviceIdentity(
            device_id=answer.device,
            server_url=url or self.server.url,
            signing_key=key,
            ca_file=None,
        )


@contextmanager
def province(
    *, options: tuple[str, ...] = (), prepare: Callable[[Path], None] | None = None
) -> Iterator[Province]:
    """An empty province on an embedded PostgreSQL with its ordinary settings (fsync is on)."""
    folder = Path(tempfile.mkdtemp(prefix="so-an-sinh-bench-"))
    try:
        if prepare is not None:
            prepare(folder / "postgres")
        with embedded_postgres(folder / "postgres") as url:
            engine = open_engine(url)
            migrate(engine)
            with engine.begin() as connection:
                create_province(connection, code="03", name="Tỉnh Tập Huấn", training=True)
            with ServerProcess(url, options=options) as server:
                yield Province(engine=engine, database_url=url, server=server)
            engine.dispose()
    finally:
        shutil.rmtree(folder)


@dataclass(slots=True)
class Office:
    """An encrypted register and its place at the server."""

    register: Register
    identity: DeviceIdentity
    held: HeldToken = field(default_factory=HeldToken)

    def sync(self, on_progress: Progress | None = None) -> SyncOutcome:
        """One whole sync, which must succeed; the login is kept from one to the next."""
        outcome = synchronise(
            outbox=RegisterOutbox(self.register),
            inbox=RegisterInbox(self.register, clock=_now, author=AUTHOR),
            identity=self.identity,
            app_version="bench",
            on_progress=on_progress,
            held=self.held,
        )
        assert outcome.trouble is None, outcome.trouble
        return outcome

    def save(self, edits: Sequence[Edit]) -> None:
        """Queue these edits, each a save of its own, a few each minute."""
        for first in range(0, len(edits), _SAVES_A_MINUTE):
            self.register.save_bulk(
                [[edit] for edit in edits[first : first + _SAVES_A_MINUTE]],
                author=AUTHOR,
                at=NOW + timedelta(minutes=first // _SAVES_A_MINUTE),
                action="bench",
            )


@contextmanager
def office(folder: Path, identity: DeviceIdentity) -> Iterator[Office]:
    """An office with a new register in this folder."""
    with Register.create(folder, key=DataKey.new(), author=AUTHOR) as register:
        yield Office(register, identity)


def persons(number: int, *, seed: int = 1, commune: str = COMMUNE) -> list[Edit]:
    """New persons of about 2 KB each: the identity, and confirmed findings with their reasons."""
    draw = random.Random(seed)
    return [
        Edit(
            DocumentType.PERSON,
            new_id_text(unix_ms=_UNIX_MS),
            commune,
            filled_up({**fields, **_contact(draw)}, draw),
        )
        for fields in islice(_identities(seed), number)
    ]


def _identities(seed: int) -> Iterator[Mapping[str, Any]]:
    for number in count(seed * 1000):
        for home in households(
            count=1000, commune_code=COMMUNE, today=date(2026, 11, 1), seed=number
        ):
            for person in home.persons:
                yield {
                    **person.fields,
                    "household_id": home.household_id,
                    "relation_to_head": person.relation_to_head,
                }


def filled_up(fields: Mapping[str, Any], draw: random.Random) -> dict[str, Any]:
    """These fields with as many confirmed findings as make the document about 2 KB of JSON."""
    full = dict(fields)
    while (missing := _PERSON_BYTES - len(msgspec.json.encode(full))) > 150:
        full[f"confirmed.{draw.getrandbits(64):016x}"] = {
            "code": "ID_CONTRADICTS_BIRTH",
            "path": "identity/id_number",
            "reason": " ".join(draw.choices(_WORDS, k=min(30, missing // 6))),
        }
    return full


def two_fields(persons_made: Sequence[Edit], *, round_number: int) -> list[Edit]:
    """A change of two fields of each of these persons, who had other values in both."""
    draw = random.Random(f"changes/{round_number}")
    return [
        Edit(DocumentType.PERSON, person.document_id, person.commune_code, _contact(draw))
        for person in persons_made
    ]


def _contact(draw: random.Random) -> dict[str, Any]:
    street = " ".join(draw.choices(_WORDS, k=2)).title()
    return {
        "phone": f"09{draw.randrange(10**8):08d}",
        "dwelling": f"Số {draw.randrange(1, 400)} đường {street}, Thôn {draw.randrange(1, 30)}",
    }
