"""What speaks for and against two entries being one person.

Each observation has a weight, about the natural logarithm of how much likelier it is between two
entries of one person than between two people (the sum of such weights is the model of Fellegi and
Sunter, 1969). The weights of names follow how common the name is in the set that is searched:
two *Nguyễn Văn Hùng* are nothing, two *Điểu N'Rang* are. The others are estimates for a commune or
a province and are held by the figures of ``python -m tests.bench duplicates``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, unique

from rapidfuzz.distance import OSA

from forms.comparison.names import is_part_in_order
from forms.duplicates.people import Folded
from forms.vietnamese import with_i_for_final_y


@unique
class Sign(Enum):
    """One observation about two entries; the sentences are in ``wording``."""

    SAME_ID_NUMBER = "same_id_number"
    SAME_OLD_NUMBER = "same_old_number"
    ID_NUMBER_ONE_DIGIT = "id_number_one_digit"
    ID_NUMBER_TWO_DIGITS = "id_number_two_digits"
    OLD_NUMBER_ONE_DIGIT = "old_number_one_digit"
    ID_NUMBERS_DIFFER = "id_numbers_differ"
    OLD_NUMBERS_DIFFER = "old_numbers_differ"
    OTHER_KIND_OF_NUMBER = "other_kind_of_number"
    SAME_NAME = "same_name"
    NAME_MARKS = "name_marks"
    NAME_OTHER_MARKS = "name_other_marks"
    NAME_ORDER = "name_order"
    NAME_MIDDLE_DROPPED = "name_middle_dropped"
    NAME_TYPO = "name_typo"
    NAME_SIMILAR = "name_similar"
    NAME_MIDDLE_DIFFERS = "name_middle_differs"
    NAMES_DIFFER = "names_differ"
    SAME_BIRTH_DATE = "same_birth_date"
    BIRTH_MONTH_KNOWN = "birth_month_known"
    BIRTH_YEAR_KNOWN = "birth_year_known"
    BIRTH_SWAPPED = "birth_swapped"
    BIRTH_ONE_DIGIT = "birth_one_digit"
    SAME_BIRTH_YEAR = "same_birth_year"
    BIRTH_DATES_DIFFER = "birth_dates_differ"
    SAME_SEX = "same_sex"
    SEXES_DIFFER = "sexes_differ"
    SAME_RESIDENCE = "same_residence"
    SAME_NATIVE_PLACE = "same_native_place"


_WEIGHTS = {
    Sign.SAME_ID_NUMBER: 12.0,
    Sign.SAME_OLD_NUMBER: 11.0,
    Sign.ID_NUMBER_ONE_DIGIT: 8.0,
    Sign.ID_NUMBER_TWO_DIGITS: 0.0,
    Sign.OLD_NUMBER_ONE_DIGIT: 6.0,
    Sign.ID_NUMBERS_DIFFER: -7.0,
    Sign.OLD_NUMBERS_DIFFER: -5.0,
    Sign.OTHER_KIND_OF_NUMBER: 0.0,
    Sign.NAME_SIMILAR: -2.0,
    Sign.NAMES_DIFFER: -6.0,
    Sign.SAME_BIRTH_DATE: 8.0,
    Sign.BIRTH_MONTH_KNOWN: 5.0,
    Sign.BIRTH_YEAR_KNOWN: 3.0,
    Sign.BIRTH_SWAPPED: 6.5,
    Sign.BIRTH_ONE_DIGIT: 3.5,
    Sign.SAME_BIRTH_YEAR: -1.5,
    Sign.BIRTH_DATES_DIFFER: -6.0,
    Sign.SAME_SEX: 0.6,
    Sign.SEXES_DIFFER: -3.5,
    Sign.SAME_RESIDENCE: 2.0,
    Sign.SAME_NATIVE_PLACE: 0.7,
}
_ORDER = list(Sign).index
#: What a name that is not quite the same loses of the weight of its frequency.
_NAME_LOSSES = {
    Sign.SAME_NAME: 0.0,
    Sign.NAME_MARKS: 0.5,
    Sign.NAME_OTHER_MARKS: 1.5,
    Sign.NAME_ORDER: 1.0,
    Sign.NAME_MIDDLE_DROPPED: 0.5,
    Sign.NAME_TYPO: 1.5,
    Sign.NAME_MIDDLE_DIFFERS: 4.0,
}
_RAREST = 8.0
_LONGEST_NAME = 200
#: From so many letters on, a name may have two slips; below the other, one slip makes another name.
_LONG_NAME = 14
_LONG_GIVEN_NAME = 5


#: A brother or sister, above all a twin, has all but this in common.
_NAMES_OF_TWO = frozenset(
    {Sign.NAME_OTHER_MARKS, Sign.NAME_SIMILAR, Sign.NAME_MIDDLE_DIFFERS, Sign.NAMES_DIFFER}
)
_SAME_NUMBER = frozenset({Sign.SAME_ID_NUMBER, Sign.SAME_OLD_NUMBER})
_NEAR_NUMBER = frozenset({Sign.ID_NUMBER_ONE_DIGIT, Sign.OLD_NUMBER_ONE_DIGIT})
_TOLD_BY_BIRTH_AND_HOME = frozenset(
    {
        Sign.SAME_BIRTH_DATE,
        Sign.BIRTH_MONTH_KNOWN,
        Sign.BIRTH_YEAR_KNOWN,
        Sign.BIRTH_SWAPPED,
        Sign.BIRTH_ONE_DIGIT,
        Sign.SAME_RESIDENCE,
    }
)
_LEAST_BEYOND_CHANCE = 2.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """The observations about two entries, and the sum of their weights.

    Attributes:
        may_be_chance: without a common number, such a pair is as easily two siblings, two people
            of whom each has a card, or two of the many namesakes born in one year.
    """

    signs: tuple[Sign, ...]
    weight: float
    may_be_chance: bool = False


@dataclass(slots=True)
class NameFrequencies:
    """How common names are in the set; grows as people are added."""

    total: int = 0
    plain: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def add(self, person: Folded) -> None:
        """Count one person's name."""
        self.total += 1
        self.plain[person.plain] += 1
        self.ends[person.ends] += 1

    def add_all(self, people: Iterable[Folded]) -> None:
        """Count many."""
        for person in people:
            self.add(person)

    def weight(self, person: Folded, sign: Sign) -> float:
        """How much this person's name tells when it agrees in the way ``sign`` says."""
        rarity = math.log((self.total + 2) / (self.namesakes(person, sign) + 1))
        return min(rarity, _RAREST) - _NAME_LOSSES[sign]

    def namesakes(self, person: Folded, sign: Sign) -> int:
        """How many have a name that agrees with this one in the way ``sign`` says."""
        by_ends = sign in (Sign.NAME_MIDDLE_DROPPED, Sign.NAME_MIDDLE_DIFFERS)
        return self.ends[person.ends] if by_ends else self.plain[person.plain]


def compare(one: Folded, other: Folded, names: NameFrequencies) -> Evidence:
    """Everything two entries say about each other."""
    signs: list[Sign] = []
    weight = 0.0
    name = name_sign(one, other)
    if name is not None:
        signs.append(name)
        if name in _NAME_LOSSES:
            weight += min(names.weight(one, name), names.weight(other, name))
        else:
            weight += _WEIGHTS[name]
    for sign in (
        *sorted(_number_signs(one, other), key=_ORDER),
        _birth_sign(one, other),
        _sex_sign(one, other),
        *_place_signs(one, other),
    ):
        if sign is not None:
            signs.append(sign)
            weight += _WEIGHTS[sign]
    return Evidence(tuple(signs), weight, _may_be_chance(one, other, name, signs, names))


def _may_be_chance(
    one: Folded, other: Folded, name: Sign | None, signs: list[Sign], names: NameFrequencies
) -> bool:
    """Would two people be found who agree so far?

    A hundred *Nguyễn Thị Hoa* make five thousand pairs, and of these a hundred are of one year: a
    birth date or a home has to tell more than the namesakes are many.
    """
    if not _SAME_NUMBER.isdisjoint(signs):
        return False
    if name is None or name in _NAMES_OF_TWO or Sign.ID_NUMBERS_DIFFER in signs:
        return True
    if not _NEAR_NUMBER.isdisjoint(signs):
        return False
    told = sum(_WEIGHTS[sign] for sign in signs if sign in _TOLD_BY_BIRTH_AND_HOME)
    namesakes = max(names.namesakes(one, name), names.namesakes(other, name), 2)
    return told < math.log(namesakes) + _LEAST_BEYOND_CHANCE


def name_sign(one: Folded, other: Folded) -> Sign | None:
    """How two names agree; ``None`` when one is missing."""
    if not one.plain or not other.plain:
        return None
    if one.plain == other.plain:
        return _sign_of_marks(one.name, other.name)
    if len(one.plain) > _LONGEST_NAME or len(other.plain) > _LONGEST_NAME:
        return Sign.NAMES_DIFFER
    if one.ends == other.ends:
        fewer, more = sorted((one.words, other.words), key=len)
        if len(fewer) < len(more) and is_part_in_order(fewer, more):
            return Sign.NAME_MIDDLE_DROPPED
    if sorted(one.words) == sorted(other.words):
        return Sign.NAME_ORDER
    slip = _slip(one, other)
    if slip is not None:
        return slip
    return Sign.NAME_MIDDLE_DIFFERS if one.ends == other.ends else Sign.NAMES_DIFFER


def _sign_of_marks(one: str, other: str) -> Sign:
    """For names that are the same without marks; who types none at all leaves every one out."""
    if one == other:
        return Sign.SAME_NAME
    if one.isascii() or other.isascii():
        return Sign.NAME_MARKS
    keys = (with_i_for_final_y(key).replace("-", " ").split() for key in (one, other))
    return Sign.NAME_MARKS if next(keys) == next(keys) else Sign.NAME_OTHER_MARKS


def _slip(one: Folded, other: Folded) -> Sign | None:
    """A slip of a finger in a name; in a short given name it makes the name of a brother."""
    longest = max(len(one.plain), len(other.plain))
    allowed = 2 if longest >= _LONG_NAME else 1
    distance = OSA.distance(one.plain, other.plain, score_cutoff=allowed)
    if distance > allowed:
        return None
    is_short = min(len(one.given), len(other.given)) < _LONG_GIVEN_NAME
    if one.given == other.given or not is_short:
        return Sign.NAME_TYPO
    return Sign.NAME_SIMILAR if distance == 1 else None


_LONG = (Sign.SAME_ID_NUMBER, Sign.ID_NUMBER_ONE_DIGIT, Sign.ID_NUMBER_TWO_DIGITS)
_SHORT = (Sign.SAME_OLD_NUMBER, Sign.OLD_NUMBER_ONE_DIGIT)


def _number_signs(one: Folded, other: Folded) -> set[Sign]:
    """Long numbers with long ones, short with short; one that agrees outweighs one that does not.

    A person may have had several numbers, so a second one that differs says nothing.
    """
    signs = set()
    if one.long_numbers and other.long_numbers:
        near = _nearest(one.long_numbers, other.long_numbers, furthest=len(_LONG) - 1)
        signs.add(Sign.ID_NUMBERS_DIFFER if near is None else _LONG[near])
    if one.short_numbers and other.short_numbers:
        near = _nearest(one.short_numbers, other.short_numbers, furthest=len(_SHORT) - 1)
        signs.add(Sign.OLD_NUMBERS_DIFFER if near is None else _SHORT[near])
    if not signs and _has_number(one) and _has_number(other):
        signs.add(Sign.OTHER_KIND_OF_NUMBER)
    if not signs.isdisjoint((Sign.SAME_ID_NUMBER, Sign.SAME_OLD_NUMBER)):
        signs -= {Sign.ID_NUMBERS_DIFFER, Sign.OLD_NUMBERS_DIFFER}
    return signs


def _nearest(one: tuple[str, ...], other: tuple[str, ...], *, furthest: int) -> int | None:
    """How many slips lie between the two nearest numbers; ``None`` for more than ``furthest``."""
    if not set(one).isdisjoint(other):
        return 0
    nearest = min(OSA.distance(a, b, score_cutoff=furthest) for a in one for b in other)
    return nearest if nearest <= furthest else None


def _has_number(person: Folded) -> bool:
    return bool(person.long_numbers or person.short_numbers)


def _birth_sign(one: Folded, other: Folded) -> Sign | None:
    if not one.year or not other.year:
        return None
    if one.year == other.year:
        if not one.month or not other.month:
            return Sign.BIRTH_YEAR_KNOWN
        if one.month == other.month:
            if one.day == other.day and one.day:
                return Sign.SAME_BIRTH_DATE
            if not one.day or not other.day:
                return Sign.BIRTH_MONTH_KNOWN
        if one.day and one.day == other.month and one.month == other.day:
            return Sign.BIRTH_SWAPPED
    if one.day and other.day:
        nearness = OSA.distance(_digits(one), _digits(other), score_cutoff=1)
        if nearness <= 1:
            return Sign.BIRTH_ONE_DIGIT
    return Sign.SAME_BIRTH_YEAR if one.year == other.year else Sign.BIRTH_DATES_DIFFER


def _digits(person: Folded) -> str:
    return f"{person.day:02d}{person.month:02d}{person.year}"


def _sex_sign(one: Folded, other: Folded) -> Sign | None:
    if not one.sex or not other.sex:
        return None
    return Sign.SAME_SEX if one.sex == other.sex else Sign.SEXES_DIFFER


def _place_signs(one: Folded, other: Folded) -> list[Sign]:
    signs = []
    if one.residence and one.residence == other.residence:
        signs.append(Sign.SAME_RESIDENCE)
    if one.native_place and one.native_place == other.native_place:
        signs.append(Sign.SAME_NATIVE_PLACE)
    return signs
