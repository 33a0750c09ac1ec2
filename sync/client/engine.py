"""One sync: push until the outbox is empty, pull until nothing is left, compare digests.

The engine keeps nothing of its own: every receipt and every page is stored by the office's outbox
and inbox before the next request, so that it may be killed at any line and the next sync goes on
from there. It never removes a change; only a stored receipt does (``Outbox.settle``). What a
request came to never decides the fate of a change either: it only decides whether to go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from sync.client.conversation import Conversation
from sync.client.outcomes import (
    ChangesGone,
    ConnectionCut,
    Diverged,
    Malformed,
    Refused,
    ServerBusy,
    ServerFailed,
    SyncOutcome,
    Trouble,
)
from sync.client.pages import gone_back, is_consistent
from sync.client.ports import Batch, DeviceIdentity, Inbox, Outbox
from sync.client.schedule import FIRST_BATCH, BatchSize, pause_seconds
from sync.client.transport import PATIENCE, Connect, Patience, Transport
from sync.protocol.codec import PullPage
from sync.protocol.messages import Digest, Outcome, PullRequest, PushAnswer, RefusalCode

#: Rows asked for in one page; a page is one transaction of the register.
PAGE_ROWS = 1000
#: The same request is tried so often before the sync gives up and leaves it to the next one.
TRIES = 3
#: A pause inside a sync is never longer: somebody is looking at the progress bar.
LONGEST_PAUSE_SECONDS = 5.0
#: Renumbering or rewinding more often in one sync means that the two do not understand each other.
MOST_REPAIRS = 3
#: Push and pull are repeated while officers go on saving, but not for ever.
MOST_ROUNDS = 5

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """Time as the engine sees it: a stopwatch in seconds, and waiting."""

    stopwatch: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


REAL_TIME = Pace()


@dataclass(frozen=True, slots=True)
class Portions:
    """How much at a time: changes in the first push of a sync, rows in each page."""

    first_batch: int = FIRST_BATCH
    page_rows: int = PAGE_ROWS


PORTIONS = Portions()


def synchronise(
    *,
    outbox: Outbox,
    inbox: Inbox,
    identity: DeviceIdentity,
    app_version: str,
    on_progress: Progress | None = None,
    patience: Patience = PATIENCE,
    pace: Pace = REAL_TIME,
    portions: Portions = PORTIONS,
    connect: Connect = Transport,
) -> SyncOutcome:
    """Exchange everything with the server; trouble comes back in the outcome, never raised.

    ``on_progress`` receives (done, known so far): changes receipted and rows applied. Raises
    ``BadAddressError`` when the identity's address cannot be used, and whatever the store raises.
    """
    with connect(
        server_url=identity.server_url, ca_file=identity.ca_file, patience=patience
    ) as transport:
        run = _Sync(
            outbox=outbox,
            inbox=inbox,
            conversation=Conversation(
                transport=transport, identity=identity, app_version=app_version
            ),
            on_progress=on_progress,
            pace=pace,
            page_rows=portions.page_rows,
            batch_size=BatchSize(start=portions.first_batch),
        )
        trouble = run.everything()
    return run.outcome(trouble)


@dataclass(slots=True)
class _Sync:
    """The state of one running sync."""

    outbox: Outbox
    inbox: Inbox
    conversation: Conversation
    on_progress: Progress | None
    pace: Pace
    page_rows: int
    batch_size: BatchSize
    pushed: int = 0
    pulled: int = 0
    clashes: int = 0
    held: int = 0
    expected: int = 0
    repairs: int = 0

    def outcome(self, trouble: Trouble | None) -> SyncOutcome:
        return SyncOutcome(
            pushed=self.pushed,
            pulled=self.pulled,
            clashes=self.clashes,
            held=self.held,
            trouble=trouble,
        )

    def everything(self) -> Trouble | None:
        """Push, pull, push again if edits arrived; compare; repair what differs, once.

        A register that lacks something fetches the bucket whole. A server that lacks something
        was restored from an older copy: it says so when asked, and gets it sent again.
        """
        trouble = self._probe()
        if trouble is not None:
            return trouble
        different = self._agree()
        if not isinstance(different, tuple):
            return different
        if not different:
            return None
        trouble = self._probe()
        if trouble is not None:
            return trouble
        self.inbox.restart(different)
        different = self._agree()
        if not isinstance(different, tuple):
            return different
        return Diverged(different) if different else None

    def _agree(self) -> tuple[str, ...] | Trouble:
        """Exchange everything; the buckets that are not the same afterwards."""
        digests = self._exchange()
        return self._different(digests) if isinstance(digests, Mapping) else digests

    def _probe(self) -> Trouble | None:
        """Does the server have what it receipted? What it lacks is queued again."""
        batch = self._next_batch(limit=1)
        if batch.changes:  # edits arrived just now; pushing them will tell
            return None
        answer = self.conversation.push(batch)
        if isinstance(answer, PushAnswer):
            self.inbox.meet_server(answer.server_epoch)
            return self._check_end(batch, answer)
        if isinstance(answer, Refused) and answer.code is RefusalCode.FORK:
            # It has other changes in the place of ours that it receipted.
            return self._repair(answer, done=partial(self._renumber, everything=True))
        return self._mend(answer, failures=1)

    def _exchange(self) -> Mapping[str, Digest] | Trouble:
        digests: Mapping[str, Digest] | Trouble = {}
        for _ in range(MOST_ROUNDS):
            trouble = self._push_all()
            if trouble is not None:
                return trouble
            digests = self._pull_all()
            if not isinstance(digests, Mapping) or not self._next_batch(limit=1).changes:
                break
        return digests

    def _different(self, theirs: Mapping[str, Digest]) -> tuple[str, ...]:
        ours = self.inbox.digests()
        return tuple(
            sorted(name for name, digest in theirs.items() if ours.get(name, _EMPTY) != digest)
        )

    # push

    def _push_all(self) -> Trouble | None:
        failures = 0
        while (batch := self._next_batch(limit=self.batch_size.current)).changes:
            started = self.pace.stopwatch()
            answer = self.conversation.push(batch)
            if isinstance(answer, PushAnswer):
                failures = 0
                self.batch_size.succeeded(seconds=self.pace.stopwatch() - started)
                if not self._settle(batch, answer):
                    return Malformed()
                trouble = self._check_end(batch, answer)
                if trouble is not None:
                    return trouble
                continue
            failures += 1
            trouble = self._mend(answer, failures)
            if trouble is not None:
                return trouble
        return None

    def _next_batch(self, *, limit: int) -> Batch:
        return self.outbox.next_batch(limit=limit)

    def _settle(self, batch: Batch, answer: PushAnswer) -> bool:
        """Store the receipts. False when they are not about this batch."""
        sent = [change.seq for change in batch.changes]
        if answer.acked < sent[-1] or [result.seq for result in answer.results] != sent:
            return False
        self.inbox.meet_server(answer.server_epoch)
        self.outbox.settle(answer)
        self.pushed += len(batch.changes)
        self.clashes += sum(result.s is Outcome.CLASH for result in answer.results)
        self.held += sum(result.s is Outcome.HELD for result in answer.results)
        self._report(len(batch.changes))
        return True

    def _check_end(self, batch: Batch, answer: PushAnswer) -> Trouble | None:
        """Does the server know more of this epoch than we ever numbered? Then we are a copy.

        While more waits here, it need not be so: an answer may have been lost. Sending that tells.
        """
        last = batch.first + len(batch.changes) - 1
        if answer.acked <= last or self._next_batch(limit=1).changes:
            return None
        return self._repair(Refused(RefusalCode.FORK), done=self._renumber)

    def _mend(self, trouble: Trouble, failures: int) -> Trouble | None:
        """Do what a failed push asks for; ``None`` when it should be tried again."""
        match trouble:
            case Refused(code=RefusalCode.GAP, expected=expected):
                return self._repair(trouble, done=partial(self.outbox.rewind, expected=expected))
            case Refused(code=RefusalCode.FORK):
                return self._repair(trouble, done=self._renumber)
            case Refused(code=RefusalCode.TOO_LARGE) if self.batch_size.current > 1:
                self.batch_size.was_too_large()
                return None
            case ConnectionCut(timed_out=True):
                self.batch_size.was_too_large()
        return self._pause(trouble, failures)

    def _repair(self, trouble: Trouble, *, done: Callable[[], bool]) -> Trouble | None:
        self.repairs += 1
        if self.repairs > MOST_REPAIRS:
            return trouble
        return None if done() else ChangesGone()

    def _restart(self, buckets: tuple[str, ...]) -> bool:
        self.inbox.restart(buckets)
        return True

    def _renumber(self, *, everything: bool = False) -> bool:
        self.outbox.renumber(everything=everything)
        return True

    # pull

    def _pull_all(self) -> Mapping[str, Digest] | Trouble:
        failures = 0
        while True:
            cursors = self.inbox.cursors()
            page = self.conversation.pull(PullRequest(cursors=dict(cursors), limit=self.page_rows))
            if not isinstance(page, PullPage):
                failures += 1
                trouble = self._pause(page, failures)
                if trouble is not None:
                    return trouble
                continue
            failures = 0
            if self.inbox.meet_server(page.end.server_epoch):
                trouble = self._probe()
                if trouble is not None:
                    return trouble
                continue
            behind = gone_back(page, cursors)
            if behind:
                trouble = self._repair(Diverged(behind), done=partial(self._restart, behind))
                trouble = trouble or self._probe()
                if trouble is not None:
                    return trouble
                continue
            if not is_consistent(page, cursors):
                return Malformed()
            self._apply(page)
            if not page.end.more:
                return page.end.digest

    def _apply(self, page: PullPage) -> None:
        self.inbox.apply_page(
            rows=page.rows, grants=page.grants, drops=page.drops, cursors=page.end.next
        )
        self.pulled += len(page.rows)
        self.expected += sum(grant.count for grant in page.grants)
        self._report(len(page.rows))

    # both

    def _pause(self, trouble: Trouble, failures: int) -> Trouble | None:
        """Wait when trying again may help; ``None`` afterwards, the trouble when it may not."""
        if failures >= TRIES:
            return trouble
        match trouble:
            case ServerBusy(retry_after_seconds=asked) if asked > LONGEST_PAUSE_SECONDS:
                return trouble
            case ServerBusy(retry_after_seconds=asked):
                self.pace.wait(max(asked, pause_seconds(failures)))
            case ConnectionCut() | ServerFailed():
                self.pace.wait(min(pause_seconds(failures), LONGEST_PAUSE_SECONDS))
            case _:
                return trouble
        return None

    def _report(self, count: int) -> None:
        done = self.pushed + self.pulled
        self.expected = max(self.expected, done)
        if self.on_progress is not None and count:
            self.on_progress(done, self.expected)


_EMPTY = Digest(n=0, x="0" * 32)
