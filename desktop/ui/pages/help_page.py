"""The help: one text for the officer and the chairman, read here or on paper."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QTextBrowser

from desktop import assets
from desktop.ui import icons, printing
from desktop.ui.page import Page

_CONTENTS_WIDTH = 290
_MARGIN = 18.0
_FOLDER = "{folder}"


class HelpPage(Page):
    """Headings at the left, the text at the right; nothing in it leads out of the program.

    Signals:
        given_up: back to where it was opened from.
    """

    given_up = Signal()

    def __init__(self, *, folder: Path, has_way_back: bool = False) -> None:
        super().__init__(name="help")
        self.set_title(self.tr("Trợ giúp"))
        self._document = QTextDocument(self)
        self._document.setDefaultFont(self.font())
        self._document.setDocumentMargin(_MARGIN)
        self._document.setMarkdown(help_text(folder))
        self._view = QTextBrowser()
        self._view.setObjectName("help:text")
        self._view.setAccessibleName(self.tr("Nội dung trợ giúp"))
        self._view.setOpenLinks(False)
        self._view.setDocument(self._document)
        self._contents = QListWidget()
        self._contents.setObjectName("list:help")
        self._contents.setAccessibleName(self.tr("Mục lục trợ giúp"))
        self._contents.setFixedWidth(_CONTENTS_WIDTH)
        self._contents.setWordWrap(True)
        self._places: list[int] = []
        self._fill_contents()
        self._contents.currentRowChanged.connect(self._go_to)
        self._print = QPushButton(self.tr("In trang này…"))
        self._print.setObjectName("button:print_help")
        icons.dress(self._print, "printer")
        self._print.clicked.connect(self._print_all)
        if has_way_back:
            self.tools.addWidget(self._way_back())
        self.tools.addWidget(self._print)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(self._contents)
        columns.addWidget(self._view, 1)
        self.body.addLayout(columns, 1)

    def refresh(self) -> None:
        """The keyboard starts in the contents."""
        if self._contents.currentRow() < 0:
            self._contents.setCurrentRow(0)
        self._contents.setFocus()

    @property
    def document(self) -> QTextDocument:
        """The whole text, for paper."""
        return self._document

    def _fill_contents(self) -> None:
        block = self._document.begin()
        while block.isValid():
            if block.blockFormat().headingLevel() == 2:
                self._contents.addItem(block.text())
                self._places.append(block.position())
            block = block.next()

    def _go_to(self, row: int) -> None:
        """Put the heading at the top."""
        if 0 <= row < len(self._places):
            block = self._document.findBlock(self._places[row])
            layout = self._document.documentLayout()
            self._view.verticalScrollBar().setValue(int(layout.blockBoundingRect(block).top()))

    def _print_all(self) -> None:
        printing.print_document(self._document, parent=self, title=self.tr("Trợ giúp Sổ An Sinh"))

    def _way_back(self) -> QPushButton:
        back = QPushButton(self.tr("Về màn hình mở sổ"))
        back.setObjectName("button:give_up")
        back.setShortcut("Esc")
        icons.dress(back, "back")
        back.clicked.connect(self.given_up)
        return back


def help_text(folder: Path) -> str:
    """The text, with the place of this register in it."""
    return assets.help_text("help").replace(_FOLDER, str(folder))
