"""All numbers of one person: the present one, the CMND before it, the cancelled ones.

A person may stand in an old file with nine digits, in a newer one with the twelve of a CMND, and in
the newest with another number, set anew when the sex or the year of birth was corrected. The QR of
a card carries the CMND and the cancelled number, and nobody may ask the citizen for a paper that
confirms them (NĐ 70/2024/NĐ-CP Điều 11-12, NĐ 58/2026/NĐ-CP). Nine digits were given to two people
now and then: they link people, they do not prove them one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, unique

from forms.definition import Answer
from forms.identifiers.old_id_card import is_nine_digit_number
from forms.identifiers.personal_number import IdentityTables, is_personal_number, lost_zeros
from forms.identifiers.signs import stored_number


@unique
class OldNumberKind(Enum):
    """What an old number was; the value is the key of the glossary."""

    ID_CARD_9 = "old_id_card_number"
    ID_CARD_12 = "old_id_card_number_12"
    CANCELLED = "cancelled_id_number"
    UNCONFIRMED = "unconfirmed_number"


@unique
class LinkStrength(Enum):
    """How much a shared number says that two people are one."""

    SAME_NUMBER = "same_number"
    OLD_AND_NEW = "old_and_new"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class OldNumber:
    """A number the person had, or may have had.

    Attributes:
        note: where it is from, in the words of whoever wrote it down.
    """

    number: str = field(repr=False)
    kind: OldNumberKind
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NumberLink:
    """A number that two people share."""

    number: str = field(repr=False)
    strength: LinkStrength


@dataclass(frozen=True, slots=True)
class PersonNumbers:
    """One person's numbers, as stored.

    Attributes:
        current: the present personal number; empty when there is none yet.
        old: the others, in the order they became known; never the current one.
    """

    current: str = field(default="", repr=False)
    old: tuple[OldNumber, ...] = ()

    @staticmethod
    def of(identity: Mapping[str, Answer]) -> PersonNumbers:
        """The numbers in a person's fields ``id_number`` and ``old_id_number``.

        Nine digits in the box of the personal number are an old number all the same.
        """
        numbers = PersonNumbers()
        for name in ("id_number", "old_id_number"):
            answer = identity.get(name)
            for part in str("" if answer is None else answer).replace(";", ",").split(","):
                number = stored_number(part)
                if name == "id_number" and not is_nine_digit_number(number) and number:
                    numbers = replace(numbers, current=number)
                elif number and number != numbers.current:
                    numbers = numbers.with_old(number)
        return numbers

    def with_old(
        self, number: str, *, kind: OldNumberKind | None = None, note: str = ""
    ) -> PersonNumbers:
        """The same person with one more old number; a number known already changes nothing.

        Without ``kind`` twelve digits are taken for a CMND of twelve digits, which a cancelled
        number cannot be told from.
        """
        number = stored_number(number)
        if not number or self.holds(number):
            return self
        if kind is None:
            kind = _kind_of(number)
        return replace(self, old=(*self.old, OldNumber(number, kind, note)))

    def renumbered(self, number: str, *, note: str = "") -> PersonNumbers:
        """The same person after a new number was set: the present one becomes a cancelled one."""
        number = stored_number(number)
        if number == self.current:
            return self
        others = tuple(old for old in self.old if old.number != number)
        renewed = PersonNumbers(number, others)
        if not self.current:
            return renewed
        return renewed.with_old(self.current, kind=OldNumberKind.CANCELLED, note=note)

    def all(self) -> tuple[str, ...]:
        """Every number, the current one first."""
        current = (self.current,) if self.current else ()
        return (*current, *(old.number for old in self.old))

    def holds(self, number: str) -> bool:
        """Is this a number of the person, present or old?"""
        return stored_number(number) in self.all()

    def link(self, other: PersonNumbers) -> NumberLink | None:
        """The strongest number two people share, ``None`` when they share none."""
        links = sorted(self._links(other), key=lambda link: _STRENGTHS.index(link.strength))
        return links[0] if links else None

    def _links(self, other: PersonNumbers) -> Iterator[NumberLink]:
        unconfirmed = {
            old.number for old in (*self.old, *other.old) if old.kind is OldNumberKind.UNCONFIRMED
        }
        others = frozenset(other.all())
        for number in self.all():
            if number not in others:
                continue
            if not is_personal_number(number) or number in unconfirmed:
                yield NumberLink(number, LinkStrength.WEAK)
            elif number == self.current == other.current:
                yield NumberLink(number, LinkStrength.SAME_NUMBER)
            else:
                yield NumberLink(number, LinkStrength.OLD_AND_NEW)

    def lookup_keys(self, tables: IdentityTables) -> frozenset[str]:
        """What to look the person up by: every number, and it with the zeros that Excel took."""
        keys = set()
        for number in self.all():
            zeros = lost_zeros(number, tables) if number.isascii() and number.isdigit() else 0
            keys.add("0" * zeros + number)
        return frozenset(keys)


_STRENGTHS = tuple(LinkStrength)


def _kind_of(number: str) -> OldNumberKind:
    if is_nine_digit_number(number):
        return OldNumberKind.ID_CARD_9
    return OldNumberKind.ID_CARD_12 if is_personal_number(number) else OldNumberKind.UNCONFIRMED
