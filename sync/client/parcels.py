"""One sync by files: what a device writes for the server, and what it does with the answer.

The same outbox and inbox as over the network. A parcel for the server holds every change that has
no receipt and asks for every row after the cursors; so whatever became of the one before, nothing
depends on it. Nothing here removes a change: only a receipt of exactly these changes does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from sync.client.pages import different, is_consistent
from sync.client.parting import begin_anew
from sync.client.ports import Batch, DeviceIdentity, Inbox, Outbox
from sync.client.schedule import LARGEST_BATCH
from sync.protocol.codec import PullPage, WireError, decode_pull, join_push
from sync.protocol.messages import (
    DOCUMENT_SCHEMA,
    PROTOCOL_VERSION,
    Outcome,
    PushAnswer,
    PushEnd,
    PushHeader,
    Refusal,
    RefusalCode,
)
from sync.protocol.packs import ParcelRequest
from sync.protocol.parcel import Fault, ParcelError, Section, SectionKind


def sections_for_server(
    *,
    outbox: Outbox,
    inbox: Inbox,
    identity: DeviceIdentity,
    app_version: str,
    packs: int = -1,
) -> Iterator[Section]:
    """Everything unsent, and the question what is new; also of packs after a serial from 0 on.

    There is always a push: an empty one asks whether the server has what it receipted.
    """
    after, is_first = 0, True
    while len(batch := outbox.next_batch(limit=LARGEST_BATCH, after=after)) or is_first:
        body = signed_push(batch, identity=identity, app_version=app_version)
        yield Section(kind=SectionKind.PUSH, body=body, items=len(batch))
        after, is_first = batch.last, False
    request = ParcelRequest(cursors=dict(inbox.cursors()), packs=packs)
    yield Section(kind=SectionKind.ASK, body=msgspec.json.encode(request) + b"\n")


def signed_push(batch: Batch, *, identity: DeviceIdentity, app_version: str) -> bytes:
    """The lines of a push of this batch."""
    header = PushHeader(
        v=PROTOCOL_VERSION,
        device=identity.device_id,
        epoch=batch.epoch,
        first=batch.first,
        n=len(batch),
        prev=batch.prev,
        schema=DOCUMENT_SCHEMA,
        app=app_version,
        ledger=batch.ledger,
    )
    return join_push(
        header=header, lines=batch.lines, head=batch.head, signing_key=identity.signing_key
    )


@dataclass(slots=True)
class Answered:
    """What the server's answer came to.

    Attributes:
        pushed: changes that now have a receipt; ``clashes`` and ``held`` of them.
        pulled: rows applied.
        must_send_again: a push was not taken: its changes wait for a new parcel, or for a network.
        is_behind: its rows do not follow on what is here, so they were left alone: ask again.
        different: buckets that are not what the server has; the next question brings them whole.
        changes_gone: the server lacks changes that are not kept here any more.
    """

    pushed: int = 0
    clashes: int = 0
    held: int = 0
    pulled: int = 0
    must_send_again: bool = False
    is_behind: bool = False
    changes_gone: bool = False
    different: tuple[str, ...] = field(default=())


class Answers:
    """Applies the sections of an answer in their order; each is a transaction or two.

    With ``is_late`` a newer parcel of the server was applied before: its rows are older than ours.
    """

    def __init__(self, *, outbox: Outbox, inbox: Inbox, device_id: str, is_late: bool) -> None:
        self._outbox = outbox
        self._inbox = inbox
        self._device_id = device_id
        self.came_to = Answered(is_behind=False)
        self._is_late = is_late

    def receipt(self, section: Section) -> None:
        """The receipt of one push, if it is about exactly what was pushed here."""
        header, end, answer = _receipt_in(section.body)
        if header.device != self._device_id:
            raise ParcelError(Fault.DAMAGED)
        if isinstance(answer, Refusal):
            self._refused(header, answer)
            return
        self._inbox.meet_server(answer.server_epoch)
        mine = self._outbox.next_batch(limit=1)
        if mine.epoch == header.epoch and not len(mine) and answer.acked > mine.last:
            # The server knows more of this epoch than was ever numbered here: we are a copy.
            self._renumber()
            return
        before = self._waiting(header)
        if before is None or not _is_about(answer, header):
            return
        if before.head != end.h:
            # Other changes under these numbers: this register was restored since.
            self._renumber()
            return
        self._outbox.settle(answer)
        new = [result for result in answer.results if result.seq >= before.first]
        self.came_to.pushed += len(new)
        self.came_to.clashes += sum(result.s is Outcome.CLASH for result in new)
        self.came_to.held += sum(result.s is Outcome.HELD for result in new)

    def _waiting(self, header: PushHeader) -> Batch | None:
        """Our own changes of this push that still wait; ``None`` when none do."""
        mine = self._outbox.next_batch(limit=1)
        last = header.first + header.n - 1
        if mine.epoch != header.epoch or not mine.first <= last:
            return None
        batch = self._outbox.next_batch(limit=last - mine.first + 1)
        return batch if batch.last == last else None

    def _refused(self, header: PushHeader, refusal: Refusal) -> None:
        mine = self._outbox.next_batch(limit=1)
        if mine.epoch != header.epoch:
            return  # mended already
        self.came_to.must_send_again = True
        if refusal.code is RefusalCode.GAP:
            if not self._outbox.rewind(expected=refusal.expected):
                self.came_to.changes_gone = True
        elif refusal.code is RefusalCode.FORK:
            begin_anew(self._outbox, self._inbox)  # nobody can be asked how far we agree

    def _renumber(self) -> None:
        self._outbox.renumber()
        self.came_to.must_send_again = True

    def page(self, section: Section) -> None:
        """Rows, where they follow on what is here."""
        page = _page_in(section)
        if self._is_late or self.came_to.is_behind:
            return
        self._inbox.meet_server(page.end.server_epoch)
        mine = dict(self._inbox.cursors())
        if any(mine.get(bucket, -1) < at for bucket, at in section.asked.items()):
            self.came_to.is_behind = True
            return
        dropped = {drop.bucket for drop in page.drops}
        reached = {
            bucket: max(at, mine.get(bucket, 0))
            for bucket, at in page.end.next.items()
            if bucket not in dropped
        }
        grants = [grant for grant in page.grants if grant.bucket not in mine]
        self._inbox.apply_page(rows=page.rows, grants=grants, drops=page.drops, cursors=reached)
        self.came_to.pulled += len(page.rows)
        if not page.end.more:
            self._compare(page, reached)

    def _compare(self, page: PullPage, reached: Mapping[str, int]) -> None:
        """As after a sync by network; only where the answer is the newest we know."""
        parted = tuple(
            bucket
            for bucket in different(self._inbox, page.end)
            if reached.get(bucket) == page.end.next.get(bucket)
        )
        if parted:
            self._inbox.restart(parted)
        self.came_to.different = parted


def _receipt_in(body: bytes) -> tuple[PushHeader, PushEnd, PushAnswer | Refusal]:
    """The lines of a receipt: the push's own first and last, and what came of it."""
    lines = body.removesuffix(b"\n").split(b"\n")
    try:
        header_line, end_line, answer_line = lines
        header = msgspec.json.decode(header_line, type=PushHeader)
        end = msgspec.json.decode(end_line, type=PushEnd)
        is_refusal = "code" in msgspec.json.decode(answer_line, type=dict[str, msgspec.Raw])
        answer: PushAnswer | Refusal
        if is_refusal:
            answer = msgspec.json.decode(answer_line, type=Refusal)
        else:
            answer = msgspec.json.decode(answer_line, type=PushAnswer)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise ParcelError(Fault.DAMAGED) from error
    return header, end, answer


def _is_about(answer: PushAnswer, header: PushHeader) -> bool:
    numbers = list(range(header.first, header.first + header.n))
    return [result.seq for result in answer.results] == numbers


def _page_in(section: Section) -> PullPage:
    try:
        page = decode_pull(section.body)
    except WireError as error:
        raise ParcelError(Fault.DAMAGED) from error
    if not is_consistent(page, section.asked):
        raise ParcelError(Fault.DAMAGED)
    return page
