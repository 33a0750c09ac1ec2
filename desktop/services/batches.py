"""The pinned answers of a user, kept in the register from one day to the next."""

from __future__ import annotations

import json

from desktop.domain.batches import Batch
from desktop.store.register import Register

_PREFIX = "batch."


class Batches:
    """Of one user of one register."""

    def __init__(self, *, register: Register, user_name: str) -> None:
        self._register = register
        self._key = f"{_PREFIX}{user_name}"

    def load(self) -> Batch:
        """As it was kept; an empty one at first."""
        kept = self._register.meta(self._key)
        pins = json.loads(kept) if kept else {}
        return Batch(pins) if isinstance(pins, dict) else Batch()

    def keep(self, batch: Batch) -> None:
        """From now on, until it is changed."""
        text = json.dumps(dict(batch.pins), ensure_ascii=False) if batch.pins else None
        self._register.set_meta({self._key: text})
