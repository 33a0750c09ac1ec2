"""What the server should make of each push: a small second telling of the rules of merging.

It shares no code with ``sync.protocol.merge``. A document is a list of who wrote each version and,
for each field, the value shown and the values that wait beside it, each with what tells who has
seen it. The simulator and the state machine compare every receipt and every document with it.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias

import msgspec

from sync.protocol.documents import RULES, DocumentType, is_derived, is_incidental
from sync.protocol.messages import Change, ChangeResult, Hold, Outcome, Value
from sync.protocol.moving import destination, fields_there, place_there

#: Holds that need no document to be decided; told by whoever made the change wrong.
Refusals: TypeAlias = Mapping[str, Hold]


#: What takes a document out of the lists.
ENDS = ("deleted", "merged_into", "moved_to")


@dataclass(frozen=True)
class Sight:
    """A value somebody may have seen: since which version, and whose it is."""

    value: Value
    since: int
    op: str
    epoch: str


@dataclass
class Told:
    """A document as the model tells it.

    Attributes:
        writers: the epoch that wrote version 1, 2, 3 …
        maker: the change that made the newest version.
        shown: field -> its value; an emptied field stays, with ``None``.
        beside: field -> values that lost or wait, oldest first.
    """

    writers: list[str] = field(default_factory=list)
    maker: str = ""
    shown: dict[str, Sight] = field(default_factory=dict)
    beside: dict[str, list[Sight]] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The newest version, from 1."""
        return len(self.writers)

    def fields(self) -> dict[str, Value]:
        """The fields that are not empty."""
        return {name: one.value for name, one in self.shown.items() if one.value is not None}

    def waiting(self) -> dict[str, list[tuple[Value, str]]]:
        """Field -> (value, change) beside it."""
        return {name: [(one.value, one.op) for one in kept] for name, kept in self.beside.items()}


@dataclass(frozen=True)
class _Writer:
    """Who writes, what they have before their eyes, and what they made under other numbers."""

    change: Change
    epoch: str
    own: Set[str]

    def has_seen(self, sight: Sight) -> bool:
        is_own = sight.epoch == self.epoch or sight.op in self.own
        return is_own or sight.since <= self.change.base_version


@dataclass
class Telling:
    """The whole server: documents, and what each device has sent in each epoch."""

    documents: dict[tuple[str, str], Told] = field(default_factory=dict)
    #: (device, epoch) -> results in seq order.
    results: dict[tuple[str, str], list[ChangeResult]] = field(default_factory=dict)
    #: (device, epoch) -> ids of the changes sent in it.
    sent: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    #: change -> its result where it was accepted, by any device.
    accepted: dict[str, ChangeResult] = field(default_factory=dict)
    #: Codes of the communes of the province.
    communes: Set[str] = frozenset({"99001", "99002", "99003"})
    #: (device, change) -> its result where it was refused.
    refused: dict[tuple[str, str], ChangeResult] = field(default_factory=dict)

    def copy(self) -> Telling:
        """As it is now."""
        return copy.deepcopy(self)

    def push(
        self, device: str, epoch: str, changes: Sequence[Change], refusals: Refusals
    ) -> list[ChangeResult]:
        """Apply what is new of this push, save by save; gives the receipt of all of it."""
        known = self.results.setdefault((device, epoch), [])
        fresh = [change for change in changes if change.seq > len(known)]
        again = {
            change.change_id: stored
            for change in fresh
            if (stored := self._stored(device, change.change_id)) is not None
        }
        sent = self.sent.setdefault((device, epoch), set())
        before = frozenset(sent)
        own = before | {name for name in again if name in self.accepted}
        for _, save in groupby(fresh, key=lambda change: change.group):
            known += self._save(list(save), epoch, own, again, refusals)
        for change, result in zip(fresh, known[len(known) - len(fresh) :], strict=True):
            sent.add(change.change_id)
            if result.s is Outcome.HELD:
                self.refused.setdefault((device, change.change_id), result)
            else:
                self.accepted.setdefault(change.change_id, result)
        return [known[change.seq - 1] for change in changes]

    def _stored(self, device: str, change_id: str) -> ChangeResult | None:
        refused = self.refused.get((device, change_id))
        return refused or self.accepted.get(change_id)

    def _save(
        self,
        save: Sequence[Change],
        epoch: str,
        own: Set[str],
        again: Mapping[str, ChangeResult],
        refusals: Refusals,
    ) -> list[ChangeResult]:
        """All of one save or nothing; what is here under another number is not repeated."""
        staged: dict[tuple[str, str], Told] = {}
        results = [_numbered(again[c.change_id], c.seq) for c in save if c.change_id in again]
        fresh = [change for change in save if change.change_id not in again]
        made: list[ChangeResult] = []
        for change in fresh:
            step = refusals.get(change.change_id) or self._step(change, epoch, own, staged)
            if isinstance(step, Hold):
                made = [_held(one, step if one is change else Hold.GROUP) for one in fresh]
                staged = {}
                break
            made.append(step)
        self.documents.update(staged)
        return sorted([*results, *made], key=lambda result: result.seq)

    def _step(
        self, change: Change, epoch: str, own: Set[str], staged: dict[tuple[str, str], Told]
    ) -> ChangeResult | Hold:
        key = (change.bucket, change.document_id)
        known = staged.get(key) or self.documents.get(key)
        if known is None:
            if change.kind != "create":
                return Hold.MISSING
            staged[key] = _created(change, epoch)
            self._move(change, epoch, None, staged[key], staged)
            return ChangeResult(seq=change.seq, s=Outcome.APPLIED, ver=1)
        end = known.shown.get("moved_to")
        if end is not None and end.value is not None and "moved_to" not in change.patch:
            if _Writer(change, epoch, own).has_seen(end):
                return Hold.MOVED
        told, clashed = _written(known, _Writer(change, epoch, frozenset()))
        if clashed:  # perhaps only with what the register itself sent in an earlier epoch
            told, clashed = _written(known, _Writer(change, epoch, own))
        staged[key] = told
        self._move(change, epoch, known, told, staged)
        return ChangeResult(
            seq=change.seq, s=_outcome(known, change, epoch, clashed), ver=told.version, f=clashed
        )

    def _move(
        self,
        change: Change,
        epoch: str,
        before: Told | None,
        told: Told,
        staged: dict[tuple[str, str], Told],
    ) -> None:
        """What a move makes in the commune it goes to, or takes back there."""
        if "moved_to" not in change.patch:
            return
        was = None if before is None else before.fields().get("moved_to")
        now = told.fields().get("moved_to")
        old, new = destination(was), destination(now)
        if old != new and (key := self._place(change, old)) is not None:
            there = staged.get(key) or self.documents.get(key)
            if there is not None:
                gone = {"reason": "moved back", "by": change.by, "at": change.at}
                staged[key] = _edited(there, change, key, epoch, {"deleted": (None, gone)})
        key = self._place(change, new)
        if key is None:
            return
        kind = DocumentType(change.document_type)
        fields = fields_there(kind, change.bucket, change.document_id, told.fields())
        there = staged.get(key) or self.documents.get(key)
        if there is None:
            patch = {name: (None, value) for name, value in fields.items()}
            staged[key] = _created(_elsewhere(change, key, patch), epoch)
            return
        since = before.shown["moved_to"].since if before is not None and old == new else 0
        has = there.fields()
        patch = {
            name: (has.get(name), value)
            for name, value in fields.items()
            if value != has.get(name)
            and (told.shown[name].since if name in told.shown else 0) > since
        }
        if has.get("deleted") is not None:
            patch["deleted"] = (has["deleted"], None)
        if patch:
            staged[key] = _edited(there, change, key, epoch, patch)

    def _place(self, change: Change, commune: str) -> tuple[str, str] | None:
        if commune not in self.communes:
            return None
        return place_there(change.bucket, change.document_id, commune)


def _elsewhere(
    change: Change, key: tuple[str, str], patch: dict[str, tuple[Value, Value]]
) -> Change:
    return msgspec.structs.replace(
        change, bucket=key[0], document_id=key[1], patch=patch, base_version=1
    )


def _edited(
    there: Told,
    change: Change,
    key: tuple[str, str],
    epoch: str,
    patch: dict[str, tuple[Value, Value]],
) -> Told:
    """As by somebody who saw no more of it than its arrival."""
    writer = _Writer(_elsewhere(change, key, patch), epoch, frozenset())
    return _written(there, writer)[0]


def _created(change: Change, epoch: str) -> Told:
    shown = {
        name: Sight(value, 1, change.change_id, epoch)
        for name, (_, value) in change.patch.items()
        if value is not None
    }
    return Told(writers=[epoch], maker=change.change_id, shown=shown)


def _written(known: Told, writer: _Writer) -> tuple[Told, list[str]]:
    """The document after a change, and the fields that clashed."""
    told = copy.deepcopy(known)
    change, version = writer.change, known.version + 1
    identity = RULES[DocumentType(change.document_type)].identity_fields
    clashed: list[str] = []
    is_touched = False
    for name, (_, value) in change.patch.items():
        new = Sight(value, version, change.change_id, writer.epoch)
        old = told.shown.get(name, Sight(None, 0, "", writer.epoch))
        beside = told.beside.get(name, [])
        unseen = [sight for sight in beside if not writer.has_seen(sight)]
        may = writer.has_seen(old)
        if name in ENDS and value is not None:
            may = may and not _is_news(known, writer, apart_from=name)
            if name == "deleted" and old.value is not None:
                value = old.value
                new = dataclasses.replace(new, value=value)
        if value == old.value and type(value) is type(old.value):
            if len(unseen) == len(beside):
                continue  # nothing new, nothing settled
            if may:
                told.shown[name] = new
        elif may:
            told.shown[name] = new
        else:
            clashed.append(name)
            loser = new if name in identity else old
            unseen = [*unseen, Sight(loser.value, version, loser.op, loser.epoch)]
            if name not in identity:
                told.shown[name] = new
        told.beside.pop(name, None)
        if unseen:
            told.beside[name] = unseen
        is_touched = True
    is_deed = any(not is_incidental(name) for name in change.patch)
    if is_deed and not change.patch.keys() & set(ENDS):
        for name in ENDS:  # an edit by one who thinks that the document stands in the lists
            end = known.shown.get(name)
            if end is None or end.value is None or writer.has_seen(end):
                continue
            others = [s for s in known.beside.get(name, []) if not writer.has_seen(s)]
            told.beside[name] = [*others, Sight(None, version, change.change_id, writer.epoch)]
            clashed.append(name)
            is_touched = True
    if is_touched:
        told.writers.append(writer.epoch)
        told.maker = change.change_id
    return told, clashed


def _is_news(known: Told, writer: _Writer, *, apart_from: str) -> bool:
    """Would somebody who takes the document away overlook something?"""
    sights = [*known.shown.items(), *((n, s) for n, kept in known.beside.items() for s in kept)]
    return any(
        not writer.has_seen(sight)
        for name, sight in sights
        if name != apart_from and not is_derived(name)
    )


def _outcome(known: Told, change: Change, epoch: str, clashed: list[str]) -> Outcome:
    if clashed:
        return Outcome.CLASH
    unseen = known.writers[change.base_version :]
    return Outcome.MERGED if any(one != epoch for one in unseen) else Outcome.APPLIED


def _held(change: Change, hold: Hold) -> ChangeResult:
    return ChangeResult(seq=change.seq, s=Outcome.HELD, ver=0, why=hold.value)


def _numbered(result: ChangeResult, seq: int) -> ChangeResult:
    return ChangeResult(seq=seq, s=result.s, ver=result.ver, f=result.f, why=result.why)
