"""One question on the page: whatever its words are, they are words."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.ui.forms.question_row import Other, QuestionRow
from forms.registry import FormRegistry

FORMS = FormRegistry.bundled()


def row(qtbot: QtBot) -> QuestionRow:
    form_id = "tt11_2022_m03"
    definition = FORMS.get(form_id, FORMS.versions(form_id)[-1]).definition
    question = definition.question("identity/full_name")
    assert question is not None
    made = QuestionRow(question=question, choices=())
    qtbot.addWidget(made)
    return made


def test_an_answer_in_a_label_is_shown_as_it_was_typed(qtbot: QtBot) -> None:
    shown = row(qtbot)
    shown.show_label("Của <i>A</i> & B <img src=x>")
    [label] = [one for one in shown.findChildren(QLabel) if "Của" in one.text()]
    document = QTextDocument()
    document.setHtml(label.text())
    assert document.toPlainText().endswith("Của <i>A</i> & B <img src=x>")


def test_another_value_is_drawn_once_and_again_when_it_is_a_clash_again(qtbot: QtBot) -> None:
    shown, others = row(qtbot), [Other("b", "B", "Máy 2")]
    shown.show_notes(others=others)
    [first] = shown.findChildren(QLabel)[-1:]
    shown.show_notes(others=others)
    [same] = shown.findChildren(QLabel)[-1:]
    assert same is first, "a button with the keyboard is not taken away by the next key"
    shown.clear_others()
    shown.show_notes(others=others)
    [again] = shown.findChildren(QLabel)[-1:]
    assert again is not first
    assert again.isVisibleTo(shown)
