"""The answer that is being typed: taken at a pause, never out of an input method's hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from desktop.jobs.throttle import Throttle
from desktop.ui.forms.question_row import QuestionRow
from forms.definition import Answer

_PAUSE_MS = 400


class TypingHere(QObject):
    """At most one question of a form is being typed in.

    Attributes:
        path: that question; ``None`` when everything typed is taken.
    """

    def __init__(
        self,
        *,
        rows: Mapping[str, QuestionRow],
        take: Callable[[QuestionRow, Answer], None],
        parent: QObject,
    ) -> None:
        """``take`` gives an answer to the filling."""
        super().__init__(parent)
        self.path: str | None = None
        self._rows = rows
        self._take = take
        self._pause = Throttle(self._take_typed, delay_ms=_PAUSE_MS, parent=self)

    def begin(self, row: QuestionRow) -> None:
        """Something was typed, or chosen."""
        if self.path not in (None, row.path):
            self.flush()
        self.path = row.path
        if row.editor is not None and row.editor.is_immediate:
            self._take_typed()
        else:
            self._pause.ask()

    def take_now(self, path: str) -> None:
        """What stands in a line counts as typed."""
        self.path = path
        self._take_typed()

    def flush(self) -> None:
        """Do not wait for the pause."""
        self._pause.flush()

    def cancel(self) -> None:
        """What is being typed is not taken."""
        self._pause.cancel()
        self.path = None

    @property
    def row(self) -> QuestionRow | None:
        """The question being typed in, while it is drawn."""
        return self._rows.get(self.path) if self.path is not None else None

    def _take_typed(self) -> None:
        row = self.row
        if row is None or row.editor is None:
            return
        if row.editor.is_composing:
            self._pause.ask()
            return
        self.cancel()
        self._take(row, row.editor.value())
