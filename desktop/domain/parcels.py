"""Parcels as the officer sees them: for whom, from whom, what is in them, what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from pathlib import Path

from desktop.errors import Problem


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a parcel can be written for.

    Attributes:
        key: the device's id, or ``server``.
        office: name of the office; "" for the server.
        device: what the PC calls itself.
        role: a ``Role`` value; "" for the server.
    """

    key: str
    office: str
    device: str
    role: str


@dataclass(frozen=True, slots=True)
class WrittenParcel:
    """A parcel that lies in its folder now.

    Attributes:
        changes: unsent changes in it, for the server.
        documents: documents in it, for another office.
    """

    path: Path
    recipient: Recipient
    number: int
    changes: int
    documents: int


@unique
class ParcelKind(Enum):
    """What is done with a parcel that came."""

    FROM_SERVER = "from_server"
    FROM_OFFICE = "from_office"
    TO_CARRY = "to_carry"  # sealed for the server: this PC can only pass it on


@dataclass(frozen=True, slots=True)
class ParcelPreview:
    """What is in a parcel, before anything of it is applied.

    Attributes:
        office, device: who wrote it; "" for the server, and where it is sealed for the server.
        made_at: by the sender's clock.
        receipts, rows, documents: what it holds.
        is_repeated: this very parcel was received before.
        missing: numbers of the same sender that never came.
    """

    kind: ParcelKind
    office: str = ""
    device: str = ""
    number: int = 0
    made_at: str = ""
    receipts: int = 0
    rows: int = 0
    documents: int = 0
    is_repeated: bool = False
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelReport:
    """What became of a parcel.

    Attributes:
        receipted: changes that have a receipt now; ``clashes`` and ``held`` of them.
        pulled: rows of the server applied.
        new: documents of another office that are new here, ``answered``: answers to ours.
        known: documents that brought nothing new, ``refused``: that broke a rule.
        answer: the parcel that answers a carried one.
        problem: what has to be done yet; everything above counts all the same.
    """

    preview: ParcelPreview
    receipted: int = 0
    clashes: int = 0
    held: int = 0
    pulled: int = 0
    new: int = 0
    answered: int = 0
    known: int = 0
    refused: int = 0
    answer: Path | None = None
    problem: Problem | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnconfirmedRow:
    """A document, or an answer to one, that came by parcel and the server has not told of yet."""

    document_type: str
    title: str
    office: str
    at: str
    is_new: bool
