"""What waits for a person's decision: values that clash, and changes the server refused."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as kept
from enum import Enum, unique

from desktop.domain.people import PersonId
from forms.definition import Answer, FormDefinition, Question


@unique
class Keep(Enum):
    """Which of two values stays."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two values.

    Attributes:
        by, at: who wrote it and when; "" where an older server does not say.
        is_shown: is it the one that the register and the server show meanwhile?
    """

    value: Answer = kept(repr=False)
    by: str = ""
    at: str = ""
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class ClashCase:
    """Two values of one field, written on two devices that did not see each other's.

    Attributes:
        key: names the case, so that the next one can be shown after it is decided.
        version: the server's version of the document that both values are read from.
        question: ``None`` for a field that no form asks.
        is_identity: the server's value stays until somebody decides.
        ours: written on this device; where neither was, the value that waits.
    """

    key: str
    document_id: str
    document_type: str
    version: int
    person_id: PersonId | None
    full_name: str
    field: str
    path: str
    definition: FormDefinition = kept(repr=False)
    question: Question | None = kept(repr=False)
    is_identity: bool
    is_ours: bool
    ours: Side
    theirs: Side


@dataclass(frozen=True, slots=True)
class RefusedValue:
    """A value that the server did not take, beside the one it has."""

    field: str
    path: str
    question: Question | None = kept(repr=False)
    typed: Answer = kept(repr=False)
    stored: Answer = kept(repr=False)


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A change that the server refused.

    Attributes:
        why: a ``Hold`` value.
        path: the first question that the form opens at, "" for none.
        is_creation: the server has nothing of the document at all.
    """

    key: str
    document_id: str
    document_type: str
    change_id: str
    person_id: PersonId | None
    full_name: str
    why: str
    by: str
    at: str
    path: str
    definition: FormDefinition = kept(repr=False)
    is_creation: bool
    values: tuple[RefusedValue, ...]
