"""Words typed at a desk about one document, kept at every pause of typing like a half-typed form.

They wait for the user who typed them, through a lock, a crash and a restart, until the answer or
the decision that holds them is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.drafts import Cursor, DraftMark, Edited, FormDraft, Held
from desktop.domain.people import PersonId
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.forms.draft_writer import DraftBook, DraftWriter
from sync.protocol.ids import new_id_text


class WordBook(DraftBook, Protocol):
    """Where the words are kept (``desktop.services.drafts.Drafts``)."""

    def at_desk(self, document_id: str, desk: str) -> FormDraft | None:
        """What this user had typed at this desk about a document."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What stood typed about a document when its answer was sent."""

    document_id: str
    mark: DraftMark | None
    draft: FormDraft | None


class HalfWords(QObject):
    """What stands typed about the document being shown. ``desk`` names the place of a draft.

    Signals:
        failed: an ``AppError``: the words are not on the disk; the next keystroke tries again.
    """

    failed = Signal(object)

    def __init__(
        self,
        *,
        desk: str,
        jobs: JobRunner,
        book: WordBook,
        take: Callable[[], Mapping[str, str]],
        clock: Callable[[], datetime],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._clock = clock
        self._desk = desk
        self._book = book
        self._take = take
        self._document_id = ""
        self._name = ""
        self._mark: DraftMark | None = None
        self._kept: Mapping[str, str] = {}
        self._writer = DraftWriter(jobs=jobs, drafts=book, take=self._next, parent=self)
        self._writer.failed.connect(self.failed)

    def read(self, document_id: str) -> FormDraft | None:
        """What waits about a document; from a job."""
        return self._book.at_desk(document_id, self._desk)

    def begin(self, document_id: str, *, name: str, draft: FormDraft | None) -> None:
        """From now on words are about this document; ``draft`` is what ``read`` gave."""
        self._document_id, self._name = document_id, name
        self._mark = None if draft is None else draft.mark
        self._kept = {} if draft is None else texts_of(draft)

    def ask(self) -> None:
        """Something was typed."""
        if self._document_id:
            self._writer.ask()

    def flush(self) -> None:
        """Do not wait for the pause, nor for an earlier writing: another document comes."""
        self._writer.flush()

    def cancel(self) -> None:
        """An answer with everything that is typed is on its way."""
        self._writer.cancel()

    def send(self) -> Sent:
        """An answer with everything that is typed is on its way: ``kept`` or ``refused`` follows.

        Other words, about another document, may be typed until then.
        """
        self.cancel()
        words = self._words()
        draft = self._draft(words) if words else None
        return Sent(self._document_id, self._mark, draft)

    def kept(self, sent: Sent) -> None:
        """The answer is kept: its words are not needed any more."""
        if sent.document_id == self._document_id:
            self.end()
        elif sent.mark is not None:
            self._writer.forget(sent.mark)

    def refused(self, sent: Sent) -> None:
        """The answer is not kept: its words wait like any others."""
        if sent.document_id == self._document_id:
            self._kept = {}
            self.ask()
        elif sent.draft is not None:
            self._keep(sent.draft)

    def end(self) -> None:
        """The words are kept elsewhere, or taken back."""
        self.cancel()
        mark, self._mark, self._kept = self._mark, None, {}
        if mark is not None:
            self._writer.forget(mark)

    def held(self) -> Held | None:
        """What a page leaves behind when it is taken away at once."""
        self.cancel()
        if not self._document_id:
            return None
        words = self._words()
        return Held(
            self._draft(words) if words else None,
            PersonId(self._document_id),
            Cursor(),
        )

    def _keep(self, draft: FormDraft) -> None:
        self._jobs.run(
            self, lambda: self._book.keep(draft), lane=Lane.WRITE, on_error=self.failed.emit
        )

    def _next(self) -> FormDraft | None:
        words = self._words()
        if words == self._kept:
            return None
        if not words:
            self.end()
            return None
        self._kept = words
        return self._draft(words)

    def _words(self) -> dict[str, str]:
        return {name: text for name, text in self._take().items() if text}

    def _draft(self, words: Mapping[str, str]) -> FormDraft:
        last = self._mark or DraftMark(self._new_id(), 0)
        self._mark = DraftMark(last.draft_id, last.revision + 1)
        return FormDraft(
            draft_id=self._mark.draft_id,
            revision=self._mark.revision,
            form_id=self._desk,
            form_version="",
            person_id=PersonId(self._document_id),
            full_name=self._name,
            edits={name: Edited(None, text) for name, text in words.items()},
        )

    def _new_id(self) -> str:
        return new_id_text(unix_ms=int(self._clock().timestamp() * 1000))


def texts_of(draft: FormDraft) -> dict[str, str]:
    """The words of a draft by the names of their lines."""
    return {name: str(edited.now or "") for name, edited in draft.edits.items()}
