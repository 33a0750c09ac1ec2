"""Changing the data key of an open register of 400 MB, and what opening with a passphrase costs.

``rekey_s`` is the whole change: copied under the new key, checked page by page, swapped.
``passphrase_ms`` is Argon2id at the cost measured for this PC (0.5 to 1 s is wanted);
``open_ms`` is the rest of an opening by passphrase (the key file, the lock, the database), measured
with the cheapest passphrase there is, because the difference of two long times tells nothing.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from desktop.services.unlocking import create_register, open_register
from desktop.store.documents import Edit
from desktop.store.register import Register
from desktop.store.rekeying import change_key
from desktop.store.stretching import KdfCost, cost_for_this_pc, stretch
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_id_text

_PASSPHRASE = "đồng lúa chín vàng ven sông"
_ROUNDS = 3
_CHEAP = KdfCost(memory_kib=8, iterations=1, lanes=1)
_BYTES = 400_000_000
_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
#: A person with long remarks: many bytes are made soon, and copying knows only pages.
_REMARK = "Ghi chú " * 1000


def run(*, json: bool) -> dict[str, float]:
    """All figures; about a minute."""
    cost = cost_for_this_pc()
    changing, opening, stretching = [], [], []
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name:
        folder = Path(name) / "register"
        with create_register(
            folder, user_name="Lan", passphrase=_PASSPHRASE, cost=_CHEAP
        ) as register:
            size = _filled(register)
        for _ in range(_ROUNDS):
            stretching.append(_timed(lambda: stretch(_PASSPHRASE, salt=bytes(16), cost=cost)))
            started = time.perf_counter()
            with open_register(
                folder, user_name="Lan", passphrase=_PASSPHRASE, cost=_CHEAP
            ) as register:
                opening.append(time.perf_counter() - started)
                changing.append(_timed(lambda: change_key(register)))
    figures = {
        "megabytes": size / 1e6,
        "rekey_s": statistics.median(changing),
        "passphrase_ms": statistics.median(stretching) * 1000,
        "open_ms": statistics.median(opening) * 1000,
    }
    if not json:
        for figure, value in figures.items():
            print(f"{figure:16} {value:10.3f}")
    return {figure: round(value, 3) for figure, value in figures.items()}


def _filled(register: Register) -> int:
    path = register.folder / "register.db"
    while path.stat().st_size < _BYTES:
        ids = [new_id_text(unix_ms=int(_NOW.timestamp() * 1000)) for _ in range(2000)]
        saves = [
            [Edit(DocumentType.PERSON, one, "99001", {"full_name": "Lê An", "dwelling": _REMARK})]
            for one in ids
        ]
        register.save_bulk(saves, author="Lan", at=_NOW, action="preload")
        register.checkpoint()
    return path.stat().st_size


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
