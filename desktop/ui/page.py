"""What every page is: a title, a place for messages, and three moments of its life."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.drafts import Held
from desktop.errors import AppError
from desktop.ui.messages import Messages
from desktop.ui.widgets.message_bar import MessageBar


class Page(QWidget):
    """A page of the window; subclasses put their widgets into ``body``.

    Signals:
        data_changed: this page changed something that other pages may show.
        seen: (``Action`` value, document id) a full record of a person stands before the user.
        searched: (``SearchKind`` value, how many were found) somebody looked for people.

    Attributes:
        body: the layout below the title and the message bar.
        lead: the layout at the left of the title.
        beside_title, beside_subtitle: layouts that follow the words of the heading.
        tools: the layout at the right.
    """

    data_changed = Signal()
    seen = Signal(str, str)
    searched = Signal(str, int)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"page:{name}")
        self._messages = Messages(self)
        self._title = QLabel()
        self._title.setProperty("kind", "title")
        self._subtitle = QLabel()
        self._subtitle.setProperty("kind", "muted")
        self._subtitle.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._subtitle.hide()
        self.message_bar = MessageBar(self)
        self.lead, self.tools = QHBoxLayout(), QHBoxLayout()
        self.beside_title, self.beside_subtitle = QHBoxLayout(), QHBoxLayout()
        for layout in (self.tools, self.beside_title, self.beside_subtitle):
            layout.setSpacing(8)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self._lay_out()

    def set_title(self, title: str, subtitle: str = "") -> None:
        """The heading; it is also the page's accessible name."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self.setAccessibleName(title)

    def settle(self) -> None:
        """What came or went above the body has moved it now, not with the next event."""
        if (layout := self.layout()) is not None:
            layout.activate()

    def refresh(self) -> None:
        """The page is shown, or what it shows changed: read it anew."""

    def leave(self) -> None:
        """The page is about to be hidden: save what is not saved."""

    def hold(self) -> Held | None:
        """The page is taken away now, without waiting for anything: what must not be lost of it."""
        return None

    @property
    def is_settled(self) -> bool:
        """Is everything typed here safe? A page that is not must not be left or closed."""
        return True

    def show_problem(self, error: AppError) -> None:
        """Say in words what went wrong, on the page."""
        message = self._messages.explain(error.problem, error.parameters)
        self.message_bar.show_message(message.sentence, message.next_step, kind="error")

    def _lay_out(self) -> None:
        heading = QVBoxLayout()
        heading.setSpacing(0)
        for words, beside in (
            (self._title, self.beside_title),
            (self._subtitle, self.beside_subtitle),
        ):
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(words)
            row.addLayout(beside)
            row.addStretch(1)
            heading.addLayout(row)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addLayout(self.lead)
        top.addLayout(heading, 1)
        top.addLayout(self.tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 14)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(self.message_bar)
        layout.addLayout(self.body, 1)
