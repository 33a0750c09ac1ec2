"""Complete answers to every form, and filling one through the services."""

from __future__ import annotations

from desktop.domain.people import PersonId
from desktop.domain.records import NotReady, Submitted
from forms.cases import load_cases
from forms.definition import Answer
from forms.registry import FormRegistry
from tests.support.offices import Office

FORMS = FormRegistry.bundled()
#: The forms whose records are restricted.
SENSITIVE = [form_id for form_id in FORMS.form_ids() if FORMS.about(form_id).sensitive]


def complete(form_id: str, **changes: Answer) -> dict[str, Answer]:
    """Answers to which nothing is to be said; ``changes`` by path with ``__`` for ``/``."""
    path = FORMS.path(form_id, FORMS.versions(form_id)[-1])
    answers = dict(load_cases(path.with_name("cases.yaml"))[0].answers)
    return answers | {name.replace("__", "/"): value for name, value in changes.items()}


def hand_in(
    office: Office, form_id: str, answers: dict[str, Answer], person_id: PersonId | None = None
) -> Submitted | NotReady:
    """Fill a form of a person, or of somebody new, and hand it in."""
    opened = office.records.open(person_id, form_id=form_id)
    return office.records.submit(opened, answers={**opened.answers, **answers}, confirmations={})
