"""The tax code (mã số thuế, MST): ten digits, thirteen for a branch, and the personal number.

The tenth digit is a check digit: ten less the remainder by eleven of the first nine digits
weighted 31, 29, 23, 19, 17, 13, 7, 5, 3; where the remainder is 0 no code was ever issued. A
branch has a dash and three digits behind it, stored without the dash. Which lengths are codes on a
day stands in the dated list ``tax_code_forms``: from 01/07/2025 twelve digits are the personal
number of a citizen or of a household business (TT 86/2024/TT-BTC), without check digit.
"""

from __future__ import annotations

import re
from datetime import date

from forms.dates import display
from forms.findings import Code
from forms.identifiers import personal_number
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Fact, FactKey, Fix, Kind, Reading, Remark, reading
from forms.identifiers.signs import as_digits, repeated_remark, respelling, stored_number
from forms.identifiers.tables import first_issue_with, in_force

_FORMS = "tax_code_forms"
_DIGITS = re.compile(r"[0-9]+")
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_MAIN, _BRANCH = 10, 13
_NO_BRANCH = "000"


def check_digit(first_nine: str) -> str:
    """The tenth digit of a code, empty when no code begins so."""
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_nine, strict=True)) % 11
    return "" if rest == 0 else str(10 - rest)


def is_checked(number: str) -> bool:
    """Ten or thirteen digits whose check digit agrees."""
    if _DIGITS.fullmatch(number) is None or len(number) not in (_MAIN, _BRANCH):
        return False
    return check_digit(number[:9]) == number[9]


def read(text: str, *, on: date, tables: IdentityTables | None = None) -> Reading:
    """Reads a tax code; ``on`` is the day of filling."""
    number = stored_number(text)
    tables = tables or IdentityTables.load(training=False)
    if _DIGITS.fullmatch(number) is None or len(number) not in (
        _MAIN,
        _BRANCH,
        personal_number.LENGTH,
    ):
        lengths = " / ".join(in_force(_FORMS, on).rows)
        words = {"number": number, "count": str(len(number)), "lengths": lengths}
        remark: Remark = (Code.NUM_030, words) if number else (Code.NUM_001, {})
        fixes = _repairs(number, on=on, tables=tables)
        return reading(Kind.TAX_CODE, text, number, remarks=[remark], fixes=fixes)
    if len(number) == personal_number.LENGTH:
        return _read_personal(text, number, on=on, tables=tables)
    return _read_checked(text, number, on=on)


def _read_checked(text: str, number: str, *, on: date) -> Reading:
    expected = check_digit(number[:9])
    remarks = repeated_remark(number)
    if not expected:
        remarks.append((Code.NUM_032, {"number": number}))
    elif expected != number[9]:
        remarks.append((Code.NUM_031, {"number": number, "expected": expected}))
    branch = number[_MAIN:]
    if branch == _NO_BRANCH:
        remarks.append((Code.NUM_034, {"number": number}))
    return reading(
        Kind.TAX_CODE,
        text,
        number,
        remarks=remarks,
        fixes=respelling(text, number),
        facts=[_holder(number, on)],
        displayed=f"{number[:_MAIN]}-{branch}" if branch else number,
        is_proved=expected == number[9],
    )


def _read_personal(text: str, number: str, *, on: date, tables: IdentityTables) -> Reading:
    remarks = personal_number.content(number, on=on, tables=tables)
    if "12" not in in_force(_FORMS, on).rows:
        since = first_issue_with(_FORMS, "12")
        day = "" if since is None else display(since.isoformat())
        remarks = [(Code.NUM_033, {"number": number, "since": day})]
    # Thirteen digits whose zero a spreadsheet took look like a personal number.
    branch = [fix for fix in _repairs(number, on=on, tables=tables) if len(fix.value) == _BRANCH]
    return reading(
        Kind.TAX_CODE,
        text,
        number,
        remarks=remarks,
        fixes=respelling(text, number) + branch,
        facts=[_holder(number, on), *personal_number.scheme_facts(number, tables)],
    )


def _holder(number: str, on: date) -> Fact:
    forms = in_force(_FORMS, on)
    row = forms.rows.get(str(len(number)))
    return Fact(
        FactKey.TAX_CODE_HOLDER, "" if row is None else row["holder_vi"], forms.issue.issued_on
    )


def _repairs(number: str, *, on: date, tables: IdentityTables) -> list[Fix]:
    """Codes whose check digit agrees, and personal numbers from the day they are codes."""
    digits = as_digits(number)
    if digits is None:
        return []
    fixes = [
        digits.fix(zeros=zeros)
        for zeros in (0, 1)
        if is_checked("0" * zeros + digits.value) and (zeros or digits.reasons)
    ]
    if "12" in in_force(_FORMS, on).rows:
        fixes += personal_number.repairs(number, tables)
    return fixes
