"""One session at the real window, measured from inside: ``python -m tests.bench._ui_session DIR``.

Prints one JSON object: times of opening, of every key, and the keys that whole forms took.
"""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFormLayout, QLineEdit, QWidget

from desktop.app import Desktop, create_application
from desktop.services.records import Records
from desktop.ui.forms.form_view import FormView
from desktop.ui.pages.form_page import FormPage
from desktop.ui.pages.people_page import PeoplePage
from forms.definition import Answer, QuestionType
from tests.desktop.ui.world import CHEAP, PASSPHRASE, clock
from tests.support.filled_forms import complete

LARGEST = "nd20_2021_btxh"
ROSTER = "tt07_2021_hn"
MEMBERS = 200

_CONTROL = Qt.KeyboardModifier.ControlModifier
_ENTER, _F2 = Qt.Key.Key_Return, Qt.Key.Key_F2

#: A wage worker whose colleague was entered just before: "=" takes the colleague's answer.
WAGE_WORKER: Mapping[str, str] = {
    "qualification/general_education": "4",
    "qualification/technical_qualification": "6",
    "qualification/field_of_training": "Kế toán",
    "activity/economic_activity_status": "1",
    "employed/status_in_employment": "4",
    "employed/job": "=",
    "employed/insurance_participation": "1",
    "employed/insurance_kind": "1",
    "employed/has_contract": "1",
    "employed/contract_kind": "1",
    "employed/contract_started_on": "032019",
    "employed/workplace_name": "=",
    "employed/workplace_kind": "4",
    "employed/workplace_address": "=",
}
#: The same with every word typed.
WITHOUT_DITTO: Mapping[str, str] = {
    **WAGE_WORKER,
    "employed/job": "Kế toán viên",
    "employed/workplace_name": "Hợp tác xã Suối Mẫu",
    "employed/workplace_address": "Ấp 2, Xã Suối Mẫu",
}
#: Who works on the own land, as most people of a commune do; everything typed.
FARMER: Mapping[str, str] = {
    "qualification/general_education": "3",
    "qualification/technical_qualification": "1",
    "activity/economic_activity_status": "1",
    "employed/status_in_employment": "2",
    "employed/job": "Trồng lúa",
    "employed/insurance_participation": "2",
    "employed/workplace_kind": "1",
}


def telex_keys(letter: str) -> int:
    """How many keys a letter takes on a Vietnamese keyboard: ế is e, e, s."""
    parts = unicodedata.normalize("NFD", letter)
    return len(parts) + (letter in "đĐ")


class Session:
    """Hands at the window that know how long everything took.

    Attributes:
        keys: pressed so far, as on a Telex keyboard.
        times: milliseconds from each key to the repaint after it; ``cpu`` the same in CPU time.
    """

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop
        self.keys = 0
        self.times: list[float] = []
        self.cpu: list[float] = []

    @property
    def form(self) -> FormPage:
        """The page."""
        page = self.desktop.window.page("form")
        assert isinstance(page, FormPage)
        return page

    @property
    def people(self) -> PeoplePage:
        """The list."""
        page = self.desktop.window.page("people")
        assert isinstance(page, PeoplePage)
        return page

    @property
    def view(self) -> FormView:
        """The drawn form."""
        assert self.form.form_view is not None
        return self.form.form_view

    @property
    def question(self) -> str:
        """Where the keyboard is."""
        return focused().objectName().removeprefix("question:")

    def settle(self) -> None:
        """Let everything asked for be done, and all of the form be drawn."""
        self.desktop.jobs.wait_idle()
        self.until(lambda: self.form.form_view is None or self.view.is_drawn)

    def until(self, condition: Callable[[], bool]) -> None:
        """Turn the event loop."""
        ends = time.monotonic() + 60
        QApplication.processEvents()
        while not condition():
            assert time.monotonic() < ends
            QApplication.processEvents()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        """One key, until everything it changed is painted."""
        self.keys += 1
        held = Qt.KeyboardModifier.NoModifier if modifiers is None else modifiers
        self._timed(lambda: QTest.keyClick(focused(), key, held))

    def type(self, text: str) -> None:
        """Letters, put together as an input method leaves them."""
        for letter in text:
            self.keys += telex_keys(letter)
            self._timed(partial(_send, letter))

    def _timed(self, action: Callable[[], object]) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        action()
        QApplication.processEvents()
        self.times.append((time.perf_counter() - wall) * 1000)
        self.cpu.append((time.thread_time() - cpu) * 1000)

    def fill(self, answers: Mapping[str, str]) -> int:
        """Walk from the question with the keyboard to the last of these; the keys it took."""
        before, left = self.keys, dict(answers)
        while left:
            path = self.question
            text = left.pop(path, "")
            if text == "=":
                self.press(_F2)
            else:
                self.type(text)
            if left:
                self.press(_ENTER)
        return self.keys - before


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def _send(letter: str) -> None:
    key = Qt.Key(ord(letter.upper())) if letter.isascii() else Qt.Key.Key_unknown
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(focused(), event)


class Painted(QObject):
    """When the form was painted with its record."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.is_shown = False
        self.at = 0.0
        session.form.form_shown.connect(self._note_shown)

    def _note_shown(self) -> None:
        self.is_shown = True
        # A timer of nothing comes after the painting that the showing asked for.
        QApplication.processEvents()
        self._session.view.repaint()
        self.at = time.perf_counter()


def open_timed(session: Session, action: Callable[[], object]) -> float:
    """Milliseconds until a form stands painted on the screen."""
    painted = Painted(session)
    started = time.perf_counter()
    action()
    session.until(lambda: painted.at > 0)
    session.settle()
    return (painted.at - started) * 1000


def _open(session: Session, person_id: str, form_id: str = "") -> float:
    """As a line of the list opens a form."""
    opened = session.people.person_opened
    return open_timed(session, lambda: opened.emit(person_id, "", form_id))


def walk(session: Session, steps: int) -> None:
    """Through a form: the answer that is there again, a digit, some letters; Enter."""
    for _ in range(steps):
        question = session.view.outline.question(session.question)
        if (
            question is not None
            and question.list_name
            and question.type is not (QuestionType.SELECT_MULTIPLE)
        ):
            session.type("1")
        elif isinstance(focused(), QLineEdit):
            if question is not None and question.type in (QuestionType.TEXT,):
                session.type("Suoi")
        session.press(_ENTER)


def bare_keys() -> list[float]:
    """The same letters in a line of a window with nothing else."""
    window = QWidget()
    line = QLineEdit(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    times = []
    for _ in range(100):
        started = time.perf_counter()
        QTest.keyClick(line, Qt.Key.Key_A)
        QApplication.processEvents()
        times.append((time.perf_counter() - started) * 1000)
    return times


def bare_form(lines: int) -> float:
    """A column of plain labelled lines, made and painted."""
    started = time.perf_counter()
    window = QWidget()
    layout = QFormLayout(window)
    for number in range(lines):
        layout.addRow(f"Câu {number}", QLineEdit())
    window.show()
    QApplication.processEvents()
    return (time.perf_counter() - started) * 1000


def large_home(records: Records) -> str:
    """A household of so many, stored; the id it is kept under."""
    answers: dict[str, Answer] = dict(complete(ROSTER))
    answers = {path: one for path, one in answers.items() if not path.startswith("members")}
    for number in range(1, MEMBERS + 1):
        before = f"members[{number}]/"
        answers |= {
            f"{before}full_name": f"Điểu Thị {'ABCDEGHIK'[number % 9]}",
            f"{before}relation_to_head": "1" if number == 1 else "3",
            f"{before}birth_date": f"{1940 + number % 80}",
            f"{before}sex": str(1 + number % 2),
        }
    opened = records.open(None, form_id=ROSTER)
    saved = records.save(opened, answers={**opened.answers, **answers}, confirmations={})
    return saved.person_id


def measure(folder: Path) -> dict[str, object]:
    """Everything."""
    create_application(["bench"])
    desktop = Desktop(folder=folder, kdf_cost=CHEAP, clock=clock)
    desktop.show()
    desktop.window.activateWindow()
    session = Session(desktop)
    session.until(desktop.window.isActiveWindow)
    desktop.jobs.wait_idle()
    line = desktop.window.findChild(QLineEdit, "input:passphrase")
    assert line is not None
    line.setFocus()
    session.type(PASSPHRASE)
    session.press(_ENTER)
    session.until(lambda: desktop.services is not None)
    services = desktop.services
    assert services is not None
    session.settle()
    QTest.qWait(600)  # who has just unlocked looks for somebody
    session.settle()
    workers = list(services.people.search("lao dong", limit=9))
    first = _open(session, workers[0].person_id)
    session.fill(WITHOUT_DITTO)
    session.press(_ENTER, _CONTROL)
    session.settle()
    second = [_open(session, row.person_id) for row in workers[1:4]]
    keys = {}
    for name, answers, row in (
        ("keystrokes", WAGE_WORKER, workers[1]),
        ("keystrokes_without_ditto", WITHOUT_DITTO, workers[2]),
        ("keystrokes_farmer", FARMER, workers[3]),
    ):
        _open(session, row.person_id)
        before = session.keys
        session.fill(answers)
        session.press(_ENTER, _CONTROL)
        session.settle()
        keys[name] = session.keys - before
        services = desktop.services
        assert services is not None
        status = services.records.open(row.person_id).status.value
        if status != "submitted":
            raise RuntimeError(f"{name}: {status} {session.form.message_bar.text}")
    return {
        "open_first_ms": first,
        "open_second_ms": second,
        **keys,
        "largest": _keys_in(session, LARGEST, workers[4].person_id, 70),
        "roster": _keys_in(session, ROSTER, large_home(services.records), 60),
        "bare_key_ms": bare_keys(),
        "bare_form_ms": bare_form(42),
    }


def _keys_in(session: Session, form_id: str, person_id: str, steps: int) -> dict[str, object]:
    """Times of keys in a form, and of opening it for the first and the second time."""
    opened = [_open(session, person_id, form_id) for _ in range(2)]
    session.times.clear()
    session.cpu.clear()
    if form_id == ROSTER:
        session.view.focus_question(f"members[{MEMBERS // 2}]/full_name")
    else:
        session.view.focus_question("household/hamlet")
    session.until(lambda: True)
    walk(session, steps)
    return {"times": list(session.times), "cpu": list(session.cpu), "opened": opened}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
