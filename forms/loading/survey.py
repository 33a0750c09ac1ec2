"""The survey sheet -> questions and groups, nested as their begin and end rows say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from forms.definition import Question, Repeat, Section
from forms.loading.attachments import Attachments
from forms.loading.choices import ChoiceLists
from forms.loading.columns import (
    END_COLUMNS,
    EXTERNAL_COLUMNS,
    GROUP_COLUMNS,
    REPEAT_COLUMNS,
)
from forms.loading.headings import Entry
from forms.loading.languages import Languages
from forms.loading.questions import QuestionReader, refuse_columns
from forms.loading.report import Report
from forms.loading.settings import is_yes, truth
from forms.loading.types import TypeReader
from forms.loading.words import CONTROL_TYPE, CONTROLS, EXTERNAL_CSV, REFUSED_TYPES
from forms.mistakes import Mistake

#: Groups inside one another; deeper forms would exhaust the stack of those who read them.
DEEPEST = 20

_NAME = re.compile(r"[^\W\d][\w.-]*")


@dataclass(slots=True)
class _Group:
    """A group that is still open; the form itself is the outermost, without a row."""

    path: str
    is_repeat: bool
    entry: Entry | None = None
    label_vi: str = ""
    children: list[Question | Section] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)


class SurveyReader:
    """One pass over the rows; goes on with what can be understood.

    Attributes:
        types: what reads the types, and with them the lists from files.
        triggers: path of a question -> its row and what its trigger column says.
    """

    def __init__(
        self,
        types: TypeReader,
        lists: ChoiceLists,
        attachments: Attachments,
        languages: Languages,
        report: Report,
    ) -> None:
        self.triggers: dict[str, tuple[int, str]] = {}
        self._lists = lists
        self._attachments = attachments
        self._languages = languages
        self._report = report
        self.types = types
        self._questions = QuestionReader(languages, report)
        self._open = [_Group("", is_repeat=False)]
        self._too_deep = 0

    def children(self, entries: Sequence[Entry]) -> tuple[Question | Section, ...]:
        """Everything the form asks, in the order of the sheet."""
        for entry in entries:
            if not is_yes(entry.cells.get("disabled", "")):
                self._read(entry)
        while len(self._open) > 1:
            group = self._open[-1]
            number = group.entry.number if group.entry else 0
            self._report.add(Mistake.DEF_013, "survey", number, "type", name=group.path)
            self._close()
        return tuple(self._open[0].children)

    def _read(self, entry: Entry) -> None:
        written = entry.cells.get("type", "")
        if not written and "name" not in entry.cells and "label" not in entry.texts:
            if entry.filled():
                self._report.add(Mistake.DEF_063, "survey", entry.number, "")
            return
        control = CONTROL_TYPE.fullmatch(written)
        if control is None:
            self._add_question(entry, written)
        elif control["kind"] == "loop":
            reason = REFUSED_TYPES["begin loop"]
            self._report.add(
                Mistake.DEF_040, "survey", entry.number, "type", name=written, reason=reason
            )
        elif control["edge"] == "begin":
            self._begin(entry, is_repeat=CONTROLS[control["kind"]])
        else:
            self._end(entry, written, is_repeat=CONTROLS[control["kind"]])

    def _begin(self, entry: Entry, *, is_repeat: bool) -> None:
        if len(self._open) > DEEPEST:
            self._report.add(Mistake.DEF_075, "survey", entry.number, "type", limit=DEEPEST)
            self._too_deep += 1
            return
        kind = "begin_repeat" if is_repeat else "begin_group"
        allowed = REPEAT_COLUMNS if is_repeat else GROUP_COLUMNS
        refuse_columns(entry, allowed, kind, self._report)
        path = self._take_name(entry)
        label = self._languages.shown(entry.texts.get("label", {}))
        self._open.append(_Group(path, is_repeat, entry, label))

    def _end(self, entry: Entry, written: str, *, is_repeat: bool) -> None:
        if self._too_deep:
            self._too_deep -= 1
            return
        self._tell_unread(entry)
        group = self._open[-1]
        if group.entry is None:
            self._report.add(Mistake.DEF_014, "survey", entry.number, "type")
            return
        if group.is_repeat != is_repeat:
            opened = group.entry.cells.get("type", "")
            self._report.add(
                Mistake.DEF_072, "survey", entry.number, "type",
                name=written, expected=opened, other=group.entry.number,
            )  # fmt: skip
        self._close()

    def _tell_unread(self, entry: Entry) -> None:
        """What stands at the end of a group has no effect, as in pyxform."""
        for column in entry.filled():
            if column not in END_COLUMNS:
                heading = self._report.heading("survey", column)
                self._report.add(Mistake.DEF_062, "survey", entry.number, column, name=heading)

    def _close(self) -> None:
        group = self._open.pop()
        if group.entry is None:
            return
        cells = group.entry.cells
        repeat = Repeat(cells.get("repeat_count")) if group.is_repeat else None
        section = Section(
            path=group.path,
            label_vi=group.label_vi,
            relevant=truth(cells.get("relevant")),
            children=tuple(group.children),
            source_row=group.entry.number,
            repeat=repeat,
            appearance=frozenset(cells.get("appearance", "").split()),
            translations=self._languages.translations(group.entry),
        )
        self._open[-1].children.append(section)

    def _add_question(self, entry: Entry, written: str) -> None:
        if written == EXTERNAL_CSV:
            refuse_columns(entry, EXTERNAL_COLUMNS, written, self._report)
            name = entry.cells.get("name", "")
            self._attachments.table(f"{name.removesuffix('.csv')}.csv", entry.number, "name")
            return
        kind = self.types.kind(entry)
        in_repeat = any(group.is_repeat for group in self._open)
        path = self._take_name(entry, needs_one=not kind.is_refused)
        question = self._questions.question(entry, kind, path, in_repeat=in_repeat)
        children = self._open[-1].children
        children.append(question)
        if "trigger" in entry.cells:
            self.triggers[path] = (entry.number, entry.cells["trigger"])
        if question.or_other and question.list_name is not None:
            self._lists.add_other(question.list_name, self._languages)
            other = self._questions.specify_other(question)
            if self._check_name(other.name, entry):
                children.append(other)

    def _take_name(self, entry: Entry, *, needs_one: bool = True) -> str:
        """The path of a row; rows without a usable name get one nobody can refer to."""
        parent = self._open[-1].path
        name = entry.cells.get("name")
        if name is None and entry.cells.get("type") == "note":
            name = f"generated_note_name_{entry.index + 2}"  # the name pyxform gives it
        if name is None:
            if needs_one:
                self._report.add(Mistake.DEF_007, "survey", entry.number, "name", name="name")
        elif not _NAME.fullmatch(name):
            self._report.add(Mistake.DEF_009, "survey", entry.number, "name", name=name)
        elif self._check_name(name, entry):
            return f"{parent}/{name}" if parent else name
        return f"{parent}/#{entry.number}".lstrip("/")

    def _check_name(self, name: str, entry: Entry) -> bool:
        """Is a name free in its group?"""
        names = self._open[-1].names
        if name in names:
            other = names[name]
            self._report.add(
                Mistake.DEF_010, "survey", entry.number, "name", name=name, other=other
            )
            return False
        names[name] = entry.number
        return True
