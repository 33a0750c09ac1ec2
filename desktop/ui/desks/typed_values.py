"""Typing what the CSDLQG says: the lines beside the identity, the comparison, what is kept of it.

A match is kept only after it was shown that it is one; a difference that nobody could mistake is
kept at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.checks import COMPARED_FIELDS, CheckAnswer, CheckCase, TypedAnswer
from desktop.domain.records import CheckId
from desktop.jobs.runner import JobRunner
from desktop.jobs.throttle import Throttle
from desktop.ui import wording
from desktop.ui.desks.answer_bar import AnswerBar
from desktop.ui.desks.case_panel import NUMBER, CasePanel
from forms import dates
from forms.vietnamese import clean

_COMPARE_MS = 200


class Judge(Protocol):
    """Who compares (``desktop.services.checks.Checks``)."""

    def judge(
        self, check_id: CheckId, *, differs: Mapping[str, str], number: str = ""
    ) -> TypedAnswer:
        """What is typed so far, compared with what was sent."""


@dataclass(frozen=True, slots=True)
class TypedOutcome:
    """What the typed values come to; ``written`` is told in the note of a match."""

    answer: CheckAnswer
    differs: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    written: str = ""


class TypedValues(QObject):
    """Between the lines of the panel and the words of the bar.

    Signals:
        judged: what is typed was compared and is shown.
        kept: a ``TypedOutcome`` shall be kept.
        nothing_typed: something shall be kept, and no line says anything.
        failed: an ``AppError``.
    """

    judged = Signal()
    kept = Signal(object)
    nothing_typed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        judge: Judge,
        panel: CasePanel,
        bar: AnswerBar,
        words: wording.Words,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._judge_of = judge
        self._panel = panel
        self._bar = bar
        self._words = words
        self._case: CheckCase | None = None
        self._shown: tuple[dict[str, str], TypedAnswer] | None = None
        self._compare = Throttle(self.compare, delay_ms=_COMPARE_MS, parent=self)
        panel.typed.connect(self._note_typing)

    def begin(self, case: CheckCase | None) -> None:
        """From now on values are about this person; the lines are closed."""
        self._case = case
        self.close()

    def open(self, at: str = "") -> None:
        """The lines, the keyboard in that of ``at`` (the first one)."""
        if self._case is not None:
            if not self._panel.is_typing:
                self._bar.show_keeping()
            self._panel.open_lines(at=at or COMPARED_FIELDS[0])

    def open_number(self) -> None:
        """The line for a number, for somebody without one."""
        if self._case is not None and self._case.lacks_number:
            self.open(NUMBER)

    def close(self) -> None:
        """One key for each answer again; what was typed is gone."""
        self._shown = None
        self.stop()
        self._panel.close_lines()
        self._bar.show_keys(with_number=self._case is not None and self._case.lacks_number)

    def stop(self) -> None:
        """Compare nothing any more."""
        self._compare.cancel()

    def put(self, texts: Mapping[str, str]) -> None:
        """What was typed before stands there again."""
        self.open(next(iter(texts)))
        self._panel.put_texts(texts)
        self.compare()

    def keep(self, *, as_match: bool = False) -> None:
        """Keep what is typed."""
        if not any(text.strip() for text in self._panel.texts().values()):
            self.nothing_typed.emit()
        elif self._shown is not None and self._shown[0] == self._panel.texts():
            self._keep(self._shown[1], as_match=as_match)
        else:
            self._compare.cancel()
            self.compare(then=self._keep_if_plain)

    def compare(self, then: Callable[[TypedAnswer], None] | None = None) -> None:
        """Compare what stands there, in a job; shown unless something else stands there then."""
        case, texts = self._case, self._panel.texts()
        if case is None:
            return
        differs, number = _differs(texts), texts.get(NUMBER, "")

        def _told(judged: TypedAnswer) -> None:
            if self._case is case and self._panel.texts() == texts:
                self._show(texts, judged)
                if then is not None:
                    then(judged)

        self._jobs.run(
            self,
            lambda: self._judge_of.judge(case.check_id, differs=differs, number=number),
            on_success=_told,
            on_error=self.failed.emit,
        )

    def _note_typing(self) -> None:
        self._shown = None
        self._bar.show_judged(None, self._panel.texts())
        self._compare.ask()

    def _show(self, texts: dict[str, str], judged: TypedAnswer) -> None:
        self._shown = (texts, judged)
        self._panel.show_judged(judged)
        self._bar.show_judged(judged, texts)
        self.judged.emit()

    def _keep_if_plain(self, judged: TypedAnswer) -> None:
        """Entered before the comparison was seen: only what nobody could mistake is kept."""
        if judged.is_certain or not judged.fields:
            self._keep(judged, as_match=False)

    def _keep(self, judged: TypedAnswer, *, as_match: bool) -> None:
        texts = self._panel.texts()
        if judged.is_number_wrong:
            return
        number = texts.get(NUMBER, "")
        if judged.differing and not (as_match and not judged.is_certain):
            self.kept.emit(TypedOutcome(CheckAnswer.DIFFERS, _differs(texts), number))
            return
        written = "; ".join(
            self.tr("{field}: {value}").format(
                field=self._words.person_field(name), value=clean(texts[name])
            )
            for name in judged.fields
        )
        told = self.tr("CSDLQG ghi {what}.").format(what=written) if written else ""
        self.kept.emit(TypedOutcome(CheckAnswer.MATCHED, number=number, written=told))


def _differs(texts: Mapping[str, str]) -> dict[str, str]:
    typed = {name: clean(texts.get(name, "")) for name in COMPARED_FIELDS}
    parsed = dates.parse_typed(typed["birth_date"])
    if parsed is not None:
        typed["birth_date"] = parsed.stored
    return {name: text for name, text in typed.items() if text}
