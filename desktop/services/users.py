"""Who may open this register: several officers share it, each with a passphrase of their own.

What one user typed and did not send yet stays in the register whoever opens it next: the outbox
is the register's, and each change carries its author.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path

from desktop.domain.backups import SnapshotReason
from desktop.domain.ledger import Action
from desktop.domain.users import User, UserRole
from desktop.errors import ExternalError, Problem, UserError
from desktop.services.unlocking import OPENED
from desktop.store import announced, key_changes, keys, ledger, permissions
from desktop.store.folder import key_path
from desktop.store.register import Register
from desktop.store.rekeying import RekeyProgress, change_key
from desktop.store.snapshots import snapshots_folder, take_snapshot
from desktop.store.stretching import KdfCost, cost_for_this_pc
from forms.vietnamese import clean


class Users:
    """The users' page: ``author`` is who opened the register.

    ``cost`` is what a guess of a new passphrase costs; ``None`` measures what this PC can bear.
    """

    def __init__(
        self,
        *,
        register: Register,
        author: str,
        clock: Callable[[], datetime],
        cost: KdfCost | None = None,
    ) -> None:
        self._register = register
        self._path = key_path(register.folder)
        self._author = author
        self._clock = clock
        self._cost = cost

    def list(self) -> list[User]:
        """Everybody who has a passphrase, in the order they were added."""
        return keys.users_of(self._path)

    def last_openings(self) -> dict[str, str]:
        """Name -> instant of the last opening, "" when that is not known."""
        return {one.name: self._register.meta(OPENED + one.name) or "" for one in self.list()}

    @property
    def is_manager(self) -> bool:
        """May who opened the register change the list?"""
        with self._register.lending_key() as key:
            return keys.is_manager(self._path, key=key, user_name=self._author)

    @property
    def author(self) -> str:
        """Who opened the register."""
        return self._author

    def add(self, *, user_name: str, passphrase: str, role: UserRole) -> User:
        """Let one more open the register. For managers.

        Raises ``NOT_MANAGER``, ``USER_EXISTS``, ``PASSPHRASE_TOO_SHORT``, ``PASSPHRASE_COMMON``.
        """
        self._require_manager()
        user = User(name=clean(user_name), role=role)
        if user.name not in [known.name for known in self.list()]:
            self._forget_rights(user.name)
        line = self._announced(Action.USER_ADD, user.name, ("role", role.value))
        with line, self._register.lending_key() as key:
            key_changes.add_user(
                self._path,
                key=key,
                user_name=user.name,
                passphrase=passphrase,
                role=role,
                cost=self._cost or cost_for_this_pc(),
            )
        return user

    def change_passphrase(self, *, old: str, new: str) -> None:
        """Give oneself another passphrase. Raises ``WRONG_PASSPHRASE`` and what ``add`` raises."""
        keys.require_good(new)
        keys.unlock(
            self._path, user_name=self._author, passphrase=old, cost=self._cost or KdfCost.FLOOR
        ).key.wipe()
        self._set(self._author, new, Action.USER_PASSPHRASE)

    def reset_passphrase(self, *, user_name: str, passphrase: str) -> None:
        """Give one who forgot it another passphrase. For managers. Raises ``USER_UNKNOWN`` too.

        The rights to what is restricted go with the old one: whoever chose the new one could use
        them. Somebody who may (``services.permissions``) gives them again.
        """
        self._require_manager()
        name = clean(user_name)
        if name != self._author:
            self._forget_rights(name)
        self._set(name, passphrase, Action.USER_PASSPHRASE_RESET)

    def remove(self, *, user_name: str, progress: RekeyProgress | None = None) -> None:
        """Take a user's access away, at once and for good, then change the data key. For managers.

        The access ends first; when changing the key then fails or is given up, it is still due
        (``is_key_change_due``) and ``change_key`` does it later.
        Raises ``NOT_MANAGER``, ``USER_UNKNOWN``, ``LAST_MANAGER``, ``MUST_OPEN_FIRST``, and what
        ``change_key`` raises.
        """
        self._require_manager()
        name = clean(user_name)
        with (
            self._announced(Action.USER_REMOVE, name),
            self._register.lending_key() as key,
        ):
            key_changes.remove_user(self._path, key=key, user_name=name)
        with suppress(ExternalError):  # nobody has that name now; ``add`` sees to it again
            self._forget_rights(name)
        self.change_key(progress=progress)

    def is_key_change_due(self) -> bool:
        """Was somebody removed who may have kept the data key in use?"""
        return keys.is_rotation_due(self._path)

    def change_key(self, *, progress: RekeyProgress | None = None) -> None:
        """Put the register under a new data key, after a snapshot. For managers.

        Raises ``DISK_FULL`` (three times the register's size is needed), ``STORE_BUSY`` and the
        other failures of the disk; the register stays open and whole.
        """
        self._require_manager()
        folder = self._register.folder
        with self._register.lending_key() as key:
            take_snapshot(
                folder,
                snapshots_folder(folder),
                key=key,
                at=self._clock(),
                reason=SnapshotReason.REKEY,
            )
        at = self._clock()
        ledger.note(self._register, at=at, by=self._author, action=Action.KEY_CHANGE)
        with announced.announced(
            self._register,
            at=at,
            by=self._author,
            action=Action.KEY_CHANGED,
            about=announced.DATA_KEY,
        ):
            change_key(self._register, progress=progress)

    def _set(self, user_name: str, passphrase: str, action: Action) -> None:
        with self._announced(action, user_name), self._register.lending_key() as key:
            key_changes.set_passphrase(
                self._path,
                key=key,
                user_name=user_name,
                passphrase=passphrase,
                cost=self._cost or cost_for_this_pc(),
            )

    def _forget_rights(self, user_name: str) -> None:
        permissions.forget_user(self._register, user_name, by=self._author, at=self._clock())

    def _require_manager(self) -> None:
        if not self.is_manager:
            raise UserError(Problem.NOT_MANAGER)

    def _announced(
        self, action: Action, user_name: str, *objects: tuple[str, str]
    ) -> AbstractContextManager[None]:
        return announced.announced(
            self._register,
            at=self._clock(),
            by=self._author,
            action=action,
            about=announced.USER + user_name,
            objects=[("user", user_name), *objects],
        )


def listed(folder: Path) -> tuple[list[User], bool]:
    """Who may open the register in this folder, and whether its key must still be changed."""
    path = key_path(folder)
    return keys.users_of(path), keys.is_rotation_due(path)
