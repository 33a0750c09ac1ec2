"""Numbers of spreadsheet cells as the text a form author meant: ``3``, ``2.5``, ``2026-01-01``.

Spreadsheets keep dates as days since 1899-12-30 (or 1904-01-01) and tell them from numbers only by
the format of the cell (ECMA-376 part 1, §18.8.30).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

#: Built-in formats that show a date or a time -> do they show a time of day?
_BUILT_IN: Mapping[int, bool] = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 37), *range(50, 59)), False),
    **dict.fromkeys((18, 19, 20, 21, 22, 45, 46, 47), True),
}
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_MOST_DAYS = 2_958_466  # 9999-12-31


def date_formats(formats: Mapping[int, str], used: Sequence[int]) -> dict[int, bool]:
    """Index of a cell format -> does it show a time of day? Only formats of dates and times.

    ``formats`` are the file's own number formats by id, ``used`` the ids by index.
    """
    found = {}
    for index, number in enumerate(used):
        code = formats.get(number)
        if code is None:
            if number in _BUILT_IN:
                found[index] = _BUILT_IN[number]
            continue
        shown = _LITERAL.sub("", code.split(";")[0]).lower()
        if re.search("[dyhs]", shown) or re.search("m", shown):
            found[index] = re.search("[hs]", shown) is not None
    return found


def number_text(written: str, shows_time: bool | None, *, starts_1904: bool) -> str:
    """A number as text; as a date when its format says so (``shows_time`` is not ``None``).

    Raises ``ValueError`` for what is no number.
    """
    if not written:
        return ""
    number = float(written)
    if shows_time is not None and 0 <= number < _MOST_DAYS:
        return _moment_text(number, shows_time, starts_1904)
    return str(int(number)) if number.is_integer() else str(number)


def _moment_text(number: float, shows_time: bool, starts_1904: bool) -> str:
    """A day, a moment (when there is a time of day in it) or a time alone."""
    start = datetime(1904, 1, 1) if starts_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 no zone
    moment = start + timedelta(seconds=round(number * 86_400))
    if number < 1 and shows_time:
        return moment.strftime("%H:%M:%S")
    if moment.hour or moment.minute or moment.second:
        return moment.isoformat(sep=" ")
    return moment.date().isoformat()
