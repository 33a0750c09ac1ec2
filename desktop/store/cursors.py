"""The buckets that this register names to the server, and how far it has read each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from desktop.store.driver import Driver
from sync.protocol.chain import digest_of

#: The cursor of a bucket that must come whole, our own documents too: no receipt moves it over
#: them. To the server it is 0.
FROM_THE_START = -1
#: The digest of a bucket without documents.
EMPTY_DIGEST = digest_of(()).x

_ADD = (
    "INSERT INTO buckets (bucket, cursor, count, digest) VALUES (?, ?, 0, ?) "
    "ON CONFLICT (bucket) DO UPDATE SET cursor = "
)


def set_cursors(driver: Driver, cursors: Mapping[str, int]) -> None:
    """Everything up to these positions is here."""
    rows = [(bucket, cursor, EMPTY_DIGEST) for bucket, cursor in cursors.items()]
    driver.executemany(_ADD + "excluded.cursor", rows)


def name_buckets(driver: Driver, buckets: Iterable[str]) -> None:
    """The server has documents of these of which the row must come, or word that it never will.

    It tells that a bucket was withdrawn only to who names it.
    """
    rows = [(bucket, FROM_THE_START, EMPTY_DIGEST) for bucket in buckets]
    driver.executemany(_ADD + "coalesce(cursor, excluded.cursor)", rows)
