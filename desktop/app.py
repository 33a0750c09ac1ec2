"""The composition root: given a register's folder, builds the window with everything behind it.

    application = create_application(sys.argv)
    desktop = Desktop(folder=folder)
    desktop.show()
    status = application.exec()
    desktop.close()

``Desktop`` shows the unlock page first; after the passphrase it builds the services and the pages
of the role the device was enrolled for (an officer's until it is enrolled), and again when the
role becomes known. Several desktops may live in one process, one for each register: the demo and
the tests do so. Everything that is only needed with an open register (services, store, forms, the
other pages) is imported after the unlock page has been drawn: start-up is a promise of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from desktop import logs
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner
from desktop.ui import theme
from desktop.ui.main_window import Entry, MainWindow, Place
from desktop.ui.messages import Messages
from desktop.ui.page import Page
from desktop.ui.pages.unlock_page import Doors, UnlockPage

if TYPE_CHECKING:  # for start-up only: these take half a second that unlocking need not wait for
    from forms.registry import FormRegistry

    from desktop.domain.syncing import Enrolment, SyncStatus
    from desktop.services.checks import Checks
    from desktop.services.people import People
    from desktop.services.records import Records
    from desktop.services.reviews import Reviews
    from desktop.services.syncing import Syncing
    from desktop.services.todos import Todos
    from desktop.store.keys import KdfCost
    from desktop.store.register import Register

_log = logging.getLogger(__name__)


def now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def create_application(arguments: Sequence[str]) -> QApplication:
    """The one Qt application of the process, dressed in our style."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(list(arguments))
    application.setApplicationName("so-an-sinh")
    theme.apply(application)
    return application


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases on one open register."""

    register: Register
    forms: FormRegistry
    people: People
    records: Records
    todos: Todos
    checks: Checks
    reviews: Reviews
    syncing: Syncing


class Desktop(QObject):
    """One register's program: window, jobs and, once unlocked, services.

    Signals:
        unlocked: services and pages of the role are there.
        locked: the register is closed and the unlock page is shown.

    Attributes:
        window: the frame; pages are found in it by name.
        jobs: runs slow work; ``jobs.wait_idle()`` returns when everything asked was delivered.
        services: ``None`` while locked.
    """

    unlocked = Signal()
    locked = Signal()

    def __init__(
        self,
        *,
        folder: Path,
        kdf_cost: KdfCost | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        super().__init__()
        self.window = MainWindow()
        self.jobs = JobRunner()
        self.services: Services | None = None
        self._folder = folder
        self._kdf_cost = kdf_cost
        self._clock = clock
        self._user_name = ""
        self._role = ""
        self._log_handler: logging.Handler | None = None
        self._messages = Messages(self)
        self.jobs.problem_met.connect(self._show_problem)
        self.window.lock_asked.connect(self.lock)
        self._show_unlock()

    def show(self) -> None:
        """Show the window."""
        self.window.show()

    def lock(self) -> None:
        """Save, close the register and go back to the unlock page."""
        self._leave_register()
        self._show_unlock()
        self.locked.emit()

    def close(self) -> None:
        """Orderly end: what is typed is saved, what is under way finishes, files are closed."""
        self.window.close()
        self._leave_register()
        self.jobs.close()
        if self._log_handler is not None:
            logs.stop(self._log_handler)
            self._log_handler = None

    def report_crash(self) -> None:
        """Tell the officer that something unexpected happened (for the crash hook)."""
        message = self._messages.unexpected()
        self.window.message_bar.show_message(message.sentence, message.next_step, kind="error")

    # -- locked --

    def _show_unlock(self) -> None:
        page = UnlockPage(
            jobs=self.jobs,
            look=self._look,
            open_register=self._open_register,
            create_register=self._create_register,
        )
        page.unlocked.connect(self._enter)
        self.window.show_only(page)

    def _look(self) -> Doors:
        from desktop.services import unlocking

        exists = unlocking.register_exists(self._folder)
        users = tuple(unlocking.users_of(self._folder)) if exists else ()
        return Doors(exists=exists, users=users)

    def _open_register(self, user_name: str, passphrase: str) -> Register:
        from desktop.services import unlocking

        return unlocking.open_register(self._folder, user_name=user_name, passphrase=passphrase)

    def _create_register(self, user_name: str, passphrase: str) -> Register:
        from desktop.services import unlocking
        from desktop.store.keys import KdfCost

        return unlocking.create_register(
            self._folder,
            user_name=user_name,
            passphrase=passphrase,
            cost=self._kdf_cost or KdfCost.DEFAULT,
        )

    # -- unlocked --

    def _enter(self, register: Register, user_name: str) -> None:
        """The services are built in a job: their modules and tables are read from disk."""
        self._user_name = user_name
        if self._log_handler is None:
            self._log_handler = logs.write_to(self._folder / "logs")
        self.jobs.run(self, lambda: self._build(register, user_name), on_success=self._settle)

    def _build(self, register: Register, user_name: str) -> tuple[Services, Enrolment | None]:
        from forms.registry import FormRegistry

        from desktop.services.checks import Checks
        from desktop.services.people import People
        from desktop.services.records import Records
        from desktop.services.reviews import Reviews
        from desktop.services.syncing import Syncing
        from desktop.services.todos import Todos
        from forms.rules.identity import IdentityTables

        syncing = Syncing(register=register, clock=self._clock)
        enrolment = syncing.enrolment()
        forms = FormRegistry.bundled()
        services = Services(
            register=register,
            forms=forms,
            people=People(register=register),
            records=Records(
                register=register,
                forms=forms,
                tables=IdentityTables.load(training=True),
                author=user_name,
                clock=self._clock,
            ),
            todos=Todos(register=register, forms=forms),
            checks=Checks(register=register, author=user_name, clock=self._clock),
            reviews=Reviews(register=register, author=user_name, clock=self._clock),
            syncing=syncing,
        )
        return services, enrolment

    def _settle(self, built: tuple[Services, Enrolment | None]) -> None:
        self.services, enrolment = built
        self._show_role(enrolment)
        self.unlocked.emit()

    def _show_role(self, enrolment: Enrolment | None) -> None:
        """Builds the pages of the role and shows them."""
        assert self.services is not None  # noqa: S101 - for the type checker
        self._role = enrolment.role if enrolment else ""
        entries = self._entries(self.services, self._role)
        for entry in entries:
            entry.page.data_changed.connect(self._count)
        self.window.show_pages(entries, place=self._place(enrolment))
        self._count()

    def _entries(self, services: Services, role: str) -> list[Entry]:
        raise NotImplementedError

    def _place(self, enrolment: Enrolment | None) -> Place:
        office = self.tr("Chưa kết nối với tỉnh") if enrolment is None else enrolment.office_name
        training = enrolment is None or enrolment.training
        return Place(user=self._user_name, office=office, training=training)

    def _count(self) -> None:
        """Reads anew the numbers that stand at every page."""
        if self.services is not None:
            syncing = self.services.syncing
            self.jobs.run(self, syncing.status, on_success=self._show_counts)

    def _show_counts(self, status: SyncStatus) -> None:
        self.window.show_counts(unsent=status.unsent, badges={})

    def _show_problem(self, error: AppError) -> None:
        message = self._messages.explain(error.problem, error.parameters)
        self.window.message_bar.show_message(message.sentence, message.next_step, kind="error")

    def _leave_register(self) -> None:
        if self.services is None:
            return
        page = self.window.current_page
        if isinstance(page, Page):
            page.leave()
        self.jobs.wait_idle()
        self.services.register.close()
        self.services = None
