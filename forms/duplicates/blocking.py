"""Keys that two entries of one person nearly always share, and two people seldom.

Only entries with a common key are compared, so the work grows with the number of namesakes and not
with the square of the register. Each kind of key lets one kind of mistake through:

=======  ==========================================  ===========================================
key      made of                                     finds in spite of
=======  ==========================================  ===========================================
``n``    each number                                 another name, birth date, sex
``a b c``two thirds of a twelve-digit number         one wrong digit
``x y z``two thirds of a shorter number              one wrong digit
``g``    day, month and year in one order + given    family or middle name, swapped day and month
``f``    the same + first word                       given name, swapped day and month
``m``    day and month + first and last word         year
``w``    first and last word + year                  middle name, day and month
``h``    given name + year + residence               family name, day and month
``p``    whole name + residence                      birth date
``q``    words in any order + year                   order of the words
=======  ==========================================  ===========================================
"""

from __future__ import annotations

from collections.abc import Iterator

from forms.duplicates.people import Folded

#: A key that more people share than this is no longer looked at.
MOST_SHARERS = 400
#: A number that more entries have than this was typed for want of one, and tells nothing.
MOST_SHARERS_OF_A_NUMBER = 20

_CARD_THIRD = 6
_SHORTEST_NUMBER = 7


def keys(person: Folded) -> Iterator[str]:
    """The keys of one person."""
    yield from _number_keys(person)
    if not person.words:
        return
    ends, given = person.ends, person.given
    if person.year:
        if person.day:
            first, second = sorted((person.day, person.month))
            day = f"{person.year}/{first}/{second}"
            yield f"g{day}/{given}"
            yield f"f{day}/{person.words[0]}"
            yield f"m{first}/{second}/{ends}"
        yield f"w{person.year}/{ends}"
        yield f"q{person.year}/{' '.join(sorted(person.words))}"
        if person.residence:
            yield f"h{person.year}/{given}/{person.residence}"
    if person.residence or not person.year:
        yield f"p{person.plain}/{person.residence}"


def _number_keys(person: Folded) -> Iterator[str]:
    for number in person.long_numbers:
        yield f"n{number}"
        yield f"a{number[:9]}"
        yield f"b{number[:_CARD_THIRD]}{number[9:]}"
        yield f"c{number[_CARD_THIRD:]}"
    for number in person.short_numbers:
        yield f"n{number}"
        if len(number) >= _SHORTEST_NUMBER:
            yield f"x{number[:6]}"
            yield f"y{number[:3]}{number[6:]}"
            yield f"z{number[3:]}"
