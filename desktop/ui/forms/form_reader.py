"""Everything the form page needs of one form, read beside the interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from desktop.domain.drafts import FormDraft, WaitingDraft, laid_over
from desktop.domain.fitting import USUAL_FORM, FittingForm
from desktop.domain.people import PersonId
from desktop.domain.records import OpenedForm
from desktop.ui.forms.draft_writer import DraftBook
from desktop.ui.forms.sheet import RecordKeeper
from forms.definition import Answer, FormDefinition
from forms.runtime.engine import Filling


class FormFinder(Protocol):
    """What tells which forms fit (``desktop.services.fitting.FittingForms``)."""

    def of(self, person_id: PersonId | None) -> Sequence[FittingForm]:
        """What may be filled about a person, the likeliest first."""

    def first(self, person_id: PersonId | None) -> FittingForm | None:
        """The likeliest."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What the read lane prepared; with a draft, everything lies over what is stored.

    Attributes:
        is_draft_news: does the draft say more than what is stored?
        others: half-typed work of other users about this person.
    """

    opened: OpenedForm
    filling: Filling
    confirmations: Mapping[str, str]
    draft: FormDraft | None = None
    is_draft_news: bool = False
    others: Sequence[WaitingDraft] = ()


class FormReader:
    """Reads forms; every method blocks and belongs into a job."""

    def __init__(
        self,
        *,
        records: RecordKeeper,
        drafts: DraftBook,
        fitting: FormFinder,
        begin_filling: Callable[[OpenedForm], Filling],
        pinned: Callable[[OpenedForm], Mapping[str, Answer]],
    ) -> None:
        """``pinned`` are the answers that a batch gives to a form, none to one that is begun."""
        self._records = records
        self._drafts = drafts
        self._fitting = fitting
        self._begin_filling = begin_filling
        self._pinned = pinned

    def read(self, person_id: PersonId | None, form_id: str = "") -> Ready:
        """A person's form, "" for the one that fits best."""
        if not form_id:
            best = self._fitting.first(person_id)
            form_id = USUAL_FORM if best is None else best.form_id
            person_id = person_id if best is None else best.person_id
        opened = self._records.open(person_id, form_id=form_id)
        others = [] if person_id is None else self._drafts.of_others_about(person_id)
        return replace(self._ready(opened, self._drafts.about(opened)), others=others)

    def usual(self) -> FormDefinition:
        """The form that is opened most, whoever it will be about; what it needs is read too."""
        self._fitting.first(None)
        return self._records.open(None, form_id=USUAL_FORM).definition

    def read_draft(self, draft_id: str) -> Ready:
        """A form as this user had half-typed it."""
        draft = self._drafts.get(draft_id)
        opened = self._records.open(
            draft.person_id, form_id=draft.form_id, form_version=draft.form_version
        )
        return self._ready(opened, draft)

    def _ready(self, opened: OpenedForm, draft: FormDraft | None) -> Ready:
        pinned = self._pinned(opened)  # whatever form is shown: F3 on it changes the batch
        if draft is None:
            shown = replace(opened, answers={**opened.answers, **pinned})
            return Ready(opened, self._begin_filling(shown), opened.confirmations)
        laid = laid_over(opened, draft)
        return Ready(
            opened=laid.opened,
            filling=self._begin_filling(replace(laid.opened, answers=laid.answers)),
            confirmations=laid.confirmations,
            draft=draft,
            is_draft_news=laid.says_more_than(opened),
        )
