"""Labelled lists with people who stand in them twice: the training province's, spoilt on purpose.

Some people get a second entry with one to three of the mistakes that lists collected on paper
really have. To keep the search honest there are also people who only look alike: twins, a number
that was given to the wrong neighbour, and the many namesakes that the training province has anyway.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from desktop.training.people import households
from desktop.training.province import training_province
from forms.duplicates.people import IdentityRow
from forms.vietnamese import search_key

TODAY = date(2026, 11, 22)
_SPOILT, _TWINS, _WRONG_NUMBERS = 0.08, 0.004, 0.002


@dataclass(frozen=True, slots=True)
class LabelledPeople:
    """A list, who is in it twice (pairs of keys, smaller first), and how the second was spoilt."""

    people: tuple[IdentityRow, ...]
    pairs: frozenset[tuple[str, str]]
    mistakes: Mapping[tuple[str, str], tuple[str, ...]]


def labelled_people(count: int, *, seed: int) -> LabelledPeople:
    """``count`` entries in random order; the same for the same seed."""
    random = Random(f"duplicates/{seed}")
    spoilt = round(count * _SPOILT)
    twins = round(count * _TWINS)
    everybody = _people(count - spoilt - twins, seed=seed)
    mistakes: dict[tuple[str, str], tuple[str, ...]] = {}
    extra = [_twin(person, random) for person in random.sample(everybody, twins)]
    for number, person in enumerate(random.sample(everybody, spoilt)):
        second, names = _spoil(replace(person, key=f"second-{number}"), random)
        extra.append(second)
        mistakes[_pair(person.key, second.key)] = names
    everybody = _with_wrong_numbers(everybody, random) + extra
    random.shuffle(everybody)
    return LabelledPeople(tuple(everybody), frozenset(mistakes), mistakes)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _people(count: int, *, seed: int) -> list[IdentityRow]:
    communes = training_province().communes
    people: list[IdentityRow] = []
    for commune in communes:
        share = count // len(communes) + 1
        found = 0
        for household in households(count=share, commune_code=commune.code, today=TODAY, seed=seed):
            for person in household.persons:
                fields = person.fields
                people.append(
                    IdentityRow(
                        key=str(person.person_id),
                        full_name=str(fields["full_name"]),
                        birth_date=str(fields["birth_date"]),
                        sex=str(fields["sex"]),
                        id_numbers=tuple(
                            str(fields[name])
                            for name in ("id_number", "old_id_number")
                            if name in fields
                        ),
                        residence=str(fields["permanent_residence"]),
                        native_place=str(fields["native_place"]),
                    )
                )
                found += 1
            if found >= share:
                break
    return people[:count]


def _twin(person: IdentityRow, random: Random) -> IdentityRow:
    """Another given name, the same day, family and home, and a number of one's own."""
    *rest, given = person.full_name.split()
    other = random.choice([name for name in ("An", "Bình", "Hòa", "Thảo", "Vinh") if name != given])
    numbers = [number[:6] + f"{random.randrange(10**6):06d}" for number in person.id_numbers[:1]]
    return replace(
        person,
        key=f"twin-{person.key}",
        full_name=" ".join([*rest, other]),
        id_numbers=tuple(numbers),
    )


def _with_wrong_numbers(people: list[IdentityRow], random: Random) -> list[IdentityRow]:
    people = list(people)
    for at in random.sample(range(len(people) - 1), round(len(people) * _WRONG_NUMBERS)):
        if people[at + 1].id_numbers:
            numbers = (people[at + 1].id_numbers[0], *people[at].id_numbers[1:])
            people[at] = replace(people[at], id_numbers=numbers)
    return people


Spoiling = Callable[[IdentityRow, Random], IdentityRow]


def _spoil(person: IdentityRow, random: Random) -> tuple[IdentityRow, tuple[str, ...]]:
    """One to three mistakes of different kinds, each of which changes something."""
    wanted = random.choices((1, 2, 3), (40, 38, 22))[0]
    done: list[str] = []
    for name in random.sample(sorted(_MISTAKES), len(_MISTAKES)):
        spoilt = _MISTAKES[name](person, random)
        if spoilt != person and not _is_lost(spoilt):
            person = spoilt
            done.append(name)
        if len(done) == wanted:
            break
    return person, tuple(done)


def _is_lost(person: IdentityRow) -> bool:
    """Nobody could find a person again by a common name and a year alone."""
    return not person.id_numbers and len(person.birth_date) < len("2000-01-01")


def _drop_middle(person: IdentityRow, _: Random) -> IdentityRow:
    words = person.full_name.split()
    return replace(person, full_name=f"{words[0]} {words[-1]}") if len(words) > 2 else person


def _drop_marks(person: IdentityRow, _: Random) -> IdentityRow:
    plain = unicodedata.normalize("NFD", person.full_name.replace("đ", "d").replace("Đ", "D"))
    return replace(person, full_name=plain.encode("ascii", "ignore").decode())


def _other_i(person: IdentityRow, _: Random) -> IdentityRow:
    words = [
        word[:-1] + {"y": "i", "ý": "í", "ỹ": "ĩ", "ỳ": "ì"}.get(word[-1], word[-1])
        if len(word) > 1 and search_key(word)[-2:-1] not in {*"aeou"}
        else word
        for word in person.full_name.split()
    ]
    return replace(person, full_name=" ".join(words))


def _other_tone_place(person: IdentityRow, _: Random) -> IdentityRow:
    name = person.full_name
    for one, other in (("òa", "oà"), ("óa", "oá"), ("ủy", "uỷ"), ("ùy", "uỳ"), ("úy", "uý")):
        name = name.replace(one, other)
    return replace(person, full_name=name)


def _capitals(person: IdentityRow, _: Random) -> IdentityRow:
    return replace(person, full_name=person.full_name.upper())


def _slip_in_name(person: IdentityRow, random: Random) -> IdentityRow:
    name = person.full_name
    at = random.randrange(1, len(name) - 1)
    if not name[at].isalpha():
        return person
    kind = random.randrange(3)
    if kind == 0:
        return replace(person, full_name=name[:at] + name[at + 1 :])
    if kind == 1:
        return replace(person, full_name=name[:at] + name[at] + name[at:])
    return replace(person, full_name=name[:at] + random.choice("aeghinotu") + name[at + 1 :])


def _swap_day_and_month(person: IdentityRow, _: Random) -> IdentityRow:
    if len(person.birth_date) < 10:
        return person
    year, month, day = person.birth_date.split("-")
    return replace(person, birth_date=f"{year}-{day}-{month}") if int(day) <= 12 else person


def _only_year(person: IdentityRow, _: Random) -> IdentityRow:
    return replace(person, birth_date=person.birth_date[:4])


def _digit_of_birth(person: IdentityRow, random: Random) -> IdentityRow:
    if len(person.birth_date) < 10:
        return person
    at = random.choice((3, 8, 9))
    text = person.birth_date
    wrong = text[:at] + str(random.randrange(10)) + text[at + 1 :]
    try:
        date.fromisoformat(wrong)
    except ValueError:
        return person
    return replace(person, birth_date=wrong)


def _old_number_only(person: IdentityRow, random: Random) -> IdentityRow:
    """The old list has the CMND, the new one the CCCD."""
    if len(person.id_numbers) == 2:
        return replace(person, id_numbers=person.id_numbers[1:])
    return replace(person, id_numbers=(f"03{random.randrange(10**7):07d}",))


def _digit_of_number(person: IdentityRow, random: Random) -> IdentityRow:
    return _with_number(person, lambda number: _other_digit(number, random))


def _swapped_digits(person: IdentityRow, random: Random) -> IdentityRow:
    def swapped(number: str) -> str:
        at = random.randrange(len(number) - 1)
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    return _with_number(person, swapped)


def _lost_zero(person: IdentityRow, _: Random) -> IdentityRow:
    return _with_number(person, lambda number: number.removeprefix("0"))


def _no_number(person: IdentityRow, _: Random) -> IdentityRow:
    return replace(person, id_numbers=())


def _spaced_number(person: IdentityRow, _: Random) -> IdentityRow:
    return _with_number(person, lambda number: f"{number[:3]} {number[3:6]}.{number[6:]}")


def _moved(person: IdentityRow, random: Random) -> IdentityRow:
    commune = random.choice(training_province().communes)
    hamlet = random.choice(commune.hamlets_vi)
    return replace(person, residence=f"{hamlet}, {commune.name_vi}, {training_province().name_vi}")


def _with_number(person: IdentityRow, change: Callable[[str], str]) -> IdentityRow:
    if not person.id_numbers or not person.id_numbers[0].isdecimal():
        return person
    return replace(person, id_numbers=(change(person.id_numbers[0]), *person.id_numbers[1:]))


def _other_digit(number: str, random: Random) -> str:
    at = random.randrange(len(number))
    return number[:at] + str((int(number[at]) + random.randrange(1, 10)) % 10) + number[at + 1 :]


_MISTAKES: Mapping[str, Spoiling] = {
    "drop_middle": _drop_middle,
    "drop_marks": _drop_marks,
    "other_i": _other_i,
    "other_tone_place": _other_tone_place,
    "capitals": _capitals,
    "slip_in_name": _slip_in_name,
    "swap_day_and_month": _swap_day_and_month,
    "only_year": _only_year,
    "digit_of_birth": _digit_of_birth,
    "old_number_only": _old_number_only,
    "digit_of_number": _digit_of_number,
    "swapped_digits": _swapped_digits,
    "lost_zero": _lost_zero,
    "no_number": _no_number,
    "spaced_number": _spaced_number,
    "moved": _moved,
}


def plain_rule(people: Sequence[IdentityRow]) -> set[tuple[str, str]]:
    """The pairs of the rule most systems have: same number, or same name and birth date."""
    found: set[tuple[str, str]] = set()
    groups: dict[str, list[str]] = {}
    for person in people:
        for number in person.id_numbers:
            groups.setdefault(f"n{number}", []).append(person.key)
        name = f"k{search_key(person.full_name)}/{person.birth_date}"
        groups.setdefault(name, []).append(person.key)
    for keys in groups.values():
        found |= {_pair(a, b) for at, a in enumerate(keys) for b in keys[at + 1 :] if a != b}
    return found
