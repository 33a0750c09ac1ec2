"""The frame: navigation at the left, pages in the middle, the state of things below.

It shows the pages it is given and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.drafts import Held
from desktop.ui import icons, theme
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.message_bar import MessageBar

_NAV_WIDTH = 184


@dataclass(frozen=True, slots=True)
class Entry:
    """A page with its place in the navigation.

    Attributes:
        title: "" keeps it out of the navigation.
        is_daily: one for each day's work; the others stand below, under a heading of their own.
        key: its shortcut, where it is not Alt and its number.
    """

    name: str
    title: str
    icon: str
    page: Page
    is_daily: bool = True
    key: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Who works here, for the status line. ``office`` is "" before the device is connected."""

    user: str
    office: str
    training: bool


class MainWindow(QWidget):
    """One window for all roles.

    Signals:
        lock_asked: the user wants to close the register and leave the machine.
        page_opened: the name of the page that is shown now.
    """

    lock_asked = Signal()
    page_opened = Signal(str)

    def __init__(self, *, may_close: Callable[[], bool] = lambda: True) -> None:
        super().__init__()
        self._may_close = may_close
        self.setObjectName("main_window")
        self.setWindowTitle(self.tr("Sổ An Sinh"))
        self.setWindowIcon(icons.icon("book", tint="accent", size=32))
        self.resize(1366, 768)
        self._pages: dict[str, Page] = {}
        self._buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget()
        self.message_bar = MessageBar()
        self._banner = self._make_banner()
        self._nav = QFrame()
        self._nav.setObjectName("nav")
        self._nav.setFixedWidth(_NAV_WIDTH)
        self._nav_buttons, self._nav_care = QVBoxLayout(), QVBoxLayout()
        self._care_title = QLabel(self.tr("Quản trị"))
        self._care_title.setObjectName("nav_heading")
        self._status = _StatusLine()
        self._lay_out()

    def show_only(self, page: Page) -> None:
        """One page without navigation: the locked window."""
        self._clear()
        self._nav.hide()
        self._status.hide()
        self._banner.hide()
        self._add(Entry(name=page.objectName(), title="", icon="", page=page))
        self._stack.setCurrentWidget(page)
        page.refresh()

    def show_pages(self, entries: Sequence[Entry], *, place: Place) -> None:
        """The pages of a role; the first is shown."""
        self._clear()
        for entry in entries:
            self._add(entry)
        self._status.show_place(place)
        self._banner.setVisible(place.training)
        self._care_title.setVisible(any(not entry.is_daily for entry in entries))
        self.set_alone(False)
        self.open_page(entries[0].name)

    def set_alone(self, alone: bool) -> None:
        """The page being shown has the window for itself: no navigation leads away from it."""
        self._nav.setVisible(not alone)
        self._status.setVisible(not alone)

    def open_page(self, name: str) -> None:
        """Show a page; the one before is told to save."""
        page = self._pages[name]
        before = self._stack.currentWidget()
        if isinstance(before, Page) and before is not page:
            before.leave()
        self._stack.setCurrentWidget(page)
        if name in self._buttons:
            self._buttons[name].setChecked(True)
        page.refresh()
        self.page_opened.emit(name)

    @property
    def is_alone(self) -> bool:
        """Does nothing lead away from the page being shown?"""
        return self._nav.isHidden()

    @property
    def current_page(self) -> Page | None:
        """The page being shown."""
        page = self._stack.currentWidget()
        return page if isinstance(page, Page) else None

    def page(self, name: str) -> Page:
        """A page by its name. Raises ``KeyError`` when the role has no such page."""
        return self._pages[name]

    def has_page(self, name: str) -> bool:
        """Does the role have this page?"""
        return name in self._pages

    @property
    def current_name(self) -> str:
        """The name of the page being shown."""
        shown = self.current_page
        return next((name for name, page in self._pages.items() if page is shown), "")

    def hold(self) -> dict[str, Held]:
        """What the pages must not lose when they are taken away at once, by their names."""
        held = {name: page.hold() for name, page in self._pages.items()}
        return {name: one for name, one in held.items() if one is not None}

    @property
    def unsettled_page(self) -> str | None:
        """The name of a page on which something typed is not safe yet."""
        return next((name for name, page in self._pages.items() if not page.is_settled), None)

    def show_counts(self, *, unsent: int, badges: dict[str, int]) -> None:
        """The red number that must become 0, and small numbers beside navigation entries."""
        self._status.show_unsent(unsent)
        for name, number in badges.items():
            if (button := self._buttons.get(name)) is not None:
                title = button.property("title")
                button.setText(f"{title}   {number}" if number else title)

    # -- making --

    def _make_banner(self) -> QLabel:
        banner = QLabel(self.tr("TẬP HUẤN – dữ liệu không có thật"))
        banner.setObjectName("training_banner")
        banner.setAlignment(Qt.AlignmentFlag.AlignCenter)
        banner.hide()
        return banner

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        bar = QVBoxLayout()
        bar.setContentsMargins(20, 6, 20, 0)
        bar.addWidget(self.message_bar)
        right.addLayout(bar)
        right.addWidget(self._stack, 1)
        right.addWidget(self._status)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._nav)
        middle.addLayout(right, 1)
        self._fill_nav()
        layout = QVBoxLayout(self)
        # A page that wants more than the screen has scrolls; it never pushes the window wider.
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._banner)
        layout.addLayout(middle, 1)

    def _fill_nav(self) -> None:
        sign = QLabel()
        icons.put(sign, "book", tint="nav_text", size=26)
        name = QLabel(self.tr("Sổ An Sinh"))
        name.setObjectName("nav_title")
        head = QHBoxLayout()
        head.setContentsMargins(8, 6, 0, 14)
        head.setSpacing(10)
        head.addWidget(sign)
        head.addWidget(name, 1)
        lock = QPushButton(self.tr("Khóa sổ"))
        lock.setObjectName("button:lock")
        lock.setProperty("kind", "nav")
        icons.dress(lock, "lock", tint="nav_text", size=20)
        # A button's own shortcut would show the button pressed for a moment before it acts.
        bind(self, "Ctrl+L", self.lock_asked.emit, context=Qt.ShortcutContext.WindowShortcut)
        lock.setToolTip(self.tr("Đóng sổ và trở về màn hình mật khẩu (Ctrl+L)"))
        lock.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        lock.clicked.connect(self.lock_asked)
        self._nav_buttons.setSpacing(4)
        self._nav_care.setSpacing(2)
        layout = QVBoxLayout(self._nav)
        layout.setContentsMargins(10, 14, 10, 12)
        layout.addLayout(head)
        layout.addLayout(self._nav_buttons)
        layout.addStretch(1)
        layout.addWidget(self._care_title)
        layout.addLayout(self._nav_care)
        layout.addSpacing(8)
        layout.addWidget(lock)

    def _add(self, entry: Entry) -> None:
        self._pages[entry.name] = entry.page
        self._stack.addWidget(entry.page)
        if not entry.title:
            return
        button = QPushButton(entry.title)
        button.setObjectName(f"button:nav_{entry.name}")
        button.setProperty("kind", "nav")
        button.setProperty("title", entry.title)
        button.setProperty("page_name", entry.name)
        icons.dress(button, entry.icon, tint="nav_text", size=20)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setShortcut(entry.key or f"Alt+{len(self._buttons) + 1}")
        button.clicked.connect(self._open_clicked)
        self._group.addButton(button)
        self._buttons[entry.name] = button
        (self._nav_buttons if entry.is_daily else self._nav_care).addWidget(button)

    def _clear(self) -> None:
        """Pages of the former role are closed for good."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            button.deleteLater()
        self._buttons.clear()
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.setParent(None)
            page.deleteLater()
        self._pages.clear()
        self.message_bar.hide()

    def _open_clicked(self) -> None:
        button = self.sender()
        if button is not None:
            self.open_page(str(button.property("page_name")))

    # -- Qt --

    def closeEvent(self, event: QCloseEvent) -> None:
        """Not before everything typed is safe; the page that is not is shown instead."""
        if self._may_close():
            event.accept()
        else:
            event.ignore()


class _StatusLine(QFrame):
    """User, office, what is only on this machine, and that the file is locked away."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status_line")
        self._user = QLabel()
        self._office = QLabel()
        self._unsent = QLabel()
        self._unsent.setObjectName("status:unsent")
        self._lock = QLabel(self.tr("Sổ mã hóa, đang mở"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 4, 20, 4)
        layout.setSpacing(8)
        layout.addWidget(self._picture("person"))
        layout.addWidget(self._user)
        layout.addSpacing(14)
        layout.addWidget(self._picture("house"))
        layout.addWidget(self._office)
        layout.addStretch(1)
        layout.addWidget(self._unsent)
        layout.addSpacing(14)
        layout.addWidget(self._picture("lock"))
        layout.addWidget(self._lock)

    def show_place(self, place: Place) -> None:
        """Who works here."""
        self._user.setText(place.user)
        self._office.setText(place.office or self.tr("Chưa kết nối với tỉnh"))

    def show_unsent(self, unsent: int) -> None:
        """How many changes are only on this machine."""
        if unsent:
            self._unsent.setText(self.tr("{n} thay đổi chỉ có trên máy này").format(n=unsent))
        else:
            self._unsent.setText(self.tr("Mọi thay đổi đã có biên nhận"))
        theme.restyle(self._unsent, kind="warning" if unsent else "good")

    @staticmethod
    def _picture(name: str) -> QLabel:
        label = QLabel()
        icons.put(label, name, tint="muted", size=16)
        return label
