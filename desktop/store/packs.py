"""What the province published, as the register keeps it.

It lies in ``meta``, a row for each thing that is published under a name: the newest pack as it was
signed, texts of a form that an older pack had and the newest has not, and what it changed here when
it came. One row is written in one transaction with its lines of the ledger: whatever is cut, the
register has the old pack or the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from desktop.domain.ledger import Action
from desktop.domain.packs import HeldPack, RefusedPack
from desktop.store.register import Register
from sync.protocol.packs import FormText, SignedPack

_HELD, _REFUSED = "pack:", "pack_refused:"
_SERIAL, _PROGRAM = "pack_serial", "pack_program"


class StoredPack(msgspec.Struct, frozen=True):
    """One row.

    Attributes:
        content: as it travels.
        older: texts of a form that came before and must stay.
    """

    signed: SignedPack
    content: bytes
    held: HeldPack
    older: list[FormText] = []


def stored_packs(register: Register, kind: str = "") -> list[StoredPack]:
    """Everything that is held, or all of one kind, by kind and name."""
    rows = _rows(register, f"{_HELD}{kind}:" if kind else _HELD)
    return [msgspec.json.decode(raw, type=StoredPack) for raw in rows]


def refused_packs(register: Register) -> list[RefusedPack]:
    """What was not taken and nothing newer came of, by kind and name."""
    return [msgspec.json.decode(raw, type=RefusedPack) for raw in _rows(register, _REFUSED)]


def stored_pack(register: Register, kind: str, name: str) -> StoredPack | None:
    """What is held under a name."""
    raw = register.meta(f"{_HELD}{kind}:{name}")
    return None if raw is None else msgspec.json.decode(raw, type=StoredPack)


def put_pack(
    register: Register, pack: StoredPack, *, kind: str, name: str, at: datetime, by: str
) -> None:
    """Take it in the place of the one before, with its lines of the ledger."""
    objects = [("name", name), ("number", str(pack.held.news.number)), ("kind", kind)]
    with register.writing() as transaction:
        driver = transaction.driver
        transaction.books.record(at=at, by=by, action=Action.PACK_RECEIVE, objects=objects)
        driver.execute("DELETE FROM meta WHERE key = ?", (f"{_REFUSED}{kind}:{name}",))
        driver.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
            (f"{_HELD}{kind}:{name}", msgspec.json.encode(pack).decode()),
        )
        transaction.books.record(at=at, by=by, action=Action.PACK_APPLY, objects=objects)


def note_refusal(
    register: Register, refused: RefusedPack, *, kind: str, name: str, at: datetime, by: str
) -> None:
    """Keep why one that came was not taken; the same reason again is no second line."""
    key, value = f"{_REFUSED}{kind}:{name}", msgspec.json.encode(refused).decode()
    with register.writing() as transaction:
        driver = transaction.driver
        row = driver.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        before = None if row is None else msgspec.json.decode(row[0], type=RefusedPack)
        if before is not None and _reason(before) == _reason(refused):
            return
        driver.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
        transaction.books.record(
            at=at,
            by=by,
            action=Action.PACK_REFUSE,
            objects=[("problem", refused.problem.value), ("name", name)],
        )


def serial(register: Register, *, program: str) -> int:
    """The server's serial that everything here is of; 0 for nothing yet.

    And for what another version of the program looked at: it may have passed over what this one
    can use.
    """
    if register.meta(_PROGRAM) != program:
        return 0
    return int(register.meta(_SERIAL) or 0)


def keep_serial(register: Register, value: int, *, program: str) -> None:
    """All that the server has was looked at, by this version of the program."""
    register.set_meta({_SERIAL: str(value), _PROGRAM: program})


def count_drafts(register: Register, form_id: str, versions: Sequence[str]) -> int:
    """How many half-typed forms were begun with one of these texts, whoever typed them."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT content ->> 'form_version' FROM drafts WHERE form_id = ?", (form_id,)
        ).all()
    return sum(version in versions for (version,) in rows)


def _reason(refused: RefusedPack) -> tuple[int, str]:
    return refused.number, refused.problem.value


def _rows(register: Register, prefix: str) -> list[str]:
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT value FROM meta WHERE key >= ? AND key < ? ORDER BY key",
            (prefix, prefix[:-1] + ";"),  # ";" comes after ":"
        ).all()
    return [str(value) for (value,) in rows]
