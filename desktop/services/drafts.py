"""Half-typed forms: kept at every pause of typing, given back to who typed them.

    drafts = Drafts(register=register, author="Lê Thị Bình", clock=now)
    drafts.keep(draft)                       # from the write lane, some ms
    begun = drafts.about(opened)             # what this user had typed there, or None
    laid = laid_over(opened, begun)          # the page as it was, over what is stored now

A draft belongs to its author. Others are told that it waits and whose it is; they neither see it
nor write over it, and each may have a draft about the same person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from desktop.domain.drafts import DraftMark, FormDraft, WaitingDraft
from desktop.domain.people import PersonId
from desktop.domain.records import OpenedForm
from desktop.errors import Problem, UserError
from desktop.store.drafts import (
    draft_about,
    draft_with_id,
    put_draft,
    remove_draft,
    seal_draft,
    unseal_draft,
    waiting_drafts,
)
from desktop.store.register import Register
from forms.definition import Answer


@dataclass(frozen=True, slots=True)
class LaidForm:
    """A form with a draft laid over it.

    Attributes:
        opened: what the next save is compared with.
        answers, confirmations: what stands on the page.
    """

    opened: OpenedForm
    answers: dict[str, Answer]
    confirmations: dict[str, str]


class Drafts:
    """The half-typed forms of one register; ``author`` is who opened it. Any thread may call."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    def keep(self, draft: FormDraft) -> None:
        """Write a draft; when this returns, it is on the disk. Raises the failures of the disk."""
        put_draft(self._register, self._signed(draft))

    def seal(self, draft: FormDraft) -> bytes:
        """For a disk that is full while the register must be closed: see ``put_back``.

        What is typed must not be lost and must not lie open in the memory of a locked program
        either: it is closed under the register's own key, which is wiped with the register.
        """
        return seal_draft(self._register, self._signed(draft))

    def put_back(self, sealed: bytes) -> bool:
        """Write a sealed draft now that the register is open again, whoever opened it.

        False when it is another register's, or one whose key was changed meanwhile.
        """
        draft = unseal_draft(self._register, sealed)
        if draft is not None:
            put_draft(self._register, draft)
        return draft is not None

    def forget(self, mark: DraftMark) -> None:
        """The officer typed everything back as it was."""
        remove_draft(self._register, mark)

    def about(self, opened: OpenedForm) -> FormDraft | None:
        """What this user had typed on a person's form."""
        if opened.person_id is None:
            return None
        form_id = opened.definition.form_id
        return draft_about(self._register, opened.person_id, form_id=form_id, author=self._author)

    def get(self, draft_id: str) -> FormDraft:
        """A draft of this user. Raises ``GONE``, also when it is somebody else's."""
        draft = draft_with_id(self._register, draft_id)
        if draft is None or draft.author != self._author:
            raise UserError(Problem.GONE)
        return draft

    def own(self) -> list[WaitingDraft]:
        """What this user has half-typed, the latest first."""
        return [draft for draft in waiting_drafts(self._register) if draft.author == self._author]

    def of_others(self) -> list[WaitingDraft]:
        """What waits for other users of this register, the latest first."""
        return [draft for draft in waiting_drafts(self._register) if draft.author != self._author]

    def of_others_about(self, person_id: PersonId) -> list[WaitingDraft]:
        """What waits for other users about a person."""
        return [draft for draft in self.of_others() if draft.person_id == person_id]

    def _signed(self, draft: FormDraft) -> FormDraft:
        return replace(draft, author=self._author, at=self._clock().isoformat(timespec="seconds"))


def laid_over(opened: OpenedForm, draft: FormDraft) -> LaidForm:
    """The page as it was, over the form as it is stored now.

    What came by sync stands where the officer had not typed. Where both did, the officer's stays
    and what came counts as not seen: the save then finds both, as it does for a page that stood
    open meanwhile.
    """
    answers = {**opened.answers}
    unseen: dict[str, Answer] = {}
    for path, edited in draft.edits.items():
        stored = opened.answers.get(path)
        if stored not in (edited.before, edited.now):
            unseen[path] = edited.before
        answers[path] = edited.now
    if unseen:
        before = {**opened.answers, **unseen}
        opened = replace(opened, answers=before, versions={**opened.versions, **draft.versions})
    confirmations = {**opened.confirmations, **draft.confirmations}
    return LaidForm(
        opened=opened,
        answers={path: value for path, value in answers.items() if value is not None},
        confirmations={name: reason for name, reason in confirmations.items() if reason},
    )
