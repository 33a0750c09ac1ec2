"""One story from one seed: PCs, a server, a bad line, and who acts when."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from types import TracebackType
from uuid import UUID

import msgspec
import requests

from desktop.errors import ExternalError
from desktop.store.keys import DataKey
from sync.client.engine import PORTIONS, Portions
from sync.protocol.codec import decode_pull, decode_push
from sync.protocol.documents import GRANTS, Role, bucket_of
from sync.protocol.ids import new_id_text
from sync.protocol.messages import Change, Hold, PushAnswer
from tests.sync.simulation import network
from tests.sync.simulation.clients import SERVER_URL, Client, Seat, copied
from tests.sync.simulation.flows import Flow, KilledError
from tests.sync.simulation.invariants import (
    ViolatedError,
    claims_of,
    claims_while_it_runs,
    own_edits_on_top,
)
from tests.sync.simulation.model import Telling
from tests.sync.simulation.network import Fate, Letter
from tests.sync.simulation.server import Backup, Reply, SimulatedServer

COMMUNES = {"99001": "Xã Suối Mẫu", "99002": "Xã Đồng Thử", "99003": "Phường Tập An"}
#: Fields and lengths by which the model knows that a change breaks a rule.
POISON_FIELD = "no_such_field"
TOO_LONG = "x" * 17_000
#: After the last fault everything must be still within so many rounds of syncs.
MOST_ROUNDS = 12

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
}


@dataclass(frozen=True)
class Office:
    """An office and the communes it serves at first."""

    office: UUID
    role: Role
    communes: tuple[str, ...]


@dataclass(frozen=True)
class Moment:
    """A backup of the server, and what was true then."""

    backup: Backup
    telling: Telling
    served: dict[UUID, tuple[str, ...]]


@dataclass(frozen=True)
class Copy:
    """The files of a PC as they once were, and what was acknowledged by then."""

    client: Client
    files: Path
    acknowledged: frozenset[str]


@dataclass
class Happened:
    """What a story had in it."""

    counts: dict[str, int] = field(default_factory=dict)

    def note(self, what: str) -> None:
        """Once more."""
        self.counts[what] = self.counts.get(what, 0) + 1


@dataclass(frozen=True)
class Beginning:
    """A province with enrolled PCs, from which every story of one size begins."""

    backup: Backup
    offices: tuple[Office, ...]
    devices: dict[str, Office]
    pcs: tuple[tuple[Seat, Path], ...]
    key: DataKey


def founded(server: SimulatedServer, place: Path, *, clients: int) -> Beginning:
    """Two officers' offices that share a commune, the police, a collecting office; their PCs."""
    server.clear()
    server.found_province()
    offices = tuple(
        Office(server.office(role, {code: COMMUNES[code] for code in communes}), role, communes)
        for role, communes in (
            (Role.OFFICER, ("99001", "99002")),
            (Role.OFFICER, ("99002", "99003")),
            (Role.POLICE, ("99001", "99002")),
            (Role.COLLECTOR, ("99001", "99002", "99003")),
        )
    )
    key = DataKey(b"k" * 32)
    pcs: list[tuple[Seat, Path]] = []
    devices: dict[str, Office] = {}

    def carry(_client: Client, request: requests.PreparedRequest) -> requests.Response:
        letter = network.letter_of(request)
        reply = server.answer(letter.url, letter.headers, letter.body)
        assert reply is not None
        return network.response_of(request, reply)

    for number in range(clients):
        office = offices[(0, 1, 2, 3, 0, 1)[number % 6]]
        seat = Seat(f"pc{number + 1}", office.role, office.office, f"Cán bộ {number + 1}")
        client = Client(seat, place=place, carry=carry, portions=PORTIONS, key=key)
        client.syncing.enrol(server_url=SERVER_URL, code=server.code(office.office, seat.user))
        devices[client.device] = office
        files = copied(client.register.folder, place / f"beginning-{number}")
        pcs.append((seat, files))
        client.close()
    return Beginning(server.backup(), offices, devices, tuple(pcs), key)


class World:
    """Everything of one story; a context manager."""

    def __init__(
        self,
        *,
        seed: int,
        server: SimulatedServer,
        place: Path,
        beginning: Beginning,
        plant: Callable[[World], None] | None = None,
        say: Callable[[str], object] = lambda _line: None,
    ) -> None:
        """``plant`` plants a defect (``defects``), to see whether it is found.

        ``say`` receives every line of the story.
        """
        self._say = say
        self.seed = seed
        self.random = Random(seed)
        self.server = server
        self.place = place
        self.telling = Telling()
        self.clients: list[Client] = []
        self.offices: list[Office] = []
        self.served: dict[UUID, tuple[str, ...]] = {}
        self.late: list[Letter] = []
        self.moment: Moment | None = None
        self.storm = 0.5
        self.copies: list[Copy] = []
        #: Grows with everything after which a PC must sync anew before it agrees.
        self.meetings = 0
        #: The server was set back and nobody ran ``renew-epoch`` yet.
        self.is_untold = False
        #: Changes the server accepted.
        self.news = 0
        self.happened = Happened()
        self.line: Callable[[Letter, Reply], Reply] = lambda _letter, reply: reply
        self._ends: list[Callable[[], object]] = []
        self._offices_of_devices: dict[str, Office] = {}
        self._names = 0
        self._trace = hashlib.sha256()
        self._begin(beginning)
        if plant is not None:
            plant(self)

    def __enter__(self) -> World:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self.clients:
            self.abort(client)
            with suppress(ExternalError):
                client.close()
        for end in self._ends:
            end()

    def at_end(self, end: Callable[[], object]) -> None:
        """Do this when the story is over."""
        self._ends.append(end)

    # --- the beginning

    def _begin(self, beginning: Beginning) -> None:
        self.server.restore(beginning.backup, is_told=False)
        self.offices = list(beginning.offices)
        self.served = {office.office: office.communes for office in self.offices}
        self._offices_of_devices = dict(beginning.devices)
        for seat, files in beginning.pcs:
            self._names += 1
            client = Client(
                seat,
                place=self.place,
                carry=self.carry,
                portions=Portions(
                    first_batch=self.random.choice((1, 2, 5, 50)),
                    page_rows=self.random.choice((1, 3, 10, 1000)),
                ),
                key=beginning.key,
                files=copied(files, self.place / seat.name),
            )
            self.clients.append(client)

    def enrol(self, client: Client) -> None:
        """Enrol it, for the first time or again."""
        code = self.server.code(client.seat.office, client.seat.user)
        client.syncing.enrol(server_url=SERVER_URL, code=code)
        self._offices_of_devices[client.device] = self._office(client.seat.office)

    # --- chance

    def chance(self, probability: float) -> bool:
        """Does it happen?"""
        return self.random.random() < probability

    def new_id(self) -> str:
        """An id for a new document."""
        return new_id_text(unix_ms=1_790_000_000_000 + self.random.randrange(10**9))

    def note(self, what: str, *details: object) -> None:
        """A line of the story, for the replay to be compared with."""
        line = " ".join([what, *map(str, details)])
        self._trace.update(line.encode() + b"\n")
        self._say(line)
        self.happened.note(what)

    @property
    def told(self) -> str:
        """The whole story as one hash."""
        return self._trace.hexdigest()

    # --- the line

    def carry(self, client: Client, request: requests.PreparedRequest) -> requests.Response:
        """A request of a PC: a flow stands still until it is moved on; else it arrives at once."""
        if client.flow is not None:
            return client.flow.ask(request)
        outcome = self._outcome(request, Fate.ARRIVES)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _fate(self) -> Fate:
        if not self.chance(self.storm):
            return Fate.ARRIVES
        fates, weights = zip(*_STORM.items(), strict=True)
        return Fate(self.random.choices(fates, weights)[0])

    def _outcome(
        self, request: requests.PreparedRequest, fate: Fate
    ) -> requests.Response | BaseException:
        """What comes back to the PC."""
        letter = network.letter_of(request)
        self.note(fate.value, letter.path)
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
            self.late.append(letter)
            return network.timed_out()
        if fate is Fate.CUT_ON_THE_WAY:
            size = self.random.randrange(max(len(letter.body), 1))
            self.server.answer(letter.url, letter.headers, letter.body, received=size)
            return network.cut()
        reply = self._arrive(letter, fate)
        if reply is None or fate is Fate.ANSWER_LOST:
            return network.cut()
        if fate is Fate.ANSWER_LATE:
            return network.timed_out()
        if fate is Fate.ANSWER_CUT:
            size = self.random.randrange(max(len(reply.body), 1))
            return network.response_of(request, reply, cut_at=size)
        if fate is Fate.PACKED_TWICE:
            reply = network.packed_twice(reply)
        if fate is Fate.UNPACKED_WRONG:
            reply = network.unpacked_wrong(reply)
        return network.response_of(request, self.line(letter, reply))

    def _arrive(self, letter: Letter, fate: Fate) -> Reply | None:
        """The server does the work, perhaps twice, perhaps it dies over it."""
        if fate is Fate.TWICE_AT_ONCE:
            replies = self.server.answer_both(letter.url, letter.headers, letter.body)
            for reply in replies:
                self._observe(letter, reply)
            return replies[0]
        if fate is Fate.TWICE:
            first = self.server.answer(letter.url, letter.headers, letter.body)
            self._observe(letter, first)
        if fate is Fate.SERVER_DIES:
            self.server.dies_in = self.random.randrange(30)
        reply = self.server.answer(letter.url, letter.headers, letter.body)
        if fate is Fate.SERVER_DIES:
            self.server.dies_in = None
            self.server.restart()
            if reply is not None and self.chance(0.5):  # after the commit, before the answer
                self._observe(letter, reply)
                return None
        self._observe(letter, reply)
        return reply

    def deliver_late(self, letter: Letter) -> None:
        """A request arrives that its client has given up; nobody waits for the answer."""
        self.note("arrives late", letter.path)
        self._observe(letter, self.server.answer(letter.url, letter.headers, letter.body))

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
            known = len(self.telling.results.get((device, epoch), ()))
            if self.server.last_seq(device, epoch) <= known:
                return
        elif reply.status != 200:
            return
        refusals = {
            change.change_id: hold
            for change in sent.changes
            if (hold := self._refusal(device, change)) is not None
        }
        before = len(self.telling.accepted)
        expected = self.telling.push(device, epoch, sent.changes, refusals)
        self.news += len(self.telling.accepted) - before
        if reply is None:
            return
        answer = msgspec.json.decode(network.content_of(reply), type=PushAnswer)
        receipt = [f"{result.seq}:{result.s.value}{result.why}" for result in answer.results]
        self.note("receipt", device[:4], epoch[:4], *receipt)
        if answer.results != expected:
            raise ViolatedError("I3", f"receipt {answer.results} instead of {expected}")

    def _refusal(self, device: str, change: Change) -> Hold | None:
        """The rule that this change was made to break, or breaks since a right was taken away."""
        commune = change.bucket.partition("/")[0]
        if commune not in self.served[self._offices_of_devices[device].office]:
            return Hold.BUCKET
        if POISON_FIELD in change.patch:
            return Hold.UNKNOWN_FIELD
        if any(new == TOO_LONG for _, new in change.patch.values()):
            return Hold.TOO_LONG
        return None

    def _observe_pull(self, reply: Reply) -> None:
        """I9, on the wire: no row outside what the device may read."""
        page = decode_pull(network.content_of(reply))
        granted = {name for office in self.offices for name in self.buckets_of(office)}
        seen = {row.bucket for row in page.rows} | {grant.bucket for grant in page.grants}
        if not seen <= granted:
            raise ViolatedError("I9", f"rows of {sorted(seen - granted)}")

    # --- who may what

    def _office(self, office: UUID) -> Office:
        return next(one for one in self.offices if one.office == office)

    def buckets_of(self, office: Office) -> list[str]:
        """What its devices may read now."""
        return sorted(
            bucket_of(code, data_set)
            for code in self.served[office.office]
            for data_set in GRANTS[office.role]
        )

    def buckets_for(self, client: Client) -> list[str]:
        """What this PC may read now."""
        return self.buckets_of(self._office(client.seat.office))

    # --- syncs

    def begin_sync(self, client: Client) -> None:
        """Let its sync run to its first request."""

        def work(_flow: Flow[requests.PreparedRequest, requests.Response]) -> None:
            client.report = client.syncing.run()

        client.report, client.meets, client.saw = None, self.meetings, -1
        client.flow = Flow(work)
        client.flow.start()
        self._after_a_move(client)

    def move(self, client: Client) -> None:
        """A half of a request further."""
        flow = client.flow
        assert flow is not None
        if client.coming is None:
            assert flow.asked is not None
            client.coming = self._outcome(flow.asked, self._fate())
            if self.chance(0.6):
                return
        given, client.coming = client.coming, None
        flow.give(given)
        self._after_a_move(client)

    def _after_a_move(self, client: Client) -> None:
        flow = client.flow
        assert flow is not None
        if client.image is not None:
            self.bury(client)
            return
        own_edits_on_top(client)
        if not flow.is_over:
            return
        client.flow = None
        if flow.failure is not None:
            raise flow.failure
        report = client.report
        assert report is not None
        self.note("synced", client.seat.name, report.pushed, report.pulled, report.problem)
        claims_while_it_runs(self, client)

    def abort(self, client: Client) -> None:
        """End its running sync as a kill would."""
        flow, client.flow, client.coming = client.flow, None, None
        if flow is not None and not flow.is_over:
            flow.give(KilledError())
            assert flow.is_over

    def bury(self, client: Client) -> None:
        """If it was killed at a statement, what it did afterwards never happened."""
        if client.image is not None:
            self.note("killed at a statement", client.seat.name)
            files, acknowledged = client.image
            client.acknowledged = set(acknowledged)
            self.abort(client)
            self.reopen(client, files)

    def reopen(self, client: Client, files: Path) -> None:
        """Start the program anew on these files; what was acknowledged must be there."""
        client.restart_from(files)
        claims_while_it_runs(self, client)
        client.acknowledged |= {one.change.change_id for one in client.outbox()}

    def keep_copy(self, client: Client) -> Copy:
        """Somebody copies the folder."""
        return Copy(client, client.copy_files(), frozenset(client.acknowledged))

    def put_back(self, copy: Copy) -> None:
        """The copy takes the place of the register; what came after is lost with it."""
        client = copy.client
        self.abort(client)
        client.acknowledged = set(copy.acknowledged)
        self.note("goes back to an old copy", client.seat.name)
        client.restart_from(copy.files)

    def clone(self, client: Client) -> None:
        """Another PC with all of this one's files."""
        self._names += 1
        self.note("cloned", client.seat.name, f"pc{self._names}")
        self.clients.append(client.clone(f"pc{self._names}"))

    def withdraw(self, office: Office, commune: str) -> None:
        """The office serves this commune no more."""
        self.server.withdraw(office.office, commune)
        left = tuple(code for code in self.served[office.office] if code != commune)
        self.served[office.office] = left
        self.note("withdrawn", office.role.value, commune)
        self.meetings += 1

    def give(self, office: Office, commune: str) -> None:
        """The office serves this commune again."""
        self.server.give(office.office, commune)
        self.served[office.office] = (*self.served[office.office], commune)
        self.meetings += 1

    def sync_whole(self, client: Client) -> None:
        """A sync from beginning to end on a good line, nobody else between."""
        client.report, client.meets = client.syncing.run(), self.meetings
        client.saw = self.news if client.report.problem is None else -1
        report = client.report
        self.note("synced", client.seat.name, report.pushed, report.pulled, report.problem)
        if client.is_out():
            self.enrol(client)

    # --- the server's past

    def take_backup(self) -> None:
        """The operator's nightly copy."""
        self.moment = Moment(self.server.backup(), self.telling.copy(), dict(self.served))

    def go_back(self, *, is_told: bool) -> None:
        """The server is set back to its last copy."""
        moment = self.moment
        assert moment is not None
        self.note("set back", is_told)
        self.server.restore(moment.backup, is_told=is_told)
        self.telling = moment.telling.copy()
        self.served = dict(moment.served)
        self.meetings += 1
        self.is_untold = not is_told
        self.moment = replace(moment, backup=self.server.backup())

    def tell_of_going_back(self) -> None:
        """The operator remembers what has to be done after a restore."""
        self.server.renew_epoch()
        self.is_untold = False
        self.meetings += 1

    # --- the end

    def heal(self) -> None:
        """Every fault ends; then all must come to rest without a further edit (I10, F5, F6)."""
        self.storm = 0
        for client in self.clients:
            self.abort(client)
            client.disarm()
            client.free_disk()
        if self.is_untold:
            self.tell_of_going_back()
        for letter in self.late:
            self.deliver_late(letter)
        self.late = []
        for _ in range(MOST_ROUNDS):
            restless = [client for client in self.clients if not self._is_still(client)]
            if not restless:
                self._require_stillness()
                return
            for client in restless:
                self.sync_whole(client)
        reports = [(c.seat.name, c.report) for c in self.clients if not self._is_still(c)]
        raise ViolatedError("I10", f"not at rest after {MOST_ROUNDS} rounds: {reports}")

    def _is_still(self, client: Client) -> bool:
        """Was its last sync good, and did nothing happen since that it could not have seen?"""
        report = client.report
        return (
            report is not None
            and report.problem is None
            and client.saw == self.news
            and client.syncing.status().unsent == 0
        )

    def _require_stillness(self) -> None:
        """Whoever syncs now has nothing to send or to receive."""
        client = self.random.choice(self.clients)
        self.sync_whole(client)
        report = client.report
        if report is None or report.problem or report.pushed or report.pulled:
            raise ViolatedError("I10", f"{client.seat.name} has no rest: {report}")

    def check(self) -> None:
        """Every invariant that can be told at the end."""
        for claim in claims_of():
            claim(self)
