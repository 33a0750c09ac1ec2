"""The composition root: given a register's folder, builds the window with everything behind it.

    application = create_application(sys.argv)
    desktop = Desktop(folder=folder)
    desktop.show()
    status = application.exec()
    desktop.close()

``Desktop`` shows the unlock page first; after the passphrase it builds the services and the pages
of the role the device was enrolled for (an officer's until it is enrolled), and builds them again
when it is enrolled. Several desktops may live in one process, one for each register: the demo and
the tests do so. ``is_watched`` logs what blocks the interface (for development).

Pages are found by name (``desktop.window.page("people")``: people, form, police, collecting, sync;
``desktop.window.current_page`` while locked), their widgets by object name.

Everything that is only needed with an open register (services, store, forms, the other pages) is
imported after the unlock page has been drawn: start-up is a promise of its own.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop import logs
from desktop.domain.preferences import Appearance
from desktop.errors import CLOSED, AppError, Problem
from desktop.jobs.garbage import Garbage
from desktop.jobs.progress import Cancelled, Progress
from desktop.jobs.runner import JobRunner, Lane
from desktop.jobs.watchdog import Watchdog
from desktop.ui import icons, theme
from desktop.ui.front import Front
from desktop.ui.idle import IdleWatch
from desktop.ui.locking import LeftAt, OwnClipboard, put_away
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import Messages
from desktop.ui.qt_words import speak_vietnamese
from desktop.ui.session_here import session_watch
from desktop.ui.session_watch import SessionWatch
from forms.expressions.moments import ZONE

if TYPE_CHECKING:  # for start-up only: these take half a second that unlocking need not wait for
    from desktop.assembly import Seat, Services
    from desktop.sitting import Sitting
    from desktop.store.keys import KdfCost
    from desktop.store.register import Register
    from desktop.ui.network import Network
    from desktop.ui.scanning.wedge import KeyClock


#: Set in the environment by developers: blocked moments of the interface are logged.
_WATCH = "SO_AN_SINH_WATCH"


#: A snapshot to a slow stick may take long; the program must end some time.
_SNAPSHOT_SECONDS = 600.0


def now() -> datetime:
    """The machine's clock, in the zone of Việt Nam: ``date()`` is the officer's day."""
    return datetime.now(ZONE)


def create_application(arguments: Sequence[str]) -> QApplication:
    """The one Qt application of the process, dressed in our style."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(list(arguments))
    application.setApplicationName("so-an-sinh")
    speak_vietnamese(application)
    theme.apply(application, Appearance.SYSTEM)
    return application


def run_window(*, folder: Path | None = None) -> int:
    """The whole program: a window on one register until it is closed. Returns the exit code.

    Without a folder the register lies in the user's own data folder.
    """
    application = create_application(sys.argv[:1])
    if folder is None:
        folder = Path(platformdirs.user_data_dir("so-an-sinh", appauthor=False))
    from desktop.ui.scanning.key_times import KeyTimes

    desktop = Desktop(
        folder=folder,
        is_watched=_WATCH in os.environ,
        syncs_by_itself=True,
        key_clock=KeyTimes(),
    )
    logs.install_crash_hook(desktop.report_crash)
    desktop.show()
    status = application.exec()
    desktop.close()
    return status


@dataclass(frozen=True, slots=True)
class Manners:
    """What the user who opened the register set for the window."""

    idle_minutes: int
    appearance: Appearance

    @classmethod
    def of(cls, services: Services) -> Manners:
        """Read from the register."""
        return cls(services.locking.idle_minutes(), services.preferences.appearance())


class Desktop(QObject):
    """One register's program: window, jobs and, once unlocked, services.

    Signals:
        opened: services and the pages of the role are there; again after enrolment.
        locked: the register is closed and its key wiped; the window was covered before.

    Attributes:
        window: the frame; pages are found in it by name.
        jobs: runs slow work; ``jobs.wait_idle()`` returns when everything asked was delivered.
        services: ``None`` while locked.
        sitting: the work with the open register; ``None`` while locked.
        folder: where the register lies.
    """

    opened = Signal()
    locked = Signal()

    def __init__(
        self,
        *,
        folder: Path,
        kdf_cost: KdfCost | None = None,
        clock: Callable[[], datetime] = now,
        is_watched: bool = False,
        syncs_by_itself: bool = False,
        network: Network | None = None,
        key_clock: KeyClock | None = None,
        idle_clock: Callable[[], float] = time.time,
    ) -> None:
        """``network`` is what is known of the connection; ``None`` for what the system tells.

        ``key_clock`` tells the pace of keys, by which a scanner is known that types like a
        keyboard; without one, none is listened to. By ``idle_clock`` (seconds) the register locks
        when nobody is there, and after the PC has slept.
        """
        super().__init__()
        self.window = MainWindow(may_close=self._may_close)
        self.jobs = JobRunner(self)
        self._garbage = Garbage(self)
        self._garbage.start()
        self.services: Services | None = None
        self.folder = folder
        self._kdf_cost = kdf_cost
        self._notices: list[Problem] = []
        self._is_new = False
        self._leaving: Progress | None = None
        self._has_left = False
        self.sitting: Sitting | None = None
        self._clock = clock
        self._log_handler: logging.Handler | None = None
        self._messages = Messages(self)
        self._is_looked_through = False
        self._left_at: LeftAt | None = None
        self._sealed: list[bytes] = []
        self._is_entering = False
        self._appearance = Appearance.SYSTEM
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._wear_again)
        self._syncs_by_itself = syncs_by_itself
        self._network = network
        self._key_clock = key_clock
        self._idle = IdleWatch(clock=idle_clock, parent=self)
        self._idle.left_alone.connect(self.lock)
        self._session: SessionWatch | None = None
        self._clipboard = OwnClipboard(self)
        self._watchdog = Watchdog(parent=self) if is_watched else None
        if self._watchdog is not None:
            self._watchdog.start()
        self.jobs.problem_met.connect(self._show_problem)
        self.window.lock_asked.connect(self.lock)
        self._front = Front(
            window=self.window, jobs=self.jobs, folder=folder, cost=kdf_cost, clock=clock
        )
        self._front.entered.connect(self._enter)
        self._front.created.connect(self._enter_new)
        self._front.practised.connect(self._enter)
        self._show_unlock()

    def show(self) -> None:
        """Show the window."""
        self.window.show()

    def lock(self) -> None:
        """Cover the window now, whatever is under way; what is half-typed waits for its user.

        Nothing is saved that its officer did not save: it may be half a word. It is written as a
        draft in the write lane, behind the saves that are under way; then the register is closed
        and its key wiped. Where the draft cannot be written (the disk is full), it stays in memory,
        sealed under that key, and is written when the register is open again.
        """
        if self._leaving is not None:
            return  # nothing of anybody is shown any more, and the program is about to end
        is_practice = self._is_practice()
        sitting, self.sitting, self.services = self.sitting, None, None
        if sitting is None:
            return
        from desktop.assembly import shut

        services = sitting.services
        self._idle.stop()
        sitting.rest()
        held = self.window.hold()
        sitting.end()
        here = self.window.current_name
        self._left_at = LeftAt(sitting.seat.user_name, here, held.get(here))
        put_away(self.window)
        self._clipboard.clear()
        self._show_unlock()
        self.window.repaint()  # before the PC sleeps
        typed = [] if is_practice else [one.draft for one in held.values() if one.draft]
        self.jobs.run(
            self,
            lambda: shut(services, typed),
            lane=Lane.WRITE,
            on_success=self._tell_locked,
            on_error=lambda _error: self._tell_locked([]),
        )

    def _tell_locked(self, sealed: Sequence[bytes]) -> None:
        self._sealed.extend(sealed)
        self._garbage.sweep()
        self.locked.emit()

    def close(self) -> None:
        """Orderly end: what is typed is saved, what is under way finishes, files are closed."""
        self._idle.stop()
        put_away(self.window)  # whoever logs out of Windows may have a dialog open
        if self._session is not None:
            self._session.close()
        if self.sitting is not None:
            self.sitting.rest()
        self._keep_snapshot()
        self.jobs.wait_idle(seconds=_SNAPSHOT_SECONDS)
        self._leave_register()
        self.window.close()
        self.jobs.close()
        self._garbage.stop()
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._log_handler is not None:
            logs.stop(self._log_handler)
            self._log_handler = None

    def wear(self, appearance: Appearance) -> None:
        """This look from now on, also at the unlock page, until somebody wants another."""
        application = QApplication.instance()
        self._appearance = appearance
        if isinstance(application, QApplication):
            if theme.as_drawn(application, appearance) is theme.worn():
                return
            theme.wear(application, appearance)
            icons.redress(application.allWidgets())

    def _wear_again(self) -> None:
        """The machine went over to its evening colours, or back."""
        self.wear(self._appearance)

    def report_crash(self) -> None:
        """Tell the officer that something unexpected happened (for ``logs.install_crash_hook``)."""
        message = self._messages.unexpected()
        self.window.message_bar.show_message(message.sentence, message.next_step, kind="error")

    # -- locked --

    def _show_unlock(self) -> None:
        self._front.show_unlock()

    def _restore(self, snapshot: Path) -> None:
        """Close the register and go back to this snapshot; not while a save fails.

        Nor from the training commune: the page in front goes back in the real register.
        """
        if self._is_practice():
            return
        if self._is_all_safe():
            self._leave_register()
            self._front.show_restore(snapshot)
            self.locked.emit()

    # -- open --

    def _enter(self, register: Register, user_name: str) -> None:
        if self._log_handler is None:
            self._log_handler = logs.write_to(self.folder / "logs")
        self._is_entering = True
        self._settle_in(register, user_name)

    def _enter_new(self, register: Register, user_name: str) -> None:
        self._is_new = True
        self._enter(register, user_name)

    def _settle_in(self, register: Register, user_name: str) -> None:
        """The services are built in a job: their modules and tables are read from disk."""
        self.jobs.run(
            self,
            lambda: self._build(register, user_name),
            on_success=self._show_desk,
        )

    def _build(self, register: Register, user_name: str) -> tuple[Services, Seat, Manners]:
        """And what could not be written when the register was locked is written now."""
        from desktop import assembly

        services, seat = assembly.build(register, user_name, clock=self._clock)
        while self._sealed and assembly.put_back(services, self._sealed[-1]):
            self._sealed.pop()
        return services, seat, Manners.of(services)

    def _show_desk(self, built: tuple[Services, Seat, Manners]) -> None:
        from desktop.sitting import Sitting

        services, seat, manners = built
        self._end_sitting()
        self.services = services
        sitting = self.sitting = Sitting(
            window=self.window,
            jobs=self.jobs,
            services=services,
            seat=seat,
            network=self._known_network(),
            clock=self._clock,
            cost=self._kdf_cost,
            key_clock=self._key_clock,
            syncs_by_itself=self._syncs_by_itself,
            is_practice=self._is_practice(),
            parent=self,
        )
        sitting.restore_asked.connect(self._restore)
        sitting.said_goodbye.connect(self._wipe)
        sitting.appearance_chosen.connect(self.wear)
        sitting.idle_chosen.connect(lambda minutes: self._idle.start(minutes=minutes))
        sitting.enrolled.connect(lambda: self._settle_in(services.register, seat.user_name))
        sitting.noticed.connect(self._notice)
        sitting.failed.connect(self._show_problem)
        sitting.begin(shows_code=self._is_new)
        self._is_new = False
        self._notices = list(self._front.notices)
        self._tell_notices()
        self._watch(manners.idle_minutes)
        self.wear(manners.appearance)
        sitting.run(reads_through=not self._is_looked_through)
        self._is_looked_through = True
        if self._is_entering:
            self._is_entering = False
            left, self._left_at = self._left_at, None
            sitting.go_on(left)
        self.opened.emit()

    def _known_network(self) -> Network:
        from desktop.ui.network import Network, SystemNetwork

        if self._network is None:
            self._network = SystemNetwork(self) if self._syncs_by_itself else Network(self)
        return self._network

    def _is_practice(self) -> bool:
        """Is the register that is open the one of the training commune?"""
        return self.services is not None and self.services.register.folder != self.folder

    def _wipe(self, is_known: bool) -> None:
        """The PC was handed over: nothing of the register stays."""
        from desktop.services.handover import wipe

        folder = self.folder if self.services is None else self.services.register.folder
        self._leave_register()
        self._front.show_unlock()
        self.locked.emit()
        self.jobs.run(
            self,
            lambda: wipe(folder),
            lane=Lane.WRITE,
            on_success=lambda _none: self._tell_wiped(is_known),
        )

    def _tell_wiped(self, is_known: bool) -> None:
        """Shown where the program begins anew: there is no register any more."""
        self._left_at = None
        self._front.show_unlock()
        self.window.message_bar.show_message(
            self._messages.wiped(is_known), kind="good" if is_known else "warning"
        )

    def _watch(self, idle_minutes: int) -> None:
        """From now on the register locks itself when its user is away."""
        if self._session is None:
            self._session = session_watch(self.window, parent=self)
            self._session.left.connect(self.lock)
        self._idle.start(minutes=idle_minutes)

    def _show_problem(self, error: AppError) -> None:
        if error.parameters.get("reason") == CLOSED:
            return  # it was locked meanwhile: nobody waits for this any more
        message = self._messages.explain(error.problem, error.parameters)
        self.window.message_bar.show_message(message.sentence, message.next_step, kind="error")

    def _is_all_safe(self) -> bool:
        """Save what is typed; when that fails, show the page that says why."""
        if self.services is None:
            return True
        if (page := self.window.current_page) is not None:
            page.leave()
        if self.sitting is not None:
            self.sitting.stop_sync()
        self.jobs.wait_idle()
        unsettled = self.window.unsettled_page
        if unsettled is not None:
            self.window.open_page(unsettled)
        return unsettled is None

    def _may_close(self) -> bool:
        """When everything typed is safe and a snapshot is kept or put off."""
        if self._leaving is None and self.services is not None and not self._has_left:
            if self._is_all_safe():
                self._keep_snapshot()
            return False
        return self._leaving is None and self._is_all_safe()

    def _keep_snapshot(self) -> None:
        """Before the program ends: a snapshot if one is due, here and on the stick.

        Not when it is locked, which must not take long. A failure is told at the next opening.
        """
        if self.sitting is None or self._has_left or self._leaving is not None:
            return
        from desktop.ui.pages.closing_page import ClosingPage

        self.sitting.rest()
        backups = self.sitting.services.backups
        progress = self._leaving = Progress(self)
        page = ClosingPage()
        progress.stepped.connect(page.show_progress)
        page.put_off.connect(progress.stop)
        self.window.show_only(page)

        def work() -> None:
            with suppress(Cancelled):
                backups.on_close(progress=progress.step)

        self.jobs.run(
            self, work, on_success=lambda _none: self._left(), on_error=lambda _error: self._left()
        )

    def _left(self) -> None:
        self._leaving, self._has_left = None, True
        self.window.close()

    def _notice(self, problem: Problem) -> None:
        """One more thing to tell; what was told before stays."""
        if problem not in self._notices:
            self._notices.append(problem)
            self._tell_notices()

    def _tell_notices(self) -> None:
        messages = [self._messages.explain(problem) for problem in self._notices]
        if len(messages) == 1:
            self.window.message_bar.show_message(messages[0].sentence, messages[0].next_step)
        elif messages:
            texts = "\n".join(message.text for message in messages)
            self.window.message_bar.show_message(texts, kind="warning")

    def _end_sitting(self) -> None:
        sitting, self.sitting = self.sitting, None
        if sitting is not None:
            sitting.end()

    def _leave_register(self) -> None:
        if self.services is None:
            return
        self._end_sitting()
        if (page := self.window.current_page) is not None:
            page.leave()
        self.jobs.wait_idle()
        self.services.ledger.closed()
        self.services.register.close()
        self.services = None
