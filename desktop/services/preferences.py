"""What each user of a register prefers; kept inside it, so that it travels with its backups."""

from __future__ import annotations

from desktop.domain.preferences import Appearance
from desktop.store.register import Register

_APPEARANCE = "appearance"


class Preferences:
    """Of one user of one register."""

    def __init__(self, *, register: Register, user_name: str) -> None:
        self._register = register
        self._key = f"{_APPEARANCE}.{user_name}"

    def appearance(self) -> Appearance:
        """As chosen; else, and for what a later program may offer, as the machine is set."""
        chosen = self._register.meta(self._key)
        known = {one.value: one for one in Appearance}
        return known.get(chosen or "", Appearance.SYSTEM)

    def choose_appearance(self, appearance: Appearance) -> None:
        """From now on, at every opening by this user."""
        self._register.set_meta({self._key: appearance.value})
