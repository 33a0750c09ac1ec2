"""One sync: push until the outbox is empty, pull until nothing is left, compare digests.

The engine keeps nothing of its own: every receipt and every page is stored by the office's outbox
and inbox before the next request, so that it may be killed at any line and the next sync goes on
from there. It never removes a change; only a stored receipt does (``Outbox.settle``). What a
request came to never decides the fate of a change either: it only decides whether to go on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sync.client.conversation import Conversation, HeldToken
from sync.client.outcomes import (
    ChangesGone,
    ConnectionCut,
    Diverged,
    Malformed,
    Refused,
    RequestTrouble,
    ServerBusy,
    ServerFailed,
    SyncOutcome,
    Trouble,
)
from sync.client.pages import cursors_after, different, gone_back, is_consistent
from sync.client.parting import begin_anew
from sync.client.ports import Batch, DeviceIdentity, Inbox, Outbox, PackShelf
from sync.client.repairing import repair
from sync.client.schedule import FIRST_BATCH, BatchSize, pause_seconds
from sync.client.transport import PATIENCE, Connect, Patience, Transport
from sync.protocol.codec import PullPage
from sync.protocol.directory import SignedDirectory
from sync.protocol.messages import Outcome, PullEnd, PullRequest, PushAnswer, RefusalCode
from sync.protocol.packs import PackList, pack_named_by

#: Rows asked for in one page; a page is one transaction of the register.
PAGE_ROWS = 1000
#: The same request is tried so often before the sync gives up and leaves it to the next one.
TRIES = 3
#: A server that asks to come back later is there, and means it: it is asked so often.
BUSY_TRIES = 10
#: A pause inside a sync is never longer: somebody is looking at the progress bar.
LONGEST_PAUSE_SECONDS = 5.0
#: Renumbering or rewinding more often in one sync means that the two do not understand each other.
MOST_REPAIRS = 3
#: Push and pull are repeated while officers go on saving, but not for ever.
MOST_ROUNDS = 5

Progress = Callable[[int, int], None]
T = TypeVar("T")
#: Begun work; calling it waits for the result.
Begun = Callable[[], T]


def at_once(work: Callable[[], object]) -> Begun[object]:
    """The work is done before anything else is: one thing after another, always the same."""
    result = work()
    return lambda: result


def meanwhile(work: Callable[[], object]) -> Begun[object]:
    """The work is done in a thread of its own, beside what is done here."""
    future: Future[object] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is fetched
            future.set_exception(error)

    threading.Thread(target=do, name="sync-request", daemon=True).start()
    return future.result


@dataclass(frozen=True, slots=True)
class Pace:
    """Time as the engine sees it: a stopwatch in seconds, waiting, and what may go side by side.

    ``beside`` carries one request while the register stores what the one before brought.
    """

    stopwatch: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    beside: Callable[[Callable[[], object]], Begun[object]] = at_once


REAL_TIME = Pace(beside=meanwhile)


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
    held: HeldToken | None = None,
    known_directory: int | None = None,
    shelf: PackShelf | None = None,
) -> SyncOutcome:
    """Exchange everything with the server; trouble comes back in the outcome, never raised.

    ``held`` keeps the login from one sync to the next. With ``known_directory`` (its number, 0 for
    none) a newer directory of the province is fetched too; with a ``shelf`` what it published.

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
                transport=transport, identity=identity, app_version=app_version, held=held
            ),
            on_progress=on_progress,
            pace=pace,
            page_rows=portions.page_rows,
            batch_size=BatchSize(start=portions.first_batch),
        )
        trouble = run.everything()
        if trouble is None and known_directory is not None:
            run.learn_directory(known_directory)
        if trouble is None and shelf is not None:
            run.fetch_packs(shelf)
    return run.outcome(trouble)


@dataclass(frozen=True, slots=True)
class _Receipted:
    """A batch and its receipts, not stored yet."""

    batch: Batch
    answer: PushAnswer


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A page that was asked for before the one before it was stored."""

    cursors: dict[str, int]
    page: Begun[PullPage | RequestTrouble]


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
    directory_number: int = 0
    pack_serial: int = 0
    directory: SignedDirectory | None = None

    def outcome(self, trouble: Trouble | None) -> SyncOutcome:
        return SyncOutcome(
            pushed=self.pushed,
            pulled=self.pulled,
            clashes=self.clashes,
            held=self.held,
            trouble=trouble,
            directory=self.directory,
        )

    def learn_directory(self, known: int) -> None:
        """Fetch the directory where the server has another one. No sync fails for want of it."""
        if self.directory_number not in (0, known):
            answer = self.conversation.directory(known=known)
            self.directory = answer if isinstance(answer, SignedDirectory) else None

    def fetch_packs(self, shelf: PackShelf) -> None:
        """Fetch what the province published since; what a cut leaves out comes with the next sync.

        So does one that the server does not hand out; those behind it come at once. No sync fails
        for want of it.
        """
        if self.pack_serial in (0, shelf.serial()):
            return
        answer = self.conversation.packs(serial=shelf.serial())
        if not isinstance(answer, PackList):
            return
        is_whole = True
        for signed in filter(shelf.wants, answer.packs):
            content = self.conversation.pack(pack_named_by(signed).sha256)
            if isinstance(content, bytes):
                shelf.take(signed, content)
            elif isinstance(content, Refused):
                is_whole = False
            else:
                return
        if is_whole:
            shelf.has_seen(answer.serial)

    def everything(self) -> Trouble | None:
        """Push, pull, push again if edits arrived; compare; repair what differs, once.

        A register that lacks something fetches the parts of the bucket that differ, and where that
        does not help, the bucket whole. A server that lacks something was restored from an older
        copy: it says so when asked, and gets it sent again.
        """
        trouble = self._probe()
        if trouble is not None:
            return trouble
        parted = self._agree()
        if not isinstance(parted, tuple):
            return parted
        if not parted:
            return None
        trouble = self._probe()
        if trouble is not None:
            return trouble
        whole = []
        for bucket in parted:
            rows = repair(bucket, self.inbox, self.conversation, page_rows=self.page_rows)
            if rows is None:
                whole.append(bucket)
            elif isinstance(rows, int):
                self.pulled += rows
            else:
                return rows
        self.inbox.restart(whole)
        parted = self._agree()
        if isinstance(parted, tuple) and (left := set(parted) - set(whole)):
            self.inbox.restart(sorted(left))
            parted = self._agree()
        if not isinstance(parted, tuple):
            return parted
        return Diverged(parted) if parted else None

    def _agree(self) -> tuple[str, ...] | Trouble:
        """Exchange everything; the buckets that are not the same afterwards."""
        end = self._exchange()
        return different(self.inbox, end) if isinstance(end, PullEnd) else end

    def _probe(self) -> Trouble | None:
        """Does the server have what it receipted? What it lacks is queued again."""
        batch = self._next_batch(limit=1)
        if len(batch):  # edits arrived just now; pushing them will tell
            return None
        answer = self.conversation.push(batch)
        if isinstance(answer, PushAnswer):
            self.inbox.meet_server(answer.server_epoch)
            return self._check_end(batch, answer)
        if isinstance(answer, Refused) and answer.code is RefusalCode.FORK:
            # It has other changes in the place of ours that it receipted.
            return self._repair(answer, done=self._begin_anew)
        return self._mend(answer, failures=1)

    def _exchange(self) -> PullEnd | Trouble:
        rounds = 0
        while True:
            trouble = self._push_all()
            if trouble is not None:
                return trouble
            end, rounds = self._pull_all(), rounds + 1
            if not isinstance(end, PullEnd) or not len(self._next_batch(limit=1)):
                return end
            if rounds == MOST_ROUNDS:
                return end

    # push

    def _push_all(self) -> Trouble | None:
        """Push batch after batch; while one is on its way, the receipt before it is stored.

        Whatever a request comes to, the receipt that came before it is stored first.
        """
        failures = 0
        receipted: _Receipted | None = None
        batch = self._next_batch(limit=self.batch_size.current)
        while len(batch) or receipted is not None:
            if not len(batch):
                trouble = self._store(receipted)
                receipted, batch = None, self._next_batch(limit=self.batch_size.current)
                if trouble is not None:
                    return trouble
                continue
            limit = self.batch_size.current
            request = self._begin(partial(self._timed_push, batch))
            trouble = self._store(receipted)
            receipted = None
            following = self._next_batch(limit=limit, after=batch.last)
            answer, seconds = request()
            if trouble is not None:
                return trouble
            if isinstance(answer, PushAnswer):
                failures = 0
                self.batch_size.succeeded(seconds=seconds)
                receipted = _Receipted(batch, answer)
                if self.batch_size.current != limit:
                    following = self._next_batch(limit=self.batch_size.current, after=batch.last)
                batch = following
                continue
            failures += 1
            trouble = self._mend(answer, failures)
            if trouble is not None:
                return trouble
            batch = self._next_batch(limit=self.batch_size.current)
        return None

    def _begin(self, work: Callable[[], T]) -> Begun[T]:
        return self.pace.beside(work)  # type: ignore[return-value] # gives back what work returns

    def _timed_push(self, batch: Batch) -> tuple[PushAnswer | RequestTrouble, float]:
        started = self.pace.stopwatch()
        answer = self.conversation.push(batch)
        return answer, self.pace.stopwatch() - started

    def _next_batch(self, *, limit: int, after: int = 0) -> Batch:
        return self.outbox.next_batch(limit=limit, after=after)

    def _store(self, receipted: _Receipted | None) -> Trouble | None:
        """Store the receipts that came; are they about what was sent?"""
        if receipted is None:
            return None
        if not self._settle(receipted.batch, receipted.answer):
            return Malformed()
        return self._check_end(receipted.batch, receipted.answer)

    def _settle(self, batch: Batch, answer: PushAnswer) -> bool:
        """Store the receipts. False when they are not about this batch."""
        sent = list(range(batch.first, batch.last + 1))
        if answer.acked < batch.last or [result.seq for result in answer.results] != sent:
            return False
        self.inbox.meet_server(answer.server_epoch)
        self.outbox.settle(answer)
        self.pushed += len(batch)
        self.clashes += sum(result.s is Outcome.CLASH for result in answer.results)
        self.held += sum(result.s is Outcome.HELD for result in answer.results)
        self._report(len(batch))
        return True

    def _check_end(self, batch: Batch, answer: PushAnswer) -> Trouble | None:
        """Does the server know more of this epoch than we ever numbered? Then we are a copy.

        While more waits here, it need not be so: an answer may have been lost. Sending that tells.
        """
        if answer.acked <= batch.last or len(self._next_batch(limit=1)):
            return None
        return self._repair(Refused(RefusalCode.FORK), done=self._renumber)

    def _mend(self, trouble: Trouble, failures: int) -> Trouble | None:
        """Do what a failed push asks for; ``None`` when it should be tried again."""
        match trouble:
            case Refused(code=RefusalCode.GAP, expected=expected):
                return self._repair(trouble, done=partial(self._rewind, expected))
            case Refused(code=RefusalCode.FORK):
                return self._repair(trouble, done=self._part_ways)
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

    def _part_ways(self) -> bool:
        """The server has other changes under our numbers: new ones only, or also receipted ones?

        Those it has lost then, and another copy of this register was quicker to take their numbers.
        Asked without changes, it says whether we agree up to the last receipt.
        """
        answer = self.conversation.push(self._next_batch(limit=0))
        match answer:
            case Refused(code=RefusalCode.FORK):
                return self._begin_anew()
            case Refused(code=RefusalCode.GAP, expected=expected):
                return self._rewind(expected)
            case PushAnswer():
                return self._renumber()
        return True  # not told: the next push asks again

    def _renumber(self) -> bool:
        self.outbox.renumber()
        return True

    def _rewind(self, expected: int) -> bool:
        """The server lacks changes. If it had receipted them it went back in time: compare all.

        Its versions may meanwhile stand for other contents, and no digest would tell.
        """
        if expected < self._next_batch(limit=1).first:
            self._restart(tuple(self.inbox.cursors()))
        return self.outbox.rewind(expected=expected)

    def _begin_anew(self) -> bool:
        """The server has other changes in the place of receipted ones: it went back in time too."""
        begin_anew(self.outbox, self.inbox)
        return True

    # pull

    def _pull_all(self) -> PullEnd | Trouble:
        """Pull page after page; while one is stored, the next is on its way."""
        failures = 0
        ahead: _Ahead | None = None
        while True:
            cursors = dict(self.inbox.cursors())
            page = self._page(cursors, ahead)
            ahead = None
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
            if page.end.more:
                ahead = self._ask_ahead(cursors_after(page, cursors))
            self._apply(page)
            if not page.end.more:
                self.directory_number = page.end.directory
                self.pack_serial = page.end.packs
                return page.end

    def _page(self, cursors: dict[str, int], ahead: _Ahead | None) -> PullPage | RequestTrouble:
        """The page after these cursors, which may have been asked for already."""
        if ahead is not None:
            page = ahead.page()
            if ahead.cursors == cursors:
                return page
        return self._pull(cursors)

    def _ask_ahead(self, cursors: dict[str, int]) -> _Ahead:
        return _Ahead(cursors, self._begin(partial(self._pull, cursors)))

    def _pull(self, cursors: dict[str, int]) -> PullPage | RequestTrouble:
        return self.conversation.pull(PullRequest(cursors=cursors, limit=self.page_rows))

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
        if failures >= (BUSY_TRIES if isinstance(trouble, ServerBusy) else TRIES):
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
