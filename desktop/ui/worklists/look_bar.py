"""How a list is ordered, and which columns it has."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from desktop.domain.worklists import Order, SortBy
from desktop.ui.worklists.words import ListWords


class LookBar(QWidget):
    """The order, the other way round, the columns.

    Signals:
        sorted_anew: (``Order``) the user chose this one.
        columns_asked: (place on the screen) show the menu of the columns there.
    """

    sorted_anew = Signal(object)
    columns_asked = Signal(QPoint)

    def __init__(self, *, words: ListWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sort = QComboBox()
        self._sort.setObjectName("input:list_order")
        self._sort.setAccessibleName(self.tr("Xếp danh sách"))
        for by in SortBy:
            self._sort.addItem(words.order(by), by)
        self._sort.activated.connect(lambda _index: self._tell_order())
        self._down = QPushButton(self.tr("Ngược lại"))
        self._down.setObjectName("button:list_descending")
        self._down.setProperty("kind", "filter")
        self._down.setCheckable(True)
        self._down.clicked.connect(self._tell_order)
        self._columns = QPushButton(self.tr("Cột"))
        self._columns.setObjectName("button:list_columns")
        self._columns.setProperty("kind", "filter")
        self._columns.clicked.connect(self._ask_columns)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._sort, self._down, self._columns):
            row.addWidget(widget)

    def show_order(self, order: Order) -> None:
        """As the list is ordered."""
        self._sort.setCurrentIndex(self._sort.findData(order.by))
        self._down.setChecked(order.is_descending)

    def _tell_order(self) -> None:
        self.sorted_anew.emit(Order(SortBy(self._sort.currentData()), self._down.isChecked()))

    def _ask_columns(self) -> None:
        self.columns_asked.emit(self._columns.mapToGlobal(self._columns.rect().bottomLeft()))
