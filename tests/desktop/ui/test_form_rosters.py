"""A roster on the page while other devices write in it too."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop.domain.people import PersonId
from desktop.domain.records import TodoKind
from desktop.store.inbox import RegisterInbox
from forms.definition import Answer
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Clash, Row
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_form_entry import open_form
from tests.desktop.ui.world import clock, make_register

HOME_LIST = "tt07_2021_hn"
_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with nobody in the register yet."""
    make_register(tmp_path / "so").close()
    return open_desk(tmp_path / "so")


def begun_home(hands: Hands) -> tuple[PersonId, str]:
    """A household's list of two, saved and still on the page."""
    open_form(hands, HOME_LIST)
    hands.form_view.take(
        {
            "members[1]/full_name": "Điểu An",
            "members[1]/relation_to_head": "1",
            "members[2]/full_name": "Điểu Bình",
        }
    )
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    sheet = hands.form._sheet
    assert sheet is not None and sheet.opened.person_id is not None
    return sheet.opened.person_id, str(sheet.opened.record_id)


def elsewhere(hands: Hands, person_id: PersonId, **changes: Answer) -> None:
    """As if another device had saved it while the page stands open; ``None`` takes away."""
    services = hands.desktop.services
    assert services is not None
    opened = services.records.open(person_id, form_id=HOME_LIST)
    named = {name.replace("__", "/"): value for name, value in changes.items()}
    answers = {**opened.answers, **named}
    kept = {path: value for path, value in answers.items() if value is not None}
    services.records.save(opened, answers=kept, confirmations=opened.confirmations)


def test_people_added_and_removed_on_another_device_are_taken_over(hands: Hands) -> None:
    person_id, _ = begun_home(hands)
    gone = {path: None for path in hands.form_view.answers() if path.startswith("members[2]/")}
    elsewhere(hands, person_id, **gone, **{"members[3]/full_name": "Điểu Cúc"})
    hands.form_view.focus_question("members[1]/full_name")
    hands.press(Qt.Key.Key_End)
    hands.type(" Em")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert hands.form_view.paper.filling.instances("members") == ("members[1]", "members[3]")
    assert hands.form_view.value("members[3]/full_name") == "Điểu Cúc"
    assert stored_names(hands, person_id) == {"members[1]": "Điểu An Em", "members[3]": "Điểu Cúc"}


def stored_names(hands: Hands, person_id: PersonId) -> dict[str, Answer]:
    services = hands.desktop.services
    assert services is not None
    answers = services.records.open(person_id, form_id=HOME_LIST).answers
    return {path[:10]: v for path, v in answers.items() if path.endswith("]/full_name")}


def test_somebody_removed_here_stays_away_and_an_empty_line_is_kept(hands: Hands) -> None:
    person_id, _ = begun_home(hands)
    hands.form_view.focus_question("members[1]/full_name")
    hands.press(Qt.Key.Key_F6, _SHIFT)
    hands.press(Qt.Key.Key_F6)  # one more, nothing typed yet
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert stored_names(hands, person_id) == {"members[2]": "Điểu Bình"}
    open_form(hands, HOME_LIST, person_id)
    assert hands.form_view.paper.filling.instances("members") == ("members[2]", "members[3]")


def test_another_value_in_a_roster_stands_beside_ones_own_and_can_be_taken(hands: Hands) -> None:
    person_id, record_id = begun_home(hands)
    services = hands.desktop.services
    assert services is not None
    record = services.register.document(record_id)
    assert record is not None
    clash = Clash(value="Điểu Ân", by="Tổ Hai", at="2026-11-20T08:00:00+07:00", op="x")
    row = Row(
        bucket=record.bucket,
        position=1,
        document_type=DocumentType.RECORD.value,
        document_id=record_id,
        version=record.version + 1,
        fields=dict(record.fields),
        clashes={"answers.members[1]/full_name": [clash]},
    )
    inbox = RegisterInbox(services.register, clock=clock, author="")
    inbox.apply_page(rows=[row], grants=[], drops=[], cursors={record.bucket: 1})
    [todo] = [one for one in services.todos.list() if one.kind is TodoKind.CLASH]
    assert (todo.form_id, todo.path) == (HOME_LIST, "members[1]/full_name")
    hands.form.open_person(person_id, form_id=todo.form_id, path=todo.path)
    hands.settle()
    assert hands.question == "members[1]/full_name"
    hands.click("button:take:members[1]/full_name:0")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert stored_names(hands, person_id)["members[1]"] == "Điểu Ân"
    assert [one for one in services.todos.list() if one.kind is TodoKind.CLASH] == []
