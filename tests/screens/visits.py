"""Where there is something to see: every page of the navigation, and pages that lead further."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.demo import play
from desktop.demo.people import KHUY, KIEN
from desktop.demo.typist import Typist
from desktop.ui.page import Page
from desktop.ui.widgets.card_list import CardList
from sync.protocol.documents import Role

_CONTROL = Qt.KeyboardModifier.ControlModifier
_NAV = "button:nav_"


@dataclass(frozen=True, slots=True)
class Visit:
    """One picture: its name, and how to come there."""

    name: str
    go: Callable[[Typist], None]


def visits(typist: Typist, role: Role) -> Iterator[Visit]:
    """Every page that this role's navigation has now, and what lies behind it."""
    for page in _pages(typist):
        yield Visit(page, lambda one, page=page: play.go_to(one, page))  # type: ignore[misc]
    if role is Role.OFFICER:
        yield from _OFFICER
    yield Visit("locked", _lock)


def _pages(typist: Typist) -> list[str]:
    buttons = typist.desktop.window.findChildren(QPushButton)
    names = (button.objectName() for button in buttons if not button.isHidden())
    return [name.removeprefix(_NAV) for name in names if name.startswith(_NAV)]


def _search(typist: Typist) -> None:
    play.go_to(typist, "people")
    typist.fill("input:search", "nguyen")
    count = typist.find(QLabel, "people:count")
    typist.wait_for(lambda: count.text() != "", what="people are found")


def _nobody(typist: Typist) -> None:
    play.go_to(typist, "people")
    typist.fill("input:search", "khong co ai")
    count = typist.find(QLabel, "people:count")
    typist.wait_for(lambda: count.text() == "0 người", what="nobody is found")


def _household(typist: Typist) -> None:
    play.go_to(typist, "people")
    typist.fill("input:search", "")
    typist.settle()
    typist.press(Qt.Key.Key_F3, at=typist.desktop.window.current_page)
    typist.find(Page, "page:household")
    typist.settle()


def _new_sheet(typist: Typist) -> None:
    play.go_to(typist, "people")
    typist.fill("input:search", "")
    typist.press(Qt.Key.Key_N, _CONTROL, at=typist.desktop.window.current_page)
    typist.find(Page, "page:form")
    typist.settle()


def _full_sheet(typist: Typist) -> None:
    play.fill_sheet(typist, KHUY)


def _returned(typist: Typist) -> None:
    play.go_to(typist, "people")
    todos = typist.find(CardList, "list:todos")
    typist.wait_for(lambda: todos.cards.rowCount() > 0, what="there is something to do")
    todos.setFocus()
    play.walk_to(typist, todos, title=KIEN.name, badge="Bị trả lại")
    typist.press(Qt.Key.Key_Return, at=todos)
    typist.find(Page, "page:form")
    typist.settle()


def _lock(typist: Typist) -> None:
    typist.desktop.lock()
    typist.settle()


_OFFICER = (
    Visit("people-found", _search),
    Visit("people-nobody", _nobody),
    Visit("household", _household),
    Visit("form-new", _new_sheet),
    Visit("form-full", _full_sheet),
    Visit("form-returned", _returned),
)
