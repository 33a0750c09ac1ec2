"""Enrolling this PC and exchanging changes with the province's server.

The device's key, its place in the province and the server's certificate authority are kept inside
the encrypted register. What a sync came to is kept too, so that the page shows it after a restart.
"""

from __future__ import annotations

import contextlib
import platform
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
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
from desktop.services.enrolling_by_file import answer_in, write_request
from desktop.services.home import Home, home_of, settle_home
from desktop.services.neighbours import collecting_office, keep_from_server, known_number
from desktop.services.troubles import parcel_problem, problem_of
from desktop.store import ledger, permissions, witnessing
from desktop.store.folder import failure_of, write_atomically
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox, count_changes, list_changes, sent_positions
from desktop.store.register import Register
from sync.client.conversation import Conversation, HeldToken, enrol
from sync.client.engine import PORTIONS, REAL_TIME, Pace, Portions, synchronise
from sync.client.outcomes import SyncOutcome
from sync.client.ports import DeviceIdentity, PackShelf
from sync.client.transport import (
    PATIENCE,
    BadAddressError,
    Connect,
    Patience,
    Transport,
    checked_address,
)
from sync.client.watching import StoppableWatch, Stopped, Watch
from sync.protocol.directory import opened_directory
from sync.protocol.enrolling import code_key, plain_code, read_answer
from sync.protocol.messages import Enrolled, LeaveRequest, LedgerHead, Left
from sync.protocol.parcel import Fault, ParcelError
from sync.protocol.signing import new_signing_key

#: Where the days of the province begin.
_VIET_NAM = timezone(timedelta(hours=7))
_KEY, _PLACE, _LAST = "device_key", "enrolment", "last_sync"
_RULES = "sync_rules"
#: Gets the next session, once. Only here, inside the encrypted register.
_REFRESH = "refresh_token"
#: The hash of a code and the key made for it, until the enrolment has succeeded.
_NEXT_KEY = "next_device_key"
#: The pinned authority beside the register, written anew from the register before each sync.
_CA_FILE = "server-ca.pem"
#: Troubles after which the PC may be enrolled again with a new code.
_LOST = frozenset({Problem.DEVICE_REVOKED, Problem.NOT_ENROLLED})


class _Place(msgspec.Struct, frozen=True):
    """The enrolment as it is kept."""

    enrolled: Enrolled
    server_url: str
    ca_pem: str | None


@dataclass(frozen=True, slots=True)
class Here:
    """This device: its place in the province, and what it signs with."""

    enrolled: Enrolled
    identity: DeviceIdentity


class _Last(msgspec.Struct, frozen=True):
    """What the last sync came to."""

    success_at: str = ""
    problem: Problem | None = None
    problem_at: str = ""
    parameters: dict[str, str] = {}


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

    def enrolment(self) -> Enrolment | None:
        """The device's place; ``None`` before enrolment."""
        place = self._place()
        return None if place is None else self._described(place)

    def _described(self, place: _Place) -> Enrolment:
        """The place, with who collects for its commune today: that is dated, and may change."""
        told = _enrolment(place)
        if len(told.commune_codes) != 1:
            return told
        return replace(
            told,
            collected_by=collecting_office(
                self._register,
                device_id=told.device_id,
                commune=told.commune_codes[0],
                day=self._clock().astimezone(_VIET_NAM).date().isoformat(),
            ),
        )

    def enrol(self, *, server_url: str, code: str, ca_file: Path | None = None) -> Enrolment:
        """Bind this register to the office of a one-time code.

        Raises ``BAD_ADDRESS``, ``BAD_CODE``, ``ALREADY_ENROLLED``, ``TRAINING_MISMATCH``,
        ``COMMUNE_MISMATCH`` and the troubles of the network. A register that was revoked may be
        enrolled again; what is unsent stays in its outbox.
        """
        with self._running:
            before = self._place()
            if before is not None and self._last().problem not in _LOST:
                raise UserError(Problem.ALREADY_ENROLLED)
            address = _address(server_url)
            ca_pem = None if ca_file is None else _read_pem(ca_file)
            signing_key = self._key_for(code)
            enrolled = self._ask(address, code, signing_key, self._ca_path(ca_pem))
            self._refuse_mixing(enrolled)
            place = _Place(enrolled=enrolled, server_url=address, ca_pem=ca_pem)
            self._settle(place, signing_key, is_again=before is not None)
            return _enrolment(place)

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
            before = self._place()
            if before is not None and before.server_url and self._last().problem not in _LOST:
                raise UserError(Problem.ALREADY_ENROLLED)
            return write_request(plain, folder=folder, signing_key=self._key_for(plain))

    def take_answer(self, path: Path) -> Enrolment:
        """Take the province's answer to a request; the same one again without any effect.

        Raises ``ANSWER_UNASKED`` where nothing was asked, the ``PARCEL_…`` problems of a file that
        is not for this device or was altered, ``TRAINING_MISMATCH`` and ``COMMUNE_MISMATCH``.
        """
        raw = answer_in(path)
        with self._running:
            try:
                return self._enrol_by_answer(raw)
            except ParcelError as error:
                raise parcel_problem(error) from error

    def _enrol_by_answer(self, raw: bytes) -> Enrolment:
        before = self._place()
        code_hash, _, key = (self._register.meta(_NEXT_KEY) or "").partition(":")
        if not code_hash:
            return self._enrolled_before(raw, before)
        signing_key = bytes.fromhex(key)
        answer = read_answer(raw, signing_key=signing_key, key=bytes.fromhex(code_hash))
        self._refuse_mixing(answer.enrolled)
        device, province_key = answer.enrolled.device, answer.enrolled.province_key
        directory = opened_directory(answer.directory, server_key=province_key)
        if directory is None or directory.device != device:
            raise ParcelError(Fault.DAMAGED)
        place = _Place(
            enrolled=answer.enrolled,
            server_url=_address(answer.server_url) if answer.server_url else "",
            ca_pem=answer.ca_pem or None,
        )
        self._settle(place, signing_key, is_again=before is not None)
        keep_from_server(self._register, answer.directory, device_id=device)
        return _enrolment(place)

    def _enrolled_before(self, raw: bytes, before: _Place | None) -> Enrolment:
        """Nothing was asked, or its answer was taken already."""
        key = self._register.meta(_KEY)
        if before is None or key is None:
            raise UserError(Problem.ANSWER_UNASKED)
        province_key = before.enrolled.province_key
        answer = read_answer(raw, signing_key=bytes.fromhex(key), province_key=province_key)
        if answer.enrolled.device != before.enrolled.device:
            raise UserError(Problem.ANSWER_UNASKED)
        return _enrolment(before)

    def _ask(self, address: str, code: str, signing_key: bytes, ca_path: str | None) -> Enrolled:
        with self._connect(server_url=address, ca_file=ca_path) as transport:
            answer = enrol(
                transport=transport,
                code=_plain(code),
                device_name=platform.node()[:100],
                signing_key=signing_key,
            )
        if isinstance(answer, Enrolled):
            return answer
        problem, parameters = problem_of(answer)
        kind = UserError if problem is Problem.BAD_CODE else ExternalError
        raise kind(problem, **parameters)

    def _refuse_mixing(self, enrolled: Enrolled) -> None:
        """A training register and a real province have nothing to do with each other.

        Nor has a register with the office of another commune: the server would hold every change.
        """
        home = home_of(self._register)
        before = self._place()
        kinds = {enrolled.training}
        kinds |= set() if home is None else {home.training}
        kinds |= set() if before is None else {before.enrolled.training}
        if len(kinds) > 1:
            raise UserError(Problem.TRAINING_MISMATCH)
        # Of the same office again, whose communes are dated data: its first one may have gone.
        is_ours = before is not None and before.enrolled.office == enrolled.office
        codes = {commune.code for commune in enrolled.communes}
        if home is not None and not is_ours and home.commune_code not in codes:
            raise UserError(Problem.COMMUNE_MISMATCH)

    def _settle(self, place: _Place, signing_key: bytes, *, is_again: bool) -> None:
        enrolled = place.enrolled
        if is_again:  # a new device, perhaps of a server that was restored from a backup
            RegisterOutbox(self._register).renumber(everything=True)
        inbox = RegisterInbox(self._register, clock=self._clock, author=enrolled.user)
        inbox.restart_all(enrolled.server_epoch)
        if home_of(self._register) is None and enrolled.communes:
            commune = enrolled.communes[0]
            home = Home(
                commune_code=commune.code,
                commune_name=commune.name,
                province_name=enrolled.province_name,
                training=enrolled.training,
            )
            settle_home(self._register, home)
        self._register.set_meta(
            {
                _REFRESH: None,
                _PLACE: _text(place),
                _LAST: _text(_Last()),
                _KEY: signing_key.hex(),
                _NEXT_KEY: None,
            }
        )
        self._held = self._login()
        permissions.grant_by_province(self._register, enrolled.rights, at=self._clock())
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._by(place),
            action=Action.DEVICE_ENROL,
            objects=[("device", enrolled.device)],
        )

    def status(self) -> SyncStatus:
        """What is only here, what has a receipt, and how the last sync ended."""
        counts, last = count_changes(self._register), self._last()
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
        done = _Done(on_progress)
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
                    self._remember(report)
                if is_asked or report.pushed or report.pulled or report.is_stopped:
                    self._note_run(report)
                witnessing.note_confirmed(self._register, watch.ledger)
            return report

    def box(self) -> str:
        """The address of the commune's box; "" where there is none."""
        return self._boxes.address()

    def set_box(self, *, url: str, ca_file: Path | None = None) -> None:
        """Where the province cannot be reached, use this box. Raises ``BAD_ADDRESS``."""
        with self._running:
            ca_pem = None if ca_file is None else _read_pem(ca_file)
            self._boxes.settle(url=_address(url), ca_pem=ca_pem)

    def forget_box(self) -> None:
        """Use no box any more, or hear that it was lost."""
        with self._running:
            self._boxes.forget()

    def _at_box(self, report: SyncReport) -> SyncReport:
        """The province was not reached: give the commune's box what it lacks, if there is one."""
        here = self.here()
        assert here is not None  # noqa: S101 - a sync was tried
        came = self._boxes.visit(
            here.identity, author=self._by(self._place()), app_version=self._app_version
        )
        if came is None or (came.trouble is not None and not came.handed and not came.pulled):
            return report
        return replace(
            report,
            problem=None,
            parameters={},
            pushed=report.pushed + came.receipted,
            pulled=report.pulled + came.pulled,
            at_box=came.handed,
            is_box=True,
        )

    def leave(self, ledger: LedgerHead, *, watch: Watch | None = None) -> bool:
        """Tell the server that this device gives up its place; ``False`` when it was not reached.

        ``ledger`` is where the ledger ends that is about to be wiped.
        """
        place, signing_key = self._place(), self._register.meta(_KEY)
        if place is None or signing_key is None or not place.server_url:
            return False
        batch = RegisterOutbox(self._register).next_batch(limit=1)
        with self._running, self._opened(place, watch or Watch()) as transport:
            conversation = Conversation(
                transport=transport,
                identity=self._identity(place, signing_key),
                app_version=self._app_version,
            )
            answer = conversation.leave(LeaveRequest(epoch=batch.epoch, ledger=ledger))
        return isinstance(answer, Left)

    def _opened(self, place: _Place, watch: Watch) -> Transport:
        transport = self._connect(server_url=place.server_url, ca_file=self._ca_path(place.ca_pem))
        transport.watch = watch
        return transport

    def _identity(self, place: _Place, signing_key: str) -> DeviceIdentity:
        return DeviceIdentity(
            device_id=place.enrolled.device,
            server_url=place.server_url,
            signing_key=bytes.fromhex(signing_key),
            ca_file=self._ca_path(place.ca_pem),
        )

    def _login(self) -> HeldToken:
        """The login as the register keeps it from one start of the program to the next."""
        return HeldToken(
            refresh=self._register.meta(_REFRESH) or "",
            keep=lambda refresh: self._register.set_meta({_REFRESH: refresh or None}),
            reused=self._note_reuse,
        )

    def _note_reuse(self) -> None:
        """Somebody used our refresh token: a copy of this register is at work elsewhere."""
        place = self._place()
        ledger.note(
            self._register,
            at=self._clock(),
            by=PROGRAM,
            action=Action.DEVICE_TOKEN_REUSED,
            objects=[("device", "" if place is None else place.enrolled.device)],
        )

    def _note_run(self, report: SyncReport) -> None:
        """What went out and came in, in the ledger."""
        objects = [("sent", str(report.pushed)), ("received", str(report.pulled))]
        if report.is_box:
            objects.append(("box", str(report.at_box)))
        if report.problem is not None:
            objects.append(("problem", report.problem.value))
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._by(self._place()),
            action=Action.SYNC_RUN,
            objects=objects,
        )

    def _by(self, place: _Place | None) -> str:
        return self._author or ("" if place is None else place.enrolled.user) or PROGRAM

    def _run(self, on_progress: Callable[[int, int], None], watch: Watch) -> SyncReport:
        place, signing_key = self._place(), self._register.meta(_KEY)
        if place is None or signing_key is None:
            raise UserError(Problem.NOT_ENROLLED)
        if not place.server_url:
            return SyncReport(0, 0, 0, 0, Problem.BY_FILE_ONLY)

        def _watched(
            *, server_url: str, ca_file: str | None, patience: Patience = PATIENCE
        ) -> Transport:
            made = self._connect(server_url=server_url, ca_file=ca_file, patience=patience)
            made.watch = watch
            return made

        outcome = synchronise(
            outbox=RegisterOutbox(self._register),
            inbox=RegisterInbox(self._register, clock=self._clock, author=self._by(place)),
            identity=self._identity(place, signing_key),
            app_version=self._app_version,
            on_progress=on_progress,
            pace=self._paced(watch),
            portions=self._portions,
            connect=_watched,
            held=self._held,
            known_directory=known_number(self._register, device_id=place.enrolled.device),
            shelf=self._shelf,
        )
        if outcome.directory is not None:
            keep_from_server(self._register, outcome.directory, device_id=place.enrolled.device)
        return _report(outcome)

    def here(self) -> Here | None:
        """Who this device is to others; ``None`` before enrolment."""
        place, signing_key = self._place(), self._register.meta(_KEY)
        if place is None or signing_key is None:
            return None
        return Here(
            enrolled=place.enrolled,
            identity=DeviceIdentity(
                device_id=place.enrolled.device,
                server_url=place.server_url,
                signing_key=bytes.fromhex(signing_key),
                ca_file=self._ca_path(place.ca_pem),
            ),
        )

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

    def _remember(self, report: SyncReport) -> None:
        now = self._clock().isoformat(timespec="seconds")
        if report.is_box:  # the province itself was not reached
            last = _Last(success_at=self._last().success_at)
        elif report.problem is None:
            last = _Last(success_at=now)
        else:
            last = _Last(
                success_at=self._last().success_at,
                problem=report.problem,
                problem_at=now,
                parameters=dict(report.parameters or {}),
            )
        self._register.set_meta({_LAST: _text(last)})

    def _place(self) -> _Place | None:
        raw = self._register.meta(_PLACE)
        return None if raw is None else msgspec.json.decode(raw, type=_Place)

    def _last(self) -> _Last:
        raw = self._register.meta(_LAST)
        return _Last() if raw is None else msgspec.json.decode(raw, type=_Last)

    def _key_for(self, code: str) -> bytes:
        """The key to enrol with by this code, stored before it is used, until it succeeds.

        A lost answer can so be asked again; another code gets another key, because the server
        binds a key to one code for ever.
        """
        code_hash = code_key(plain_code(code) or _plain(code)).hex()
        known_hash, _, known = (self._register.meta(_NEXT_KEY) or "").partition(":")
        if known_hash == code_hash:
            return bytes.fromhex(known)
        made = new_signing_key()
        self._register.set_meta({_NEXT_KEY: f"{code_hash}:{made.hex()}"})
        return made

    def _ca_path(self, ca_pem: str | None) -> str | None:
        """A file with the pinned authority, as kept in the register."""
        if ca_pem is None:
            return None
        path = self._register.folder / _CA_FILE
        write_atomically(path, ca_pem.encode())
        return str(path)


class _Done:
    """What a sync has done when it is stopped."""

    def __init__(self, on_progress: Callable[[int, int], None] | None) -> None:
        self._on_progress = on_progress
        self._done = 0

    def step(self, done: int, known: int) -> None:
        self._done = done
        if self._on_progress is not None:
            self._on_progress(done, known)

    def stopped(self) -> SyncReport:
        return SyncReport(self._done, 0, 0, 0, is_stopped=True)


def _plain(code: str) -> str:
    """The code without the blanks and small letters it was typed with."""
    return "".join(code.split()).upper()


def _enrolment(place: _Place) -> Enrolment:
    enrolled = place.enrolled
    return Enrolment(
        device_id=enrolled.device,
        office_name=enrolled.office_name,
        role=enrolled.role,
        user_name=enrolled.user,
        commune_codes=tuple(commune.code for commune in enrolled.communes),
        commune_names=tuple(commune.name for commune in enrolled.communes),
        province_name=enrolled.province_name,
        server_url=place.server_url,
        training=enrolled.training,
    )


def _report(outcome: SyncOutcome) -> SyncReport:
    problem: Problem | None = None
    parameters: Mapping[str, str] = {}
    if outcome.trouble is not None:
        problem, parameters = problem_of(outcome.trouble)
    return SyncReport(
        pushed=outcome.pushed,
        pulled=outcome.pulled,
        clashes=outcome.clashes,
        held=outcome.held,
        problem=problem,
        parameters=dict(parameters),
    )


def _address(raw_address: str) -> str:
    try:
        return checked_address(raw_address)
    except BadAddressError as error:
        raise UserError(Problem.BAD_ADDRESS) from error


def _read_pem(path: Path) -> str:
    try:
        pem = path.read_text(encoding="ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (UnicodeDecodeError, ssl.SSLError) as error:
        raise UserError(Problem.CERTIFICATE_REJECTED) from error
    except OSError as error:
        raise failure_of(error) from error
    return pem


def _text(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()
