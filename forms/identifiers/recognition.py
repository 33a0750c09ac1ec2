"""Which numbers a text may be, and one way to read each kind.

Nine, ten and twelve digits are ambiguous: a value is offered as everything it can be, the likeliest
first. A check digit or a known prefix counts most, a shape next; then what has warnings, what
needs a repair, and last the account number, which nearly any number could be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from forms.dates import PartialDate
from forms.definition import Answer
from forms.findings import Code
from forms.identifiers import (
    bank_account,
    health_card,
    old_id_card,
    papers,
    personal_number,
    phone,
    social_insurance,
    tax_code,
)
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Kind, Reading

#: Longer texts are no numbers; nothing is searched in them.
LONGEST = 100

_MERIT_FILE = re.compile(r"[^\W\d_][^/]*/[^/]*[^\W\d_][^/]*[0-9][^/]*")
_PROVED, _FITS, _DOUBTFUL, _REPAIRED, _LAST = range(5)
#: Equal ranks stand in this order.
_ORDER = (
    Kind.PERSONAL_ID,
    Kind.HEALTH_CARD,
    Kind.MOBILE,
    Kind.LANDLINE,
    Kind.TAX_CODE,
    Kind.SOCIAL_INSURANCE,
    Kind.OLD_ID_CARD,
    Kind.OLD_ID_CARD_12,
    Kind.PASSPORT,
    Kind.BIRTH_CERTIFICATE,
    Kind.MERIT_FILE,
    Kind.BANK_ACCOUNT,
)


def read(
    kind: Kind,
    text: str,
    *,
    on: date,
    sex: Answer = None,
    born: PartialDate | None = None,
    bank: str = "",
    tables: IdentityTables | None = None,
) -> Reading:
    """Reads a text as one kind; what the kind does not need is passed over.

    ``Kind.MOBILE`` and ``Kind.LANDLINE`` read any telephone, both CMND kinds any old number: the
    reading tells which it is.
    """
    match kind:
        case Kind.PERSONAL_ID:
            return personal_number.read(text, on=on, sex=sex, born=born, tables=tables)
        case Kind.OLD_ID_CARD | Kind.OLD_ID_CARD_12:
            return old_id_card.read(text, on=on, tables=tables)
        case Kind.SOCIAL_INSURANCE:
            return social_insurance.read(text, on=on, tables=tables)
        case Kind.HEALTH_CARD:
            return health_card.read(text, on=on, tables=tables)
        case Kind.TAX_CODE:
            return tax_code.read(text, on=on, tables=tables)
        case Kind.MOBILE | Kind.LANDLINE:
            return phone.read(text)
        case Kind.BANK_ACCOUNT:
            return bank_account.read(text, bank=bank)
        case Kind.MERIT_FILE:
            return papers.read_merit_file(text)
        case Kind.BIRTH_CERTIFICATE:
            return papers.read_birth_certificate(text, on=on)
        case Kind.PASSPORT:
            return papers.read_passport(text)


def recognise(text: str, *, on: date, tables: IdentityTables | None = None) -> tuple[Reading, ...]:
    """Every kind the text can be, the likeliest first; empty when it is none."""
    if not text.strip() or len(text) > LONGEST:
        return ()
    ranked = [
        (rank, _ORDER.index(one.kind), one)
        for one in _readings(text, on=on, tables=tables)
        if (rank := _rank(one)) is not None
    ]
    return tuple(one for _, _, one in sorted(ranked, key=lambda entry: entry[:2]))


def _readings(text: str, *, on: date, tables: IdentityTables | None) -> Iterator[Reading]:
    for kind in Kind:
        if kind not in (Kind.OLD_ID_CARD_12, Kind.LANDLINE):  # their readers ran already
            yield read(kind, text, on=on, tables=tables)


def _rank(reading: Reading) -> int | None:
    """How likely the text is of this kind; ``None`` when it is not."""
    if not reading.is_acceptable:
        return _REPAIRED if _is_mended(reading) else None
    if not _has_shape(reading):
        return None
    if reading.kind is Kind.BANK_ACCOUNT:
        return _FITS if bank_account.is_card_number(reading.normal) else _LAST
    if reading.kind is Kind.OLD_ID_CARD_12:
        return _DOUBTFUL  # cards of three years only
    if reading.kind is Kind.TAX_CODE and personal_number.is_personal_number(reading.normal):
        return _DOUBTFUL  # a tax code too, but first of all a person's number
    if reading.has_warnings or any(f.code is Code.NUM_091 for f in reading.findings):
        return _DOUBTFUL
    return _PROVED if reading.is_proved or reading.kind is Kind.PERSONAL_ID else _FITS


def _has_shape(reading: Reading) -> bool:
    """Is it this kind of number itself, not another number that its box takes as well?"""
    number = reading.normal
    match reading.kind:
        case Kind.PERSONAL_ID:
            return personal_number.is_personal_number(number)
        case Kind.SOCIAL_INSURANCE:
            return social_insurance.is_social_insurance_number(number)
        case Kind.HEALTH_CARD:
            return health_card.is_health_card(number)
        case Kind.BIRTH_CERTIFICATE:
            return reading.is_proved
        case Kind.PASSPORT:
            writings = (number, *(fix.value for fix in reading.fixes))
            return any(map(papers.is_vietnamese_passport, writings))
        case Kind.MERIT_FILE:
            return _MERIT_FILE.fullmatch(number) is not None
        case _:
            return True


def _is_mended(reading: Reading) -> bool:
    """Would a proposal make it a number of its kind?"""
    if not reading.fixes:
        return False
    mended = reading.fixes[0].value
    match reading.kind:
        case Kind.HEALTH_CARD:
            return health_card.is_health_card(mended)
        case Kind.OLD_ID_CARD:
            return old_id_card.is_nine_digit_number(mended)
        case Kind.PERSONAL_ID | Kind.TAX_CODE | Kind.MOBILE | Kind.LANDLINE | Kind.SOCIAL_INSURANCE:
            return True
        case _:
            return False
