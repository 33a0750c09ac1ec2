"""Filling a form: relevance, calculations, findings; whole and by steps alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.definition import Answer, QuestionType
from forms.findings import Code
from forms.registry import FormRegistry
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import Filling, validate
from tests.forms.writing import ON, TABLES, codes, filling, form_of

GATE = {"type": "select_one yn", "name": "gate", "label": "Hỏi tiếp?"}
YES_NO = [
    {"list_name": "yn", "name": "1", "label": "Có"},
    {"list_name": "yn", "name": "2", "label": "Không"},
]
DATED = [
    {"list_name": "dated", "name": "old", "label": "Cũ", "valid_to": "2020-12-31"},
    {"list_name": "dated", "name": "now", "label": "Nay", "valid_from": "2021-01-01"},
    {"list_name": "dated", "name": "new", "label": "Mới", "valid_from": "2030-01-01"},
]
#: Remarks about repeats have tests of their own (``test_repeats``).
OF_REPEATS = {"FORM_022", "FORM_023", "FORM_024"}
SKIPPING = [
    GATE,
    {"type": "begin group", "name": "g", "label": "Nhóm", "relevant": "${gate} = '1'"},
    {"type": "text", "name": "a", "label": "A", "required": "yes", "required_message": "Ghi A."},
    {"type": "begin group", "name": "h", "label": "Nhóm trong"},
    {"type": "text", "name": "b", "label": "B", "relevant": "${a} = 'x'"},
    {"type": "end group"},
    {"type": "end group"},
    {"type": "calculate", "name": "c", "calculation": "concat(${a}, ${b})", "label": ""},
    {"type": "note", "name": "n", "label": "Xong"},
]


@pytest.fixture
def skipping(tmp_path: Path) -> CompiledForm:
    return form_of(tmp_path, SKIPPING, YES_NO)


def findings_of(form: CompiledForm, **answers: Answer) -> list[str]:
    return codes(validate(form, answers, on=ON, tables=TABLES))


def one_question(folder: Path, **cells: str) -> CompiledForm:
    row = {"type": "text", "name": "q", "label": "Câu", **cells}
    other = {"type": "text", "name": "other", "label": "Khác"}
    return form_of(folder, [row, other], [*YES_NO, *DATED])


def test_a_group_that_is_not_asked_hides_everything_in_it(skipping: CompiledForm) -> None:
    form = filling(skipping)
    assert form.is_relevant("gate")
    assert not any(form.is_relevant(path) for path in ("g", "g/a", "g/h", "g/h/b"))
    assert form.set("gate", "1") >= {"gate", "g", "g/a", "g/h", "g/h/b", "c"}
    assert [form.is_relevant(path) for path in ("g", "g/a", "g/h", "g/h/b")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_answers_not_asked_are_left_out_and_come_back(skipping: CompiledForm) -> None:
    form = filling(skipping, {"gate": "1", "g/a": "x", "g/h/b": "y"})
    assert form.answers() == {"gate": "1", "g/a": "x", "g/h/b": "y", "c": "xy"}
    form.set("gate", "2")
    assert form.answers() == {"gate": "2"}
    assert form.value("g/a") is None
    assert form.kept() == {"gate": "2", "g/a": "x", "g/h/b": "y"}
    form.set("gate", "1")
    assert form.answers() == {"gate": "1", "g/a": "x", "g/h/b": "y", "c": "xy"}


def test_only_what_an_answer_can_change_is_named(skipping: CompiledForm) -> None:
    form = filling(skipping, {"gate": "1", "g/a": "x"})
    assert form.set("g/h/b", "y") == {"g/h/b", "c"}
    assert form.set("g/h/b", "y") == frozenset()
    assert form.set("c", "given") == frozenset()
    assert form.value("c") == "xy"
    assert form.set("g/h/b", None) == {"g/h/b", "c"}
    assert form.set("g/h/b", "  ") == frozenset()


def test_a_path_of_no_question_cannot_be_answered(skipping: CompiledForm) -> None:
    with pytest.raises(KeyError):
        filling(skipping).set("g", "1")
    with pytest.raises(KeyError):
        filling(skipping).set("nobody", "1")


def test_required_answers_are_asked_for_where_they_are_relevant(skipping: CompiledForm) -> None:
    assert findings_of(skipping, gate="2") == []
    (found,) = validate(skipping, {"gate": "1"}, on=ON, tables=TABLES)
    assert found.message_vi == "A: chưa có câu trả lời. Ghi A."
    form = filling(skipping, {"gate": "1"})
    assert form.is_required("g/a")
    assert codes(form.findings_at("g/a")) == ["FORM_001 g/a"]
    form.set("g/a", "x")
    assert form.findings() == []
    form.set("gate", "2")
    assert not form.is_required("g/a")


def test_a_whole_set_of_answers_may_not_hold_what_is_not_asked(skipping: CompiledForm) -> None:
    answers: dict[str, Answer] = {"gate": "2", "g/a": "x", "nobody": "1", "empty": ""}
    found = codes(validate(skipping, answers, on=ON, tables=TABLES))
    assert found == ["FORM_009 g/a", "FORM_010 nobody"]
    assert filling(skipping, answers).findings() == []
    assert filling(skipping, answers).kept()["nobody"] == "1"


REMARKS: list[tuple[dict[str, str], Answer, list[str]]] = [
    ({"type": "integer"}, "12", []),
    ({"type": "integer"}, 12, []),
    ({"type": "integer"}, 12.0, []),
    ({"type": "integer"}, "1,5", ["FORM_005 q"]),
    ({"type": "integer"}, 1.5, ["FORM_005 q"]),
    ({"type": "integer"}, float("nan"), ["FORM_005 q"]),
    ({"type": "integer"}, "１２", ["FORM_005 q"]),
    ({"type": "integer"}, 10**400, ["FORM_005 q"]),
    ({"type": "integer"}, True, ["FORM_005 q"]),
    ({"type": "decimal"}, "1,5", []),
    ({"type": "decimal"}, 1, []),
    ({"type": "decimal"}, "a", ["FORM_006 q"]),
    ({"type": "decimal"}, float("inf"), ["FORM_006 q"]),
    ({"type": "date"}, "2024-02-29", []),
    ({"type": "date"}, "2023-02-29", ["FORM_007 q"]),
    ({"type": "date"}, "29/02/2024", ["FORM_007 q"]),
    ({"type": "date"}, 2024, ["FORM_007 q"]),
    ({"type": "date"}, "2024-02", ["FORM_008 q"]),
    ({"type": "date", "bind::an:precision": "month"}, "2024-02", []),
    ({"type": "date", "bind::an:precision": "month"}, "2024", ["FORM_008 q"]),
    ({"type": "date", "bind::an:precision": "year"}, "2024", []),
    ({"type": "time"}, "07:30", []),
    ({"type": "time"}, "07:30:15.000+07:00", []),
    ({"type": "time"}, "24:00", ["FORM_013 q"]),
    ({"type": "time"}, 7, ["FORM_013 q"]),
    ({"type": "time"}, "1" * 10_000_000, ["FORM_013 q"]),
    ({"type": "dateTime"}, "1" * 10_000_000, ["FORM_014 q"]),
    ({"type": "geopoint"}, "1 " * 5_000_000, ["FORM_017 q"]),
    ({"type": "image"}, "\ud800" * 10_000_000, ["FORM_018 q"]),
    ({"type": "date"}, "1" * 10_000_000, ["FORM_007 q"]),
    ({"type": "select_multiple yn"}, "1 " * 5_000_000, ["FORM_011 q"]),
    ({"type": "dateTime"}, "2026-11-20T07:30:00.000+07:00", []),
    ({"type": "dateTime"}, "2026-11-20", ["FORM_014 q"]),
    ({"type": "dateTime"}, "2026-02-30T07:30:00.000+07:00", ["FORM_014 q"]),
    ({"type": "range", "parameters": "start=0 end=10 step=2"}, "4", []),
    ({"type": "range", "parameters": "start=0 end=10 step=2"}, 5, ["FORM_015 q"]),
    ({"type": "range", "parameters": "start=0 end=10 step=2"}, 12, ["FORM_015 q"]),
    ({"type": "range", "parameters": "start=0 end=1 step=0.1"}, 0.3, []),
    ({"type": "range", "parameters": "start=0 end=1 step=0.1"}, float("nan"), ["FORM_015 q"]),
    ({"type": "rank yn"}, "2 1", []),
    ({"type": "rank yn"}, "2", ["FORM_016 q"]),
    ({"type": "rank yn"}, "2 1 2", ["FORM_016 q"]),
    ({"type": "rank yn"}, "2 3", ["FORM_004 q"]),
    ({"type": "geopoint"}, "10.7769 106.7009", []),
    ({"type": "geopoint"}, "10.7769, 106.7009", []),
    ({"type": "geopoint"}, "10.7769 106.7009 5 4.5", []),
    ({"type": "geopoint"}, "106.7009 10.7769", ["FORM_017 q"]),
    ({"type": "geopoint"}, "10.7769", ["FORM_017 q"]),
    ({"type": "image"}, "thẻ.jpg#sha256=" + "0a" * 32, []),
    ({"type": "image"}, "thẻ.jpg", ["FORM_018 q"]),
    ({"type": "file"}, "../x#sha256=" + "0a" * 32, ["FORM_018 q"]),
    ({"type": "acknowledge"}, "OK", []),
    ({"type": "acknowledge"}, "yes", ["FORM_019 q"]),
    ({"type": "barcode"}, "893 1234", []),
    ({"type": "hidden"}, "x", []),
    ({"type": "select_one dated"}, "old", ["FORM_020 q"]),
    ({"type": "select_one dated"}, "new", ["FORM_021 q"]),
    ({"type": "select_one dated"}, "now", []),
    ({"type": "select_one yn"}, "1", []),
    ({"type": "select_one yn"}, "3", ["FORM_004 q"]),
    ({"type": "select_one yn"}, "1 2", ["FORM_004 q"]),
    ({"type": "select_multiple yn"}, "2  1 1", []),
    ({"type": "select_multiple yn"}, "1 3", ["FORM_004 q"]),
    ({}, 5, []),
    ({}, "x" * 4_001, ["FORM_011 q"]),
    ({}, "\ud800", []),
    ({"constraint": ". = 'x'", "constraint_message": "Sai."}, "x", []),
    ({"constraint": ". = 'x'", "constraint_message": "Sai."}, "y", ["FORM_002 q"]),
    ({"constraint": ". = 'x'"}, "y", ["FORM_012 q"]),
    ({"constraint": ". = 'x'"}, None, []),
    ({"bind::an:warning": ". = 'x'", "bind::an:warningMsg": "Lạ."}, "y", ["FORM_003 q"]),
    ({"bind::an:warning": ". = 'x'", "bind::an:warningMsg": "Lạ."}, "\ud800", ["FORM_003 q"]),
    ({"required": "yes"}, " \n", ["FORM_001 q"]),
    ({"required": "${other} = ''"}, "", ["FORM_001 q"]),
    ({"required": "no"}, "", []),
]


@pytest.mark.parametrize(("cells", "answer", "expected"), REMARKS)
def test_an_answer_gets_the_remark(
    tmp_path: Path, cells: dict[str, str], answer: Answer, expected: list[str]
) -> None:
    form = one_question(tmp_path, **cells)
    assert findings_of(form, q=answer) == expected
    assert codes(filling(form, {"q": answer}).findings()) == expected
    for found in validate(form, {"q": answer}, on=ON, tables=TABLES):
        assert found.message_vi
        assert found.fingerprint


def test_an_answer_that_cannot_be_read_stays_and_counts_as_none(tmp_path: Path) -> None:
    rows = [
        {"type": "integer", "name": "q", "label": "Câu"},
        {"type": "calculate", "name": "c", "label": "", "calculation": "${q} + 1"},
    ]
    form = filling(form_of(tmp_path, rows))
    form.set("q", "12a")
    assert (form.value("q"), form.value("c")) == ("12a", None)
    assert form.answers() == {"q": "12a"}
    form.set("q", "12")
    assert (form.value("q"), form.value("c")) == (12, 13)
    assert form.findings() == []


def test_a_confirmed_warning_holds_for_the_values_it_read(tmp_path: Path) -> None:
    form = one_question(
        tmp_path,
        **{"bind::an:warning": ". != ${other}", "bind::an:warningMsg": "Hai câu giống nhau."},
    )

    def fingerprint(value: str) -> str:
        answers = {"q": value, "other": value}
        (found,) = validate(form, answers, on=ON, tables=TABLES)
        assert found.message_vi == "Câu: Hai câu giống nhau."
        return found.fingerprint

    assert fingerprint("x") == fingerprint("x")
    assert fingerprint("x") != fingerprint("y")


def test_choices_are_narrowed_by_other_answers(tmp_path: Path) -> None:
    choices = [
        {"list_name": "commune", "name": "c1", "label": "Xã 1", "province": "p1"},
        {"list_name": "commune", "name": "c2", "label": "Xã 2", "province": "p2"},
        {"list_name": "province", "name": "p1", "label": "Tỉnh 1"},
        {"list_name": "province", "name": "p2", "label": "Tỉnh 2"},
    ]
    rows = [
        {"type": "select_one province", "name": "p", "label": "Tỉnh"},
        {
            "type": "select_one commune",
            "name": "c",
            "label": "Xã",
            "choice_filter": "province = ${p} and name != 'c9' and label != ''",
        },
        {
            "type": "select_multiple commune",
            "name": "m",
            "label": "Các xã",
            "choice_filter": "province = current()/../p",
        },
    ]
    form = filling(form_of(tmp_path, rows, choices))
    assert form.choices("c") == ()
    assert form.set("p", "p1") >= {"c", "m"}
    assert [choice.code for choice in form.choices("c")] == ["c1"]
    assert len(form.choices("p")) == 2
    form.set("c", "c2")
    form.set("m", "c1 c2")
    assert codes(form.findings()) == ["FORM_004 c", "FORM_004 m"]
    form.set("p", "p2")
    assert codes(form.findings()) == ["FORM_004 m"]


def test_a_new_form_starts_with_its_defaults(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "who", "label": "Ai", "bind::an:role": "person.full_name"},
        {"type": "date", "name": "day", "label": "Ngày", "default": "today()"},
        {"type": "integer", "name": "n", "label": "Số", "default": "3"},
        {"type": "decimal", "name": "d", "label": "Số", "default": "1 + 0.5"},
        {"type": "text", "name": "t", "label": "Chữ", "default": "nói có, không"},
        {"type": "text", "name": "copy", "label": "Chép", "default": "${t}"},
        {"type": "select_one yn", "name": "y", "label": "Có?", "default": "1"},
    ]
    form = form_of(tmp_path, rows, YES_NO)
    expected = {
        "day": "2026-11-20", "n": 3, "d": 1.5, "t": "nói có, không",
        "copy": "nói có, không", "y": "1",
    }  # fmt: skip
    assert filling(form).answers() == expected
    known = filling(form, {"who": "Trần Thử"}).answers()
    assert known == {"who": "Trần Thử", **expected}
    assert filling(form, {"n": 4}).answers() == {"n": 4}


def test_calculations_follow_one_another_in_any_order_of_rows(tmp_path: Path) -> None:
    rows = [
        {"type": "calculate", "name": "c", "label": "", "calculation": "${b} * 2"},
        {"type": "calculate", "name": "b", "label": "", "calculation": "${a} + 1"},
        {"type": "integer", "name": "a", "label": "A"},
        {"type": "text", "name": "d", "label": "D", "calculation": "if(${c} > 5, 'to', 'nhỏ')"},
        {"type": "calculate", "name": "e", "label": "", "calculation": "${a} > 1"},
        {"type": "calculate", "name": "f", "label": "", "calculation": "once(today())"},
    ]
    form = filling(form_of(tmp_path, rows))
    form.set("a", 2)
    assert form.answers() == {
        "c": 6, "b": 3, "a": 2, "d": "to", "e": "true", "f": "2026-11-20",
    }  # fmt: skip
    assert form.is_readonly("d")
    assert not form.is_readonly("a")
    form.set("a", None)
    assert (form.value("c"), form.value("d")) == (None, "nhỏ")


def test_what_once_calculates_does_not_stop_the_defaults(tmp_path: Path) -> None:
    survey = [
        {"type": "calculate", "name": "f", "label": "", "calculation": "once(uuid())"},
        {"type": "text", "name": "a", "label": "A", "default": "concat('x', 'y')"},
    ]
    filled = filling(form_of(tmp_path, survey))
    assert filled.value("a") == "xy"
    filled.set("a", None)
    again = filling(filled.form, filled.kept())
    assert (again.value("a"), again.value("f")) == (None, filled.value("f"))


def test_once_keeps_its_first_result(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "a", "label": "A"},
        {"type": "calculate", "name": "f", "label": "", "calculation": "once(today())"},
    ]
    form = form_of(tmp_path, rows)
    saved = filling(form).answers()
    later = Filling(form, on=date(2027, 1, 1), tables=TABLES, answers=saved)
    assert later.value("f") == "2026-11-20"


def test_read_only_follows_its_expression(tmp_path: Path) -> None:
    form = filling(one_question(tmp_path, readonly="${other} = 'x'"))
    assert not form.is_readonly("q")
    assert form.set("other", "x") >= {"q"}
    assert form.is_readonly("q")


def test_remarks_about_the_person_stand_at_the_questions_with_their_roles(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "number", "label": "Số", "bind::an:role": "person.id_number"},
        {"type": "select_one yn", "name": "s", "label": "Giới", "bind::an:role": "person.sex"},
    ]
    form = filling(form_of(tmp_path, rows, YES_NO))
    assert codes(form.findings()) == ["ID_006 number"]
    assert form.set("number", "003190000001") == {"number", "s"}
    assert form.findings() == []
    form.set("s", "1")
    assert codes(form.findings_at("number")) == ["ID_009 number"]
    assert form.findings_at("number")[0].place == "person.id_number"


FORM = FormRegistry.bundled().get("tt11_2022_m03", "2022-08-15")
ANSWERED = [item for item in FORM.questions if item.question is not None]


def _some_answer(path: str) -> st.SearchStrategy[Answer]:
    question = FORM.definition.question(path)
    odd = st.one_of(st.none(), st.text(max_size=3), st.integers(), st.just("1945"))
    if question.list_name is not None:
        picked = st.sampled_from([choice.code for choice in FORM.by_path[path].choices])
        return st.one_of(picked, picked, odd)
    if question.type is QuestionType.DATE:
        return st.one_of(st.sampled_from(["1990", "2020-05", "2026-11-20", "2030-01-01"]), odd)
    return st.one_of(st.just("003190000001"), odd)


EDITS = st.lists(
    st.sampled_from([item.path for item in ANSWERED]).flatmap(
        lambda path: st.tuples(st.just(path), _some_answer(path))
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(edits=EDITS)
def test_step_by_step_and_whole_give_the_same(edits: Sequence[tuple[str, Answer]]) -> None:
    stepwise = filling(FORM, {"activity/economic_activity_status": "1"})
    watched = {item.path: _look(stepwise, item.path) for item in ANSWERED}
    for path, answer in edits:
        touched = stepwise.set(path, answer)
        after = {item.path: _look(stepwise, item.path) for item in ANSWERED}
        assert {one for one in after if after[one] != watched[one]} <= touched
        watched = after
    kept = stepwise.kept()
    if any(item.place == item.path and item.path in kept for item in ANSWERED):
        whole = filling(FORM, kept)  # without an answer of its own it would start with defaults
        assert whole.answers() == stepwise.answers()
        assert whole.findings() == stepwise.findings()
    answers = stepwise.answers()
    assert validate(FORM, answers, on=ON, tables=TABLES) == stepwise.findings()


def _look(form: Filling, path: str) -> object:
    return (
        form.value(path),
        form.is_relevant(path),
        form.is_required(path),
        form.choices(path),
        codes(form.findings_at(path)),
    )


def test_every_remark_of_the_form_is_raised_here(skipping: CompiledForm, tmp_path: Path) -> None:
    raised = set(findings_of(skipping, gate="2", **{"g/a": "x", "nobody": "1"}))
    for number, (cells, answer, _) in enumerate(REMARKS):
        folder = tmp_path / str(number)
        folder.mkdir()
        raised |= set(findings_of(one_question(folder, **cells), q=answer))
    names = {line.split()[0] for line in raised}
    names |= {"FORM_020", "FORM_021"}  # of options with days, raised in test_versions
    assert names == {code.name for code in Code if code.name.startswith("FORM_")} - OF_REPEATS
