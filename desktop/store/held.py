"""What the server refused of this register's changes, as far as nobody wrote over it since.

A refused change of a document is taken back, so that the document is what the server has; what was
typed stays in the outbox and is read from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection

from desktop.domain.syncing import DROPPED
from desktop.store.documents import as_kept
from desktop.store.driver import driver_of, json_list
from desktop.store.register import Register
from desktop.store.rights import may_see, rights_in
from sync.protocol.messages import Change, Value

_CHANGES = msgspec.json.Decoder(Change)
_HELD_IDS = "SELECT DISTINCT document_id FROM outbox INDEXED BY outbox_held WHERE state = 'held'"

_FIRST_HELD = (
    "SELECT document_id, min(position) FROM outbox INDEXED BY outbox_held WHERE state = 'held' "
    "AND document_id IN (SELECT value FROM json_each(?)) GROUP BY document_id"
)
_SINCE = (
    "SELECT document_id, change, state, why FROM outbox WHERE position >= ? "
    "AND document_id IN (SELECT value FROM json_each(?)) ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A value that was typed here and refused: by whom and when it was typed."""

    value: Value
    by: str
    at: str


#: Document -> field -> the value refused last.
Held: TypeAlias = Mapping[str, Mapping[str, HeldValue]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused change that still wants something, and was not given up.

    Attributes:
        why: a ``Hold`` value.
        fields: those whose refused value is another than the document's.
    """

    change: Change
    why: str
    fields: tuple[str, ...]


def held_values(register: Register, document_ids: Sequence[str]) -> Held:
    """The refused values of these documents that are others than the stored ones."""
    found: dict[str, dict[str, HeldValue]] = {}
    for refused in _refused(register, document_ids):
        change = refused.change
        for name in refused.fields:
            value = HeldValue(as_kept(change.patch[name][1]), by=change.by, at=change.at)
            found.setdefault(change.document_id, {})[name] = value
    return found


def refused_changes(register: Register) -> list[Refused]:
    """Every refused change that still wants something, oldest first."""
    with register.reading() as connection:
        ids = [str(row[0]) for row in connection.exec_driver_sql(_HELD_IDS)]
    refused = _refused(register, ids)
    return sorted(refused, key=lambda one: (one.change.at, one.change.change_id))


def _refused(register: Register, document_ids: Sequence[str]) -> list[Refused]:
    with register.reading() as connection:
        rights = rights_in(driver_of(connection), register.user)
        changes = _changes_of(connection, document_ids)
    return [
        refused
        for document_id, made in changes.items()
        for refused in _open_ones(register, document_id, made)
        if may_see(rights, refused.change.bucket)
    ]


def _changes_of(
    connection: Connection, document_ids: Sequence[str]
) -> dict[str, list[tuple[Change, str, str]]]:
    """Changes of those documents of which one was refused, with state and reason, oldest first.

    From the first that was refused: what was made before takes no place of it. The outbox has no
    index of documents, so it is read once for all of them.
    """
    names = json_list(document_ids)
    refused = connection.exec_driver_sql(_FIRST_HELD, (names,)).all()
    if not refused:
        return {}
    held = json_list([document_id for document_id, _ in refused])
    found: dict[str, list[tuple[Change, str, str]]] = {}
    first = min(position for _, position in refused)
    for document_id, change, state, why in connection.exec_driver_sql(_SINCE, (first, held)):
        made = (_CHANGES.decode(change), str(state), str(why))
        found.setdefault(str(document_id), []).append(made)
    return found


def _open_ones(
    register: Register, document_id: str, made: Sequence[tuple[Change, str, str]]
) -> list[Refused]:
    """A later change of the same field takes the place of a refused value."""
    document = register.document(document_id)
    stored = {} if document is None else document.fields
    later: set[str] = set()
    is_later = False
    found: list[Refused] = []
    for change, state, why in reversed(made):
        if state == "held" and why.startswith(DROPPED):
            is_later = True
        elif state == "held":
            fields = tuple(
                name
                for name, (_, value) in change.patch.items()
                if name not in later and as_kept(value) != stored.get(name)
            )
            if fields or (change.kind == "create" and not is_later):
                found.append(Refused(change, why, fields))
        else:
            is_later = True
        later |= change.patch.keys()
    return found[::-1]
