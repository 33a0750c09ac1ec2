"""What waits for the officer: returns, differences, people not found, clashes, held changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from desktop.domain.checks import COMPARED_FIELDS, CheckAnswer
from desktop.domain.people import PersonId
from desktop.domain.records import Todo, TodoKind
from desktop.services.answering import ANSWERS, without_keys
from desktop.services.open_checks import OpenChecks, differing_checks, is_not_found
from desktop.services.opening import open_differences, reasons_of
from desktop.store.checks import latest_checks_with, made_at
from desktop.store.documents import Document
from desktop.store.held import refused_changes
from desktop.store.people import household_members
from desktop.store.records import documents_with_clashes, returned_submissions
from desktop.store.register import Register
from forms.definition import FormDefinition, Question
from forms.registry import FormRegistry, UnknownFormError
from sync.protocol.documents import DocumentType, is_derived
from sync.protocol.messages import Clash, Value

#: The form whose questions name person and household fields, where no record says which form.
_SHARED_FORM = "tt11_2022_m03"


#: What the officer fills in.
_FILLED = frozenset({DocumentType.HOUSEHOLD, DocumentType.PERSON, DocumentType.RECORD})


class Todos:
    """The to-do list of one register."""

    def __init__(self, *, register: Register, forms: FormRegistry) -> None:
        self._register = register
        self._subjects = Subjects(register=register, forms=forms)
        self._checks = OpenChecks(register=register)

    def list(self) -> list[Todo]:
        """Everything that waits, by kind, oldest first."""
        return list(
            chain(
                self._returned(),
                self._differing(),
                self._not_found(),
                self._clashing(),
                self._held(),
            )
        )

    def count(self, *, refused: int | None = None) -> int:
        """How many things wait: as many as ``list`` has.

        ``refused`` is how many of them are refused changes, where that is known already.
        """
        if refused is None:
            refused = len(refused_changes(self._register))
        returned = sum(len(reasons_of(one)) for one in returned_submissions(self._register))
        clashing = sum(1 for _ in self._clashing())
        return returned + self._checks.count() + clashing + refused

    def _returned(self) -> Iterator[Todo]:
        for submission in returned_submissions(self._register):
            fields = submission.fields
            questions = _questions(self._subjects.definition(fields))
            person = self._subjects.person(fields.get("person_id"))
            reasons = reasons_of(submission)
            for path in sorted(reasons, key=lambda path: _order(questions, without_keys(path))):
                yield _todo(
                    TodoKind.RETURNED,
                    person,
                    question=questions.get(without_keys(path)),
                    path=path,
                    text=reasons[path],
                    at=made_at(submission.document_id),
                    form_id=str(fields.get("form_id") or ""),
                )

    def _differing(self) -> Iterator[Todo]:
        for check in differing_checks(self._register):
            person = self._subjects.person(check.fields.get("person_id"))
            if person is None:
                continue
            for name, value in open_differences(person.fields, check.fields).items():
                is_given = name not in COMPARED_FIELDS
                yield _todo(
                    TodoKind.NUMBER if is_given else TodoKind.DIFFERS,
                    person,
                    question=self._subjects.question_of_role(f"person.{name}"),
                    text=value,
                    at=made_at(check.document_id),
                )

    def _not_found(self) -> Iterator[Todo]:
        for check in latest_checks_with(self._register, CheckAnswer.NOT_FOUND):
            person = self._subjects.person(check.fields.get("person_id"))
            if person is None or not is_not_found(person, check):
                continue
            yield _todo(
                TodoKind.NOT_FOUND,
                person,
                question=self._subjects.question_of_role("person.id_number"),
                text=str(check.fields.get("note") or ""),
                at=made_at(check.document_id),
            )

    def _clashing(self) -> Iterator[Todo]:
        """Only what the officer can decide: the answer to a check and the review of a submission
        belong to the desks that write them."""
        for document in documents_with_clashes(self._register):
            if document.document_type not in _FILLED:
                continue
            person = self._subjects.person_of(document)
            for name, clashes in document.clashes.items():
                question = self._subjects.question_of_field(document, name)
                if person is None or question is None or is_derived(name) or not clashes:
                    continue
                newest: Clash = clashes[-1]
                yield _todo(
                    TodoKind.CLASH,
                    person,
                    question=question,
                    text="" if newest.value is None else str(newest.value),
                    at=newest.at,
                    path=name.removeprefix(ANSWERS) if name.startswith(ANSWERS) else "",
                    form_id=str(document.fields.get("form_id") or ""),
                )

    def _held(self) -> Iterator[Todo]:
        """At the first question whose answer was refused; ``text`` is the code of the reason."""
        for refused in refused_changes(self._register):
            document = self._register.document(refused.change.document_id)
            asked = (
                []
                if document is None
                else [self._subjects.question_of_field(document, name) for name in refused.fields]
            )
            yield _todo(
                TodoKind.HELD,
                None if document is None else self._subjects.person_of(document),
                question=next((question for question in asked if question is not None), None),
                text=refused.why,
                at=refused.change.at,
                form_id="" if document is None else str(document.fields.get("form_id") or ""),
            )


class Subjects:
    """Whom a document is about, and which question of which form a field of it answers."""

    def __init__(self, *, register: Register, forms: FormRegistry) -> None:
        self._register = register
        self._forms = forms

    def person(self, person_id: Value) -> Document | None:
        """The person with this id, as far as it is here."""
        return self._register.document(person_id) if person_id else None

    def person_of(self, document: Document) -> Document | None:
        """The person a document is about; a household is found by its head, else by a member."""
        if document.document_type is DocumentType.PERSON:
            return document
        if document.document_type is not DocumentType.HOUSEHOLD:
            return self.person(document.fields.get("person_id"))
        head = self.person(document.fields.get("head_person_id"))
        if head is not None:
            return head
        members = household_members(self._register, document.document_id)
        return self.person(members[0].person_id) if members else None

    def question_of_field(self, document: Document, name: str) -> Question | None:
        """The question whose answer this field holds; ``None`` for a field no form asks."""
        if document.document_type in (DocumentType.PERSON, DocumentType.HOUSEHOLD):
            return self.question_of_role(f"{document.document_type.value}.{name}")
        questions = _questions(self.definition(document.fields))
        return questions.get(without_keys(name.removeprefix(ANSWERS)))

    def question_of_role(self, role: str) -> Question | None:
        """The question for a field of a person or household."""
        questions = self._newest(_SHARED_FORM).questions()
        return next((question for question in questions if question.role == role), None)

    def definition_of(self, document: Document | None) -> FormDefinition:
        """The form in whose words the document's fields are told."""
        return self.definition({} if document is None else document.fields)

    def definition(self, fields: Mapping[str, Value]) -> FormDefinition:
        """The text a record or submission was made with."""
        form_id, version = fields.get("form_id"), fields.get("form_version")
        if not form_id or not version:
            return self._newest(_SHARED_FORM)
        try:
            return self._forms.get(str(form_id), str(version)).definition
        except UnknownFormError:  # made by a newer program: the words of the text known here
            return self._newest(_SHARED_FORM)

    def _newest(self, form_id: str) -> FormDefinition:
        return self._forms.get(form_id, self._forms.versions(form_id)[-1]).definition


def _questions(definition: FormDefinition) -> dict[str, Question]:
    return {question.path: question for question in definition.questions()}


def _order(questions: Mapping[str, Question], path: str) -> tuple[int, str]:
    """By the order of the paper; what the form does not know comes last."""
    paths = list(questions)
    return (paths.index(path) if path in questions else len(paths), path)


def _todo(
    kind: TodoKind,
    person: Document | None,
    *,
    question: Question | None,
    text: str,
    at: str,
    path: str = "",
    form_id: str = "",
) -> Todo:
    return Todo(
        kind=kind,
        person_id=None if person is None else PersonId(person.document_id),
        full_name="" if person is None else str(person.fields.get("full_name") or ""),
        path=path if path or question is None else question.path,
        question_vi="" if question is None else question.label_vi,
        text=text,
        at=at,
        form_id=form_id,
    )
