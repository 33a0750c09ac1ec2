"""Getting a register back when a passphrase is lost, with no network.

Two ways: the code that was printed and put away, and a request that two custodians of the province
answer. Both end with a new passphrase; the ledger tells that it happened.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop.domain.ledger import Action
from desktop.errors import Problem, UserError
from desktop.services.unlocking import open_unlocked
from desktop.store import (
    announced,
    key_changes,
    key_file,
    keys,
    ledger,
    permissions,
    recovering,
)
from desktop.store.folder import key_path
from desktop.store.keys import Unlocked
from desktop.store.recovering import PendingRequest
from desktop.store.register import Register
from desktop.store.stretching import KdfCost, cost_for_this_pc
from forms.vietnamese import clean

#: Bytes of an X25519 public key, as hexadecimal letters.
_PUBLIC_KEY_LETTERS = 64
_CONFIRMED = "printed_code_confirmed"


@dataclass(frozen=True, slots=True)
class RecoveryText:
    """A request to be read out, sent or carried to the province.

    Attributes:
        lines: what to send; a file of it is read as well.
    """

    user_name: str
    lines: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RecoveryWays:
    """Which ways back this register has."""

    printed_code: bool
    province_key: bool


class RecoveryKeys:
    """What a manager prepares while the register is open."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._path = key_path(register.folder)
        self._author = author
        self._clock = clock

    def ways(self) -> RecoveryWays:
        """What is prepared so far."""
        return ways_back(self._register.folder)

    def new_printed_code(self) -> str:
        """A new code to print; shown once, kept nowhere; the one before no longer opens.

        Raises ``NOT_MANAGER``.
        """
        self._require_manager()
        self._register.set_meta({_CONFIRMED: None})  # before: nothing may fail after the change
        line = self._announced(Action.KEY_PRINTED_CODE, announced.PRINTED)
        with line, self._register.lending_key() as key:
            return key_changes.new_printed_code(self._path, key=key)

    def confirm_printed_code(self) -> None:
        """Somebody typed parts of the printed code back: it is on paper."""
        self._register.set_meta({_CONFIRMED: self._clock().isoformat(timespec="seconds")})
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._author,
            action=Action.KEY_PRINTED_CODE_CONFIRMED,
        )

    def confirmed_at(self) -> str:
        """When that was (ISO 8601); "" when the code in force was never confirmed."""
        return self._register.meta(_CONFIRMED) or ""

    def set_province_key(self, public_key: str) -> None:
        """Seal the register to the province's recovery key (64 hexadecimal letters).

        Raises ``NOT_MANAGER``, and ``CODE_MISTYPED`` for what is no such key.
        """
        self._require_manager()
        try:
            raw = bytes.fromhex(public_key.strip())
        except ValueError:
            raw = b""
        if len(raw) * 2 != _PUBLIC_KEY_LETTERS or not any(raw):
            raise UserError(Problem.CODE_MISTYPED, line="1")
        line = self._announced(Action.KEY_PROVINCE, announced.PROVINCE)
        with line, self._register.lending_key() as key:
            key_changes.set_province_key(self._path, key=key, public_key=raw)

    def _require_manager(self) -> None:
        with self._register.lending_key() as key:
            if not keys.is_manager(self._path, key=key, user_name=self._author):
                raise UserError(Problem.NOT_MANAGER)

    def _announced(self, action: Action, about: str) -> AbstractContextManager[None]:
        return announced.announced(
            self._register, at=self._clock(), by=self._author, action=action, about=about
        )


class Recovery:
    """What an officer does in front of a register that is locked."""

    def __init__(
        self, *, folder: Path, clock: Callable[[], datetime], cost: KdfCost | None = None
    ) -> None:
        self._folder = folder
        self._path = key_path(folder)
        self._clock = clock
        self._cost = cost

    def ways(self) -> RecoveryWays:
        """Which ways this register has."""
        return ways_back(self._folder)

    def open_with_code(self, *, code: str, user_name: str, passphrase: str) -> Register:
        """Open with the printed code, and give ``user_name`` a new passphrase.

        Raises ``CODE_MISTYPED``, ``CODE_WRONG``, ``NO_PRINTED_CODE``, ``USER_UNKNOWN``,
        the passphrase's problems, and those of opening.
        """
        name = self._known(user_name)
        return self._open(
            lambda: keys.unlock_printed(self._path, code=code),
            user_name=name,
            passphrase=passphrase,
            way="printed_code",
        )

    def request(self, *, user_name: str) -> RecoveryText:
        """Ask the province; good for 24 hours, and the request before is forgotten.

        Raises ``USER_UNKNOWN``, ``NO_PROVINCE_KEY`` and the failures of the disk.
        """
        pending = recovering.make_request(
            self._folder, user_name=self._known(user_name), at=self._clock()
        )
        return _text(pending)

    def pending(self) -> RecoveryText | None:
        """The request that waits for its answer."""
        pending = recovering.pending_request(self._folder, at=self._clock())
        return None if pending is None else _text(pending)

    def open_with_answer(self, *, answer: str, passphrase: str) -> Register:
        """Open with the province's answer, and give who asked a new passphrase.

        Raises ``NO_REQUEST`` (none was made, or it has expired), ``CODE_MISTYPED``,
        ``ANSWER_OF_ANOTHER``, the passphrase's problems, and those of opening.
        """
        pending = recovering.pending_request(self._folder, at=self._clock())
        if pending is None:
            raise UserError(Problem.NO_REQUEST)
        register = self._open(
            lambda: keys.unlock_with_key(self._path, key=recovering.key_of_answer(pending, answer)),
            user_name=self._known(pending.request.user),
            passphrase=passphrase,
            way="province",
        )
        recovering.remove_request(self._folder)
        return register

    def _open(
        self, unlock: Callable[[], Unlocked], *, user_name: str, passphrase: str, way: str
    ) -> Register:
        keys.require_good(passphrase)
        register = open_unlocked(self._folder, unlock, user_name=user_name)
        try:
            if way == "printed_code":  # nobody asked who holds the paper
                permissions.forget_user(register, user_name, by=user_name, at=self._clock())
            line = announced.announced(
                register,
                at=self._clock(),
                by=user_name,
                action=Action.KEY_RECOVERED,
                about=announced.USER + user_name,
                objects=[("user", user_name), ("way", way)],
            )
            with line, register.lending_key() as key:
                key_changes.set_passphrase(
                    self._path,
                    key=key,
                    user_name=user_name,
                    passphrase=passphrase,
                    cost=self._cost or cost_for_this_pc(),
                )
        except BaseException:
            register.close()
            raise
        return register

    def _known(self, user_name: str) -> str:
        name = clean(user_name)
        if name not in [user.name for user in keys.users_of(self._path)]:
            raise UserError(Problem.USER_UNKNOWN)
        return name


def ways_back(folder: Path) -> RecoveryWays:
    """Which ways the register in this folder has."""
    content, _ = key_file.read_usable(key_path(folder))
    return RecoveryWays(
        printed_code=content.printed is not None, province_key=content.province is not None
    )


def _text(pending: PendingRequest) -> RecoveryText:
    return RecoveryText(
        user_name=pending.request.user,
        lines=pending.lines,
        expires_at=pending.request.expires_at,
    )
