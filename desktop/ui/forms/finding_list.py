"""Everything that is open in a form, in a list beside it; a line leads to its question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QVBoxLayout

from desktop.ui import theme
from desktop.ui.forms.section_rail import RAIL_WIDTH
from forms.findings import Finding, Severity

_PATH = Qt.ItemDataRole.UserRole + 1
#: More than so many nobody reads; F8 leads to all of them.
_MOST = 60


class FindingList(QFrame):
    """The open findings that are shown at their questions, in the order of the paper.

    Signals:
        chosen: the path of the question to go to.
    """

    chosen = Signal(str)

    def __init__(self, *, words_of: Callable[[str], str]) -> None:
        super().__init__()
        self._words_of = words_of
        self._shown: tuple[Finding, ...] = ()
        self.setFixedWidth(RAIL_WIDTH)
        self.setProperty("kind", "card")
        self._title = QLabel()
        self._title.setProperty("kind", "strong")
        self._title.setContentsMargins(10, 6, 8, 0)
        self._list = QListWidget()
        self._list.setObjectName("list:findings")
        self._list.setAccessibleName(self.tr("Lỗi và cảnh báo của phiếu"))
        self._list.setProperty("kind", "plain")
        self._list.setWordWrap(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._list.itemClicked.connect(self._choose)
        self._list.itemActivated.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(2)
        layout.addWidget(self._title)
        layout.addWidget(self._list, 1)
        self.hide()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """These; nothing is drawn when there are none."""
        shown = tuple(findings)
        if shown == self._shown:
            return
        self._shown = shown
        self._list.clear()
        for finding in findings[:_MOST]:
            self._list.addItem(self._item(finding))
        self._title.setText(self.tr("Cần xem ({n})").format(n=len(findings)))
        self.setVisible(bool(findings))

    def _item(self, finding: Finding) -> QListWidgetItem:
        where = self._words_of(finding.path)
        item = QListWidgetItem(where or finding.message_vi)
        item.setData(_PATH, finding.path)
        item.setToolTip(finding.message_vi)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{where}: {finding.message_vi}")
        tint = "error" if finding.severity is Severity.ERROR else "warning"
        item.setForeground(QBrush(QColor(theme.color(tint))))
        item.setSizeHint(QSize())
        return item

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(_PATH)))
