"""Tells what somebody looked for once they have stopped looking, not at every key."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QObject

from desktop.domain.ledger import SearchKind
from desktop.jobs.throttle import Throttle

#: So long a search must stand before it is one.
_SETTLED_MS = 1500


class SearchTeller(QObject):
    """Calls ``tell(kind, found)`` once for each search that stood for a while, or was left.

    What was typed stays here: only its kind and the number of people found are told.
    """

    def __init__(self, *, tell: Callable[[str, int], None], parent: QObject) -> None:
        super().__init__(parent)
        self._tell = tell
        self._search: Hashable = None
        self._told: Hashable = None
        self._kind: SearchKind | None = None
        self._found = 0
        self._settling = Throttle(self._settle, delay_ms=_SETTLED_MS, parent=self)

    def found(self, search: Hashable, total: int, *, text: str, is_narrowed: bool) -> None:
        """This stands on the page now; the same one shown again is not another search."""
        self._search, self._found = search, total
        self._kind = kind_of(text, is_narrowed=is_narrowed)
        if search != self._told:
            self._settling.ask()
        else:
            self._settling.cancel()

    def flush(self) -> None:
        """The page is left: what stands there was what somebody looked for."""
        self._settling.flush()

    def _settle(self) -> None:
        self._told = self._search
        if self._kind is not None:
            self._tell(self._kind.value, self._found)


def kind_of(text: str, *, is_narrowed: bool) -> SearchKind | None:
    """By what one looks; ``None`` for the whole list, which is no search."""
    if any(character.isdigit() for character in text):
        return SearchKind.NUMBER
    if text.strip():
        return SearchKind.NAME
    return SearchKind.FILTER if is_narrowed else None
