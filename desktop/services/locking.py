"""After how long without a key or a movement the register locks itself: a setting of the register.

A PC that several officers share locks sooner, because who leaves it cannot know who comes next.
"""

from __future__ import annotations

from desktop.store import keys
from desktop.store.folder import key_path
from desktop.store.register import Register

IDLE_MINUTES = 10
IDLE_MINUTES_SHARED = 5
#: An unattended hour is the longest that a setting can allow.
LONGEST_IDLE_MINUTES = 60

_KEY = "idle_minutes"


class Locking:
    """When one register locks itself."""

    def __init__(self, *, register: Register) -> None:
        self._register = register

    def idle_minutes(self) -> int:
        """As it was set; else 10, or 5 where the register has more than one user."""
        chosen = self._register.meta(_KEY)
        if chosen is not None:
            return int(chosen)
        users = keys.users_of(key_path(self._register.folder))
        return IDLE_MINUTES_SHARED if len(users) > 1 else IDLE_MINUTES

    def set_idle_minutes(self, minutes: int | None) -> None:
        """1 to 60; ``None`` goes back to what holds without a setting."""
        if minutes is not None and not 1 <= minutes <= LONGEST_IDLE_MINUTES:
            raise ValueError(f"{minutes} is not within 1 and {LONGEST_IDLE_MINUTES} minutes")
        self._register.set_meta({_KEY: None if minutes is None else str(minutes)})
