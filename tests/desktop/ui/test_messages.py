"""Every problem and every state has words, in Vietnamese, with a next step."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.checks import COMPARED_FIELDS, CheckAnswer
from desktop.domain.people import CheckState, RecordStatus
from desktop.domain.records import TodoKind
from desktop.domain.reviews import Review
from desktop.domain.syncing import ChangeState
from desktop.errors import Problem
from desktop.ui import wording
from desktop.ui.messages import Messages
from forms.findings import Code
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Hold


@pytest.mark.parametrize("problem", list(Problem), ids=lambda problem: problem.name)
def test_a_problem_has_a_sentence_and_a_next_step(qtbot: QtBot, problem: Problem) -> None:
    message = Messages().explain(problem)
    for text in (message.sentence, message.next_step):
        assert text.endswith("."), text
        assert "{" not in text
        assert unicodedata.is_normalized("NFC", text)
    assert message.text == f"{message.sentence} {message.next_step}"


def test_no_two_problems_say_the_same(qtbot: QtBot) -> None:
    sentences = [Messages().explain(problem).sentence for problem in Problem]
    assert len(set(sentences)) == len(sentences)


def test_every_state_has_its_word(qtbot: QtBot) -> None:
    words = wording.Words()
    said = [
        *map(words.record_status, RecordStatus),
        *map(words.check_state, CheckState),
        *map(words.check_answer, CheckAnswer),
        *map(words.todo, TodoKind),
        *map(words.review, Review),
        *map(words.change_state, ChangeState),
    ]
    assert all(said)
    documents = [words.document(kind.value) for kind in DocumentType]
    assert words.document("something new") not in documents
    assert len(set(documents)) == len(documents)
    assert len({words.person_field(field) for field in COMPARED_FIELDS}) == len(COMPARED_FIELDS)


@pytest.mark.parametrize(
    "code", [code for code in Code if code.kind.is_flag], ids=lambda code: code.name
)
def test_the_police_read_why_a_person_was_flagged(qtbot: QtBot, code: Code) -> None:
    words = wording.Words()
    assert words.flag(code.name) != words.flag("no such code")


def test_every_reason_of_the_server_is_told_in_words(qtbot: QtBot) -> None:
    words = wording.Words()
    said = [words.hold(hold.value) for hold in Hold]
    assert len({*said, words.hold("something new")}) == len(Hold) + 1
    assert all(text.endswith(".") and unicodedata.is_normalized("NFC", text) for text in said)


def test_moments_are_told_in_vietnamese_time() -> None:
    assert wording.moment("2026-11-22T01:05:00+00:00") == "08:05 22/11/2026"
    assert wording.clock_time(datetime(2026, 11, 22, 18, 30, tzinfo=UTC)) == "01:30"
    assert wording.moment("") == ""
