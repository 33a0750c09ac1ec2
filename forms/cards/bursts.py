"""Is what was typed in one breath the code of a card?

A person may type as fast as a scanner for a moment, and other things have bar codes: only what has
the shape of a card's code is taken away from the field it was typed into, whole or damaged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from forms.cards import health_card, mrz, qr
from forms.cards.reading import CardKind, CardReading
from forms.cards.recognition import read_card
from forms.identifiers.personal_number import IdentityTables

#: A code cut short still shows some of its strokes.
_LEAST_STROKES = 3
_LEAST_LINE_SIGNS = 25
_NUMBER = re.compile(r"\s*[0-9]{12}\s*")
_LINE_ENDS = re.compile(r"[\r\n\t]+")
#: A code has its number before the first stroke, whole or not; a sentence with strokes has not.
_BEGINS = re.compile(r"\s*[A-Z]{0,2}[0-9]{4}")


def is_card_shaped(text: str) -> bool:
    """Does it look like the code or the lines of a card, whole or damaged?"""
    if _BEGINS.match(text) is not None:
        if text.count(qr.SEPARATOR) >= _LEAST_STROKES or qr.other_separator(text) is not None:
            return True
        if health_card.is_health_card_code(text):
            return True
    signs = "".join(text.split())
    return len(signs) >= _LEAST_LINE_SIGNS and mrz.is_machine_readable(text)


def may_go_on(text: str) -> bool:
    """Are these machine-readable lines of which more must come after the end of a line?"""
    signs = "".join(text.split())
    return len(signs) < mrz.LINE * 3 and is_card_shaped(text) and qr.SEPARATOR not in text


def read_burst(
    readings: Sequence[str], *, on: date, tables: IdentityTables, takes_numbers: bool
) -> CardReading | None:
    """The best reading of a burst; ``None`` for what was no card.

    Args:
        readings: what may have been typed, the likeliest first (``TypedCode.readings``).
        takes_numbers: is a bare number of twelve digits, as older cards have it in a bar code, a
            card here? Where a number is being typed it is only a number.
    """
    best: CardReading | None = None
    for text in (_LINE_ENDS.sub("\n", one).strip("\n") for one in readings):
        is_number = takes_numbers and _NUMBER.fullmatch(text) is not None
        if not (is_number or is_card_shaped(text)):
            continue
        reading = read_card(text, on=on, tables=tables)
        if best is None or _worth(reading) > _worth(best):
            best = reading
    return best


def _worth(reading: CardReading) -> tuple[bool, bool]:
    """A reading without errors first; doubts do not count: a letter put together hides one."""
    return reading.is_readable, reading.kind is not CardKind.UNKNOWN
