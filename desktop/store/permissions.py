"""Giving and taking the rights to what is restricted (``rights``), each with a line of the ledger.

Who may: one who has the right, and the first manager of the register, so that somebody can begin;
he is known from the key file, which is signed under the data key. Having made the register gives
no right to read: the manager who wants one gives it to himself, and the ledger says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from desktop.domain.ledger import Action
from desktop.domain.permissions import Granted, Right, UserRights
from desktop.domain.users import UserRole
from desktop.errors import Problem, UserError
from desktop.store import key_file
from desktop.store.driver import driver_of
from desktop.store.folder import key_path
from desktop.store.key_file import KeyFile
from desktop.store.register import Register
from desktop.store.rights import put_right, remove_rights
from sync.protocol.documents import RESTRICTED, DataSet

_ALL = (
    "SELECT user_name, data_set, granted_by, granted_at FROM permissions "
    "ORDER BY user_name, data_set"
)
_KNOWN = {right.value: right for right in Right}


def list_rights(register: Register) -> list[UserRights]:
    """Every user of the register, in the order they were added, with the rights they have."""
    content = _key_file(register)
    first = _first_manager(content)
    with register.reading() as connection:
        rows = driver_of(connection).execute(_ALL).fetchall()
    granted: dict[str, dict[Right, Granted]] = {}
    for name, data_set, by, at in rows:
        if data_set in _KNOWN:
            right = _KNOWN[data_set]
            granted.setdefault(name, {})[right] = Granted(right, by, at)
    return [
        UserRights(
            user_name=entry.user,
            rights=granted.get(entry.user, {}),
            may_grant=frozenset(Right if entry.user == first else granted.get(entry.user, {})),
        )
        for entry in content.users
    ]


def grant(register: Register, user_name: str, right: Right, *, at: datetime) -> None:
    """Let a user see a restricted data set. Raises ``NOT_PERMITTED``, ``USER_UNKNOWN``."""
    by = _require_granter(register, user_name, right)
    with register.writing() as transaction:
        driver, data_set = transaction.driver, DataSet(right.value)
        if put_right(driver, user_name, data_set, by=by, at=_text(at)):
            transaction.books.record(
                at=at,
                by=by,
                action=Action.PERMISSION_GRANT,
                objects=[("user", user_name), ("data_set", right.value)],
            )


def revoke(register: Register, user_name: str, right: Right, *, at: datetime) -> None:
    """Take a right away; what the user saved stays, and is sent. Raises as ``grant`` does."""
    by = _require_granter(register, user_name, right)
    _forget(register, user_name, [DataSet(right.value)], by=by, at=at)


def forget_user(register: Register, user_name: str, *, by: str, at: datetime) -> None:
    """Take all rights of a name: its user was removed, or somebody else chose the passphrase."""
    _forget(register, user_name, RESTRICTED, by=by, at=at)


def grant_by_province(register: Register, names: Iterable[str], *, at: datetime) -> None:
    """Give the register's user the rights that came with the enrolment code."""
    user = register.user
    rights = [_KNOWN[name] for name in names if name in _KNOWN]
    if user is None or not rights:
        return
    with register.writing() as transaction:
        for right in rights:
            data_set = DataSet(right.value)
            if put_right(transaction.driver, user, data_set, by="", at=_text(at)):
                transaction.books.record(
                    at=at,
                    by=user,
                    action=Action.PERMISSION_BY_PROVINCE,
                    objects=[("user", user), ("data_set", right.value)],
                )


def _forget(
    register: Register, user_name: str, rights: Iterable[DataSet], *, by: str, at: datetime
) -> None:
    with register.writing() as transaction:
        for right in remove_rights(transaction.driver, user_name, rights):
            transaction.books.record(
                at=at,
                by=by,
                action=Action.PERMISSION_REVOKE,
                objects=[("user", user_name), ("data_set", right.value)],
            )


def _require_granter(register: Register, user_name: str, right: Right) -> str:
    """The register's user, who may decide about this right of that user."""
    content = _key_file(register)
    with register.restricted() as view:
        has_it = DataSet(right.value) in view.rights
    if register.user is None or not (has_it or register.user == _first_manager(content)):
        raise UserError(Problem.NOT_PERMITTED)
    if content.user(user_name) is None:
        raise UserError(Problem.USER_UNKNOWN)
    return register.user


def _key_file(register: Register) -> KeyFile:
    """Who may open the register, proved under its key."""
    with register.lending_key() as key:
        return key_file.read_signed(key_path(register.folder), key=key)


def _first_manager(content: KeyFile) -> str | None:
    managers = (entry.user for entry in content.users if entry.role == UserRole.MANAGER.value)
    return next(managers, None)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
