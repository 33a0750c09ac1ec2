"""The numbers of parcels: what was written for whom, what came from whom with which content.

They lie in ``meta``, a row for each sender and series, and one for each recipient.
"""

from __future__ import annotations

import msgspec

from desktop.store.register import Register

_SENT, _RECEIVED = "parcels_sent:", "parcels_received:"
#: Of one sender so many numbers are remembered; older ones count as received.
_REMEMBERED = 500
#: Missing numbers are looked for among so many.
_LOOKED_BACK = 50


class _Sent(msgspec.Struct, frozen=True):
    series: str
    number: int


class Came(msgspec.Struct, frozen=True):
    """What came from one sender in one series: number -> hash of the content."""

    contents: dict[int, str] = {}

    @property
    def last(self) -> int:
        """The highest number."""
        return max(self.contents, default=0)

    def missing(self, number: int) -> tuple[int, ...]:
        """Numbers shortly before this one that never came."""
        first = max(1, number - _LOOKED_BACK, min(self.contents, default=1) if self._is_cut else 1)
        return tuple(one for one in range(first, number) if one not in self.contents)

    @property
    def _is_cut(self) -> bool:
        return len(self.contents) >= _REMEMBERED


def next_number(register: Register, recipient: str) -> tuple[str, int]:
    """The series, and the number of a new parcel for this recipient. It is used up."""
    with register.writing() as transaction:
        driver, key = transaction.driver, _SENT + recipient
        row = driver.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        before = _Sent("", 0) if row is None else msgspec.json.decode(row[0], type=_Sent)
        # Another incarnation of this register numbers anew: a restored copy must not go on.
        series = transaction.books.epoch
        number = before.number + 1 if before.series == series else 1
        driver.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
            (key, msgspec.json.encode(_Sent(series, number)).decode()),
        )
    return series, number


def came_from(register: Register, sender: str, series: str) -> Came:
    """What came from this sender in this series."""
    raw = register.meta(f"{_RECEIVED}{sender}:{series}")
    return Came() if raw is None else msgspec.json.decode(raw, type=Came)


def remember(register: Register, sender: str, series: str, number: int, content: str) -> None:
    """A parcel was applied whole."""
    came = came_from(register, sender, series)
    contents = dict(sorted({**came.contents, number: content}.items())[-_REMEMBERED:])
    raw = msgspec.json.encode(Came(contents)).decode()
    register.set_meta({f"{_RECEIVED}{sender}:{series}": raw})
