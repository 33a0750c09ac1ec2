"""``forms run``: one set of answers through a form, without a window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forms.findings import Code, Severity

if TYPE_CHECKING:
    from forms.definition import Answer
    from forms.findings import Finding
    from forms.runtime.compiled import CompiledForm

#: The keys of instances in a path.
_KEY = re.compile(r"\[[^\]]*\]")

SEVERITY_WORDS = {"error": "Lỗi", "warning": "Cảnh báo", "information": "Thông tin"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a set of answers.

    Attributes:
        relevant: the questions that are asked, in the order of the paper.
        calculated: what the form worked out, by path.
        answers: what would be submitted, nested.
        is_ready: nothing stops a submission, and no warning wants a reason first.
    """

    form: CompiledForm
    on: date
    relevant: tuple[str, ...]
    calculated: Mapping[str, Answer]
    answers: Mapping[str, object]
    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        """Can these answers be submitted as they are?"""
        return not any(one.severity is not Severity.INFORMATION for one in self.findings)


def fill(form: CompiledForm, given: Mapping[str, object], *, on: date, training: bool) -> Outcome:
    """Answers, flat or nested, through the form. Bad answers become findings.

    Raises ``NestingError`` for a shape that holds no answers.
    """
    from forms.rules.identity import IdentityTables
    from forms.runtime.engine import Filling, validate
    from forms.runtime.nesting import flattened, nested

    tables = IdentityTables.load(training=training)
    answers = flattened(given)
    filling = Filling(form, on=on, tables=tables, answers=answers)
    strange = [
        one
        for one in validate(form, answers, on=on, tables=tables)
        if one.code in (Code.FORM_009, Code.FORM_010)
    ]
    questions = {question.path: question for question in form.definition.questions()}
    asked = {path: questions.get(_KEY.sub("", path)) for path in filling.walk()}
    calculated = (path for path, one in asked.items() if one and one.calculation is not None)
    return Outcome(
        form=form,
        on=on,
        relevant=tuple(path for path, question in asked.items() if question is not None),
        calculated={path: filling.value(path) for path in calculated},
        answers=nested(filling.answers()),
        findings=(*filling.findings(), *strange),
    )


def lines(outcome: Outcome) -> Iterator[str]:
    """For people."""
    definition = outcome.form.definition
    edition = f"{definition.form_id} {definition.version}".strip()
    name = f"{definition.title_vi} ({edition})"
    yield f"{name}, ngày {outcome.on:%d/%m/%Y}"
    yield f"Các câu được hỏi ({len(outcome.relevant)}):"
    yield from (f"  {path}" for path in outcome.relevant)
    if outcome.calculated:
        yield "Các giá trị tính được:"
        for path, value in outcome.calculated.items():
            yield f"  {path} = {'' if value is None else value}"
    yield f"Nhận xét ({len(outcome.findings)}):"
    for one in outcome.findings:
        word = SEVERITY_WORDS[one.severity.value]
        yield f"  {word} {one.code.name} {one.path}: {one.message_vi}"
    yield "Kết luận: gửi được." if outcome.is_ready else "Kết luận: chưa gửi được."


def as_json(outcome: Outcome) -> dict[str, object]:
    """For other programs."""
    definition = outcome.form.definition
    return {
        "form_id": definition.form_id,
        "version": definition.version,
        "on": outcome.on.isoformat(),
        "relevant": list(outcome.relevant),
        "calculated": dict(outcome.calculated),
        "answers": dict(outcome.answers),
        "findings": [finding_json(one) for one in outcome.findings],
        "ready": outcome.is_ready,
    }


def finding_json(finding: Finding) -> dict[str, str]:
    """One finding for other programs."""
    return {
        "code": finding.code.name,
        "severity": finding.severity.value,
        "path": finding.path,
        "message": finding.message_vi,
    }
