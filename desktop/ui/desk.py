"""Which pages a role works with, and how they lead to one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.drafts import FormDraft
from desktop.domain.lots import Lot
from desktop.domain.people import PersonId
from desktop.domain.records import OpenedForm, Todo
from desktop.domain.syncing import ChangeRow
from desktop.jobs.runner import JobRunner
from desktop.ui.already_here import AlreadyHere
from desktop.ui.auto_sync import AutoSync
from desktop.ui.desks.half_words import WordBook
from desktop.ui.file_drop import FileDrop
from desktop.ui.forms.entry_aids import BatchBook
from desktop.ui.forms.form_chooser import FormDoor
from desktop.ui.forms.form_reader import FormFinder
from desktop.ui.forms.sheet import RecordKeeper
from desktop.ui.households.ports import HouseholdWork
from desktop.ui.locking import LeftAt
from desktop.ui.main_window import Entry, MainWindow
from desktop.ui.pages.backups_page import BackupService, BackupsPage
from desktop.ui.pages.collecting_page import CollectingPage, ReviewDesk
from desktop.ui.pages.decisions_page import DecisionDesk, DecisionsPage
from desktop.ui.pages.differences_page import DifferenceDesk, DifferencesPage
from desktop.ui.pages.form_page import FormPage
from desktop.ui.pages.handover_page import HandoverDesk, HandoverPage
from desktop.ui.pages.help_page import HelpPage
from desktop.ui.pages.household_page import HouseholdPage
from desktop.ui.pages.ledger_page import LedgerBook, LedgerPage
from desktop.ui.pages.lists_page import ListsPage
from desktop.ui.pages.lots_page import LotDesk, LotsPage
from desktop.ui.pages.parcels_page import ParcelDesk, ParcelsPage
from desktop.ui.pages.people_page import PeoplePage
from desktop.ui.pages.police_page import CheckDesk, ListDesk, PolicePage
from desktop.ui.pages.printed_code_page import PrintedCodePage
from desktop.ui.pages.progress_page import ProgressDesk, ProgressPage
from desktop.ui.pages.settings_page import LockSetting, SettingsPage, Tastes
from desktop.ui.pages.sync_page import SyncPage, SyncService
from desktop.ui.pages.updates_page import PackDesk, UpdatesPage
from desktop.ui.pages.users_page import RightsService, UserList, UsersPage, Ways
from desktop.ui.people.ports import PeopleSource
from desktop.ui.scanning.scan_desk import CardWork, ScanDesk
from desktop.ui.worklists.ports import ListSource, ListWork
from forms.definition import Answer, FormDefinition
from forms.runtime.engine import Filling
from sync.protocol.documents import Role
from sync.protocol.parcel import SUFFIX


class Reviewing(ReviewDesk, ProgressDesk, Protocol):
    """Records handed in, one by one and counted."""


@dataclass(frozen=True, slots=True)
class Care:
    """What the pages that care for the register itself work with.

    Attributes:
        backups: ``None`` in the training commune: nobody goes back there, it is made anew.
    """

    folder: Path
    users: UserList
    rights: RightsService
    ways: Callable[[], Ways]
    make_code: Callable[[], str]
    confirm_code: Callable[[], None]
    set_province_key: Callable[[str], None]
    backups: BackupService | None
    snapshots_place: Path
    tastes: Tastes
    lock: LockSetting


@dataclass(frozen=True, slots=True)
class Parts:
    """What pages work with: services and callables, from the composition root."""

    people: PeopleSource
    records: RecordKeeper
    drafts: WordBook
    fitting: FormFinder
    batches: BatchBook
    load_todos: Callable[[], Sequence[Todo]]
    checks: CheckDesk
    handing_out: ListDesk
    reviews: Reviewing
    lots: LotDesk
    begin_keying: Callable[[Lot, Mapping[str, Answer]], Filling]
    form_title: Callable[[str], str]
    differences: DifferenceDesk
    worklists: ListSource
    list_work: ListWork
    ethnic_groups: Callable[[], Sequence[tuple[str, str]]]
    syncing: SyncService
    auto_sync: AutoSync
    change_labels: Callable[[ChangeRow], Sequence[str]]
    decisions: DecisionDesk
    handover: HandoverDesk
    parcels: ParcelDesk
    packs: PackDesk
    ledger: LedgerBook
    begin_filling: Callable[[OpenedForm], Filling]
    definition_of: Callable[[str, str], FormDefinition]
    clock: Callable[[], datetime]
    commune_names: Mapping[str, str]
    has_home: bool
    households: HouseholdWork
    cards: CardWork
    care: Care


class Desk(QObject):
    """Makes the pages of a role; the window shows them.

    Signals:
        restore_asked: close the register and go back to the snapshot at this path.
        said_goodbye: (does the province know?) close the register and wipe it.
        appearance_chosen: the ``Appearance`` this user wants from now on.
        idle_chosen: after how many minutes alone the register shall lock itself.
    """

    restore_asked = Signal(object)
    said_goodbye = Signal(bool)
    appearance_chosen = Signal(object)
    idle_chosen = Signal(int)

    def __init__(self, *, window: MainWindow, jobs: JobRunner, parts: Parts) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._parts = parts
        self._form: FormPage | None = None
        self._form_from = "people"
        self._household: HouseholdPage | None = None
        #: Pages at which something is half-typed about a document, by their names.
        self._resumed: dict[str, Callable[[str], None]] = {}
        self._drop: FileDrop | None = None

    def entries(self, role: str) -> list[Entry]:
        """The pages in the order of the navigation; an unknown role ("") works as an officer.

        A register that does not know its commune yet can keep nobody: first it is connected.
        """
        if not role and not self._parts.has_home:
            return [*self._sync(may_open=False), *self._care()]
        makers = {Role.POLICE.value: self._police, Role.COLLECTOR.value: self._collector}
        may_open = role not in makers
        work = makers.get(role, self._officer)()
        merit = [self._differences()] if may_open else []
        return [*work, *self._sync(may_open=may_open), self._parcels(), *merit, *self._care()]

    def show_code(self) -> None:
        """A recovery code is made and shown, with nothing leading away from it."""
        self._window.open_page("printed_code")
        self._window.set_alone(True)

    def _care(self) -> list[Entry]:
        """What is not done every day: it stands apart from the daily work."""
        care = self._parts.care
        users = UsersPage(
            jobs=self._jobs,
            users=care.users,
            rights=care.rights,
            ways=care.ways,
            set_province_key=care.set_province_key,
        )
        code = PrintedCodePage(
            jobs=self._jobs,
            make=care.make_code,
            confirm=care.confirm_code,
            user=care.users.author,
        )
        users.code_asked.connect(self.show_code)
        code.finished.connect(self._leave_code)
        settings = SettingsPage(jobs=self._jobs, tastes=care.tastes, lock=care.lock)
        settings.appearance_chosen.connect(self.appearance_chosen)
        settings.idle_chosen.connect(self.idle_chosen)
        return [
            Entry("users", self.tr("Người dùng"), "users", users, is_daily=False),
            Entry("printed_code", "", "", code),
            self._ledger(),
            self._updates(),
            *self._backups(),
            Entry("settings", self.tr("Cài đặt"), "settings", settings, is_daily=False),
            Entry(
                "help",
                self.tr("Trợ giúp"),
                "help",
                HelpPage(folder=care.folder),
                is_daily=False,
                key="F1",
            ),
        ]

    def _backups(self) -> list[Entry]:
        care = self._parts.care
        if care.backups is None:
            return []
        page = BackupsPage(jobs=self._jobs, backups=care.backups, own_place=care.snapshots_place)
        page.restore_asked.connect(self.restore_asked)
        return [Entry("backups", self.tr("Sao lưu"), "backup", page, is_daily=False)]

    def _leave_code(self) -> None:
        self._window.set_alone(False)
        self._window.open_page("users")

    def open_draft(self, draft_id: str) -> None:
        """Go on where this user was typing."""
        self._jobs.run(
            self,
            lambda: self._parts.drafts.get(draft_id),
            on_success=self._go_on_with,
            on_error=lambda _gone: None,
        )

    def _go_on_with(self, draft: FormDraft) -> None:
        """At its desk, or on the form."""
        if draft.form_id in self._resumed:
            self._resume(draft.form_id, draft.person_id)
        elif self._form is not None:
            self._window.open_page("form")
            self._form.open_draft(draft.draft_id)

    def _resume(self, page: str, document_id: str | None) -> None:
        """At a desk, drafts are about what was sent there; they bear the name of its page."""
        if page in self._resumed and document_id:
            self._window.open_page(page)
            self._resumed[page](document_id)

    def go_back(self, left: LeftAt) -> None:
        """The page, the form and the place in it where this user locked the register."""
        held, form = left.held, self._form
        if left.page != "form":
            if self._window.has_page(left.page):
                self._window.open_page(left.page)
            if held is not None:
                self._resume(left.page, held.person_id)
        elif held is not None and held.draft is not None:
            self.open_draft(held.draft.draft_id)
        elif held is not None and form is not None:
            self._window.open_page("form")
            form.open_person(held.person_id, form_id=held.form_id, cursor=held.cursor)

    def _officer(self) -> list[Entry]:
        parts = self._parts
        people = PeoplePage(
            jobs=self._jobs,
            people=parts.people,
            load_todos=parts.load_todos,
            drafts=parts.drafts,
        )
        form = FormPage(
            jobs=self._jobs,
            records=parts.records,
            drafts=parts.drafts,
            fitting=parts.fitting,
            batches=parts.batches,
            begin_filling=parts.begin_filling,
            clock=parts.clock,
        )

        self._form = form
        door = FormDoor(jobs=self._jobs, fitting=parts.fitting, window=self._window)
        door.chosen.connect(lambda who, form_id: self._open_person(who, "", form_id))
        people.forms_asked.connect(door.ask)
        household = self._make_household(door)
        people.household_asked.connect(self._open_household)
        here = AlreadyHere(form=form, jobs=self._jobs, candidates=parts.households.book.candidates)
        here.person_asked.connect(lambda who: self._open_person(who, ""))
        form.forms_asked.connect(door.ask)

        def _go_on(person_id: PersonId | None, form_id: str) -> None:
            if self._form_from == "worklists":
                goes_on = lists.open_after(person_id)
            else:
                goes_on = people.open_after(person_id, form_id)
            if not goes_on:
                form.show_end()

        form.next_asked.connect(_go_on)
        people.list_shown.connect(form.prepare)  # the list first: somebody is waiting for it

        lists = ListsPage(
            jobs=self._jobs,
            lists=parts.worklists,
            work=parts.list_work,
            load_ethnic_groups=parts.ethnic_groups,
        )
        lists.person_opened.connect(self._open_person)
        lists.household_asked.connect(self._open_household)
        people.person_opened.connect(self._open_person)
        people.draft_opened.connect(self.open_draft)
        form.closed.connect(lambda: self._window.open_page(self._form_from))
        form.history_asked.connect(self._show_history)
        scans = ScanDesk(
            window=self._window, form=form, others=[people], jobs=self._jobs, cards=parts.cards
        )
        scans.person_asked.connect(lambda who: self._open_person(who, ""))
        form.attention_needed.connect(lambda: self._window.open_page("form"))
        return [
            Entry("people", self.tr("Người dân"), "people", people),
            Entry("worklists", self.tr("Danh sách"), "todo", lists),
            Entry("form", "", "", form),
            Entry("household", "", "", household),
        ]

    def _make_household(self, door: FormDoor) -> HouseholdPage:
        page = HouseholdPage(
            jobs=self._jobs,
            work=self._parts.households,
            words=self._parts.drafts,
            clock=self._parts.clock,
        )
        self._resumed["household"] = page.resume
        page.form_asked.connect(lambda who, form_id: self._open_person(who, "", form_id))
        page.forms_asked.connect(door.ask)
        page.closed.connect(lambda: self._window.open_page("people"))
        self._household = page
        return page

    def _open_household(self, person_id: object) -> None:
        if self._household is not None:
            self._household.open_person(person_id)  # type: ignore[arg-type]  # Qt carries objects
            self._window.open_page("household")

    def _police(self) -> list[Entry]:
        page = PolicePage(
            jobs=self._jobs,
            checks=self._parts.checks,
            words=self._parts.drafts,
            handing_out=self._parts.handing_out,
            clock=self._parts.clock,
        )
        page.parcels_asked.connect(lambda: self._window.open_page("parcels"))
        self._resumed["police"] = page.resume
        return [Entry("police", self.tr("Kiểm tra"), "shield", page)]

    def _collector(self) -> list[Entry]:
        page = CollectingPage(
            jobs=self._jobs,
            reviews=self._parts.reviews,
            words=self._parts.drafts,
            definition_of=self._parts.definition_of,
            commune_names=self._parts.commune_names,
            clock=self._parts.clock,
        )
        progress = ProgressPage(
            jobs=self._jobs,
            reviews=self._parts.reviews,
            commune_names=self._parts.commune_names,
        )
        lots = LotsPage(
            jobs=self._jobs,
            lots=self._parts.lots,
            words=self._parts.drafts,
            begin_keying=self._parts.begin_keying,
            form_title=self._parts.form_title,
            commune_names=self._parts.commune_names,
            clock=self._parts.clock,
        )
        progress.commune_asked.connect(lambda code: self._show_commune(page, code))
        self._resumed |= {"collecting": page.resume, "lots": lots.resume}
        return [
            Entry("collecting", self.tr("Phiếu nhận"), "inbox", page),
            Entry("progress", self.tr("Tiến độ"), "todo", progress),
            Entry("lots", self.tr("Kiểm mẫu"), "check-circle", lots),
        ]

    def _show_commune(self, page: CollectingPage, code: str) -> None:
        self._window.open_page("collecting")
        page.show_commune(code)

    def _differences(self) -> Entry:
        """People of merit whose file and the CSDLQG differ."""
        page = DifferencesPage(
            jobs=self._jobs,
            differences=self._parts.differences,
            handing_out=self._parts.handing_out,
            words=self._parts.drafts,
            clock=self._parts.clock,
        )
        page.person_asked.connect(self._open_person)
        self._resumed["differences"] = page.resume
        return Entry("differences", self.tr("Sai khác NCC"), "differs", page)

    def _show_history(self, person_id: object) -> None:
        self._window.open_page("ledger")
        page = self._window.page("ledger")
        if isinstance(page, LedgerPage):
            page.show_about(person_id)  # type: ignore[arg-type]  # Qt carries objects

    def _ledger(self) -> Entry:
        page = LedgerPage(jobs=self._jobs, book=self._parts.ledger)
        return Entry("ledger", self.tr("Nhật ký"), "clock", page, is_daily=False)

    def _updates(self) -> Entry:
        page = UpdatesPage(jobs=self._jobs, packs=self._parts.packs)
        return Entry("updates", self.tr("Cập nhật"), "update", page, is_daily=False)

    def _parcels(self) -> Entry:
        page = ParcelsPage(jobs=self._jobs, parcels=self._parts.parcels)
        if self._drop is None:
            self._drop = FileDrop(window=self._window, suffixes=[SUFFIX])
            self._drop.dropped.connect(self._open_dropped)
        return Entry("parcels", self.tr("Gửi nhận tệp"), "inbox", page)

    def _open_dropped(self, path: object) -> None:
        """A parcel was dropped on the window, whatever page is shown."""
        shown = self._window.current_page
        # A recovery code is shown once: nothing leads away from it.
        is_free = shown is not None and not isinstance(shown, PrintedCodePage)
        if is_free and isinstance(path, Path) and self._window.has_page("parcels"):
            self._window.open_page("parcels")
            page = self._window.page("parcels")
            if isinstance(page, ParcelsPage):
                page.open_file(path)

    def _open_person(self, person_id: object, path: str, form_id: str = "") -> None:
        if self._form is not None:
            shown = self._window.current_page
            froms = {HouseholdPage: "household", ListsPage: "worklists"}
            if not isinstance(shown, FormPage):  # from a form to the next one leads back alike
                self._form_from = froms.get(type(shown), "people")
            self._window.open_page("form")
            self._form.open_person(person_id, form_id=form_id, path=path)  # type: ignore[arg-type]  # Qt carries objects

    def _sync(self, *, may_open: bool) -> list[Entry]:
        """The exchange with the province, what has to be decided about it, and its end."""
        parts = self._parts
        page = SyncPage(
            jobs=self._jobs,
            syncing=parts.syncing,
            auto=parts.auto_sync,
            labels=parts.change_labels,
        )
        decisions = DecisionsPage(
            jobs=self._jobs,
            decisions=parts.decisions,
            words=parts.drafts,
            clock=parts.clock,
            may_open=may_open,
        )
        self._resumed["decisions"] = decisions.resume
        decisions.person_asked.connect(self._open_person)
        handover = HandoverPage(jobs=self._jobs, handover=parts.handover)
        page.handover_asked.connect(lambda: self._window.open_page("handover"))
        for leading_back in (handover.sync_asked, handover.given_up):
            leading_back.connect(lambda: self._window.open_page("sync"))
        handover.said_goodbye.connect(self.said_goodbye)
        return [
            Entry("sync", self.tr("Đồng bộ"), "sync", page),
            Entry("decisions", self.tr("Quyết định"), "clash", decisions),
            Entry("handover", "", "", handover),
        ]
