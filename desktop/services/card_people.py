"""Whom a card belongs to, among everybody in the register; base lists lie in it too.

matches = CardPeople(register=register).find(card)
matches.by_number      # who has a number of the card, now or before
matches.alike          # where nobody has: the same name, and a birth date that may be the same
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.domain.people import PeopleFilter, PersonRow
from desktop.store.people import person_with_number, search_people
from desktop.store.register import Register
from forms.cards.reading import BIRTH_DATE, FULL_NAME, CardReading
from forms.dates import parse_stored
from forms.vietnamese import compare_key, search_key

#: Namesakes born in one year; in a whole district there are some tens of the commonest names.
_MOST_LOOKED_AT = 1000
_MOST_ALIKE = 4
#: Who died or left is found too: a card of theirs must not make them anew.
_ANYBODY = PeopleFilter(presence=None)


@dataclass(frozen=True, slots=True)
class CardMatches:
    """Who was found; ``alike`` is looked for only when no number is known."""

    by_number: tuple[PersonRow, ...] = ()
    alike: tuple[PersonRow, ...] = ()


class CardPeople:
    """Finds people by cards. Any thread may call; not the interface's."""

    def __init__(self, *, register: Register) -> None:
        self._register = register

    def find(self, card: CardReading) -> CardMatches:
        """By every number of the card, else by name and birth date."""
        found: dict[str, PersonRow] = {}
        for number in card.numbers.all():
            for row in person_with_number(self._register, number):
                found[row.person_id] = row
        if found:
            return CardMatches(by_number=tuple(found.values()))
        return CardMatches(alike=self._alike(card))

    def _alike(self, card: CardReading) -> tuple[PersonRow, ...]:
        name, birth = card.identity.get(FULL_NAME, ""), card.identity.get(BIRTH_DATE, "")
        born = parse_stored(birth)
        if not name or born is None:
            return ()
        asked = f"{name} {born.year:04d}"
        found = search_people(self._register, asked, limit=_MOST_LOOKED_AT, where=_ANYBODY)
        alike = [
            row
            for row in found
            if _is_same_name(row.full_name, name) and _may_be_same_day(row.birth_date, birth)
        ]
        return tuple(alike[:_MOST_ALIKE])


def _is_same_name(ours: str, on_card: str) -> bool:
    if on_card.isascii():
        return search_key(ours) == search_key(on_card)
    return compare_key(ours) == compare_key(on_card)


def _may_be_same_day(ours: str, on_card: str) -> bool:
    """One may be less exact than the other (a year only)."""
    return bool(ours) and (on_card.startswith(ours) or ours.startswith(on_card))
