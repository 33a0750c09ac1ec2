"""Somebody new on the form page: who is here already is offered before anybody is made twice."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop.jobs.runner import READ_THREADS
from desktop.store.people import count_people
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
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


@pytest.fixture
def offered(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """Somebody new is half-typed, and the number is that of a person of the register."""
    register = make_register(tmp_path / "so")
    records = records_of(register)
    records.save(records.open(None), answers=EMPLOYED, confirmations={})
    register.close()
    hands = open_desk(tmp_path / "so")
    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    hands.fill("question:identity/id_number", EMPLOYED["identity/id_number"])
    hands.enter()
    hands.settle()
    assert hands.sees("already_here")
    return hands


def half_typed_names(hands: Hands) -> list[str]:
    """The names of the drafts that wait for who works here."""
    assert hands.desktop.services is not None
    return [draft.full_name for draft in hands.desktop.services.drafts.own()]


def test_what_is_typed_while_a_draft_is_being_written_stays_a_draft_to_the_last_letter(
    offered: Hands,
) -> None:
    services = offered.desktop.services
    assert services is not None
    with services.register.writing_paused():  # a slow disk
        offered.fill("question:identity/full_name", "Ten Go Nha")
        offered.form._writer.flush()
        offered.type("m")
        offered.press(Qt.Key.Key_F5)
    offered.settle()
    assert offered.text("question:identity/full_name") == EMPLOYED["identity/full_name"]
    assert half_typed_names(offered) == ["Ten Go Nham"]
    assert count_people(services.register) == 1


def test_a_key_pressed_while_the_person_found_is_being_read_leaves_the_draft(
    offered: Hands,
) -> None:
    services = offered.desktop.services
    assert services is not None
    offered.fill("question:identity/full_name", "Ten Go Nham")
    with services.register.shut():
        offered.press(Qt.Key.Key_F5)
        offered.press(Qt.Key.Key_Tab)
        offered.form._writer.flush()  # a pause ends
    offered.settle()
    assert offered.text("question:identity/full_name") == EMPLOYED["identity/full_name"]
    assert half_typed_names(offered) == ["Ten Go Nham"]


def test_who_is_saved_before_the_register_was_asked_is_not_told_of_herself(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    hands = open_desk(tmp_path / "so")
    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    may_read = threading.Event()
    for _ in range(READ_THREADS):  # longer queries than a save
        hands.desktop.jobs.run(hands.window, may_read.wait)
    try:
        hands.fill("question:identity/full_name", EMPLOYED["identity/full_name"])
        hands.enter()
        hands.fill("question:identity/id_number", EMPLOYED["identity/id_number"])
        hands.enter()
        with hands.qtbot.waitSignal(hands.form.form_saved):
            hands.press(Qt.Key.Key_S, _CONTROL)
    finally:
        may_read.set()
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    assert count_people(services.register) == 1
    assert not hands.sees("finding:ID_013:identity/id_number")
    assert not hands.sees("already_here")
