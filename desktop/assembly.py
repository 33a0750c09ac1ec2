"""What stands behind the window of an open register: the use cases, and who works with them.

``build`` makes the services of one register and the seat of its user, ``parts`` gives the pages
what they ask for. Both read modules and tables from disk: the composition root imports this room
only after the unlock page has been drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.domain.drafts import FormDraft
from desktop.domain.lots import Lot
from desktop.domain.records import OpenedForm
from desktop.domain.syncing import Enrolment
from desktop.errors import AppError
from desktop.services.backups import Backups
from desktop.services.badges import Badges
from desktop.services.batches import Batches
from desktop.services.card_people import CardPeople
from desktop.services.checks import Checks
from desktop.services.comparing import compare_field
from desktop.services.decisions import Decisions
from desktop.services.differences import Differences
from desktop.services.drafts import Drafts
from desktop.services.field_words import FieldWords
from desktop.services.fitting import FittingForms
from desktop.services.form_texts import text_of
from desktop.services.handing_out import HandingOut
from desktop.services.handover import Handover
from desktop.services.home import Home, home_of
from desktop.services.households import Households
from desktop.services.ledger import Ledger
from desktop.services.life_events import LifeEvents
from desktop.services.list_actions import ListActions
from desktop.services.locking import Locking
from desktop.services.lots import Lots
from desktop.services.member_forms import MemberForms
from desktop.services.packs import Packs, province_forms
from desktop.services.parcels import Parcels
from desktop.services.people import People
from desktop.services.permissions import Permissions
from desktop.services.preferences import Preferences
from desktop.services.records import Records
from desktop.services.recovery import RecoveryKeys
from desktop.services.remarks import day_of_validation
from desktop.services.reviews import Reviews
from desktop.services.scanner_port import ScannerPort
from desktop.services.syncing import Syncing
from desktop.services.telling import CheckTeller
from desktop.services.todos import Todos
from desktop.services.users import Users
from desktop.services.worklists import WorkLists
from desktop.store.keys import KdfCost
from desktop.store.register import Register
from desktop.store.snapshots import snapshots_folder
from desktop.ui.auto_sync import AutoSync
from desktop.ui.desk import Care, Parts
from desktop.ui.households.ports import HouseholdWork
from desktop.ui.pages.users_page import Ways
from desktop.ui.scanning.scan_desk import CardWork
from desktop.ui.scanning.wedge import KeyClock
from forms.cards.bursts import read_burst
from forms.definition import Answer
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from forms.runtime.engine import Filling


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases on one open register."""

    register: Register
    forms: FormRegistry
    tables: IdentityTables
    people: People
    records: Records
    drafts: Drafts
    locking: Locking
    preferences: Preferences
    todos: Todos
    fitting: FittingForms
    members: MemberForms
    badges: Badges
    checks: Checks
    reviews: Reviews
    teller: CheckTeller
    syncing: Syncing
    decisions: Decisions
    packs: Packs
    parcels: Parcels
    ledger: Ledger
    backups: Backups


@dataclass(frozen=True, slots=True)
class Seat:
    """Who works here, for which office."""

    user_name: str
    enrolment: Enrolment | None
    home: Home | None

    @property
    def role(self) -> str:
        """ "" before the device is enrolled."""
        return self.enrolment.role if self.enrolment else ""

    @property
    def commune_names(self) -> dict[str, str]:
        """Code -> name of the communes the office serves."""
        if self.enrolment is None:
            return {}
        names = zip(self.enrolment.commune_codes, self.enrolment.commune_names, strict=True)
        return dict(names)

    @property
    def is_training(self) -> bool:
        """Is this a register of the fictional province?"""
        if self.enrolment is not None:
            return self.enrolment.training
        return self.home is not None and self.home.training


def shut(services: Services, drafts: Sequence[FormDraft]) -> list[bytes]:
    """Write the drafts and close the register; sealed are those that could not be written."""
    sealed: list[bytes] = []
    try:
        for draft in drafts:
            try:
                services.drafts.keep(draft)
            except AppError:
                sealed.append(services.drafts.seal(draft))
    finally:
        services.ledger.closed()
        services.register.close()
    return sealed


def put_back(services: Services, sealed: bytes) -> bool:
    """False while the disk is still full."""
    try:
        services.drafts.put_back(sealed)
    except AppError:
        return False
    return True


def build(
    register: Register, user_name: str, *, clock: Callable[[], datetime]
) -> tuple[Services, Seat]:
    """The use cases of this register, and the seat of the user who opened it."""
    forms = province_forms(register)
    packs = Packs(register=register, forms=forms, clock=clock, author=user_name)
    syncing = Syncing(register=register, clock=clock, author=user_name, shelf=packs)
    home = home_of(register)
    seat = Seat(user_name=user_name, enrolment=syncing.enrolment(), home=home)
    tables = IdentityTables.load(training=seat.is_training)
    records = Records(register=register, forms=forms, tables=tables, author=user_name, clock=clock)
    fitting = FittingForms(register=register, forms=forms, clock=clock)
    members = MemberForms(register=register, forms=forms, fitting=fitting, clock=clock)
    todos = Todos(register=register, forms=forms)
    decisions = Decisions(
        register=register, forms=forms, records=records, author=user_name, clock=clock
    )
    services = Services(
        register=register,
        forms=forms,
        tables=tables,
        people=People(register=register, forms=forms, user_name=user_name, clock=clock),
        records=records,
        drafts=Drafts(register=register, author=user_name, clock=clock, forms=forms),
        locking=Locking(register=register),
        preferences=Preferences(register=register, user_name=user_name),
        todos=todos,
        fitting=fitting,
        members=members,
        badges=Badges(
            register=register,
            syncing=syncing,
            todos=todos,
            members=members,
            decisions=decisions,
        ),
        checks=Checks(register=register, author=user_name, clock=clock, tables=tables),
        reviews=Reviews(
            register=register, author=user_name, clock=clock, forms=forms, tables=tables
        ),
        teller=CheckTeller(register=register, author=user_name, clock=clock),
        syncing=syncing,
        decisions=decisions,
        packs=packs,
        parcels=Parcels(
            register=register, syncing=syncing, clock=clock, author=user_name, shelf=packs
        ),
        ledger=Ledger(register=register, author=user_name, clock=clock),
        backups=Backups(register=register, clock=clock),
    )
    return services, seat


def _care(
    services: Services,
    seat: Seat,
    *,
    clock: Callable[[], datetime],
    cost: KdfCost | None,
    is_practice: bool,
) -> Care:
    register = services.register
    keys = RecoveryKeys(register=register, author=seat.user_name, clock=clock)

    def _ways() -> Ways:
        ways = keys.ways()
        return Ways(
            printed=ways.printed_code, printed_at=keys.confirmed_at(), province=ways.province_key
        )

    return Care(
        folder=register.folder,
        users=Users(register=register, author=seat.user_name, clock=clock, cost=cost),
        rights=Permissions(register=register, clock=clock),
        ways=_ways,
        make_code=keys.new_printed_code,
        confirm_code=keys.confirm_printed_code,
        set_province_key=keys.set_province_key,
        backups=None if is_practice else services.backups,
        snapshots_place=snapshots_folder(register.folder),
        tastes=services.preferences,
        lock=services.locking,
    )


def _households(services: Services, seat: Seat, *, clock: Callable[[], datetime]) -> HouseholdWork:
    register, forms, tables = services.register, services.forms, services.tables
    return HouseholdWork(
        book=Households(
            register=register, forms=forms, tables=tables, author=seat.user_name, clock=clock
        ),
        life=LifeEvents(register=register, tables=tables, author=seat.user_name, clock=clock),
        forms=services.members,
    )


def parts(
    services: Services,
    seat: Seat,
    *,
    clock: Callable[[], datetime],
    cost: KdfCost | None,
    auto_sync: AutoSync,
    key_clock: KeyClock | None = None,
    is_practice: bool = False,
) -> Parts:
    """What the pages of this seat work with; ``is_practice`` is the training commune's register."""

    def _begin_filling(opened: OpenedForm) -> Filling:
        definition = opened.definition
        return Filling(
            services.forms.get(definition.form_id, definition.version),
            on=day_of_validation(definition, opened.answers, today=clock().date()),
            tables=services.tables,
            answers=opened.answers,
        )

    def _begin_keying(lot: Lot, answers: Mapping[str, Answer]) -> Filling:
        return Filling(
            services.forms.get(lot.form_id, lot.form_version),
            on=clock().date(),
            tables=services.tables,
            answers=dict(answers),
        )

    differences = Differences(
        register=services.register,
        records=services.records,
        forms=services.forms,
        author=seat.user_name,
        clock=clock,
    )
    lists = WorkLists(
        register=services.register,
        forms=services.forms,
        differences=differences,
        user_name=seat.user_name,
        clock=clock,
    )

    return Parts(
        people=services.people,
        records=services.records,
        drafts=services.drafts,
        fitting=services.fitting,
        batches=Batches(register=services.register, user_name=seat.user_name),
        load_todos=lambda: [*services.todos.list(), *services.members.todos()],
        checks=services.checks,
        handing_out=HandingOut(
            register=services.register,
            checks=services.checks,
            author=seat.user_name,
            clock=clock,
        ),
        reviews=services.reviews,
        lots=Lots(
            register=services.register,
            reviews=services.reviews,
            forms=services.forms,
            author=seat.user_name,
            clock=clock,
        ),
        begin_keying=_begin_keying,
        form_title=lambda form_id: services.forms.about(form_id).title_vi,
        differences=differences,
        worklists=lists,
        list_work=ListActions(
            register=services.register,
            lists=lists,
            records=services.records,
            tables=services.tables,
            author=seat.user_name,
            clock=clock,
        ),
        ethnic_groups=lists.ethnic_groups,
        syncing=services.syncing,
        auto_sync=auto_sync,
        change_labels=FieldWords(forms=services.forms).of,
        decisions=services.decisions,
        handover=Handover(
            register=services.register,
            syncing=services.syncing,
            author=seat.user_name,
            clock=clock,
        ),
        parcels=services.parcels,
        packs=services.packs,
        ledger=services.ledger,
        begin_filling=_begin_filling,
        definition_of=lambda form_id, version: text_of(services.forms, form_id, version).definition,
        clock=clock,
        commune_names=seat.commune_names,
        has_home=seat.home is not None,
        households=_households(services, seat, clock=clock),
        cards=CardWork(
            read=lambda readings, takes_numbers: read_burst(
                readings, on=clock().date(), tables=services.tables, takes_numbers=takes_numbers
            ),
            find=CardPeople(register=services.register).find,
            compare=compare_field,
            clock=clock,
            port=ScannerPort(register=services.register),
            key_clock=key_clock,
        ),
        care=_care(services, seat, clock=clock, cost=cost, is_practice=is_practice),
    )
