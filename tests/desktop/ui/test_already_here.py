"""Somebody new on the form page: who is here already is offered before anybody is made twice."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from desktop.store.people import count_people
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import EMPLOYED, make_register, records_of

_CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_number_typed_for_somebody_new_offers_who_has_it(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    register = make_register(tmp_path / "so")
    records = records_of(register)
    records.save(records.open(None), answers=EMPLOYED, confirmations={})
    register.close()
    hands = open_desk(tmp_path / "so")
    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    hands.fill("question:identity/full_name", "Ten Go Nham")
    hands.enter()
    hands.settle()
    assert not hands.sees("already_here")
    hands.fill("question:identity/id_number", EMPLOYED["identity/id_number"])
    hands.enter()
    hands.settle()
    hands.qtbot.waitUntil(lambda: hands.sees("already_here"))
    assert EMPLOYED["identity/full_name"] in hands.text("already_here:who")
    assert "cùng số định danh" in hands.text("already_here:who")
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_F5)
    hands.settle()
    assert hands.text("question:identity/full_name") == EMPLOYED["identity/full_name"]
    assert not hands.sees("already_here")
    services = hands.desktop.services
    assert services is not None
    assert count_people(services.register) == 1  # nobody was made
    assert [draft.full_name for draft in services.drafts.own()] == ["Ten Go Nham"]


def test_a_name_with_the_year_offers_too_and_somebody_else_may_be_new(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    register = make_register(tmp_path / "so")
    records = records_of(register)
    records.save(records.open(None), answers=EMPLOYED, confirmations={})
    register.close()
    hands = open_desk(tmp_path / "so")
    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    hands.fill("question:identity/full_name", "nguyen thi hong hanh")
    hands.enter()
    hands.fill("question:identity/birth_date", "1988")
    hands.enter()
    hands.settle()
    hands.qtbot.waitUntil(lambda: hands.sees("already_here"))
    hands.fill("question:identity/birth_date", "1950")
    hands.enter()
    hands.settle()
    hands.qtbot.waitUntil(lambda: not hands.sees("already_here"))
