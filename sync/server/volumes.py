"""How much each device pulls, and the alarm when one pulls unusually much.

A register that works fetches what is new; one that was lost or is being emptied fetches everything,
again and again. Counted per device and day; the alarm is told once a day, and refuses nothing: a
PC that was restored does the same.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import Connection, Date, Engine, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.server import fence
from sync.server.database import without_flush
from sync.server.ledger import write_down
from sync.server.sessions import Device, enter
from sync.server.settings import Settings
from sync.server.tables import buckets, pull_days

_log = logging.getLogger(__name__)

_TODAY = cast(func.timezone("Asia/Ho_Chi_Minh", func.now()), Date)
_COMPARED_DAYS = timedelta(days=30)
_KEPT_DAYS = timedelta(days=60)
#: Before that there is no usual.
_FEWEST_DAYS = 3
#: How the line of a row begins.
_ROW = b'{"k":"row",'
_new = upsert(pull_days).values(day=_TODAY)
_COUNT = _new.on_conflict_do_update(
    index_elements=["device_id", "day"],
    set_={"rows": pull_days.c.rows + _new.excluded.rows},
).returning(pull_days.c.rows, pull_days.c.alarmed_at)


def rows_in(lines: bytes) -> int:
    """How many rows are among the lines of a page; no newline can be inside one."""
    return (b"\n" + lines).count(b"\n" + _ROW)


def count_pulled(engine: Engine, device: Device, rows: int, settings: Settings) -> bool:
    """Count rows that went to a device. Does this become more than usual just now?"""
    if rows < 1:
        return False
    with engine.begin() as connection:
        fence.stand_as(connection, device.device_id)
        # A count that a power cut takes is no loss; a flush for each page would be.
        without_flush(connection)
        today, is_told = _counted(connection, device, rows)
        if is_told or today <= settings.pull_alarm_rows:
            return False
        why = _unusual(connection, device, today, settings)
        if not why:
            return False
        connection.execute(text("SET LOCAL synchronous_commit = on"))
        _tell(connection, device, today, why)
    told = {"device": str(device.device_id), "office": str(device.office_id), "rows": today}
    _log.warning("pull alarm", extra={**told, "why": why})
    return True


def _counted(connection: Connection, device: Device, rows: int) -> tuple[int, bool]:
    counted = connection.execute(_COUNT, {"device_id": device.device_id, "rows": rows}).one()
    if counted.rows == rows:  # the first of a day
        connection.execute(
            delete(pull_days).where(
                pull_days.c.device_id == device.device_id, pull_days.c.day < _TODAY - _KEPT_DAYS
            )
        )
    return counted.rows, counted.alarmed_at is not None


def _unusual(connection: Connection, device: Device, today: int, settings: Settings) -> str:
    """Why this is more than usual; empty when it is not."""
    enter(connection, device)
    lying = connection.execute(
        select(func.coalesce(func.sum(buckets.c.documents), 0)).where(
            buckets.c.bucket.in_(device.buckets())
        )
    ).scalar_one()
    if today > settings.pull_alarm_of_all * int(lying):
        return "of_all"
    days, mean = connection.execute(
        select(func.count(), func.coalesce(func.avg(pull_days.c.rows), 0)).where(
            pull_days.c.device_id == device.device_id,
            pull_days.c.day < _TODAY,
            pull_days.c.day >= _TODAY - _COMPARED_DAYS,
        )
    ).one()
    is_more = days >= _FEWEST_DAYS and today > settings.pull_alarm_of_mean * float(mean)
    return "of_mean" if is_more else ""


def _tell(connection: Connection, device: Device, rows: int, why: str) -> None:
    connection.execute(
        update(pull_days)
        .where(pull_days.c.device_id == device.device_id, pull_days.c.day == _TODAY)
        .values(alarmed_at=func.now())
    )
    write_down(
        connection,
        actor=str(device.device_id),
        action="pull.alarm",
        values={"office": str(device.office_id), "rows": rows, "why": why},
    )
