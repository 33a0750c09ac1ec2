"""Half-typed forms: kept at every pause of typing, given back to who typed them.

    drafts = Drafts(register=register, author="Lê Thị Bình", clock=now)
    drafts.keep(draft)                       # from the write lane, some ms
    begun = drafts.about(opened)             # what this user had typed there, or None
    laid = laid_over(opened, begun)          # desktop.domain.drafts: over what is stored now

A draft belongs to its author. Others are told that it waits and whose it is; they neither see it
nor write over it, and each may have a draft about the same person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from desktop.domain.drafts import DraftMark, FormDraft, WaitingDraft
from desktop.domain.people import PersonId
from desktop.domain.records import OpenedForm
from desktop.errors import Problem, UserError
from desktop.services.draft_moving import moved_draft
from desktop.store.drafts import (
    draft_about,
    draft_with_id,
    put_draft,
    remove_draft,
    seal_draft,
    unseal_draft,
    waiting_drafts,
)
from desktop.store.records import record_of
from desktop.store.register import Register
from forms.registry import FormRegistry, UnknownFormError


class Drafts:
    """The half-typed forms of one register; ``author`` is who opened it. Any thread may call.

    With ``forms`` a draft whose text was replaced goes on under the newer one (``draft_moving``).
    """

    def __init__(
        self,
        *,
        register: Register,
        author: str,
        clock: Callable[[], datetime],
        forms: FormRegistry | None = None,
    ) -> None:
        self._register = register
        self._author = author
        self._clock = clock
        self._forms = forms

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
        found = draft_about(self._register, opened.person_id, form_id=form_id, author=self._author)
        return None if found is None else self._current(found)

    def at_desk(self, document_id: str, desk: str) -> FormDraft | None:
        """What this user had typed at a desk about a check or something handed in."""
        return draft_about(self._register, PersonId(document_id), form_id=desk, author=self._author)

    def get(self, draft_id: str) -> FormDraft:
        """A draft of this user. Raises ``GONE``, also when it is somebody else's."""
        draft = draft_with_id(self._register, draft_id)
        if draft is None or draft.author != self._author:
            raise UserError(Problem.GONE)
        return self._current(draft)

    def _current(self, draft: FormDraft) -> FormDraft:
        """Under the text in force, unless its record was begun with another one."""
        if self._forms is None:
            return draft
        person_id = draft.person_id
        if person_id is not None and record_of(self._register, person_id, form_id=draft.form_id):
            return draft
        try:
            text = self._forms.in_force(draft.form_id, self._clock().date())
        except UnknownFormError:
            return draft
        return moved_draft(draft, self._forms, to=text.definition.version)

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
