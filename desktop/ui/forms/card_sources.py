"""Which answers of a form came from a card, until they are edited."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from desktop.domain.scans import Scan
from forms import dates
from forms.cards.reading import CardKind
from forms.definition import Answer


class CardSources(QObject):
    """Of the form that stands on the page.

    Attributes:
        scans: path -> what a card said there, as long as nobody typed something else.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.scans: dict[str, Scan] = {}

    def begin(self, scans: Mapping[str, Scan], answers: Mapping[str, Answer]) -> None:
        """Another form; what was edited elsewhere since the scan is not the card's any more."""
        self.scans = {path: one for path, one in scans.items() if answers.get(path) == one.value}

    def take(self, scans: Mapping[str, Scan]) -> None:
        """A card was scanned."""
        self.scans |= scans

    def edited(self, path: str, value: Answer) -> bool:
        """An answer was given; returns whether it was the card's and is not now."""
        scan = self.scans.get(path)
        if scan is None or scan.value == value:
            return False
        del self.scans[path]
        return True

    def marks(self) -> dict[str, str]:
        """Path -> where the answer comes from, in a few words."""
        return {path: self._words(scan) for path, scan in self.scans.items()}

    def _words(self, scan: Scan) -> str:
        day = dates.display(scan.on)
        return self._names().get(scan.card, self.tr("Từ thẻ, quét {day}")).format(day=day)

    def _names(self) -> dict[str, str]:
        id_card = self.tr("Từ thẻ CCCD, quét {day}")
        return {
            CardKind.CITIZEN_CARD_2021.value: id_card,
            CardKind.IDENTITY_CARD_2024.value: self.tr("Từ thẻ Căn cước, quét {day}"),
            CardKind.OTHER_CARD_CODE.value: id_card,
            CardKind.MACHINE_READABLE.value: self.tr("Từ dòng máy đọc, quét {day}"),
            CardKind.HEALTH_CARD.value: self.tr("Từ thẻ BHYT, quét {day}"),
        }
