"""The head of the ledger as the province's server confirmed it last.

The server never takes back what it was told, and says it again with each receipt. Who rewrites the
ledger of this register, and even this note of it, is found out by the next sync.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from desktop.domain.ledger import Witness
from desktop.store.register import Register
from sync.protocol.messages import LedgerHead

_CONFIRMED = "ledger_confirmed"


def note_confirmed(register: Register, head: LedgerHead | None) -> None:
    """Keep what the server said."""
    if head is not None and head.at:
        register.set_meta({_CONFIRMED: msgspec.json.encode(head).decode()})


def confirmed_head(register: Register) -> tuple[datetime, Witness] | None:
    """Since when the server knows which line; ``None`` before the first receipt."""
    raw = register.meta(_CONFIRMED)
    if raw is None:
        return None
    head = msgspec.json.decode(raw, type=LedgerHead)
    return datetime.fromisoformat(head.at), Witness(head.n, head.h)
