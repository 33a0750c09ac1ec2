"""The pages in front of a locked register: open, make, recover, restore, and the help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.errors import AppError, Problem
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.main_window import MainWindow
from desktop.ui.pages.unlock_page import Doors, Tell, UnlockPage

if TYPE_CHECKING:  # loaded only once the unlock page was drawn
    from desktop.services.recovery import Recovery
    from desktop.services.restoring import Restoring
    from desktop.store.register import Register
    from desktop.store.stretching import KdfCost


class Front(QObject):
    """Shows one page at a time, alone in the window.

    Signals:
        entered: (opened register, user name).
        created: the same, for a register that was made just now.
        practised: the same, for the training commune.

    Attributes:
        notices: what should be told though the register opened.
    """

    entered = Signal(object, str)
    created = Signal(object, str)
    practised = Signal(object, str)

    def __init__(
        self,
        *,
        window: MainWindow,
        jobs: JobRunner,
        folder: Path,
        cost: KdfCost | None,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(window)
        self.notices: list[Problem] = []
        self._window = window
        self._jobs = jobs
        self._folder = folder
        self._cost = cost
        self._clock = clock
        # After a lock the passphrase is asked for, whatever this PC remembers.
        self._is_start = True
        for opened in (self.entered, self.created):
            opened.connect(self._start_over)

    def show_unlock(self) -> None:
        """Ask for the passphrase, or make a register."""
        page = UnlockPage(
            jobs=self._jobs,
            look=self._look,
            open_register=self._open,
            create_register=self._create,
            remember=self._remember,
            open_remembered=self._open_remembered,
        )
        page.unlocked.connect(self.entered)
        page.created.connect(self.created)
        page.forgotten.connect(self.show_recover)
        page.restore_asked.connect(self.show_restore)
        page.help_asked.connect(self.show_help)
        page.practice_asked.connect(lambda: self._practise(page))
        self._window.show_only(page)

    def _practise(self, page: UnlockPage) -> None:
        """Making the training commune takes some seconds, the first time only."""
        from desktop.services.practice import open_practice
        from desktop.training.province import PRACTICE_USER

        page.setEnabled(False)
        self.notices = []

        def _refused(error: AppError) -> None:
            page.setEnabled(True)
            page.show_problem(error)

        self._jobs.run(
            page,
            lambda: open_practice(self._folder, clock=self._clock, cost=self._cost),
            lane=Lane.WRITE,
            on_success=lambda register: self.practised.emit(register, PRACTICE_USER),
            on_error=_refused,
        )

    def _start_over(self) -> None:
        self._is_start = False

    def show_recover(self, user: str = "") -> None:
        """The passphrase of this user is lost."""
        from desktop.ui.pages.recover_page import RecoverPage

        page = RecoverPage(jobs=self._jobs, recovery=self._recovery, users=self._users, user=user)
        page.recovered.connect(self.entered)
        page.given_up.connect(self.show_unlock)
        self._window.show_only(page)

    def show_restore(self, snapshot: Path | None = None) -> None:
        """Go back to a snapshot; this one is selected."""
        from desktop.services import restoring, unlocking
        from desktop.store.snapshots import snapshots_folder
        from desktop.ui.pages.restore_page import RestorePage

        page = RestorePage(
            jobs=self._jobs,
            own_place=snapshots_folder(self._folder),
            load=lambda: restoring.snapshots_of(self._folder),
            look_in=restoring.snapshots_in,
            users_of=unlocking.users_of,
            restoring=self._restoring,
            open_register=lambda user, passphrase: self._open(user, passphrase, _tell_nobody),
            chosen=snapshot,
        )
        page.restored.connect(self.entered)
        page.given_up.connect(self.show_unlock)
        self._window.show_only(page)

    def show_help(self) -> None:
        """The help, before anybody opened anything."""
        from desktop.ui.pages.help_page import HelpPage

        page = HelpPage(folder=self._folder, has_way_back=True)
        page.given_up.connect(self.show_unlock)
        self._window.show_only(page)

    # -- what the pages ask, in a job --

    def _look(self) -> Doors:
        from desktop.services import unlocking

        exists = unlocking.register_exists(self._folder)
        known = unlocking.remembered_user(self._folder) if exists else None
        return Doors(
            exists=exists,
            users=tuple(self._users()) if exists else (),
            can_remember=unlocking.can_remember(),
            remembered=known or "",
            is_start=self._is_start,
        )

    def _users(self) -> Sequence[str]:
        from desktop.services import unlocking

        return unlocking.users_of(self._folder)

    def _open(self, user_name: str, passphrase: str, tell: Tell) -> Register:
        from desktop.services import unlocking

        self.notices = []
        return unlocking.open_register(
            self._folder,
            user_name=user_name,
            passphrase=passphrase,
            cost=self._cost,
            notice=self.notices.append,
            progress=lambda stage, done, total: tell(stage.value, done, total),
        )

    def _remember(self, user_name: str, passphrase: str, is_wanted: bool) -> None:
        """As far as the system does it: the passphrase opens in any case."""
        from desktop.services import unlocking

        known = unlocking.remembered_user(self._folder)
        with suppress(AppError):
            if is_wanted and known != user_name:
                unlocking.remember(self._folder, user_name=user_name, passphrase=passphrase)
            elif not is_wanted and known is not None:
                unlocking.forget(self._folder)

    def _open_remembered(self, tell: Tell) -> Register:
        from desktop.services import unlocking

        self.notices = []
        return unlocking.open_remembered(
            self._folder,
            notice=self.notices.append,
            progress=lambda stage, done, total: tell(stage.value, done, total),
        )

    def _create(self, user_name: str, passphrase: str) -> Register:
        from desktop.services import unlocking

        self.notices = []
        return unlocking.create_register(
            self._folder, user_name=user_name, passphrase=passphrase, cost=self._cost
        )

    def _recovery(self) -> Recovery:
        from desktop.services.recovery import Recovery

        return Recovery(folder=self._folder, clock=self._clock, cost=self._cost)

    def _restoring(self, user_name: str, passphrase: str, old: str | None) -> Restoring:
        from desktop.services.restoring import Restoring

        return Restoring(
            folder=self._folder,
            user_name=user_name,
            passphrase=passphrase,
            old_passphrase=old,
            clock=self._clock,
            cost=self._cost,
        )


def _tell_nobody(_stage: str, _done: int, _total: int) -> None:
    """For openings in which no migration is expected."""
