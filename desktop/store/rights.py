"""Which restricted data sets a user of this register may see.

The list is a table of the encrypted register, not a part of the key file: the key file can be read
by whoever finds the PC, and a name beside "drug treatment" in it would tell already who looks
after whom. Inside the register it is encrypted and authenticated with every other page, changes in
one transaction with its line of the ledger, and goes into every snapshot. What it cannot do: keep
out who holds the data key and writes programs; every user of the PC holds it. It decides what this
program shows to whom. (Whether the PC holds restricted data at all, the province decides.)

No user has a right by default, not even who made the register. The first one comes with the
enrolment code, when the province put it there, for the user who types the code; or the register's
first manager gives it, to others or himself, which is a line of the ledger in either case.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.store.driver import Driver
from sync.protocol.documents import (
    RESTRICTED,
    DataSet,
    DocumentType,
    data_set_in,
    data_set_of,
    right_to,
)

_BY_NAME = {right.value: right for right in RESTRICTED}
_OF = "SELECT data_set FROM permissions WHERE user_name = ?"
_PUT = (
    "INSERT OR IGNORE INTO permissions (user_name, data_set, granted_by, granted_at) "
    "VALUES (?, ?, ?, ?)"
)
_REMOVE = "DELETE FROM permissions WHERE user_name = ? AND data_set = ?"


def rights_in(driver: Driver, user_name: str | None) -> frozenset[DataSet]:
    """What this user may see; nothing without a user."""
    if user_name is None:
        return frozenset()
    rows = driver.execute(_OF, (user_name,))
    return frozenset(_BY_NAME[name] for (name,) in rows if name in _BY_NAME)


def may_see(rights: frozenset[DataSet], bucket: str) -> bool:
    """May somebody with these rights see what lies there?

    A data set that this program does not know, nobody may see with it.
    """
    data_set = data_set_in(bucket)
    if data_set is None:
        return False
    right = right_to(data_set)
    return right is None or right in rights


def right_to_form(form_id: str) -> DataSet | None:
    """The right that the records of a form need; ``None`` for forms that everybody sees."""
    try:
        return right_to(data_set_of(DocumentType.RECORD, form_id))
    except LookupError:
        return None


def may_see_form(rights: frozenset[DataSet], form_id: str) -> bool:
    """May somebody with these rights see what was typed on this form?"""
    right = right_to_form(form_id)
    return right is None or right in rights


def put_right(driver: Driver, user_name: str, right: DataSet, *, by: str, at: str) -> bool:
    """Give a right (ISO 8601 ``at``); was it new?"""
    is_new = right not in rights_in(driver, user_name)
    driver.execute(_PUT, (user_name, right.value, by, at))
    return is_new


def remove_rights(driver: Driver, user_name: str, rights: Iterable[DataSet]) -> list[DataSet]:
    """Take rights away; gives those the user had."""
    had = sorted(rights_in(driver, user_name) & frozenset(rights), key=lambda right: right.value)
    for right in had:
        driver.execute(_REMOVE, (user_name, right.value))
    return had
