"""Everything the form page shows of one person, put together from the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from desktop.domain.checks import COMPARED_FIELDS, CheckAnswer
from desktop.domain.people import CheckState, HouseholdId, PersonId, RecordStatus
from desktop.domain.records import Competing, OpenedForm, RecordId
from desktop.domain.reviews import Review
from desktop.domain.scans import Scan
from desktop.services.answering import (
    ANSWERS,
    ASSIGNED,
    CONFIRMED,
    DIFFERS,
    HOUSEHOLD,
    IDENTITY,
    PERSON,
    REASONS,
    RECORD,
    Parts,
    Place,
    answered_questions,
    by_prefix,
    joined,
)
from desktop.services.comparing import is_same_to_readers
from desktop.services.three_values import NATIONAL, SETTLED
from desktop.store.documents import Document
from desktop.store.held import Held
from forms.definition import Answer, FormDefinition
from forms.vietnamese import compare_key
from sync.protocol.documents import (
    CHECKED_FIELDS,
    LISTED,
    LISTED_FIELDS,
    SCANNED,
    SCANNED_FIELDS,
)
from sync.protocol.messages import Clash, Value

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Dossier:
    """The documents about one person and one form, as far as they exist.

    Attributes:
        submission: the latest round of the record.
        last_check: the latest check of the person.
        left_household: where the person lived until this save, when it is another one.
    """

    person: Document | None = None
    household: Document | None = None
    record: Document | None = None
    submission: Document | None = None
    last_check: Document | None = None
    left_household: Document | None = None

    @property
    def parts(self) -> Parts:
        """The stored values."""
        return Parts(
            person=_fields(self.person),
            household=_fields(self.household),
            record=_fields(self.record),
        )

    def document(self, kind: str) -> Document | None:
        """The document that answers of this kind are kept in, if there is one."""
        return {PERSON: self.person, HOUSEHOLD: self.household, RECORD: self.record}[kind]

    @property
    def confirmations(self) -> dict[str, str]:
        """Fingerprint -> reason, of the person and of the record."""
        both = {**self.parts.person, **self.parts.record}
        return {
            fingerprint: str(confirmed["reason"])
            for fingerprint, confirmed in by_prefix(both, CONFIRMED).items()
        }

    @property
    def status(self) -> RecordStatus:
        """How far the record is, by its latest round."""
        if self.record is None:
            return RecordStatus.NONE
        if self.submission is None:
            return RecordStatus.DRAFT
        return _STATUSES[review_of(self.submission)]

    @property
    def check(self) -> CheckState:
        """What the police said when they were asked last."""
        if self.last_check is None:
            return CheckState.NOT_ASKED
        answer = self.last_check.fields.get("answer")
        return CheckState.WAITING if answer is None else CheckState(answer)

    @property
    def remarks(self) -> dict[str, str]:
        """Path -> reason, while the latest round is a returned one."""
        if self.submission is None or review_of(self.submission) is not Review.RETURNED:
            return {}
        return reasons_of(self.submission)

    @property
    def csdlqg(self) -> dict[str, str]:
        """Person field -> value in the CSDLQG, while neither side was corrected."""
        if self.person is None or self.last_check is None:
            return {}
        return open_differences(self.person.fields, self.last_check.fields)


_STATUSES = {
    Review.WAITING: RecordStatus.SUBMITTED,
    Review.ACCEPTED: RecordStatus.ACCEPTED,
    Review.RETURNED: RecordStatus.RETURNED,
}


def review_of(submission: Document) -> Review:
    """What the collecting office decided about this round."""
    review = submission.fields.get("review")
    return Review.WAITING if review is None else Review(review)


def reasons_of(submission: Document) -> dict[str, str]:
    """Path -> why the round was returned at this question."""
    return {path: str(why) for path, why in by_prefix(submission.fields, REASONS).items()}


def open_differences(person: Mapping[str, Value], check: Mapping[str, Value]) -> dict[str, str]:
    """What the police found and the register has otherwise: neither taken over nor edited since.

    Another spelling of the same is no difference. A number that the police gave to somebody
    without one waits in the same way.
    """
    sent, found = by_prefix(check, IDENTITY), by_prefix(check, ASSIGNED)
    if check.get("answer") == CheckAnswer.DIFFERS.value:
        found = {**by_prefix(check, DIFFERS), **found}
    return {
        name: str(value)
        for name, value in found.items()
        if _same(person.get(name), sent.get(name))
        and not _is_settled(person, name, value)
        and not _is_no_difference(name, str(person.get(name) or ""), str(value))
    }


def _is_settled(person: Mapping[str, Value], name: str, found: Value) -> bool:
    """Did a paper settle this very difference of a person of merit?"""
    is_settled = person.get(SETTLED + name) is not None
    return is_settled and _same(person.get(NATIONAL + name), found)


def _is_no_difference(name: str, ours: str, found: str) -> bool:
    if compare_key(ours) == compare_key(found):
        return True
    return name in COMPARED_FIELDS and is_same_to_readers(name, ours, found)


def opened_form(
    definition: FormDefinition,
    dossier: Dossier,
    *,
    answers: Mapping[str, Answer] | None = None,
    held: Held,
) -> OpenedForm:
    """The page's view. ``answers`` replaces the stored ones where some are prefilled.

    ``held`` are values of this device that the server refused; they stand beside the stored ones.
    """
    person, household, record = dossier.person, dossier.household, dossier.record
    stored = joined(definition, dossier.parts)
    shown = stored if answers is None else dict(answers)
    return OpenedForm(
        definition=definition,
        person_id=None if person is None else PersonId(person.document_id),
        household_id=None if household is None else HouseholdId(household.document_id),
        record_id=None if record is None else RecordId(record.document_id),
        answers=shown,
        confirmations=dossier.confirmations,
        remarks=dossier.remarks,
        competing=_with_held(definition, dossier, held),
        csdlqg=_by_path(definition, PERSON, dossier.csdlqg),
        status=dossier.status,
        check=dossier.check,
        versions={
            document.document_id: document.version
            for document in (person, household, record)
            if document is not None
        },
        prefilled=frozenset(shown.keys() - stored.keys()),
        is_changed=_is_changed(dossier, stored),
        asked=_asked(definition, dossier),
        listed=_listed(definition, dossier),
        scanned=_scanned(definition, dossier),
    )


def _is_changed(dossier: Dossier, stored: Mapping[str, Answer]) -> bool:
    """Are the answers others than were handed in last?"""
    submission = dossier.submission
    return submission is not None and by_prefix(submission.fields, ANSWERS) != dict(stored)


def _asked(definition: FormDefinition, dossier: Dossier) -> dict[str, str]:
    if dossier.last_check is None:
        return {}
    sent = by_prefix(dossier.last_check.fields, IDENTITY)
    values = {name: str(sent.get(name) or "") for name in CHECKED_FIELDS}
    return _by_path(definition, PERSON, values)


def _listed(definition: FormDefinition, dossier: Dossier) -> dict[str, str]:
    """Path -> what the province's base list says."""
    fields = {} if dossier.person is None else dossier.person.fields
    said = {name: str(fields[LISTED + name]) for name in LISTED_FIELDS if fields.get(LISTED + name)}
    return _by_path(definition, PERSON, said)


def _scanned(definition: FormDefinition, dossier: Dossier) -> dict[str, Scan]:
    """Path -> what a card said."""
    fields = {} if dossier.person is None else dossier.person.fields
    told = {name: fields.get(SCANNED + name) for name in SCANNED_FIELDS}
    scans = {name: Scan(**one) for name, one in told.items() if isinstance(one, dict)}
    return _by_path(definition, PERSON, scans)


def _by_path(definition: FormDefinition, kind: str, values: Mapping[str, _T]) -> dict[str, _T]:
    return {
        question.path: values[place.field]
        for question, place in answered_questions(definition)
        if place.kind == kind and place.field in values
    }


def competing_values(
    definition: FormDefinition, dossier: Dossier
) -> dict[str, tuple[Competing, ...]]:
    """Path -> what other devices wrote there."""
    record = dossier.record
    places = _places(definition, () if record is None else record.clashes)
    found = {}
    for path, place in places:
        document = dossier.document(place.kind)
        clashes = () if document is None else document.clashes.get(place.field, ())
        if clashes:
            found[path] = tuple(map(competing_of, clashes))
    return found


def _places(
    definition: FormDefinition, record_fields: Iterable[str]
) -> Iterator[tuple[str, Place]]:
    """Path -> place of every question, and of these fields of the record that lie in a repeat."""
    for question, place in answered_questions(definition):
        yield question.path, place
    for name in record_fields:
        if name.startswith(ANSWERS) and "[" in name:
            yield name.removeprefix(ANSWERS), Place(RECORD, name)


def _with_held(
    definition: FormDefinition, dossier: Dossier, held: Held
) -> dict[str, tuple[Competing, ...]]:
    found = competing_values(definition, dossier)
    record = dossier.record
    refused = {} if record is None else held.get(record.document_id, {})
    for path, place in _places(definition, refused):
        document = dossier.document(place.kind)
        values = {} if document is None else held.get(document.document_id, {})
        waiting = values.get(place.field)
        if waiting is not None:
            own = Competing(value=waiting.value, by=waiting.by, at=waiting.at, is_held=True)
            found[path] = (*found.get(path, ()), own)
    return found


def competing_of(clash: Clash) -> Competing:
    """A clash as the page shows it."""
    return Competing(value=clash.value, by=clash.by, at=clash.at)


def _fields(document: Document | None) -> dict[str, Value]:
    return {} if document is None else dict(document.fields)


def _same(one: Value, other: Value) -> bool:
    return compare_key(str(one or "")) == compare_key(str(other or ""))
