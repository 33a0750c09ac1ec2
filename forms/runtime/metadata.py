"""What a filling is told about its surroundings, because ``forms`` reads no clock and no device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Metadata:
    """When, where and by whom a form is filled in.

    Attributes:
        moment: now, spelled as a dateTime answer (``2026-11-22T07:30:00.000+07:00``); "" for the
            beginning of the day of filling.
        device_id, user_name: as the program knows them; "" when it does not.
        seed: what everything random in a form depends on.
    """

    moment: str = ""
    device_id: str = ""
    user_name: str = ""
    seed: int = 0

    def moment_on(self, on: date) -> str:
        """The moment, or the beginning of a day."""
        return self.moment or f"{on.isoformat()}T00:00:00.000+07:00"


UNKNOWN = Metadata()
