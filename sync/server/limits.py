"""How often somebody may ask, counted in the database so that every process counts the same.

Each allowance is a bucket that leaks: a request fills it, time empties it. Who asks too often is
told when to come back, and nobody is ever locked out for good.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import Connection, delete, extract, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from sync.protocol.messages import Refusal, RefusalCode
from sync.server.settings import Settings
from sync.server.tables import allowances

_HOUR_SECONDS = 3600
_MINUTE_SECONDS = 60
_FORGOTTEN_AFTER = timedelta(days=1)
#: Counting goes no further: the longest wait is reached long before.
_MOST_FAILURES = 1_000
#: ``why`` of a refusal for asking too often.
TOO_OFTEN = "too_often"


def device_may_ask(connection: Connection, device_id: UUID, settings: Settings) -> Refusal | None:
    """Count a request of this device; the refusal when it asked too often."""
    per_second = settings.device_requests_per_minute / _MINUTE_SECONDS
    who, most = str(device_id), settings.device_burst
    if _fill(connection, "device", who, per_second=per_second, most=most):
        return None
    level, age = _level(connection, "device", who)
    return _come_back((level + 1 - most) / per_second - age)


def address_may_enrol(connection: Connection, address: str, settings: Settings) -> Refusal | None:
    """The refusal for an address that tried too many wrong codes."""
    per_second = settings.enrolments_per_hour / _HOUR_SECONDS
    level, age = _level(connection, "enrol", address)
    over = level - age * per_second + 1 - settings.enrolments_per_hour
    return _come_back(over / per_second) if over > 0 else None


def enrolment_failed(connection: Connection, address: str, settings: Settings) -> None:
    """Count a refused enrolment."""
    forget_old(connection)
    per_second = settings.enrolments_per_hour / _HOUR_SECONDS
    most = settings.enrolments_per_hour
    _fill(connection, "enrol", address, per_second=per_second, most=most)


def may_log_in(connection: Connection, who: str, settings: Settings) -> Refusal | None:
    """The refusal while the wait after too many wrong signatures lasts."""
    failures, age = _level(connection, "login", who)
    over = int(failures) - settings.login_failures
    if over < 0:
        return None
    longest = settings.login_longest_wait_seconds
    wait = longest if over > longest.bit_length() else min(2**over, longest)
    return _come_back(wait - age) if age < wait else None


def login_failed(connection: Connection, who: str, settings: Settings) -> None:
    """Count a wrong signature; failures are forgotten when the longest wait went by without one."""
    forget_old(connection)
    failures, age = _level(connection, "login", who)
    if failures and age > settings.login_longest_wait_seconds:
        login_succeeded(connection, who)
    _fill(connection, "login", who, per_second=0, most=_MOST_FAILURES)


def login_succeeded(connection: Connection, who: str) -> None:
    """Forget the wrong signatures."""
    connection.execute(
        delete(allowances).where(allowances.c.kind == "login", allowances.c.who == who)
    )


def forget_old(connection: Connection) -> None:
    """Sweep out what emptied long ago: addresses and devices that never come again.

    Asked where somebody begins or fails, not with each request. What another one is counting just
    now is not waited for.
    """
    key = (allowances.c.kind, allowances.c.who)
    old = (
        select(*key)
        .where(allowances.c.counted_at < func.now() - _FORGOTTEN_AFTER)
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(allowances).where(tuple_(*key).in_(old)))


def _come_back(seconds: float) -> Refusal:
    return Refusal(code=RefusalCode.BUSY, retry_after_seconds=max(ceil(seconds), 1), why=TOO_OFTEN)


def _fill(connection: Connection, kind: str, who: str, *, per_second: float, most: float) -> bool:
    """Is there room for one more? It is in then; who is refused fills nothing."""
    row = insert(allowances).values(kind=kind, who=who, level=1, counted_at=func.now())
    age = extract("epoch", func.now() - allowances.c.counted_at)
    left = func.greatest(0, allowances.c.level - age * per_second)
    filled = connection.scalar(
        row.on_conflict_do_update(
            index_elements=["kind", "who"],
            set_={"level": left + 1, "counted_at": func.now()},
            where=left + 1 <= most,
        ).returning(allowances.c.level)
    )
    return filled is not None


def _level(connection: Connection, kind: str, who: str) -> tuple[float, float]:
    """How full it was when last counted, and how many seconds ago."""
    row = connection.execute(
        select(allowances.c.level, extract("epoch", func.now() - allowances.c.counted_at)).where(
            allowances.c.kind == kind, allowances.c.who == who
        )
    ).one_or_none()
    return (0.0, 0.0) if row is None else (float(row[0]), float(row[1]))
