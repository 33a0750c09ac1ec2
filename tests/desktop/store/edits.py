"""Edits, rows and receipts as the tests of the store need them. Nobody here exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from desktop.store.documents import Edit
from desktop.store.inbox import RegisterInbox
from desktop.store.register import Register
from sync.protocol.documents import RULES, DocumentType, bucket_of
from sync.protocol.ids import new_id_text
from sync.protocol.messages import ChangeResult, Clash, Outcome, PushAnswer, Row, Value

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
COMMUNE = "99001"
REGISTER_BUCKET = "99001/register"


def an_id() -> str:
    """A new document id."""
    return new_id_text(unix_ms=int(NOW.timestamp() * 1000))


def person(document_id: str, **fields: Value) -> Edit:
    """An edit of a person."""
    return Edit(DocumentType.PERSON, document_id, COMMUNE, fields)


def household(document_id: str, **fields: Value) -> Edit:
    """An edit of a household."""
    return Edit(DocumentType.HOUSEHOLD, document_id, COMMUNE, fields)


def edit(kind: DocumentType, document_id: str, fields: Mapping[str, Value]) -> Edit:
    """An edit of any document."""
    return Edit(kind, document_id, COMMUNE, fields)


def save(register: Register, *edits: Edit) -> None:
    """Save as the officer Lan."""
    register.save(edits, author="Lan", at=NOW, action="record.save")


def row(
    document_id: str,
    fields: Mapping[str, Value],
    *,
    version: int,
    position: int = 1,
    kind: DocumentType = DocumentType.PERSON,
    clashes: Mapping[str, list[Clash]] | None = None,
) -> Row:
    """A row of the server's feed."""
    return Row(
        bucket=bucket_of(COMMUNE, RULES[kind].data_set),
        position=position,
        document_type=kind.value,
        document_id=document_id,
        version=version,
        fields=dict(fields),
        clashes=dict(clashes or {}),
    )


def answer(acked: int, results: Sequence[ChangeResult]) -> PushAnswer:
    """The server's receipt."""
    return PushAnswer(
        acked=acked,
        h="",
        results=list(results),
        server_epoch="e",
        now="2026-11-22T08:05:00+00:00",
    )


def put_clash(register: Register, document_id: str, name: str, other: Value) -> None:
    """Another device wrote something else into this field; nobody decided yet."""
    document = register.document(document_id)
    assert document is not None
    version = document.version + 1
    row = Row(
        bucket=document.bucket,
        position=version,
        document_type=document.document_type.value,
        document_id=document_id,
        version=version,
        fields=dict(document.fields),
        clashes={name: [Clash(value=other, by="Tổ Hai", at="2026-11-22T08:00:00+00:00", op="x")]},
    )
    inbox = RegisterInbox(register, clock=lambda: datetime.now(UTC), author="Lan")
    inbox.apply_page(rows=[row], grants=[], drops=[], cursors={document.bucket: version})


def applied(seq: int, version: int) -> ChangeResult:
    """One change accepted as it was."""
    return ChangeResult(seq=seq, s=Outcome.APPLIED, ver=version)
