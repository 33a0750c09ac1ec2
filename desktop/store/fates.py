"""What left the lists of a register: deleted, merged, moved away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from desktop.store.documents import Document
from desktop.store.driver import driver_of, json_list
from desktop.store.links import connected, survivors
from desktop.store.register import Register
from sync.protocol.documents import DELETED, MERGED_INTO, DocumentType

_GONE = "SELECT id FROM fates WHERE fate = ? AND (? = '' OR type = ?) ORDER BY id DESC LIMIT ?"
_MERGED = (
    "SELECT f.id, f.target FROM json_each(?2) AS wanted JOIN fates AS f ON f.target = wanted.value "
    "WHERE f.fate = ?1 ORDER BY f.id"
)
# Whoever brings something back needs all that went with it, however much is gone.
_GONE_MEMBERS = (
    "SELECT f.id FROM fates AS f JOIN documents AS d ON d.doc = f.doc WHERE f.fate = ? "
    "AND f.type = ? AND d.fields ->> 'household_id' = ? ORDER BY f.id DESC"
)
_GONE_RECORDS = (
    "SELECT f.id FROM fates AS f JOIN documents AS d ON d.doc = f.doc WHERE f.fate = ? "
    "AND f.type = ? AND d.fields ->> 'person_id' IN (SELECT value FROM json_each(?)) "
    "ORDER BY f.id DESC"
)
_WITH_RECORD = (
    "SELECT DISTINCT f.id FROM fates AS f WHERE f.fate = ?1 AND f.type = ?2 AND ("
    "EXISTS (SELECT 1 FROM records AS r WHERE r.person_id = f.id) "
    "OR f.id IN (SELECT value FROM json_each(?3))) "
    "AND NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.doc = f.doc "
    "AND json_array_length(d.clashes, '$.deleted') > 0) ORDER BY f.id DESC"
)


def survivor_of(register: Register, person_id: str) -> str:
    """Who stands for this person."""
    with register.reading() as connection:
        return survivors(driver_of(connection), [person_id])[person_id]


def stand_for(register: Register, person_ids: Collection[str]) -> set[str]:
    """Who stands for these persons."""
    with register.reading() as connection:
        return set(survivors(driver_of(connection), person_ids).values())


@dataclass(frozen=True, slots=True)
class Group:
    """A person and everybody merged into it, directly or not."""

    survivor: str
    members: tuple[str, ...]


def group_of(register: Register, person_id: str) -> Group:
    """Whom the survivor of this person stands for."""
    with register.reading() as connection:
        driver = driver_of(connection)
        everybody = connected(driver, [person_id])
        standing = survivors(driver, everybody)
    survivor = standing[person_id]
    members = (one for one in everybody if standing[one] == survivor and one != survivor)
    return Group(survivor, tuple(sorted(members)))


def merged_into(register: Register, person_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Each entry that was merged into one of these persons, and that person."""
    wanted = json_list(person_ids)
    with register.reading() as connection:
        rows = driver_of(connection).execute(_MERGED, (MERGED_INTO, wanted))
        return [(str(entry), str(person)) for entry, person in rows]


def gone_ids(register: Register, fate: str, *, document_type: str = "", limit: int) -> list[str]:
    """Documents with this fate, those made last first."""
    with register.reading() as connection:
        rows = driver_of(connection).execute(_GONE, (fate, document_type, document_type, limit))
        return [str(name) for (name,) in rows]


def gone_members(register: Register, fate: str, household_id: str) -> list[Document]:
    """Every person with this fate who was of this household."""
    return _gone(register, _GONE_MEMBERS, fate, DocumentType.PERSON, household_id)


def gone_records(register: Register, fate: str, person_ids: Sequence[str]) -> list[Document]:
    """Every record with this fate of these persons that the user may see."""
    wanted = json_list(person_ids)
    plain = _gone(register, _GONE_RECORDS, fate, DocumentType.RECORD, wanted)
    with register.restricted() as view:
        restricted_ids = view.gone_records(person_ids)
    restricted = register.documents(restricted_ids)
    return [*plain, *(one for one in restricted if one.fate == fate)]


def deleted_with_record(register: Register) -> list[str]:
    """Persons who are deleted, of whom a record stands that the user may see; last made first.

    Not those about whose deletion somebody has to decide.
    """
    with register.restricted() as view:
        restricted = json_list(view.persons_with_record())
    with register.reading() as connection:
        rows = driver_of(connection).execute(
            _WITH_RECORD, (DELETED, DocumentType.PERSON.value, restricted)
        )
        return [str(name) for (name,) in rows]


def _gone(
    register: Register, sql: str, fate: str, document_type: DocumentType, whose: str
) -> list[Document]:
    with register.reading() as connection:
        rows = driver_of(connection).execute(sql, (fate, document_type.value, whose))
        ids = [str(name) for (name,) in rows]
    return register.documents(ids)
