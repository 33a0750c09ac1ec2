"""A list of cards: painted, not made of widgets, so that a long one costs nothing."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui import theme
from desktop.ui.models.cards import CARD_ROLE, Card, CardsModel

_MARGIN = 12
_WRAP = Qt.TextFlag.TextWordWrap


class CardList(QListView):
    """Choose one card.

    Signals:
        chosen: the key of the current card changed ("" for none).
        opened: Enter or a click on the card with this key.
    """

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self._model = CardsModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_CardDelegate(self))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(self._tell_chosen)
        self.clicked.connect(self._tell_opened)

    @property
    def cards(self) -> CardsModel:
        """The items."""
        return self._model

    def show_cards(self, cards: list[Card], *, keep: str = "") -> None:
        """Show these; the card ``keep`` stays current when it is still there."""
        self._model.show_cards(cards)
        place = self._model.place_of(keep) if keep else None
        if place is not None:
            self.setCurrentIndex(self._model.index(place))

    def choose(self, place: int) -> None:
        """Make the card at this place current."""
        if 0 <= place < self._model.rowCount():
            self.setCurrentIndex(self._model.index(place))

    @property
    def current_key(self) -> str:
        """The current card's key, "" for none."""
        index = self.currentIndex()
        return self._model.card(index.row()).key if index.isValid() else ""

    def _tell_chosen(self, current: QModelIndex) -> None:
        self.chosen.emit(self._model.card(current.row()).key if current.isValid() else "")

    def _tell_opened(self, index: QModelIndex) -> None:
        self.opened.emit(self._model.card(index.row()).key)

    # -- Qt --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_key:
            self.opened.emit(self.current_key)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines wrap at another place: heights change."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class _CardDelegate(QStyledItemDelegate):
    """Paints a card; every line is whole, wrapped where needed."""

    def __init__(self, view: CardList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """As high as all its lines."""
        width = self._view.viewport().width()
        card: Card = index.data(CARD_ROLE)
        height = sum(rect.height() for _, rect, _, _ in self._pieces(card, option.font, width))
        return QSize(width, height + 18)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Background, title, badge, lines."""
        area = QRect(option.rect)
        state = option.state
        card: Card = index.data(CARD_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(theme.color("accent_soft")))
            painter.fillRect(
                QRect(area.topLeft(), QSize(3, area.height())), QColor(theme.color("accent"))
            )
        painter.setPen(QPen(QColor(theme.color("border"))))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        top = area.top() + 9
        for text, rect, font, tint in self._pieces(card, option.font, area.width()):
            painter.setFont(font)
            painter.setPen(QColor(theme.color(tint)))
            painter.drawText(rect.translated(area.left(), top), _WRAP, text)
            top += rect.height()
        painter.restore()

    def _pieces(self, card: Card, font: QFont, width: int) -> list[tuple[str, QRect, QFont, str]]:
        """Text, its place below the piece before, font and colour."""
        bold, small = QFont(font), QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(10)
        room = max(60, width - 2 * _MARGIN)
        parts = [(card.title, bold, "text")]
        if card.badge:
            parts.append((card.badge, small, card.tint))
        parts += [(line, small, "muted") for line in card.lines if line]
        pieces = []
        for text, face, tint in parts:
            bounds = QFontMetrics(face).boundingRect(0, 0, room, 10_000, _WRAP, text)
            pieces.append((text, QRect(_MARGIN, 0, room, bounds.height() + 1), face, tint))
        return pieces
