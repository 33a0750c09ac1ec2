"""Applying a push: every change exactly once, saves whole, in one transaction.

The order of locks is the protection: first the device's row, then ids and documents in id order,
last the heads of the buckets in the order of their names. A reader of a feed can therefore never
pass over a position that is committed later, and two pushes never wait for each other in a ring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError

from sync.protocol.chain import CHAIN_BYTES, chain_link, chain_start
from sync.protocol.codec import Push
from sync.protocol.documents import MOVED_TO, RULES, DocumentType, Role, may_set
from sync.protocol.merge import Merged, ServerDocument, created, is_same, merged
from sync.protocol.messages import (
    Change,
    ChangeResult,
    Hold,
    Outcome,
    PushAnswer,
    Refusal,
    RefusalCode,
)
from sync.protocol.rules import MOST_FIELDS, broken_rule, is_uuid
from sync.protocol.signing import is_signed, push_text
from sync.server import collecting, fence, history, moves, registers, witnesses
from sync.server.database import is_collision
from sync.server.provinces import server_epoch
from sync.server.registers import Stored
from sync.server.sessions import Device, colleagues_of, enter
from sync.server.tables import device_epochs, devices

_ATTEMPTS = 3
_EPOCH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A change with the bytes that were signed and the chain hash after it."""

    change: Change
    line: bytes
    chain_hash: bytes


def push(engine: Engine, device: Device, sent: Push) -> PushAnswer | Refusal:
    """Apply what is new in this push and answer with the receipt of all of it."""
    numbered = verified(device, sent)
    if isinstance(numbered, Refusal):
        return numbered
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with engine.begin() as connection:
                enter(connection, device)
                answer = _applied(connection, device, sent, numbered)
        except DBAPIError as error:
            if attempt == _ATTEMPTS or not is_collision(error):
                raise
        else:
            return answer  # only here, after the commit
    raise AssertionError("the last attempt returns or raises")


def verified(device: Device, sent: Push) -> list[_Numbered] | Refusal:
    """The changes with their hashes, if this device signed exactly them."""
    header = sent.header
    previous = _chain_hash(header.prev)
    if previous is None or len(header.epoch) != _EPOCH_LENGTH:
        return Refusal(code=RefusalCode.MALFORMED)
    numbered = []
    for change, line in zip(sent.changes, sent.change_lines, strict=True):
        previous = chain_link(previous, line)
        numbered.append(_Numbered(change=change, line=line, chain_hash=previous))
    is_its_own = header.device == str(device.device_id) and previous.hex() == sent.end.h
    text = push_text(sent.header_line, sent.end.h)
    if not is_its_own or not is_signed(device.public_key, text, sent.end.sig):
        return Refusal(code=RefusalCode.BAD_SIGNATURE)
    return numbered


def _chain_hash(raw_hash: str) -> bytes | None:
    try:
        value = bytes.fromhex(raw_hash)
    except ValueError:
        return None
    return value if len(value) == CHAIN_BYTES else None


def _applied(
    connection: Connection, device: Device, sent: Push, numbered: Sequence[_Numbered]
) -> PushAnswer | Refusal:
    """The work of one transaction."""
    header = sent.header
    last_seq, last_hash, is_revoked = _locked_epoch(connection, device, header.epoch)
    if is_revoked:
        return Refusal(code=RefusalCode.REVOKED)
    if header.first > last_seq + 1:
        return Refusal(code=RefusalCode.GAP, expected=last_seq + 1)
    known, fresh = _split(numbered, last_seq)
    meeting_seq = header.first - 1 + len(known)
    here = known[-1].chain_hash if known else bytes.fromhex(header.prev)
    if here != _stored_hash(connection, device, header.epoch, meeting_seq, last_seq, last_hash):
        return Refusal(code=RefusalCode.FORK)
    results = history.stored_results(
        connection,
        device_id=device.device_id,
        epoch=header.epoch,
        first=header.first,
        last=meeting_seq,
    )
    ledger = witnesses.kept(connection, device.device_id, header.epoch, header.ledger)
    heads: dict[str, tuple[int, int]] = {}
    if fresh:
        made, heads = _apply(connection, device, header.epoch, fresh)
        results += made
        last_seq, last_hash = fresh[-1].change.seq, fresh[-1].chain_hash
    return PushAnswer(
        acked=last_seq,
        h=last_hash.hex(),
        results=results,
        server_epoch=server_epoch(connection),
        now=datetime.now(UTC).isoformat(timespec="seconds"),
        heads=heads,
        ledger=ledger,
    )


_LOCK_DEVICE = (
    select(devices.c.revoked_at.is_not(None))
    .where(devices.c.id == bindparam("device_id"))
    .with_for_update()
)
_EPOCH = select(device_epochs.c.last_seq, device_epochs.c.last_hash).where(
    device_epochs.c.device_id == bindparam("device_id"),
    device_epochs.c.epoch == bindparam("epoch"),
)


def _locked_epoch(connection: Connection, device: Device, epoch: str) -> tuple[int, bytes, bool]:
    """Lock the device for this push; how far its epoch is, and whether it was revoked."""
    key = {"device_id": device.device_id, "epoch": epoch}
    is_revoked = connection.execute(_LOCK_DEVICE, key).scalar_one()
    # Only now: a push of the same device that was waited for is in this row.
    row = connection.execute(_EPOCH, key).one_or_none()
    if row is None:
        return 0, chain_start(epoch), is_revoked
    return row.last_seq, bytes(row.last_hash), is_revoked


def _split(
    numbered: Sequence[_Numbered], last_seq: int
) -> tuple[Sequence[_Numbered], Sequence[_Numbered]]:
    """What the server has, and what is new to it."""
    cut = sum(1 for one in numbered if one.change.seq <= last_seq)
    return numbered[:cut], numbered[cut:]


def _stored_hash(
    connection: Connection,
    device: Device,
    epoch: str,
    seq: int,
    last_seq: int,
    last_hash: bytes,
) -> bytes | None:
    """The server's chain hash after this seq of the epoch."""
    if seq == last_seq:
        return last_hash
    if seq == 0:
        return chain_start(epoch)
    return history.chain_hash_at(connection, device_id=device.device_id, epoch=epoch, seq=seq)


def _apply(
    connection: Connection, device: Device, epoch: str, fresh: Sequence[_Numbered]
) -> tuple[list[ChangeResult], dict[str, tuple[int, int]]]:
    """Apply new changes, save by save, and write documents, history and feeds.

    Gives their receipts, and where the feeds ended before and end now.
    """
    changes = [one.change for one in fresh]
    before = history.accepted_before(
        connection,
        device_id=device.device_id,
        colleagues=colleagues_of(connection, device),
        change_ids=[c.change_id for c in changes if is_uuid(c.change_id)],
    )
    repeated = {
        change.change_id: before[change.change_id][1]
        for change in changes
        if change.change_id in before and _is_same_edit(change, before[change.change_id][0])
    }
    judged = _Judged(
        connection,
        device,
        changes,
        taken=before.keys() - repeated.keys(),
        sent_again=repeated.keys(),
    )
    applying = _Applying(
        judged,
        epoch=epoch,
        role=device.role,
        sent_again=frozenset(repeated),
        sent_in_epoch=partial(history.sent_in, connection, device_id=device.device_id, epoch=epoch),
    )
    results: list[ChangeResult] = []
    for _, save in groupby(changes, key=lambda change: change.group):
        results += applying.apply_save(list(save), repeated)
    history.append(
        connection,
        device_id=device.device_id,
        epoch=epoch,
        entries=[
            history.Entry(
                line=one.line, chain_hash=one.chain_hash, change=one.change, result=result
            )
            for one, result in zip(fresh, results, strict=True)
        ],
    )
    _advance(connection, device, epoch, fresh[-1])
    heads = registers.write(connection, applying.touched())
    # What the server made itself has to come by a pull.
    return results, {name: at for name, at in heads.items() if name not in applying.arrivals}


_new = upsert(device_epochs)
_ADVANCE = _new.on_conflict_do_update(
    index_elements=["device_id", "epoch"],
    set_={name: _new.excluded[name] for name in ("last_seq", "last_hash")},
)


def _advance(connection: Connection, device: Device, epoch: str, last: _Numbered) -> None:
    key = {"device_id": device.device_id, "epoch": epoch}
    end = {"last_seq": last.change.seq, "last_hash": last.chain_hash}
    connection.execute(_ADVANCE, key | end)


class _Judged:
    """The changes of a push against the rules, and the documents they touch, locked."""

    def __init__(
        self,
        connection: Connection,
        device: Device,
        changes: Sequence[Change],
        *,
        taken: Set[str],
        sent_again: Set[str],
    ) -> None:
        """``taken`` are change ids that stand for other edits already.

        Those ``sent_again`` were accepted before, and are not judged with the rest of their save.
        """
        self._holds = {
            change.seq: Hold.BAD_ID
            if change.change_id in taken
            else broken_rule(
                change,
                role=device.role,
                communes=device.communes,
                data_sets=device.data_sets,
            )
            for change in changes
        }
        if device.role is Role.COLLECTOR:
            self._holds |= collecting.handed_over(
                connection,
                office_id=device.office_id,
                communes=device.communes,
                former=device.former,
                changes=changes,
                holds=self._holds,
            )
        sound = [change for change in changes if self._holds[change.seq] is None]
        # Of a save that cannot be applied nothing is claimed: a claim outlives it.
        self._held = {
            change.group
            for change in changes
            if self._holds[change.seq] is not None and change.change_id not in sent_again
        }
        claims = registers.claimed(
            connection,
            {
                change.document_id: change.bucket
                for change in sound
                if change.kind == "create" and change.group not in self._held
            },
        )
        self._places = claims.places
        self.documents = registers.locked(
            connection,
            {(c.bucket, c.document_id) for c in sound if c.document_id not in claims.new},
        )
        self.moves = moves.destinations(connection, sound, self.documents)
        if places := {place for named in self.moves.values() for place in named.values()}:
            self._enter_places(connection, device, places)

    def _enter_places(
        self, connection: Connection, device: Device, places: Set[registers.Key]
    ) -> None:
        """Where documents move to, this transaction may write though the device may not."""
        buckets = {*device.buckets(), *(bucket for bucket, _ in places)}
        fence.enter(connection, device.device_id, communes=device.communes, buckets=buckets)
        claims = registers.claimed(connection, {name: bucket for bucket, name in places})
        known = {(bucket, name) for bucket, name in places if name not in claims.new}
        self.documents |= registers.locked(connection, known)

    def hold_of(self, change: Change) -> Hold | None:
        """The rule that the change itself breaks."""
        hold = self._holds[change.seq]
        if hold is None and change.kind == "create" and change.group not in self._held:
            place = self._places.get(change.document_id)  # of others: not even seen
            return None if place == change.bucket else Hold.BAD_ID
        return hold


class _Applying:
    """Documents as they become, save by save. A save that is held leaves no trace in them."""

    def __init__(
        self,
        judged: _Judged,
        *,
        epoch: str,
        role: Role,
        sent_again: frozenset[str],
        sent_in_epoch: Callable[..., frozenset[str]],
    ) -> None:
        """``sent_again`` are the changes of this push that were accepted in an earlier epoch."""
        self._judged = judged
        self._epoch = epoch
        self._role = role
        self._sent_again = sent_again
        self._sent_in_epoch = sent_in_epoch
        self._after: dict[registers.Key, Stored] = {}
        #: Buckets to which the server wrote by itself.
        self.arrivals: set[str] = set()

    def apply_save(
        self, save: Sequence[Change], repeated: dict[str, ChangeResult]
    ) -> list[ChangeResult]:
        """All changes of one save, or none. Ones accepted in an earlier epoch are not repeated."""
        fresh = [change for change in save if change.change_id not in repeated]
        results = {
            change.seq: _renumbered(repeated[change.change_id], change.seq)
            for change in save
            if change.change_id in repeated
        }
        for result in self._apply_whole(fresh):
            results[result.seq] = result
        return [results[change.seq] for change in save]

    def _apply_whole(self, save: Sequence[Change]) -> list[ChangeResult]:
        staged: dict[registers.Key, Stored] = {}
        results: list[ChangeResult] = []
        for change in save:
            step = self._step(change, staged)
            if isinstance(step, Hold):
                return [_held(one, step if one is change else Hold.GROUP) for one in save]
            results.append(step)
        self._after.update(staged)
        return results

    def _step(self, change: Change, staged: dict[registers.Key, Stored]) -> ChangeResult | Hold:
        if hold := self._judged.hold_of(change):
            return hold
        key = (change.bucket, change.document_id)
        known = self._known(key, staged)
        if known is not None and known.document.fields.get(MOVED_TO) is not None:
            if moves.is_closed(known, change, self._epoch, self._own_of(known)):
                return Hold.MOVED
        outcome = _merge(known, change, self._epoch, self._role)
        if isinstance(outcome, Merged) and outcome.clashed and known is not None:
            outcome = _merge(known, change, self._epoch, self._role, self._own_of(known))
        if isinstance(outcome, Hold):
            return outcome
        if known is None or outcome.document is not known.document:
            staged[key] = Stored(document_type=change.document_type, document=outcome.document)
        if MOVED_TO in change.patch:
            staged |= self._likenesses(change, known, outcome.document, staged)
        return ChangeResult(
            seq=change.seq,
            s=outcome.outcome,
            ver=outcome.document.version,
            f=outcome.clashed,
        )

    def _known(self, key: registers.Key, staged: Mapping[registers.Key, Stored]) -> Stored | None:
        return staged.get(key) or self._after.get(key) or self._judged.documents.get(key)

    def _likenesses(
        self,
        change: Change,
        before: Stored | None,
        after: ServerDocument,
        staged: Mapping[registers.Key, Stored],
    ) -> dict[registers.Key, Stored]:
        """What a move, or what takes it back, makes of the document elsewhere."""
        places = self._judged.moves.get((change.bucket, change.document_id), {})
        there = {
            key: stored
            for key in places.values()
            if (stored := self._known(key, staged)) is not None
        }
        made = moves.likenesses(
            change, before=before, after=after, places=places, there=there, epoch=self._epoch
        )
        self.arrivals |= {bucket for bucket, _ in made}
        return made

    def _own_of(self, known: Stored) -> frozenset[str]:
        """The edits in this document that the register made itself, in epochs before this one.

        A register that has them sends them again; they are no news to its author.
        """
        document = known.document
        held = [one.author for values in document.clashes.values() for one in values]
        ops = frozenset(author.op for author in (*document.authors.values(), *held))
        return (ops & self._sent_again) | self._sent_in_epoch(change_ids=sorted(ops))

    def touched(self) -> list[registers.Touched]:
        """The documents to write, with what the server held before."""
        return [
            registers.Touched(key=key, before=self._judged.documents.get(key), after=after)
            for key, after in self._after.items()
        ]


def _merge(
    known: Stored | None,
    change: Change,
    epoch: str,
    role: Role,
    own: frozenset[str] = frozenset(),
) -> Merged | Hold:
    if known is None:
        return created(change, epoch=epoch) if change.kind == "create" else Hold.MISSING
    is_creation = change.kind == "create"
    if known.document_type != change.document_type or (
        is_creation and not _may_create_again(known, change, role)
    ):
        return Hold.EXISTS if is_creation else Hold.MISSING
    # A second creation is an edit by somebody who has seen nothing of the first one.
    rule = RULES[DocumentType(change.document_type)]
    outcome = merged(
        known.document, change, epoch=epoch, identity_fields=rule.identity_fields, own=own
    )
    return Hold.TOO_LONG if len(outcome.document.fields) > MOST_FIELDS else outcome


def _may_create_again(known: Stored, change: Change, role: Role) -> bool:
    """Does it change only what this role may edit? A check once sent stays what it was."""
    document_type = DocumentType(change.document_type)
    return all(
        may_set(role, document_type, name) or is_same(value, known.document.fields.get(name))
        for name, (_, value) in change.patch.items()
    )


def _is_same_edit(one: Change, other: Change) -> bool:
    """Is this the same edit under another number?"""
    return (one.document_id, one.kind, one.patch) == (other.document_id, other.kind, other.patch)


def _held(change: Change, hold: Hold) -> ChangeResult:
    return ChangeResult(seq=change.seq, s=Outcome.HELD, ver=0, why=hold.value)


def _renumbered(result: ChangeResult, seq: int) -> ChangeResult:
    return ChangeResult(seq=seq, s=result.s, ver=result.ver, f=result.f, why=result.why)
