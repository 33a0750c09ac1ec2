"""A complete set of answers looked at once."""

from __future__ import annotations

from datetime import date

from forms.definition import Answers
from forms.findings import Finding
from forms.rules.identity import IdentityTables
from forms.runtime.answers import is_empty
from forms.runtime.checking import (
    asleep_findings,
    check,
    list_findings,
    people_findings,
    twins_of,
    unasked_finding,
    unknown_findings,
)
from forms.runtime.compiled import CompiledForm
from forms.runtime.frames import Frame
from forms.runtime.metadata import UNKNOWN, Metadata
from forms.runtime.sheet import Sheet


def validate(
    form: CompiledForm,
    answers: Answers,
    *,
    on: date,
    tables: IdentityTables,
    metadata: Metadata = UNKNOWN,
) -> list[Finding]:
    """Every finding about a whole set of answers, in the order of the paper.

    Unlike ``Filling``, it also reports answers to questions that are not asked with these answers,
    and answers to no question of the form (at the end).
    """
    sheet = Sheet(form, answers, on=on, metadata=metadata, keeps=False)
    sheet.settle_everything()
    findings = _all_findings(sheet, sheet.root, on=on, tables=tables)
    if sheet.strays:
        findings += unknown_findings(sheet.strays, but=sheet.not_taken)
    elif form.is_flat:
        asked = sheet.root.plan.questions
        if not answers.keys() <= asked.keys():
            findings += unknown_findings(answers, but=asked)
    return findings


def _all_findings(sheet: Sheet, frame: Frame, *, on: date, tables: IdentityTables) -> list[Finding]:
    findings: list[Finding] = []
    shown, given, unread, form = frame.shown, frame.given, frame.unread, sheet.form
    people = people_findings(frame, on=on, tables=tables) if frame.plan.identities else []
    people += twins_of(frame)
    for item in frame.plan.asked:
        if item.inner is not None:
            findings += list_findings(item, frame, sheet)
            for one in frame.lists[item.slot].awake:
                findings += _all_findings(sheet, one, on=on, tables=tables)
            findings += asleep_findings(item, frame)
        elif shown[item.slot]:
            if item.is_checked or item.slot in unread:
                findings += check(form, item, frame)
        elif item.calculation is None and not is_empty(given.get(item.tail)):
            findings.append(unasked_finding(item, frame))
        if people:
            path = frame.path(item)
            findings += [one for one in people if one.path == path]
    return findings
