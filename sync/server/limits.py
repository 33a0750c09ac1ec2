"""How often somebody may ask, counted in the database so that every process counts the same.

Each allowance is a bucket that leaks: a request fills it, time empties it. Who asks too often is
told when to come back, and nobody is ever locked out for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from uuid import UUID

from sqlalchemy import Connection, Double, Text, bindparam, delete, extract, func, select
from sqlalchemy.dialects.postgresql import insert

from sync.protocol.messages import Refusal, RefusalCode
from sync.server.settings import Settings
from sync.server.tables import allowances

_HOUR_SECONDS = 3600
_MINUTE_SECONDS = 60
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
    per_second = settings.enrolments_per_hour / _HOUR_SECONDS
    most = settings.enrolments_per_hour
    _fill(connection, "enrol", address, per_second=per_second, most=most)


@dataclass(frozen=True, slots=True)
class Failures:
    """The wrong signatures of one device from one address, as they stand when it logs in.

    They are forgotten with a right one, or when the longest wait went by without another.
    """

    connection: Connection
    who: str
    settings: Settings
    count: int
    age_seconds: float

    def refusal(self) -> Refusal | None:
        """The refusal while the wait after too many lasts."""
        over = self.count - self.settings.login_failures
        if over < 0:
            return None
        longest = self.settings.login_longest_wait_seconds
        wait = longest if over > longest.bit_length() else min(2**over, longest)
        return _come_back(wait - self.age_seconds) if self.age_seconds < wait else None

    def add(self) -> None:
        """Count another one."""
        if self.age_seconds > self.settings.login_longest_wait_seconds:
            self.forget()
        _fill(self.connection, "login", self.who, per_second=0, most=_MOST_FAILURES)

    def forget(self) -> None:
        """Count from nothing again."""
        if self.count:
            self.connection.execute(
                delete(allowances).where(allowances.c.kind == "login", allowances.c.who == self.who)
            )


def failures_of(connection: Connection, who: str, settings: Settings) -> Failures:
    """Those that ``who`` stands for, read now."""
    level, age = _level(connection, "login", who)
    return Failures(connection, who, settings, count=int(level), age_seconds=age)


def is_time(connection: Connection, chore: str, *, every_seconds: int) -> bool:
    """Is a chore of every process due, and this the one process that does it?

    Nobody waits for who was told so: until the end of that transaction it is due to none else.
    """
    level, age = _level(connection, "chore", chore)
    if level and age < every_seconds:
        return False
    # Who counts waits for whoever is counting the same: that one does the chore.
    if not connection.scalar(_TAKE_ON, {"chore": chore}):
        return False
    return _fill(connection, "chore", chore, per_second=1 / every_seconds, most=1)


def _come_back(seconds: float) -> Refusal:
    return Refusal(code=RefusalCode.BUSY, retry_after_seconds=max(ceil(seconds), 1), why=TOO_OFTEN)


_TAKE_ON = select(
    func.pg_try_advisory_xact_lock(7216407, func.hashtext(bindparam("chore", type_=Text)))
)
_AGE = extract("epoch", func.now() - allowances.c.counted_at)
_LEFT = func.greatest(0, allowances.c.level - _AGE * bindparam("per_second", type_=Double))
_FILL = (
    insert(allowances)
    .values(level=1, counted_at=func.now())
    .on_conflict_do_update(
        index_elements=["kind", "who"],
        set_={"level": _LEFT + 1, "counted_at": func.now()},
        where=_LEFT + 1 <= bindparam("most", type_=Double),
    )
    .returning(allowances.c.level)
)
_LEVEL = select(allowances.c.level, _AGE).where(
    allowances.c.kind == bindparam("kind"), allowances.c.who == bindparam("who")
)


def _fill(connection: Connection, kind: str, who: str, *, per_second: float, most: float) -> bool:
    """Is there room for one more? It is in then; who is refused fills nothing."""
    values = {"kind": kind, "who": who, "per_second": per_second, "most": most}
    return connection.scalar(_FILL, values) is not None


def _level(connection: Connection, kind: str, who: str) -> tuple[float, float]:
    """How full it was when last counted, and how many seconds ago."""
    row = connection.execute(_LEVEL, {"kind": kind, "who": who}).one_or_none()
    return (0.0, 0.0) if row is None else (float(row[0]), float(row[1]))
