"""A card scanned anywhere in the window: compared, taken, remembered with where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit

from desktop.domain.people import PersonId
from desktop.store.register import Register
from sync.protocol.documents import SCANNED
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.scanning.conftest import OpenScanDesk
from tests.desktop.ui.scanning.scanner import Keyboard
from tests.desktop.ui.world import EMPLOYED, make_register, records_of
from tests.forms.cards.samples import lines_of

NUMBER = "003188000017"
NAME = "Nguyễn Thị Hồng Hạnh"
CARD = f"{NUMBER}|285000017|{NAME}|12031988|Nữ|Thôn Đông, Xã Suối Mẫu, Tỉnh Tập Huấn|01092025||||"
OLD_CARD = f"{NUMBER}||{NAME}|12031988|Nữ|Thôn Đông, Xã Suối Mẫu, Tỉnh Tập Huấn|01012022"
STRANGER = "003099000021||Trần Văn Dũng|05061999|Nam|Ấp 2, Xã Suối Mẫu, Tỉnh Tập Huấn|01012022"
FROM_CARD = "Từ thẻ Căn cước, quét 20/11/2026"

_NAME, _NUMBER = "identity/full_name", "identity/id_number"
_BIRTH, _PLACE = "identity/birth_date", "identity/permanent_residence"


def keep(register: Register, **changed: str) -> PersonId:
    """Somebody in the register."""
    records = records_of(register)
    answers = {**EMPLOYED, **{f"identity/{name}": value for name, value in changed.items()}}
    answers = {path: value for path, value in answers.items() if value}
    return records.save(records.open(None), answers=answers, confirmations={}).person_id


def person_fields(hands: Hands) -> dict[str, object]:
    """Of the one who was scanned, as stored."""
    services = hands.desktop.services
    assert services is not None
    [row] = services.records.persons_with_number(NUMBER, other_than=None)
    document = services.register.document(row.person_id)
    assert document is not None
    return dict(document.fields)


def begin_new(hands: Hands) -> None:
    hands.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    hands.settle()


@pytest.fixture
def hands(scan_desk: OpenScanDesk, tmp_path: Path) -> Hands:
    """An officer with nobody of the card in the register."""
    make_register(tmp_path / "so").close()
    return scan_desk(tmp_path / "so")


def test_a_scan_into_a_new_form_is_shown_and_taken_with_enter(
    hands: Hands, keyboard: Keyboard
) -> None:
    begin_new(hands)
    at = hands.question
    keyboard.scan(CARD)
    assert hands.sees("scan_panel")
    assert hands.form_view.value(_NAME) is None  # nothing is filled in unseen
    assert hands.text(f"scan:card:{_NAME}") == NAME
    assert hands.text(f"scan:state:{_NAME}") == "chưa có"
    hands.enter()
    assert not hands.sees("scan_panel")
    assert hands.question == at
    view = hands.form_view
    assert (view.value(_NAME), view.value(_NUMBER)) == (NAME, NUMBER)
    assert (view.value(_BIRTH), view.value("identity/sex")) == ("1988-03-12", "2")
    assert view.writer.marks[_NAME] == view.writer.marks[_BIRTH] == FROM_CARD
    assert hands.message().startswith("Đã điền ")


def test_where_an_answer_comes_from_is_saved_and_lost_when_it_is_edited(
    hands: Hands, keyboard: Keyboard
) -> None:
    begin_new(hands)
    keyboard.scan(CARD)
    hands.enter()
    hands.form.save()
    hands.settle()
    fields = person_fields(hands)
    scan = {"value": NAME, "on": "2026-11-20", "card": "identity_card_2024"}
    assert fields[f"{SCANNED}full_name"] == scan
    hands.form_view.focus_question(_NAME)
    hands.fill(f"question:{_NAME}", "Nguyễn Thị Hồng Hoa")
    hands.enter()
    assert _NAME not in hands.form_view.writer.marks
    assert hands.form_view.writer.marks[_BIRTH] == FROM_CARD
    hands.form.save()
    hands.settle()
    fields = person_fields(hands)
    assert fields.get(f"{SCANNED}full_name") is None
    assert f"{SCANNED}birth_date" in fields


def test_where_an_answer_comes_from_survives_a_lock_in_the_middle_of_the_form(
    hands: Hands, keyboard: Keyboard
) -> None:
    begin_new(hands)
    keyboard.scan(CARD)
    hands.enter()
    hands.desktop.lock()
    hands.settle()
    hands.fill("input:passphrase", "suối trong đá mòn")
    hands.enter()
    hands.settle()
    assert hands.form_view.value(_NUMBER) == NUMBER
    assert hands.form_view.writer.marks[_NUMBER] == FROM_CARD


def test_a_scan_while_the_window_is_locked_is_nothing(hands: Hands, keyboard: Keyboard) -> None:
    begin_new(hands)
    keyboard.press(CARD[:30], every=0.008)  # the lock falls into a scan
    hands.desktop.lock()
    hands.settle()
    hands.sit_down()
    line = hands.find(QLineEdit, "input:passphrase")
    line.setFocus()
    keyboard.scan(CARD, end="")
    hands.settle()
    assert not hands.sees("scan_panel")
    assert line.text() == CARD  # it is only a line with dots now


@pytest.mark.parametrize(
    "code",
    [CARD, OLD_CARD, lines_of(NUMBER, birth="880312", sex="F", name="NGUYEN<<THI<HONG<HANH")],
    ids=["2024", "2021", "lines"],
)
def test_from_the_list_a_scan_opens_the_person_it_belongs_to(
    scan_desk: OpenScanDesk, tmp_path: Path, keyboard: Keyboard, code: str
) -> None:
    register = make_register(tmp_path / "so", count=3)
    keep(register, permanent_residence="")
    register.close()
    hands = scan_desk(tmp_path / "so")
    search = hands.find(QLineEdit, "input:search")
    search.setFocus()
    keyboard.scan(code)
    assert search.text() == ""
    hands.settle()
    assert hands.sees("page:form")
    assert hands.form_view.value(_NAME) == NAME
    if "|" in code:
        assert hands.text(f"scan:state:{_PLACE}") == "chưa có"
        assert not hands.sees(f"scan:tick:{_NAME}")  # nothing to fill in there
        hands.enter()
        assert hands.form_view.value(_PLACE) == "Thôn Đông, Xã Suối Mẫu, Tỉnh Tập Huấn"
    else:
        assert hands.text(f"scan:state:{_NAME}") == "xem lại với thẻ"  # no marks in these lines


def test_nobody_has_the_number_and_a_new_form_is_offered_with_the_identity(
    hands: Hands, keyboard: Keyboard
) -> None:
    keyboard.scan(CARD)
    hands.settle()
    assert hands.sees("button:scan_new")
    assert "Chưa ai trong sổ có số này" in hands.text("scan:note:0")
    hands.enter()
    hands.settle()
    assert hands.sees("page:form")
    assert hands.form_view.value(_NUMBER) == NUMBER
    assert hands.form_view.writer.marks[_NUMBER] == FROM_CARD


def test_somebody_of_the_same_name_and_birth_without_a_number_is_offered_first(
    scan_desk: OpenScanDesk, tmp_path: Path, keyboard: Keyboard
) -> None:
    register = make_register(tmp_path / "so")
    keep(register, id_number="", birth_date="1988")
    register.close()
    hands = scan_desk(tmp_path / "so")
    keyboard.scan(CARD)
    hands.settle()
    assert "Có phải người này không?" in hands.text("scan:question")
    hands.enter()
    hands.settle()
    assert hands.text(f"scan:state:{_NUMBER}") == "chưa có"
    assert hands.text(f"scan:state:{_BIRTH}") == "thẻ ghi đủ hơn"
    hands.enter()
    assert hands.form_view.value(_BIRTH) == "1988-03-12"


def test_the_card_of_somebody_else_is_asked_about_once(
    scan_desk: OpenScanDesk, tmp_path: Path, keyboard: Keyboard
) -> None:
    register = make_register(tmp_path / "so")
    stranger = keep(
        register,
        id_number="003099000021",
        full_name="Trần Văn Dũng",
        birth_date="1999-06-05",
        sex="1",
    )
    keep(register)
    register.close()
    hands = scan_desk(tmp_path / "so")
    hands.fill("input:search", "hong hanh")
    hands.enter()
    hands.settle()
    keyboard.scan(STRANGER)
    assert "người khác" in hands.text("scan:question")
    assert not hands.find(QCheckBox, f"scan:tick:{_NAME}").isChecked()
    hands.enter()  # the first thing to do: look for the person on the card
    hands.settle()
    assert hands.form_view.value(_NAME) == "Trần Văn Dũng"
    services = hands.desktop.services
    assert services is not None
    [row] = services.records.persons_with_number("003099000021", other_than=None)
    assert row.person_id == stranger


def test_another_spelling_is_told_from_another_value(
    scan_desk: OpenScanDesk, tmp_path: Path, keyboard: Keyboard
) -> None:
    register = make_register(tmp_path / "so")
    keep(register, permanent_residence="Ấp 9, Xã Đồng Thử, Tỉnh Tập Huấn", full_name=NAME.upper())
    register.close()
    hands = scan_desk(tmp_path / "so")
    keyboard.scan(CARD)
    hands.settle()
    assert hands.text(f"scan:state:{_NAME}") == "chỉ khác cách viết"
    assert hands.text(f"scan:state:{_PLACE}") == "khác thật"
    assert not hands.sees("scan:question")  # somebody may have moved
    before = hands.form_view.value(_PLACE)
    hands.press(Qt.Key.Key_Escape)
    assert not hands.sees("scan_panel")
    assert hands.sees("page:form")
    assert hands.form_view.value(_PLACE) == before


def test_a_scan_into_a_date_leaves_the_date_as_it_was_being_typed(
    hands: Hands, keyboard: Keyboard
) -> None:
    begin_new(hands)
    hands.form_view.focus_question(_BIRTH)
    keyboard.type("12/0")
    keyboard.scan(CARD)
    line = hands.find(QLineEdit, f"question:{_BIRTH}")
    assert line.text() == "12/0"
    hands.press(Qt.Key.Key_Escape)
    assert hands.question == _BIRTH
    keyboard.type("3/1988")
    assert line.text() == "12/03/1988"


def test_a_scan_at_options_chooses_none(hands: Hands, keyboard: Keyboard) -> None:
    begin_new(hands)
    hands.form_view.focus_question("identity/sex")
    keyboard.scan(CARD)
    assert hands.form_view.value("identity/sex") is None
    hands.press(Qt.Key.Key_Escape)
    keyboard.type("2")
    assert hands.form_view.value("identity/sex") == "2"  # a person does not wait
    keyboard.scan(STRANGER.removeprefix("0030990"))  # begins with what is no option
    keyboard.scan("1" + STRANGER.removeprefix("0030"))  # and with what is one
    assert hands.message().startswith("Không đọc được thẻ vừa quét.")
    assert hands.form_view.value("identity/sex") == "2"


def test_a_second_scan_takes_the_place_of_the_first(hands: Hands, keyboard: Keyboard) -> None:
    begin_new(hands)
    keyboard.scan(STRANGER)
    keyboard.scan(CARD)
    assert hands.text(f"scan:card:{_NAME}") == NAME
    hands.enter()
    assert hands.form_view.value(_NUMBER) == NUMBER


def test_a_damaged_code_says_what_to_do_and_fills_nothing(hands: Hands, keyboard: Keyboard) -> None:
    begin_new(hands)
    at = hands.question
    keyboard.scan(CARD[:50])
    assert hands.message().startswith("Không đọc được thẻ vừa quét. Mã QR chưa đủ")
    assert hands.text(f"question:{at}") == ""
    assert not hands.sees("scan_panel")


def test_a_code_that_unikey_spoiled_for_good_is_refused_with_what_to_do(
    hands: Hands, keyboard: Keyboard
) -> None:
    begin_new(hands)
    spoiled = CARD.replace(NUMBER, "00318800001")
    keyboard.press([*spoiled[:14], "a", "\b", "â", *spoiled[14:], "\n"], every=0.008)
    assert "tắt bộ gõ rồi quét lại" in hands.message()


def test_a_name_without_marks_is_not_filled_in_unseen(hands: Hands, keyboard: Keyboard) -> None:
    begin_new(hands)
    keyboard.scan(f"{NUMBER}||Nguyen Thi Hong Hanh|12031988|Nu|Thon Dong, Suoi Mau|01012022")
    assert not hands.find(QCheckBox, f"scan:tick:{_NAME}").isChecked()
    hands.enter()
    assert hands.form_view.value(_NAME) is None
    assert hands.form_view.value(_NUMBER) == NUMBER
