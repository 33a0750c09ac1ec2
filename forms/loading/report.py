"""Collects what is wrong with a form file while it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from forms.mistakes import DefinitionError, DefinitionProblem, Mistake, problem

#: Nobody reads more; a file that is no form at all may have a mistake in every cell.
MOST_TOLD = 1_000


class Report:
    """Problems and notices of one file, told with the headings its author wrote."""

    def __init__(self) -> None:
        self._found: dict[DefinitionProblem, None] = {}
        self._written: dict[tuple[str, str], str] = {}

    def call(self, sheet: str, column: str, heading: str) -> None:
        """The author's heading of a column; the first one stays."""
        self._written.setdefault((sheet, column), heading)

    def is_called(self, sheet: str, column: str) -> bool:
        """Has the sheet a heading for this column?"""
        return (sheet, column) in self._written

    def heading(self, sheet: str, column: str) -> str:
        """The author's heading of a column, or its name when there is none."""
        return self._written.get((sheet, column), column)

    def add(
        self, mistake: Mistake, sheet: str, row: int, column: str, **parameters: object
    ) -> None:
        """Tells one mistake or notice, once."""
        heading = self.heading(sheet, column)
        if len(self._found) < MOST_TOLD:
            found = problem(mistake, sheet=sheet, row=row, column=heading, **parameters)
            self._found[found] = None

    def refuse_value(self, sheet: str, row: int, column: str, value: str, allowed: str) -> None:
        """A cell whose content cannot be used."""
        self.add(Mistake.DEF_015, sheet, row, column, name=value, allowed=allowed)

    @property
    def is_full(self) -> bool:
        """Is so much wrong that it is pointless to look for more?"""
        return len(self._found) >= MOST_TOLD

    def add_all(self, found: Iterable[DefinitionProblem]) -> None:
        """Problems found elsewhere, under the headings of the author; none twice at one place."""
        told = {(one.sheet, one.row, one.column, one.code) for one in self._found}
        for one in found:
            written = replace(one, column=self.heading(one.sheet, one.column))
            if (written.sheet, written.row, written.column, written.code) not in told:
                self._found[written] = None

    @property
    def problems(self) -> tuple[DefinitionProblem, ...]:
        """What makes the form unusable, in the order of the sheets."""
        return _sorted(one for one in self._found if not one.code.is_notice)

    @property
    def notices(self) -> tuple[DefinitionProblem, ...]:
        """What the author should know, in the order of the sheets."""
        return _sorted(one for one in self._found if one.code.is_notice)

    def stop_if_wrong(self) -> None:
        """Raises ``DefinitionError`` when there is a problem."""
        if self.problems:
            raise DefinitionError(list(self.problems))


def _sorted(found: Iterable[DefinitionProblem]) -> tuple[DefinitionProblem, ...]:
    return tuple(sorted(found, key=lambda one: (one.sheet, one.row, one.column)))
