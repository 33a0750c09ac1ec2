"""Signs of papers that have no fixed shape: NCC files, birth certificates, passports.

They are stored as written; a shape that is not the usual one is told, hardly ever refused.
"""

from __future__ import annotations

import re
from datetime import date

from forms.dates import display
from forms.findings import Code
from forms.identifiers import personal_number
from forms.identifiers.reading import (
    Fact,
    FactKey,
    Fix,
    Kind,
    Reading,
    Remark,
    in_order,
    reading,
)
from forms.identifiers.signs import as_digits, capitals, respelling, stored_number, stored_sign
from forms.vietnamese import clean, search_key

_PASSPORT = re.compile(r"[A-Z0-9]{6,12}")
_VIETNAMESE_PASSPORT = re.compile(r"[A-Z][0-9]{7,8}")
_NUMBER = r"(?:so\s*[:.]?\s*)?(?P<number>[0-9]{1,6})"
_CERTIFICATES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_NUMBER}\s*/\s*(?P<year>[0-9]{{4}})",
        rf"{_NUMBER}[\s,;.-]+quyen(?:\s+so)?\s*[:.]?\s*(?P<book>[0-9]{{1,3}})\s*[/-]?\s*(?P<year>[0-9]{{4}})",
        rf"{_NUMBER}\s*/\s*(?P<year>[0-9]{{4}})[\s,;.-]+quyen(?:\s+so)?\s*[:.]?\s*(?P<book>[0-9]{{1,3}})"
        rf"(?:\s*/\s*[0-9]{{4}})?",
    )
)
_LONGEST = 60


def read_merit_file(text: str) -> Reading:
    """The sign of a file of a meritorious person (NĐ 131/2021/NĐ-CP Điều 127).

    Capitals: the place or body, a slash, the kind of file, its number and the sign of the period;
    files made by the police have ``CA-`` first. One slash is all that is looked at.
    """
    sign = capitals(clean(text))
    remarks: list[Remark] = []
    if not sign:
        remarks.append((Code.NUM_001, {}))
    elif sign.count("/") != 1:
        remarks.append((Code.NUM_060, {"number": sign}))
    return reading(
        Kind.MERIT_FILE, text, sign, remarks=remarks, fixes=respelling(text, sign) if sign else []
    )


def read_birth_certificate(text: str, *, on: date) -> Reading:
    """The number of a birth certificate: ``12/1998``, older ``Số 12 Quyển 01/1998``."""
    sign = clean(text)
    match = _certificate(sign)
    remarks: list[Remark] = []
    facts: list[Fact] = []
    if not sign:
        remarks.append((Code.NUM_001, {}))
    elif personal_number.is_personal_number(stored_number(sign)):
        remarks.append((Code.NUM_072, {"number": sign}))
    elif match is None:
        remarks.append((Code.NUM_070, {"number": sign}))
    else:
        parts = match.groupdict()
        if int(parts["year"]) > on.year:
            day = display(on.isoformat())
            remarks.append((Code.NUM_071, {"number": sign, "year": parts["year"], "on": day}))
        facts = [
            Fact(FactKey.REGISTER_NUMBER, parts["number"]),
            Fact(FactKey.REGISTER_BOOK, parts.get("book") or ""),
            Fact(FactKey.REGISTER_YEAR, parts["year"]),
        ]
    return reading(
        Kind.BIRTH_CERTIFICATE,
        text,
        sign,
        remarks=remarks,
        facts=facts,
        is_proved=match is not None,
    )


def _certificate(sign: str) -> re.Match[str] | None:
    if len(sign) > _LONGEST:
        return None
    key = search_key(sign)
    return next((match for shape in _CERTIFICATES if (match := shape.fullmatch(key))), None)


def is_vietnamese_passport(number: str) -> bool:
    """A capital letter with seven or eight digits."""
    return _VIETNAMESE_PASSPORT.fullmatch(number) is not None


def read_passport(text: str) -> Reading:
    """The number of a passport; a Vietnamese one is a letter with seven or eight digits.

    Other countries have other shapes, so only signs that no passport has are an error.
    """
    number = stored_sign(text)
    if not number:
        return reading(Kind.PASSPORT, text, number, remarks=[(Code.NUM_001, {})])
    if is_vietnamese_passport(number):
        fixes = respelling(text, number)
        return reading(Kind.PASSPORT, text, number, fixes=fixes, is_proved=True)
    code = Code.NUM_080 if _PASSPORT.fullmatch(number) is None else Code.NUM_081
    digits = as_digits(number[1:])
    fixes = respelling(text, number)
    if digits is not None and is_vietnamese_passport(number[0] + digits.value):
        fixes.insert(0, Fix(number[0] + digits.value, in_order(digits.reasons)))
    return reading(Kind.PASSPORT, text, number, remarks=[(code, {"number": number})], fixes=fixes)
