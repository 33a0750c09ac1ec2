"""What leaves the register for other offices: a record handed in, an identity to be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.domain.people import PersonId
from desktop.domain.records import CheckId, RecordId, SubmissionId
from desktop.services.answering import (
    ANSWERS,
    ASSIGNED,
    DIFFERS,
    IDENTITY,
    REASONS,
    by_prefix,
    snapshot,
)
from desktop.store.documents import Document, Edit
from forms.comparison.outcomes import COMPARED_FIELDS
from forms.definition import Answers, FormDefinition
from forms.findings import Finding
from sync.protocol.documents import TOLD, DocumentType
from sync.protocol.messages import Value

#: Fields of a submission that do not tell whether its content is another.
_ROUND_FIELDS = frozenset({"round", "review", "submitted_by"})


def submission_fields(
    definition: FormDefinition,
    answers: Answers,
    *,
    record_id: RecordId,
    person_id: PersonId,
    confirmed: Mapping[str, tuple[Finding, str]],
    person: Mapping[str, Value],
) -> dict[str, Value]:
    """The content of a submission: all answers that are asked, the identity, the confirmations."""
    hamlet_path = definition.path_of_role("household.hamlet")
    fields: dict[str, Value] = {
        "record_id": record_id,
        "person_id": person_id,
        "form_id": definition.form_id,
        "form_version": definition.version,
        "hamlet": None if hamlet_path is None else answers.get(hamlet_path),
        "confirmed": _confirmed_list(confirmed) or None,
    }
    fields |= {IDENTITY + name: value for name, value in snapshot(person).items()}
    fields |= {ANSWERS + path: value for path, value in answers.items()}
    return {name: value for name, value in fields.items() if value is not None}


def _confirmed_list(confirmed: Mapping[str, tuple[Finding, str]]) -> list[dict[str, Any]]:
    listed = [
        {"code": finding.code.name, "path": finding.path, "reason": reason}
        for finding, reason in confirmed.values()
    ]
    return sorted(listed, key=lambda item: (item["path"], item["code"]))


def same_content(submission: Document, fields: Mapping[str, Value]) -> bool:
    """Was exactly this handed in with that submission?"""
    before = {
        name: value
        for name, value in submission.fields.items()
        if name not in _ROUND_FIELDS and not name.startswith((REASONS, TOLD))
    }
    return before == dict(fields)


def submission_edit(
    submission_id: SubmissionId,
    commune_code: str,
    fields: Mapping[str, Value],
    *,
    round_number: int,
    submitted_by: str,
    told: Mapping[str, Value] | None = None,
) -> Edit:
    """The new document of one round; ``told`` is what is known of the police check then."""
    return Edit(
        document_type=DocumentType.SUBMISSION,
        document_id=submission_id,
        commune_code=commune_code,
        fields={
            **fields,
            **{name: value for name, value in (told or {}).items() if value is not None},
            "round": round_number,
            "submitted_by": submitted_by,
        },
        form=f"{fields['form_id']}@{fields['form_version']}",
    )


def check_edit(
    check_id: CheckId,
    person: Document,
    *,
    fields: Mapping[str, Value],
    flags: Sequence[str],
    asked_by: str,
    list_name: str = "",
) -> Edit:
    """The new document that asks the police; ``fields`` are the person's. Identity only."""
    asked: dict[str, Value] = {
        "person_id": person.document_id,
        "reasons": list(flags) or None,
        "asked_by": asked_by,
        "list": list_name or None,
    }
    asked |= {IDENTITY + name: value for name, value in snapshot(fields).items()}
    return Edit(
        document_type=DocumentType.CHECK,
        document_id=check_id,
        commune_code=person.commune_code,
        fields={name: value for name, value in asked.items() if value is not None},
    )


def told_of_check(check_id: str, check: Mapping[str, Value]) -> dict[str, Value]:
    """What goes with a record of how its person was checked; ``None`` empties a field."""
    differs = by_prefix(check, DIFFERS) if check.get("answer") == "differs" else {}
    return {
        f"{TOLD}id": check_id,
        f"{TOLD}answer": check.get("answer"),
        f"{TOLD}note": check.get("note") or None,
        f"{TOLD}number": check.get(f"{ASSIGNED}id_number"),
        **{f"{TOLD}{DIFFERS}{name}": differs.get(name) for name in COMPARED_FIELDS},
    }


def was_asked(check: Document | None, identity: Mapping[str, str]) -> bool:
    """Was exactly this identity sent last, whether it is answered yet or not?"""
    return check is not None and by_prefix(check.fields, IDENTITY) == dict(identity)
