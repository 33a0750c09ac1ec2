"""Enrolling this PC and exchanging changes with the province's server.

The device's key, its place in the province and the server's certificate authority are kept inside
the encrypted register. What a sync came to is kept too, so that the page shows it after a restart.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec

from desktop.domain.ledger import PROGRAM, Action
from desktop.domain.syncing import (
    ChangeRow,
    ChangeState,
    Enrolment,
    SyncReport,
    SyncRules,
    SyncStatus,
)
from desktop.errors import AppError, ExternalError, Problem, UserError
from desktop.services.boxes import AWAY, Boxes
from desktop.services.enrolling import Enrolling
from desktop.services.enrolling_by_file import answer_in
from desktop.services.neighbours import collecting_office, keep_from_server, known_number
from desktop.services.place import (
    Here,
    Place,
    address_from,
    author_at,
    enrolment_at,
    here_of,
    last_sync,
    pem_in,
    place_of,
)
from desktop.services.sync_reports import Done, note_run, remember, report_of, with_box
from desktop.services.troubles import parcel_problem
from desktop.store import ledger, witnessing
from desktop.store.change_lists import count_changes, list_changes
from desktop.store.device_keys import REFRESH_TOKEN
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox, sent_positions
from desktop.store.register import Register
from forms.expressions.moments import ZONE
from sync.client.conversation import Conversation, HeldToken
from sync.client.engine import (
    LONGEST_PAUSE_SECONDS,
    PORTIONS,
    REAL_TIME,
    TRIES,
    Pace,
    Portions,
    synchronise,
)
from sync.client.outcomes import ConnectionCut, Refused, ServerBusy, ServerFailed
from sync.client.ports import PackShelf
from sync.client.schedule import pause_seconds
from sync.client.transport import PATIENCE, Connect, Patience, Transport
from sync.client.watching import StoppableWatch, Stopped, Watch
from sync.protocol.enrolling import plain_code
from sync.protocol.messages import LedgerHead, Left, RefusalCode
from sync.protocol.parcel import ParcelError

_RULES = "sync_rules"


class Syncing:
    """The sync page's work; ``run`` waits for a running one and never raises for the network.

    ``author`` is who opened the register; "" for the user the device was enrolled for.
    """

    def __init__(
        self,
        *,
        register: Register,
        clock: Callable[[], datetime],
        author: str = "",
        app_version: str = "",
        pace: Pace = REAL_TIME,
        portions: Portions = PORTIONS,
        connect: Connect = Transport,
        shelf: PackShelf | None = None,
    ) -> None:
        """``shelf`` is where what the province published goes; without one it is not fetched."""
        self._register = register
        self._shelf = shelf
        self._clock = clock
        self._author = author
        self._pace = pace
        self._portions = portions
        self._connect = connect
        self._app_version = app_version
        self._running = threading.Lock()
        #: The epoch and the last change of it that went out, whether or not a receipt came.
        self._sent = ("", 0)
        self._held = self._login()
        self._boxes = Boxes(register=register, clock=clock, connect=connect)
        self._enrolling = Enrolling(register=register, clock=clock, author=author, connect=connect)

    def enrolment(self) -> Enrolment | None:
        """The device's place; ``None`` before enrolment."""
        place = place_of(self._register)
        return None if place is None else self._described(place)

    def _described(self, place: Place) -> Enrolment:
        """The place, with who collects for its commune today: that is dated, and may change."""
        told = enrolment_at(place)
        if len(told.commune_codes) != 1:
            return told
        return replace(
            told,
            collected_by=collecting_office(
                self._register,
                device_id=told.device_id,
                commune=told.commune_codes[0],
                day=self._clock().astimezone(ZONE).date().isoformat(),
            ),
        )

    def enrol(self, *, server_url: str, code: str, ca_file: Path | None = None) -> Enrolment:
        """Bind this register to the office of a one-time code.

        Raises ``BAD_ADDRESS``, ``BAD_CODE``, ``ALREADY_ENROLLED``, ``TRAINING_MISMATCH``,
        ``COMMUNE_MISMATCH`` and the troubles of the network. A register that was revoked may be
        enrolled again; what is unsent stays in its outbox.
        """
        with self._running:
            told = self._enrolling.by_network(server_url=server_url, code=code, ca_file=ca_file)
            self._held = self._login()
            return told

    def request_by_file(self, *, code: str, folder: Path) -> Path:
        """Write a request for a one-time code into a folder, perhaps on a stick: no network.

        The same code makes the same request. Raises ``BAD_CODE`` for what cannot be one,
        ``ALREADY_ENROLLED`` and the troubles of a disk. A PC that works by file only never hears
        that it was revoked, so it may ask again by a new code.
        """
        plain = plain_code(code)
        if plain is None:
            raise UserError(Problem.BAD_CODE)
        with self._running:
            return self._enrolling.request_by_file(code=plain, folder=folder)

    def take_answer(self, path: Path) -> Enrolment:
        """Take the province's answer to a request; the same one again without any effect.

        Raises ``ANSWER_UNASKED`` where nothing was asked, the ``PARCEL_…`` problems of a file that
        is not for this device or was altered, ``TRAINING_MISMATCH`` and ``COMMUNE_MISMATCH``.
        """
        raw = answer_in(path)
        with self._running:
            try:
                told = self._enrolling.by_answer(raw)
            except ParcelError as error:
                raise parcel_problem(error) from error
            self._held = self._login()
            return told

    def status(self) -> SyncStatus:
        """What is only here, what has a receipt, and how the last sync ended."""
        counts, last = count_changes(self._register), last_sync(self._register)
        return SyncStatus(
            unsent=counts.waiting,
            receipted=counts.receipted,
            held=counts.held,
            at_box=self._boxes.count(),
            last_success_at=last.success_at,
            last_problem=last.problem,
            last_problem_at=last.problem_at,
            last_parameters=last.parameters,
        )

    def changes(self, *, limit: int, offset: int = 0, before: int | None = None) -> list[ChangeRow]:
        """The outbox, newest change first; ``before`` is the position of the last one known."""
        rows = list_changes(self._register, limit=limit, offset=offset, before=before)
        epoch, sent_to = self._sent
        if not sent_to or not any(row.state is ChangeState.WAITING for row in rows):
            return rows
        sent = sent_positions(self._register, epoch=epoch, to=sent_to)
        return [
            replace(row, state=ChangeState.SENT)
            if row.state is ChangeState.WAITING and row.position in sent
            else row
            for row in rows
        ]

    def rules(self) -> SyncRules:
        """How this register syncs by itself."""
        raw = self._register.meta(_RULES)
        return SyncRules() if raw is None else msgspec.json.decode(raw, type=SyncRules)

    def set_rules(self, rules: SyncRules) -> None:
        """From now on, whoever works here."""
        self._register.set_meta({_RULES: msgspec.json.encode(rules).decode()})

    def run(
        self,
        *,
        on_progress: Callable[[int, int], None] | None = None,
        watch: Watch | None = None,
        is_asked: bool = True,
    ) -> SyncReport:
        """Exchange everything; a trouble is in the report and stays in ``status``.

        One that nobody asked for (``is_asked``) and that exchanged nothing is no line of the
        ledger: without a network there are hundreds of them a day.
        Who has the ``watch`` sees how it goes, and stops it: the report then says so.
        """
        watch = watch or Watch()
        done = Done(on_progress)
        with self._running:
            try:
                report = self._run(done.step, watch)
                if report.problem in AWAY:
                    report = self._at_box(report)
                elif report.problem is None:
                    self._boxes.province_reached()
            except AppError as error:
                report = SyncReport(0, 0, 0, 0, error.problem, dict(error.parameters))
            except Stopped:
                report = done.stopped()
            if watch.sent_to:
                self._sent = watch.epoch, watch.sent_to
            report = replace(
                report, sent_bytes=watch.sent_bytes, received_bytes=watch.received_bytes
            )
            # Where not even this can be written, the report itself still tells why.
            with contextlib.suppress(ExternalError):
                if not report.is_stopped:
                    remember(self._register, report, now=self._clock())
                if is_asked or report.pushed or report.pulled or report.is_stopped:
                    note_run(self._register, report, at=self._clock(), by=self._by())
                witnessing.note_confirmed(self._register, watch.ledger)
            return report

    def box(self) -> str:
        """The address of the commune's box; "" where there is none."""
        return self._boxes.address()

    def set_box(self, *, url: str, ca_file: Path | None = None) -> None:
        """Where the province cannot be reached, use this box. Raises ``BAD_ADDRESS``."""
        with self._running:
            ca_pem = None if ca_file is None else pem_in(ca_file)
            self._boxes.settle(url=address_from(url), ca_pem=ca_pem)

    def forget_box(self) -> None:
        """Use no box any more, or hear that it was lost."""
        with self._running:
            self._boxes.forget()

    def _at_box(self, report: SyncReport) -> SyncReport:
        """The province was not reached: give the commune's box what it lacks, if there is one."""
        here = self.here()
        assert here is not None  # noqa: S101 - a sync was tried
        came = self._boxes.visit(here.identity, author=self._by(), app_version=self._app_version)
        return report if came is None else with_box(report, came)

    def leave(self, ledger: LedgerHead, *, watch: Watch | None = None) -> bool:
        """Tell the server that this device gives up its place; ``False`` when it does not know.

        ``ledger`` is where the ledger ends that is about to be wiped. What may pass is tried again:
        after the wipe nobody has the key to say it.
        """
        here = self.here()
        if here is None or not here.identity.server_url:
            return False
        identity, batch = here.identity, RegisterOutbox(self._register).next_batch(limit=1)
        with (
            self._running,
            self._connect(server_url=identity.server_url, ca_file=identity.ca_file) as transport,
        ):
            watch = transport.watch = watch or Watch()
            conversation = Conversation(
                transport=transport, identity=identity, app_version=self._app_version
            )
            answer = conversation.leave(epoch=batch.epoch, ledger=ledger)
            for attempt in range(1, TRIES):
                if not isinstance(answer, ServerBusy | ServerFailed | ConnectionCut):
                    break
                self._paced(watch).wait(min(pause_seconds(attempt), LONGEST_PAUSE_SECONDS))
                answer = conversation.leave(epoch=batch.epoch, ledger=ledger)
        if isinstance(answer, Refused):  # it had left, or the answer that said so was lost
            return answer.code is RefusalCode.REVOKED
        return isinstance(answer, Left)

    def _login(self) -> HeldToken:
        """The login as the register keeps it from one start of the program to the next."""
        return HeldToken(
            refresh=self._register.meta(REFRESH_TOKEN) or "",
            keep=lambda refresh: self._register.set_meta({REFRESH_TOKEN: refresh or None}),
            reused=self._note_reuse,
        )

    def _note_reuse(self) -> None:
        """Somebody used our refresh token: a copy of this register is at work elsewhere."""
        place = place_of(self._register)
        ledger.note(
            self._register,
            at=self._clock(),
            by=PROGRAM,
            action=Action.DEVICE_TOKEN_REUSED,
            objects=[("device", "" if place is None else place.enrolled.device)],
        )

    def _by(self) -> str:
        return author_at(place_of(self._register), self._author)

    def _run(self, on_progress: Callable[[int, int], None], watch: Watch) -> SyncReport:
        here = self.here()
        if here is None:
            raise UserError(Problem.NOT_ENROLLED)
        identity = here.identity
        if not identity.server_url:
            return SyncReport(0, 0, 0, 0, Problem.BY_FILE_ONLY)

        def _watched(
            *, server_url: str, ca_file: str | None, patience: Patience = PATIENCE
        ) -> Transport:
            made = self._connect(server_url=server_url, ca_file=ca_file, patience=patience)
            made.watch = watch
            return made

        outcome = synchronise(
            outbox=RegisterOutbox(self._register),
            inbox=RegisterInbox(self._register, clock=self._clock, author=self._by()),
            identity=identity,
            app_version=self._app_version,
            on_progress=on_progress,
            pace=self._paced(watch),
            portions=self._portions,
            connect=_watched,
            held=self._held,
            known_directory=known_number(self._register, device_id=identity.device_id),
            shelf=self._shelf,
        )
        if outcome.directory is not None:
            keep_from_server(self._register, outcome.directory, device_id=identity.device_id)
        return report_of(outcome)

    def here(self) -> Here | None:
        """Who this device is to others; ``None`` before enrolment."""
        return here_of(self._register)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """No sync runs meanwhile; waits for one that does."""
        with self._running:
            yield

    @contextlib.contextmanager
    def talking(self) -> Iterator[Conversation]:
        """A conversation with the server beside the syncs. Raises ``NOT_ENROLLED``."""
        here = self.here()
        if here is None:
            raise UserError(Problem.NOT_ENROLLED)
        identity = here.identity
        if not identity.server_url:
            raise ExternalError(Problem.BY_FILE_ONLY)
        with (
            self._running,
            self._connect(server_url=identity.server_url, ca_file=identity.ca_file) as transport,
        ):
            yield Conversation(
                transport=transport,
                identity=identity,
                app_version=self._app_version,
                held=self._held,
            )

    def _paced(self, watch: Watch) -> Pace:
        """As it was given; a sync that can be stopped is stopped in its pauses too."""
        if not isinstance(watch, StoppableWatch):
            return self._pace
        return replace(self._pace, wait=watch.wait)
