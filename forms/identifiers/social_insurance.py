"""The social-insurance number (mã số BHXH): ten digits, no public check digit.

From the day that the dated list ``social_insurance_number_forms`` tells, the personal number
stands for it too.
"""

from __future__ import annotations

import re
from datetime import date

from forms.findings import Code
from forms.identifiers import personal_number
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Fix, FixReason, Kind, Reading, Remark, reading
from forms.identifiers.signs import repaired, repeated_remark, respelling, stored_number
from forms.identifiers.tables import in_force

LENGTH = 10

_TEN_DIGITS = re.compile(r"[0-9]{10}")
_CARD = re.compile(r"[A-Z]{2}[1-5][0-9]{2}([0-9]{10})", re.IGNORECASE)
_FORMS = "social_insurance_number_forms"


def is_social_insurance_number(number: str) -> bool:
    """Ten ASCII digits."""
    return _TEN_DIGITS.fullmatch(number) is not None


def read(text: str, *, on: date, tables: IdentityTables | None = None) -> Reading:
    """Reads a social-insurance number; ``on`` is the day of filling."""
    number = stored_number(text)
    kind = Kind.SOCIAL_INSURANCE
    if is_social_insurance_number(number):
        fixes = respelling(text, number)
        return reading(kind, text, number, remarks=repeated_remark(number), fixes=fixes)
    tables = tables or IdentityTables.load(training=False)
    if personal_number.is_personal_number(number) and "12" in in_force(_FORMS, on).rows:
        remarks = personal_number.content(number, on=on, tables=tables)
        return reading(
            kind,
            text,
            number,
            remarks=[*remarks, (Code.NUM_011, {"number": number})],
            fixes=respelling(text, number),
            facts=personal_number.scheme_facts(number, tables),
        )
    fixes = repaired(number, length=LENGTH, zeros=(1, 2))
    card = _CARD.fullmatch(number)
    if card is not None:
        fixes.append(Fix(card[1], (FixReason.PART_OF_TEXT,)))
    words = {"number": number, "count": str(len(number))}
    remark: Remark = (Code.NUM_010, words) if number else (Code.NUM_001, {})
    return reading(kind, text, number, remarks=[remark], fixes=fixes)
