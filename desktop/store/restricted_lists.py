"""Writing what is restricted, within the transaction of a batch, into tables of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from desktop.store import tables
from desktop.store.driver import Driver, first_value
from desktop.store.projections import Row
from sync.protocol.documents import DocumentType

_INSERT = tables.insert_into(tables.restricted_documents)
_UPDATE = (
    "UPDATE restricted_documents SET version = ?, fields = ?, base = ?, clashes = ?, pending = ?, "
    "mark = ? WHERE doc = ?"
)
_LISTS = {
    DocumentType.RECORD: tables.restricted_records,
    DocumentType.SUBMISSION: tables.restricted_submissions,
}
_PUT = {
    kind: tables.insert_into(table).replace("INSERT", "INSERT OR REPLACE", 1)
    for kind, table in _LISTS.items()
}
_UNLIST = {
    kind: f"DELETE FROM {table.name} WHERE doc = ?"  # noqa: S608 names of ours
    for kind, table in _LISTS.items()
}
#: Everything that is made of one bucket's documents; the documents come last.
_DROP = (
    *(
        f"DELETE FROM {table.name} WHERE doc IN "  # noqa: S608 names of ours
        "(SELECT doc FROM restricted_documents WHERE bucket = ?)"
        for table in _LISTS.values()
    ),
    "DELETE FROM restricted_documents WHERE bucket = ?",
)


def last_number(driver: Driver) -> int:
    """The highest number of a restricted document in this file."""
    return first_value(driver.execute("SELECT max(doc) FROM restricted_documents")) or 0


def write_documents(
    driver: Driver, *, new: Sequence[tuple[Any, ...]], changed: Sequence[tuple[Any, ...]]
) -> None:
    """Rows of new documents, and for changed ones what can change with the number behind it."""
    if new:
        driver.executemany(_INSERT, new)
    if changed:
        driver.executemany(_UPDATE, changed)


def write_lists(driver: Driver, rows: Iterable[tuple[DocumentType, int, Row | None]]) -> None:
    """The rows of the lists, ``None`` for what left them; other types than these stand in none."""
    for kind, doc, row in rows:
        if kind in _PUT and row is not None:
            driver.execute(_PUT[kind], row)
        elif kind in _LISTS:
            driver.execute(_UNLIST[kind], (doc,))


def forget_versions(driver: Driver, bucket: str | None = None) -> None:
    """The documents (of a bucket, or all) count as not confirmed by the server."""
    if bucket is None:
        driver.execute("UPDATE restricted_documents SET version = 0", ())
    else:
        driver.execute("UPDATE restricted_documents SET version = 0 WHERE bucket = ?", (bucket,))


def mark_pending(driver: Driver, counts: Iterable[tuple[int, str]]) -> None:
    """Exactly these documents (number of waiting changes, id) have something waiting."""
    driver.execute("UPDATE restricted_documents SET pending = 0 WHERE pending <> 0", ())
    driver.executemany("UPDATE restricted_documents SET pending = ? WHERE id = ?", list(counts))


def drop_bucket(driver: Driver, bucket: str) -> None:
    """Remove a bucket's documents and their rows of lists."""
    for statement in _DROP:
        driver.execute(statement, (bucket,))
