"""What the neighbours signed and the province has yet to see, in the order it came.

A push is kept as the bytes that its author signed. The box checks that it is its author's, of
changes that hang together, and that nothing restricted is in it; it judges nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from sync.protocol.box import MOST_ANSWERS, BoxKept, BoxState, SignedRelayed
from sync.protocol.codec import Push, decode_push
from sync.protocol.documents import is_restricted
from sync.protocol.messages import Refusal, RefusalCode
from sync.protocol.signing import meeting_text, sign
from sync.server.box.home import home_of
from sync.server.push import verified
from sync.server.sessions import Device
from sync.server.tables import box_pushes, devices

#: Not yet at the province; receipted there; receipted and read back; refused there.
WAITING, RECEIPTED, DONE, REFUSED = "waiting", "receipted", "done", "refused"
#: Answered pushes are kept as long as a register keeps what has a receipt.
KEPT_FOR = timedelta(days=60)
#: ``Refusal.why`` of a push that a box must not see.
RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Spooled:
    """A push on its way to the province."""

    id: int
    device_id: UUID
    epoch: str
    first: int
    last: int
    body: bytes


def keep(engine: Engine, device: Device, sent: Push, body: bytes) -> BoxKept | Refusal:
    """Keep a push; told after the commit. The same again changes nothing."""
    broken = verified(device, sent)
    if isinstance(broken, Refusal):
        return broken
    if not sent.changes:
        return Refusal(code=RefusalCode.MALFORMED)
    if any(is_restricted(change.bucket) for change in sent.changes):
        return Refusal(code=RefusalCode.MALFORMED, why=RESTRICTED)
    header = sent.header
    last = header.first + header.n - 1
    with engine.begin() as connection:
        _lock(connection, device)
        kept, head = _kept(connection, device.device_id, header.epoch)
        if header.first == kept + 1 and kept and header.prev != head:
            return Refusal(code=RefusalCode.FORK)
        if last > kept:
            connection.execute(
                insert(box_pushes).values(
                    device_id=device.device_id,
                    epoch=header.epoch,
                    first=header.first,
                    last=last,
                    head=sent.end.h,
                    body=body,
                )
            )
            kept, head = last, sent.end.h
        return BoxKept(box_epoch=home_of(connection).epoch, kept=kept, h=head)


def state_of(
    engine: Engine, device: Device, *, epoch: str, acked: int, probe: bytes, nonce: str
) -> BoxState | Refusal:
    """What the box has of this device, and what the province said; a probe replaces the last.

    The box signs the visitor's nonce, so that nobody else can answer in its name.
    """
    sent = decode_push(probe) if probe else None
    if sent is not None:
        broken = verified(device, sent)
        if isinstance(broken, Refusal):
            return broken
        if sent.changes or sent.header.epoch != epoch:
            return Refusal(code=RefusalCode.MALFORMED)
    with engine.begin() as connection:
        _lock(connection, device)
        answers = _answers(connection, device.device_id, epoch, acked)
        if sent is not None:
            _replace_probe(connection, device, sent, probe)
        kept, head = _kept(connection, device.device_id, epoch)
        home = home_of(connection)
        box = home.enrolled.device
        met = meeting_text(nonce, str(device.device_id), box, home.epoch)
        return BoxState(
            box=box,
            box_epoch=home.epoch,
            kept=kept,
            h=head,
            reached_at=home.reached_at,
            answers=answers,
            directory=home.directory,
            sig=sign(home.seed, met),
        )


def _lock(connection: Connection, device: Device) -> None:
    connection.execute(
        select(devices.c.id).where(devices.c.id == device.device_id).with_for_update()
    )


def _kept(connection: Connection, device_id: UUID, epoch: str) -> tuple[int, str]:
    row = connection.execute(
        select(box_pushes.c.last, box_pushes.c.head)
        .where(*_of(device_id, epoch), has_changes(), box_pushes.c.state != REFUSED)
        .order_by(box_pushes.c.last.desc(), box_pushes.c.id.desc())
        .limit(1)
    ).one_or_none()
    return (0, "") if row is None else (row.last, row.head)


def _of(device_id: UUID, epoch: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return box_pushes.c.device_id == device_id, box_pushes.c.epoch == epoch


def has_changes() -> ColumnElement[bool]:
    """Not a probe: those come and go with each visit."""
    return box_pushes.c.last >= box_pushes.c.first


def _answers(
    connection: Connection, device_id: UUID, epoch: str, acked: int
) -> list[SignedRelayed]:
    """Receipts that the device lacks, and what the last probe came to."""
    found = connection.scalars(
        select(box_pushes.c.answer)
        .where(
            *_of(device_id, epoch),
            box_pushes.c.answer != "",
            or_(box_pushes.c.last > acked, box_pushes.c.last < box_pushes.c.first),
        )
        .order_by(box_pushes.c.answered_at, box_pushes.c.id)
        .limit(MOST_ANSWERS)
    )
    return [msgspec.json.decode(text, type=SignedRelayed) for text in found]


def _replace_probe(connection: Connection, device: Device, sent: Push, probe: bytes) -> None:
    connection.execute(
        delete(box_pushes).where(
            box_pushes.c.device_id == device.device_id, box_pushes.c.last < box_pushes.c.first
        )
    )
    connection.execute(
        insert(box_pushes).values(
            device_id=device.device_id,
            epoch=sent.header.epoch,
            first=sent.header.first,
            last=sent.header.first - 1,
            head=sent.end.h,
            body=probe,
        )
    )


def next_waiting(connection: Connection, *, after: int, blocked: Sequence[UUID]) -> Spooled | None:
    """The oldest push that the province has not answered, but not of these devices."""
    row = connection.execute(
        select(
            box_pushes.c.id,
            box_pushes.c.device_id,
            box_pushes.c.epoch,
            box_pushes.c.first,
            box_pushes.c.last,
            box_pushes.c.body,
        )
        .where(
            box_pushes.c.state == WAITING,
            box_pushes.c.id > after,
            box_pushes.c.device_id.not_in(blocked),
        )
        .order_by(box_pushes.c.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else Spooled(*row[:5], bytes(row.body))


def answered(
    connection: Connection, one: Spooled, signed: SignedRelayed, refusal: Refusal | None
) -> None:
    """The province answered: a receipt, or why it does not take the push.

    A gap means that it lacks earlier changes: those that lie here are sent again, before this one;
    where they do not, what lies here of the epoch is of no use, and its author, who has everything,
    is told by the answer.
    """
    has_changes = one.last >= one.first
    if refusal is not None and refusal.code is RefusalCode.GAP:
        if not _send_again(connection, one, refusal.expected):
            lacking = and_(_from(one, refusal.expected), box_pushes.c.id != one.id)
            connection.execute(delete(box_pushes).where(lacking))
        elif has_changes:
            return
    connection.execute(
        update(box_pushes)
        .where(box_pushes.c.id == one.id)
        .values(
            state=RECEIPTED if refusal is None else REFUSED,
            answer=msgspec.json.encode(signed).decode(),
            answered_at=func.clock_timestamp(),
        )
    )


def refused(connection: Connection, one: Spooled) -> None:
    """The province cannot read this push: it is not brought again, and counts as not here."""
    connection.execute(
        update(box_pushes)
        .where(box_pushes.c.id == one.id)
        .values(state=REFUSED, answered_at=func.clock_timestamp())
    )


def _unreadable() -> ColumnElement[bool]:
    """Refused without a signed answer: the same again would only be refused again."""
    return and_(box_pushes.c.state == REFUSED, box_pushes.c.answer == "")


def _from(one: Spooled, expected: int) -> ColumnElement[bool]:
    """What lies here of the same epoch from this change on."""
    return and_(*_of(one.device_id, one.epoch), has_changes(), box_pushes.c.last >= expected)


def _send_again(connection: Connection, one: Spooled, expected: int) -> bool:
    """Is what the province lacks here? Then it waits again; what it cannot read is not here."""
    earlier = and_(_from(one, expected), box_pushes.c.id != one.id, not_(_unreadable()))
    first = connection.scalar(select(func.min(box_pushes.c.first)).where(earlier))
    if first is None or first > expected:
        return False
    connection.execute(
        update(box_pushes).where(earlier).values(state=WAITING, answer="", answered_at=None)
    )
    return True


def settle(connection: Connection, *, up_to: int) -> None:
    """What was receipted up to this push has been read back; what is old enough is forgotten."""
    connection.execute(
        update(box_pushes)
        .where(box_pushes.c.state == RECEIPTED, box_pushes.c.id <= up_to)
        .values(state=DONE)
    )
    connection.execute(delete(box_pushes).where(box_pushes.c.answered_at < func.now() - KEPT_FOR))


def newest(connection: Connection) -> int:
    """The number of the newest push."""
    return connection.scalar(select(func.max(box_pushes.c.id))) or 0


def count_waiting(connection: Connection) -> int:
    """How many changes the province has not answered."""
    span = box_pushes.c.last - box_pushes.c.first + 1
    waiting = select(func.coalesce(func.sum(span), 0)).where(box_pushes.c.state == WAITING)
    return int(connection.execute(waiting).scalar_one())
