"""What a card would put into a form, line by line, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from PySide6.QtCore import QObject

from desktop.domain.scans import Scan
from desktop.ui.forms.form_view import FormView
from desktop.ui.forms.question_row import label_of
from forms.cards.filling import FieldLine, FieldState, compare
from forms.cards.reading import BIRTH_DATE, FULL_NAME, ID_NUMBER, CardReading
from forms.comparison.outcomes import COMPARED_FIELDS, FieldComparison, Outcome
from forms.definition import Answer

_JUDGED = frozenset(f"person.{name}" for name in COMPARED_FIELDS)
#: (field, the form's value, the card's value); may take a second the first time.
Compare = Callable[[str, str, str], FieldComparison]


@dataclass(frozen=True, slots=True)
class ScanLine:
    """One field of the card beside the form.

    Attributes:
        there, on_card: as people read them.
        words, kind: how they stand to one another; a kind of ``Chip``.
        is_ticked: is it to be filled in unless the officer says no?
        is_same: nothing to fill in.
    """

    path: str
    label: str
    there: str = field(repr=False)
    on_card: str = field(repr=False)
    words: str
    kind: str
    is_ticked: bool
    is_same: bool
    field: FieldLine


def present(view: FormView) -> dict[str, Answer]:
    """Role -> answer of what a card could tell of the person of this form."""
    answers = view.paper.filling.kept()
    return {
        question.role: answers.get(question.path)
        for question in view.definition.questions()
        if question.role and view.paper.is_relevant(question.path)
    }


def differs_in_person(lines: list[ScanLine]) -> bool:
    """Does the name, the birth date or the number say that this is another person?"""
    telling = (FULL_NAME, BIRTH_DATE, ID_NUMBER)
    return any(one.field.role in telling and one.kind == "error" for one in lines)


def scans_of(card: CardReading, lines: list[ScanLine], *, on: date) -> dict[str, Scan]:
    """Path -> what the card says there."""
    return {
        one.path: Scan(value=one.field.on_card, on=on.isoformat(), card=card.kind.value)
        for one in lines
    }


class ScanLines(QObject):
    """Makes the lines."""

    def of(
        self,
        card: CardReading,
        view: FormView,
        compared: Mapping[str, FieldComparison] | None = None,
    ) -> list[ScanLine]:
        """Every field that the card tells and the form asks for.

        ``compared``: role -> how a field that differs was judged, once that is known.
        """
        answers, found = present(view), []
        for one in compare(card, answers):
            path = view.definition.path_of_role(one.role)
            question = None if path is None else view.outline.question(path)
            if path is None or question is None or one.role not in answers:
                continue
            if view.paper.is_readonly(path):
                continue
            words, kind = self._state(one, (compared or {}).get(one.role))
            found.append(
                ScanLine(
                    path=path,
                    label=label_of(question),
                    there=view.writer.shown(path, one.present or None),
                    on_card=view.writer.shown(path, one.on_card),
                    words=words,
                    kind=kind,
                    is_ticked=one.is_proposed,
                    is_same=one.state is FieldState.SAME,
                    field=one,
                )
            )
        return found

    def _state(self, line: FieldLine, compared: FieldComparison | None) -> tuple[str, str]:
        if line.is_doubtful and line.state is not FieldState.SAME:
            return self.tr("xem lại với thẻ"), "warning"
        if line.state is FieldState.DIFFERS and compared is not None:
            return self._judged(compared)
        if line.state is FieldState.DIFFERS and line.role not in _JUDGED:
            return self.tr("khác thật"), "error"
        return {
            FieldState.EMPTY: (self.tr("chưa có"), "info"),
            FieldState.SAME: (self.tr("khớp"), "good"),
            FieldState.SAME_BUT_WRITING: (self.tr("chỉ khác cách viết"), "good"),
            FieldState.MORE_EXACT: (self.tr("thẻ ghi đủ hơn"), "info"),
            FieldState.LESS_EXACT: (self.tr("phiếu ghi đủ hơn"), "plain"),
            FieldState.NEWER_NUMBER: (self.tr("số mới của cùng người"), "info"),
            FieldState.DIFFERS: (self.tr("khác"), "error"),
        }[line.state]

    def _judged(self, compared: FieldComparison) -> tuple[str, str]:
        return {
            Outcome.SAME: (self.tr("khớp"), "good"),
            Outcome.SPELLING: (self.tr("chỉ khác cách viết"), "good"),
            Outcome.PART_MISSING: (self.tr("một bên thiếu"), "warning"),
            Outcome.DIFFERENT: (self.tr("khác thật"), "error"),
        }[compared.outcome]
