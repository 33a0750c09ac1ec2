"""When an option of a list may be chosen.

A code is never edited and never taken out while old answers hold it; it is retired with a date.
The choices sheet may have two columns, days as ISO 8601:

* ``valid_from``: the first day on which the option is offered; empty for always;
* ``valid_to``: the last one; empty for ever.

On a day outside them the option is not offered for a new answer. An answer that has it stays
readable, keeps its label and is remarked on by a warning that the officer may confirm with a
reason: ``FORM_020`` for a retired option, ``FORM_021`` for one that is not in use yet. The day is
the day of filling that the engine works with (``on``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forms.definition import Choice, FormDefinition
from forms.mistakes import DefinitionProblem, Mistake, problem

VALID_FROM, VALID_TO = "valid_from", "valid_to"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which an option may be chosen, as ISO 8601; empty without a limit."""

    first: str = ""
    last: str = ""

    def is_retired(self, on: str) -> bool:
        """Is the last day over?"""
        return self.last != "" and on > self.last

    def is_to_come(self, on: str) -> bool:
        """Is the first day still to come?"""
        return on < self.first

    def holds(self, on: str) -> bool:
        """May the option be chosen on this day?"""
        return not self.is_retired(on) and not self.is_to_come(on)


def validity_of(choice: Choice) -> Validity | None:
    """The days of an option, ``None`` when it has no limit."""
    found = Validity(
        choice.attributes.get(VALID_FROM, ""),
        choice.attributes.get(VALID_TO, ""),
    )
    return found if found.first or found.last else None


def validities(choices: Sequence[Choice]) -> Mapping[str, Validity]:
    """The options of a list that have a limit, by code; empty for most lists."""
    found = ((choice.code, validity_of(choice)) for choice in choices)
    return {code: validity for code, validity in found if validity is not None}


def offered(
    choices: Sequence[Choice], *, on: str, chosen: str, dated: Mapping[str, Validity]
) -> tuple[Choice, ...]:
    """The options to show on a day: those in use, and what is chosen already.

    Args:
        chosen: the answer so far, codes with spaces between.
        dated: the options with a limit.
    """
    kept = frozenset(chosen.split())
    return tuple(
        choice
        for choice in choices
        if choice.code in kept or choice.code not in dated or dated[choice.code].holds(on)
    )


def validity_problems(definition: FormDefinition) -> Iterator[DefinitionProblem]:
    """Days that are none, and options whose last day lies before the first."""
    for name, choices in definition.choices.items():
        for choice in choices:
            days = [choice.attributes.get(column, "") for column in (VALID_FROM, VALID_TO)]
            for column, day in zip((VALID_FROM, VALID_TO), days, strict=True):
                if day and not _is_day(day):
                    yield _refused(column, f"{name}: {choice.code}: {day}")
            if all(days) and days[0] > days[1]:
                yield _refused(VALID_TO, f"{name}: {choice.code}: {days[1]}")


def _refused(column: str, name: str) -> DefinitionProblem:
    return problem(Mistake.DEF_015, sheet="choices", column=column, name=name, allowed="YYYY-MM-DD")


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
