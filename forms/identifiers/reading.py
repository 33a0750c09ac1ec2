"""What reading one number tells: its stored form, remarks, proposed repairs and facts.

Nothing is repaired silently. ``normal`` is the number as a document would hold it, without the
spaces, dots and dashes of its writing; every other repair (a lost leading zero, the letter O for
0, digits of another width, the old number of a telephone) is a :class:`Fix` that a person takes or
leaves. Texts of people stay out of every ``repr``.

Kinds, facts and reasons have their Vietnamese words in the glossary, under the value of the enum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, unique
from typing import TypeAlias

from forms.findings import Code, Finding, Severity

#: A remark before it stands at a question: the code and what its sentence needs.
Remark: TypeAlias = tuple[Code, Mapping[str, str]]


@unique
class Kind(Enum):
    """The numbers this library reads; the value is the key of the glossary."""

    PERSONAL_ID = "id_number"
    OLD_ID_CARD = "old_id_card_number"
    OLD_ID_CARD_12 = "old_id_card_number_12"
    SOCIAL_INSURANCE = "social_insurance_number"
    HEALTH_CARD = "health_insurance_card"
    TAX_CODE = "tax_code"
    MOBILE = "mobile_number"
    LANDLINE = "landline_number"
    BANK_ACCOUNT = "bank_account_number"
    MERIT_FILE = "merit_file_symbol"
    BIRTH_CERTIFICATE = "birth_certificate_number"
    PASSPORT = "passport_number"


@unique
class FixReason(Enum):
    """Why another writing is proposed."""

    SEPARATORS = "fix_separators"
    LETTER_CASE = "fix_letter_case"
    OTHER_DIGITS = "fix_other_digits"
    LOOK_ALIKES = "fix_look_alikes"
    LOST_ZERO = "fix_lost_zero"
    COUNTRY_CODE = "fix_country_code"
    OLD_PREFIX = "fix_old_prefix"
    ONE_OF_SEVERAL = "fix_one_of_several"
    PART_OF_TEXT = "fix_part_of_text"
    CHECK_DIGITS = "fix_check_digits"
    WRONG_ENCODING = "fix_wrong_encoding"


@unique
class FactKey(Enum):
    """What a number tells about its holder."""

    BIRTH_PLACE = "birth_place"
    SEX = "sex"
    BIRTH_YEAR = "birth_year"
    ID_CARD_PROVINCE = "id_card_province"
    SOCIAL_INSURANCE_NUMBER = "social_insurance_number"
    HEALTH_CARD_GROUP = "health_card_group"
    HEALTH_CARD_BENEFIT = "health_card_benefit"
    HEALTH_CARD_PROVINCE = "health_card_province"
    TAX_CODE_HOLDER = "tax_code_holder"
    LANDLINE_AREA = "landline_area"
    BANK = "bank"
    REGISTER_NUMBER = "register_number"
    REGISTER_BOOK = "register_book"
    REGISTER_YEAR = "register_year"


@dataclass(frozen=True, slots=True)
class Fix:
    """Another writing, proposed.

    Attributes:
        value: the whole number as it would be stored.
        reasons: what was taken for a slip, in the order of the enum.
    """

    value: str = field(repr=False)
    reasons: tuple[FixReason, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a number tells; a hint, never a proof.

    Attributes:
        value: a year or words of a dated table.
        as_of: issue of that table, ``None`` when no table was needed.
    """

    key: FactKey
    value: str = field(repr=False)
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that was read as one kind.

    Attributes:
        raw: the text as given.
        normal: what would be stored; for text that is no number of the kind, the cleaned text.
        findings: remarks about format (errors) and content (warnings, information).
        fixes: other writings, the likeliest first; the stored form too when it is not the raw one.
        displayed: the usual writing on paper.
        is_proved: a check digit, or the whole of a table's entry, confirms the kind.
    """

    kind: Kind
    raw: str = field(repr=False)
    normal: str = field(repr=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    fixes: tuple[Fix, ...] = ()
    facts: tuple[Fact, ...] = ()
    displayed: str = field(default="", repr=False)
    is_proved: bool = False

    @property
    def is_acceptable(self) -> bool:
        """May it be stored? Warnings do not stop it."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def has_warnings(self) -> bool:
        """Does a remark want a second look?"""
        return any(finding.severity is Severity.WARNING for finding in self.findings)

    def fact(self, key: FactKey) -> str:
        """The value of a fact, empty when the number does not tell it."""
        return next((fact.value for fact in self.facts if fact.key is key), "")


def reading(
    kind: Kind,
    raw: str,
    normal: str,
    *,
    remarks: Iterable[Remark] = (),
    fixes: Iterable[Fix] = (),
    facts: Iterable[Fact] = (),
    displayed: str = "",
    is_proved: bool = False,
) -> Reading:
    """A reading of its parts.

    Proposals that repeat another one or change nothing are left out, and so is the stored form of
    a text that is wrong anyway.
    """
    remarks = tuple(remarks)
    is_wrong = any(code.kind.severity is Severity.ERROR for code, _ in remarks)
    offered: dict[str, Fix] = {}
    for fix in fixes:
        if fix.value and fix.value != raw and not (is_wrong and fix.value == normal):
            offered.setdefault(fix.value, fix)
    return Reading(
        kind=kind,
        raw=raw,
        normal=normal,
        findings=tuple(Finding(code, "", kind.value, words) for code, words in remarks),
        fixes=tuple(offered.values()),
        facts=tuple(fact for fact in facts if fact.value),
        displayed=displayed or normal,
        is_proved=is_proved,
    )


def in_order(reasons: Iterable[FixReason]) -> tuple[FixReason, ...]:
    """Reasons, each once, in the order of the enum."""
    found = set(reasons)
    return tuple(reason for reason in FixReason if reason in found)
