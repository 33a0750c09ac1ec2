"""Sheets of forms that the page has left, until everything of them is written."""

from __future__ import annotations

from collections.abc import Callable

from desktop.ui.forms.sheet import Sheet


class LeftSheets:
    """Knows who is still on the way to the register; ``is_writing`` tells of drafts."""

    def __init__(self, *, is_writing: Callable[[], bool]) -> None:
        self._is_writing = is_writing
        self._sheets: list[Sheet] = []

    def add(self, sheet: Sheet | None) -> None:
        """The page shows another one now. What is done is let go of, with all that stood on it."""
        left = self._sheets if sheet is None else [*self._sheets, sheet]
        self._sheets = [one for one in left if self._is_under_way(one)]
        for one in left:
            if one not in self._sheets:
                one.deleteLater()

    def holds(self, about: str | None, *, shown: Sheet | None) -> bool:
        """Is something of this person, or of this draft, still being written?"""
        known = self._sheets if shown is None else [*self._sheets, shown]
        return any(
            about in (one.own_id, one.mark.draft_id) and self._is_under_way(one) for one in known
        )

    def _is_under_way(self, sheet: Sheet) -> bool:
        return sheet.is_busy or self._is_writing()
