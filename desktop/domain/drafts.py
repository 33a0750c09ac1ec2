"""What stands half-typed on a form and is not saved yet.

A draft is the difference between what the officer was shown and what stands on the page now, with
the place of the cursor. It is written at every pause of typing, waits for the user who typed it,
and is gone with the save that holds everything in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from desktop.domain.people import PersonId
from desktop.domain.records import OpenedForm
from desktop.domain.scans import Scan
from forms.definition import Answer


@dataclass(frozen=True, slots=True)
class DraftMark:
    """One writing of a draft. A save that knows revision 5 ends nothing that was typed later."""

    draft_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Edited:
    """An answer that was shown as ``before`` and stands as ``now``."""

    before: Answer
    now: Answer


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the keyboard was.

    Attributes:
        path: the question; "" when the keyboard was at none.
        finding: fingerprint of the finding whose reason was being typed; "" for the answer itself.
        text: the line as it stood, blanks and half words included; ``None`` where there is no line.
        position: the cursor's place in the line.
    """

    path: str = ""
    finding: str = ""
    text: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class FormDraft:
    """A form as it stood at a pause of typing.

    Attributes:
        author: the user who typed; only this user gets it back.
        person_id: ``None`` for somebody new.
        full_name: the name as it stood, for lists.
        at: when it was written (ISO 8601).
        edits: by path, what differs from what the officer was shown.
        confirmations: fingerprint -> reason, "" where one was taken back; only those that changed.
        decided: paths of clashes the officer settled.
        versions: document id -> the server's version of it that the officer had before the eyes.
        reasons: fingerprint -> a reason being typed and not given yet.
        visited: paths of the questions the officer had been at.
        scanned: path -> what a card said there.
    """

    draft_id: str
    revision: int
    form_id: str
    form_version: str
    author: str = ""
    person_id: PersonId | None = None
    full_name: str = ""
    at: str = ""
    edits: Mapping[str, Edited] = field(default_factory=dict)
    confirmations: Mapping[str, str] = field(default_factory=dict)
    decided: frozenset[str] = frozenset()
    versions: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    visited: tuple[str, ...] = ()
    cursor: Cursor = Cursor()
    scanned: Mapping[str, Scan] = field(default_factory=dict)

    @property
    def mark(self) -> DraftMark:
        """This writing of it."""
        return DraftMark(self.draft_id, self.revision)


@dataclass(frozen=True, slots=True)
class Held:
    """What a page leaves behind when it is taken away at once.

    Attributes:
        draft: what is typed and not known to be saved.
        person_id, form_id, cursor: where the officer was; no letters.
    """

    draft: FormDraft | None
    person_id: PersonId | None
    cursor: Cursor
    form_id: str = ""


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """A draft in a list: whose it is, about whom, since when. No answers."""

    draft_id: str
    author: str
    person_id: PersonId | None
    full_name: str
    at: str


@dataclass(frozen=True, slots=True)
class LaidForm:
    """A form with a draft laid over it.

    Attributes:
        opened: what the next save is compared with.
        answers, confirmations: what stands on the page.
        is_unfinished: does it hold reasons not given yet, decisions, or letters that are no answer?
    """

    opened: OpenedForm
    answers: dict[str, Answer]
    confirmations: dict[str, str]
    is_unfinished: bool = False

    def says_more_than(self, stored: OpenedForm) -> bool:
        """Does the draft still hold something that is not stored?"""
        return (
            self.is_unfinished
            or self.answers != stored.answers
            or self.confirmations != stored.confirmations
        )


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
    opened = replace(opened, scanned={**opened.scanned, **draft.scanned})
    return LaidForm(
        opened=opened,
        answers={path: value for path, value in answers.items() if value is not None},
        confirmations={name: reason for name, reason in confirmations.items() if reason},
        is_unfinished=bool(draft.reasons or draft.decided or _is_searching(draft)),
    )


def _is_searching(draft: FormDraft) -> bool:
    """Are the letters at the cursor all that was typed? Then they are no answer yet."""
    return bool(draft.cursor.text) and not draft.edits and not draft.cursor.finding
