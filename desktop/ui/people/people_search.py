"""Looks for people beside the interface, page after page, and counts them behind the list."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop.domain.people import EVERYBODY, FoundPeople, PeopleCounts, PeopleFilter
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner
from desktop.ui.people.ports import PeopleFinder

_PAGE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    text: str
    where: PeopleFilter


class PeopleSearch(QObject):
    """One search at a time: the answer to an older one is let go of.

    Signals:
        found: the first people (``PersonRow`` each) of the latest search.
        more: those who follow them; none where a page could not be read and may be asked for again.
        counted: the ``PeopleCounts`` of the latest search.
        failed: an ``AppError``.

    Attributes:
        query: what is looked for.
        is_searching: are there no people of the latest search yet?
    """

    found = Signal(object)
    more = Signal(object)
    counted = Signal(object)
    failed = Signal(object)

    def __init__(self, *, jobs: JobRunner, people: PeopleFinder, parent: QObject) -> None:
        super().__init__(parent)
        self.query = Query("", EVERYBODY)
        self.is_searching = True
        self._jobs = jobs
        self._people = people
        self._after = ""
        self._lacking = 0
        self._is_counting = False

    @property
    def has_more(self) -> bool:
        """Are there people behind those that were told?"""
        return bool(self._after)

    def look(self, text: str, where: PeopleFilter) -> None:
        """Begin anew."""
        query = self.query = Query(text, where)
        self.is_searching = True
        self._jobs.run(
            self,
            lambda: self._people.page(query.text, limit=_PAGE_ROWS, where=query.where),
            on_success=lambda page: self._begin(query, page),
            on_error=lambda error: self._give_up(query, error),
        )

    def fetch_more(self) -> None:
        """The page that follows, if it is not on its way."""
        if self._after and self._lacking <= 0:
            self._lacking = _PAGE_ROWS
            self._fetch()

    def _begin(self, query: Query, page: FoundPeople) -> None:
        if query is not self.query:
            return  # typed on meanwhile
        self.is_searching = False
        self._after = page.after
        self._lacking = _PAGE_ROWS - len(page.rows)
        self.found.emit(page.rows)
        self._count()
        self._fill()

    def _give_up(self, query: Query, error: AppError) -> None:
        if query is self.query:
            self.is_searching = False
            self.failed.emit(error)

    # -- the pages that follow --

    def _fill(self) -> None:
        """A page that has not looked far enough goes on by itself."""
        if self._after and self._lacking > 0:
            self._fetch()

    def _fetch(self) -> None:
        query, after = self.query, self._after
        self._jobs.run(
            self,
            lambda: self._people.page(query.text, limit=_PAGE_ROWS, where=query.where, after=after),
            on_success=lambda page: self._append(query, page, after),
            on_error=lambda error: self._put_off(query, error),
        )

    def _append(self, query: Query, page: FoundPeople, after: str) -> None:
        if query is not self.query or after != self._after:
            return
        self._after = page.after
        self._lacking -= len(page.rows)
        self.more.emit(page.rows)
        self._fill()

    def _put_off(self, query: Query, error: AppError) -> None:
        """Who scrolls on asks for it once more."""
        if query is self.query:
            self._lacking = 0
            self.more.emit(())
            self.failed.emit(error)

    # -- counting --

    def _count(self) -> None:
        """Counts come after the list, one at a time: who types on waits for none of them."""
        if self._is_counting:
            return
        self._is_counting = True
        query = self.query

        def _is_wanted() -> bool:
            return query is self.query

        self._jobs.run(
            self,
            lambda: self._people.counts(query.text, where=query.where, is_wanted=_is_wanted),
            on_success=lambda counts: self._tell_counts(query, counts),
            on_error=lambda error: self._counting_failed(query, error),
        )

    def _tell_counts(self, query: Query, counts: PeopleCounts) -> None:
        self._is_counting = False
        if query is self.query:
            self.counted.emit(counts)
        else:
            self._count_latest()

    def _counting_failed(self, query: Query, error: AppError) -> None:
        self._is_counting = False
        if query is self.query:
            self.failed.emit(error)
        else:
            self._count_latest()

    def _count_latest(self) -> None:
        """Unless its first page is still being read: it is counted behind that."""
        if not self.is_searching:
            self._count()
