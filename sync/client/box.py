"""A sync with the box of the commune, where the province cannot be reached.

What is handed to the box keeps its place in the outbox: only the province's signed receipt takes
it out, whoever brings that. The box tells how far it has our changes; what it lost, it gets again.
Nothing is given to who does not prove to be a box that the province's directory names. The rows it
read of the province are applied as the province's own pages are, by the province's signature; what
the neighbours gave it is shown as not confirmed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import msgspec

from sync.client.conversation import Conversation, HeldToken
from sync.client.outcomes import Malformed, NotOurServer, Refused, RequestTrouble
from sync.client.pages import is_consistent
from sync.client.parting import begin_anew
from sync.client.ports import Batch, DeviceIdentity, Inbox, Outbox
from sync.client.transport import PATIENCE, Connect, Patience, Transport
from sync.protocol.box import (
    BoxDocuments,
    BoxDocumentsRequest,
    BoxKept,
    BoxRequest,
    BoxState,
    Relayed,
    are_of_province,
    is_met,
    opened_relayed,
)
from sync.protocol.chain import chain_link
from sync.protocol.codec import JSON_TYPE, LINES_TYPE, PullPage, decode_message, decode_pull
from sync.protocol.directory import DirectoryDevice, SignedDirectory
from sync.protocol.documents import is_restricted
from sync.protocol.messages import PullRequest, PushAnswer, RefusalCode

#: Changes in one push to a box; the line is a local one.
_BATCH = 500
_PAGE_ROWS = 1_000
#: Renumbering more often in one visit means that the two do not understand each other.
_MOST_FORKS = 2
_NONCE_BYTES = 32


class BoxOutbox(Outbox, Protocol):
    """An outbox that knows how far its changes are numbered."""

    def last_seq(self) -> int:
        """The number of the newest change of this epoch."""


@dataclass(frozen=True, slots=True)
class Custody:
    """What a box said it has of this register.

    Attributes:
        box: the box's device id.
        box_epoch: of the box's database.
        epoch, kept: every change of this epoch up to this one lies in the box, or has a receipt.
        probe: the first change that was unsent when we asked the province, through the box,
            whether it has what it receipted; 0 when no such question is under way.
        number: of the neighbours' documents that are shown here.
    """

    box: str = ""
    box_epoch: str = ""
    epoch: str = ""
    kept: int = 0
    probe: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """What of the register a visit to the box needs besides outbox and inbox.

    Attributes:
        server_key: the province's public key (hex); "" where no sync ever brought it.
        server_epoch: the incarnation of the province that the register knows.
        named: a device as the newest directory of the province names it, be that the one the box
            brings; ``None`` for one that it does not name.
        keep: stores the custody.
        show: takes over what the neighbours gave the box.
    """

    server_key: str
    server_epoch: Callable[[], str]
    named: Callable[[str, SignedDirectory | None], DirectoryDevice | None]
    keep: Callable[[Custody], None]
    show: Callable[[BoxDocuments, Custody], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit came to, however far it came.

    Attributes:
        handed: changes that the box has now and had not before.
        receipted: changes whose receipt of the province came through the box.
        pulled: rows of the province.
        is_held_back: a restricted change waits for the province itself, and all behind it.
        is_doubtful: it did not prove that it is ours, or showed what is not of the province.
    """

    custody: Custody
    handed: int = 0
    receipted: int = 0
    pulled: int = 0
    is_held_back: bool = False
    is_doubtful: bool = False
    trouble: RequestTrouble | None = None


class _BoxConversation(Conversation):
    """The requests of a device at its box."""

    _at_box: ClassVar[bool] = True

    def state(self, request: BoxRequest) -> BoxState | RequestTrouble:
        return self._as_device(
            lambda token: self._transport.ask("/box/v1/state", request, BoxState, token=token)
        )

    def hand_over(self, batch: Batch) -> BoxKept | RequestTrouble:
        body = self.signed(batch)
        return self._as_device(
            lambda token: self._transport.send(
                "/box/v1/push",
                body,
                body_type=LINES_TYPE,
                answer_type=JSON_TYPE,
                decode=lambda raw: decode_message(raw, BoxKept),
                token=token,
            )
        )

    def rows(self, request: PullRequest) -> PullPage | RequestTrouble:
        return self._as_device(
            lambda token: self._transport.send(
                "/box/v1/pull",
                msgspec.json.encode(request),
                body_type=JSON_TYPE,
                answer_type=LINES_TYPE,
                decode=decode_pull,
                token=token,
            )
        )

    def documents(self, request: BoxDocumentsRequest) -> BoxDocuments | RequestTrouble:
        return self._as_device(
            lambda token: self._transport.ask(
                "/box/v1/documents", request, BoxDocuments, token=token
            )
        )


def visit(
    *,
    outbox: BoxOutbox,
    inbox: Inbox,
    identity: DeviceIdentity,
    app_version: str,
    custody: Custody,
    shelf: Shelf,
    held: HeldToken,
    patience: Patience = PATIENCE,
    connect: Connect = Transport,
) -> Visit:
    """Give the box what is unsent, take what it has; trouble comes back, never raised.

    ``identity.server_url`` is the box's address. Raises ``BadAddressError`` and whatever the store
    raises.
    """
    with connect(
        server_url=identity.server_url, ca_file=identity.ca_file, patience=patience
    ) as transport:
        talk = _BoxConversation(
            transport=transport, identity=identity, app_version=app_version, held=held
        )
        run = _Visiting(outbox, inbox, identity, shelf, talk, Visit(custody=custody))
        trouble = run.everything()
    return replace(run.done, trouble=trouble)


@dataclass(slots=True)
class _Visiting:
    outbox: BoxOutbox
    inbox: Inbox
    identity: DeviceIdentity
    shelf: Shelf
    talk: _BoxConversation
    done: Visit
    forks: int = 0

    def everything(self) -> RequestTrouble | None:
        trouble = self._give()
        if trouble is not None:
            return trouble
        # Asked before the rows: of what they no longer name by then, the rows have what became.
        found = self.talk.documents(BoxDocumentsRequest(number=self.done.custody.number))
        trouble = self._pull()
        if trouble is not None:
            return trouble
        return self._look_at_neighbours(found)

    # --- giving

    def _give(self) -> RequestTrouble | None:
        """Take the receipts that lie there, and hand over what the box does not have."""
        batch = self.outbox.next_batch(limit=1)
        probe = replace(batch, lines=[], head=batch.prev)
        state = self._meet(
            BoxRequest(
                epoch=batch.epoch,
                acked=batch.first - 1,
                probe=self.talk.signed(probe).decode(),
                nonce=secrets.token_hex(_NONCE_BYTES),
            )
        )
        if not isinstance(state, BoxState):
            return state
        self._take_answers(state, batch.epoch)
        after = self.outbox.next_batch(limit=1)
        if after.epoch != batch.epoch:  # numbered anew: what it has goes by other numbers
            return self._give_again()
        if not self._is_ours(state):
            self.outbox.renumber()
            return self._give_again()
        self._keep(
            Custody(
                box=state.box,
                box_epoch=state.box_epoch,
                epoch=batch.epoch,
                kept=state.kept,
                probe=batch.first,
                number=self.done.custody.number if self._is_same_box(state) else 0,
            )
        )
        return self._hand_over(max(state.kept, after.first - 1))

    def _meet(self, request: BoxRequest) -> BoxState | RequestTrouble:
        """Who answers is a box of ours, and was not withdrawn."""
        state = self.talk.state(request)
        if not isinstance(state, BoxState):
            return state
        named = self.shelf.named(state.box, state.directory)
        before = self.shelf.named(self.done.custody.box, None)
        if before is not None and before.revoked_at:
            self._keep(Custody())  # whoever has what that one was given
        if not is_met(state, named, nonce=request.nonce, device=self.identity.device_id):
            self.done = replace(self.done, is_doubtful=True)
            return NotOurServer()
        if named is not None and named.revoked_at:
            self._keep(Custody())
            return Refused(RefusalCode.REVOKED)
        return state

    def _is_same_box(self, state: BoxState) -> bool:
        before = self.done.custody
        return (before.box, before.box_epoch) == (state.box, state.box_epoch)

    def _give_again(self) -> RequestTrouble | None:
        self.forks += 1
        return Refused(RefusalCode.FORK) if self.forks > _MOST_FORKS else self._give()

    def _is_ours(self, state: BoxState) -> bool:
        """Does what lies there under our numbers hang together with what we have?"""
        if state.kept < self.outbox.next_batch(limit=1).first:
            return True  # all of it has a receipt
        if state.kept > self.outbox.last_seq():
            return False
        return self.outbox.next_batch(limit=1, after=state.kept).prev == state.h

    def _hand_over(self, after: int) -> RequestTrouble | None:
        limit = _BATCH
        while True:
            whole = self.outbox.next_batch(limit=limit, after=after)
            batch = _open_part(whole)
            if len(batch) < len(whole):
                self.done = replace(self.done, is_held_back=True)
            if not len(batch):
                return None
            answer = self.talk.hand_over(batch)
            if isinstance(answer, Refused) and answer.code is RefusalCode.TOO_LARGE and limit > 1:
                limit //= 2
                continue
            if isinstance(answer, Refused) and answer.code is RefusalCode.FORK:
                self.outbox.renumber()
                return self._give_again()
            if not isinstance(answer, BoxKept):
                return answer
            if (answer.kept, answer.h) != (batch.last, batch.head):
                return Malformed()
            after = answer.kept
            self._keep(replace(self.done.custody, kept=answer.kept, box_epoch=answer.box_epoch))
            self.done = replace(self.done, handed=self.done.handed + len(batch))

    def _keep(self, custody: Custody) -> None:
        self.shelf.keep(custody)
        self.done = replace(self.done, custody=custody)

    # --- what the province said

    def _take_answers(self, state: BoxState, epoch: str) -> None:
        for signed in state.answers:
            told = opened_relayed(signed, server_key=self.shelf.server_key)
            if told is None or (told.device, told.epoch) != (self.identity.device_id, epoch):
                continue  # not of the province, or not about this register as it is
            if told.answer is not None and told.n:
                if not self._is_about_ours(told.answer):
                    self.outbox.renumber()
                    return
                self._settle(told.answer)
            elif told.first == self.done.custody.probe and not told.n:
                self._hear(told)
            elif told.refusal is not None and told.refusal.code is RefusalCode.FORK:
                begin_anew(self.outbox, self.inbox)  # nobody can be asked how far we agree
                return

    def _is_about_ours(self, answer: PushAnswer) -> bool:
        """Are the changes it receipts those that stand here under these numbers?

        Not so in a register that was set back: others were made under them since.
        """
        if answer.acked < self.outbox.next_batch(limit=1).first:
            return True  # nothing of it waits
        if answer.acked > self.outbox.last_seq():
            return False
        return self.outbox.next_batch(limit=1, after=answer.acked).prev == answer.h

    def _settle(self, answer: PushAnswer) -> None:
        before = self.outbox.next_batch(limit=1).first
        self.outbox.settle(answer)
        self.done = replace(
            self.done,
            receipted=self.done.receipted + self.outbox.next_batch(limit=1).first - before,
        )

    def _hear(self, told: Relayed) -> None:
        """Does the province have what it receipted? Nothing else was heard of it since."""
        if told.answer is not None:
            self.inbox.meet_server(told.answer.server_epoch)
        elif told.refusal is not None and told.refusal.code is RefusalCode.GAP:
            self.inbox.restart(tuple(self.inbox.cursors()))
            self.outbox.rewind(expected=told.refusal.expected)
        elif told.refusal is not None and told.refusal.code is RefusalCode.FORK:
            begin_anew(self.outbox, self.inbox)

    # --- receiving

    def _pull(self) -> RequestTrouble | None:
        """The rows that the box has read of the province and we have not."""
        while True:
            cursors = dict(self.inbox.cursors())
            page = self.talk.rows(PullRequest(cursors=cursors, limit=_PAGE_ROWS))
            if not isinstance(page, PullPage):
                return page
            epoch = self.shelf.server_epoch()
            if page.end.server_epoch != epoch:
                return None  # one of us knows an older incarnation; the province will tell
            asked = {name: cursors.get(name, 0) for name in page.end.next}
            is_open = not any(is_restricted(name) for name in page.end.next)
            if not is_open or page.drops or not is_consistent(page, asked):
                return Malformed()
            key = self.shelf.server_key
            if not are_of_province(page.rows, server_epoch=epoch, server_key=key):
                self.done = replace(self.done, is_doubtful=True)
                return Malformed()
            self.inbox.apply_page(
                rows=page.rows, grants=page.grants, drops=[], cursors=page.end.next
            )
            self.done = replace(self.done, pulled=self.done.pulled + len(page.rows))
            if not page.end.more:
                return None

    def _look_at_neighbours(self, found: BoxDocuments | RequestTrouble) -> RequestTrouble | None:
        custody = self.done.custody
        if not isinstance(found, BoxDocuments):
            return found
        if not found.is_unchanged:
            self.shelf.show(found, custody)
            self._keep(replace(custody, number=found.number))
        return None


def _open_part(batch: Batch) -> Batch:
    """The saves before the first one that has anything restricted: that is never given to a box."""
    changes = batch.changes
    closed = next((one.group for one in changes if is_restricted(one.bucket)), None)
    if closed is None:
        return batch
    count = next(at for at, one in enumerate(changes) if one.group == closed)
    head = bytes.fromhex(batch.prev)
    for line in batch.lines[:count]:
        head = chain_link(head, line)
    return replace(batch, lines=batch.lines[:count], head=head.hex())
