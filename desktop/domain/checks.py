"""The police desk: identities sent for checking against the CSDLQG về dân cư."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from desktop.domain.records import CheckId, Competing
from forms.comparison.outcomes import COMPARED_FIELDS as COMPARED_FIELDS
from forms.comparison.outcomes import FieldComparison, Outcome
from forms.findings import Finding, Severity
from forms.identifiers.personal_number import is_personal_number


@unique
class CheckAnswer(Enum):
    """The three answers of the procedure (Kế hoạch 251, Phụ lục, mục 1.e, Bước 3)."""

    MATCHED = "matched"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class CheckCase:
    """One person to look up.

    Attributes:
        reasons: codes of findings (``ID_003``) that say why the person was flagged.
        identity: person field -> value as sent (no labour answers exist on this device).
        answer: ``None`` while waiting.
        differs: compared field -> value in the CSDLQG.
        assigned: the personal ID number that the police gave, "" for none.
        list_name: the list of the commune that the person stands in; "" when asked singly.
        competing: field of the answer (``answer``, ``note``, ``differs.full_name``) -> what other
            police devices wrote there; answering again decides.
    """

    check_id: CheckId
    commune_code: str
    identity: Mapping[str, str] = field(repr=False)
    reasons: tuple[str, ...]
    asked_by: str
    asked_at: str
    answer: CheckAnswer | None = None
    differs: Mapping[str, str] = field(default_factory=dict, repr=False)
    note: str = field(default="", repr=False)
    assigned: str = field(default="", repr=False)
    list_name: str = ""
    competing: Mapping[str, tuple[Competing, ...]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Is there something to answer, or to decide between two answers?"""
        return self.answer is None or bool(self.competing)

    @property
    def lacks_number(self) -> bool:
        """Was the person sent without a personal ID number of twelve digits?"""
        return not is_personal_number(self.identity.get("id_number", ""))


@dataclass(frozen=True, slots=True)
class CheckList:
    """What a commune sent together: a list with a name, or what somebody asked on one day.

    Attributes:
        key: names the list within this register.
        name: "" for what was asked singly.
        day: the day of the first ask (``YYYY-MM-DD``, in Việt Nam).
    """

    key: str
    name: str
    day: str
    by: str
    total: int
    answered: int


def is_difference(comparison: FieldComparison) -> bool:
    """Is it more than another way of writing the same?"""
    return comparison.outcome is Outcome.DIFFERENT or comparison.asks_review


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """What was typed from the CSDLQG so far, and what it comes to.

    Attributes:
        fields: compared field -> how the value typed there stands to the one that was sent; only
            fields in which something was typed.
        number: remarks about the number that is to be given.
        is_number_taken: has somebody else of the register this number?
    """

    fields: Mapping[str, FieldComparison] = field(default_factory=dict)
    number: tuple[Finding, ...] = ()
    is_number_taken: bool = False

    @property
    def differing(self) -> tuple[str, ...]:
        """Fields that are more than spelled otherwise."""
        return tuple(name for name, one in self.fields.items() if is_difference(one))

    @property
    def certain(self) -> tuple[str, ...]:
        """Fields that really differ: nobody has to judge."""
        return tuple(n for n, one in self.fields.items() if one.outcome is Outcome.DIFFERENT)

    @property
    def is_certain(self) -> bool:
        """Does a field really differ?"""
        return bool(self.certain)

    @property
    def is_number_wrong(self) -> bool:
        """Can this be no personal ID number at all, or not this person's?"""
        is_error = any(finding.severity is Severity.ERROR for finding in self.number)
        return is_error or self.is_number_taken
