"""What a form knows of its surroundings, and questions that nobody sees."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from forms.runtime.engine import Filling, Metadata, validate
from tests.forms.writing import ON, TABLES, codes, filling, form_of

HERE = Metadata(moment="2026-11-20T08:15:00.000+07:00", device_id="may-01", user_name="lan", seed=7)
ROWS = [
    {"type": "start", "name": "started"},
    {"type": "end", "name": "ended"},
    {"type": "today", "name": "day"},
    {"type": "deviceid", "name": "device"},
    {"type": "username", "name": "who"},
    {"type": "hidden", "name": "secret", "label": "", "default": "x"},
    {"type": "text", "name": "a", "label": "A"},
    {"type": "calculate", "name": "hour", "label": "", "calculation": "substr(${started}, 11, 16)"},
    {"type": "calculate", "name": "same", "label": "", "calculation": "${started} = now()"},
]


def test_metadata_is_filled_once_and_saved(tmp_path: Path) -> None:
    form = form_of(tmp_path, ROWS)
    first = Filling(form, on=ON, tables=TABLES, metadata=HERE)
    expected = {
        "started": "2026-11-20T08:15:00.000+07:00",
        "ended": "2026-11-20T08:15:00.000+07:00",
        "day": "2026-11-20",
        "device": "may-01",
        "who": "lan",
        "secret": "x",
        "hour": "08:15",
        "same": "true",
    }
    assert first.answers() == expected
    assert first.is_readonly("started")
    first.set("a", "1")
    later = Filling(form, on=date(2027, 1, 1), tables=TABLES, answers=first.kept())
    assert later.answers() == {**expected, "a": "1", "same": "false"}
    assert first.findings() == []


def test_without_metadata_the_day_begins_and_nobody_is_known(tmp_path: Path) -> None:
    found = filling(form_of(tmp_path, ROWS)).answers()
    assert found["started"] == "2026-11-20T00:00:00.000+07:00"
    assert "device" not in found
    assert "who" not in found


def test_metadata_that_cannot_be_is_remarked(tmp_path: Path) -> None:
    form = form_of(tmp_path, ROWS)
    found = validate(form, {"started": "x", "day": "2026"}, on=ON, tables=TABLES)
    assert codes(found) == ["FORM_014 started", "FORM_008 day"]


def test_a_hidden_question_holds_what_is_given_or_worked_out(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "a", "label": "A"},
        {"type": "hidden", "name": "h", "label": "", "calculation": "concat('<', ${a}, '>')"},
        {"type": "hidden", "name": "g", "label": ""},
    ]
    form = filling(form_of(tmp_path, rows), {"a": "1"})
    assert form.value("h") == "<1>"
    assert form.set("h", "x") == frozenset()
    assert form.set("g", "x") == {"g"}
    assert form.value("g") == "x"


def test_a_calculation_of_a_typed_question_has_its_type(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "a", "label": "A"},
        {"type": "integer", "name": "n", "label": "N", "calculation": "${a}"},
        {"type": "date", "name": "d", "label": "D", "calculation": "${a}"},
        {"type": "calculate", "name": "c", "label": "", "calculation": "${n} + 1"},
        {"type": "calculate", "name": "y", "label": "", "calculation": "format-date(${d}, '%Y')"},
    ]
    form = filling(form_of(tmp_path, rows), {"a": "x"})
    assert (form.value("n"), form.value("c"), form.value("y")) == (None, None, None)
    form.set("a", "12")
    assert (form.value("n"), form.value("c")) == (12, 13)
    form.set("a", "2026-11-20")
    assert (form.value("d"), form.value("y"), form.value("n")) == ("2026-11-20", "2026", None)
