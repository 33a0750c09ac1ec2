"""Documents that move between communes: what the server makes of them in the receiving commune.

Whoever sends has no right there; so the server writes the likeness itself, from what it holds, in
the transaction that closes the document. It follows the rules of merging like any edit: what the
receiving commune wrote meanwhile is never overwritten without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from msgspec.structs import replace
from sqlalchemy import Connection, select

from sync.protocol.documents import DELETED, MOVED_TO, RULES, DocumentType
from sync.protocol.merge import FIRST_VERSION, ServerDocument, created, is_same, merged
from sync.protocol.messages import Change, Value
from sync.protocol.moving import MOVING, destination, fields_there, place_there
from sync.server.registers import Key, Stored
from sync.server.tables import communes

_MOVING = {one.value: one for one in MOVING}


def destinations(
    connection: Connection, changes: Sequence[Change], documents: Mapping[Key, Stored]
) -> dict[Key, dict[str, Key]]:
    """Document -> commune -> where its likeness is or may come to be.

    Only of documents that some change moves, takes back or decides about, and only in communes
    of this province: who leaves it is closed here and arrives nowhere.
    """
    wanted: defaultdict[Key, set[str]] = defaultdict(set)
    for change in changes:
        if MOVED_TO in change.patch and change.document_type in _MOVING:
            key = (change.bucket, change.document_id)
            wanted[key].add(destination(change.patch[MOVED_TO][1]))
            if stored := documents.get(key):
                wanted[key].add(destination(stored.document.fields.get(MOVED_TO)))
    codes = {code for named in wanted.values() for code in named if code}
    if not codes:
        return {}
    known = set(connection.scalars(select(communes.c.code).where(communes.c.code.in_(codes))))
    return {
        key: {
            code: place for code in named & known if (place := place_there(*key, code)) is not None
        }
        for key, named in wanted.items()
    }


def is_closed(known: Stored, change: Change, epoch: str, own: Set[str]) -> bool:
    """Is this an edit of a document that moved away, by somebody who knew?"""
    document = known.document
    if MOVED_TO in change.patch or document.fields.get(MOVED_TO) is None:
        return False
    version = document.version_of(MOVED_TO)
    author = document.authors.get(version)
    return version <= change.base_version or (
        author is not None and (author.epoch == epoch or author.op in own)
    )


def likenesses(
    change: Change,
    *,
    before: Stored | None,
    after: ServerDocument,
    places: Mapping[str, Key],
    there: Mapping[Key, Stored],
    epoch: str,
) -> dict[Key, Stored]:
    """What a change of ``moved_to`` does in the communes it names."""
    old = None if before is None else before.document
    was = destination(None if old is None else old.fields.get(MOVED_TO))
    now = destination(after.fields.get(MOVED_TO))
    made: dict[Key, Stored] = {}
    if was != now and was in places and places[was] in there:
        made[places[was]] = _withdrawn(change, there[places[was]], epoch)
    if now in places:
        key = places[now]
        stands = made.get(key) or there.get(key)
        since = old.version_of(MOVED_TO) if old is not None and was == now else 0
        made[key] = _arrived(change, after, stands, since, key, epoch)
    return made


def _withdrawn(change: Change, stands: Stored, epoch: str) -> Stored:
    """The move was taken back: its likeness is deleted, unless somebody worked on it there."""
    deletion = {"reason": "moved back", "by": change.by, "at": change.at}
    return _merged(stands, replace(change, patch={DELETED: (None, deletion)}), epoch)


def _arrived(
    change: Change, after: ServerDocument, stands: Stored | None, since: int, key: Key, epoch: str
) -> Stored:
    """The likeness is made; or it gets what was edited since (``since``: a version of ours)."""
    document_type = _MOVING[change.document_type]
    fields = fields_there(document_type, change.bucket, change.document_id, after.fields)
    if stands is None:
        creation = _there(change, key, {name: (None, value) for name, value in fields.items()})
        return Stored(change.document_type, created(creation, epoch=epoch).document)
    current = stands.document.fields
    patch: dict[str, tuple[Value, Value]] = {
        name: (current.get(name), value)
        for name, value in fields.items()
        if after.version_of(name) > since and not is_same(value, current.get(name))
    }
    if current.get(DELETED) is not None:
        patch[DELETED] = (current[DELETED], None)
    return _merged(stands, _there(change, key, patch), epoch) if patch else stands


def _there(change: Change, key: Key, patch: dict[str, tuple[Value, Value]]) -> Change:
    return replace(change, bucket=key[0], document_id=key[1], patch=patch)


def _merged(stands: Stored, change: Change, epoch: str) -> Stored:
    """As an edit by somebody who has seen no more than the arrival."""
    rule = RULES[DocumentType(stands.document_type)]
    seen = replace(change, base_version=FIRST_VERSION)
    outcome = merged(stands.document, seen, epoch=epoch, identity_fields=rule.identity_fields)
    return Stored(stands.document_type, outcome.document)
