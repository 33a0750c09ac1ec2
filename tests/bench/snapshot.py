"""A snapshot of a register of 400 MB, beside a plain copy of the same file in the same run.

``snapshot_s`` is what closing costs: the copy, flushed and checked page by page, with its
description and its keys. ``plain_copy_s`` copies the file and flushes it, nothing else.
``open_ms`` opens the register after the passphrase's own time; ``quick_check_s`` is what is added
after a session that was cut.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from desktop.domain.backups import SnapshotReason
from desktop.store.documents import Edit
from desktop.store.health import check_whole
from desktop.store.keys import DataKey
from desktop.store.register import Register
from desktop.store.snapshots import take_snapshot
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_id_text

MEGABYTES = 400
_ROUNDS = 3
_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
#: A person with long remarks: many bytes are made soon, and copying knows only pages.
_REMARK = "Ghi chú " * 1000


def run(*, json: bool) -> dict[str, float]:
    """All figures; about a minute and a half."""
    key = DataKey.new()
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name:
        folder = Path(name) / "register"
        path = folder / "register.db"
        with Register.create(folder, key=key, author="Lan") as register:
            while path.stat().st_size < MEGABYTES * 1_000_000:
                register.save_bulk(_saves(2000), author="Lan", at=_NOW, action="preload")
                register.checkpoint()
        ours, plain, checking = [], [], []
        opening: list[float] = []
        for number in range(_ROUNDS):
            at = _NOW + timedelta(hours=number)
            plain.append(_timed(partial(_copied, path, Path(name) / "plain.db")))
            with _opened(folder, key, opening) as register:
                ours.append(_timed(partial(_snapshot, folder, key, at)))
                checking.append(_timed(partial(check_whole, register)))
        figures = {
            "megabytes": path.stat().st_size / 1e6,
            "snapshot_s": statistics.median(ours),
            "plain_copy_s": statistics.median(plain),
            "snapshot_ratio": statistics.median(
                mine / other for mine, other in zip(ours, plain, strict=True)
            ),
            "open_ms": statistics.median(opening) * 1000,
            "quick_check_s": statistics.median(checking),
        }
    if not json:
        for figure, value in figures.items():
            print(f"{figure:16} {value:10.3f}")
    return {figure: round(value, 3) for figure, value in figures.items()}


def _saves(count: int) -> Iterator[list[Edit]]:
    for number in range(count):
        document_id = new_id_text(unix_ms=int(_NOW.timestamp() * 1000))
        fields = {"full_name": f"Lê Văn {number}", "dwelling": _REMARK}
        yield [Edit(DocumentType.PERSON, document_id, "99001", fields)]


def _snapshot(folder: Path, key: DataKey, at: datetime) -> None:
    place = folder / "backups"
    take_snapshot(folder, place, key=key, at=at, reason=SnapshotReason.CLOSE)


def _copied(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _opened(folder: Path, key: DataKey, times: list[float]) -> Register:
    started = time.perf_counter()
    register = Register.open(folder, key=key)
    with register.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM meta").scalar_one()
    times.append(time.perf_counter() - started)
    return register


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
