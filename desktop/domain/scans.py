"""Where an answer comes from when it comes from a card."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scan:
    """What a card said in one field.

    Attributes:
        value: as stored; the answer comes from the card while it is this.
        on: the day of the scan (ISO 8601).
        card: what was scanned, a ``forms.cards.reading.CardKind`` value.
    """

    value: str = field(repr=False)
    on: str
    card: str
