"""What stands half-typed of a household: lines of the address, a cell, somebody being added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from desktop.domain.drafts import FormDraft, Held
from desktop.domain.households import Household
from desktop.domain.people import PersonId
from desktop.jobs.runner import JobRunner
from desktop.ui.desks.half_words import HalfWords, WordBook, texts_of
from desktop.ui.households.add_bar import AddBar
from desktop.ui.households.address_lines import AddressLines
from desktop.ui.households.members_table import MembersTable

#: Stands for the id of a household that no save has made yet, and that nobody is in.
NEW = "new"
_ADDRESS, _ADDED, _CELL = "address.", "added.", "cell."


class HouseholdWords(QObject):
    """Keeps the words at every pause of typing, and puts them back where they stood.

    Signals:
        failed: an ``AppError``: the words are not on the disk.
    """

    failed = Signal(object)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        book: WordBook,
        clock: Callable[[], datetime],
        address: AddressLines,
        table: MembersTable,
        add: AddBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._address, self._table, self._add = address, table, add
        self._key = ""
        self._half = HalfWords(
            desk="household", jobs=jobs, book=book, take=self._typed, clock=clock, parent=self
        )
        self._half.failed.connect(self.failed)
        address.typed.connect(self._half.ask)
        table.typed.connect(self._half.ask)
        add.changed.connect(self._half.ask)

    def show(self, household: Household) -> None:
        """From now on words are about this household; a save may just have made it."""
        key, name = _key_of(household), household.head.full_name if household.head else ""
        if not self._key:
            self._key = key
            self._half.begin(key, name=name, draft=None)
            self._jobs.run(
                self,
                lambda: self._half.read(key),
                on_success=lambda draft: self._put(key, name, draft),
            )
        elif key != self._key:
            self._key = key
            self._half.end()
            self._half.begin(key, name=name, draft=None)
        self._half.ask()

    def leave(self) -> None:
        """Another household comes."""
        self._half.flush()
        self._half.begin("", name="", draft=None)
        self._key = ""

    def ask(self) -> None:
        """Something was typed, or kept."""
        self._half.ask()

    def flush(self) -> None:
        """Do not wait for the pause."""
        self._half.flush()

    def held(self) -> Held | None:
        """What must not be lost when the page is taken away at once."""
        return self._half.held()

    def _typed(self) -> dict[str, str]:
        found = {_ADDRESS + name: text for name, text in self._address.texts().items()}
        if self._add.has_words:
            found |= {_ADDED + name: text for name, text in self._add.texts().items()}
        if (cell := self._table.typing()) is not None:
            person_id, field, text = cell
            found[f"{_CELL}{person_id}.{field}"] = text
        return found

    def _put(self, key: str, name: str, draft: FormDraft | None) -> None:
        if draft is None or key != self._key or self._typed():
            return
        self._half.begin(key, name=name, draft=draft)
        texts = texts_of(draft)
        self._address.put(_under(_ADDRESS, texts))
        self._add.put(_under(_ADDED, texts))
        for place, text in _under(_CELL, texts).items():
            person_id, _, field = place.partition(".")
            self._table.put(PersonId(person_id), field, text)
        self._half.ask()


def _under(beginning: str, texts: dict[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(beginning): text
        for name, text in texts.items()
        if name.startswith(beginning)
    }


def _key_of(household: Household) -> str:
    if household.household_id is not None:
        return household.household_id
    return household.members[0].person_id if household.members else NEW
