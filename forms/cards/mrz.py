"""The machine-readable lines on the back of chip cards: ICAO Doc 9303 TD1, three lines of thirty.

Line 1: ``ID``, the state, the last nine of the twelve digits with their check digit, then all
twelve, two fillers and a check digit over them: the number stands there twice and is checked twice.
Line 2: birth date, sex, last day and a check digit over both lines. Line 3: the name in capitals
without marks, perhaps cut short; nothing checks it. Check digits: weights 7, 3, 1 over values 0-9,
A-Z as 10-35, ``<`` as 0, modulo ten. A sign that one confused letter explains is proposed, never
put right silently. How a birth date without day and the missing last day are written is not known:
parts ``00`` and fillers are taken as unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from forms.cards.reading import BIRTH_DATE, FULL_NAME, ID_NUMBER, SEX, CardKind, CardReading
from forms.dates import PartialDate, parse_stored
from forms.findings import Code, Finding
from forms.identifiers import personal_number
from forms.identifiers.person_numbers import PersonNumbers
from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Fix, FixReason, Remark

LINE = 30
_LINES = 3
_ALL = LINE * _LINES
_LEAST_FILLERS = 5
_ODD = re.compile(r"[^A-Z0-9<]")
_LOOKS_LIKE = re.compile(r"[I1L][A-Z0-9<]{5,}")
_START = "IDVNM"
_WEIGHTS = (7, 3, 1)
_SEXES = {"M": "1", "F": "2"}
#: What a hand or a camera takes for what; both ways.
_CONFUSED = ("0O", "0Q", "0D", "1I", "1L", "2Z", "4A", "5S", "6G", "7T", "8B", "<K", "<C", "MN")
_MOST_PROPOSALS = 5
_MOST_SIGNS_SHOWN = 10

# Places in the ninety signs, counted from 0; a check digit and what it is taken over.
_NINE, _NINE_CHECK = slice(5, 14), 14
_TWELVE, _OPTIONAL, _OPTIONAL_CHECK = slice(15, 27), slice(15, 29), 29
_BIRTH, _BIRTH_CHECK, _SEX = slice(30, 36), 36, 37
_EXPIRY, _EXPIRY_CHECK = slice(38, 44), 44
_COMPOSITE_CHECK = 59


@dataclass(slots=True)
class _Collected:
    identity: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)


def check_digit(text: str) -> str:
    """The check digit over signs of the machine-readable set."""
    total = sum(_value(sign) * _WEIGHTS[place % 3] for place, sign in enumerate(text))
    return str(total % 10)


def is_machine_readable(text: str) -> bool:
    """Does it look like these lines, even damaged ones?"""
    joined = "".join(text.split()).upper()
    if joined.startswith(_START) or joined.count("<") >= _LEAST_FILLERS:
        return True
    return len(joined) == _ALL and _LOOKS_LIKE.match(joined) is not None


def read(text: str, *, on: date, tables: IdentityTables) -> CardReading:
    """Reads the lines; spaces, small letters and missing line ends do not matter."""
    lines = ["".join(line.split()).upper() for line in text.splitlines() if line.strip()]
    joined = "".join(lines)
    odd = list(dict.fromkeys(_ODD.findall(joined)))
    if odd:
        words = {"signs": " ".join(odd[:_MOST_SIGNS_SHOWN])}
        return _refused((Code.CARD_029, words))
    if len(joined) != _ALL:
        lengths = " + ".join(str(len(line)) for line in lines[: _LINES + 1]) or "0"
        return _refused((Code.CARD_020, {"lengths": lengths}))
    if not joined.startswith(_START):
        return _refused(
            (Code.CARD_030, {"start": joined[: len(_START)]}), fixes=_corrections(joined)
        )
    return _read_signs(joined, on=on, tables=tables)


def _read_signs(signs: str, *, on: date, tables: IdentityTables) -> CardReading:
    collected = _Collected()
    number = _number(signs, collected)
    sex = _SEXES.get(signs[_SEX], "")
    if sex:
        collected.identity[SEX] = sex
    else:
        collected.remarks.append((Code.CARD_008, {"text": signs[_SEX]}))
    born = _birth(signs, number, on, collected)
    expires_on = _expiry(signs, on, collected)
    _name(signs, collected)
    if not _agrees(signs, _COMPOSITE_CHECK):
        collected.remarks.append((Code.CARD_024, {}))
        collected.doubtful.update(collected.identity)
    if number:
        collected.remarks += personal_number.content(
            number, on=on, sex=sex, born=born, tables=tables
        )
    fixes = _corrections(signs)
    if fixes:
        collected.remarks.append((Code.CARD_031, {"suggestion": _shown(fixes[0].value)}))
    return CardReading(
        kind=CardKind.MACHINE_READABLE,
        identity=collected.identity,
        findings=_findings(collected.remarks),
        doubtful=frozenset(collected.doubtful),
        expires_on=expires_on,
        numbers=PersonNumbers(number),
        fixes=fixes,
    )


def _number(signs: str, collected: _Collected) -> str:
    """The twelve digits when both check digits and both copies agree, else nothing."""
    nine, twelve = signs[_NINE], signs[_TWELVE]
    if not (_agrees(signs, _NINE_CHECK) and _agrees(signs, _OPTIONAL_CHECK)):
        collected.remarks.append((Code.CARD_021, {}))
    elif nine != twelve[3:]:
        collected.remarks.append((Code.CARD_027, {"first": nine, "second": twelve}))
    elif not personal_number.is_personal_number(twelve):
        collected.remarks.append((Code.CARD_021, {}))
    else:
        collected.identity[ID_NUMBER] = twelve
        return twelve
    return ""


def _birth(signs: str, number: str, on: date, collected: _Collected) -> PartialDate | None:
    if not _agrees(signs, _BIRTH_CHECK):
        collected.remarks.append((Code.CARD_022, {}))
        return None
    born = _date(signs[_BIRTH], century=_birth_century(signs[_BIRTH], number, on))
    if born is None:
        collected.remarks.append((Code.CARD_007, {"text": signs[_BIRTH]}))
        return None
    collected.identity[BIRTH_DATE] = born.stored
    if born.day is None:
        collected.remarks.append((Code.CARD_015, {"birth_date": born.displayed}))
    return born


def _birth_century(birth: str, number: str, on: date) -> int:
    """The century that the number tells, else the last one in which the year is no future."""
    if number:
        coded = personal_number.FIRST_CODED_YEAR + int(number[3]) // 2 * 100
        if coded <= on.year:
            return coded
    this = on.year // 100 * 100
    is_future = birth[:2].isdigit() and this + int(birth[:2]) > on.year
    return this - 100 if is_future else this


def _expiry(signs: str, on: date, collected: _Collected) -> PartialDate | None:
    if not _agrees(signs, _EXPIRY_CHECK):
        collected.remarks.append((Code.CARD_023, {}))
        return None
    expires_on = _date(signs[_EXPIRY], century=on.year // 100 * 100)
    if expires_on is not None and expires_on.latest() < on:
        collected.remarks.append((Code.CARD_028, {"expires_on": expires_on.displayed}))
    return expires_on


def _date(text: str, *, century: int) -> PartialDate | None:
    """``YYMMDD``; ``00`` or fillers for an unknown part."""
    year, month, day = (part.replace("<", "0") for part in (text[:2], text[2:4], text[4:]))
    if not (year + month + day).isdigit() or "<" in text[:2]:
        return None
    stored = f"{century + int(year):04d}"
    if month != "00":
        stored += f"-{month}"
    elif day != "00":
        return None
    return parse_stored(stored if day == "00" else f"{stored}-{day}")


def _name(signs: str, collected: _Collected) -> None:
    """Surname and given names in one line, as Vietnamese names are written."""
    line = signs[LINE * 2 :]
    name = " ".join(part for part in line.split("<") if part)
    if not name:
        collected.remarks.append((Code.CARD_016, {}))
        return
    collected.identity[FULL_NAME] = name
    collected.doubtful.add(FULL_NAME)
    collected.remarks.append((Code.CARD_025, {"full_name": name}))
    if not line.endswith("<"):
        collected.remarks.append((Code.CARD_026, {}))


def _agrees(signs: str, place: int) -> bool:
    return signs[place] == check_digit(_checked_over(signs, place))


def _checked_over(signs: str, place: int) -> str:
    """What the check digit at a place is taken over."""
    if place == _COMPOSITE_CHECK:
        return signs[5:30] + signs[30:37] + signs[38:45] + signs[48:59]
    spans = {
        _NINE_CHECK: _NINE,
        _OPTIONAL_CHECK: _OPTIONAL,
        _BIRTH_CHECK: _BIRTH,
        _EXPIRY_CHECK: _EXPIRY,
    }
    return signs[spans[place]]


def _is_consistent(signs: str) -> bool:
    """Do all five check digits and both copies of the number agree?"""
    checks = (_NINE_CHECK, _OPTIONAL_CHECK, _BIRTH_CHECK, _EXPIRY_CHECK, _COMPOSITE_CHECK)
    return (
        signs.startswith(_START)
        and signs[_TWELVE].isdigit()
        and signs[_NINE] == signs[_TWELVE][3:]
        and all(_agrees(signs, place) for place in checks)
    )


def _corrections(signs: str) -> tuple[Fix, ...]:
    """Lines that differ in one confused sign and agree with every check digit.

    The number stands twice, so a misread digit of it may be put right from the other copy too.
    """
    if _is_consistent(signs):
        return ()
    found: list[str] = []
    for place in range(LINE * 2):
        for other in _confused_with(signs[place]):
            changed = signs[:place] + other + signs[place + 1 :]
            if _is_consistent(changed):
                found.append(changed)
    found += [copied for copied in _copied(signs) if _is_consistent(copied)]
    distinct = list(dict.fromkeys(found))[:_MOST_PROPOSALS]
    return tuple(Fix(_in_lines(one), (FixReason.CHECK_DIGITS,)) for one in distinct)


def _copied(signs: str) -> tuple[str, str]:
    """The lines with one copy of the nine digits written over the other."""
    nine, twelve = signs[_NINE], signs[_TWELVE]
    first = signs[:5] + twelve[3:] + signs[14:]
    second = signs[:18] + nine + signs[27:]
    return first, second


def _confused_with(sign: str) -> str:
    return "".join(pair.replace(sign, "", 1) for pair in _CONFUSED if sign in pair)


def _in_lines(signs: str) -> str:
    return "\n".join(signs[start : start + LINE] for start in range(0, _ALL, LINE))


def _shown(lines: str) -> str:
    """The two checked lines in one sentence."""
    return " / ".join(lines.split("\n")[:2])


def _value(sign: str) -> int:
    if sign == "<":
        return 0
    return int(sign, 36)


def _refused(remark: Remark, *, fixes: tuple[Fix, ...] = ()) -> CardReading:
    return CardReading(kind=CardKind.UNKNOWN, findings=_findings([remark]), fixes=fixes)


def _findings(remarks: list[Remark]) -> tuple[Finding, ...]:
    place = CardKind.MACHINE_READABLE.value
    return tuple(Finding(code, "", place, words) for code, words in remarks)
