"""How long a form needs after one keystroke: 500 questions, 400 of them asked only sometimes.

The form is made in code, always the same one: chains (a question is asked when the one before it
was answered so), fans (many questions hang on one), conditions over several answers, and 50
calculations that read others. One answer changes; everything that depends on it is worked out, and
the findings of all that may look different are collected. Every question has its turn.

``baseline_ms`` does the same the plain way in the same run: the whole form is worked out from its
answers again. ``in_repeat`` has the same questions inside a repeat of 200 instances, with a total
over all of them; there an answer of one instance changes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median, quantiles

from forms.definition import (
    Answer,
    Choice,
    FormDefinition,
    Question,
    QuestionType,
    Repeat,
    Section,
)
from forms.rules.identity import IdentityTables
from forms.runtime.compilation import compile_form
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import Filling

QUESTIONS = 500
RULES = 400
CALCULATIONS = 50
INSTANCES = 200
ROUNDS = 4
BASELINES = 3
ON = date(2026, 11, 20)

_YES_NO = (Choice("1", "Có"), Choice("2", "Không"))
_SECTION_OF = 25


def questions(prefix: str = "") -> tuple[Section, ...]:
    """The 500 questions in sections of 25; always the same ones."""
    source = random.Random(20261122)
    names = [f"q{number:03d}" for number in range(QUESTIONS)]
    calculated = set(range(QUESTIONS - CALCULATIONS, QUESTIONS))
    ruled = {*source.sample(range(1, QUESTIONS - CALCULATIONS), RULES)}
    found = [
        _calculation(prefix, names, number, source)
        if number in calculated
        else _asked(prefix, names, number, source, has_rule=number in ruled)
        for number in range(QUESTIONS)
    ]
    return tuple(
        Section(
            f"{prefix}s{first // _SECTION_OF:02d}",
            f"Phần {first // _SECTION_OF + 1}",
            None,
            tuple(found[first : first + _SECTION_OF]),
        )
        for first in range(0, QUESTIONS, _SECTION_OF)
    )


def _path(prefix: str, names: Sequence[str], number: int) -> str:
    return f"{prefix}s{number // _SECTION_OF:02d}/{names[number]}"


def _asked(
    prefix: str, names: Sequence[str], number: int, source: random.Random, *, has_rule: bool
) -> Question:
    is_choice = number % 3 != 0
    return Question(
        path=_path(prefix, names, number),
        type=QuestionType.SELECT_ONE if is_choice else QuestionType.INTEGER,
        label_vi=f"{number}. Câu hỏi",
        list_name="yn" if is_choice else None,
        required="true()" if number % 2 else None,
        required_message_vi="Trả lời câu này.",
        relevant=_rule(names, number, source) if has_rule else None,
        constraint=None if is_choice else ". >= 0 and . <= 200",
        constraint_message_vi="Từ 0 đến 200.",
    )


def _rule(names: Sequence[str], number: int, source: random.Random) -> str:
    """Chains, fans and conditions over several answers."""
    kind = source.randrange(3)
    if kind == 0:
        return _condition(names, number - 1)
    if kind == 1:
        return _condition(names, number // 40 * 40 if number % 40 else max(number - 40, 0))
    others = [source.randrange(number) for _ in range(3)]
    return f"({' or '.join(_condition(names, other) for other in others)})"


def _condition(names: Sequence[str], number: int) -> str:
    other = names[number]
    return f"${{{other}}} = '1'" if number % 3 else f"${{{other}}} > 10"


def _calculation(prefix: str, names: Sequence[str], number: int, source: random.Random) -> Question:
    numbers = [3 * source.randrange((QUESTIONS - CALCULATIONS) // 3) for _ in range(8)]
    parts = [f"coalesce(${{{names[one]}}}, 0)" for one in numbers]
    if number > QUESTIONS - CALCULATIONS and number % 5 == 0:
        parts.append(f"${{{names[number - 1]}}}")
    return Question(
        path=_path(prefix, names, number),
        type=QuestionType.CALCULATE,
        label_vi="",
        calculation=" + ".join(parts),
    )


def flat_form() -> CompiledForm:
    """The questions, each once."""
    return compile_form(
        FormDefinition("bench", "2026-01-01", "Phiếu dài", questions(), {"yn": _YES_NO})
    )


def repeated_form() -> CompiledForm:
    """The questions for every member of a group home, and a total over all of them."""
    members = Section("m", "Người", None, questions("m/"), repeat=Repeat())
    total = Question("total", QuestionType.CALCULATE, "", calculation=f"sum(${{q{QUESTIONS - 1}}})")
    children = (members, total)
    return compile_form(
        FormDefinition("bench", "2026-01-01", "Phiếu nhóm", children, {"yn": _YES_NO})
    )


def answers(form: CompiledForm, before: str = "") -> dict[str, Answer]:
    """An answer to every question that is not calculated."""
    source = random.Random(42)
    return {
        before + item.tail: source.choice("112") if item.choices else source.randrange(5, 60)
        for item in form.questions
        if item.calculation is None and item.question is not None
    }


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in milliseconds."""

    strokes: Sequence[float]
    touched: Sequence[int]
    baselines: Sequence[float]

    def figures(self) -> dict[str, object]:
        cuts = quantiles(self.strokes, n=100)
        return {
            "strokes": len(self.strokes),
            "p50_ms": round(median(self.strokes), 3),
            "p95_ms": round(cuts[94], 3),
            "max_ms": round(max(self.strokes), 3),
            "most_touched": max(self.touched),
            "baseline_ms": round(median(self.baselines), 2),
            "times_faster_p95": round(median(self.baselines) / cuts[94], 1),
        }


def measure(form: CompiledForm, given: dict[str, Answer], paths: Sequence[str]) -> Measured:
    """Every path changes and changes back, several times."""
    tables = IdentityTables.load(training=True)
    filling = Filling(form, on=ON, tables=tables, answers=given)
    filling.findings()
    strokes, touched = [], []
    source = random.Random(7)
    for _ in range(ROUNDS):
        for path in paths:
            for answer in (_other(given[path], source), given[path]):
                started = time.perf_counter()
                changed = filling.set(path, answer)
                for one in changed:
                    if form_has_findings_at(form, one):
                        filling.findings_at(one)
                strokes.append((time.perf_counter() - started) * 1000)
                touched.append(len(changed))
    baselines = []
    for _ in range(BASELINES):
        started = time.perf_counter()
        Filling(form, on=ON, tables=tables, answers=given).findings()
        baselines.append((time.perf_counter() - started) * 1000)
    return Measured(strokes, touched, baselines)


def form_has_findings_at(form: CompiledForm, path: str) -> bool:
    """Is it a question, not a group?"""
    item = form.by_path.get(path)
    return (item is None or item.question is not None) and not path.endswith("]")


def _other(answer: Answer, source: random.Random) -> Answer:
    if isinstance(answer, str):
        return "2" if answer == "1" else "1"
    return source.randrange(11, 99) if isinstance(answer, int) and answer <= 10 else 3


def run(*, json: bool) -> dict[str, object]:
    """Measures, and prints the figures for a person unless only JSON is asked for."""
    flat = flat_form()
    flat_given = answers(flat)
    figures: dict[str, object] = {
        "questions": QUESTIONS,
        "rules": sum(item.relevant is not None for item in flat.items),
        **measure(flat, flat_given, list(flat_given)).figures(),
    }
    repeated = repeated_form()
    given: dict[str, Answer] = {}
    for number in range(1, INSTANCES + 1):
        given |= answers(repeated, f"m[{number}]/")
    paths = [path for path in given if path.startswith(f"m[{INSTANCES // 2}]/")]
    figures["in_repeat"] = {
        "instances": INSTANCES,
        **measure(repeated, given, paths[::ROUNDS]).figures(),
    }
    if not json:
        for name, figure in figures.items():
            print(f"{name:>18}  {figure}")
    return figures
