"""The code of a health-insurance card (thẻ BHYT).

Fifteen signs: two letters of the group, one digit of the benefit level, two of the province, and
the ten digits of the social-insurance number. Cards printed since 04/2021 show the ten digits
only, and the personal number is taken instead of a card. ``TE1`` and the province begin the
temporary code of a newborn child, ``HG4`` the code of a donor (TT 30/2020/TT-BYT Điều 10).
"""

from __future__ import annotations

import re
from datetime import date

from forms.catalogues import catalogue
from forms.findings import Code
from forms.identifiers import personal_number, social_insurance
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import (
    Fact,
    FactKey,
    Fix,
    FixReason,
    Kind,
    Reading,
    Remark,
    in_order,
    reading,
)
from forms.identifiers.signs import as_digits, repaired, respelling, stored_sign
from forms.identifiers.tables import province_of

_CODE = re.compile(r"([A-Z]{2})([1-5])([0-9]{2})([0-9]{10})")
_LENGTH = 15
#: Behind the code, cards show the five digits of the clinic.
_LENGTH_WITH_CLINIC = 20
_NEWBORN, _DONOR = "TE1", "HG4"


def is_health_card(number: str) -> bool:
    """Fifteen signs of the right classes."""
    return _CODE.fullmatch(number) is not None


def read(text: str, *, on: date, tables: IdentityTables | None = None) -> Reading:
    """Reads the code of a card, or one of the two numbers that stand for it."""
    number = stored_sign(text)
    match = _CODE.fullmatch(number)
    if match is not None:
        return _read_code(text, number, *match.groups())
    if social_insurance.is_social_insurance_number(number):
        return reading(
            Kind.HEALTH_CARD,
            text,
            number,
            remarks=[(Code.NUM_024, {"number": number})],
            fixes=respelling(text, number),
            facts=[Fact(FactKey.SOCIAL_INSURANCE_NUMBER, number)],
        )
    tables = tables or IdentityTables.load(training=False)
    if personal_number.is_personal_number(number):
        remarks = personal_number.content(number, on=on, tables=tables)
        return reading(
            Kind.HEALTH_CARD,
            text,
            number,
            remarks=[*remarks, (Code.NUM_025, {"number": number})],
            fixes=respelling(text, number),
            facts=personal_number.scheme_facts(number, tables),
        )
    remark: Remark = (Code.NUM_020, {"number": number}) if number else (Code.NUM_001, {})
    return reading(Kind.HEALTH_CARD, text, number, remarks=[remark], fixes=_repairs(text, number))


def _read_code(
    text: str, number: str, group: str, level: str, province: str, insurance_number: str
) -> Reading:
    groups, levels = catalogue("health_card_groups"), catalogue("health_card_benefits")
    group_row = groups.rows.get(group)
    remarks: list[Remark] = []
    if group_row is None:
        remarks.append((Code.NUM_021, {"number": number, "group": group}))
    place = province_of(province)
    if not place:
        remarks.append((Code.NUM_022, {"number": number, "province": province}))
    if number.startswith(_NEWBORN):
        remarks.append((Code.NUM_023, {"number": number}))
    if number.startswith(_DONOR):
        remarks.append((Code.NUM_026, {"number": number}))
    name = "" if group_row is None else group_row["name_vi"]
    as_of = groups.issue.issued_on
    return reading(
        Kind.HEALTH_CARD,
        text,
        number,
        remarks=remarks,
        fixes=respelling(text, number),
        facts=[
            Fact(FactKey.HEALTH_CARD_GROUP, name, as_of),
            Fact(FactKey.HEALTH_CARD_BENEFIT, levels.rows[level]["rate_vi"], as_of),
            Fact(FactKey.HEALTH_CARD_PROVINCE, place),
            Fact(FactKey.SOCIAL_INSURANCE_NUMBER, insurance_number),
        ],
        is_proved=group_row is not None,
    )


def _repairs(text: str, number: str) -> list[Fix]:
    """Letters among the digits, and the clinic's number behind the code."""
    letters, rest = number[:2], as_digits(number[2:])
    fixes = repaired(number, length=social_insurance.LENGTH, zeros=(1, 2))
    if rest is None:
        return fixes
    reasons = {
        *rest.reasons,
        *(reason for fix in respelling(text, number) for reason in fix.reasons),
    }
    code = letters + rest.value
    if len(code) == _LENGTH_WITH_CLINIC:
        code = code[:_LENGTH]
        reasons.add(FixReason.PART_OF_TEXT)
    if is_health_card(code):
        fixes.append(Fix(code, in_order(reasons)))
    return fixes
