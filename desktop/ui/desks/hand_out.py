"""Handing out a list for a purpose: on paper, as PDF, or as a workbook. The purpose comes first."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop.domain.ledger import LONGEST_PURPOSE
from desktop.ui import icons
from desktop.ui.printing import ask_for_file

PRINT, PDF, WORKBOOK = "print", "pdf", "xlsx"


class HandOut(QFrame):
    """Asks what for, then how.

    Signals:
        wanted: (``PRINT``, ``PDF`` or ``WORKBOOK``, path or ``None``) with a purpose.
        purpose_missing: a way was chosen before a purpose was told.
        left: do not hand out after all.
    """

    wanted = Signal(str, object)
    purpose_missing = Signal()
    left = Signal()

    def __init__(self, *, name: str, about: str, file_name: str) -> None:
        super().__init__()
        self.setObjectName(f"hand_out:{name}")
        self.setProperty("kind", "card")
        self._file_name = file_name
        self._about = QLabel(about)
        self._about.setProperty("kind", "strong")
        self.purpose = QLineEdit()
        self.purpose.setObjectName(f"input:{name}_purpose")
        self.purpose.setAccessibleName(self.tr("Mục đích"))
        self.purpose.setPlaceholderText(self.tr("Mục đích: giao cho ai, để làm gì"))
        self.purpose.setMaxLength(LONGEST_PURPOSE)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.purpose, 1)
        for way, text, icon in (
            (PRINT, self.tr("In…"), "printer"),
            (PDF, self.tr("Tệp PDF…"), "save"),
            (WORKBOOK, self.tr("Bảng tính…"), "save"),
        ):
            button = QPushButton(text)
            button.setObjectName(f"button:{name}_{way}")
            icons.dress(button, icon, tint="accent")
            button.clicked.connect(lambda _on=False, way=way: self._choose(way))
            row.addWidget(button)
        leave = QPushButton(self.tr("Thôi"))
        leave.setObjectName(f"button:{name}_leave")
        leave.clicked.connect(self.left)
        row.addWidget(leave)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(16, 10, 16, 10)
        inside.setSpacing(8)
        inside.addWidget(self._about)
        inside.addLayout(row)
        self.hide()

    def open(self) -> None:
        """Ask."""
        self.show()
        self.purpose.setFocus()

    def close_it(self) -> None:
        """It is done, or not wanted."""
        self.hide()
        self.purpose.clear()

    def _choose(self, way: str) -> None:
        if not self.purpose.text().strip():
            self.purpose_missing.emit()
            self.purpose.setFocus()
        elif way == PRINT:
            self.wanted.emit(way, None)
        else:
            self._ask_where(way)

    def _ask_where(self, way: str) -> None:
        pattern = self.tr("Tệp PDF (*.pdf)") if way == PDF else self.tr("Bảng tính (*.xlsx)")
        ask_for_file(
            self,
            title=self.tr("Lưu danh sách"),
            name=f"{self._file_name}.{way}",
            pattern=pattern,
            suffix=way,
            chosen=lambda path: self.wanted.emit(way, path),
        )
