"""What a base list wants of documents, merged with what officers wrote, with its history.

The province writes as a device of its own, whose chain nobody signs: the ledger tells its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from forms.findings import Code
from forms.rules.identity import IDENTITY_FIELDS, IdentityTables, flag_codes
from sync.protocol.chain import canonical, chain_link
from sync.protocol.documents import RULES, DocumentType, is_derived
from sync.protocol.ids import new_id_text
from sync.protocol.merge import Merged, ServerDocument, created, is_same, merged
from sync.protocol.messages import Change, ChangeResult, Value
from sync.server import history, registers
from sync.server.history import EPOCH, PROVINCE
from sync.server.ledger import Head
from sync.server.registers import Stored, Touched

_HOME = "household_id"


@dataclass(frozen=True, slots=True)
class Edit:
    """What the list wants of one document."""

    document_type: DocumentType
    document_id: str
    fields: Mapping[str, Value] = field(repr=False)


def flagging(training: bool) -> Callable[[Mapping[str, Value]], list[str]]:
    """Names of the codes that a person's identity is flagged for, as an officer's save does.

    Only who can search the register finds a number twice: that flag stays as it is.
    """
    tables, today = IdentityTables.load(training=training), datetime.now(UTC).date()

    def flags(fields: Mapping[str, Value]) -> list[str]:
        found = flag_codes(fields, on=today, tables=tables)
        before = fields.get("flags")
        kept = {Code.ID_013.name} & set(before if isinstance(before, list) else ())
        return sorted({*found, *kept})

    return flags


class Writing:
    """The edits against the documents as they are, merged and written with their history."""

    def __init__(
        self,
        connection: Connection,
        bucket: str,
        *,
        by: str,
        flags: Callable[[Mapping[str, Value]], list[str]],
    ) -> None:
        self._connection = connection
        self._bucket = bucket
        self._by = by
        self._flags = flags
        self._at = datetime.now(UTC).isoformat(timespec="seconds")
        self._seq, self._chain = history.end_of(connection, device_id=PROVINCE, epoch=EPOCH)
        self._entries: list[history.Entry] = []
        self.touched: list[Touched] = []
        self.new_persons = self.changed_persons = self.clashes = 0

    @property
    def end(self) -> Head:
        """Number and hash of the last change that a list made."""
        return Head(self._seq, self._chain.hex())

    def apply(self, edits: Sequence[Edit]) -> None:
        """Write all of it; what lies in another commune by now is left alone."""
        ids = {edit.document_id: self._bucket for edit in edits}
        claims = registers.claimed(self._connection, ids)
        stored = registers.locked(
            self._connection,
            {(self._bucket, one) for one in ids if one not in claims.new},
        )
        before = {one: stored.get((self._bucket, one)) for one in ids}
        ours = [edit for edit in edits if claims.places[edit.document_id] == self._bucket]
        for edit in _inhabited(ours, before):
            self._apply(edit, before[edit.document_id])
        if self.touched:
            history.append(self._connection, device_id=PROVINCE, epoch=EPOCH, entries=self._entries)
            registers.write(self._connection, self.touched)

    def _apply(self, edit: Edit, before: Stored | None) -> None:
        document = None if before is None else before.document
        patch = dict(_patch(edit, document))
        if not patch:
            return
        change, outcome = self._made(edit, document, patch)
        if outcome.document is document:
            return
        if edit.document_type is DocumentType.PERSON:
            flags = self._new_flags(document, outcome.document)
            if flags is not None:
                change, outcome = self._made(edit, document, {**patch, "flags": flags})
        self._count(edit, outcome, is_new=document is None)
        line = canonical(change)
        self._seq, self._chain = change.seq, chain_link(self._chain, line)
        result = ChangeResult(
            seq=change.seq, s=outcome.outcome, ver=outcome.document.version, f=outcome.clashed
        )
        self._entries.append(
            history.Entry(line=line, chain_hash=self._chain, change=change, result=result)
        )
        after = Stored(document_type=edit.document_type.value, document=outcome.document)
        self.touched.append(
            Touched(key=(self._bucket, edit.document_id), before=before, after=after)
        )

    def _made(
        self,
        edit: Edit,
        document: ServerDocument | None,
        patch: dict[str, tuple[Value, Value]],
    ) -> tuple[Change, Merged]:
        change = self._change(edit, patch, is_new=document is None)
        if document is None:
            return change, created(change, epoch=EPOCH)
        identity = RULES[edit.document_type].identity_fields
        return change, merged(document, change, epoch=EPOCH, identity_fields=identity)

    def _new_flags(
        self, before: ServerDocument | None, after: ServerDocument
    ) -> tuple[Value, Value] | None:
        """The flags before and after, where the change of what they are made of changes them."""
        fields = {} if before is None else before.fields
        if all(is_same(fields.get(name), after.fields.get(name)) for name in IDENTITY_FIELDS):
            return None
        flags, current = self._flags(after.fields) or None, fields.get("flags")
        return None if is_same(flags, current) else (current, flags)

    def _count(self, edit: Edit, outcome: Merged, *, is_new: bool) -> None:
        self.clashes += sum(not is_derived(name) for name in outcome.clashed)
        if edit.document_type is DocumentType.PERSON:
            self.new_persons += is_new
            self.changed_persons += not is_new

    def _change(self, edit: Edit, patch: dict[str, tuple[Value, Value]], *, is_new: bool) -> Change:
        seq = self._seq + 1
        return Change(
            seq=seq,
            change_id=new_id_text(unix_ms=int(datetime.now(UTC).timestamp() * 1000)),
            group=seq,
            document_type=edit.document_type.value,
            document_id=edit.document_id,
            bucket=self._bucket,
            kind="create" if is_new else "set",
            base_version=0,
            patch=patch,
            by=self._by,
            at=self._at,
        )


def _inhabited(edits: Sequence[Edit], before: Mapping[str, Stored | None]) -> Iterator[Edit]:
    """The edits without new households that nobody may be put into, and heads who live elsewhere.

    Whom an officer took out of a household stays out of it.
    """
    living = {
        (edit.fields[_HOME], edit.document_id)
        for edit in edits
        if edit.fields.get(_HOME)
        and ((stored := before[edit.document_id]) is None or _is_the_list_s(stored.document, _HOME))
    }
    homes = {home for home, _ in living}
    for edit in edits:
        if edit.document_type is not DocumentType.HOUSEHOLD:
            yield edit
        elif edit.document_id in homes:
            head = edit.fields.get("head_person_id")
            is_here = (edit.document_id, head) in living
            yield edit if is_here else replace(edit, fields={**edit.fields, "head_person_id": None})


def _patch(
    edit: Edit, document: ServerDocument | None
) -> Iterator[tuple[str, tuple[Value, Value]]]:
    """What of the edit may be written: nothing over an officer's word but what clashes with it."""
    identity = RULES[edit.document_type].identity_fields
    for name, value in edit.fields.items():
        if value is None:
            continue
        current = None if document is None else document.fields.get(name)
        if document is not None and is_same(value, current):
            continue
        if document is None or name in identity or _is_the_list_s(document, name):
            yield name, (current, value)


def _is_the_list_s(document: ServerDocument, name: str) -> bool:
    """Did nobody but the lists ever write this field?"""
    version = document.version_of(name)
    author = document.authors.get(version)
    return version == 0 or (author is not None and author.epoch == EPOCH)
