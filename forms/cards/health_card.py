"""The QR code of paper health-insurance cards (thẻ BHYT).

Fields between upright strokes: the card's code (or the ten digits alone), the name and the address
as hexadecimal UTF-8, the birth date, 1 or 2 for the sex, the clinic, the first and the last day,
and more that is passed over. The layout is known from public readers only.
"""

from __future__ import annotations

import re
from datetime import date

from forms.cards.reading import (
    BIRTH_DATE,
    FULL_NAME,
    SEX,
    SOCIAL_INSURANCE_NUMBER,
    CardKind,
    CardReading,
)
from forms.dates import PartialDate, parse_typed
from forms.findings import Code, Finding
from forms.glossary import glossary
from forms.identifiers import health_card, social_insurance
from forms.identifiers.reading import FactKey, Kind, Remark
from forms.identifiers.signs import stored_sign
from forms.vietnamese import clean

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_LEAST_FIELDS = 4
_LEAST_HEX = 6
_SEXES = ("1", "2")
_ADDRESS, _CLINIC, _VALID_FROM, _VALID_UNTIL = (
    "health_card_address",
    "health_card_clinic",
    "valid_from",
    "valid_until",
)
_NAMES = (FULL_NAME, BIRTH_DATE, SEX, _ADDRESS, _CLINIC, _VALID_FROM, _VALID_UNTIL)


def is_health_card_code(text: str) -> bool:
    """Does it begin as such a card does: its code, then a name in hexadecimal digits?"""
    fields = text.split("|")
    if len(fields) < 2:
        return False
    number = stored_sign(fields[0])
    if health_card.is_health_card(number):
        return True
    is_number = social_insurance.is_social_insurance_number(number)
    return is_number and _HEX.fullmatch(fields[1].strip()) is not None


def read(text: str, *, on: date) -> CardReading:
    """Reads a code; ``on`` is the day of reading."""
    fields = [clean(part) for part in text.split("|")]
    if len(fields) < _LEAST_FIELDS:
        return _reading([(Code.CARD_002, {"count": str(len(fields))})])
    remarks: list[Remark] = []
    number = health_card.read(fields[0], on=on)
    values = dict(zip(_NAMES, fields[1 : len(_NAMES) + 1], strict=False))
    identity = {
        SOCIAL_INSURANCE_NUMBER: number.fact(FactKey.SOCIAL_INSURANCE_NUMBER),
        FULL_NAME: _words(values, FULL_NAME, remarks),
        BIRTH_DATE: _stored(_day(values, BIRTH_DATE, remarks)),
        SEX: _sex(values.get(SEX, ""), remarks),
    }
    until = _day(values, _VALID_UNTIL, remarks)
    if until is not None and until.latest() < on:
        remarks.append((Code.CARD_041, {"until": until.displayed}))
    details = {
        Kind.HEALTH_CARD.value: number.normal,
        _ADDRESS: _words(values, _ADDRESS, remarks),
        _CLINIC: values.get(_CLINIC, ""),
        _VALID_FROM: _stored(_day(values, _VALID_FROM, remarks)),
    }
    remarks += [(finding.code, finding.parameters) for finding in number.findings]
    return _reading(remarks, identity=identity, details=details, expires_on=until)


def _words(values: dict[str, str], name: str, remarks: list[Remark]) -> str:
    """A text in hexadecimal UTF-8; text that is none is kept as it stands."""
    raw = values.get(name, "")
    if not _is_hexadecimal(raw):
        return raw
    try:
        return clean(bytes.fromhex(raw).decode("utf-8"))
    except ValueError:
        remarks.append(_unread(name))
        return ""


def _is_hexadecimal(raw: str) -> bool:
    """Hexadecimal digits, some perhaps lost, rather than words."""
    return len(raw) >= _LEAST_HEX and all(sign in "0123456789abcdefABCDEF" for sign in raw)


def _day(values: dict[str, str], name: str, remarks: list[Remark]) -> PartialDate | None:
    raw = values.get(name, "").strip("-")
    day = parse_typed(raw)
    if day is None and raw:
        remarks.append(_unread(name))
    return day


def _stored(day: PartialDate | None) -> str:
    return "" if day is None else day.stored


def _sex(raw: str, remarks: list[Remark]) -> str:
    if raw in _SEXES:
        return raw
    remarks.append((Code.CARD_008, {"text": raw}))
    return ""


def _unread(name: str) -> Remark:
    return Code.CARD_040, {"field": glossary()[name.removeprefix("person.")].term_vi}


def _reading(
    remarks: list[Remark],
    *,
    identity: dict[str, str] | None = None,
    details: dict[str, str] | None = None,
    expires_on: PartialDate | None = None,
) -> CardReading:
    kind = CardKind.HEALTH_CARD
    return CardReading(
        kind=kind,
        identity={role: value for role, value in (identity or {}).items() if value},
        findings=tuple(Finding(code, "", kind.value, words) for code, words in remarks),
        details={name: value for name, value in (details or {}).items() if value},
        expires_on=expires_on,
    )
