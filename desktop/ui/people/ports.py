"""What the page of the people asks of services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from desktop.domain.drafts import WaitingDraft
from desktop.domain.people import (
    EVERYBODY,
    FoundPeople,
    PeopleCounts,
    PeopleFilter,
    SavedFilter,
)


class PeopleFinder(Protocol):
    """What finds people (``desktop.services.people.People``)."""

    def page(
        self, text: str = "", *, limit: int, where: PeopleFilter = EVERYBODY, after: str = ""
    ) -> FoundPeople:
        """A page of the people found, from where another page ended."""

    def counts(
        self,
        text: str = "",
        *,
        where: PeopleFilter = EVERYBODY,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> PeopleCounts:
        """How many are found, and how many with each value of each filter, while it is wanted."""


class PeopleSource(PeopleFinder, Protocol):
    """What the list asks (``desktop.services.people.People``)."""

    def form_title(self, form_id: str) -> str:
        """What a form is called."""

    def saved_filters(self) -> list[SavedFilter]:
        """What this user kept under a name."""

    def keep_filter(self, kept: SavedFilter) -> None:
        """Keep a text and a filter."""

    def rename_filter(self, name: str, *, to: str) -> None:
        """Give another name."""

    def forget_filter(self, name: str) -> None:
        """Delete what is kept under the name."""

    def last_filter(self) -> SavedFilter | None:
        """What the list was narrowed to last."""


class DraftSource(Protocol):
    """What tells of half-typed forms (``desktop.services.drafts.Drafts``)."""

    def own(self) -> Sequence[WaitingDraft]:
        """Those of this user."""

    def of_others(self) -> Sequence[WaitingDraft]:
        """Those that wait for other users."""
