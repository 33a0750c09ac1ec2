"""Models keep Qt's own rules, and fetch page by page."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from desktop.ui.models.cards import CARD_ROLE, Card, CardsModel
from desktop.ui.models.rows import Column, RowsModel


def numbers() -> RowsModel[int]:
    return RowsModel(
        columns=[
            Column("Số", str, align_right=True),
            Column("Bình phương", lambda n: str(n * n), tint=lambda n: "error" if n else "good"),
        ]
    )


def test_a_model_of_rows_is_sound_through_its_life(qtmodeltester: ModelTester) -> None:
    model = numbers()
    # Goes on listening to what follows; pytest-qt leaves this method untyped.
    qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]
    model.show_rows([1, 2, 3], total=5)
    model.append([4, 5])
    model.show_rows([])
    model.show_rows([6])


def test_cards_are_a_sound_model(qtmodeltester: ModelTester) -> None:
    model = CardsModel()
    model.show_cards([Card("a", "Lê Thị Mai", ("Ấp 1",), "Sai khác"), Card("b", "Y Bham")])
    qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]
    index = model.index(0)
    assert index.data(CARD_ROLE) == Card("a", "Lê Thị Mai", ("Ấp 1",), "Sai khác")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Lê Thị Mai, Sai khác, Ấp 1"
    assert (model.place_of("b"), model.place_of("c")) == (1, None)


def test_each_next_page_is_asked_once() -> None:
    model, asked = numbers(), list[int]()
    model.page_wanted.connect(asked.append)
    model.show_rows([1, 2], total=4)
    model.fetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert asked == [2]
    model.append([3, 4])
    assert not model.canFetchMore(QModelIndex())
    assert model.rows() == (1, 2, 3, 4)


def test_an_empty_page_ends_the_list() -> None:
    model = numbers()
    model.show_rows([1], total=10)
    model.append([])
    assert not model.canFetchMore(QModelIndex())
