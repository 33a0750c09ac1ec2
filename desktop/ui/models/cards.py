"""Short lists whose items are small cards: a title and a few lines under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

_Index = QModelIndex | QPersistentModelIndex
CARD_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Card:
    """One item.

    Attributes:
        key: names the item, so that a selection survives a refresh.
        badge: a short coloured word beside the title.
        tint: the colour of the badge.
    """

    key: str
    title: str
    lines: tuple[str, ...] = ()
    badge: str = ""
    tint: str = "muted"


class CardsModel(QAbstractListModel):
    """The items of a card list."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[Card, ...] = ()

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._cards = tuple(cards)
        self.endResetModel()

    def card(self, number: int) -> Card:
        """The item at this place."""
        return self._cards[number]

    def place_of(self, key: str) -> int | None:
        """Where the item with this key is."""
        return next((n for n, card in enumerate(self._cards) if card.key == key), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many items."""
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The title; the whole card for the delegate; all words for screen readers."""
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role == CARD_ROLE:
            return card
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(word for word in (card.title, card.badge, *card.lines) if word)
        return None
