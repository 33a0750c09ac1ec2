"""One story from one seed: PCs, a server, a bad line, and who acts when."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from types import TracebackType
from uuid import UUID

import requests

from desktop.errors import ExternalError
from sync.client.engine import Portions
from sync.protocol.documents import GRANTS, DataSet, Role, bucket_of
from sync.protocol.ids import new_id_text
from tests.sync.simulation.beginning import COMMUNES, Beginning, Office
from tests.sync.simulation.clients import SERVER_URL, Client, copied
from tests.sync.simulation.collecting import Collecting, Submissions
from tests.sync.simulation.exchange import Exchange
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

#: After the last fault everything must be still within so many rounds of syncs.
MOST_ROUNDS = 12


@dataclass(frozen=True)
class Moment:
    """A backup of the server, and what was true then."""

    backup: Backup
    telling: Telling
    served: dict[UUID, tuple[str, ...]]
    collecting: Collecting


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
        self.collecting = Collecting(lambda office, commune: commune in self.served[office])
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
        self.device_offices: dict[str, Office] = {}
        self._names = 0
        self._trace = hashlib.sha256()
        self._exchange = Exchange(self)
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
        self.device_offices = dict(beginning.devices)
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
        self.device_offices[client.device] = self._office(client.seat.office)

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
        outcome = self._exchange.outcome(request, Fate.ARRIVES)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def deliver_late(self, letter: Letter) -> None:
        """A request arrives that its client has given up; nobody waits for the answer."""
        self._exchange.deliver_late(letter)

    # --- who may what

    def _office(self, office: UUID) -> Office:
        return next(one for one in self.offices if one.office == office)

    def buckets_of(self, office: Office) -> list[str]:
        """What its devices may read now."""
        return sorted(
            bucket_of(code, data_set)
            for code in self.communes_of(office)
            for data_set in GRANTS[office.role]
        )

    def communes_of(self, office: Office) -> tuple[str, ...]:
        """Those it has anything to do with now."""
        if office.role is not Role.COLLECTOR:
            return self.served[office.office]
        return tuple(
            code
            for code in COMMUNES
            if self.collecting.sees(office.office, code, self.submissions_of(code))
        )

    def submissions_of(self, commune: str) -> Submissions:
        """What was handed in there, as the server has it, and whether it is decided."""
        bucket = bucket_of(commune, DataSet.SUBMISSION)
        return {
            document_id: told.fields().get("review") is not None
            for (where, document_id), told in self.telling.documents.items()
            if where == bucket
        }

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
            client.coming = self._exchange.outcome(flow.asked, self._exchange.fate())
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

    def collect(self, office: Office, commune: str) -> None:
        """From now on this office collects for the commune."""
        self.server.collect(office.office, commune)
        self.collecting.begin(office.office, commune, self.submissions_of(commune))
        self.note("collected by", str(office.communes), commune)
        self.meetings += 1

    def end_collecting(self, office: UUID, commune: str) -> None:
        """What the office before still has is the new one's alone."""
        self.server.hand_over(office, commune)
        self.collecting.end(office, commune)
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
        self.moment = Moment(
            self.server.backup(), self.telling.copy(), dict(self.served), self.collecting.copy()
        )

    def go_back(self, *, is_told: bool) -> None:
        """The server is set back to its last copy."""
        moment = self.moment
        assert moment is not None
        self.note("set back", is_told)
        self.server.restore(moment.backup, is_told=is_told)
        self.telling = moment.telling.copy()
        self.served = dict(moment.served)
        self.collecting = moment.collecting.copy()
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
            and client.meets == self.meetings
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
