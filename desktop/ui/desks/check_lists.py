"""Which list of the commune is worked on, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.checks import CheckList
from forms import dates


class CheckLists(QWidget):
    """A choice of lists, and a bar: answered of all.

    Signals:
        chosen: another list is wanted (its key, "" for all).
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._lists: tuple[CheckList, ...] = ()
        self._choice = QComboBox()
        self._choice.setObjectName("input:check_list")
        self._choice.setAccessibleName(self.tr("Danh sách của xã"))
        self._choice.setToolTip(self.tr("Ctrl+PageDown, Ctrl+PageUp: danh sách sau, trước"))
        # A long name is shown whole in the open list; it must not push the page wider.
        self._choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._choice.activated.connect(lambda _index: self.chosen.emit(self.current))
        self._bar = QProgressBar()
        self._bar.setObjectName("check_list:progress")
        self._bar.setAccessibleName(self.tr("Đã trả lời trong danh sách"))
        self._bar.setTextVisible(False)
        self._words = QLabel()
        self._words.setObjectName("check_list:words")
        self._words.setProperty("kind", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._choice)
        layout.addWidget(self._bar)
        layout.addWidget(self._words)
        self.show_lists(())

    @property
    def current(self) -> str:
        """The key of the list that is chosen, "" for all."""
        return str(self._choice.currentData() or "")

    @property
    def current_name(self) -> str:
        """The list's name as it stands in the choice."""
        return self._choice.currentText()

    def show_lists(self, lists: Sequence[CheckList]) -> None:
        """What there is now; the chosen one stays chosen while it is there."""
        keep, self._lists = self.current, tuple(lists)
        self._choice.clear()
        self._choice.addItem(self.tr("Mọi danh sách"), "")
        for one in lists:
            self._choice.addItem(self.name_of(one), one.key)
        self._choice.setCurrentIndex(max(0, self._choice.findData(keep)))
        self._show_progress()

    def step(self, by: int) -> None:
        """The next list or the one before."""
        place = self._choice.currentIndex() + by
        if 0 <= place < self._choice.count():
            self._choice.setCurrentIndex(place)
            self._show_progress()
            self.chosen.emit(self.current)

    def name_of(self, one: CheckList) -> str:
        """A list by its name, or who asked on which day."""
        day = dates.display(one.day)
        name = one.name or self.tr("Hỏi lẻ, {by}").format(by=one.by)
        left = one.total - one.answered
        state = self.tr("còn {n}").format(n=left) if left else self.tr("xong")
        return f"{name} · {day} · {state}"

    def _show_progress(self) -> None:
        of = [one for one in self._lists if self.current in ("", one.key)]
        total, answered = sum(one.total for one in of), sum(one.answered for one in of)
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(answered)
        self._words.setText(
            self.tr("Đã trả lời {n} trong {all} người").format(n=answered, all=total)
        )
