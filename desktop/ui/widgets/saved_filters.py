"""Filters kept under names: chosen, kept, renamed, deleted on one line, without a dialogue."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from forms.vietnamese import clean

_LETTERS = 8
_LONGEST_NAME = 60


class SavedFilters(QWidget):
    """An editable list of names and what can be done with the name in it.

    Signals:
        chosen: let the filter with this name hold.
        kept: keep what holds now under this name.
        renamed: (name, new name).
        forgotten: delete the filter with this name.
    """

    chosen = Signal(str)
    kept = Signal(str)
    renamed = Signal(str, str)
    forgotten = Signal(str)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = ""
        self._names = QComboBox()
        self._names.setObjectName("choice:saved_filter")
        self._names.setAccessibleName(self.tr("Bộ lọc đã lưu"))
        line = QLineEdit()
        # The frame is the list's; a line of its own would cut the letters.
        line.setStyleSheet("border: none; padding: 0; min-height: 0; background: transparent")
        self._names.setLineEdit(line)
        self._names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._names.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._names.setMinimumContentsLength(_LETTERS)
        self._names.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line.setObjectName("input:saved_filter")
        line.setAccessibleName(self.tr("Tên bộ lọc"))
        line.setPlaceholderText(self.tr("Bộ lọc đã lưu"))
        line.setMaxLength(_LONGEST_NAME)
        line.textChanged.connect(lambda _text: self._allow())
        self._names.activated.connect(self._choose)
        self._keep = self._button("keep_filter", self.tr("Lưu"), self.tr("Lưu bộ lọc đang dùng"))
        self._rename = self._button(
            "rename_filter", self.tr("Đổi tên"), self.tr("Đổi tên bộ lọc đã chọn")
        )
        self._forget = self._button(
            "forget_filter", self.tr("Xóa"), self.tr("Xóa bộ lọc đã chọn khỏi danh sách")
        )
        self._keep.clicked.connect(lambda: self.kept.emit(self._typed))
        self._rename.clicked.connect(lambda: self.renamed.emit(self._chosen, self._typed))
        self._forget.clicked.connect(lambda: self.forgotten.emit(self._chosen))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._names, 1)
        for button in (self._keep, self._rename, self._forget):
            layout.addWidget(button)
        self._allow()

    def offer(self, names: Sequence[str], *, chosen: str = "") -> None:
        """These names are kept; one of them may be the one that holds."""
        self._chosen = chosen if chosen in names else ""
        self._names.clear()
        self._names.addItems(list(names))
        self._names.setCurrentIndex(self._names.findText(self._chosen) if self._chosen else -1)
        self._names.setEditText(self._chosen)
        self._allow()

    @property
    def _typed(self) -> str:
        return clean(self._names.currentText())

    def _choose(self, number: int) -> None:
        self._chosen = self._names.itemText(number)
        self._allow()
        self.chosen.emit(self._chosen)

    def _allow(self) -> None:
        """Only what would do something can be pressed."""
        typed = self._typed
        self._keep.setEnabled(bool(typed))
        self._rename.setEnabled(bool(self._chosen and typed and typed != self._chosen))
        self._forget.setEnabled(bool(self._chosen and typed == self._chosen))

    def _button(self, name: str, label: str, tip: str) -> QPushButton:
        button = QPushButton(label)
        button.setObjectName(f"button:{name}")
        button.setToolTip(tip)
        return button
