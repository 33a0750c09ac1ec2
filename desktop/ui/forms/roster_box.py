"""A repeat as drawn: a list of its instances, and the questions of the one that is open.

However many instances there are, only one of them is drawn; opening another gives the same
widgets to it. Enter walks through all of them, one after the other, and stops at the end, where
one more may be added with a digit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.forms.roster_end import RosterEnd
from desktop.ui.forms.roster_models import InstancesModel

_LINE_HEIGHT = 28
_MOST_LINES = 6


class InstanceList(QListView):
    """The lines.

    Signals:
        opened: Enter, or a click, on the line at this place.
        removal_asked: Delete.
    """

    opened = Signal(int)
    removal_asked = Signal()

    def __init__(self, *, name: str, label: str, model: InstancesModel) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setModel(model)
        self.setProperty("kind", "roster")
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda index: self.opened.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete removes."""
        here = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here.isValid():
            self.opened.emit(here.row())
        elif event.key() == Qt.Key.Key_Delete and here.isValid():
            self.removal_asked.emit()
        else:
            super().keyPressEvent(event)


class RosterBox(QFrame):
    """One repeat of the form, or of an instance around it.

    Signals:
        instance_asked: the officer wants to see this instance (path).
        add_asked, removal_asked, return_asked: one more; the open one away; the last one back.
        end_left: from the end, +1 on or -1 back.
        end_entered: the keyboard came to the end.

    Attributes:
        template, path: of the repeat; without and with the keys of the instances around it.
        opened: the instance whose questions stand in the panel, "" for none.
        panel, column: where its questions go.
    """

    instance_asked = Signal(str)
    add_asked = Signal()
    removal_asked = Signal()
    return_asked = Signal()
    end_left = Signal(int)
    end_entered = Signal()

    def __init__(
        self,
        *,
        template: str,
        path: str,
        label: str,
        is_counted: bool,
        words: Callable[[str], str],
        tint_of: Callable[[str], str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.template = template
        self.path = path
        self.opened = ""
        self._label = label
        self._is_counted = is_counted
        self._instances: tuple[str, ...] = ()
        self.model = InstancesModel(words=words, tint_of=tint_of)
        self.list = InstanceList(name=f"roster:{path}", label=label, model=self.model)
        self.list.opened.connect(lambda row: self.instance_asked.emit(self.model.instance(row)))
        self.list.removal_asked.connect(self._remove_current)
        self.panel = QFrame(self)
        self.panel.setProperty("kind", "instance")
        self._which = QLabel(self.panel)
        self._which.setProperty("kind", "strong")
        self._which.setContentsMargins(14, 4, 0, 0)
        self.column = QVBoxLayout()
        self.column.setSpacing(1)
        self._add = self._button(self.tr("Thêm (F6)"), "add")
        self._remove = self._button(self.tr("Bỏ (Shift+F6)"), "remove")
        self._return = self._button(self.tr("Lấy lại (Ctrl+F6)"), "return")
        self._add.clicked.connect(self.add_asked)
        self._remove.clicked.connect(self._remove_current)
        self._return.clicked.connect(self.return_asked)
        self.end = RosterEnd(parent=self)
        self.end.add_asked.connect(self.add_asked)
        self.end.move_asked.connect(self.end_left)
        self.end.entered.connect(self.end_entered)
        self._compose()
        self.rename(path)

    def rename(self, path: str) -> None:
        """It stands for the repeat of another instance around it."""
        self.path = path
        self.list.setObjectName(f"roster:{path}")
        self.end.setObjectName(f"end:{path}")
        for button, name in (
            (self._add, "add"),
            (self._remove, "remove"),
            (self._return, "return"),
        ):
            button.setObjectName(f"button:{name}:{path}")

    def show_instances(self, instances: Sequence[str], *, may_return: bool) -> None:
        """Those there are now; the open one stays open while it is there."""
        self._instances = tuple(instances)
        self.model.show_instances(instances)
        lines = min(max(len(instances), 1), _MOST_LINES)
        self.list.setFixedHeight(lines * _LINE_HEIGHT + 8)
        self.list.setVisible(bool(instances))
        self._return.setVisible(may_return)
        self._remove.setVisible(bool(instances) and not self._is_counted)
        if self.opened not in self._instances:
            self.opened = ""
        self.show_opened(self.opened)

    def show_opened(self, instance: str) -> None:
        """The instance whose questions stand below the list."""
        self.opened = instance
        self.panel.setVisible(bool(instance))
        row = self.model.row_of(instance) if instance else -1
        if row >= 0:
            number, total = row + 1, len(self._instances)
            words = self.tr("{label}: {number}/{total}")
            self._which.setText(words.format(label=self._label, number=number, total=total))
            index = self.model.index(row)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)
        else:
            self.list.setCurrentIndex(QModelIndex())
        self._show_place()

    def _show_place(self) -> None:
        words = self.tr("Thêm: {label}").format(label=self._label)
        self.end.show_words(words, count=len(self._instances))

    @property
    def instances(self) -> tuple[str, ...]:
        """The paths of the instances, in order."""
        return self._instances

    @property
    def current(self) -> str:
        """The instance marked in the list, "" for none."""
        here = self.list.currentIndex()
        return self.model.instance(here.row()) if here.isValid() else ""

    def _remove_current(self) -> None:
        self.removal_asked.emit()

    def _button(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(f"{text}: {self._label}")
        button.setProperty("kind", "small")
        button.setProperty("action", name)
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return button

    def _compose(self) -> None:
        self.setProperty("kind", "roster")
        inside = QVBoxLayout(self.panel)
        inside.setContentsMargins(0, 2, 0, 4)
        inside.setSpacing(2)
        inside.addWidget(self._which)
        inside.addLayout(self.column)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addStretch(1)
        for button in (self._return, self._remove, self._add):
            buttons.addWidget(button)
        self._add.setVisible(not self._is_counted)
        self._remove.setVisible(not self._is_counted)
        self.end.setVisible(not self._is_counted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 0, 4, 2)
        layout.setSpacing(5)
        layout.addLayout(buttons)
        layout.addWidget(self.list)
        layout.addWidget(self.panel)
        layout.addWidget(self.end)
