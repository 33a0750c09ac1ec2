"""What a register must be after a cut: it opens, it is whole, and nothing promised is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from desktop.services.unlocking import open_register
from desktop.store import ledger
from desktop.store.documents import Patch, apply_patch
from desktop.store.entries import decode_fields
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people
from desktop.store.register import Register
from desktop.store.stretching import KdfCost
from sync.protocol.chain import chain_over
from sync.protocol.messages import Value
from tests.desktop.store.edits import an_id, household, person, save

CHEAP = KdfCost(memory_kib=8, iterations=1, lanes=1)
PASSPHRASES = {name: f"cây đa bến nước {name} ngồi" for name in ("Lan", "Mai", "Hoa")}
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class LostError(AssertionError):
    """Something that was promised is not there."""


def opened(folder: Path, *, user_name: str = "Lan", passphrase: str | None = None) -> Register:
    """As the officer opens it."""
    secret = PASSPHRASES[user_name] if passphrase is None else passphrase
    return open_register(folder, user_name=user_name, passphrase=secret, cost=CHEAP)


def require_whole(register: Register) -> None:
    """Documents, lists, changes and ledger tell one story, and every page is readable."""
    with register.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        chain = connection.exec_driver_sql("SELECT chain FROM heads").scalar_one()
        documents = {
            str(name): (str(kind), decode_fields(fields), int(pending))
            for name, kind, fields, pending in connection.exec_driver_sql(
                "SELECT id, type, fields, pending FROM documents"
            )
        }
        people = {
            str(name): str(full_name)
            for name, full_name in connection.exec_driver_sql("SELECT id, full_name FROM people")
        }
        households = connection.exec_driver_sql("SELECT count(*) FROM households").scalar_one()
    batch = RegisterOutbox(register).next_batch(limit=1_000_000)
    first = batch.changes[0].seq if batch.changes else 1
    assert [one.seq for one in batch.changes] == list(range(first, first + len(batch.changes)))
    assert chain_over(bytes.fromhex(batch.prev), batch.changes) == chain
    _require_told(documents, [(one.document_id, one.kind, one.patch) for one in batch.changes])
    kinds = [kind for kind, _, _ in documents.values()]
    assert households == kinds.count("household")
    assert people == {
        name: fields.get("full_name") or ""
        for name, (kind, fields, _) in documents.items()
        if kind == "person"
    }
    assert count_people(register) == len(people)
    assert ledger.verify(register).is_sound


def _require_told(
    documents: Mapping[str, tuple[str, Mapping[str, Value], int]],
    changes: list[tuple[str, str, Patch]],
) -> None:
    """What was made here is, field by field, what the unsent changes say."""
    made: dict[str, dict[str, Value]] = {}
    counted = dict.fromkeys(documents, 0)
    for document_id, kind, patch in changes:
        assert document_id in documents, "a change without its document"
        counted[document_id] += 1
        if kind == "create":
            made[document_id] = {}
        if document_id in made:
            apply_patch(made[document_id], patch)
    for document_id, fields in made.items():
        assert fields == documents[document_id][1], "document and changes differ"
    assert counted == {name: pending for name, (_, _, pending) in documents.items()}


def names_of(register: Register) -> dict[str, str]:
    """Person id -> name."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id, fields FROM documents WHERE type = 'person'")
        return {
            str(name): str(msgspec.json.decode(fields).get("full_name", ""))
            for name, fields in rows
        }


def require_promised(register: Register, promises: list[str]) -> None:
    """Every ``saved <id> <name>`` is there; what was being tried may be there, whole, or not."""
    promised: dict[str, str] = {}
    tried: dict[str, str] = {}
    for promise in promises:
        verb, _, rest = promise.partition(" ")
        if verb in ("trying", "saved"):
            for part in rest.split("|"):
                name, _, value = part.partition(" ")
                (tried if verb == "trying" else promised)[name] = value
    found = names_of(register)
    for name, value in promised.items():
        if found.get(name) not in (value, tried.get(name, value)):
            raise LostError(f"saved and not there: {value!r}, found {found.get(name)!r}")
    unknown = found.keys() - promised.keys() - tried.keys() - {""}
    assert not {found[name] for name in unknown} - {"Lê Trước"}


def require_goes_on(register: Register) -> None:
    """Work continues as if nothing had been."""
    one = an_id()
    save(register, household(an_id(), code="9"), person(one, full_name="Lê Trước"))
    assert names_of(register)[one] == "Lê Trước"
