"""Going back to a snapshot of a register that is closed: what it would mean, and doing it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from desktop.domain.backups import RestorePreview, Snapshot
from desktop.errors import ExternalError, Problem
from desktop.store import keys, restoring
from desktop.store.data_key import DataKey
from desktop.store.folder import (
    KEY_FILE,
    failure_of,
    key_path,
    make_folder,
    read_small,
    write_atomically,
)
from desktop.store.key_file import LONGEST, copy_path
from desktop.store.preparing import holds_register
from desktop.store.snapshots import list_snapshots, snapshots_folder
from desktop.store.stretching import KdfCost
from forms.vietnamese import clean


class Restoring:
    """For one who knows a passphrase of the register, and of the snapshot if it was another then.

    ``old_passphrase`` is the one of the snapshot's time, ``None`` when it is the same;
    ``cost`` is what a guess of a passphrase costs at least, ``None`` for what this PC can bear.
    """

    def __init__(
        self,
        *,
        folder: Path,
        user_name: str,
        passphrase: str,
        old_passphrase: str | None = None,
        clock: Callable[[], datetime],
        cost: KdfCost | None = None,
    ) -> None:
        self._folder = folder
        self._user_name = clean(user_name)
        self._passphrase = passphrase
        self._old_passphrase = passphrase if old_passphrase is None else old_passphrase
        self._clock = clock
        self._cost = cost

    def preview(self, snapshot: Path) -> RestorePreview:
        """What would be lost or sent again. Changes nothing."""
        with self._keys(snapshot) as (old_key, key):
            return restoring.preview(self._folder, snapshot, snapshot_key=old_key, key=key)

    def restore(
        self,
        snapshot: Path,
        *,
        carry_unsent: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Path | None:
        """Put it in the register's place; gives the folder of the one that was replaced.

        Raises ``WRONG_PASSPHRASE``, ``SNAPSHOT_DAMAGED``, ``REGISTER_IN_USE``, ``DISK_FULL`` …; the
        register is then what it was.
        """
        with self._keys(snapshot) as (old_key, key), self._key_file_of(snapshot):
            return restoring.restore(
                self._folder,
                snapshot,
                snapshot_key=old_key,
                key=key,
                author=self._user_name,
                at=self._clock(),
                carry_unsent=carry_unsent,
                progress=progress,
            )

    @contextmanager
    def _keys(self, snapshot: Path) -> Iterator[tuple[DataKey, DataKey]]:
        """The keys of the snapshot and of the register, wiped afterwards."""
        make_folder(self._folder)
        old_key = self._key_of(snapshot)
        try:
            key = self._present_key(old_key)
        except BaseException:
            old_key.wipe()
            raise
        try:
            yield old_key, key
        finally:
            old_key.wipe()
            key.wipe()

    def _key_of(self, snapshot: Path) -> DataKey:
        """Opened on a copy: unlocking writes, and a stick may be write-protected."""
        content = _key_file_in(snapshot)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="keys-") as name:
            copy = Path(name) / KEY_FILE
            write_atomically(copy, content)
            return self._unlocked(copy, self._old_passphrase)

    def _present_key(self, old_key: DataKey) -> DataKey:
        """The register's own key; on a new PC that of the snapshot becomes its own."""
        if self._has_keys():
            return self._unlocked(key_path(self._folder), self._passphrase)
        return old_key.copy()

    @contextmanager
    def _key_file_of(self, snapshot: Path) -> Iterator[None]:
        """On a new PC the key file of the snapshot, which is there before the register is.

        Not when going back fails: the next try may be with the snapshot of another office.
        """
        if self._has_keys():
            yield
            return
        path = key_path(self._folder)
        write_atomically(path, _key_file_in(snapshot))
        try:
            yield
        except BaseException:
            if not holds_register(self._folder):
                path.unlink(missing_ok=True)
            raise

    def _has_keys(self) -> bool:
        path = key_path(self._folder)
        return path.exists() or copy_path(path).exists()

    def _unlocked(self, path: Path, passphrase: str) -> DataKey:
        name = self._user_name
        return keys.unlock(path, user_name=name, passphrase=passphrase, cost=self._cost).key


def _key_file_in(snapshot: Path) -> bytes:
    """Raises ``SNAPSHOT_DAMAGED`` when there is none."""
    try:
        content = read_small(snapshot / KEY_FILE, LONGEST)
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise failure_of(error) from error
    if not content:
        raise ExternalError(Problem.SNAPSHOT_DAMAGED)
    return content


def snapshots_in(place: Path) -> list[Snapshot]:
    """The snapshots in a folder or stick that the officer points at, newest first.

    It may be a snapshot itself, the folder of an office, or the stick with those of several.
    """
    for pattern in (".", "*", "*/*"):
        folders = [place] if pattern == "." else sorted(place.glob(pattern))
        found = [one for folder in folders if folder.is_dir() for one in list_snapshots(folder)]
        if found:
            return sorted(found, key=lambda one: one.taken_at, reverse=True)
    return [one for one in list_snapshots(place.parent) if one.path == place]


def snapshots_of(folder: Path) -> list[Snapshot]:
    """The snapshots beside a register, newest first; no passphrase is needed for the list."""
    return list_snapshots(snapshots_folder(folder))
