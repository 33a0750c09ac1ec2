"""Filters that users keep under a name, each user their own; they never leave this file.

The one without a name is what the list was narrowed to last.
"""

from __future__ import annotations

import msgspec

from desktop.domain.people import PeopleFilter, SavedFilter
from desktop.errors import Problem, UserError
from desktop.store.driver import first_value
from desktop.store.register import Register
from forms.vietnamese import clean, sort_key

_LAST = ""
_FILTER = msgspec.json.Decoder(PeopleFilter)
_SELECT = "SELECT name, text, content FROM saved_filters WHERE author = ?"
_KEEP = "INSERT OR REPLACE INTO saved_filters (author, name, text, content) VALUES (?, ?, ?, ?)"


def saved_filters(register: Register, author: str) -> list[SavedFilter]:
    """What this user kept under a name, in the order of names."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(f"{_SELECT} AND name <> ''", (author,)).all()
    found = [_saved(name, text, content) for name, text, content in rows]
    return sorted(found, key=lambda saved: (saved.name.casefold(), sort_key(saved.name)))


def last_filter(register: Register, author: str) -> SavedFilter | None:
    """What the list was narrowed to when this user last used it."""
    with register.reading() as connection:
        row = connection.exec_driver_sql(f"{_SELECT} AND name = ''", (author,)).first()
    return None if row is None else _saved(*row)


def keep_filter(register: Register, author: str, kept: SavedFilter) -> None:
    """Keep it, in the place of one with the same name."""
    content = msgspec.json.encode(kept.where).decode()
    with register.writing() as transaction:
        transaction.driver.execute(_KEEP, (author, clean(kept.name), kept.text, content))


def rename_filter(register: Register, author: str, name: str, *, to: str) -> None:
    """Give another name. Raises ``FILTER_NAME_TAKEN`` when another filter has it."""
    wanted = clean(to)
    if wanted in (name, _LAST):
        return
    with register.writing() as transaction:
        taken = transaction.driver.execute(
            "SELECT count(*) FROM saved_filters WHERE author = ? AND name = ?", (author, wanted)
        )
        if first_value(taken):
            raise UserError(Problem.FILTER_NAME_TAKEN, name=wanted)
        transaction.driver.execute(
            "UPDATE saved_filters SET name = ? WHERE author = ? AND name = ?",
            (wanted, author, name),
        )


def forget_filter(register: Register, author: str, name: str) -> None:
    """Delete what this user kept under the name."""
    with register.writing() as transaction:
        transaction.driver.execute(
            "DELETE FROM saved_filters WHERE author = ? AND name = ?", (author, name)
        )


def _saved(name: str, text: str, content: str) -> SavedFilter:
    try:
        where = _FILTER.decode(content)
    except msgspec.ValidationError:  # kept by a newer program
        where = PeopleFilter()
    return SavedFilter(name=name, text=text, where=where)
