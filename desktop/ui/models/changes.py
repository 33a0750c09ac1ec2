"""The outbox as a tree: whom and which day, below it the changes; read page by page as one scrolls.

A hundred thousand waiting changes are no more work than the hundred on the screen: only what was
scrolled to is read, and nothing is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont

from desktop.domain.syncing import ChangeRow, ChangeState
from desktop.ui import theme, wording
from sync.protocol.documents import TOLD

_Index = QModelIndex | QPersistentModelIndex

STATE_TINTS = {
    ChangeState.WAITING: "warning",
    ChangeState.SENT: "info",
    ChangeState.RECEIPTED: "good",
    ChangeState.MERGED: "good",
    ChangeState.CLASH: "warning",
    ChangeState.HELD: "error",
    ChangeState.DROPPED: "muted",
}
#: Which state a group shows the colour of: what asks for most attention.
_URGENCY = (
    ChangeState.HELD,
    ChangeState.CLASH,
    ChangeState.WAITING,
    ChangeState.SENT,
    ChangeState.MERGED,
    ChangeState.RECEIPTED,
    ChangeState.DROPPED,
)


@dataclass(slots=True)
class ChangeGroup:
    """Changes about one person on one day, newest first, with nothing else between them."""

    subject: str
    title: str
    day: str
    rows: list[ChangeRow] = field(default_factory=list)


class ChangesModel(QAbstractItemModel):
    """Groups and their changes.

    Signals:
        page_wanted: (position of the last line read) the view scrolled to the end.
    """

    page_wanted = Signal(object)

    def __init__(
        self, *, labels: Callable[[ChangeRow], Sequence[str]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._labels = labels
        self._words = wording.Words(self)
        self._groups: list[ChangeGroup] = []
        self._has_more = False
        self._asked_from: int | None = None
        self._next_try = ""

    def show_rows(self, rows: Sequence[ChangeRow], *, has_more: bool) -> None:
        """Start anew with a first page."""
        self.beginResetModel()
        self._groups = _grouped(rows)
        self._has_more = has_more
        self._asked_from = None
        self.endResetModel()

    def append(self, rows: Sequence[ChangeRow], *, has_more: bool) -> None:
        """The next page."""
        self._has_more = has_more
        groups = _grouped(rows)
        last = self._groups[-1] if self._groups else None
        if groups and last is not None and _key(last) == _key(groups[0]):
            more = groups.pop(0).rows
            parent = self.index(len(self._groups) - 1, 0)
            self.beginInsertRows(parent, len(last.rows), len(last.rows) + len(more) - 1)
            last.rows += more
            self.endInsertRows()
        if groups:
            first = len(self._groups)
            self.beginInsertRows(QModelIndex(), first, first + len(groups) - 1)
            self._groups += groups
            self.endInsertRows()

    @property
    def last_position(self) -> int | None:
        """Of the last line read; ``None`` before the first."""
        return self._groups[-1].rows[-1].position if self._groups else None

    def ask_again(self) -> None:
        """The next page could not be read."""
        self._asked_from = None

    def tell_next_try(self, words: str) -> None:
        """When what waits is tried next, in words; "" when nobody knows."""
        if words == self._next_try:
            return
        self._next_try = words
        for place, group in enumerate(self._groups):
            if any(row.state in (ChangeState.WAITING, ChangeState.SENT) for row in group.rows):
                top = self.index(place, 0)
                self.dataChanged.emit(
                    self.index(0, 3, top), self.index(len(group.rows) - 1, 3, top)
                )

    def rows(self) -> list[ChangeRow]:
        """Everything read so far."""
        return [row for group in self._groups for row in group.rows]

    @property
    def groups(self) -> Sequence[ChangeGroup]:
        """What stands at the top."""
        return tuple(self._groups)

    # -- Qt --

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own default
        """A group has the number 0, a change that of its group, plus one."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override] # QObject's takes none
        """The group of a change."""
        number = index.internalId() if index.isValid() else 0
        return self.createIndex(number - 1, 0, 0) if number else QModelIndex()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Groups, or the changes of one."""
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() or parent.column():
            return 0
        return len(self._groups[parent.row()].rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, ARG002 - Qt's own
        """Whom and when; what; who; how far."""
        return 4

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The titles."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Về ai, ngày nào"),
            self.tr("Thay đổi"),
            self.tr("Người sửa"),
            self.tr("Tình trạng"),
        )[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, colours; the words again as tool tip."""
        if not index.isValid():
            return None
        number = index.internalId()
        group = self._groups[number - 1 if number else index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if not number:
                return self._group_text(group, index.column())
            return self._change_text(group.rows[index.row()], index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 3:
            states = {row.state for row in group.rows}
            state = group.rows[index.row()].state if number else _most_urgent(states)
            return QColor(theme.color(STATE_TINTS[state]))
        if role == Qt.ItemDataRole.FontRole and not number and index.column() == 0:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        """Is there more than was read?"""
        return not parent.isValid() and self._has_more

    def fetchMore(self, parent: _Index) -> None:
        """Ask once for each next page."""
        last = self.last_position
        if self.canFetchMore(parent) and last is not None and self._asked_from != last:
            self._asked_from = last
            self.page_wanted.emit(last)

    # -- words --

    def _group_text(self, group: ChangeGroup, column: int) -> str:
        if column == 0:
            return f"{group.title or self.tr('Không rõ')} – {group.day}"
        if column == 1:
            return self.tr("{n} thay đổi").format(n=len(group.rows))
        if column == 2:
            return ", ".join(dict.fromkeys(row.by for row in group.rows))
        counts = Counter(row.state for row in group.rows)
        if len(counts) == 1:
            return self._words.change_state(group.rows[0].state)
        return ", ".join(
            f"{counts[state]} {self._words.change_state(state).lower()}"
            for state in _URGENCY
            if state in counts
        )

    def _worked_out(self, row: ChangeRow) -> str:
        """What nobody typed."""
        if any(field.startswith(TOLD) for field in row.fields):
            return self.tr("Kết quả công an")
        return self.tr("Thông tin chương trình tự tính")

    def _change_text(self, row: ChangeRow, column: int) -> str:
        if column == 0:
            return f"{wording.moment(row.at)[:5]}  {self._words.document(row.document_type)}"
        if column == 1:
            return "; ".join(self._labels(row)) or self._worked_out(row)
        if column == 2:
            return row.by
        words = self._words.change_state(row.state)
        if row.state in (ChangeState.HELD, ChangeState.DROPPED):
            return f"{words}: {self._words.hold(row.why)}"
        if row.state in (ChangeState.WAITING, ChangeState.SENT) and self._next_try:
            return f"{words} · {self._next_try}"
        if row.receipted_at:
            return f"{words} {wording.moment(row.receipted_at)}"
        return words


def _key(group: ChangeGroup) -> tuple[str, str]:
    return group.subject, group.day


def _grouped(rows: Sequence[ChangeRow]) -> list[ChangeGroup]:
    groups: list[ChangeGroup] = []
    for row in rows:
        day = wording.moment(row.at)[6:]
        subject = row.subject or row.title
        if not groups or _key(groups[-1]) != (subject, day):
            groups.append(ChangeGroup(subject=subject, title=row.title, day=day))
        group = groups[-1]
        group.title = group.title or row.title
        group.rows.append(row)
    return groups


def _most_urgent(states: set[ChangeState]) -> ChangeState:
    return next(state for state in _URGENCY if state in states)
