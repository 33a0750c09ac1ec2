"""How many things the police's answers leave to the officer, kept from one save to the next.

Most answers were settled long ago, and all of them must be read to know. They are read once; then
only those of whom something was written since.
"""

from __future__ import annotations

from collections.abc import Iterator

from desktop.domain.checks import CheckAnswer
from desktop.domain.people import PersonId
from desktop.services.answering import IDENTITY, by_prefix, snapshot
from desktop.services.keeping import Kept
from desktop.services.opening import open_differences
from desktop.store.checks import (
    latest_check,
    latest_checks_with,
    latest_checks_with_number,
    persons_asked_about,
)
from desktop.store.documents import Document
from desktop.store.fates import stand_for
from desktop.store.register import Register

#: Of so many one looks one by one; of more, at everything.
_ONE_BY_ONE = 100


def differing_checks(register: Register) -> list[Document]:
    """The newest checks of persons that may have an open difference, or a number to take over."""
    differing = latest_checks_with(register, CheckAnswer.DIFFERS)
    return [*differing, *latest_checks_with_number(register)]


def is_not_found(person: Document, check: Document) -> bool:
    """While the identity is the one that was not found; an edited one is to be asked anew."""
    return check.fields.get("answer") == CheckAnswer.NOT_FOUND.value and snapshot(
        person.fields
    ) == by_prefix(check.fields, IDENTITY)


class OpenChecks:
    """The count of one register; any thread may ask."""

    def __init__(self, *, register: Register) -> None:
        self._register = register
        #: Person -> how much waits, of those of whom something does.
        self._waiting = Kept(
            register.written,
            everything=lambda: dict(self._everything()),
            again=self._again,
            one_by_one=_ONE_BY_ONE,
        )

    def count(self) -> int:
        """Differences, numbers and persons not found that wait."""
        return sum(self._waiting.now().values())

    def _everything(self) -> Iterator[tuple[str, int]]:
        checks = differing_checks(self._register)
        checks += latest_checks_with(self._register, CheckAnswer.NOT_FOUND)
        listed = persons_asked_about(self._register, [one.document_id for one in checks])
        for check in checks:
            if waits := self._waits(check):
                yield listed[check.document_id], waits

    def _again(self, waiting: dict[str, int], written: frozenset[str]) -> dict[str, int]:
        found = dict(waiting)
        asked = persons_asked_about(self._register, written).values()
        for whose in {*written, *asked, *stand_for(self._register, written)}:
            found.pop(whose, None)
            check = latest_check(self._register, PersonId(whose))
            if check is not None and (waits := self._waits(check)):
                found[whose] = waits
        return found

    def _waits(self, check: Document) -> int:
        person_id = check.fields.get("person_id")
        person = self._register.document(str(person_id)) if person_id else None
        if person is None:
            return 0
        return len(open_differences(person.fields, check.fields)) + is_not_found(person, check)
