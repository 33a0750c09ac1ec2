"""Marks of what other offices sent by parcel and the server has not confirmed (``provisional``).

A mark lies in ``meta`` under the document's id. Whoever writes a row of the server asks here what
still lies upon it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from desktop.store.documents import FieldValues, Patch, apply_patch
from desktop.store.driver import Driver, json_list
from sync.protocol.merge import is_same
from sync.protocol.messages import Value

KEY = "provisional:"
#: Behind every key that begins so.
KEYS_END = "provisional;"

_ANY = "SELECT 1 FROM meta WHERE key >= ? AND key < ? LIMIT 1"
_OF = "SELECT key, value FROM meta WHERE key IN (SELECT ? || value FROM json_each(?))"
_DROP = "DELETE FROM meta WHERE key >= ? AND key < ? AND value ->> 'bucket' = ?"


class Mark(msgspec.Struct, frozen=True):
    """Where it came from, and what of it is not the server's.

    Attributes:
        sender, office: the device and its office's name.
        series, number: the parcel's.
        at: when it was received.
        is_new: the server has not told of the document at all.
        patch: the answer that lies upon the server's fields: field -> (the server's, the new).
    """

    bucket: str
    document_type: str
    sender: str
    office: str
    series: str
    number: int
    at: str
    is_new: bool
    patch: Patch


_decode = msgspec.json.Decoder(Mark).decode


def marks_of(driver: Driver, document_ids: Sequence[str]) -> dict[str, Mark]:
    """The marks of these documents; most registers have none at all."""
    if driver.execute(_ANY, (KEY, KEYS_END)).fetchone() is None:
        return {}
    rows = driver.execute(_OF, (KEY, json_list(document_ids)))
    return {str(key).removeprefix(KEY): _decode(value) for key, value in rows}


def set_mark(driver: Driver, document_id: str, mark: Mark | None) -> None:
    """Keep a mark; ``None`` takes it away."""
    if mark is None:
        driver.execute("DELETE FROM meta WHERE key = ?", (KEY + document_id,))
        return
    driver.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        (KEY + document_id, msgspec.json.encode(mark).decode()),
    )


def left_by_row(driver: Driver, document_id: str, mark: Mark, fields: Mapping[str, Value]) -> Patch:
    """The server's row came: what of the answer still lies upon it. The mark is kept in step."""
    patch: Patch = {
        name: (old, new)
        for name, (old, new) in mark.patch.items()
        if is_same(fields.get(name), old)
    }
    if mark.is_new or patch != mark.patch:
        left = msgspec.structs.replace(mark, is_new=False, patch=patch) if patch else None
        set_mark(driver, document_id, left)
    return patch


def without(fields: Mapping[str, Value], patches: Iterable[Patch]) -> FieldValues:
    """The fields as they were beneath these patches; the newest comes last."""
    found = dict(fields)
    for patch in reversed(list(patches)):
        apply_patch(found, {name: (new, old) for name, (old, new) in patch.items()})
    return found


def drop_bucket(driver: Driver, bucket: str) -> None:
    """Forget the marks of a withdrawn bucket."""
    driver.execute(_DROP, (KEY, KEYS_END, bucket))
