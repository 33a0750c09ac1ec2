"""Narrowing the list: choices with counts, ages, filters kept under names; half-typed forms."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit

from desktop.domain.drafts import Edited, FormDraft
from desktop.services.drafts import Drafts
from desktop.services.people import People
from desktop.ui.models.cards import Card
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.table import Table
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import USER, clock, make_register

_FORM, _VERSION = "tt11_2022_m03", "2022-08-15"


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """A list with the filters open; two half-typed forms wait, one of them for another user."""
    make_register(tmp_path / "so", count=30).close()
    hands = open_desk(tmp_path / "so")
    services = hands.desktop.services
    assert services is not None
    for number, (author, name) in enumerate(((USER, "Trần Văn Ổn"), ("Huệ", "Lê Thị Nhạn"))):
        edits = {"identity/full_name": Edited(None, name)}
        draft = FormDraft(f"draft-{number}", 1, _FORM, _VERSION, full_name=name, edits=edits)
        Drafts(register=services.register, author=author, clock=clock).keep(draft)
    hands.page("people").refresh()
    hands.settle()
    hands.click("button:more_filters")
    return hands


def people(hands: Hands) -> People:
    """What the list asks."""
    assert hands.desktop.services is not None
    return hands.desktop.services.people


def shown(hands: Hands, column: int) -> set[str]:
    """What stands in a column of the list."""
    model = hands.find(Table, "table:people").model()
    return {str(model.index(row, column).data()) for row in range(model.rowCount())}


def pick(hands: Hands, name: str, number: int) -> str:
    """Choose an item of a list; gives its value."""
    choice = hands.find(QComboBox, name)
    choice.setFocus()
    choice.setCurrentIndex(number)
    choice.activated.emit(number)
    hands.settle()
    return str(choice.currentData())


def total(hands: Hands) -> int:
    """The number beside the search line."""
    return int(hands.text("people:count").split()[0])


def test_each_hamlet_has_its_count_and_narrows_the_list_to_it(hands: Hands) -> None:
    everybody = total(hands)
    choice = hands.find(QComboBox, "choice:hamlet")
    counts = [
        int(choice.itemText(n).rpartition("(")[2].rstrip(")")) for n in range(1, choice.count())
    ]
    assert len(counts) > 1
    assert sum(counts) == everybody
    hamlet = pick(hands, "choice:hamlet", 1)
    assert shown(hands, 3) == {hamlet}
    assert total(hands) == counts[0]
    hands.click("button:clear_filters")
    hands.settle()
    assert total(hands) == everybody


def test_an_age_on_a_day_is_typed_and_a_day_that_is_none_does_not_stay(hands: Hands) -> None:
    hands.fill("input:age_from", "80")
    hands.enter()
    hands.settle()
    born = {text[-4:] for text in shown(hands, 1)}
    assert born
    assert max(born) <= "1946"
    hands.fill("input:age_on", "31/02")
    hands.enter()
    assert hands.text("input:age_on") == ""


def test_a_filter_kept_under_a_name_holds_again_and_can_be_renamed_and_deleted(
    hands: Hands,
) -> None:
    hamlet = pick(hands, "choice:hamlet", 1)
    narrowed = total(hands)
    hands.fill("input:saved_filter", "Thon minh")
    hands.click("button:keep_filter")
    hands.settle()
    hands.click("button:clear_filters")
    hands.settle()
    assert total(hands) > narrowed
    kept = hands.find(QComboBox, "choice:saved_filter")
    pick(hands, "choice:saved_filter", kept.findText("Thon minh"))
    assert (total(hands), shown(hands, 3)) == (narrowed, {hamlet})

    hands.fill("input:saved_filter", "Thon nha")
    hands.click("button:rename_filter")
    hands.settle()
    assert [saved.name for saved in people(hands).saved_filters()] == ["Thon nha"]
    hands.click("button:forget_filter")
    hands.settle()
    assert people(hands).saved_filters() == []
    assert not hands.find(QAbstractButton, "button:forget_filter").isEnabled()


def test_a_number_that_nobody_with_the_filter_has_ends_in_an_empty_list(hands: Hands) -> None:
    pick(hands, "choice:missing", 1)  # who has no number
    hands.fill("input:search", "003")
    hands.qtbot.waitUntil(lambda: hands.text("people:count") == "0 người")
    assert hands.find(Table, "table:people").model().rowCount() == 0
    hands.enter()  # opens nobody
    hands.settle()
    assert hands.sees("page:people")


def cards(hands: Hands) -> list[Card]:
    """The panel beside the list."""
    model = hands.find(CardList, "list:todos").cards
    return [model.card(row) for row in range(model.rowCount())]


def test_half_typed_forms_wait_beside_the_list_and_enter_opens_the_own_one(hands: Hands) -> None:
    own, *_, of_another = cards(hands)
    assert own.title == "Phiếu đang gõ dở: Trần Văn Ổn"
    panel = hands.find(CardList, "list:todos")
    panel.choose(0)
    panel.setFocus()
    hands.enter()
    hands.settle()
    assert hands.sees("page:form")
    assert of_another.title == "Phiếu gõ dở của Huệ"


def test_of_another_users_form_the_list_says_whose_and_when_and_no_more(hands: Hands) -> None:
    said = "\n".join(
        [str(card) for card in cards(hands)]
        + [label.text() for label in hands.window.findChildren(QLabel)]
        + [line.text() for line in hands.window.findChildren(QLineEdit)]
    )
    assert "Nhạn" not in said
    assert cards(hands)[-1].lines == ("Gõ lúc 09:30 20/11/2026, chưa lưu",)
    panel = hands.find(CardList, "list:todos")
    panel.choose(len(cards(hands)) - 1)
    panel.setFocus()
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")
