"""One way in for whatever a scanner or a hand gives: told apart by its shape, then read."""

from __future__ import annotations

from datetime import date

from forms.cards import health_card, mrz, qr
from forms.cards.reading import ID_NUMBER, OLD_ID_NUMBER, CardKind, CardReading
from forms.findings import Code, Finding
from forms.identifiers import old_id_card, personal_number
from forms.identifiers.person_numbers import PersonNumbers
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.signs import stored_number

#: A code of this kind holds some hundred signs; what is longer is none.
LONGEST = 4096


def read_card(text: str, *, on: date, tables: IdentityTables | None = None) -> CardReading:
    """Reads a code or the machine-readable lines of a card.

    Args:
        text: as scanned; the end of line that scanners send does not matter.
        on: the day of reading.
    """
    tables = tables or IdentityTables.load(training=False)
    if len(text) > LONGEST:
        return _unreadable()
    if health_card.is_health_card_code(text):
        return health_card.read(text, on=on)
    if qr.is_card_code(text):
        return qr.read(text, on=on, tables=tables)
    if mrz.is_machine_readable(text):
        return mrz.read(text, on=on, tables=tables)
    return _read_number(text, on=on, tables=tables)


def _read_number(text: str, *, on: date, tables: IdentityTables) -> CardReading:
    """The barcode of older cards holds no more than the number."""
    number = stored_number(text)
    if personal_number.is_personal_number(number):
        reading = personal_number.read(text, on=on, tables=tables)
        return CardReading(
            kind=CardKind.NUMBER_ONLY,
            identity={ID_NUMBER: number},
            findings=reading.findings,
            numbers=PersonNumbers(number),
        )
    if old_id_card.is_nine_digit_number(number):
        return CardReading(
            kind=CardKind.NUMBER_ONLY,
            identity={OLD_ID_NUMBER: number},
            findings=old_id_card.read(text, on=on).findings,
            numbers=PersonNumbers().with_old(number),
        )
    return _unreadable()


def _unreadable() -> CardReading:
    kind = CardKind.UNKNOWN
    return CardReading(kind=kind, findings=(Finding(Code.CARD_001, "", kind.value, {}),))
