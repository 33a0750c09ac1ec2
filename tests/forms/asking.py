"""One form to try expressions in: every type of answer, a table, an option list and a repeat."""

from __future__ import annotations

from forms.definition import (
    Answer,
    Choice,
    DatePrecision,
    FormDefinition,
    Question,
    QuestionType,
    Repeat,
    Section,
    Table,
)
from forms.runtime.compilation import compile_form
from forms.runtime.compiled import CompiledForm
from tests.forms.writing import filling

ASKED = {
    "word": QuestionType.TEXT,
    "count": QuestionType.INTEGER,
    "size": QuestionType.DECIMAL,
    "day": QuestionType.DATE,
    "clock": QuestionType.TIME,
    "moment": QuestionType.DATE_TIME,
    "one": QuestionType.SELECT_ONE,
    "many": QuestionType.SELECT_MULTIPLE,
}
COLOURS = (
    Choice("r", "Đỏ", {"kind": "warm"}),
    Choice("y", "Vàng", {"kind": "warm"}),
    Choice("b", "Xanh dương", {"kind": "cold"}),
)
#: People who do not exist; the second has told no age and the third a score that is no number.
PEOPLE = Table(
    ("name", "age", "score", "place"),
    (
        ("An", "30", "", "99001"),
        ("Bình", "", "4.5", "99001"),
        ("Cúc", "41", "x", "99002"),
        ("Dung", "7", "1", "99003"),
    ),
)
#: Three members of a household; the second is not filled in.
MEMBERS: dict[str, Answer] = {
    "members[1]/name": "An",
    "members[1]/income": 3,
    "members[1]/born": "1950",
    "members[2]": "1",
    "members[3]/name": "Cúc",
    "members[3]/income": 4.5,
    "members[3]/born": "1948-03",
}


def asking_form(expression: str) -> CompiledForm:
    """The form with one calculation at its end. Raises ``DefinitionError``."""
    questions = [
        Question(
            path=f"asked/{name}",
            type=kind,
            label_vi=name,
            list_name="colours" if name in ("one", "many") else None,
            precision=DatePrecision.YEAR,
            source_row=row,
        )
        for row, (name, kind) in enumerate(ASKED.items(), 3)
    ]
    members = Section(
        "members",
        "Thành viên",
        None,
        (
            Question("members/name", QuestionType.TEXT, "Tên"),
            Question("members/income", QuestionType.DECIMAL, "Thu nhập"),
            Question("members/born", QuestionType.DATE, "Ngày sinh", precision=DatePrecision.YEAR),
            Question(
                "members/place",
                QuestionType.CALCULATE,
                "",
                calculation="concat(position(..), '/', count(${members}))",
            ),
        ),
        repeat=Repeat(),
    )
    result = Question(
        "worked/result", QuestionType.CALCULATE, "", calculation=expression, source_row=20
    )
    return compile_form(
        FormDefinition(
            "thu",
            "2026-01-01",
            "Thử",
            (
                Section("asked", "", None, tuple(questions)),
                members,
                Section("worked", "", None, (result,)),
            ),
            {"colours": COLOURS},
            {"people": PEOPLE},
        )
    )


def told(expression: str, **answers: Answer) -> Answer:
    """What an expression gives as a calculated answer, with the three members given."""
    given = {f"asked/{name}": value for name, value in answers.items()}
    return filling(asking_form(expression), {**MEMBERS, **given}).value("worked/result")
