"""A scanner is told from a typist by its pace and its codes; nothing typed is lost or moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.scanning.wedge import Wedge
from forms.cards.bursts import may_go_on, read_burst
from forms.cards.reading import CardKind, CardReading
from tests.desktop.ui.scanning.scanner import SCANNER, TYPIST, Clock, Keyboard
from tests.forms.cards.samples import CODE_2021, CODE_2024, LINES, NUMBER, ON, TRAINING

_PLAIN = f"{NUMBER}||Nguyen Van Duong|01011999|Nam|Ap 1, Suoi Mau, Tap Huan|01012022"
#: Places of keys on the keyboard, as X11 tells them: the evdev code and 8.
_CODES = dict(zip("1234567890", range(10, 20), strict=True))


def judge(readings: Sequence[str], takes_numbers: bool) -> CardReading | None:
    return read_burst(readings, on=ON, tables=TRAINING, takes_numbers=takes_numbers)


class Window(QWidget):
    """A line, another line, and a list in which a digit is a command."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.line, self.other, self.list = QLineEdit(), QLineEdit(), QListWidget()
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        for widget in (self.line, self.other, self.list):
            layout.addWidget(widget)
        self.commands: list[str] = []
        for digit in "0123":
            shortcut = QShortcut(QKeySequence(digit), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda digit=digit: self.commands.append(digit))
        self.cards: list[CardReading] = []
        self.composed: list[bool] = []
        self.wedge = Wedge(window=self, owner=self, judge=judge, may_go_on=may_go_on, clock=clock)
        self.wedge.scanned.connect(self._take)
        self.wedge.start()

    def _take(self, card: CardReading, is_composed: bool) -> None:
        self.cards.append(card)
        self.composed.append(is_composed)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(qtbot: QtBot, clock: Clock) -> Iterator[Window]:
    window = Window(clock)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.line.setFocus()
    yield window
    window.wedge.stop()


@pytest.fixture
def keyboard(clock: Clock) -> Keyboard:
    return Keyboard(clock)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (CODE_2021, CardKind.CITIZEN_CARD_2021),
        (CODE_2024, CardKind.IDENTITY_CARD_2024),
        (LINES, CardKind.MACHINE_READABLE),
    ],
    ids=["2021", "2024", "lines"],
)
def test_a_card_is_taken_and_the_line_stands_as_before(
    window: Window, keyboard: Keyboard, code: str, kind: CardKind
) -> None:
    window.line.setText("Ấp 1")
    window.line.setCursorPosition(2)
    keyboard.scan(code)
    assert [card.kind for card in window.cards] == [kind]
    assert window.cards[0].is_readable
    assert window.cards[0].identity["person.id_number"] == NUMBER
    assert (window.line.text(), window.line.cursorPosition()) == ("Ấp 1", 2)


def test_what_was_marked_in_the_line_is_marked_again(window: Window, keyboard: Keyboard) -> None:
    window.line.setText("Ấp Bình Hòa")
    window.line.setSelection(3, 4)
    keyboard.scan(CODE_2021)
    assert window.line.text() == "Ấp Bình Hòa"
    assert window.line.selectedText() == "Bình"


def test_a_scanner_that_sends_no_enter_is_known_by_its_silence(
    window: Window, keyboard: Keyboard, clock: Clock, qtbot: QtBot
) -> None:
    keyboard.press(CODE_2024, every=SCANNER)
    assert window.cards == []
    clock.wait(0.2)
    qtbot.waitUntil(lambda: bool(window.cards))
    assert window.cards[0].is_readable
    assert window.line.text() == ""


def test_slow_typing_goes_to_the_line_at_once(window: Window, keyboard: Keyboard) -> None:
    typed = ""
    for sign in "003099000000 Nguyen":
        keyboard.type(sign)
        typed += sign
        assert window.line.text() == typed
    assert window.cards == []


def test_a_code_that_a_person_types_stays_in_the_line(window: Window, keyboard: Keyboard) -> None:
    keyboard.type(CODE_2021)
    assert window.line.text() == CODE_2021
    assert window.cards == []


def test_a_burst_that_is_no_card_is_given_back_in_order(
    window: Window, keyboard: Keyboard, clock: Clock, qtbot: QtBot
) -> None:
    keyboard.press("12031988", every=SCANNER)
    assert window.line.text() == "1"
    clock.wait(0.2)
    qtbot.waitUntil(lambda: window.line.text() == "12031988")
    keyboard.press("8934588000017\n", every=SCANNER)  # the bar code of something else
    assert window.line.text() == "120319888934588000017"
    assert window.cards == []


def test_a_fast_typist_between_slow_keys_loses_nothing(window: Window, keyboard: Keyboard) -> None:
    for sign, every in zip(
        "nguyen van", [0.1, 0.02, 0.1, 0.03, 0.01, 0.2, 0.02, 0.09, 0.01, 0.1], strict=True
    ):
        keyboard.press(sign, every=every)
    keyboard.press("a", every=TYPIST)
    assert window.line.text() == "nguyen vana"


def test_tab_in_a_burst_goes_on_to_the_next_line(window: Window, keyboard: Keyboard) -> None:
    keyboard.press("ab\tcd\b\n", every=SCANNER)
    assert (window.line.text(), window.other.text()) == ("ab", "c")
    assert window.other.hasFocus()
    keyboard.press("x", every=TYPIST)
    assert window.other.text() == "cx"


def test_two_scans_in_a_row_are_two_cards(window: Window, keyboard: Keyboard) -> None:
    keyboard.scan(CODE_2021, end="\n\n")
    keyboard.scan(CODE_2024)
    assert [card.kind for card in window.cards] == [
        CardKind.CITIZEN_CARD_2021,
        CardKind.IDENTITY_CARD_2024,
    ]
    assert window.line.text() == ""


def test_a_command_is_not_run_by_a_card_and_is_run_by_a_person(
    window: Window, keyboard: Keyboard, clock: Clock, qtbot: QtBot
) -> None:
    window.list.setFocus()
    keyboard.scan(CODE_2021)
    assert window.commands == []
    assert len(window.cards) == 1
    keyboard.type("2")
    assert window.commands == []
    clock.wait(0.1)
    qtbot.waitUntil(lambda: window.commands == ["2"])


def test_a_bare_number_is_a_card_where_no_text_is_typed(window: Window, keyboard: Keyboard) -> None:
    keyboard.scan(NUMBER, end="")
    keyboard.type("x")
    assert window.line.text() == f"{NUMBER}x"
    window.list.setFocus()
    keyboard.scan(NUMBER)
    assert [card.kind for card in window.cards] == [CardKind.NUMBER_ONLY]


def test_unikey_with_telex_does_not_spoil_the_code(window: Window, keyboard: Keyboard) -> None:
    """It takes the second d of "dd" away, sends a backspace and a đ in its place."""
    first, last = _PLAIN.replace("Duong", "Dduong").split("Dd")
    keyboard.press([*first, "D", "\b", "Đ", *last, "\n"], every=SCANNER)
    [card] = window.cards
    assert card.identity["person.id_number"] == NUMBER
    assert card.identity["person.full_name"].casefold() == "nguyen van dduong"
    assert window.composed == [True]
    assert window.line.text() == ""


def test_letters_that_an_input_method_composes_are_a_card_too(
    window: Window, keyboard: Keyboard
) -> None:
    window.line.setText("abc")
    before, after = _PLAIN.split("Duong")
    keyboard.press(before, every=SCANNER)
    for preedit in ("D", "Du", "Duo", "Duon", "Duong"):
        keyboard.compose("", preedit)
    keyboard.compose("Duong", "")
    keyboard.press([*after, "\n"], every=SCANNER)
    [card] = window.cards
    assert card.identity["person.full_name"] == "Nguyen Van Duong"
    assert window.line.text() == "abc"


def test_a_word_half_composed_before_the_scan_is_kept(window: Window, keyboard: Keyboard) -> None:
    window.line.setText("Xã ")
    keyboard.compose("", "Su", every=TYPIST)
    keyboard.compose("", "Suố", every=TYPIST)
    keyboard.compose("Suố", "", every=TYPIST)
    keyboard.scan(CODE_2021)
    assert len(window.cards) == 1
    assert window.line.text() == "Xã Suố"


def test_composing_at_a_persons_pace_is_never_kept_back(window: Window, keyboard: Keyboard) -> None:
    for preedit in ("H", "Ho", "Hò", "Hòa"):
        keyboard.compose("", preedit, every=TYPIST)
        assert window.line.text() == ""
    keyboard.compose("Hòa", "", every=TYPIST)
    assert window.line.text() == "Hòa"


def test_the_places_of_the_keys_tell_what_a_layout_turned_into_other_signs(
    window: Window, keyboard: Keyboard, clock: Clock
) -> None:
    """Of a French layout: digits are letters without Shift."""
    french = dict(zip("1234567890", "&é\"'(-è_çà", strict=True))
    places = {**_CODES, "|": 51, "N": 57, "a": 38, "m": 58, "A": 38, " ": 65, "\n": 36}
    code = f"{NUMBER}||A A|01011999|Nam|A|01012022\n"
    for sign in code:
        clock.wait(SCANNER)
        held = Qt.KeyboardModifier.ShiftModifier if sign in "|NA" else Qt.KeyboardModifier(0)
        keyboard.key(french.get(sign, sign), code=places[sign], held=held)
    [card] = window.cards
    assert card.is_readable
    assert card.identity["person.id_number"] == NUMBER


@pytest.mark.parametrize("code", [CODE_2021[:50], LINES[:75]], ids=["code", "lines"])
def test_a_damaged_code_is_taken_away_and_told_as_unreadable(
    window: Window, keyboard: Keyboard, code: str, clock: Clock, qtbot: QtBot
) -> None:
    keyboard.press([*code, "\n"], every=SCANNER)
    clock.wait(1)
    qtbot.waitUntil(lambda: bool(window.cards))
    assert not window.cards[0].is_readable
    assert window.line.text() == ""


def test_when_it_is_stopped_everything_passes(window: Window, keyboard: Keyboard) -> None:
    keyboard.press(CODE_2021[:20], every=SCANNER)
    window.wedge.stop()
    assert window.line.text() == "0"  # what was being scanned is dropped
    keyboard.press(f"{CODE_2024}\n", every=SCANNER)
    assert window.line.text() == f"0{CODE_2024}"
    assert window.cards == []


def test_enter_from_the_scanner_confirms_nothing_behind_a_card(
    window: Window, keyboard: Keyboard
) -> None:
    entered: list[bool] = []
    window.line.returnPressed.connect(lambda: entered.append(True))
    keyboard.press([*CODE_2021, "\n", "\n"], every=SCANNER)
    assert entered == []
    keyboard.press("\n", every=0.5)
    assert entered == [True]


def test_nothing_is_listened_to_where_a_passphrase_is_typed(
    window: Window, keyboard: Keyboard
) -> None:
    window.line.setEchoMode(QLineEdit.EchoMode.Password)
    keyboard.scan(CODE_2021, end="")
    assert window.line.text() == CODE_2021
    assert window.cards == []


def test_keys_that_waited_behind_a_busy_program_belong_to_the_scan(
    window: Window, keyboard: Keyboard, clock: Clock
) -> None:
    """The look comes due while the rest of the code still waits to be delivered."""
    keyboard.press(CODE_2021[:30], every=SCANNER)
    now = clock.now
    clock.wait(0.5)  # the program was busy; the keys themselves came in time
    window.wedge.look()
    clock.now = now
    keyboard.press([*CODE_2021[30:], "\n"], every=SCANNER)
    assert len(window.cards) == 1
    assert window.line.text() == ""
