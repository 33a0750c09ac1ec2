"""What is said about the answers of a form, and which warnings the officer confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from desktop.domain.people import PersonRow
from desktop.services.answering import PERSON, answered_questions, collected_on_path
from forms.dates import parse_stored
from forms.definition import Answer, Answers, FormDefinition
from forms.findings import Code, Finding, Severity
from forms.rules.identity import ID_NUMBER, IdentityTables, duplicate_finding, flag_codes
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import validate

#: Code of "chủ hộ" in the list of relations to the head (list of question 1a).
HEAD_OF_HOUSEHOLD = "1"


@dataclass(frozen=True, slots=True)
class Remarks:
    """Findings about a whole form, and the codes for which the police should look.

    A warning that was confirmed stays a flag: an explained contradiction is still checked.
    """

    findings: tuple[Finding, ...]
    flags: tuple[str, ...]

    def with_head(
        self, definition: FormDefinition, answers: Answers, other_head: str | None
    ) -> Remarks:
        """Says so when this person is entered as head of a household that has one already."""
        place = f"{PERSON}.relation_to_head"
        path = definition.path_of_role(place)
        if other_head is None or path is None or answers.get(path) != HEAD_OF_HOUSEHOLD:
            return self
        finding = Finding(Code.REG_001, path, place, {"name": other_head})
        return replace(self, findings=(*self.findings, finding))


def day_of_validation(definition: FormDefinition, answers: Answers, *, today: date) -> date:
    """The day of collection when the form tells it, but no day to come; else today."""
    path = collected_on_path(definition)
    raw_day = None if path is None else answers.get(path)
    day = parse_stored(raw_day) if isinstance(raw_day, str) else None
    return today if day is None else min(day.latest(), today)


def remarks_about(
    form: CompiledForm,
    answers: Answers,
    *,
    others: Sequence[PersonRow],
    today: date,
    tables: IdentityTables,
) -> Remarks:
    """Every remark; ``others`` are the other persons of the register who have this number."""
    on = day_of_validation(form.definition, answers, today=today)
    findings = validate(form, answers, on=on, tables=tables)
    flags = set(flag_codes(identity_of(form.definition, answers), on=on, tables=tables))
    path = form.definition.path_of_role(f"{PERSON}.{ID_NUMBER}")
    if others and path is not None:
        duplicate = duplicate_finding(
            str(answers[path]), others=[row.full_name for row in others], path=path
        )
        findings.append(duplicate)
        flags.add(duplicate.code.name)
    return Remarks(findings=tuple(findings), flags=tuple(sorted(flags)))


def identity_of(definition: FormDefinition, answers: Answers) -> dict[str, Answer]:
    """The answers about the person, by person field."""
    return {
        place.field: answers.get(question.path)
        for question, place in answered_questions(definition)
        if place.kind == PERSON
    }


def blocking(findings: Iterable[Finding], confirmations: Mapping[str, str]) -> tuple[Finding, ...]:
    """What keeps a record from being handed in: errors, and warnings without a reason."""
    return tuple(
        finding
        for finding in findings
        if finding.severity is Severity.ERROR
        or (
            finding.severity is Severity.WARNING
            and not confirmations.get(finding.fingerprint, "").strip()
        )
    )


def confirmed(
    findings: Iterable[Finding], confirmations: Mapping[str, str]
) -> dict[str, tuple[Finding, str]]:
    """Fingerprint -> the warning that stands now and the officer's reason; others are stale."""
    return {
        finding.fingerprint: (finding, reason)
        for finding in findings
        if finding.severity is Severity.WARNING
        and (reason := confirmations.get(finding.fingerprint, "").strip())
    }
