"""Snapshots: verified copies of a register, each a folder that opens as a register itself.

A snapshot is built under a name nobody reads and gets its own in one rename, so there is never
half a one, and an older one is never touched by one that fails. ``snapshot.json`` describes it
without a word about a person; when it is damaged or gone, the snapshot is still there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec

from desktop.domain.backups import RegisterState, Snapshot, SnapshotReason, to_remove
from desktop.domain.ledger import Witness
from desktop.errors import ExternalError, Problem
from desktop.store.books import Books
from desktop.store.connection import connect
from desktop.store.copying import copy_register
from desktop.store.driver import Driver, first_value
from desktop.store.failures import translated
from desktop.store.folder import (
    KEY_FILE,
    REGISTER_FILE,
    failure_of,
    flush_folder,
    key_path,
    make_folder,
    read_small,
    register_path,
    write_atomically,
)
from desktop.store.keys import DataKey

#: Where a register keeps its own snapshots.
SNAPSHOTS_FOLDER = "backups"
DESCRIPTION_FILE = "snapshot.json"

_LONGEST_DESCRIPTION = 64 * 1024

_FORMAT = "so-an-sinh/snapshot"
_BUILDING, _GOING = ".new", ".old"
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)-([a-z]+)(?:-\d+)?")
#: What must stay free beside a copy: the disk is the officer's for other things too.
_SPARE_BYTES = 16 * 1024 * 1024


class _Description(msgspec.Struct, frozen=True):
    """``snapshot.json``. ``source`` is size and time of change (ns) of the file copied."""

    format: str
    taken_at: str
    schema: int
    documents: dict[str, int]
    unsent: int
    last_line: int
    source: tuple[int, int]
    last_line_hash: str = ""


def snapshots_folder(folder: Path) -> Path:
    """Where this register keeps its own snapshots."""
    return folder / SNAPSHOTS_FOLDER


def list_snapshots(place: Path) -> list[Snapshot]:
    """The snapshots in a folder, newest first; none when the folder is away."""
    try:
        found = [_snapshot_at(path) for path in place.iterdir()]
    except OSError:
        return []
    return sorted(
        [one for one in found if one is not None], key=lambda one: one.taken_at, reverse=True
    )


def is_copied(source: Path, place: Path) -> bool:
    """Does the newest snapshot hold this database file as it is? Its log must be in the file."""
    newest = next(iter(list_snapshots(place)), None)
    description = None if newest is None else _description_in(newest.path)
    return description is not None and description.source == _mark_of(source)


def witnesses_in(place: Path) -> list[tuple[datetime, Witness]]:
    """What the snapshots in a folder know of the ledger: when they were taken, its last line."""
    found = [(one.taken_at, _description_in(one.path)) for one in list_snapshots(place)]
    return [
        (taken_at, Witness(description.last_line, description.last_line_hash))
        for taken_at, description in found
        if description is not None and description.last_line_hash
    ]


def take_snapshot(
    folder: Path,
    place: Path,
    *,
    key: DataKey,
    at: datetime,
    reason: SnapshotReason,
    progress: Callable[[int, int], None] | None = None,
) -> Snapshot:
    """Copy the register of ``folder`` with its key file into a new snapshot in ``place``.

    The register may be open and written to. Raises the failures of the disk; then there is no new
    snapshot and the older ones are as before. What no rule keeps is removed after it is there.
    """
    source = register_path(folder)
    make_folder(place)
    remove_unfinished(place)
    _require_room(source, place)
    final = _free_name(place, at, reason)
    building = final.with_name(final.name + _BUILDING)
    mark = _mark_of(source)
    try:
        building.mkdir(mode=0o700)
        copy_register(source, building / REGISTER_FILE, key=key, progress=progress)
        _copy_key_file(folder, building)
        _describe(building, at=at, mark=mark, state=state_of(building / REGISTER_FILE, key=key))
        flush_folder(building)
        building.rename(final)
        flush_folder(place)
    except OSError as error:
        _discard(building)
        raise failure_of(error) from error
    except BaseException:
        _discard(building)
        raise
    snapshot = _snapshot_at(final)
    if snapshot is None:  # pulled out in this very moment
        raise ExternalError(Problem.FOLDER_NOT_WRITABLE)
    _remove_old(place, now=at)
    return snapshot


def state_of(path: Path, *, key: DataKey) -> RegisterState:
    """How far the register in this database file is; it must be of a schema we know."""
    with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
        driver = cast(Driver, connection)
        books = Books(driver)
        kinds = driver.execute("SELECT type, count(*) FROM documents GROUP BY type ORDER BY type")
        return RegisterState(
            schema=first_value(driver.execute("PRAGMA user_version")),
            documents={str(kind): int(count) for kind, count in kinds},
            unsent=books.waiting,
            last_line=books.last_line,
            last_line_hash=books.last_line_hash.hex(),
        )


def remove_unfinished(place: Path) -> None:
    """Remove what a cut left of a snapshot in the making or of one being removed."""
    for ending in (_BUILDING, _GOING):
        for path in place.glob(f"*{ending}"):
            if _NAME.fullmatch(path.name.removesuffix(ending)):
                _discard(path)


def _remove_old(place: Path, *, now: datetime) -> None:
    for snapshot in to_remove(list_snapshots(place), now=now):
        going = snapshot.path.with_name(snapshot.name + _GOING)
        try:
            snapshot.path.rename(going)
        except OSError:
            continue  # somebody reads it now: the next time
        _discard(going)


def _snapshot_at(path: Path) -> Snapshot | None:
    """The snapshot in this folder; ``None`` for anything else."""
    named = _NAME.fullmatch(path.name)
    if named is None or named[2] not in {reason.value for reason in SnapshotReason}:
        return None
    try:
        taken_at = datetime.strptime(named[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:  # named like one, on a day that never was
        return None
    try:
        size = (path / REGISTER_FILE).stat().st_size
    except OSError:
        return None
    description = _description_in(path)
    return Snapshot(
        path=path,
        taken_at=taken_at,
        reason=SnapshotReason(named[2]),
        documents={} if description is None else description.documents,
        unsent=0 if description is None else description.unsent,
        schema=0 if description is None else description.schema,
        size=size,
    )


def _description_in(path: Path) -> _Description | None:
    try:
        raw = read_small(path / DESCRIPTION_FILE, _LONGEST_DESCRIPTION)
        found = msgspec.json.decode(raw, type=_Description)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if found.format == _FORMAT else None


def _describe(building: Path, *, at: datetime, mark: tuple[int, int], state: RegisterState) -> None:
    description = _Description(
        format=_FORMAT,
        taken_at=at.astimezone(UTC).isoformat(timespec="seconds"),
        schema=state.schema,
        documents=dict(state.documents),
        unsent=state.unsent,
        last_line=state.last_line,
        source=mark,
        last_line_hash=state.last_line_hash,
    )
    write_atomically(building / DESCRIPTION_FILE, msgspec.json.encode(description))


def _copy_key_file(folder: Path, building: Path) -> None:
    """As it is now: it opens the copy, because a change of keys holds the folder's lock."""
    try:
        content = key_path(folder).read_bytes()
    except FileNotFoundError:
        return  # a register whose key is kept elsewhere
    write_atomically(building / KEY_FILE, content)


def _free_name(place: Path, at: datetime, reason: SnapshotReason) -> Path:
    stem = f"{at.astimezone(UTC).strftime(_STAMP)}-{reason.value}"
    path, number = place / stem, 1
    while path.exists():
        number += 1
        path = place / f"{stem}-{number}"
    return path


def _mark_of(source: Path) -> tuple[int, int]:
    try:
        status = source.stat()
    except OSError as error:
        raise failure_of(error) from error
    return status.st_size, status.st_mtime_ns


def _require_room(source: Path, place: Path) -> None:
    """Told before a long copy rather than after it."""
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        raise failure_of(error) from error
    if free < _mark_of(source)[0] + _SPARE_BYTES:
        raise ExternalError(Problem.DISK_FULL)


def _discard(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
