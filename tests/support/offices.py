"""An office at work: a real register with the services on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.services.checks import Checks
from desktop.services.home import Home, settle_home
from desktop.services.packs import Packs, province_forms
from desktop.services.people import People
from desktop.services.records import Records
from desktop.services.reviews import Reviews
from desktop.services.syncing import Syncing
from desktop.services.todos import Todos
from desktop.services.unlocking import create_register, open_register
from desktop.store.keys import KdfCost
from desktop.store.register import Register
from forms.rules.identity import IdentityTables
from sync.client.engine import Pace

PASSPHRASE = "mật khẩu chỉ để kiểm thử"
#: The weakest that Argon2id allows: tests open many registers.
QUICK = KdfCost(memory_kib=8, iterations=1, lanes=1)

#: Retries of a sync follow each other without waiting; how slow the machine is decides nothing.
AT_ONCE = Pace(stopwatch=lambda: 0.0, wait=lambda _seconds: None)

HOME = Home(
    commune_code="99001",
    commune_name="Xã Suối Mẫu",
    province_name="Tỉnh Tập Huấn",
    training=True,
)


class Clock:
    """A clock that goes on by a second each time it is read, so that ids come in order."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Office:
    """One register and everything its user can do; close it."""

    def __init__(self, register: Register, *, author: str, clock: Clock) -> None:
        self.forms = forms = province_forms(register)
        tables = IdentityTables.load(training=True)
        self.register = register
        self.people = People(register=register, forms=forms, user_name=author, clock=clock)
        self.records = Records(
            register=register, forms=forms, tables=tables, author=author, clock=clock
        )
        self.todos = Todos(register=register, forms=forms)
        self.checks = Checks(register=register, author=author, clock=clock)
        self.reviews = Reviews(register=register, author=author, clock=clock)
        self.packs = Packs(register=register, forms=forms, clock=clock, author=author)
        self.syncing = Syncing(register=register, clock=clock, pace=AT_ONCE, shelf=self.packs)

    @staticmethod
    def create(
        folder: Path, *, author: str, clock: Clock | None = None, home: Home | None = HOME
    ) -> Office:
        """An office with a new register."""
        register = create_register(folder, user_name=author, passphrase=PASSPHRASE, cost=QUICK)
        if home is not None:
            settle_home(register, home)
        return Office(register, author=author, clock=clock or Clock())

    @staticmethod
    def open(folder: Path, *, author: str, clock: Clock | None = None) -> Office:
        """The office with the register of this folder."""
        register = open_register(folder, user_name=author, passphrase=PASSPHRASE, cost=QUICK)
        return Office(register, author=author, clock=clock or Clock())

    def close(self) -> None:
        """Close the register."""
        self.register.close()
