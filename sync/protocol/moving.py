"""What becomes of a document that moves to another commune of the province.

A document never changes its bucket: positions, digests, chains and grants rest on it. The commune
that sends closes it (``moved_to``); the server, in the same transaction, makes its likeness in the
same data set of the commune that receives, under an id that follows from both. Whoever asks for
the history there finds it; what the sending commune knows stays with it, read only.

The likeness links to likenesses: a record to the person's, a person to the household's where the
household moved with it. A fate, a decision about namesakes and an earlier arrival stay behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from sync.protocol.documents import (
    FATES,
    MOVED_TO,
    DocumentType,
    bucket_of,
    data_set_in,
)
from sync.protocol.ids import id_of_digest
from sync.protocol.messages import Fields, Value

#: Types that move. Checks and what was handed in stay with the commune that asked and filed.
MOVING = frozenset({DocumentType.HOUSEHOLD, DocumentType.PERSON, DocumentType.RECORD})

#: Where a document came from, and by which paper; when it was received there.
CAME_FROM, ARRIVED = "came_from", "arrived"
#: The value of ``moved_to["household"]`` of a person whose household moves too.
WITH_HOUSEHOLD = "with"

_LEFT_BEHIND = frozenset({*FATES, CAME_FROM, ARRIVED})
_LINKS = {
    DocumentType.HOUSEHOLD: ("head_person_id",),
    DocumentType.PERSON: (),
    DocumentType.RECORD: ("person_id",),
}


def moved_id(document_id: str, commune_code: str) -> str:
    """The id of the likeness, the same wherever it is worked out."""
    return id_of_digest(sha256(f"moved\n{document_id}\n{commune_code}".encode()).digest())


def destination(moved_to: Value) -> str:
    """The commune that a value of ``moved_to`` names; "" for none."""
    return str(moved_to.get("commune") or "") if isinstance(moved_to, dict) else ""


def place_there(bucket: str, document_id: str, commune_code: str) -> tuple[str, str] | None:
    """Bucket and id of the likeness; ``None`` for a data set that this program does not know."""
    data_set = data_set_in(bucket)
    if data_set is None or not commune_code or commune_code == bucket.partition("/")[0]:
        return None
    return bucket_of(commune_code, data_set), moved_id(document_id, commune_code)


def fields_there(
    document_type: DocumentType, bucket: str, document_id: str, fields: Mapping[str, Value]
) -> Fields:
    """The fields of the likeness of a document that was moved."""
    moved_to = fields[MOVED_TO]
    commune = destination(moved_to)
    there = {
        name: value
        for name, value in fields.items()
        if name not in _LEFT_BEHIND and not name.startswith("distinct.")
    }
    links = _LINKS[document_type]
    if moved_to.get("household") == WITH_HOUSEHOLD:
        links = (*links, "household_id")
    else:
        there.pop("household_id", None)
    for name in links:
        if there.get(name):
            there[name] = moved_id(str(there[name]), commune)
    there[CAME_FROM] = {
        "commune": bucket.partition("/")[0],
        "document": document_id,
        "date": str(moved_to.get("date") or ""),
        "paper": str(moved_to.get("paper") or ""),
    }
    return there
