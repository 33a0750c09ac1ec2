"""Everything that is open in a form, in a list beside it; a line leads to its question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QListView, QVBoxLayout

from desktop.ui import theme
from desktop.ui.forms.section_rail import RAIL_WIDTH
from forms.findings import Finding, Severity

Index = QModelIndex | QPersistentModelIndex


class FindingsModel(QAbstractListModel):
    """A line for each finding: the question it stands at; what is wrong there as its tip."""

    def __init__(self, *, words_of: Callable[[str], str]) -> None:
        super().__init__()
        self._words_of = words_of
        self._findings: tuple[Finding, ...] = ()

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Other lines."""
        self.beginResetModel()
        self._findings = findings
        self.endResetModel()

    def path(self, row: int) -> str:
        """Where the finding of a line stands."""
        return self._findings[row].path

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        """How many findings there are."""
        return 0 if parent.isValid() else len(self._findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The question; red for errors, amber for warnings."""
        if not index.isValid():
            return None
        finding = self._findings[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words_of(finding.path) or finding.message_vi
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return finding.message_vi
        if role == Qt.ItemDataRole.ForegroundRole:
            is_error = finding.severity is Severity.ERROR
            return QColor(theme.color("error" if is_error else "warning"))
        return None


class FindingList(QFrame):
    """The open findings that are shown at their questions, in the order of the paper.

    Signals:
        chosen: the path of the question to go to.
    """

    chosen = Signal(str)

    def __init__(self, *, words_of: Callable[[str], str]) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setFixedWidth(RAIL_WIDTH)
        self._shown: tuple[Finding, ...] = ()
        self._model = FindingsModel(words_of=words_of)
        self._title = QLabel()
        self._title.setProperty("kind", "strong")
        self._title.setContentsMargins(10, 6, 8, 0)
        self._list = _Lines()
        self._list.setObjectName("list:findings")
        self._list.setAccessibleName(self.tr("Lỗi và cảnh báo của phiếu"))
        self._list.setProperty("kind", "inside")
        self._list.setModel(self._model)
        self._list.taken.connect(lambda row: self.chosen.emit(self._model.path(row)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addWidget(self._list, 1)
        self.hide()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """These; nothing stands there when there are none."""
        shown = tuple(findings)
        if shown == self._shown:
            return
        self._shown = shown
        self._model.show_findings(shown)
        self._title.setText(self.tr("Cần xem ({n})").format(n=len(shown)))
        self.setVisible(bool(shown))


class _Lines(QListView):
    """Signals:
    taken: Enter, or a click, on the line at this place.
    """

    taken = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda index: self.taken.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter leads to the question."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.taken.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
