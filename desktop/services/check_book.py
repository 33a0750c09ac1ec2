"""Every check of a register, as the queue, its lists and the search for a number have it.

The police's page asks for all three after each answer, and for the number while it is typed. All
checks are read once; then only those of whom something was written since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from desktop.domain.checks import CheckList
from desktop.domain.records import CheckId
from desktop.services.keeping import Kept
from desktop.store.checks import CheckRow, check_rows, persons_asked_about
from desktop.store.fates import stand_for
from desktop.store.register import Register

#: Of so many one reads those alone; of more, everything.
_ONE_BY_ONE = 300


class CheckBook:
    """The checks of one register; any thread may ask."""

    def __init__(self, *, register: Register) -> None:
        self._register = register
        self._rows = Kept(
            register.written,
            everything=lambda: tuple(check_rows(register)),
            again=self._again,
            one_by_one=_ONE_BY_ONE,
        )

    def queue(self, *, answered: bool, list_key: str = "", limit: int = -1) -> list[CheckId]:
        """Which wait for an answer, oldest first; or which were answered, newest first.

        Where two devices answered otherwise, the police have to decide: that waits too. Of a
        person who was asked about anew, what was asked before does not wait any more.
        """
        rows = self._rows.now()
        latest = _latest(rows)
        chosen = [
            row.check_id
            for row in (reversed(rows) if answered else rows)
            if list_key in ("", row.key) and (row.has_answer if answered else _waits(row, latest))
        ]
        return [CheckId(one) for one in (chosen if limit < 0 else chosen[:limit])]

    def lists(self) -> list[CheckList]:
        """Checks by the list they came in; those with open cases first, the newest first."""
        rows = self._rows.now()
        latest = _latest(rows)
        first: dict[str, CheckRow] = {}
        total: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        for row in rows:
            is_answered = row.has_answer and not row.is_clashing
            if not is_answered and latest[row.person_id] != row.check_id:
                continue  # asked anew since
            first.setdefault(row.key, row)
            total[row.key] += 1
            answered[row.key] += is_answered
        lists = [
            CheckList(key, row.name, row.day, row.by, total=total[key], answered=answered[key])
            for key, row in first.items()
        ]
        newest = sorted(lists, key=lambda one: one.day, reverse=True)
        return sorted(newest, key=lambda one: one.answered == one.total)

    def has_number(self, number: str, *, other_than: CheckId) -> bool:
        """Was this number sent with, or given to, somebody else than the person of this check?"""
        rows = self._rows.now()
        whose = next((row.person_id for row in rows if row.check_id == other_than), "")
        return any(number in row.numbers and row.person_id != whose for row in rows)

    def _again(self, rows: tuple[CheckRow, ...], written: frozenset[str]) -> tuple[CheckRow, ...]:
        asked = persons_asked_about(self._register, written).values()
        persons = {*written, *asked, *stand_for(self._register, written)}
        changed = check_rows(self._register, person_ids=persons)
        if not changed and all(row.person_id not in persons for row in rows):
            return rows
        kept = [row for row in rows if row.person_id not in persons]
        return tuple(sorted([*kept, *changed]))


def _latest(rows: Sequence[CheckRow]) -> dict[str, str]:
    """Person -> the newest check."""
    return {row.person_id: row.check_id for row in rows}


def _waits(row: CheckRow, latest: dict[str, str]) -> bool:
    return row.is_clashing or (not row.has_answer and latest[row.person_id] == row.check_id)
