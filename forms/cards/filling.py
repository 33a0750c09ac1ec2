"""What a card would put into a form, against what stands there already.

Nothing is put in here: the interface shows the lines and a person decides. A line is *proposed*
when the box is empty, or the card tells the same more exactly, and no remark casts doubt on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from forms.cards.reading import (
    BIRTH_DATE,
    FULL_NAME,
    ID_NUMBER,
    OLD_ID_NUMBER,
    ROLES,
    SOCIAL_INSURANCE_NUMBER,
    CardReading,
)
from forms.definition import Answer
from forms.identifiers.person_numbers import PersonNumbers
from forms.identifiers.signs import stored_number
from forms.vietnamese import compare_key, search_key

_NUMBERS = (ID_NUMBER, OLD_ID_NUMBER, SOCIAL_INSURANCE_NUMBER)


@unique
class FieldState(Enum):
    """How the value on the card stands to the value in the form."""

    EMPTY = "empty"  # nothing there yet
    SAME = "same"
    SAME_BUT_WRITING = "same_but_writing"  # case, tone placement, spaces, marks of a card without
    MORE_EXACT = "more_exact"  # the card has the day, the form the year
    LESS_EXACT = "less_exact"
    NEWER_NUMBER = "newer_number"  # the form has an old number of the same person
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of the form beside the card.

    Attributes:
        present, on_card: values as stored.
        is_doubtful: a remark says that the card was not read well here.
    """

    role: str
    present: str = field(repr=False)
    on_card: str = field(repr=False)
    state: FieldState
    is_doubtful: bool = False

    @property
    def is_proposed(self) -> bool:
        """Should the interface tick it? The person still decides."""
        adds = (FieldState.EMPTY, FieldState.MORE_EXACT, FieldState.NEWER_NUMBER)
        return self.state in adds and not self.is_doubtful


def compare(card: CardReading, present: Mapping[str, Answer]) -> tuple[FieldLine, ...]:
    """Every field the card tells, in the order of the forms.

    Args:
        present: role -> the form's answer.
    """
    lines = []
    for role in ROLES:
        value = card.identity.get(role, "")
        if not value:
            continue
        answer = present.get(role)
        there = "" if answer is None else str(answer)
        state = _state(role, there, value, card.numbers)
        lines.append(FieldLine(role, there, value, state, role in card.doubtful))
    return tuple(lines)


def is_somebody_else(card: CardReading, present: Mapping[str, Answer]) -> bool:
    """Does the form hold a number that is none of the card's person?

    No number in the form says nothing either way.
    """
    identity = {role.removeprefix("person."): answer for role, answer in present.items()}
    there = PersonNumbers.of(identity)
    return bool(there.all()) and bool(card.numbers.all()) and there.link(card.numbers) is None


def _state(role: str, there: str, value: str, numbers: PersonNumbers) -> FieldState:
    if not there.strip():
        return FieldState.EMPTY
    if there == value:
        return FieldState.SAME
    if role in _NUMBERS:
        return _state_of_number(role, there, value, numbers)
    if role == BIRTH_DATE:
        return _state_of_date(there, value)
    same_key = compare_key(there) == compare_key(value)
    same_without_marks = value.isascii() and search_key(there) == search_key(value)
    if same_key or (role == FULL_NAME and same_without_marks):
        return FieldState.SAME_BUT_WRITING
    return FieldState.DIFFERS


def _state_of_number(role: str, there: str, value: str, numbers: PersonNumbers) -> FieldState:
    if stored_number(there) == value:
        return FieldState.SAME_BUT_WRITING
    if role == ID_NUMBER and numbers.holds(there):
        return FieldState.NEWER_NUMBER
    return FieldState.DIFFERS


def _state_of_date(there: str, value: str) -> FieldState:
    """Stored dates: a shorter one that begins the longer one tells the same, less exactly."""
    if value.startswith(f"{there}-"):
        return FieldState.MORE_EXACT
    return FieldState.LESS_EXACT if there.startswith(f"{value}-") else FieldState.DIFFERS
