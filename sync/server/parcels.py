"""Parcels at the server: what a device sent as a file, and the file that answers it.

A parcel does exactly what its pushes and its question would have done over HTTP, through the same
functions; its answer holds the receipts and the pages. It may come twice, or partly by network:
changes are known by their numbers and ids. Its own number tells whether one before it is missing,
which is told and harms nothing, because a device sends everything that has no receipt yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import BinaryIO
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.codec import WireError, decode_message, decode_push
from sync.protocol.messages import PushAnswer, Refusal, RefusalCode
from sync.protocol.packs import CarriedPack, ParcelRequest, pack_named_by
from sync.protocol.parcel import (
    PARCEL_FORMAT,
    SERVER,
    Fault,
    ParcelError,
    ParcelHeader,
    Section,
    SectionKind,
    Verified,
    sections_of,
    verify_parcel,
    write_parcel,
)
from sync.protocol.rules import is_uuid
from sync.protocol.signing import public_key_of
from sync.server import limits
from sync.server.database import snapshot, without_flush
from sync.server.directory import directory_for, server_seed
from sync.server.packs import content_for, packs_for
from sync.server.provinces import server_epoch
from sync.server.pull import MOST_CURSORS, all_pages
from sync.server.push import push
from sync.server.sessions import Device, device_by_id, enter
from sync.server.settings import Settings
from sync.server.tables import device_epochs, parcels_received, parcels_sent, province
from sync.server.verdicts import Verdicts
from sync.server.volumes import count_pulled

#: Missing numbers are named up to this many.
_MOST_MISSING = 50
_LONGEST_SERIES = 64


@dataclass(frozen=True, slots=True)
class Received:
    """What a parcel came to.

    Attributes:
        changes: how many it held; ``fresh`` of them were new to the server.
        verdicts: what became of its pushes; the device mends itself what was not taken.
        is_repeated: it had come before.
        missing: numbers before it that never came.
        is_much: with its answer the device was given unusually much in a day.
    """

    device: str
    number: int
    changes: int
    fresh: int
    verdicts: Verdicts
    is_repeated: bool
    missing: tuple[int, ...]
    is_much: bool = False


def receive(
    engine: Engine,
    source: BinaryIO,
    answer: BinaryIO,
    settings: Settings,
    *,
    carrier: UUID | None = None,
) -> Received:
    """Do what the parcel asks and write the parcel that answers it. Raises ``ParcelError``.

    ``carrier`` is the device that brings it, and has only so much done for it; ``None`` is the
    operator.
    """
    with engine.begin() as connection:
        seed = server_seed(connection)
    verified = verify_parcel(source, signing_key=seed)
    with engine.connect() as connection:
        device = _sender(connection, verified.header)
        is_repeated = _is_known(connection, device, verified)
    work = _Work(
        engine=engine,
        device=device,
        may_go_on=lambda: None if carrier is None else _carriers_limit(engine, carrier, settings),
    )
    for section in sections_of(source, signing_key=seed):
        work.take(section)
    with engine.begin() as connection:
        enter(connection, device)
        _remember(connection, device, verified)
        missing = _missing(connection, device, verified.header)
    rows = _send(
        engine,
        device,
        seed,
        answer,
        receipts=work.receipts,
        cursors=work.cursors,
        known_packs=work.packs,
    )
    is_much = count_pulled(engine, device, rows, settings)
    return Received(
        device=str(device.device_id),
        number=verified.header.number,
        changes=work.changes,
        fresh=work.fresh,
        verdicts=work.verdicts,
        is_repeated=is_repeated,
        missing=missing,
        is_much=is_much,
    )


def send_everything(engine: Engine, device_id: UUID, target: BinaryIO, settings: Settings) -> None:
    """A parcel for a device that asked for nothing: all it may read, from the beginning.

    Raises ``ParcelError`` for a device that is not enrolled or revoked.
    """
    with engine.begin() as connection:
        seed = server_seed(connection)
        device = _living(connection, device_id)
    rows = _send(engine, device, seed, target, receipts=[], cursors={})
    count_pulled(engine, device, rows, settings)


class _Work:
    """What a parcel's sections do, in their order."""

    def __init__(
        self, *, engine: Engine, device: Device, may_go_on: Callable[[], Refusal | None]
    ) -> None:
        """``may_go_on`` gives the refusal when so much is too much; it counts each push."""
        self._engine = engine
        self._device = device
        self._may_go_on = may_go_on
        self._is_too_much: Refusal | None = None
        self.receipts: list[Section] = []
        self.cursors: dict[str, int] | None = None
        self.packs = -1
        self.changes = self.fresh = 0
        self.verdicts = Verdicts()

    def take(self, section: Section) -> None:
        """Do one section; kinds that are not for a server are left alone."""
        try:
            if section.kind is SectionKind.PUSH:
                self._push(section.body)
            elif section.kind is SectionKind.ASK:
                self._ask(section.body)
        except WireError as error:
            raise ParcelError(Fault.DAMAGED) from error

    def _push(self, body: bytes) -> None:
        answer = self._too_much() or self._pushed(body)
        if isinstance(answer, Refusal) and answer.code is RefusalCode.REVOKED:
            raise ParcelError(Fault.REVOKED_SENDER)
        self.verdicts.count(answer)
        # Whose receipt it is: the device compares the numbers and the hash with its own.
        header_line, _, rest = body.partition(b"\n")
        end_line = rest.removesuffix(b"\n").rpartition(b"\n")[2]
        self.receipts.append(
            Section(
                kind=SectionKind.ANSWER,
                body=b"\n".join([header_line, end_line, msgspec.json.encode(answer), b""]),
                items=len(answer.results) if isinstance(answer, PushAnswer) else 0,
            )
        )

    def _too_much(self) -> Refusal | None:
        """What is too much waits for a later parcel; so does what would follow on it."""
        self._is_too_much = self._is_too_much or self._may_go_on()
        return self._is_too_much

    def _pushed(self, body: bytes) -> PushAnswer | Refusal:
        sent = decode_push(body)
        known = self._acked(sent.header.epoch)
        answer = push(self._engine, self._device, sent)
        if isinstance(answer, PushAnswer):
            self.changes += len(sent.changes)
            self.fresh += sum(change.seq > known for change in sent.changes)
        return answer

    def _acked(self, epoch: str) -> int:
        with self._engine.connect() as connection:
            enter(connection, self._device)
            return last_seq(connection, self._device.device_id, epoch)

    def _ask(self, body: bytes) -> None:
        request = decode_message(body, ParcelRequest)
        if len(request.cursors) > MOST_CURSORS:
            raise WireError(RefusalCode.TOO_LARGE)
        self.cursors, self.packs = request.cursors, request.packs


def _carriers_limit(engine: Engine, carrier: UUID, settings: Settings) -> Refusal | None:
    """Each push in a parcel counts as a request of who brings it: nobody else made it come."""
    with engine.begin() as connection:
        without_flush(connection)
        return limits.device_may_ask(connection, carrier, settings)


def last_seq(connection: Connection, device_id: UUID, epoch: str) -> int:
    """The number of the last change the server has of this epoch of a device."""
    found = connection.scalar(
        select(device_epochs.c.last_seq).where(
            device_epochs.c.device_id == device_id, device_epochs.c.epoch == epoch
        )
    )
    return int(found or 0)


def _sender(connection: Connection, header: ParcelHeader) -> Device:
    """The device that wrote it, if it may still send us something."""
    if header.province != connection.execute(select(province.c.code)).scalar_one():
        raise ParcelError(Fault.OTHER_PROVINCE)
    if header.recipient != SERVER:
        raise ParcelError(Fault.WRONG_RECIPIENT)
    if not is_uuid(header.sender) or not _is_series(header.series):
        raise ParcelError(Fault.UNKNOWN_SENDER)
    device = _living(connection, UUID(header.sender))
    if device.public_key != header.sender_key:
        raise ParcelError(Fault.UNKNOWN_SENDER)
    return device


def _is_series(series: str) -> bool:
    """Is it short, and of letters that the database holds?"""
    return len(series) <= _LONGEST_SERIES and series.isprintable()


def _living(connection: Connection, device_id: UUID) -> Device:
    device = device_by_id(connection, device_id)
    if isinstance(device, Refusal):
        is_revoked = device.code is RefusalCode.REVOKED
        raise ParcelError(Fault.REVOKED_SENDER if is_revoked else Fault.UNKNOWN_SENDER)
    return device


def _is_known(connection: Connection, device: Device, verified: Verified) -> bool:
    """Did this very parcel come before? Another one under its number is refused."""
    table, header = parcels_received.c, verified.header
    content = connection.scalar(
        select(table.content).where(
            table.device_id == device.device_id,
            table.series == header.series,
            table.number == header.number,
        )
    )
    if content is not None and content != verified.content:
        raise ParcelError(Fault.REPLAYED)
    return content is not None


def _remember(connection: Connection, device: Device, verified: Verified) -> None:
    row = upsert(parcels_received).values(
        device_id=device.device_id,
        series=verified.header.series,
        number=verified.header.number,
        content=verified.content,
    )
    connection.execute(row.on_conflict_do_nothing())


def _missing(connection: Connection, device: Device, header: ParcelHeader) -> tuple[int, ...]:
    first = max(1, header.number - _MOST_MISSING)
    table = parcels_received.c
    seen = connection.scalars(
        select(table.number).where(
            table.device_id == device.device_id,
            table.series == header.series,
            table.number.between(first, header.number),
        )
    )
    return tuple(sorted(set(range(first, header.number)) - set(seen)))


def _send(
    engine: Engine,
    device: Device,
    seed: bytes,
    target: BinaryIO,
    *,
    receipts: Sequence[Section],
    cursors: dict[str, int] | None,
    known_packs: int = -1,
) -> int:
    """Write a parcel for this device; gives how many rows are in it.

    The directory comes with each: who was revoked must arrive. ``cursors`` are what it asked
    after; ``None`` when it asked for no rows. ``known_packs`` is the serial of the packs it has;
    below 0 it asked for none.
    """
    rows: list[int] = []
    with engine.begin() as connection:
        enter(connection, device)
        number = _next_number(connection, device)
        place = connection.execute(select(province.c.code)).scalar_one()
        series = server_epoch(connection)
    header = ParcelHeader(
        v=PARCEL_FORMAT,
        province=place,
        sender=SERVER,
        sender_key=public_key_of(seed),
        recipient=str(device.device_id),
        recipient_key=device.public_key,
        series=series,
        number=number,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        app="",
    )
    with snapshot(engine) as connection:
        enter(connection, device)
        sections = chain(
            _contents(connection, device, seed, receipts, cursors),
            _packs(connection, device, known_packs),
        )
        counted = (_noted(section, rows) for section in sections)
        write_parcel(target, header=header, sections=counted, signing_key=seed)
    return sum(rows)


def _noted(section: Section, rows: list[int]) -> Section:
    if section.kind is SectionKind.PAGE:
        rows.append(section.items)
    return section


def _contents(
    connection: Connection,
    device: Device,
    seed: bytes,
    receipts: Sequence[Section],
    cursors: dict[str, int] | None,
) -> Iterator[Section]:
    signed = directory_for(connection, device, seed=seed)
    yield Section(kind=SectionKind.DIRECTORY, body=msgspec.json.encode(signed) + b"\n")
    yield from receipts
    if cursors is None:
        return
    for page in all_pages(connection, device, cursors):
        yield Section(
            kind=SectionKind.PAGE, body=page.lines, items=page.rows, asked=dict(page.asked)
        )


def _packs(connection: Connection, device: Device, known: int) -> Iterator[Section]:
    """What the province published, whole, where the device does not have the newest."""
    communes = sorted(device.communes)
    listed = packs_for(connection, communes)
    if known < 0 or known == listed.serial:
        return
    for signed in listed.packs:
        content = content_for(connection, pack_named_by(signed).sha256, communes)
        if content is not None:
            carried = CarriedPack(signed=signed, content=content, serial=listed.serial)
            body = msgspec.json.encode(carried) + b"\n"
            yield Section(kind=SectionKind.PACK, body=body, items=1)


def _next_number(connection: Connection, device: Device) -> int:
    row = upsert(parcels_sent).values(device_id=device.device_id, number=1)
    step = row.on_conflict_do_update(
        index_elements=["device_id"], set_={"number": parcels_sent.c.number + 1}
    ).returning(parcels_sent.c.number)
    number: int = connection.execute(step).scalar_one()
    return number
