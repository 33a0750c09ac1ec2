"""What a person's identity tells about itself, for every form at once.

The rules look at person fields (roles ``person.<field>``), never at one form's questions. Length
and digits of a number are errors; everything the old number scheme says is only a warning that the
officer confirms with a reason: the circular that defined the scheme expired on 01/07/2024 and real
exceptions exist (Luật Căn cước 26/2023/QH15 Điều 12 promises no more than twelve digits).

Personal ID number (``PPP G YY RRRRRR``), after taking out spaces, dots and dashes, as
``forms.identifiers.personal_number`` looks at it:

* ID-R1  eleven digits that begin with a known place once a 0 is put before them: an error that
         offers that number (``ID_002``); spreadsheets lose the leading 0.
* ID-R2  the letters O, o, I, l among digits: an error that offers the digits (``ID_003``).
* ID-R3  any other sign, full-width digits too: an error (``ID_004``).
* ID-R4  nine digits: an old CMND number, let through but flagged (``ID_005``).
* ID-R5  any other count than twelve: an error (``ID_001``).
* ID-R6  no number: a flag (``ID_006``); that it is required is the form's own rule.
* ID-R7  PPP neither one of the 63 provinces nor abroad: a warning (``ID_007``).
* ID-R8  PPP abroad (1xx, 2xx): information (``ID_008``).
* ID-R9  G says another sex than the answer: a warning (``ID_009``).
* ID-R10 G and YY say another year than the birth date; only years are compared, so a date without
  day or month does as well: a warning (``ID_010``).
* ID-R11 no birth date, and G and YY say a year to come: a warning (``ID_011``).
* ID-R12 the old number has neither nine nor twelve digits: an error (``ID_012``).
* ID-R13 another person has the number: a warning (``ID_013``), made by whoever can search.

Birth date and name:

* ID-R20 born after the day of filling, even on the earliest day the date can mean: an error
  (``ID_020``).
* ID-R21 born before 1900: a warning (``ID_021``).
* ID-R30 the name has digits or signs other than apostrophe, hyphen and dot: a warning (``ID_030``).
* ID-R31 the name is one word: a warning (``ID_031``).

The sentences name the field themselves, without a form's label: a remark about a person keeps its
fingerprint in every form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from forms.dates import PartialDate, display, parse_stored
from forms.definition import Answer
from forms.findings import Code, Finding
from forms.identifiers.old_id_card import is_old_number
from forms.identifiers.personal_number import FIRST_CODED_YEAR as FIRST_CODED_YEAR
from forms.identifiers.personal_number import TRAINING_PREFIX as TRAINING_PREFIX
from forms.identifiers.personal_number import IdentityTables as IdentityTables
from forms.identifiers.personal_number import format_remark, is_personal_number, scheme_remarks
from forms.identifiers.signs import clean_number as clean_number

FULL_NAME = "full_name"
BIRTH_DATE = "birth_date"
SEX = "sex"
ID_NUMBER = "id_number"
OLD_ID_NUMBER = "old_id_number"

#: The person fields these rules read.
IDENTITY_FIELDS = (FULL_NAME, BIRTH_DATE, SEX, ID_NUMBER, OLD_ID_NUMBER)

_PERSON = "person."
_PERSON_ALONE = dict.fromkeys(IDENTITY_FIELDS, "")
# Not a letter of any alphabet with its marks, apostrophe, hyphen or the dot of abbreviations.
_ODD_SIGNS = re.compile(r"[\d_]|[^\w .'\-\u0300-\u036f\u2018\u2019\u02bc\u2010\u2011]")


def identity_findings(
    identity: Mapping[str, Answer],
    *,
    on: date,
    tables: IdentityTables,
    paths: Mapping[str, str] = _PERSON_ALONE,
) -> list[Finding]:
    """Every remark about one person.

    Args:
        identity: person field -> answer.
        on: the day of filling.
        paths: person field -> path of its question. A field that the form does not ask gets no
            remark. Without it the person is looked at alone and the paths are empty.
    """
    findings: list[Finding] = []
    born = parse_stored(_text(identity, BIRTH_DATE))
    if ID_NUMBER in paths:
        number = clean_number(_text(identity, ID_NUMBER))
        if is_personal_number(number):
            sex = identity.get(SEX)
            remarks = scheme_remarks(number, sex=sex, born=born, on=on, tables=tables)
        else:
            remarks = iter((format_remark(number, tables),))
        for code, words in remarks:
            findings.append(_finding(code, ID_NUMBER, paths[ID_NUMBER], words))
    if OLD_ID_NUMBER in paths:
        findings += _old_number_findings(_text(identity, OLD_ID_NUMBER), paths[OLD_ID_NUMBER])
    if BIRTH_DATE in paths:
        findings += _birth_findings(born, on=on, path=paths[BIRTH_DATE])
    if FULL_NAME in paths:
        findings += _name_findings(_text(identity, FULL_NAME), paths[FULL_NAME])
    return findings


def flag_codes(identity: Mapping[str, Answer], *, on: date, tables: IdentityTables) -> list[str]:
    """Names of the codes for which the police are asked about this person, sorted."""
    findings = identity_findings(identity, on=on, tables=tables)
    return sorted({finding.code.name for finding in findings if finding.is_flag})


def duplicate_finding(number: str, *, others: Sequence[str], path: str = "") -> Finding:
    """ID-R13: the number is already in the register, with ``others`` (their names)."""
    parameters = {"number": number, "others": "; ".join(sorted(others))}
    return _finding(Code.ID_013, ID_NUMBER, path, parameters)


def _finding(code: Code, name: str, path: str, parameters: Mapping[str, str]) -> Finding:
    return Finding(code, path, _PERSON + name, parameters)


def _text(identity: Mapping[str, Answer], name: str) -> str:
    answer = identity.get(name)
    return "" if answer is None else str(answer)


def _old_number_findings(number: str, path: str) -> Iterator[Finding]:
    """ID-R12."""
    number = clean_number(number)
    if number and not is_old_number(number):
        yield _finding(Code.ID_012, OLD_ID_NUMBER, path, {"number": number})


def _birth_findings(born: PartialDate | None, *, on: date, path: str) -> Iterator[Finding]:
    """ID-R20, ID-R21. A text that is no date is the form's own remark."""
    if born is None:
        return
    if born.year >= on.year and born.earliest() > on:
        days = {"birth_date": born.displayed, "on": display(on.isoformat())}
        yield _finding(Code.ID_020, BIRTH_DATE, path, days)
    elif born.year < FIRST_CODED_YEAR:
        yield _finding(Code.ID_021, BIRTH_DATE, path, {"birth_year": str(born.year)})


def _name_findings(name: str, path: str) -> Iterator[Finding]:
    """ID-R30, ID-R31. A missing name is the form's own remark."""
    if not name:
        return
    odd = _ODD_SIGNS.findall(name)
    if odd:
        signs = " ".join(dict.fromkeys(odd))
        yield _finding(Code.ID_030, FULL_NAME, path, {"full_name": name, "signs": signs})
    elif " " not in name.strip():
        yield _finding(Code.ID_031, FULL_NAME, path, {"full_name": name})
