"""The people list: searched as one types, narrowed, counted; filters kept under a name."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from desktop.domain.people import (
    EVERYBODY,
    FoundPeople,
    PeopleCounts,
    PeopleFilter,
    PersonRow,
    SavedFilter,
)
from desktop.store import saved_filters
from desktop.store.people import count_people, people_page
from desktop.store.people_counts import count_facets
from desktop.store.register import Register
from forms.registry import FormRegistry, UnknownFormError

#: After so long what stands beside the filters gives way to the next search.
_COUNTING_S = 0.4


class People:
    """The persons of one register, as one user looks at them."""

    def __init__(
        self,
        *,
        register: Register,
        forms: FormRegistry,
        user_name: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._forms = forms
        self._user_name = user_name
        self._clock = clock

    def page(
        self, text: str = "", *, limit: int, where: PeopleFilter = EVERYBODY, after: str = ""
    ) -> FoundPeople:
        """The persons whom the text and the filter find, from where another page ended."""
        today = self._clock().date()
        return people_page(self._register, text, limit=limit, where=where, after=after, today=today)

    def search(
        self, text: str, *, limit: int, where: PeopleFilter = EVERYBODY
    ) -> tuple[PersonRow, ...]:
        """The first persons whom the text finds."""
        return self.page(text, limit=limit, where=where).rows

    def count(self, text: str, *, where: PeopleFilter = EVERYBODY) -> int:
        """How many persons are found."""
        return count_people(self._register, text, where=where, today=self._clock().date())

    def counts(
        self,
        text: str = "",
        *,
        where: PeopleFilter = EVERYBODY,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> PeopleCounts:
        """How many are found, and how many with each value of each filter; slower than a page.

        Ends early, without the counts that are lacking then, when it takes long or ``is_wanted``
        says no.
        """
        ends = time.monotonic() + _COUNTING_S
        return count_facets(
            self._register,
            text,
            where=where,
            today=self._clock().date(),
            keep_going=lambda: time.monotonic() < ends and is_wanted(),
        )

    def form_title(self, form_id: str) -> str:
        """What a form is called; its id when this program does not have it."""
        try:
            return self._forms.about(form_id).title_vi
        except UnknownFormError:
            return form_id

    def saved_filters(self) -> list[SavedFilter]:
        """What this user kept under a name, by name."""
        return saved_filters.saved_filters(self._register, self._user_name)

    def keep_filter(self, kept: SavedFilter) -> None:
        """Keep a text and a filter; one of the same name is replaced."""
        saved_filters.keep_filter(self._register, self._user_name, kept)

    def rename_filter(self, name: str, *, to: str) -> None:
        """Give another name; raises ``FILTER_NAME_TAKEN`` if it is another filter's."""
        saved_filters.rename_filter(self._register, self._user_name, name, to=to)

    def forget_filter(self, name: str) -> None:
        """Delete what is kept under the name."""
        saved_filters.forget_filter(self._register, self._user_name, name)

    def last_filter(self) -> SavedFilter | None:
        """What the list was narrowed to when this user last looked at it."""
        return saved_filters.last_filter(self._register, self._user_name)
