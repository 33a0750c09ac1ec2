"""What reading a card tells: a typing aid, never a proof.

Nothing on a card's code is signed: anybody can print one. Texts stay as printed (names are not put
into title case); what cannot be read becomes a remark and an empty field, never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from forms.dates import PartialDate
from forms.findings import Finding, Severity
from forms.identifiers.person_numbers import PersonNumbers
from forms.identifiers.reading import Fix

FULL_NAME = "person.full_name"
BIRTH_DATE = "person.birth_date"
SEX = "person.sex"
ID_NUMBER = "person.id_number"
OLD_ID_NUMBER = "person.old_id_number"
PERMANENT_RESIDENCE = "person.permanent_residence"
SOCIAL_INSURANCE_NUMBER = "person.social_insurance_number"

#: Roles a card can fill, in the order of the forms.
ROLES = (
    FULL_NAME,
    BIRTH_DATE,
    SEX,
    ID_NUMBER,
    OLD_ID_NUMBER,
    SOCIAL_INSURANCE_NUMBER,
    PERMANENT_RESIDENCE,
)


@unique
class CardKind(Enum):
    """What was scanned; the value is the key of the glossary."""

    CITIZEN_CARD_2021 = "citizen_card_2021"
    IDENTITY_CARD_2024 = "identity_card_2024"
    OTHER_CARD_CODE = "other_card_code"
    MACHINE_READABLE = "machine_readable_lines"
    HEALTH_CARD = "health_insurance_card"
    NUMBER_ONLY = "bare_number"
    UNKNOWN = "unknown_card"


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A filled part of a code whose meaning no source tells; a person places it.

    Attributes:
        position: counted from 1, as people count.
    """

    position: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardReading:
    """One scanned card.

    Attributes:
        identity: role -> value as a document holds it (dates stored, sex ``"1"`` or ``"2"``).
        doubtful: roles whose value the remarks cast doubt on; not to be filled in unseen.
        details: what has no role: glossary key -> text (address, clinic, first day, last day).
        issued_on, expires_on: dates of the card itself.
        numbers: every number of the person that the card carries.
        fixes: whole texts that were perhaps meant, for ``read_card``.
    """

    kind: CardKind
    identity: Mapping[str, str] = field(default_factory=dict, repr=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    doubtful: frozenset[str] = frozenset()
    details: Mapping[str, str] = field(default_factory=dict, repr=False)
    issued_on: PartialDate | None = None
    expires_on: PartialDate | None = None
    numbers: PersonNumbers = field(default_factory=PersonNumbers)
    unknown_fields: tuple[UnknownField, ...] = ()
    fixes: tuple[Fix, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Was it a card without errors? Warnings do not spoil it."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)
