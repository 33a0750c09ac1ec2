"""Models keep Qt's own rules, and fetch page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QObject, Qt
from pytestqt.modeltest import ModelTester

from desktop.domain.people import CheckState, PersonId, PersonRow, RecordStatus
from desktop.ui.models.cards import CARD_ROLE, Card, CardsModel
from desktop.ui.models.people_columns import PeopleColumns, identity_tint
from desktop.ui.models.rows import Column, RowsModel
from sync.protocol.life import Presence

SOMEBODY = PersonRow(
    person_id=PersonId("a"),
    full_name="Trần Văn Ổn",
    birth_date="1990-03",
    sex="1",
    id_number="003190000017",
    hamlet="Ấp 1",
    household_code="01-00001",
    head_name="Trần Văn Ổn",
    status=RecordStatus.NONE,
    check=CheckState.NOT_ASKED,
    flags=0,
    clashes=0,
)


@pytest.mark.parametrize(
    ("row", "words", "tint"),
    [
        (SOMEBODY, "", "muted"),
        (replace(SOMEBODY, flags=1), "Có nghi vấn", "warning"),
        (replace(SOMEBODY, clashes=1, flags=1), "Hai máy khác nhau", "warning"),
        (replace(SOMEBODY, check=CheckState.WAITING, clashes=1), "Chờ công an", "info"),
        (replace(SOMEBODY, check=CheckState.NOT_FOUND), "Không có thông tin", "error"),
        (
            replace(SOMEBODY, presence=Presence.DEAD, check=CheckState.DIFFERS),
            "Đã mất",
            "muted",
        ),
    ],
)
def test_a_list_says_of_each_person_what_matters_most_about_the_identity(
    row: PersonRow, words: str, tint: str
) -> None:
    parent = QObject()
    assert PeopleColumns(parent).identity().text(row) == words
    assert identity_tint(row) == tint


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
