"""What a register holds, bucket by bucket: for comparing devices that should hold the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from desktop.store.entries import decode_fields
from desktop.store.register import Register
from sync.protocol.messages import Value

#: Document id -> field -> value as the user sees it.
Holdings: TypeAlias = Mapping[str, Mapping[str, Value]]


def holdings(register: Register) -> dict[str, Holdings]:
    """Bucket -> its documents."""
    found: dict[str, dict[str, Mapping[str, Value]]] = {}
    with register.reading() as connection:
        for document_id, bucket, fields in connection.exec_driver_sql(
            "SELECT id, bucket, fields FROM documents"
        ):
            found.setdefault(bucket, {})[document_id] = decode_fields(fields)
    return dict(found)
