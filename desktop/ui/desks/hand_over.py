"""Handing the list of persons looked up over to the commune: paper to sign, PDF or workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.checks import CheckCase
from desktop.domain.ledger import Action
from desktop.domain.papers import PaperList
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import wording
from desktop.ui.desks.checked_paper import CheckedPaper, across, document_of, write_pdf
from desktop.ui.desks.hand_out import PDF, PRINT, HandOut
from desktop.ui.printing import print_document


class ListDesk(Protocol):
    """What leaves the register (``desktop.services.handing_out.HandingOut``)."""

    def answered(self, list_key: str) -> list[CheckCase]:
        """Who was answered."""

    def told(self, action: Action, *, count: int, purpose: str) -> None:
        """Write down that a list leaves, and what for."""

    def write(self, path: Path, paper: PaperList) -> int:
        """The list as a workbook."""


class HandOver(QObject):
    """Owns the card that asks what for; writes the ledger's line before anything leaves.

    Signals:
        told: (words, next step, kind) for the page's message bar.
        failed: an ``AppError``.
        handed_out: how many persons the list has.
        left: the card is closed.
    """

    told = Signal(str, str, str)
    failed = Signal(object)
    handed_out = Signal(int)
    left = Signal()

    def __init__(
        self, *, jobs: JobRunner, lists: ListDesk, words: wording.Words, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._lists = lists
        self._list_key, self._name, self._on = "", "", date.min
        self._paper = CheckedPaper(words=words, parent=self)
        self.card = HandOut(
            name="checked",
            about=self.tr("Danh sách đã tra cứu để ký, bàn giao. Giao cho ai, để làm gì?"),
            file_name="danh-sach-da-tra-cuu",
        )
        self.card.wanted.connect(self._hand_out)
        self.card.left.connect(self._close)
        self.card.purpose_missing.connect(self._ask_purpose)

    def open(self, list_key: str, *, name: str, on: date) -> None:
        """Ask what this list is handed over for."""
        self._list_key, self._name, self._on = list_key, name, on
        self.card.open()

    def _hand_out(self, way: str, path: object) -> None:
        key, name, on = self._list_key, self._name, self._on
        purpose = self.card.purpose.text()

        def _work() -> tuple[PaperList, int]:
            cases = self._lists.answered(key)
            self._lists.told(Action.CHECK_LIST_EXPORT, count=len(cases), purpose=purpose)
            paper = self._paper.made(cases, list_name=name, on=on)
            if isinstance(path, Path):
                if way == PDF:
                    write_pdf(paper, path)
                else:
                    self._lists.write(path, paper)
            return paper, len(cases)

        self._jobs.run(
            self,
            _work,
            lane=Lane.WRITE,
            on_success=lambda done: self._tell(way, path, *done),
            on_error=self.failed.emit,
        )

    def _tell(self, way: str, path: object, paper: PaperList, count: int) -> None:
        if way == PRINT:
            document = document_of(paper)
            document.setParent(self)
            print_document(document, parent=self.card, title=paper.title, layout=across())
        self._close()
        words = self.tr("Đã lập danh sách {n} người.").format(n=count)
        if isinstance(path, Path):
            words = self.tr("Đã lập danh sách {n} người: {file}.").format(n=count, file=path.name)
        then = self.tr("Việc lập danh sách và mục đích đã ghi vào nhật ký. Ký rồi bàn giao cho xã.")
        self.told.emit(words, then, "good")
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
