"""A list leaves the register for a purpose: as paper to sign, PDF or workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.ledger import Action
from desktop.domain.papers import PaperList
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.desks.checked_paper import across, document_of, pdf_of
from desktop.ui.desks.hand_out import PDF, PRINT, HandOut
from desktop.ui.printing import print_document

#: The paper, and how many persons or differences it lists.
Made = tuple[PaperList, int]


class PaperDesk(Protocol):
    """What leaves the register (``desktop.services.handing_out.HandingOut``)."""

    def told(self, action: Action, *, count: int, purpose: str) -> None:
        """Write down that a list leaves, and what for."""

    def write(self, path: Path, paper: PaperList) -> int:
        """The list as a workbook."""

    def write_pages(self, path: Path, pages: bytes) -> None:
        """The list as it was laid out."""


class HandOver(QObject):
    """Works with the card that asks what for; the ledger has its line before anything leaves.

    Signals:
        told: (words, next step, kind) for the page's message bar.
        failed: an ``AppError``.
        handed_out: how much the list has.
        left: the card is closed.
    """

    told = Signal(str, str, str)
    failed = Signal(object)
    handed_out = Signal(int)
    left = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        desk: PaperDesk,
        card: HandOut,
        action: Action,
        words: Callable[[int, str], tuple[str, str]],
        parent: QObject,
    ) -> None:
        """``words`` tells of so many in a file ("" for paper), and what to do next."""
        super().__init__(parent)
        self._jobs = jobs
        self._desk = desk
        self._action = action
        self._words = words
        self._make: Callable[[], Made] | None = None
        self.card = card
        card.wanted.connect(self._hand_out)
        card.left.connect(self._close)
        card.purpose_missing.connect(self._ask_purpose)

    def open(self, make: Callable[[], Made]) -> None:
        """Ask what the list is for that ``make`` gives, in a job."""
        self._make = make
        self.card.open()

    def _hand_out(self, way: str, path: object) -> None:
        make, purpose = self._make, self.card.purpose.text()
        if make is None:
            return

        def _work() -> Made:
            paper, count = make()
            self._desk.told(self._action, count=count, purpose=purpose)
            if isinstance(path, Path):
                if way == PDF:
                    self._desk.write_pages(path, pdf_of(paper))
                else:
                    self._desk.write(path, paper)
            return paper, count

        self._jobs.run(
            self,
            _work,
            lane=Lane.WRITE,
            on_success=lambda made: self._tell(way, path, *made),
            on_error=self.failed.emit,
        )

    def _tell(self, way: str, path: object, paper: PaperList, count: int) -> None:
        if way == PRINT:
            document = document_of(paper)
            document.setParent(self)
            print_document(document, parent=self.card, title=paper.title, layout=across())
        self._close()
        sentence, then = self._words(count, path.name if isinstance(path, Path) else "")
        self.told.emit(sentence, then, "good")
        self.handed_out.emit(count)

    def _ask_purpose(self) -> None:
        self.told.emit(
            self.tr("Chưa ghi mục đích."),
            self.tr("Ghi ngắn gọn giao cho ai, để làm gì."),
            "warning",
        )

    def _close(self) -> None:
        self.card.close_it()
        self.left.emit()
