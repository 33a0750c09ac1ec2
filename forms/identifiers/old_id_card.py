"""Numbers of the old identity card (CMND): nine digits, or twelve on cards of 2012 to 2015.

They are kept as old numbers of a person. The first two of nine digits follow the provinces of
1976 to 1989; that is background knowledge, a hint and never a reason to refuse. The twelve digits
are the number of the later CCCD.
"""

from __future__ import annotations

import re
from datetime import date

from forms.catalogues import catalogue
from forms.findings import Code
from forms.identifiers import personal_number
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Fact, FactKey, Kind, Reading, Remark, reading
from forms.identifiers.signs import repaired, repeated_remark, respelling, stored_number

LENGTH = 9

_NINE_DIGITS = re.compile(r"[0-9]{9}")
_PREFIXES = "old_id_card_prefixes"


def is_nine_digit_number(number: str) -> bool:
    """Nine ASCII digits."""
    return _NINE_DIGITS.fullmatch(number) is not None


def is_old_number(number: str) -> bool:
    """Nine or twelve digits: what the box for an old number takes (ID-R12)."""
    return is_nine_digit_number(number) or personal_number.is_personal_number(number)


def read(text: str, *, on: date, tables: IdentityTables | None = None) -> Reading:
    """Reads a number of an old card; ``on`` is the day of filling."""
    number = stored_number(text)
    if is_nine_digit_number(number):
        return _read_nine(text, number)
    tables = tables or IdentityTables.load(training=False)
    if personal_number.is_personal_number(number):
        return reading(
            Kind.OLD_ID_CARD_12,
            text,
            number,
            remarks=[
                *personal_number.content(number, on=on, tables=tables),
                (Code.NUM_090, {"number": number}),
            ],
            fixes=respelling(text, number),
            facts=personal_number.scheme_facts(number, tables),
        )
    remark: Remark = (Code.ID_012, {"number": number}) if number else (Code.NUM_001, {})
    fixes = repaired(number, length=LENGTH, zeros=(1,)) + personal_number.repairs(number, tables)
    return reading(Kind.OLD_ID_CARD, text, number, remarks=[remark], fixes=fixes)


def _read_nine(text: str, number: str) -> Reading:
    prefixes = catalogue(_PREFIXES)
    row = prefixes.rows.get(number[:2])
    remarks = repeated_remark(number)
    if row is None:
        remarks.append((Code.NUM_091, {"number": number, "prefix": number[:2]}))
    place = "" if row is None else row["name_vi"]
    return reading(
        Kind.OLD_ID_CARD,
        text,
        number,
        remarks=remarks,
        fixes=respelling(text, number),
        facts=[Fact(FactKey.ID_CARD_PROVINCE, place, prefixes.issue.issued_on)],
    )
