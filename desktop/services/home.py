"""Where a register is at home: the commune whose people it keeps, and whether it is for training.

Kept in the register itself. Set when a register is made for training, and at enrolment; from then
on a register of the fictional province and one of a real province are never mixed.
"""

from __future__ import annotations

import msgspec

from desktop.store.register import Register

_KEY = "home"


class Home(msgspec.Struct, frozen=True):
    """The commune that new people belong to. Names are as the paper form has them."""

    commune_code: str
    commune_name: str
    province_name: str
    training: bool


def home_of(register: Register) -> Home | None:
    """Where the register is at home; ``None`` before it was told."""
    raw = register.meta(_KEY)
    return None if raw is None else msgspec.json.decode(raw, type=Home)


def settle_home(register: Register, home: Home) -> None:
    """Tell the register where it is at home."""
    register.set_meta({_KEY: msgspec.json.encode(home).decode()})
