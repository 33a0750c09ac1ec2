"""Who stands for a person that was merged into another, in the lists of a register.

A merged person keeps its document; its records, checks and submissions keep naming it. The lists
have them under the survivor, which every register finds alike from the links it holds, in whatever
order they came: one follows the links to the person that has none; where links run in a circle
(two devices merged the same two the other way round), the smallest id of the circle stands for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from desktop.store.driver import Driver, json_list
from sync.protocol.documents import MERGED_INTO

_ANY_LINK = "SELECT 1 FROM fates WHERE fate = ? LIMIT 1"
_FROM = "SELECT id, target FROM fates WHERE fate = ? AND id IN (SELECT value FROM json_each(?))"
_TO = "SELECT id, target FROM fates WHERE fate = ? AND target IN (SELECT value FROM json_each(?))"
#: Each list with its documents.
_LISTS = (
    ("records", "documents"),
    ("checks", "documents"),
    ("submissions", "documents"),
    ("restricted_records", "restricted_documents"),
    ("restricted_submissions", "restricted_documents"),
)


def has_links(driver: Driver) -> bool:
    """Was anybody merged at all? Hardly any register asks further."""
    return driver.execute(_ANY_LINK, (MERGED_INTO,)).fetchone() is not None


def survivors(driver: Driver, person_ids: Iterable[str]) -> dict[str, str]:
    """Who stands for each of these persons; most stand for themselves."""
    wanted = set(person_ids)
    links: dict[str, str] = {}
    ahead = set(wanted)
    while ahead:
        found = dict(driver.execute(_FROM, (MERGED_INTO, _json(ahead))).fetchall())
        links |= found
        ahead = set(found.values()) - links.keys()
    return {person_id: _survivor(person_id, links) for person_id in wanted}


def _survivor(person_id: str, links: Mapping[str, str]) -> str:
    seen = [person_id]
    while (following := links.get(seen[-1])) is not None:
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]


def connected(driver: Driver, person_ids: Iterable[str]) -> set[str]:
    """These persons and all that links tie to them, in either direction."""
    found: set[str] = set()
    ahead = set(person_ids)
    while ahead:
        found |= ahead
        names = _json(ahead)
        links = [
            *driver.execute(_FROM, (MERGED_INTO, names)).fetchall(),
            *driver.execute(_TO, (MERGED_INTO, names)).fetchall(),
        ]
        ahead = {str(name) for link in links for name in link} - found
    return found


def follow(driver: Driver, person_ids: Collection[str]) -> None:
    """Put what is listed under these persons under who stands for them now."""
    names = _json(person_ids)
    for table, documents in _LISTS:
        rows = driver.execute(
            f"SELECT l.doc, l.person_id, d.fields ->> 'person_id' FROM {table} AS l "  # noqa: S608 names of ours
            f"JOIN {documents} AS d ON d.doc = l.doc "
            "WHERE l.person_id IN (SELECT value FROM json_each(?))",
            (names,),
        ).fetchall()
        standing = survivors(driver, [own for _, _, own in rows if own])
        changed = [
            (standing[own], doc) for doc, listed, own in rows if own and standing[own] != listed
        ]
        if changed:
            driver.executemany(
                f"UPDATE {table} SET person_id = ? WHERE doc = ?",  # noqa: S608 names of ours
                changed,
            )


def _json(names: Iterable[str]) -> str:
    return json_list(sorted(names))
