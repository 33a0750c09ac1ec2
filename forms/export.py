"""A form definition -> the tables of an XLSForm that pyxform converts and the loader reads back.

Only tables are made here; writing them into a workbook is the work of whoever exports. What is read
back equals what was exported, rows of the file apart. Texts that the loader itself supplied (the
name of a question without a label, the text question of ``or_other``) are not written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from forms.definition import (
    Choice,
    DatePrecision,
    FormDefinition,
    Question,
    QuestionType,
    Section,
    Table,
    Translations,
)
from forms.expressions.parser import parse
from forms.expressions.syntax import ExpressionError, Literal
from forms.loading.choices import OTHER
from forms.loading.columns import (
    NAMESPACE,
    PRECISION,
    ROLE,
    TRANSLATED,
    WARNING,
    WARNING_MESSAGE,
)
from forms.loading.questions import default_expression
from forms.loading.words import EXTERNAL_CSV

#: Cells of one row by heading.
Cells = dict[str, str]

_COLUMNS = (
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "required",
    "required_message",
    "relevant",
    "constraint",
    "constraint_message",
    WARNING,
    WARNING_MESSAGE,
    "calculation",
    "trigger",
    "default",
    "readonly",
    "choice_filter",
    "repeat_count",
    "appearance",
    "parameters",
    ROLE,
    PRECISION,
)
_COMMANDS: Mapping[QuestionType, str] = {
    QuestionType.SELECT_ONE: "select_one",
    QuestionType.SELECT_MULTIPLE: "select_multiple",
    QuestionType.RANK: "rank",
}


@dataclass(frozen=True, slots=True)
class ExportedSheet:
    """One sheet: headings, then rows of as many cells."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExportedForm:
    """The sheets of a workbook, and the files that must lie beside it."""

    sheets: tuple[ExportedSheet, ...]
    attachments: Mapping[str, Table]


def exported(definition: FormDefinition) -> ExportedForm:
    """The tables of a form. Its ``source_row``s are not kept."""
    return _Export(definition).form()


class _Export:
    def __init__(self, definition: FormDefinition) -> None:
        self._form = definition
        self._languages = definition.languages
        self._files = {q.list_name for q in definition.questions() if q.file is not None}

    def form(self) -> ExportedForm:
        rows = [*self._external_rows(), *self._rows(self._form.children)]
        sheets = [self._sheet("survey", _COLUMNS, rows)]
        choices = list(self._choice_rows())
        if choices:
            columns = ("list_name", "name", "label", *self._attributes())
            sheets.append(self._sheet("choices", columns, choices))
        sheets.append(self._settings())
        return ExportedForm(tuple(sheets), self._attachments())

    def _attributes(self) -> dict[str, None]:
        """Every further column of the option lists, in the order they appear."""
        return dict.fromkeys(
            name
            for list_name, choices in self._form.choices.items()
            if list_name not in self._files
            for choice in choices
            for name in choice.attributes
        )

    def _sheet(self, name: str, columns: Sequence[str], rows: Sequence[Cells]) -> ExportedSheet:
        """The used columns; a text has one column for each language of the form."""
        used = {heading for row in rows for heading in row}
        headings: list[str] = []
        for column in columns:
            if column in TRANSLATED and self._languages:
                wanted = [f"{column}::{language}" for language in self._languages]
                headings += [one for one in wanted if one in used or column == "label"]
            elif column in used:
                headings.append(column)
        lines = tuple(tuple(row.get(heading, "") for heading in headings) for row in rows)
        return ExportedSheet(name, tuple(headings), lines)

    def _texts(
        self, column: str, shown: str, translations: Translations, *, number: str = ""
    ) -> Cells:
        """One text in its languages, with the number printed before it."""
        before = f"{number}. " if number else ""
        if not self._languages:
            return {column: before + shown} if shown else {}
        texts = translations.get(column, {})
        return {f"{column}::{language}": before + text for language, text in texts.items()}

    def _external_rows(self) -> Iterator[Cells]:
        """Tables that no question takes its options from."""
        taken = {child.path for child in self._form.children}
        files = {_stem(q.file) for q in self._form.questions() if q.file is not None}
        for name in self._form.tables:
            is_list = name in self._form.choices or name in files
            if not is_list and name not in taken and _is_name(name):
                yield {"type": EXTERNAL_CSV, "name": name}

    def _rows(self, children: Sequence[Question | Section]) -> Iterator[Cells]:
        generated = {
            f"{child.path}_{OTHER}"
            for child in children
            if isinstance(child, Question) and child.or_other
        }
        for child in children:
            if isinstance(child, Section):
                yield from self._group_rows(child)
            elif child.path not in generated:
                yield self._question_row(child)

    def _group_rows(self, section: Section) -> Iterator[Cells]:
        kind = "group" if section.repeat is None else "repeat"
        cells = {
            "type": f"begin_{kind}",
            "name": section.path.rpartition("/")[2],
            **self._texts("label", section.label_vi, section.translations),
            "relevant": section.relevant,
            "appearance": " ".join(sorted(section.appearance)),
            "repeat_count": section.repeat.count if section.repeat else None,
        }
        yield _filled(cells)
        yield from self._rows(section.children)
        yield {"type": f"end_{kind}", "name": section.path.rpartition("/")[2]}

    def _question_row(self, question: Question) -> Cells:
        texts = question.translations
        written = _type(question)
        return _filled(
            {
                "type": written,
                "name": question.name,
                **self._texts("label", question.label_vi, texts, number=question.number),
                **self._texts("hint", question.hint_vi, texts),
                **self._texts("guidance_hint", question.guidance_vi, texts),
                "required": _yes(question.required),
                **self._texts("required_message", question.required_message_vi, texts),
                "relevant": question.relevant,
                "constraint": question.constraint,
                **self._texts("constraint_message", question.constraint_message_vi, texts),
                WARNING: question.warning,
                **self._texts(WARNING_MESSAGE, question.warning_message_vi, texts),
                "calculation": question.calculation,
                "trigger": ", ".join(f"${{{_own_name(one)}}}" for one in question.triggers),
                "default": _default(question.default, written),
                "readonly": _yes(question.readonly),
                "choice_filter": question.choice_filter,
                "appearance": " ".join(sorted(question.appearance)),
                "parameters": _parameters(question),
                ROLE: question.role,
                PRECISION: _precision(question.precision),
            }
        )

    def _choice_rows(self) -> Iterator[Cells]:
        for name, choices in self._form.choices.items():
            if name not in self._files:
                for choice in choices:
                    yield self._choice_row(name, choice)

    def _choice_row(self, list_name: str, choice: Choice) -> Cells:
        return {
            "list_name": list_name,
            "name": choice.code,
            **self._texts("label", choice.label_vi, choice.translations),
            **choice.attributes,
        }

    def _settings(self) -> ExportedSheet:
        form = self._form
        codes = [
            (name, choice.code)
            for name, choices in form.choices.items()
            if name not in self._files
            for choice in choices
        ]
        cells = _filled(
            {
                "form_title": form.title_vi,
                "form_id": form.form_id,
                "version": form.version,
                "default_language": form.languages[0] if form.languages else None,
                "instance_name": form.instance_name,
                "allow_choice_duplicates": "yes" if len(set(codes)) < len(codes) else None,
                "namespaces": NAMESPACE if self._uses_ours() else None,
            }
        )
        return ExportedSheet("settings", tuple(cells), (tuple(cells.values()),))

    def _uses_ours(self) -> bool:
        return any(
            q.role or q.warning or q.precision is not DatePrecision.DAY
            for q in self._form.questions()
        )

    def _attachments(self) -> dict[str, Table]:
        files = {q.file for q in self._form.questions() if q.file is not None}
        stems = {_stem(file) for file in files}
        return {
            f"{name}.csv": table
            for name, table in self._form.tables.items()
            if name in stems or name not in self._form.choices
        }


def _type(question: Question) -> str:
    command = _COMMANDS.get(question.type)
    if command is None or question.list_name is None:
        return question.type.value
    if question.file is not None:
        return f"{command}_from_file {question.file}"
    return f"{command} {question.list_name}" + (" or_other" if question.or_other else "")


def _parameters(question: Question) -> str:
    pairs = dict(question.parameters)
    if question.scale is not None:
        scale = question.scale
        numbers = {"start": scale.start, "end": scale.end, "step": scale.step}
        pairs = {name: _plain(number) for name, number in numbers.items()} | pairs
    return " ".join(f"{name}={value}" for name, value in pairs.items())


def _plain(number: float) -> str:
    """A number without an exponent."""
    return str(int(number)) if number.is_integer() else f"{Decimal(repr(number)):f}"


def _default(expression: str | None, written_type: str) -> str | None:
    """A text stands in its cell without the quotation marks the loader gave it."""
    if expression is None:
        return None
    try:
        tree = parse(expression)
    except ExpressionError:
        return expression
    if not isinstance(tree, Literal) or not isinstance(tree.value, str):
        return expression
    text = tree.value
    return text if default_expression(text, written_type) == expression else expression


def _precision(precision: DatePrecision) -> str | None:
    return None if precision is DatePrecision.DAY else precision.value


def _yes(expression: str | None) -> str | None:
    return "yes" if expression == "true()" else expression


def _filled(cells: Mapping[str, str | None]) -> Cells:
    return {heading: text for heading, text in cells.items() if text}


def _is_name(text: str) -> bool:
    return text.replace("-", "_").isidentifier()


def _stem(file: str) -> str:
    return file.removesuffix(".csv")


def _own_name(path: str) -> str:
    return path.rpartition("/")[2]
