"""What happens to an entry itself: deleted, merged with another, moved to another commune."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as kept
from enum import Enum, unique

from desktop.domain.people import PersonId
from sync.protocol.documents import DocumentType


@dataclass(frozen=True, slots=True)
class GoneRow:
    """A document that left the lists.

    Attributes:
        reason: why it was deleted.
        by, at: who did it and when.
    """

    document_id: str
    document_type: DocumentType
    title: str = kept(repr=False)
    reason: str = kept(repr=False)
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came from another commune of the province and was not received yet."""

    person_id: PersonId
    full_name: str = kept(repr=False)
    from_commune: str
    date: str
    paper: str = kept(repr=False)
    from_name: str = ""
    birth_date: str = kept(default="", repr=False)
    id_number: str = kept(default="", repr=False)


@unique
class LifeKind(Enum):
    """Why somebody has to look at entries of persons."""

    TWINS = "twins"  # two entries may be one person
    LEFT_OVER = "left_over"  # a person was deleted, while something was written for that person
    ARRIVAL = "arrival"  # somebody came from another commune
    DELETED = "deleted"  # what was deleted and can be brought back


@unique
class Choice(Enum):
    """What can be decided."""

    FIRST = "first"  # twins: the first entry stays and the other is merged into it
    SECOND = "second"
    DISTINCT = "distinct"  # two people
    RECEIVE = "receive"
    RESTORE = "restore"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class EntrySide:
    """One entry as it is shown beside another."""

    person_id: PersonId
    full_name: str = kept(repr=False)
    lines: tuple[str, ...] = kept(repr=False)


@dataclass(frozen=True, slots=True)
class LifeCase:
    """Entries about which a person decides.

    Attributes:
        key: names the case, so that the next one can be shown after it is decided.
        sides: two for twins, one for any other case; of a deletion with its reason, who and when.
        evidence: one sentence: what speaks for it.
        choices: what can be chosen, in the order of their keys.
        arrival: where somebody came from.
        document_type: what was deleted.
    """

    key: str
    kind: LifeKind
    sides: tuple[EntrySide, ...]
    evidence: str = kept(repr=False)
    choices: tuple[Choice, ...]
    arrival: Arrival | None = kept(default=None, repr=False)
    document_type: DocumentType = DocumentType.PERSON

    @property
    def full_name(self) -> str:
        """Whom the case is about."""
        return self.sides[0].full_name
