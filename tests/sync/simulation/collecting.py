"""The rule of collecting offices, told a second time: who may decide what, and who sees it.

The office of the newest row collects. One before it sees its commune as long as something is
undecided that was handed in while it collected, decides that and nothing else, and nothing at all
after an operator ended it. Moments are numbers here: what the server has at one, was handed in
before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sync.protocol.messages import Hold

#: Submission -> was it decided?
Submissions = Mapping[str, bool]


@dataclass(frozen=True)
class _Row:
    office: UUID
    moment: int
    handed_in: frozenset[str]


@dataclass
class Collecting:
    """The dated rows of one story. ``first`` tells who serves a commune without any."""

    first: Callable[[UUID, str], bool]
    _moment: int = 0
    _rows: dict[str, list[_Row]] = field(default_factory=dict)
    _ends: dict[tuple[UUID, str], int] = field(default_factory=dict)

    def copy(self) -> Collecting:
        """As it is now."""
        rows = {commune: list(found) for commune, found in self._rows.items()}
        return Collecting(self.first, self._moment, rows, dict(self._ends))

    def begin(self, office: UUID, commune: str, there: Submissions) -> None:
        """From now on this office collects; ``there`` is what the server has."""
        self._moment += 1
        row = _Row(office, self._moment, frozenset(there))
        self._rows.setdefault(commune, []).append(row)

    def end(self, office: UUID, commune: str) -> None:
        """Whatever it still has is the new office's alone."""
        self._moment += 1
        self._ends[office, commune] = self._moment

    def formers(self, commune: str) -> list[UUID]:
        """Offices that collected by a row, and no longer do."""
        found = {row.office for row in self._rows.get(commune, ())}
        return sorted((one for one in found if self._until(one, commune) is not None), key=str)

    def ever(self, office: UUID, commune: str) -> bool:
        """Did it collect here, now or before?"""
        rows = self._rows.get(commune, ())
        return self.first(office, commune) or any(row.office == office for row in rows)

    def sees(self, office: UUID, commune: str, there: Submissions) -> bool:
        """Has it anything to do with the commune?"""
        if not self.ever(office, commune):
            return False
        ended = self._until(office, commune)
        if ended is None:
            return True
        if self._ends.get((office, commune), 0) >= ended.moment:
            return False
        return any(name in ended.handed_in and not done for name, done in there.items())

    def refuses(self, office: UUID, commune: str, name: str, there: Submissions) -> Hold | None:
        """Why its decision about this submission does not count."""
        if not self.sees(office, commune, there):
            return Hold.HANDED_OVER if self.ever(office, commune) else Hold.BUCKET
        ended = self._until(office, commune)
        if ended is not None and name in there and name not in ended.handed_in:
            return Hold.HANDED_OVER
        return None

    def _until(self, office: UUID, commune: str) -> _Row | None:
        """The row that ended its time; ``None`` while it lasts."""
        rows = self._rows.get(commune, [])
        ends: list[_Row | None] = [rows[0] if rows else None] if self.first(office, commune) else []
        following: list[_Row | None] = [*rows[1:], None][: len(rows)]
        ends += [after for row, after in zip(rows, following, strict=True) if row.office == office]
        if None in ends:
            return None
        return max((one for one in ends if one is not None), key=lambda row: row.moment)
