"""Reads lists beside the interface: how many stand in each, and the people of the one chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desktop.domain.worklists import ListCount, ListLook, ListPage, Order, WorkList
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.worklists.ports import ListSource

_PAGE_ROWS = 100
#: After coming back so many rows are read again at most, to stand where one was.
_ROWS_AGAIN = 1000


class ListReader(QObject):
    """What is read late, of a list or in an order that is not shown any more, is passed over.

    Signals:
        opened: (``WorkList``, ``ListLook``) from now on the people of this list are read.
        found: (``ListPage``) its first people.
        more: (``ListPage``) those who follow.
        count_known: (``WorkList``, ``ListCount``)
        counted: every list has its count.
        failed: an ``AppError``.

    Attributes:
        worklist: the list whose people are read; ``None`` before the first.
        order: theirs.
    """

    opened = Signal(object, object)
    found = Signal(object)
    more = Signal(object)
    count_known = Signal(object, object)
    counted = Signal()
    failed = Signal(object)

    def __init__(self, *, jobs: JobRunner, lists: ListSource, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._lists = lists
        self.worklist: WorkList | None = None
        self.order = Order()
        self._wanted: WorkList | None = None
        self._after = ""
        self._generation = 0

    @property
    def has_more(self) -> bool:
        """Are there people of the list who were not read yet?"""
        return bool(self._after)

    def open(self, worklist: WorkList) -> None:
        """This list, as the user left it, and its first people."""
        self._wanted = worklist

        def _opened(look: ListLook) -> None:
            if worklist is self._wanted:
                self.worklist, self.order = worklist, look.order
                self.opened.emit(worklist, look)
                self.read()

        self._jobs.run(
            self,
            lambda: self._lists.look(worklist),
            on_success=_opened,
            on_error=self.failed.emit,
        )

    def sort(self, order: Order) -> None:
        """In another order, from the beginning."""
        self.order = order
        self.read()

    def read(self, *, rows: int = _PAGE_ROWS) -> None:
        """The first people of the list, ``rows`` of them if so many may be read at once."""
        worklist, order = self.worklist, self.order
        if worklist is None:
            return
        limit = min(max(_PAGE_ROWS, rows), _ROWS_AGAIN)

        def _found(page: ListPage) -> None:
            if self._is_current(page):
                self._after = page.found.after
                self.found.emit(page)

        self._jobs.run(
            self,
            lambda: self._lists.page(worklist, order=order, limit=limit),
            on_success=_found,
            on_error=self.failed.emit,
        )

    def read_more(self) -> None:
        """Those who follow."""
        worklist, order, after = self.worklist, self.order, self._after
        if worklist is None or not after:
            return

        def _more(page: ListPage) -> None:
            if self._is_current(page) and after == self._after:
                self._after = page.found.after
                self.more.emit(page)

        self._jobs.run(
            self,
            lambda: self._lists.page(worklist, order=order, limit=_PAGE_ROWS, after=after),
            on_success=_more,
            on_error=self.failed.emit,
        )

    def count(self, worklists: Sequence[WorkList]) -> None:
        """Each of them, one after the other: nobody waits for a count before the list."""
        self._generation += 1
        self._count_next(worklists, self._generation)

    def keep_look(self, look: ListLook) -> None:
        """As the list stands now, for the next time."""
        if (worklist := self.worklist) is not None:
            self._jobs.run(self, lambda: self._lists.keep_look(worklist, look), lane=Lane.WRITE)

    def _count_next(self, rest: Sequence[WorkList], generation: int) -> None:
        if generation != self._generation:
            return
        if not rest:
            self.counted.emit()
            return
        worklist = rest[0]

        def _show(count: ListCount) -> None:
            self.count_known.emit(worklist, count)
            self._count_next(rest[1:], generation)

        self._jobs.run(
            self,
            lambda: self._lists.count(worklist),
            on_success=_show,
            on_error=lambda _error: self._count_next(rest[1:], generation),
        )

    def _is_current(self, page: ListPage) -> bool:
        return page.worklist is self.worklist and page.order == self.order
