"""What the neighbours hold and the province has not confirmed: one document each, as it would be.

It is hearsay: shown and marked, never counted, and gone as soon as the province's row is there.
What a change may contain is asked here by the same rules as at the province.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select

from sync.protocol.box import BoxDocuments
from sync.protocol.carried import CarriedDocument
from sync.protocol.codec import decode_push
from sync.protocol.documents import is_restricted
from sync.protocol.messages import Change, Refusal, Value
from sync.protocol.rules import broken_rule
from sync.server.box.spool import RECEIPTED, WAITING, has_changes
from sync.server.sessions import Device, device_by_id
from sync.server.tables import box_pushes


@dataclass(slots=True)
class _Composed:
    """One document with everything the neighbours did to it, oldest first."""

    first: Change
    is_new: bool
    patch: dict[str, tuple[Value, Value]] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        self.is_new = self.is_new or change.kind == "create"
        for name, (old, new) in change.patch.items():
            self.patch[name] = (self.patch[name][0] if name in self.patch else old, new)

    def carried(self) -> CarriedDocument:
        shown = {name: new for name, (_, new) in self.patch.items() if new is not None}
        return CarriedDocument(
            bucket=self.first.bucket,
            document_type=self.first.document_type,
            document_id=self.first.document_id,
            version=0,
            fields=shown if self.is_new else {},
            unsent={} if self.is_new else self.patch,
        )


def documents_for(engine: Engine, device: Device, *, known: int) -> BoxDocuments:
    """Everything of others that this device may read; nothing when that is what it has already."""
    with engine.begin() as connection:
        number = _number(connection)
        if number == known:
            return BoxDocuments(number=number, is_unchanged=True, documents=[])
        found: dict[str, _Composed] = {}
        readable = frozenset(device.buckets())
        for change in _changes_of_others(connection, device):
            if change.bucket in readable and not is_restricted(change.bucket):
                one = found.setdefault(change.document_id, _Composed(change, is_new=False))
                one.add(change)
        return BoxDocuments(
            number=number,
            is_unchanged=False,
            documents=[one.carried() for one in found.values()],
        )


def _number(connection: Connection) -> int:
    """Another one after each push with changes that comes, and each that is settled."""
    row = connection.execute(
        select(
            func.coalesce(func.max(box_pushes.c.id), 0),
            func.count().filter(box_pushes.c.state.in_((WAITING, RECEIPTED))),
        ).where(has_changes())
    ).one()
    return int(row[0]) * 1_000_000 + int(row[1]) % 1_000_000


def _changes_of_others(connection: Connection, device: Device) -> Iterator[Change]:
    rows = connection.execute(
        select(box_pushes.c.device_id, box_pushes.c.body)
        .where(
            box_pushes.c.state.in_((WAITING, RECEIPTED)),
            box_pushes.c.device_id != device.device_id,
            has_changes(),
        )
        .order_by(box_pushes.c.id)
    ).all()
    authors: dict[UUID, Device | Refusal] = {}
    for row in rows:
        if row.device_id not in authors:
            authors[row.device_id] = device_by_id(connection, row.device_id)
        author = authors[row.device_id]
        if isinstance(author, Device):
            yield from (c for c in decode_push(bytes(row.body)).changes if _is_sound(c, author))


def _is_sound(change: Change, author: Device) -> bool:
    return (
        broken_rule(change, role=author.role, communes=author.communes, data_sets=author.data_sets)
        is None
    )
