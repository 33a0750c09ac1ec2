"""What the page of lists asks: the lists themselves, and what is done to many people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from desktop.domain.people import PersonId, PersonRow
from desktop.domain.worklists import (
    Aim,
    Before,
    Done,
    ListCount,
    ListGroup,
    ListLook,
    ListPage,
    Order,
    WorkList,
)

#: Told how many are done, of how many; gives whether to go on.
Step = Callable[[int, int], bool]


class ListSource(Protocol):
    """Who stands where (``desktop.services.worklists.WorkLists``)."""

    def shown(self) -> tuple[tuple[ListGroup, tuple[WorkList, ...]], ...]:
        """The groups with their lists, as far as the user may see them."""

    def count(self, worklist: WorkList) -> ListCount:
        """How many stand in a list."""

    def page(self, worklist: WorkList, *, order: Order, limit: int, after: str = "") -> ListPage:
        """The people of a list, from where another page ended."""

    def ids(self, worklist: WorkList) -> Sequence[PersonId]:
        """Everybody of a list."""

    def aim(self, worklist: WorkList, person_id: PersonId) -> Aim:
        """Where work on somebody begins."""

    def look(self, worklist: WorkList) -> ListLook:
        """As this user left the list."""

    def keep_look(self, worklist: WorkList, look: ListLook) -> None:
        """For the next time."""

    def hamlets(self) -> Sequence[str]:
        """The hamlets that the province lists, and others that households live in."""


class ListWork(Protocol):
    """What is done to many (``desktop.services.list_actions.ListActions``)."""

    def set_hamlet(self, ids: Sequence[PersonId], hamlet: str, *, step: Step) -> Done:
        """Their households are in this hamlet."""

    def set_field(self, ids: Sequence[PersonId], field: str, value: str, *, step: Step) -> Done:
        """This field of theirs is this."""

    def send_to_police(self, ids: Sequence[PersonId], *, list_name: str, step: Step) -> Done:
        """The police are asked about them under this name."""

    def undo(self, undo: Sequence[Before], *, step: Step) -> Done:
        """All of it is taken back."""

    def export(
        self,
        path: Path,
        worklist: WorkList,
        *,
        ids: Sequence[PersonId] | None,
        order: Order,
        sheet: str,
        headings: Sequence[str],
        widths: Sequence[int],
        cells: Callable[[PersonRow], Sequence[str]],
        purpose: str,
        step: Step,
    ) -> int | None:
        """They leave as a workbook; ``None`` when that was stopped."""
