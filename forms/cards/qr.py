"""The QR code of identity cards: text in fields between upright strokes, unsigned.

Cards of 2021 have seven fields: the number, the CMND of nine digits or nothing, the name, the
birth date, the sex, the residence, the day of issue (dates ``ddmmyyyy``). Cards of 01/07/2024 have
four more, normally empty; by TT 16/2024/TT-BCA they may hold the cancelled number and the names of
the parents, in an order no source tells. They are handed on unplaced. Fields are told by position,
so empty ones are kept; parts ``00`` of a date are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from forms.cards.reading import (
    BIRTH_DATE,
    FULL_NAME,
    ID_NUMBER,
    OLD_ID_NUMBER,
    PERMANENT_RESIDENCE,
    SEX,
    CardKind,
    CardReading,
    UnknownField,
)
from forms.cards.wedge import damage
from forms.dates import PartialDate, display, parse_typed
from forms.definition import DatePrecision
from forms.findings import Code, Finding
from forms.identifiers import old_id_card, personal_number
from forms.identifiers.person_numbers import OldNumberKind, PersonNumbers
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Fix, FixReason, Remark
from forms.identifiers.signs import stored_number
from forms.legacy_text.double_utf8 import is_double_encoded, repaired
from forms.vietnamese import clean, search_key

SEPARATOR = "|"
LEAST_FIELDS = 7
_OLD_LAYOUT, _NEW_LAYOUT = 7, 11
_KINDS = {_OLD_LAYOUT: CardKind.CITIZEN_CARD_2021, _NEW_LAYOUT: CardKind.IDENTITY_CARD_2024}
_SEXES = {"nam": "1", "nu": "2"}
#: A printed card does not contradict itself: one of the two was not read right, or was forged.
_CONTRADICTED = {Code.ID_009: (ID_NUMBER, SEX), Code.ID_010: (ID_NUMBER, BIRTH_DATE)}
# The day of issue of one card runs into the number of the next.
_GLUED = re.compile(r"[0-9]{8}[0-9]{12}")
# A layout without the upright stroke types another sign in its place.
_OTHER_SEPARATOR = re.compile(r"\s*[0-9]{12}([^\w\s]).*", re.DOTALL)


@dataclass(slots=True)
class _Collected:
    """What the fields gave so far."""

    identity: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    fixes: list[Fix] = field(default_factory=list)

    def put(self, role: str, value: str) -> None:
        if value:
            self.identity[role] = value


def is_card_code(text: str) -> bool:
    """Does it look like the code of an identity card, whole or cut short?"""
    return SEPARATOR in text or other_separator(text) is not None


def other_separator(text: str) -> str | None:
    """The sign that a wrong layout typed for the upright stroke, when it is plain to see."""
    match = _OTHER_SEPARATOR.fullmatch(text)
    if match is None or SEPARATOR in text:
        return None
    return match[1] if text.count(match[1]) >= LEAST_FIELDS - 1 else None


def read(text: str, *, on: date, tables: IdentityTables) -> CardReading:
    """Reads a code; ``on`` is the day of reading."""
    sign = other_separator(text) or SEPARATOR
    fields = [clean(part) for part in text.split(sign)]
    collected = _Collected()
    if sign != SEPARATOR:
        collected.remarks.append((Code.CARD_018, {"sign": sign}))
    if is_double_encoded(text):
        collected.fixes.append(Fix(repaired(text), (FixReason.WRONG_ENCODING,)))
        collected.remarks.append((Code.CARD_013, {}))
        collected.doubtful.update((FULL_NAME, PERMANENT_RESIDENCE))
    refusal = _refusal(fields)
    if refusal is not None:
        return _reading(CardKind.UNKNOWN, collected, [refusal])
    kind = _KINDS.get(len(fields), CardKind.OTHER_CARD_CODE)
    if kind is CardKind.OTHER_CARD_CODE:
        collected.remarks.append((Code.CARD_004, {"count": str(len(fields))}))
        collected.doubtful.update((FULL_NAME, BIRTH_DATE, SEX, PERMANENT_RESIDENCE))
    number = stored_number(fields[0])
    if not personal_number.is_personal_number(number):
        return _without_number(fields[0], tables, collected)
    return _read_fields(kind, number, fields, on=on, tables=tables, collected=collected)


def _refusal(fields: list[str]) -> Remark | None:
    """Why this is no whole code of one card."""
    if any(_GLUED.fullmatch(part) for part in fields[1:]):
        return Code.CARD_014, {}
    if len(fields) < LEAST_FIELDS:
        return Code.CARD_002, {"count": str(len(fields))}
    return None


def _without_number(first: str, tables: IdentityTables, collected: _Collected) -> CardReading:
    """The first field is no number: the rest cannot be trusted to stand in its place."""
    collected.fixes += personal_number.repairs(first, tables)
    remark: Remark = (Code.CARD_003, {"number": first})
    return _reading(CardKind.UNKNOWN, collected, [remark])


def _read_fields(
    kind: CardKind,
    number: str,
    fields: list[str],
    *,
    on: date,
    tables: IdentityTables,
    collected: _Collected,
) -> CardReading:
    collected.put(ID_NUMBER, number)
    _, old_number, name, birth, sex, residence, issued = fields[:LEAST_FIELDS]
    if old_number != number:
        _put_old_number(old_number, collected)
    _put_words(name, residence, collected)
    born = _put_birth(birth, collected)
    sex_code = _put_sex(sex, collected)
    issued_on = _issue_date(issued, on, collected)
    unknown = tuple(_unknown_fields(fields))
    for extra in unknown:
        words = {"position": str(extra.position), "text": extra.text}
        collected.remarks.append((Code.CARD_005, words))
    content = personal_number.content(number, on=on, sex=sex_code, born=born, tables=tables)
    for code, _ in content:
        collected.doubtful.update(_CONTRADICTED.get(code, ()))
    return _reading(
        kind,
        collected,
        content,
        issued_on=issued_on,
        numbers=_numbers(number, collected.identity.get(OLD_ID_NUMBER, ""), unknown),
        unknown_fields=unknown,
    )


def _put_old_number(text: str, collected: _Collected) -> None:
    number = stored_number(text)
    if old_id_card.is_old_number(number):
        collected.put(OLD_ID_NUMBER, number)
    elif number:
        collected.remarks.append((Code.CARD_006, {"number": text}))


def _put_words(name: str, residence: str, collected: _Collected) -> None:
    """The name and the residence as printed; both are doubtful when the scanner did damage."""
    collected.put(FULL_NAME, name)
    collected.put(PERMANENT_RESIDENCE, residence)
    if not name:
        collected.remarks.append((Code.CARD_016, {}))
    remarks = damage(name, residence)
    collected.remarks += remarks
    if remarks:
        collected.doubtful.update((FULL_NAME, PERMANENT_RESIDENCE))


def _put_birth(text: str, collected: _Collected) -> PartialDate | None:
    born = parse_typed(text)
    if born is None:
        collected.remarks.append((Code.CARD_007, {"text": text}))
        return None
    collected.put(BIRTH_DATE, born.stored)
    if born.precision is not DatePrecision.DAY:
        collected.remarks.append((Code.CARD_015, {"birth_date": born.displayed}))
    return born


def _put_sex(text: str, collected: _Collected) -> str:
    code = _SEXES.get(search_key(text), "")
    collected.put(SEX, code)
    if not code:
        collected.remarks.append((Code.CARD_008, {"text": text}))
    return code


def _issue_date(text: str, on: date, collected: _Collected) -> PartialDate | None:
    issued = parse_typed(text)
    if issued is None:
        collected.remarks.append((Code.CARD_009, {"text": text}))
    elif issued.earliest() > on:
        words = {"issued_on": issued.displayed, "on": display(on.isoformat())}
        collected.remarks.append((Code.CARD_017, words))
    return issued


def _unknown_fields(fields: list[str]) -> Iterator[UnknownField]:
    for position, text in enumerate(fields[LEAST_FIELDS:], LEAST_FIELDS + 1):
        if text:
            yield UnknownField(position, text)


def _numbers(number: str, old: str, unknown: tuple[UnknownField, ...]) -> PersonNumbers:
    """The person's numbers; twelve digits in an unplaced field may be the cancelled one."""
    numbers = PersonNumbers(number).with_old(old)
    for extra in unknown:
        candidate = stored_number(extra.text)
        if old_id_card.is_old_number(candidate):
            numbers = numbers.with_old(candidate, kind=OldNumberKind.UNCONFIRMED)
    return numbers


def _reading(
    kind: CardKind,
    collected: _Collected,
    remarks: list[Remark],
    *,
    issued_on: PartialDate | None = None,
    numbers: PersonNumbers | None = None,
    unknown_fields: tuple[UnknownField, ...] = (),
) -> CardReading:
    return CardReading(
        kind=kind,
        identity=collected.identity,
        findings=tuple(
            Finding(code, "", kind.value, words) for code, words in (*collected.remarks, *remarks)
        ),
        doubtful=frozenset(collected.doubtful & collected.identity.keys()),
        issued_on=issued_on,
        numbers=numbers or PersonNumbers(),
        unknown_fields=unknown_fields,
        fixes=tuple(collected.fixes),
    )
