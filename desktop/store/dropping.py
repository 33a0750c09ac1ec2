"""Giving up a change that the server refused: it stays in the outbox, and the ledger says why."""

from __future__ import annotations

from datetime import datetime

import msgspec

from desktop.domain.ledger import Action
from desktop.domain.syncing import DROPPED
from desktop.errors import Problem, UserError
from desktop.store import restricted_books
from desktop.store.driver import Driver
from desktop.store.register import Register
from desktop.store.rights import may_see
from sync.protocol.documents import data_set_in, right_to
from sync.protocol.messages import Change

_CHANGES = msgspec.json.Decoder(Change)
_HELD = "SELECT position, why, change FROM outbox WHERE state = 'held' AND document_id = ?"
_DROP = "UPDATE outbox SET why = ? WHERE position = ?"


def drop_change(
    register: Register, document_id: str, change_id: str, *, by: str, at: datetime, reason: str
) -> None:
    """Give up one refused change of a document. Raises ``GONE`` when it is not held any more."""
    with register.writing() as transaction:
        driver = transaction.driver
        position, why, change = _held(driver, document_id, change_id)
        if not may_see(transaction.rights, change.bucket):
            raise UserError(Problem.GONE)
        driver.execute(_DROP, (DROPPED + why, position))
        objects = [(change.document_type, document_id), ("change", change_id), ("why", why)]
        data_set = data_set_in(change.bucket)
        right = None if data_set is None else right_to(data_set)
        if right is None:
            transaction.books.record(
                at=at, by=by, action=Action.CHANGE_DROP, objects=objects, purpose=reason
            )
        else:
            restricted_books.record(
                driver, right=right, at=at, by=by, action=Action.CHANGE_DROP, objects=objects
            )


def _held(driver: Driver, document_id: str, change_id: str) -> tuple[int, str, Change]:
    for position, why, text in driver.execute(_HELD, (document_id,)).fetchall():
        change = _CHANGES.decode(text)
        if change.change_id == change_id and not why.startswith(DROPPED):
            return position, why, change
    raise UserError(Problem.GONE)
