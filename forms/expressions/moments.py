"""Times of day and moments (``dateTime``), with the arithmetic that expressions do with them.

Spellings of XForms: ``07:30:15.000+07:00`` and ``2026-11-22T07:30:00.000+07:00``; seconds, their
fraction and the zone may be left out, and a zone left out is that of Viet Nam.

As in ODK Collect, days are counted in local time, so that midnight of a date is a whole number of
days and ``now()`` and ``today()`` can be compared: local time is always +07:00 here, whatever the
computer is set to. (The specification counts from 1970-01-01 UTC, which differs by 7/24.)
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

#: All of Việt Nam lives in one zone; a machine's own setting is often wrong.
ZONE = timezone(timedelta(hours=7))
EPOCH = date(1970, 1, 1).toordinal()

_START = datetime(1970, 1, 1, tzinfo=ZONE)
_MILLISECONDS_A_DAY = 86_400_000
_TIME = (
    r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,9}))?)?"
    r"(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
)
_TIME_ALONE = re.compile(_TIME)
_MOMENT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T" + _TIME)


@lru_cache(maxsize=4096)
def read_moment(text: str) -> datetime | None:
    """A moment in Viet Nam's time; ``None`` when it is none or outside of the calendar."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, *time = match.groups()
    try:
        read = datetime(int(year), int(month), int(day), tzinfo=_zone(time[4]))
        return (read + _offset(time)).astimezone(ZONE)
    except (ValueError, OverflowError):
        return None


def days_of_moment(text: str) -> float:
    """Days since 1970-01-01 with their fraction; NaN for no moment."""
    moment = read_moment(text)
    return math.nan if moment is None else (moment - _START) / timedelta(days=1)


def moment_of_days(number: float) -> str:
    """The moment so many days after 1970-01-01, or "" outside of the calendar."""
    if math.isnan(number) or not -800_000 < number < 4_000_000:
        return ""
    try:
        return spelled(_START + timedelta(milliseconds=round(number * _MILLISECONDS_A_DAY)))
    except OverflowError:
        return ""


def spelled(moment: datetime) -> str:
    """The stored spelling of a moment that knows its zone."""
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")


@lru_cache(maxsize=4096)
def fraction_of_time(text: str) -> float:
    """A time, or the time of a moment, as a part of the day (noon is 0.5); NaN for neither."""
    match = _TIME_ALONE.fullmatch(text)
    if match is None:
        moment = read_moment(text)
        if moment is None:
            return math.nan
        past = moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)
        return past / timedelta(days=1)
    time = list(match.groups())
    past = _offset(time)
    if time[4] is not None:
        past += timedelta(hours=7) - (_zone(time[4]).utcoffset(None) or timedelta())
    return (past / timedelta(days=1)) % 1.0


def _offset(time: list[str | None]) -> timedelta:
    """How long after midnight a time is."""
    hour, minute, second, part, _zone_text = time
    return timedelta(
        hours=int(hour or 0),
        minutes=int(minute or 0),
        seconds=int(second or 0),
        microseconds=int((part or "").ljust(6, "0")[:6]),
    )


def _zone(text: str | None) -> timezone:
    if text is None:
        return ZONE
    if text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)
