"""The personal number (số định danh cá nhân, số CCCD): twelve digits, ``PPP G YY RRRRRR``.

The one home of its rules; ``forms.rules.identity`` makes a form's findings of them. ID-R1 … ID-R11
are told there. The number has no check digit: a slip of the finger shows only in the prefix, the
sex and the year, and these are no more than hints (Luật Căn cước 26/2023/QH15 Điều 12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from forms.catalogues import catalogue
from forms.dates import PartialDate
from forms.definition import Answer
from forms.findings import Code
from forms.identifiers.reading import Fact, FactKey, Fix, Kind, Reading, Remark, reading
from forms.identifiers.signs import (
    LOOK_ALIKES,
    as_digits,
    repeated_remark,
    respelling,
    stored_number,
)

#: First year that the number's digits can say.
FIRST_CODED_YEAR = 1900

#: The prefix of the training province, assigned to nobody.
TRAINING_PREFIX = "003"

LENGTH = 12

_SEXES = ("1", "2")
_DIGITS = re.compile(r"[0-9]*")
_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
_CENTURIES_OF_THE_LIVING = "0123"
# Prefixes begin with two zeros at most: 001, 002, 004, 006, 008.
_MOST_LOST_ZEROS = 2


@dataclass(frozen=True, slots=True)
class IdentityTables:
    """The dated lists behind the rules.

    Attributes:
        birth_places: first three digits -> province where the birth was registered.
        abroad: first digits of numbers registered abroad.
        sex_and_century: fourth digit -> (code of the sex, its word, first year of the century).
    """

    birth_places: Mapping[str, str] = field(repr=False)
    abroad: frozenset[str]
    sex_and_century: Mapping[str, tuple[str, str, int]] = field(repr=False)

    @staticmethod
    def load(training: bool) -> IdentityTables:
        """The lists in force; with ``training``, the fictional province's prefix is known too."""
        return _load_tables(training)


@cache
def _load_tables(training: bool) -> IdentityTables:
    places = catalogue("birth_registration_prefixes")
    kinds = places.column("place")
    names = places.column("name_vi")
    provinces = {code: names[code] for code, kind in kinds.items() if kind == "province"}
    if training:
        provinces[TRAINING_PREFIX] = ""
    digits = catalogue("century_sex_digits").rows
    return IdentityTables(
        birth_places=provinces,
        abroad=frozenset(code for code, kind in kinds.items() if kind == "abroad"),
        sex_and_century={
            code: (row["sex_code"], row["sex_vi"], int(row["first_year"]))
            for code, row in digits.items()
        },
    )


def is_personal_number(number: str) -> bool:
    """Twelve ASCII digits; all that the law promises."""
    return _TWELVE_DIGITS.fullmatch(number) is not None


def format_remark(number: str, tables: IdentityTables) -> Remark:
    """ID-R1 … ID-R6: why this is no number of twelve digits."""
    digits = number.translate(LOOK_ALIKES)
    words = {"number": number}
    if not number:
        return Code.ID_006, {}
    if not _DIGITS.fullmatch(digits):
        return Code.ID_004, words
    if digits != number:
        if len(digits) == LENGTH:
            return Code.ID_003, {**words, "suggestion": digits}
        return Code.ID_004, words
    if lost_zeros(number, tables) == 1:
        return Code.ID_002, {**words, "suggestion": f"0{number}"}
    if len(number) == 9:
        return Code.ID_005, words
    return Code.ID_001, {**words, "count": str(len(number))}


def scheme_remarks(
    number: str, *, sex: Answer, born: PartialDate | None, on: date, tables: IdentityTables
) -> Iterator[Remark]:
    """ID-R7 … ID-R11: where twelve digits contradict the old scheme or the other answers."""
    prefix = number[:3]
    if prefix not in tables.birth_places:
        code = Code.ID_008 if number[0] in tables.abroad else Code.ID_007
        yield code, {"number": number, "prefix": prefix}
    sex_of_number, sex_vi, first_year = tables.sex_and_century[number[3]]
    if sex in _SEXES and sex != sex_of_number:
        yield Code.ID_009, {"number": number, "digit": number[3], "sex_of_number": sex_vi}
    year_of_number = first_year + int(number[4:6])
    years = {"number": number, "year_of_number": str(year_of_number)}
    if born is not None and born.year != year_of_number:
        yield Code.ID_010, {**years, "birth_year": str(born.year)}
    elif born is None and year_of_number > on.year:
        yield Code.ID_011, years


def scheme_facts(number: str, tables: IdentityTables) -> list[Fact]:
    """What twelve digits tell: where the birth was registered, the sex and the year."""
    places = catalogue("birth_registration_prefixes")
    place = tables.birth_places.get(number[:3], "")
    if not place and number[0] in tables.abroad:
        place = places.rows[number[0]]["name_vi"]
    _, sex_vi, first_year = tables.sex_and_century[number[3]]
    as_of = catalogue("century_sex_digits").issue.issued_on
    return [
        Fact(FactKey.BIRTH_PLACE, place, places.issue.issued_on),
        Fact(FactKey.SEX, sex_vi, as_of),
        Fact(FactKey.BIRTH_YEAR, str(first_year + int(number[4:6])), as_of),
    ]


def lost_zeros(digits: str, tables: IdentityTables) -> int:
    """How many leading zeros a spreadsheet or a finger took; 0 when that explains nothing.

    Nobody alive was born in the centuries of the digits from 4 on.
    """
    missing = LENGTH - len(digits)
    if not 1 <= missing <= _MOST_LOST_ZEROS:
        return 0
    number = "0" * missing + digits
    fits = number[:3] in tables.birth_places and number[3] in _CENTURIES_OF_THE_LIVING
    return missing if fits else 0


def repairs(text: str, tables: IdentityTables) -> list[Fix]:
    """Twelve digits that the text was perhaps meant to be."""
    digits = as_digits(text)
    if digits is None:
        return []
    if len(digits.value) == LENGTH:
        return [digits.fix()] if digits.reasons else []
    zeros = lost_zeros(digits.value, tables)
    return [digits.fix(zeros=zeros)] if zeros else []


def content(
    number: str,
    *,
    on: date,
    sex: Answer = None,
    born: PartialDate | None = None,
    tables: IdentityTables,
) -> list[Remark]:
    """Every remark about twelve digits, whatever the box they stand in."""
    remarks = list(scheme_remarks(number, sex=sex, born=born, on=on, tables=tables))
    return remarks + repeated_remark(number)


def read(
    text: str,
    *,
    on: date,
    sex: Answer = None,
    born: PartialDate | None = None,
    tables: IdentityTables | None = None,
) -> Reading:
    """Reads a personal number.

    Args:
        on: the day of filling, for years to come.
        sex, born: other answers about the same person (``"1"`` nam, ``"2"`` nữ), when known.
    """
    tables = tables or IdentityTables.load(training=False)
    number = stored_number(text)
    if not is_personal_number(number):
        fixes = repairs(number, tables)
        remarks = [format_remark(number, tables)]
        return reading(Kind.PERSONAL_ID, text, number, remarks=remarks, fixes=fixes)
    return reading(
        Kind.PERSONAL_ID,
        text,
        number,
        remarks=content(number, on=on, sex=sex, born=born, tables=tables),
        fixes=respelling(text, number),
        facts=scheme_facts(number, tables),
    )
