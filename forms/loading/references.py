"""``${name}`` outside of compiled expressions: in texts, triggers and the name of a filled form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from forms.definition import FormDefinition, Question, Section
from forms.expressions.parser import parse
from forms.expressions.syntax import ExpressionError
from forms.loading.choices import ChoiceLists
from forms.loading.columns import WARNING_MESSAGE
from forms.loading.report import Report
from forms.mistakes import Mistake

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_TRIGGERS = re.compile(r"\s*\$\{[^{}]*\}\s*(?:,\s*\$\{[^{}]*\}\s*)*")


class References:
    """Looks up names of one form."""

    def __init__(self, children: Iterable[Question | Section], report: Report) -> None:
        self._report = report
        self._questions: dict[str, list[str]] = {}
        self._sections: set[str] = set()
        self._gather(children)

    def _gather(self, children: Iterable[Question | Section]) -> None:
        for child in children:
            name = child.path.rpartition("/")[2]
            if isinstance(child, Question):
                self._questions.setdefault(name, []).append(child.path)
            else:
                self._sections.add(name)
                self._gather(child.children)

    def check(self, text: str, sheet: str, row: int, column: str) -> list[str]:
        """The paths of the questions that a text names; tells names that cannot be used."""
        found = []
        for match in _REFERENCE.finditer(text):
            name = match[1].strip()
            paths = self._questions.get(name, [])
            if len(paths) == 1:
                found.append(paths[0])
                continue
            if name.startswith("last-saved#"):
                mistake = Mistake.DEF_025
            elif paths:
                mistake = Mistake.DEF_021
            else:
                mistake = Mistake.DEF_020 if name in self._sections else Mistake.DEF_019
            self._report.add(mistake, sheet, row, column, name=name)
        return found

    def check_texts(self, children: Iterable[Question | Section]) -> None:
        """Labels, hints and messages of questions and groups."""
        for child in children:
            for column, text in _texts(child):
                self.check(text, "survey", child.source_row, column)
            if isinstance(child, Section):
                self.check_texts(child.children)

    def check_choices(self, lists: ChoiceLists) -> None:
        """Labels of options."""
        for name, choices in lists.lists.items():
            for choice in choices:
                row = lists.rows.get((name, choice.code), 0)
                for text in (choice.label_vi, *choice.translations.get("label", {}).values()):
                    if "${" in text:
                        self.check(text, lists.sheets[name], row, "label")

    def check_instance_name(self, expression: str, row: int) -> None:
        """The expression that names a filled form."""
        try:
            parse(expression)
        except ExpressionError as error:
            self._report.add(error.mistake, "settings", row, "instance_name", **error.parameters)
        else:
            self.check(expression, "settings", row, "instance_name")

    def triggers(self, written: str, row: int) -> tuple[str, ...]:
        """The paths that a trigger column names."""
        if not _TRIGGERS.fullmatch(written):
            self._report.refuse_value("survey", row, "trigger", written, "${a}, ${b}")
            return ()
        return tuple(dict.fromkeys(self.check(written, "survey", row, "trigger")))


def with_triggers(
    children: tuple[Question | Section, ...], triggers: Mapping[str, tuple[str, ...]]
) -> tuple[Question | Section, ...]:
    """The same questions with the paths that set off their calculations."""
    if not triggers:
        return children
    return tuple(
        replace(child, children=with_triggers(child.children, triggers))
        if isinstance(child, Section)
        else replace(child, triggers=triggers.get(child.path, ()))
        for child in children
    )


def expressions(definition: FormDefinition) -> Iterator[str]:
    """Every expression of a form, for what must be known before they are compiled."""
    for question in definition.questions():
        for expression in (
            question.relevant,
            question.required,
            question.constraint,
            question.warning,
            question.calculation,
            question.default,
            question.readonly,
            question.choice_filter,
        ):
            if expression is not None:
                yield expression
    for section in definition.sections():
        if section.relevant is not None:
            yield section.relevant
        if section.repeat is not None and section.repeat.count is not None:
            yield section.repeat.count


def _texts(child: Question | Section) -> Iterator[tuple[str, str]]:
    """The texts with references, by column."""
    texts = {"label": child.label_vi}
    if isinstance(child, Question):
        texts |= {
            "hint": child.hint_vi,
            "guidance_hint": child.guidance_vi,
            "required_message": child.required_message_vi,
            "constraint_message": child.constraint_message_vi,
            WARNING_MESSAGE: child.warning_message_vi,
        }
    for column, text in texts.items():
        for one in (text, *child.translations.get(column, {}).values()):
            if "${" in one:
                yield column, one
