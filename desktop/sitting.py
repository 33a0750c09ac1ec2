"""One user's work with an open register, from the passphrase to the lock.

The pages of the user's role, and what runs beside them: syncs, counts, backups, answers that are
passed on, the books. The composition root (``app``) begins a sitting when the services of a
register are there, another one when the PC is enrolled, and ends it before the register is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from desktop.assembly import Seat, Services, parts
from desktop.domain.drafts import WaitingDraft
from desktop.domain.ledger import Action, SearchKind
from desktop.jobs.runner import JobRunner, Lane
from desktop.services.badges import Counts
from desktop.services.records import WORKER_FORM
from desktop.store.health import check_whole
from desktop.store.keys import KdfCost
from desktop.ui.auto_sync import AutoSync
from desktop.ui.counting import Counting
from desktop.ui.desk import Desk
from desktop.ui.locking import LeftAt
from desktop.ui.main_window import Entry, MainWindow, Place
from desktop.ui.network import Network
from desktop.ui.pages.sync_page import SyncPage
from desktop.ui.scanning.wedge import KeyClock
from desktop.ui.telling import Telling
from desktop.ui.tour import Tour, officer_steps
from desktop.ui.upkeep import Upkeep
from sync.protocol.documents import Role


class Sitting(QObject):
    """``begin`` shows the pages, ``run`` starts what runs by itself, ``rest`` stops it, ``end``.

    Signals:
        restore_asked, said_goodbye, appearance_chosen, idle_chosen: as those of the ``Desk``.
        enrolled: the PC belongs to an office now; its role may have other pages.
        noticed: a ``Problem`` the user should hear of.
        failed: an ``AppError`` of work that nobody asked for.
        ended: the pages go.

    Attributes:
        services: of the open register.
        seat: who sits here, and for which office.
        auto_sync: ``None`` from ``rest`` on.
        upkeep: the backups by their schedule; ``None`` before ``run`` and from ``rest`` on.
    """

    restore_asked = Signal(object)
    said_goodbye = Signal(bool)
    appearance_chosen = Signal(object)
    idle_chosen = Signal(int)
    enrolled = Signal()
    noticed = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(
        self,
        *,
        window: MainWindow,
        jobs: JobRunner,
        services: Services,
        seat: Seat,
        network: Network,
        clock: Callable[[], datetime],
        cost: KdfCost | None,
        key_clock: KeyClock | None,
        syncs_by_itself: bool,
        is_practice: bool,
        parent: QObject,
    ) -> None:
        """``is_practice``: the register is the one of the training commune."""
        super().__init__(parent)
        self.services = services
        self.seat = seat
        self._window = window
        self._jobs = jobs
        self._clock = clock
        self._is_practice = is_practice
        self.upkeep: Upkeep | None = None
        auto_sync = self._make_sync(network, is_on=syncs_by_itself)
        self.auto_sync: AutoSync | None = auto_sync
        self._counting = self._make_counting(auto_sync)
        self._telling = self._make_telling(auto_sync)
        self._desk = Desk(
            window=window,
            jobs=jobs,
            parts=parts(
                services,
                seat,
                clock=clock,
                cost=cost,
                auto_sync=auto_sync,
                key_clock=key_clock,
                is_practice=is_practice,
            ),
        )
        self._desk.restore_asked.connect(self.restore_asked)
        self._desk.said_goodbye.connect(self.said_goodbye)
        self._desk.appearance_chosen.connect(self.appearance_chosen)
        self._desk.idle_chosen.connect(self.idle_chosen)

    def begin(self, *, shows_code: bool) -> None:
        """Show the pages.

        ``shows_code``: before anything is typed into a new register, a way back when its
        passphrase is lost.
        """
        entries = self._desk.entries(self.seat.role)
        for entry in entries:
            self._listen_to(entry)
        self._window.show_pages(entries, place=self._place())
        if shows_code:
            self._desk.show_code()
        self._counting.again()
        self._warm_up()

    def run(self, *, reads_through: bool) -> None:
        """Syncs and backups by their schedule; ``reads_through``: the whole file is looked at."""
        self._keep_up(reads_through=reads_through)
        if self.auto_sync is not None:
            self.auto_sync.start()
        if self._is_practice:
            self._guide()

    def go_on(self, left: LeftAt | None) -> None:
        """Where this user was at the lock; else what this user was typing when the program ended.

        Another user begins at the own desk; what the one before typed waits.
        """
        if left is not None and left.user_name == self.seat.user_name:
            self._desk.go_back(left)
            return

        def _open(own: Sequence[WaitingDraft]) -> None:
            if own:
                self._desk.open_draft(own[0].draft_id)

        self._jobs.run(self._desk, self.services.drafts.own, on_success=_open)

    def stop_sync(self) -> None:
        """What is being exchanged is let go of; the next sync goes on from there."""
        if self.auto_sync is not None:
            self.auto_sync.stop()

    def rest(self) -> None:
        """Nothing is begun any more; the pages stay."""
        upkeep, self.upkeep = self.upkeep, None
        if upkeep is not None:
            upkeep.stop()
            upkeep.deleteLater()
        auto_sync, self.auto_sync = self.auto_sync, None
        if auto_sync is not None:  # what counts and tells after a sync ends with it
            auto_sync.close()
            auto_sync.deleteLater()

    def end(self) -> None:
        """The pages go with the next ones; what listens beside them ends with the desk."""
        self.rest()
        self.ended.emit()
        self._desk.deleteLater()
        self.deleteLater()

    # -- what runs beside the pages --

    def _make_sync(self, network: Network, *, is_on: bool) -> AutoSync:
        """What syncs this register, by itself or when asked; only one at a time."""
        return AutoSync(
            jobs=self._jobs,
            syncing=self.services.syncing,
            network=network,
            clock=self._clock,
            is_on=is_on,
            parent=self,
        )

    def _make_counting(self, auto_sync: AutoSync) -> Counting:
        counting = Counting(jobs=self._jobs, badges=self.services.badges, parent=auto_sync)
        counting.counted.connect(self._show_counts)
        counting.failed.connect(self.failed)
        return counting

    def _make_telling(self, auto_sync: AutoSync) -> Telling:
        telling = Telling(
            jobs=self._jobs, teller=self.services.teller, auto_sync=auto_sync, parent=auto_sync
        )
        telling.told.connect(self._counting.again)
        auto_sync.ended.connect(telling.after_sync)
        auto_sync.ended.connect(self._counting.again)
        auto_sync.ended.connect(self._refresh_decisions)
        return telling

    def _keep_up(self, *, reads_through: bool) -> None:
        self.upkeep = Upkeep(
            jobs=self._jobs,
            backups=self.services.backups,
            read_through=lambda: check_whole(self.services.register),
            parent=self,
        )
        self.upkeep.noticed.connect(self.noticed)
        self.upkeep.start(reads_through=reads_through)

    def _warm_up(self) -> None:
        """Reads and compiles the form now, so that the first person opens without waiting."""
        if self.seat.role in ("", Role.OFFICER.value):
            today = self._clock().date()
            self._jobs.run(self, lambda: self.services.forms.in_force(WORKER_FORM, today))

    def _guide(self) -> None:
        """In the training commune somebody walks along."""
        tour = Tour(window=self._window, steps=officer_steps())
        self._window.page_opened.connect(tour.page_opened)
        self.ended.connect(tour.end)
        tour.show()

    # -- the pages --

    def _listen_to(self, entry: Entry) -> None:
        page, auto_sync = entry.page, self.auto_sync
        page.data_changed.connect(self._counting.again)
        if auto_sync is not None:
            page.data_changed.connect(auto_sync.saved)
        if entry.name == "parcels":  # answers also come by file
            page.data_changed.connect(self._telling.after_file)
        page.seen.connect(self._write_down_view)
        page.searched.connect(self._write_down_search)
        if isinstance(page, SyncPage):
            page.enrolled.connect(lambda _enrolment: self.enrolled.emit())

    def _place(self) -> Place:
        seat, office = self.seat, ""
        if seat.enrolment is not None:
            office = seat.enrolment.office_name
        elif seat.home is not None:
            office = seat.home.commune_name
        return Place(user=seat.user_name, office=office, training=seat.is_training)

    def _show_counts(self, counts: Counts) -> None:
        badges = {"people": counts.todos, "decisions": counts.to_decide}
        self._window.show_counts(unsent=counts.unsent, badges=badges)

    def _refresh_decisions(self) -> None:
        """What a sync brought may be there to decide."""
        page = self._window.current_page
        if page is not None and page.objectName() == "page:decisions":
            page.refresh()

    def _write_down_view(self, action: str, document_id: str) -> None:
        """After the record was shown: opening it does not wait for the disk."""
        book = self.services.ledger
        self._jobs.run(self, lambda: book.viewed(Action(action), document_id), lane=Lane.WRITE)

    def _write_down_search(self, kind: str, found: int) -> None:
        book = self.services.ledger
        self._jobs.run(self, lambda: book.searched(SearchKind(kind), found=found), lane=Lane.WRITE)
