"""The drawn form and the filling say the same, whatever is edited, added and taken away."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.forms.form_view import FormView
from desktop.ui.forms.outline import Outline, is_drawn, plain
from desktop.ui.forms.paper import Paper
from desktop.ui.forms.row_writer import Notes
from forms.definition import Answer, QuestionType
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from forms.runtime.engine import Filling
from tests.support.filled_forms import complete

FORMS = FormRegistry.bundled()
TABLES = IdentityTables.load(training=True)
TODAY = date(2026, 11, 20)
#: Repeats, groups that depend on answers, long lists, calculations that are shown.
SEVERAL = ("qt3936_2023_merit", "tt07_2021_hn", "nd20_2021_btxh", "hd5234_2022_tk")

_SHOWN: list[QWidget] = []


def filling_of(form_id: str, answers: dict[str, Answer] | None = None) -> Filling:
    form = FORMS.get(form_id, FORMS.versions(form_id)[-1])
    return Filling(form, on=TODAY, tables=TABLES, answers=answers or {})


def show(qtbot: QtBot, filling: Filling) -> FormView:
    """The form in a window of the size it has in the program."""
    window = QWidget()
    qtbot.addWidget(window, before_close_func=lambda _window: _SHOWN.clear())
    _SHOWN.append(window)  # nothing else holds it
    window.resize(1126, 560)
    view = FormView(definition=filling.form.definition)
    view.setParent(window)
    view.resize(window.size())
    view.show_filling(filling, confirmations={}, notes=Notes())
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: view.is_drawn)
    for box in view._canvas.boxes.values():
        box.unfold()
    return view


def drawn(view: FormView) -> set[str]:
    """The paths whose questions stand on the page, seen or scrolled away."""
    view_rows = view._canvas.rows
    return {path for path, row in view_rows.items() if row.isVisibleTo(view)}


def asked(view: FormView) -> set[str]:
    """The paths that the filling asks and that are drawn, of the instances that are open."""
    found = set()
    opened = {roster.opened for roster in view._canvas.rosters.values()}
    for path in view.paper.filling.walk():
        question = view.outline.question(path)
        if question is None or not is_drawn(question):
            continue
        around = path.rpartition("]")[0]
        if not around or f"{around}]" in opened:
            found.add(path)
    return found


def listed(view: FormView) -> set[str]:
    """The instances that stand in the lists of rosters."""
    return {
        one
        for roster in view._canvas.rosters.values()
        if roster.isVisibleTo(view)
        for one in roster.instances
    }


def edit(view: FormView, source: random.Random) -> None:
    """One answer of a question that is asked, as an officer gives it."""
    path = source.choice([p for p in view.paper.stops() if view.outline.question(p)])
    question = view.outline.question(path)
    assert question is not None
    choices = view.paper.filling.choices(path) if question.list_name else ()
    value: Answer = None
    if choices and question.type is QuestionType.SELECT_MULTIPLE:
        chosen = source.sample(choices, k=source.randrange(len(choices) + 1))
        value = " ".join(choice.code for choice in chosen) or None
    elif choices:
        value = source.choice(choices).code
    elif question.type is QuestionType.DATE:
        value = source.choice(["1950", "1988-03", "2015-06-01", "2026-11-01", None])
    elif question.type in (QuestionType.INTEGER, QuestionType.DECIMAL):
        value = source.choice([0, 3, 85, None])
    else:
        value = source.choice(["Suối Mẫu", "003188000017", None])
    row = view._canvas.row(path)
    assert row is not None and row.editor is not None, path
    row.editor.show_value(value)
    row.editor.edited.emit()
    view.answers()


def act(view: FormView, source: random.Random) -> None:
    """An edit, or something with a roster."""
    rosters = [r for r in view._canvas.rosters.values() if r.isVisibleTo(view)]
    what = source.randrange(8) if rosters else 0
    if what < 5:
        edit(view, source)
    elif what == 5:
        source.choice(rosters).add_asked.emit()
    elif what == 6:
        roster = source.choice(rosters)
        if roster.instances:
            roster.instance_asked.emit(source.choice(roster.instances))
    else:
        source.choice(rosters).removal_asked.emit()


@pytest.mark.parametrize("form_id", SEVERAL)
def test_what_stands_on_the_page_is_what_the_filling_asks(qtbot: QtBot, form_id: str) -> None:
    source = random.Random(20261122)
    view = show(qtbot, filling_of(form_id, complete(form_id)))
    for number in range(40):
        act(view, source)
        assert drawn(view) == asked(view), f"after {number + 1}"
        walked = set(view.paper.filling.walk())
        instances = {p for p in walked if p.endswith("]") and plain(p) in view.outline.repeats}
        assert listed(view) == instances
        for path in drawn(view):
            editor = view._canvas.rows[path].editor
            if editor is not None and view.outline.takes_answer(path):
                assert editor.value() == view.value(path), path


def members(count: int) -> dict[str, Answer]:
    """A household or a home with so many people."""
    answers = dict(complete("tt07_2021_hn"))
    answers = {path: value for path, value in answers.items() if not path.startswith("members")}
    for number in range(1, count + 1):
        before = f"members[{number}]/"
        answers |= {
            f"{before}full_name": f"Điểu Thị {'ABCDEGHIK'[number % 9]}",
            f"{before}relation_to_head": "1" if number == 1 else "3",
            f"{before}birth_date": f"{1940 + number % 80}",
            f"{before}sex": str(1 + number % 2),
        }
    return answers


@pytest.fixture
def home(qtbot: QtBot) -> Iterator[FormView]:
    """A home of 200."""
    yield show(qtbot, filling_of("tt07_2021_hn", members(200)))


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focused(), key, modifiers)


def at() -> str:
    return focused().objectName().removeprefix("question:")


def test_of_two_hundred_people_only_one_is_drawn(home: FormView) -> None:
    before = len(home.findChildren(QWidget))
    for number in (200, 7, 113):
        assert home.focus_question(f"members[{number}]/full_name")
        assert at() == f"members[{number}]/full_name"
        line = focused()
        assert isinstance(line, QLineEdit)
        assert line.text() == home.value(f"members[{number}]/full_name")
    assert len(home.findChildren(QWidget)) < before + 200
    roster = home._canvas.rosters["members"]
    assert len(roster.instances) == 200
    assert roster.model.data(roster.model.index(112)) is not None
    assert {p for p in drawn(home) if p.startswith("members")} <= {
        p for p in home.paper.order() if p.startswith("members[113]/")
    }


def test_enter_walks_out_of_one_person_into_the_next_and_back(home: FormView) -> None:
    home.focus_question("members[3]/member_note")
    press(Qt.Key.Key_Return)
    assert at() == "members[4]/full_name"
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert at() == "members[3]/member_note"
    home.focus_question("members[200]/member_note")
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "end:members"
    press(Qt.Key.Key_Return)
    assert at() == "roster/member_count"
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert focused().objectName() == "end:members"


def test_a_person_is_added_removed_and_brought_back_with_every_answer(home: FormView) -> None:
    before = home.answers()
    home.focus_question("members")
    press(Qt.Key.Key_1)
    assert at() == "members[201]/full_name"
    QTest.keyClicks(focused(), "Dieu Thi Moi")
    press(Qt.Key.Key_Return)
    assert home.value("members[201]/full_name") == "Dieu Thi Moi"
    home.focus_question("members[3]/full_name")
    QTest.keyClick(focused(), Qt.Key.Key_End)
    QTest.keyClicks(focused(), "x")  # not left yet
    typed = f"{before['members[3]/full_name']}x"
    press(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert at() == "members[4]/full_name"
    assert not [path for path in home.answers() if path.startswith("members[3]")]
    press(Qt.Key.Key_F6, Qt.KeyboardModifier.ControlModifier)
    assert at() == "members[3]/full_name"
    after = home.answers()
    assert after["members[3]/full_name"] == typed
    same = {path for path in before if before[path] == after.get(path)}
    assert before.keys() - same <= {
        "members[3]/full_name",
        "roster/listed_count",
        "members[3]/head_part",
    }


def test_the_list_of_a_roster_opens_with_enter_and_removes_with_delete(home: FormView) -> None:
    home.focus_question("members[5]/sex")
    press(Qt.Key.Key_F7)
    assert focused().objectName() == "roster:members"
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert at() == "members[6]/full_name"
    press(Qt.Key.Key_F7)
    press(Qt.Key.Key_Delete)
    assert "members[6]" not in home.paper.order()
    assert at() == "members[7]/full_name"


def test_letters_fade_the_options_and_enter_takes_the_first_that_is_left(qtbot: QtBot) -> None:
    view = show(qtbot, filling_of("tt07_2021_hn", members(1)))
    view.focus_question("members[1]/relation_to_head")
    QTest.keyClicks(focused(), "vo")
    press(Qt.Key.Key_Return)
    assert view.value("members[1]/relation_to_head") == "2"
    assert at() == "members[1]/birth_date"


@pytest.mark.parametrize("form_id", SEVERAL)
def test_what_is_counted_on_the_way_is_what_is_counted_from_nothing(form_id: str) -> None:
    source = random.Random(7)
    filling = filling_of(form_id, complete(form_id))
    paper = Paper(outline=Outline(filling.form.definition), filling=filling, confirmations={})
    paper.show_all()
    for _ in range(60):
        path = source.choice([p for p in paper.stops() if paper.outline.question(p)])
        question = paper.outline.question(path)
        assert question is not None
        codes = [one.code for one in filling.choices(path)] if question.list_name else ["1", "85"]
        paper.answer(path, source.choice([*codes, None]))
        anew = Paper(outline=paper.outline, filling=filling, confirmations={})
        anew.show_all()
        assert paper.progress() == anew.progress()
        assert paper.order() == anew.order()
        assert (paper.stops(), paper.summary()) == (anew.stops(), anew.summary())


def test_what_is_being_typed_is_not_lost_when_a_line_is_added_or_something_else_refreshes(
    home: FormView,
) -> None:
    home.focus_question("members[3]/full_name")
    press(Qt.Key.Key_End)
    before = home.value("members[3]/full_name")
    QTest.keyClicks(focused(), " x")
    home.refresh_all()  # confirmations came, say
    line = focused()
    assert isinstance(line, QLineEdit)
    assert line.text() == f"{before} x"
    press(Qt.Key.Key_F6)  # at once, without a pause
    assert at() == "members[201]/full_name"
    assert home.value("members[3]/full_name") == f"{before} x"
    QTest.keyClicks(focused(), "Moi")
    press(Qt.Key.Key_F6)
    assert home.answers()["members[201]/full_name"] == "Moi"


def test_letters_that_look_for_an_option_outlive_a_refresh(home: FormView) -> None:
    home.focus_question("members[3]/ethnicity")
    QTest.keyClicks(focused(), "hmo")
    home.refresh_all()
    line = focused()
    assert isinstance(line, QLineEdit)
    assert line.text() == "hmo"
    press(Qt.Key.Key_Return)
    assert home.value("members[3]/ethnicity") == "08"


def test_doubts_about_a_line_of_a_roster_are_no_doubts_about_the_person(home: FormView) -> None:
    assert any(one.is_flag for path in home.paper.order() for one in home.paper.findings_at(path))
    assert home.summary().flags == 0
