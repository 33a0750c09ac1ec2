"""Which forms fit a person: by age, by what is in force, by the user's rights.

    fitting = FittingForms(register=register, forms=forms, clock=now)
    fitting.of(person_id)          # everything that may be filled or was begun, the likeliest first
    fitting.first(person_id)       # what Enter in the list opens

Who may be of an age fits it: of some only the year of birth is known. A form that was begun is
always there, whatever the age is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from desktop.domain.fitting import FittingForm
from desktop.domain.people import PersonId, RecordStatus
from desktop.domain.records import RecordId
from desktop.services.opening import Dossier
from desktop.store.documents import Document
from desktop.store.records import latest_submission, records_of
from desktop.store.register import Register
from desktop.store.rights import right_to_form
from forms.about import FormAbout, Subject
from forms.ages import Certainty, has_reached, is_under
from forms.dates import parse_stored
from forms.registry import FormRegistry, UnknownFormError
from sync.protocol.documents import DocumentType

#: The order in which officers reach for them; others follow by their names.
_USUAL = (
    "tt11_2022_m03",
    "cv2513_2022_children",
    "qt3936_2023_merit",
    "nd20_2021_btxh",
    "hd5234_2022_tk",
    "tt07_2021_hn",
    "tt01_2022_m01",
    "tt01_2022_m01a",
)


class FittingForms:
    """The forms of one register, as far as its user may see them. Any thread may call."""

    def __init__(
        self, *, register: Register, forms: FormRegistry, clock: Callable[[], datetime]
    ) -> None:
        self._register = register
        self._forms = forms
        self._clock = clock

    def of(self, person_id: PersonId | None) -> list[FittingForm]:
        """What may be filled about a person, or about somebody new (``None``)."""
        person = None if person_id is None else self._register.document(person_id)
        if person is not None and person.document_type is not DocumentType.PERSON:
            person = None
        return list(self._fitting(person))

    def first(self, person_id: PersonId | None) -> FittingForm | None:
        """The likeliest: what fits comes before what was only begun once."""
        person = None if person_id is None else self._register.document(person_id)
        fitting = next(self._fitting(person, only_fitting=True), None)
        return next(self._fitting(person), None) if fitting is None else fitting

    def _fitting(
        self, person: Document | None, *, only_fitting: bool = False
    ) -> Iterator[FittingForm]:
        today = self._clock().date()
        with self._register.restricted() as view:
            rights = view.rights
        begun: dict[PersonId, dict[str, Document]] = {}
        for form_id in self._in_order():
            right = right_to_form(form_id)
            if right is not None and right not in rights:
                continue
            about = self._forms.about(form_id)
            if person is None and about.subject is Subject.HOUSEHOLD:
                continue  # a household is somebody's
            owner = self._owner(about, person)
            status = RecordStatus.NONE
            if owner is not None:
                if owner not in begun:
                    begun[owner] = self._begun(owner)
                status = self._status(begun[owner].get(form_id))
            fits = self._is_in_force(form_id, about, today) and _admits(about, person, today)
            if fits or (status is not RecordStatus.NONE and not only_fitting):
                yield FittingForm(
                    form_id=form_id,
                    title_vi=about.title_vi,
                    person_id=owner,
                    status=status,
                    is_sensitive=right is not None,
                )

    def _in_order(self) -> list[str]:
        known = self._forms.form_ids()
        usual = [form_id for form_id in _USUAL if form_id in known]
        return usual + [form_id for form_id in known if form_id not in usual]

    def _is_in_force(self, form_id: str, about: FormAbout, today: date) -> bool:
        try:
            has_begun = min(self._forms.versions(form_id)) <= today.isoformat()
        except UnknownFormError:
            return False
        return has_begun and about.is_in_force(today)

    def _owner(self, about: FormAbout, person: Document | None) -> PersonId | None:
        """Records about a household are kept under its head, so that there is one of them."""
        if person is None:
            return None
        if about.subject is Subject.HOUSEHOLD:
            household = self._register.document(str(person.fields.get("household_id") or ""))
            head = None if household is None else household.fields.get("head_person_id")
            if head and self._register.document(str(head)) is not None:
                return PersonId(str(head))
        return PersonId(person.document_id)

    def _begun(self, person_id: PersonId) -> dict[str, Document]:
        """Form -> the person's record on it, as ``record_of`` would find it, all read at once."""
        found: dict[str, Document] = {}
        for record in records_of(self._register, person_id):
            form_id = str(record.fields.get("form_id") or "")
            is_own = record.fields.get("person_id") == person_id
            kept = found.get(form_id)
            if kept is None or (is_own and kept.fields.get("person_id") != person_id):
                found[form_id] = record
        return found

    def _status(self, record: Document | None) -> RecordStatus:
        if record is None:
            return RecordStatus.NONE
        submission = latest_submission(self._register, RecordId(record.document_id))
        return Dossier(record=record, submission=submission).status


def _admits(about: FormAbout, person: Document | None, today: date) -> bool:
    """May the person be of the age that the form asks for?"""
    raw = None if person is None else person.fields.get("birth_date")
    birth = parse_stored(raw) if isinstance(raw, str) else None
    if birth is None:
        return True
    is_old_enough = about.min_age is None or has_reached(birth, about.min_age, today)
    is_young_enough = about.max_age is None or is_under(birth, about.max_age + 1, today)
    return Certainty.NO not in (is_old_enough, is_young_enough)
