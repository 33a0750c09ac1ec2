"""What one change does to the server's document: the merge, field by field.

The order of acceptance decides, never a clock. In short:

1. The author saw the field's newest value (or set it): the change is applied.
2. Somebody else set the same value meanwhile: nothing to do.
3. Somebody else set *other* fields meanwhile: applied, and reported as merged.
4. Somebody else set the *same* field meanwhile: a clash. On an ordinary field the value accepted
   later wins and the earlier one is kept beside it; on an identity field the server's value stays
   and the other one waits beside it.
5. Setting a field after having seen its clash settles the clash, even with the same value.
6. A fate (deleted, merged into another, moved away) is set only by somebody who has seen every
   edit: else it waits. An edit by somebody who had not seen the fate is kept, the fate stands, and
   "none" waits beside it; but for one in which only the program set something (``is_incidental``).
   Two deletions are one.

No clock, database or network here: the server and the simulator call the same function.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sync.protocol.documents import DELETED, FATES, is_derived, is_incidental
from sync.protocol.messages import Change, Clash, Fields, Outcome, Value

#: The version of a document that was just created.
FIRST_VERSION = 1


class Author(msgspec.Struct, frozen=True):
    """Who made one version. ``epoch`` stands for the register the edit was made in."""

    by: str
    at: str
    op: str
    epoch: str


class HeldValue(msgspec.Struct, frozen=True):
    """A value that lost, or waits, on one field since ``version`` of the document."""

    value: Value
    author: Author
    version: int


class ServerDocument(msgspec.Struct, frozen=True):
    """The server's newest state of one document.

    Attributes:
        version: grows by one with each change that alters the document or its clashes.
        field_versions: field -> version that set it, where that is not the first; a field that
            was emptied stays here, so that a clash with its emptying is seen.
        authors: version -> its author, for the newest and for every one that a field still has.
        run_start: the first of the newest versions that one register made without a break.
        clashes: field -> values kept beside the document's own, oldest first.
    """

    version: int
    fields: Fields
    field_versions: dict[str, int]
    authors: dict[int, Author]
    clashes: dict[str, list[HeldValue]]
    run_start: int = FIRST_VERSION

    def version_of(self, field_name: str) -> int:
        """The version that last set this field; 0 for never."""
        unlisted = FIRST_VERSION if field_name in self.fields else 0
        return self.field_versions.get(field_name, unlisted)

    def shown_clashes(self) -> dict[str, list[Clash]]:
        """The clashes as they travel."""
        return {
            name: shown_beside(values, self.authors.get(self.version_of(name)))
            for name, values in self.clashes.items()
        }


def shown_beside(values: Sequence[HeldValue], author: Author | None) -> list[Clash]:
    """Values that stand beside one that ``author`` set, as they travel."""
    return [
        Clash(
            value=held.value,
            by=held.author.by,
            at=held.author.at,
            op=held.author.op,
            over_by="" if author is None else author.by,
            over_at="" if author is None else author.at,
        )
        for held in values
    ]


class Merged(msgspec.Struct, frozen=True):
    """The document after a change, and what to tell its author."""

    document: ServerDocument
    outcome: Outcome
    clashed: list[str]


def created(change: Change, *, epoch: str) -> Merged:
    """The first version of a document."""
    document = ServerDocument(
        version=FIRST_VERSION,
        fields={name: new for name, (_, new) in change.patch.items() if new is not None},
        field_versions={},
        authors={FIRST_VERSION: _author_of(change, epoch)},
        clashes={},
    )
    return Merged(document=document, outcome=Outcome.APPLIED, clashed=[])


def merged(
    document: ServerDocument,
    change: Change,
    *,
    epoch: str,
    identity_fields: frozenset[str],
    own: frozenset[str] = frozenset(),
) -> Merged:
    """The document after a change made in the register with this epoch.

    ``own`` are ids of changes that this register made in an earlier epoch. A ``create`` of a
    document that is there already is a ``set`` by one who has seen nothing.
    """
    merging = _Merging(document, change, epoch, own)
    for name, (_, value) in change.patch.items():
        merging.set(name, value, is_identity=name in identity_fields)
    is_deed = not all(is_incidental(name) for name in change.patch)
    if is_deed and not any(name in FATES for name in change.patch):
        merging.question_fates()
    return merging.result()


class _Merging:
    """One merge in the making: copies of the document's parts, and what happened so far."""

    def __init__(
        self, document: ServerDocument, change: Change, epoch: str, own: frozenset[str]
    ) -> None:
        self._before = document
        self._change = change
        self._epoch = epoch
        self._own = own
        self._version = document.version + 1
        self._fields = dict(document.fields)
        self._field_versions = dict(document.field_versions)
        self._clashes = dict(document.clashes)
        self._clashed: list[str] = []
        self._is_changed = False

    def set(self, name: str, value: Value, *, is_identity: bool) -> None:
        waiting = self._clashes.get(name, [])
        unseen = [held for held in waiting if not self._is_seen(held.version, held.author)]
        is_settling = len(unseen) < len(waiting)
        current = self._fields.get(name)
        current_version = self._before.version_of(name)
        current_author = self._before.authors.get(current_version)
        is_current_seen = current_author is None or self._is_seen(current_version, current_author)
        if name in FATES and value is not None:
            is_current_seen = is_current_seen and not self._has_news_beside(name)
            value = current if name == DELETED and current is not None else value
        if is_same(value, current):
            if is_settling and is_current_seen:
                # A decision for it: who has not seen the decision clashes with it.
                self._field_versions[name] = self._version
            if is_settling:
                self._keep_beside(name, unseen)
            return
        if is_current_seen:
            self._place(name, value)
        elif is_identity:
            unseen = [*unseen, self._held(value, _author_of(self._change, self._epoch))]
            self._clashed.append(name)
        else:
            self._place(name, value)
            if current_author is not None:
                unseen = [*unseen, self._held(current, current_author)]
            self._clashed.append(name)
        self._keep_beside(name, unseen)

    def question_fates(self) -> None:
        """An edit of a document whose fate its author did not know: both stay, somebody decides."""
        for name in FATES:
            version = self._before.version_of(name)
            author = self._before.authors.get(version)
            if self._before.fields.get(name) is None or author is None:
                continue
            if not self._is_seen(version, author):
                waiting = self._before.clashes.get(name, [])
                unseen = [held for held in waiting if not self._is_seen(held.version, held.author)]
                against = self._held(None, _author_of(self._change, self._epoch))
                self._clashed.append(name)
                self._keep_beside(name, [*unseen, against])

    def _has_news_beside(self, fate: str) -> bool:
        """Has the document anything by others, apart from this fate, that the author had not seen?

        What every save works out anew does not count.
        """
        before = self._before
        names = {*before.fields, *before.field_versions}
        versions = {before.version_of(name) for name in names if _counts_beside(name, fate)}
        made = [(version, who) for version in versions if (who := before.authors.get(version))]
        held = [
            (one.version, one.author)
            for name, values in before.clashes.items()
            for one in values
            if _counts_beside(name, fate)
        ]
        return any(not self._is_seen(version, author) for version, author in (*made, *held))

    def _is_seen(self, version: int, author: Author) -> bool:
        """Had the author this before the eyes? One's own edits always: they are sent in order."""
        is_own = author.epoch == self._epoch or author.op in self._own
        return is_own or version <= self._change.base_version

    def _held(self, value: Value, author: Author) -> HeldValue:
        return HeldValue(value=value, author=author, version=self._version)

    def _place(self, name: str, value: Value) -> None:
        if value is None:
            self._fields.pop(name, None)
        else:
            self._fields[name] = value
        self._field_versions[name] = self._version

    def _keep_beside(self, name: str, values: list[HeldValue]) -> None:
        self._is_changed = True
        self._clashes.pop(name, None)
        if values:
            self._clashes[name] = values

    def result(self) -> Merged:
        return Merged(
            document=self._after() if self._is_changed else self._before,
            outcome=self._outcome(),
            clashed=self._clashed,
        )

    def _after(self) -> ServerDocument:
        authors = {**self._before.authors, self._version: _author_of(self._change, self._epoch)}
        named = {FIRST_VERSION, self._version, *self._field_versions.values()}
        return ServerDocument(
            version=self._version,
            fields=self._fields,
            field_versions=self._field_versions,
            authors={version: who for version, who in authors.items() if version in named},
            clashes=self._clashes,
            run_start=self._before.run_start if self._continues_run() else self._version,
        )

    def _outcome(self) -> Outcome:
        if self._clashed:
            return Outcome.CLASH
        return Outcome.MERGED if self._others_edited() else Outcome.APPLIED

    def _others_edited(self) -> bool:
        """Has the document anything by others that the author had not seen?"""
        own_since = self._before.run_start if self._continues_run() else self._version
        return self._change.base_version < min(own_since - 1, self._before.version)

    def _continues_run(self) -> bool:
        return self._before.authors[self._before.version].epoch == self._epoch


def _counts_beside(name: str, fate: str) -> bool:
    return name != fate and not is_derived(name)


def _author_of(change: Change, epoch: str) -> Author:
    return Author(by=change.by, at=change.at, op=change.change_id, epoch=epoch)


def is_same(one: Value, other: Value) -> bool:
    """Are these JSON values the same? ``True`` is not 1, unlike in Python."""
    if type(one) is type(other) and isinstance(one, str | int | None):
        return bool(one == other)
    encode = msgspec.json.Encoder(order="deterministic").encode
    return encode(one) == encode(other)
