"""What this register itself wrote into documents that clash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from desktop.store.driver import driver_of, json_list
from desktop.store.register import Register
from desktop.store.rights import may_see, rights_in
from sync.protocol.messages import Change

_CHANGES = msgspec.json.Decoder(Change)
_OF_DOCUMENTS = (
    "SELECT change FROM outbox WHERE document_id IN (SELECT value FROM json_each(?)) "
    "ORDER BY position"
)


def own_edits(register: Register, document_ids: Sequence[str]) -> Mapping[str, Sequence[Change]]:
    """Document -> its changes that were made here, oldest first. Reads the whole outbox once."""
    found: dict[str, list[Change]] = {}
    if not document_ids:
        return found
    with register.reading() as connection:
        driver = driver_of(connection)
        rights = rights_in(driver, register.user)
        names = json_list(list(document_ids))
        for (text,) in driver.execute(_OF_DOCUMENTS, (names,)):
            change = _CHANGES.decode(text)
            if may_see(rights, change.bucket):
                found.setdefault(change.document_id, []).append(change)
    return found
