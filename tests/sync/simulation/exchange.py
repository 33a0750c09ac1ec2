"""Requests on their way: what becomes of each, and whether the server did what the model says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import requests

from sync.protocol.codec import decode_pull, decode_push
from sync.protocol.documents import Role
from sync.protocol.messages import Change, Hold, PushAnswer
from tests.sync.simulation import network
from tests.sync.simulation.invariants import ViolatedError
from tests.sync.simulation.network import Fate, Letter
from tests.sync.simulation.server import Reply

if TYPE_CHECKING:
    from tests.sync.simulation.world import World

#: Fields and lengths by which the model knows that a change breaks a rule.
POISON_FIELD = "no_such_field"
TOO_LONG = "x" * 17_000

#: How likely each fate is while the weather is bad.
_STORM: Mapping[Fate, int] = {
    Fate.ARRIVES: 60,
    Fate.NO_CONNECTION: 4,
    Fate.CUT_ON_THE_WAY: 4,
    Fate.ANSWER_LOST: 8,
    Fate.ANSWER_CUT: 4,
    Fate.LATE: 4,
    Fate.ANSWER_LATE: 3,
    Fate.TWICE: 4,
    Fate.TWICE_AT_ONCE: 1,
    Fate.PORTAL: 2,
    Fate.REDIRECT: 1,
    Fate.GATEWAY: 2,
    Fate.BUSY: 2,
    Fate.PACKED_TWICE: 1,
    Fate.UNPACKED_WRONG: 1,
    Fate.SERVER_DIES: 4,
    Fate.ROW_LEFT_OUT: 4,
}
#: Whose answers hold rows.
_WITH_ROWS = ("/sync/v1/pull", "/sync/v1/part_rows")


class Exchange:
    """The line of one story."""

    def __init__(self, world: World) -> None:
        self._world = world

    def fate(self) -> Fate:
        if not self._world.chance(self._world.storm):
            return Fate.ARRIVES
        fates, weights = zip(*_STORM.items(), strict=True)
        return Fate(self._world.random.choices(fates, weights)[0])

    def outcome(
        self, request: requests.PreparedRequest, fate: Fate
    ) -> requests.Response | BaseException:
        """What comes back to the PC."""
        letter = network.letter_of(request)
        self._world.note(fate.value, letter.path)
        strangers = {
            Fate.PORTAL: network.PORTAL,
            Fate.REDIRECT: network.REDIRECT,
            Fate.GATEWAY: network.GATEWAY,
            Fate.BUSY: network.busy(),
        }
        if fate in strangers:
            return network.response_of(request, strangers[fate])
        if fate is Fate.NO_CONNECTION:
            return network.no_connection()
        if fate is Fate.LATE:
            self._world.late.append(letter)
            return network.timed_out()
        if fate is Fate.CUT_ON_THE_WAY:
            size = self._world.random.randrange(max(len(letter.body), 1))
            self._world.server.answer(letter.url, letter.headers, letter.body, received=size)
            return network.cut()
        reply = self._arrive(letter, fate)
        if reply is None or fate is Fate.ANSWER_LOST:
            return network.cut()
        if fate is Fate.ANSWER_LATE:
            return network.timed_out()
        if fate is Fate.ANSWER_CUT:
            size = self._world.random.randrange(max(len(reply.body), 1))
            return network.response_of(request, reply, cut_at=size)
        if fate is Fate.PACKED_TWICE:
            reply = network.packed_twice(reply)
        if fate is Fate.UNPACKED_WRONG:
            reply = network.unpacked_wrong(reply)
        if fate is Fate.ROW_LEFT_OUT and letter.path in _WITH_ROWS:
            reply = network.one_row_less(reply, self._world.random.randrange(1000))
        return network.response_of(request, self._world.line(letter, reply))

    def _arrive(self, letter: Letter, fate: Fate) -> Reply | None:
        """The server does the work, perhaps twice, perhaps it dies over it."""
        if fate is Fate.TWICE_AT_ONCE:
            replies = self._world.server.answer_both(letter.url, letter.headers, letter.body)
            for reply in replies:
                self._observe(letter, reply)
            return replies[0]
        if fate is Fate.TWICE:
            first = self._world.server.answer(letter.url, letter.headers, letter.body)
            self._observe(letter, first)
        if fate is Fate.SERVER_DIES:
            self._world.server.dies_in = self._world.random.randrange(30)
        reply = self._world.server.answer(letter.url, letter.headers, letter.body)
        if fate is Fate.SERVER_DIES:
            self._world.server.dies_in = None
            self._world.server.restart()
            if reply is not None and self._world.chance(0.5):  # after the commit, before the answer
                self._observe(letter, reply)
                return None
        self._observe(letter, reply)
        return reply

    def deliver_late(self, letter: Letter) -> None:
        """A request arrives that its client has given up; nobody waits for the answer."""
        self._world.note("arrives late", letter.path)
        self._observe(letter, self._world.server.answer(letter.url, letter.headers, letter.body))

    def _observe(self, letter: Letter, reply: Reply | None) -> None:
        """Compare what the server did with what the model says."""
        if letter.path == "/sync/v1/push":
            self._observe_push(letter, reply)
        elif letter.path == "/sync/v1/pull" and reply is not None and reply.status == 200:
            self._observe_pull(reply)

    def _observe_push(self, letter: Letter, reply: Reply | None) -> None:
        sent = decode_push(letter.content)
        device, epoch = sent.header.device, sent.header.epoch
        if reply is None:
            known = len(self._world.telling.results.get((device, epoch), ()))
            if self._world.server.last_seq(device, epoch) <= known:
                return
        elif reply.status != 200:
            return
        refusals = {
            change.change_id: hold
            for change in sent.changes
            if (hold := self._refusal(device, change)) is not None
        }
        before = len(self._world.telling.accepted)
        seen = [self._world.communes_of(office) for office in self._world.offices]
        expected = self._world.telling.push(device, epoch, sent.changes, refusals)
        self._world.news += len(self._world.telling.accepted) - before
        if seen != [self._world.communes_of(office) for office in self._world.offices]:
            self._world.meetings += 1  # the last of an office before was decided, or asked anew
        if reply is None:
            return
        answer = msgspec.json.decode(network.content_of(reply), type=PushAnswer)
        receipt = [f"{result.seq}:{result.s.value}{result.why}" for result in answer.results]
        self._world.note("receipt", device[:4], epoch[:4], *receipt)
        if answer.results != expected:
            raise ViolatedError("I3", f"receipt {answer.results} instead of {expected}")

    def _refusal(self, device: str, change: Change) -> Hold | None:
        """The rule that this change was made to break, or breaks since a right was taken away."""
        commune = change.bucket.partition("/")[0]
        office = self._world.device_offices[device]
        if office.role is Role.COLLECTOR:
            there = self._world.submissions_of(commune)
            collecting = self._world.collecting
            if hold := collecting.refuses(office.office, commune, change.document_id, there):
                return hold
        elif commune not in self._world.served[office.office]:
            return Hold.BUCKET
        for name, (_, new) in change.patch.items():
            if name == POISON_FIELD:
                return Hold.UNKNOWN_FIELD
            if new == TOO_LONG:
                return Hold.TOO_LONG
        return None

    def _observe_pull(self, reply: Reply) -> None:
        """I9, on the wire: no row outside what the device may read."""
        page = decode_pull(network.content_of(reply))
        granted = {
            name for office in self._world.offices for name in self._world.buckets_of(office)
        }
        seen = {row.bucket for row in page.rows} | {grant.bucket for grant in page.grants}
        if not seen <= granted:
            raise ViolatedError("I9", f"rows of {sorted(seen - granted)}")
