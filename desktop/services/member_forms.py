"""The forms of the members of a household, with those that ended when somebody came of age."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from desktop.domain.fitting import USUAL_FORM
from desktop.domain.households import MemberForm
from desktop.domain.people import PersonId, PersonRow, RecordStatus
from desktop.domain.records import Todo, TodoKind
from desktop.services.fitting import FittingForms
from desktop.store.coming_of_age import grown_out_of
from desktop.store.people import person_row
from desktop.store.records import record_of
from desktop.store.register import Register
from forms.about import FormAbout
from forms.ages import Certainty, has_reached
from forms.dates import parse_stored
from forms.registry import FormRegistry

CHILD_FORM = "cv2513_2022_children"
_MOST_TODOS = 50


class MemberForms:
    """Of one register; any thread may call."""

    def __init__(
        self,
        *,
        register: Register,
        forms: FormRegistry,
        fitting: FittingForms,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._forms = forms
        self._fitting = fitting
        self._clock = clock

    def of(self, person_ids: Sequence[PersonId]) -> dict[PersonId, tuple[MemberForm, ...]]:
        """What may be filled about each of them, or was begun."""
        return {person_id: self._of(person_id) for person_id in person_ids}

    def came_of_age(self, *, limit: int) -> list[PersonRow]:
        """Who has a child's form, is too old for it, and has no Mẫu 03 yet.

        Of whom only the year of birth is known, only who is too old in any case.
        """
        about = self._forms.about(CHILD_FORM)
        if about.max_age is None:
            return []
        today = self._clock().date()
        ids = grown_out_of(
            self._register,
            CHILD_FORM,
            years=about.max_age + 1,
            lacking=USUAL_FORM,
            today=today,
            limit=limit,
        )
        rows = (person_row(self._register, person_id) for person_id in ids)
        return [
            row for row in rows if row is not None and _is_too_old(about, row.birth_date, today)
        ]

    def todos(self) -> list[Todo]:
        """For each who came of age: the sheet about a worker is to be made."""
        title = self._forms.about(USUAL_FORM).title_vi
        return [
            Todo(
                kind=TodoKind.OF_AGE,
                person_id=row.person_id,
                full_name=row.full_name,
                path="",
                question_vi=title,
                text=row.birth_date,
                at="",
                form_id=USUAL_FORM,
            )
            for row in self.came_of_age(limit=_MOST_TODOS)
        ]

    def count_todos(self) -> int:
        """How many they are."""
        return len(self.came_of_age(limit=_MOST_TODOS))

    def _of(self, person_id: PersonId) -> tuple[MemberForm, ...]:
        row = person_row(self._register, person_id)
        birth_date, today = "" if row is None else row.birth_date, self._clock().date()
        return tuple(
            MemberForm(
                form=form,
                has_ended=_is_too_old(self._forms.about(form.form_id), birth_date, today),
                is_due=form.form_id == USUAL_FORM
                and form.status is RecordStatus.NONE
                and self._has_grown(person_id, birth_date, today),
            )
            for form in self._fitting.of(person_id)
        )

    def _has_grown(self, person_id: PersonId, birth_date: str, today: date) -> bool:
        """Had a child's form, and is too old for it."""
        if not _is_too_old(self._forms.about(CHILD_FORM), birth_date, today):
            return False
        return record_of(self._register, person_id, form_id=CHILD_FORM) is not None


def _is_too_old(about: FormAbout, birth_date: str, today: date) -> bool:
    """Is somebody with this birth date, or part of one, certainly older than the form is for?"""
    birth = parse_stored(birth_date)
    if birth is None or about.max_age is None:
        return False
    return has_reached(birth, about.max_age + 1, today) is Certainty.YES
