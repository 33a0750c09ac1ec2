"""A search is told once it stands, by its kind and how many were found."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.domain.ledger import SearchKind
from desktop.ui.search_teller import SearchTeller, kind_of


def test_typing_a_name_is_one_search(qtbot: QtBot) -> None:
    told: list[tuple[str, int]] = []
    parent = QObject()
    teller = SearchTeller(tell=lambda kind, found: told.append((kind, found)), parent=parent)
    for number, text in enumerate(("", "n", "ng", "ngu")):
        teller.found(text, 100 - number, text=text, is_narrowed=False)
    assert told == []
    qtbot.waitUntil(lambda: bool(told))
    assert told == [("name", 97)]
    teller.found("ngu", 97, text="ngu", is_narrowed=False)  # shown again
    teller.flush()
    assert told == [("name", 97)]
    teller.found("003", 1, text="003", is_narrowed=True)
    teller.flush()
    assert told == [("name", 97), ("number", 1)]


@pytest.mark.parametrize(
    ("text", "is_narrowed", "kind"),
    [
        ("", False, None),
        ("  ", False, None),
        ("", True, SearchKind.FILTER),
        ("lan", True, SearchKind.NAME),
        ("0031", False, SearchKind.NUMBER),
    ],
)
def test_the_kind_of_a_search(text: str, is_narrowed: bool, kind: SearchKind | None) -> None:
    assert kind_of(text, is_narrowed=is_narrowed) is kind
