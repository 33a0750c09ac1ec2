"""Going back to a snapshot of a register that is closed: what it would mean, and doing it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from desktop.domain.backups import RestorePreview, Snapshot
from desktop.errors import ExternalError, Problem
from desktop.store import keys, restoring
from desktop.store.data_key import DataKey
from desktop.store.folder import KEY_FILE, failure_of, key_path, make_folder
from desktop.store.snapshots import list_snapshots, snapshots_folder
from forms.vietnamese import clean


class Restoring:
    """For one who knows a passphrase of the register, and of the snapshot if it was another then.

    ``old_passphrase`` is the one of the snapshot's time, ``None`` when it is the same.
    """

    def __init__(
        self,
        *,
        folder: Path,
        user_name: str,
        passphrase: str,
        old_passphrase: str | None = None,
        clock: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._user_name = clean(user_name)
        self._passphrase = passphrase
        self._old_passphrase = passphrase if old_passphrase is None else old_passphrase
        self._clock = clock

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
        with self._keys(snapshot) as (old_key, key):
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
            key = self._present_key(snapshot)
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
        if not (snapshot / KEY_FILE).is_file():
            raise ExternalError(Problem.SNAPSHOT_DAMAGED)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="keys-") as name:
            copy = Path(name) / KEY_FILE
            try:
                shutil.copyfile(snapshot / KEY_FILE, copy)
            except OSError as error:
                raise failure_of(error) from error
            return self._unlocked(copy, self._old_passphrase)

    def _present_key(self, snapshot: Path) -> DataKey:
        """The register's own key; on a new PC the key file of the snapshot becomes its own."""
        path = key_path(self._folder)
        if not path.exists():
            try:
                shutil.copyfile(snapshot / KEY_FILE, path)
            except OSError as error:
                raise failure_of(error) from error
            return self._unlocked(path, self._old_passphrase)
        return self._unlocked(path, self._passphrase)

    def _unlocked(self, path: Path, passphrase: str) -> DataKey:
        return keys.unlock(path, user_name=self._user_name, passphrase=passphrase).key


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
