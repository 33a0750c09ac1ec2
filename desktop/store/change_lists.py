"""The changes of this register as lists: what waits, what became of each, what was refused."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from desktop.domain.syncing import DROPPED, ChangeRow, ChangeState
from desktop.store.books import EPOCH_SPAN, Books
from desktop.store.driver import Driver, driver_of, first_value, json_list
from desktop.store.register import Register
from desktop.store.rights import may_see, rights_in
from sync.protocol.documents import DataSet
from sync.protocol.messages import Change

_CHANGES = msgspec.json.Decoder(Change)
_COUNT_HELD = "SELECT count(*) FROM outbox WHERE state = 'held'"
_COUNT_DROPPED = _COUNT_HELD + f" AND why LIKE '{DROPPED}%'"
_AMONG = "position IN (SELECT value FROM json_each(?))"
_COUNT_HELD_AMONG = f"{_COUNT_HELD} AND why NOT LIKE '{DROPPED}%' AND {_AMONG}"
_RESTRICTED = "SELECT position, bucket FROM restricted_changes ORDER BY position"
_NEWEST = (
    "SELECT change, state, receipted_at, why, clashed, position FROM outbox WHERE position NOT IN "
    "(SELECT value FROM json_each(?)) AND position < ? ORDER BY position DESC LIMIT ? OFFSET ?"
)
_NO_POSITION = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """The custody of all changes of this register."""

    waiting: int
    receipted: int
    held: int


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A change the server refused: why, and what it wanted to set."""

    change: Change
    why: str
    receipted_at: str


def count_changes(register: Register) -> ChangeCounts:
    """How many changes wait, have a receipt, or were refused.

    Restricted ones are counted where they wait, whoever asks: nobody may believe that everything
    was sent. Refused ones are counted for those who can do something about them.
    """
    with register.reading() as connection:
        driver = driver_of(connection)
        books = Books(driver)
        held: int = first_value(driver.execute(_COUNT_HELD))
        dropped: int = first_value(driver.execute(_COUNT_DROPPED))
        unseen = _unseen(driver, rights_in(driver, register.user))
        names = json_list(unseen)
        hidden: int = first_value(driver.execute(_COUNT_HELD_AMONG, (names,))) if unseen else 0
    receipted = books.past + books.acked - held
    return ChangeCounts(waiting=books.waiting, receipted=receipted, held=held - dropped - hidden)


def list_changes(
    register: Register, *, limit: int, offset: int = 0, before: int | None = None
) -> list[ChangeRow]:
    """The outbox, newest change first, as if what the user may not see had never been made.

    Not even a number is missing: a gap beside the change of a person would tell whom it is about.
    ``before`` is the position of the last line one has.
    """
    with register.reading() as connection:
        driver = driver_of(connection)
        unseen = _unseen(driver, rights_in(driver, register.user))
        names = json_list(unseen)
        last = _NO_POSITION if before is None else before
        rows = driver.execute(_NEWEST, (names, last, limit, offset)).fetchall()
        changes = [_CHANGES.decode(row[0]) for row in rows]
        titles, subjects = _titles(connection, changes)
    return [
        ChangeRow(
            seq=change.seq - _missed(unseen, position),
            at=change.at,
            by=change.by,
            document_type=change.document_type,
            title=titles.get(change.document_id, ""),
            state=ChangeState.DROPPED if why.startswith(DROPPED) else ChangeState(state),
            receipted_at=receipted_at,
            why=why.removeprefix(DROPPED),
            position=position,
            subject=subjects.get(change.document_id, ""),
            fields=tuple(change.patch),
            form=change.form,
            clashed=tuple(msgspec.json.decode(clashed, type=list[str])) if clashed else (),
        )
        for change, (_, state, receipted_at, why, clashed, position) in zip(
            changes, rows, strict=True
        )
    ]


def _unseen(driver: Driver, rights: frozenset[DataSet]) -> list[int]:
    """Where the changes stand that a user with these rights may not see."""
    return [at for at, bucket in driver.execute(_RESTRICTED) if not may_see(rights, bucket)]


def _missed(unseen: Sequence[int], position: int) -> int:
    """How many of these stand before this one in its epoch."""
    first = position // EPOCH_SPAN * EPOCH_SPAN
    return bisect_left(unseen, position) - bisect_left(unseen, first)


def held_changes(register: Register) -> list[HeldChange]:
    """The changes the server refused, oldest first; one edited since is the officer's no more.

    Only those the user may see.
    """
    with register.reading() as connection:
        rights = rights_in(driver_of(connection), register.user)
        rows = connection.exec_driver_sql(
            "SELECT change, why, receipted_at FROM outbox AS held WHERE state = 'held' "
            "AND why NOT LIKE 'dropped:%' AND NOT EXISTS "
            "(SELECT 1 FROM outbox AS later WHERE later.position > held.position "
            "AND later.document_id = held.document_id AND later.state <> 'held') "
            "ORDER BY position"
        ).all()
    held = [HeldChange(_CHANGES.decode(change), why, at) for change, why, at in rows]
    return [one for one in held if may_see(rights, one.change.bucket)]


def _titles(
    connection: Connection, changes: Sequence[Change]
) -> tuple[dict[str, str], dict[str, str]]:
    """Document -> the name of the person it is about (of a household: its head, else its code).

    And document -> the id that stands for whom it is about.
    """
    ids = json_list(list({change.document_id for change in changes}))
    rows = connection.exec_driver_sql(
        """
        SELECT d.id, coalesce(
          p.full_name,
          (SELECT h.full_name FROM documents AS hd JOIN people AS h ON h.doc = hd.doc
           WHERE hd.id = coalesce(hh.head_person_id, d.fields ->> 'person_id')),
          hh.code, d.fields ->> 'identity.full_name', ''),
          coalesce(nullif(hh.head_person_id, ''), d.fields ->> 'person_id', d.id)
        FROM documents AS d
        LEFT JOIN people AS p ON p.doc = d.doc
        LEFT JOIN households AS hh ON hh.doc = d.doc
        WHERE d.id IN (SELECT value FROM json_each(?1))
        UNION ALL
        SELECT d.id, coalesce(p.full_name, d.fields ->> 'identity.full_name', ''),
          coalesce(d.fields ->> 'person_id', d.id)
        FROM restricted_documents AS d
        LEFT JOIN documents AS pd ON pd.id = d.fields ->> 'person_id'
        LEFT JOIN people AS p ON p.doc = pd.doc
        WHERE d.id IN (SELECT value FROM json_each(?1))
        """,
        (ids,),
    ).all()
    return {str(row[0]): str(row[1]) for row in rows}, {str(row[0]): str(row[2]) for row in rows}
