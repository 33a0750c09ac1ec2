"""An XLSForm file -> a form definition, or every mistake in it at once.

The tables are checked row by row, every expression is compiled, and at last pyxform converts the
form, so that what loads here also runs in ODK Collect and KoboToolbox. What this runtime does not
do is refused by name: question types and columns that are not listed below, labels that change
with answers, several languages, ``or_other`` and sheets other than survey, choices and settings.

Beyond the standard columns, in the namespace ``https://so-an-sinh.vn/xforms``:
``bind::an:role`` (whose answer it is), ``bind::an:precision`` (year, month or day; the least a date
must tell), ``bind::an:warning`` with ``bind::an:warningMsg`` (a constraint the officer may overrule
with a reason).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from forms.compilation import compile_form
from forms.compiled import CompiledForm
from forms.definition import (
    Choice,
    DatePrecision,
    FormDefinition,
    Question,
    QuestionType,
    Section,
)
from forms.mistakes import DefinitionError, DefinitionProblem, Mistake, problem
from forms.sheets import Row, Sheet, pyxform_tables, read_sheets
from forms.xlsform import (
    ALLOWED_TYPES,
    CALCULATE_COLUMNS,
    CHOICES,
    GROUP_COLUMNS,
    GROUP_ENDS,
    GROUP_STARTS,
    MEDIA,
    MESSAGES,
    NAMESPACE,
    NEEDED,
    NOTE_COLUMNS,
    PRECISION,
    ROLE,
    SELECT,
    SETTINGS,
    SURVEY,
    TYPES,
    WARNING,
    WARNING_MESSAGE,
)

__all__ = ["DefinitionError", "DefinitionProblem", "load_definition", "load_form"]

#: Longest cell that is still read.
LONGEST_CELL = 20_000

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# Answers of a person or household live in their documents, those about anybody else in the record.
_ROLE_NAME = re.compile(
    r"(?:person|household|father|mother|guardian|relative|merit_person|payee)\.[a-z_]+"
)
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)*[a-zđ]?)\.\s+(?=\S)")
_PYXFORM_ROW = re.compile(r"^\[row : ([0-9]{1,6})\]")
_YES = frozenset({"yes", "true", "true()"})
_NO = frozenset({"no", "false", "false()"})


def load_definition(path: Path) -> FormDefinition:
    """Reads ``form.md`` or ``.xlsx``. Raises ``DefinitionError`` with every problem found."""
    return load_form(path).definition


def load_form(path: Path) -> CompiledForm:
    """Reads and compiles in one go. Raises ``DefinitionError`` with every problem found."""
    sheets = read_sheets(path)
    reading = _Reading(sheets)
    definition = reading.definition()
    problems = list(reading.problems)
    form = None
    try:
        form = compile_form(definition)
    except DefinitionError as error:
        problems += [reading.as_written(one) for one in error.problems]
    if form is None or problems:
        raise DefinitionError(sorted(problems, key=lambda one: (one.sheet, one.row, one.column)))
    _convert_with_pyxform(sheets)
    return form


def _convert_with_pyxform(sheets: dict[str, Sheet]) -> None:
    """Lets pyxform judge the form too; it stops at the first mistake, so it comes last."""
    # Imported here because it takes 0.4 s, which a program that only starts need not pay.
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        convert(pyxform_tables(sheets))
    except (PyXFormError, ValueError, TypeError, LookupError) as error:
        raise DefinitionError([_told_by_pyxform(str(error), sheets)]) from error


def _told_by_pyxform(text: str, sheets: dict[str, Sheet]) -> DefinitionProblem:
    """pyxform's sentence, at the row of the file that it counts as ``[row : n]``."""
    found = _PYXFORM_ROW.search(text)
    index = int(found[1]) - 2 if found else -1
    rows = sheets["survey"].rows
    row = rows[index].number if 0 <= index < len(rows) else 0
    return problem(Mistake.DEF_031, sheet="survey" if row else "", row=row, detail=text)


@dataclass
class _Group:
    """A group that is still open."""

    path: str
    row: Row | None
    label_vi: str = ""
    relevant: str | None = None
    children: list[Question | Section] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def section(self) -> Section:
        number = self.row.number if self.row else 0
        return Section(self.path, self.label_vi, self.relevant, tuple(self.children), number)


class _Reading:
    """One pass over the sheets; collects problems and goes on with what can be understood."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        self.problems: list[DefinitionProblem] = []
        self._written: dict[str, str] = {}
        self._roles: dict[str, int] = {}
        self._check_sheets(sheets)
        self._settings = self._rows(sheets, "settings", SETTINGS)
        self._choice_rows = self._rows(sheets, "choices", CHOICES)
        self._survey = self._rows(sheets, "survey", SURVEY)

    def definition(self) -> FormDefinition:
        """The definition, as far as it can be understood."""
        settings = self._read_settings()
        self._choices = self._read_choices()
        children = self._read_survey()
        if not children:
            self._report(Mistake.DEF_002, "survey", 0, "", name="survey")
        return FormDefinition(
            form_id=settings.get("form_id", ""),
            version=settings.get("version", ""),
            title_vi=settings.get("form_title", ""),
            children=children,
            choices=self._choices,
        )

    def as_written(self, found: DefinitionProblem) -> DefinitionProblem:
        """The same problem with the heading that the author used."""
        return replace(found, column=self._written.get(found.column, found.column))

    def _report(
        self, mistake: Mistake, sheet: str, row: int, column: str, **parameters: object
    ) -> None:
        written = self._written.get(column, column) if sheet == "survey" else column
        self.problems.append(problem(mistake, sheet=sheet, row=row, column=written, **parameters))

    def _check_sheets(self, sheets: dict[str, Sheet]) -> None:
        for name, sheet in sheets.items():
            if name not in NEEDED and not name.startswith("_"):
                self._report(Mistake.DEF_003, sheet.name, 0, "", name=sheet.name)

    def _rows(
        self, sheets: dict[str, Sheet], name: str, known: Mapping[str, str]
    ) -> tuple[Row, ...]:
        """The rows of a sheet under the headings used here."""
        sheet = sheets.get(name)
        if sheet is None or not sheet.headings:
            if name != "choices":
                self._report(Mistake.DEF_002, name, 0, "", name=name)
            return ()
        meaning = self._read_headings(sheet, name, known)
        for needed in NEEDED[name]:
            if needed not in meaning.values():
                self._report(Mistake.DEF_004, name, sheet.header_row, "", name=needed)
        rows = []
        for row in sheet.rows:
            cells = {}
            for heading, text in row.cells.items():
                if len(text) > LONGEST_CELL:
                    self._report(Mistake.DEF_030, name, row.number, heading, limit=LONGEST_CELL)
                elif heading in meaning:
                    cells[meaning[heading]] = text
                elif not heading:
                    self._report(Mistake.DEF_005, name, row.number, "", name=text)
            rows.append(Row(row.number, cells))
        return tuple(rows)

    def _read_headings(self, sheet: Sheet, name: str, known: Mapping[str, str]) -> dict[str, str]:
        meaning: dict[str, str] = {}
        for repeated in sheet.repeated_headings():
            if repeated:
                self._report(Mistake.DEF_006, name, sheet.header_row, repeated, name=repeated)
        for heading in dict.fromkeys(sheet.headings):
            folded = heading.lower().replace(" ", "_")
            meant = known.get(folded)
            if meant is None and name == "choices" and _is_attribute(heading):
                meant = heading
            if not heading:
                continue
            if meant is None:
                self._report(Mistake.DEF_005, name, sheet.header_row, heading, name=heading)
            elif meant in meaning.values():
                self._report(Mistake.DEF_006, name, sheet.header_row, heading, name=meant)
            else:
                meaning[heading] = meant
                if name == "survey":
                    self._written[meant] = heading
        return meaning

    def _read_settings(self) -> dict[str, str]:
        if not self._settings:
            self._report(Mistake.DEF_007, "settings", 0, "", name="form_id, form_title, version")
            return {}
        row, *more = self._settings
        for extra in more:
            self._report(Mistake.DEF_029, "settings", extra.number, "", name="form_id", type="2")
        for needed in NEEDED["settings"]:
            if needed not in row.cells:
                self._report(Mistake.DEF_007, "settings", row.number, needed, name=needed)
        version = row.cells.get("version")
        if version is not None and not _is_day(version):
            self._refuse_value("settings", row.number, "version", version, "YYYY-MM-DD")
        uses_namespace = any(heading.startswith("bind::an:") for heading in self._written)
        if uses_namespace and NAMESPACE not in row.cells.get("namespaces", ""):
            written = row.cells.get("namespaces", "")
            self._refuse_value("settings", row.number, "namespaces", written, NAMESPACE)
        return row.cells

    def _refuse_value(self, sheet: str, row: int, column: str, value: str, allowed: str) -> None:
        self._report(Mistake.DEF_015, sheet, row, column, name=value, allowed=allowed)

    def _read_choices(self) -> dict[str, tuple[Choice, ...]]:
        lists: dict[str, dict[str, Choice]] = {}
        seen: dict[tuple[str, str], int] = {}
        for row in self._choice_rows:
            missing = [name for name in NEEDED["choices"] if name not in row.cells]
            for name in missing:
                self._report(Mistake.DEF_007, "choices", row.number, name, name=name)
            if missing:
                continue
            cells = dict(row.cells)
            list_name, code = cells.pop("list_name"), cells.pop("name")
            label = cells.pop("label")
            if len(code.split()) != 1:
                self._refuse_value("choices", row.number, "name", code, "mã không có dấu cách")
            other = seen.setdefault((list_name, code), row.number)
            if other != row.number:
                self._report(Mistake.DEF_012, "choices", row.number, "name", name=code, other=other)
            if "${" in label:
                self._report(Mistake.DEF_026, "choices", row.number, "label")
            lists.setdefault(list_name, {})[code] = Choice(code, label, cells)
        return {name: tuple(choices.values()) for name, choices in lists.items()}

    def _read_survey(self) -> tuple[Question | Section, ...]:
        open_groups = [_Group("", None)]
        for row in self._survey:
            kind = " ".join(row.cells.get("type", "").split())
            if kind in GROUP_ENDS:
                self._end_group(row, open_groups)
            elif kind in GROUP_STARTS:
                open_groups.append(self._begin_group(row, open_groups[-1]))
            elif row.cells:
                self._add_question(row, kind, open_groups[-1])
        while len(open_groups) > 1:
            group = open_groups.pop()
            number = group.row.number if group.row else 0
            self._report(Mistake.DEF_013, "survey", number, "type", name=group.path)
            open_groups[-1].children.append(group.section())
        return tuple(open_groups[0].children)

    def _end_group(self, row: Row, open_groups: list[_Group]) -> None:
        if len(open_groups) == 1:
            self._report(Mistake.DEF_014, "survey", row.number, "type")
            return
        group = open_groups.pop()
        open_groups[-1].children.append(group.section())

    def _begin_group(self, row: Row, parent: _Group) -> _Group:
        self._check_columns(row, GROUP_COLUMNS, "begin_group")
        self._check_texts(row)
        appearance = row.cells.get("appearance")
        if appearance not in (None, "field-list"):
            self._refuse_value("survey", row.number, "appearance", appearance, "field-list")
        return _Group(
            path=self._take_name(row, parent),
            row=row,
            label_vi=row.cells.get("label", ""),
            relevant=row.cells.get("relevant"),
        )

    def _take_name(self, row: Row, parent: _Group) -> str:
        """The path of a row; rows without a usable name get one nobody can refer to."""
        name = row.cells.get("name")
        if name is None:
            self._report(Mistake.DEF_007, "survey", row.number, "name", name="name")
        elif not _NAME.fullmatch(name):
            self._report(Mistake.DEF_009, "survey", row.number, "name", name=name)
        elif parent.names.setdefault(name.lower(), row.number) != row.number:
            other = parent.names[name.lower()]
            self._report(Mistake.DEF_010, "survey", row.number, "name", name=name, other=other)
        else:
            return f"{parent.path}/{name}" if parent.path else name
        return f"{parent.path}/#{row.number}".lstrip("/")

    def _check_columns(self, row: Row, allowed: frozenset[str], kind: str) -> None:
        for column in row.cells:
            if column not in allowed:
                self._report(Mistake.DEF_029, "survey", row.number, column, name=column, type=kind)

    def _check_texts(self, row: Row) -> None:
        for column in ("label", "hint", *MESSAGES):
            if "${" in row.cells.get(column, ""):
                self._report(Mistake.DEF_026, "survey", row.number, column)

    def _add_question(self, row: Row, written: str, parent: _Group) -> None:
        kind, list_name = self._read_type(row, written)
        self._check_texts(row)
        self._check_fit(row, kind)
        cells = row.cells
        number, label = _split_number(cells.get("label", ""))
        parent.children.append(
            Question(
                path=self._take_name(row, parent),
                type=kind,
                label_vi=label,
                number=number,
                hint_vi=cells.get("hint", ""),
                role=self._read_role(row),
                list_name=list_name,
                choice_filter=cells.get("choice_filter"),
                required=_yes_or_no(cells.get("required")),
                required_message_vi=cells.get("required_message", ""),
                relevant=cells.get("relevant"),
                constraint=cells.get("constraint"),
                constraint_message_vi=cells.get("constraint_message", ""),
                warning=cells.get(WARNING),
                warning_message_vi=cells.get(WARNING_MESSAGE, ""),
                calculation=cells.get("calculation"),
                default=_default(cells.get("default"), kind),
                readonly=_yes_or_no(cells.get("readonly")),
                precision=self._read_precision(row, kind),
                appearance=frozenset(cells.get("appearance", "").split()),
                source_row=row.number,
            )
        )

    def _read_type(self, row: Row, written: str) -> tuple[QuestionType, str | None]:
        if not written:
            self._report(Mistake.DEF_007, "survey", row.number, "type", name="type")
            return QuestionType.TEXT, None
        if written in TYPES:
            return TYPES[written], None
        match = SELECT.fullmatch(written)
        if match is None:
            self._report(
                Mistake.DEF_008, "survey", row.number, "type", name=written, allowed=ALLOWED_TYPES
            )
            return QuestionType.TEXT, None
        if match["list"] not in self._choices:
            self._report(Mistake.DEF_011, "survey", row.number, "type", name=match["list"])
        kind = QuestionType.SELECT_ONE if match["one"] else QuestionType.SELECT_MULTIPLE
        return kind, match["list"]

    def _check_fit(self, row: Row, kind: QuestionType) -> None:
        """Cells that the type needs, and cells that would have no effect with it."""
        cells = row.cells
        if kind is QuestionType.CALCULATE:
            self._check_columns(row, CALCULATE_COLUMNS, kind.value)
            if "calculation" not in cells:
                self._report(Mistake.DEF_028, "survey", row.number, "calculation")
            return
        if "label" not in cells:
            self._report(Mistake.DEF_007, "survey", row.number, "label", name="label")
        if kind is QuestionType.NOTE:
            self._check_columns(row, NOTE_COLUMNS, kind.value)
            return
        selects = kind in (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE)
        for column, fits in (("choice_filter", selects), (PRECISION, kind is QuestionType.DATE)):
            if column in cells and not fits:
                self._check_columns(row, frozenset(cells) - {column}, kind.value)
        for message, expression in MESSAGES.items():
            if message in cells and expression not in cells:
                self._report(Mistake.DEF_007, "survey", row.number, expression, name=expression)
        if WARNING in cells and WARNING_MESSAGE not in cells:
            self._report(
                Mistake.DEF_007, "survey", row.number, WARNING_MESSAGE, name=WARNING_MESSAGE
            )

    def _read_role(self, row: Row) -> str | None:
        role = row.cells.get(ROLE)
        if role is None:
            return None
        if not _ROLE_NAME.fullmatch(role):
            self._refuse_value("survey", row.number, ROLE, role, "person.…, household.…")
        other = self._roles.setdefault(role, row.number)
        if other != row.number:
            self._report(Mistake.DEF_027, "survey", row.number, ROLE, name=role, other=other)
        return role

    def _read_precision(self, row: Row, kind: QuestionType) -> DatePrecision:
        written = row.cells.get(PRECISION)
        if written is None or kind is not QuestionType.DATE:
            return DatePrecision.DAY
        allowed = {precision.value: precision for precision in DatePrecision}
        if written not in allowed:
            self._refuse_value("survey", row.number, PRECISION, written, ", ".join(allowed))
        return allowed.get(written, DatePrecision.DAY)


def _is_attribute(heading: str) -> bool:
    return _COLUMN_NAME.fullmatch(heading) is not None and heading.lower() not in MEDIA


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _split_number(label: str) -> tuple[str, str]:
    """The printed number and the rest: ``12.3a. Loại hình`` -> ``12.3a``, ``Loại hình``."""
    match = _NUMBER.match(label)
    return (match[1], label[match.end() :]) if match else ("", label)


def _yes_or_no(cell: str | None) -> str | None:
    """``yes`` and ``no`` as expressions; an expression as it is."""
    if cell is None:
        return None
    if cell.lower() in _YES:
        return "true()"
    return None if cell.lower() in _NO else cell


_DYNAMIC = re.compile(r"\$\{|^\s*[A-Za-z][\w-]*\s*\(.*\)\s*$", re.DOTALL)


def _default(cell: str | None, kind: QuestionType) -> str | None:
    """A default as an expression: a call or a reference as it is, plain text in quotes."""
    if cell is None or _DYNAMIC.search(cell):
        return cell
    if kind in (QuestionType.INTEGER, QuestionType.DECIMAL) or '"' not in cell:
        return f'"{cell}"'
    parts = '", \'"\', "'.join(cell.split('"'))
    return f'concat("{parts}")'
