"""An XLSForm file -> a form definition, or every mistake in it at once.

The tables are checked row by row, every expression is compiled, and at last pyxform converts the
form, so that what loads here also runs in ODK Collect and KoboToolbox. Whatever pyxform accepts
loads, except what this runtime does not do, which is refused by name; ``forms/xlsform.md`` lists
both. What has no effect here is told as a notice.

Beyond the standard columns, in the namespace ``https://so-an-sinh.vn/xforms``:
``bind::an:role`` (whose answer it is), ``bind::an:precision`` (year, month or day; the least a date
must tell), ``bind::an:warning`` with ``bind::an:warningMsg`` (a constraint the officer may overrule
with a reason). Sheets whose name begins with ``_``, and columns whose heading begins with ``_``,
``$`` or ``#``, are the author's own and not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from forms.definition import FormDefinition, Question, Section, Table
from forms.loading.attachments import Attachments
from forms.loading.choices import ChoiceLists, table_of
from forms.loading.files import read_sheets
from forms.loading.headings import Entry, Rows, read_choices, read_settings, read_survey
from forms.loading.judge import convert
from forms.loading.languages import Languages
from forms.loading.references import References, expressions, with_triggers
from forms.loading.report import Report
from forms.loading.rows import MOST_QUESTIONS, SHEETS, Sheet, too_large
from forms.loading.settings import Settings, check_namespace, cleans_texts, settings_of
from forms.loading.survey import SurveyReader
from forms.loading.types import TypeReader
from forms.mistakes import DefinitionError, DefinitionProblem, Mistake
from forms.runtime.compilation import compile_form
from forms.runtime.compiled import CompiledForm

__all__ = [
    "Checked",
    "DefinitionError",
    "DefinitionProblem",
    "check_form",
    "load_definition",
    "load_form",
    "load_part",
]

_CHOICES = ("choices", "external_choices")
_UNSUPPORTED = ("entities", "osm")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a form file is worth.

    Attributes:
        form: ready to run; ``None`` when there are problems.
        notices: what has no effect here, and pyxform's own remarks.
    """

    form: CompiledForm | None
    problems: tuple[DefinitionProblem, ...]
    notices: tuple[DefinitionProblem, ...]


def load_definition(path: Path) -> FormDefinition:
    """Reads a form file. Raises ``DefinitionError`` with every problem found."""
    return load_form(path).definition


def load_form(path: Path, *, asks_pyxform: bool = True) -> CompiledForm:
    """Reads and compiles in one go. Raises ``DefinitionError`` with every problem found.

    ``asks_pyxform`` may be left out for a file that pyxform has converted before: asking takes
    half a second the first time, and then more than everything else.
    """
    checked = check_form(path, asks_pyxform=asks_pyxform)
    if checked.form is None:
        raise DefinitionError(list(checked.problems))
    return checked.form


def check_form(path: Path, *, asks_pyxform: bool = True) -> Checked:
    """Reads and compiles a form file, and tells everything about it; never raises."""
    report = Report()
    form = None
    try:
        sheets = read_sheets(path)
        definition = _Reading(path, sheets, report).definition()
        if not report.is_full:
            form = compile_form(definition)
    except DefinitionError as error:
        report.add_all(error.problems)
    else:
        if asks_pyxform and not report.problems:
            convert(sheets, report)
    return Checked(None if report.problems else form, report.problems, report.notices)


def load_part(path: Path) -> FormDefinition:
    """Reads a form that becomes part of another one, whose questions and lists it may name.

    Expressions, names in texts and the lists of its questions are therefore not checked here, nor
    does pyxform see it. Raises ``DefinitionError`` with every other problem.
    """
    report = Report()
    definition = _Reading(path, read_sheets(path), report, is_part=True).definition()
    report.stop_if_wrong()
    return definition


class _Reading:
    """One pass over the sheets of one file."""

    def __init__(
        self, path: Path, sheets: Mapping[str, Sheet], report: Report, *, is_part: bool = False
    ) -> None:
        self._is_part = is_part
        self._path = path
        self._sheets = sheets
        self._report = report
        self._attachments = Attachments(path, report)
        self._lists = ChoiceLists()

    def definition(self) -> FormDefinition:
        """The definition, as far as it can be understood."""
        self._check_sheets()
        setting_rows = self._setting_rows()
        settings = settings_of(setting_rows, self._report, file_name=self._path.stem)
        survey = self._survey_rows(cleans=cleans_texts(setting_rows))
        choices = {name: self._choice_rows(name) for name in _CHOICES}
        languages = Languages.of((survey, *choices.values()), settings.default_language)
        for name, rows in choices.items():
            self._lists.read(
                name, rows.entries, languages, self._report,
                # Places of one name in several provinces are told apart by the choice_filter.
                allows_duplicates=settings.allows_duplicates or name == "external_choices",
            )  # fmt: skip
        reader = SurveyReader(
            TypeReader(self._lists, self._attachments, self._report, is_part=self._is_part),
            self._lists,
            self._attachments,
            languages,
            self._report,
        )
        children = reader.children(survey.entries)
        if not children:
            self._report.add(Mistake.DEF_002, "survey", 0, "", name="survey")
        uses_ours = any("bind::an:" in name for entry in survey.entries for name in entry.filled())
        check_namespace(settings, self._report, is_used=uses_ours)
        children = self._refer(children, reader.triggers, settings)
        definition = FormDefinition(
            form_id=settings.form_id,
            version=settings.version,
            title_vi=settings.title,
            children=children,
            choices={**self._lists.finished(), **reader.types.file_lists()},
            languages=languages.names,
            instance_name=settings.instance_name,
        )
        self._attachments.read_named(expressions(definition))
        return replace(definition, tables=self._tables())

    def _refer(
        self,
        children: tuple[Question | Section, ...],
        triggers: Mapping[str, tuple[int, str]],
        settings: Settings,
    ) -> tuple[Question | Section, ...]:
        """Finds the questions that texts and triggers name; of a part only its own."""
        references = References(children, Report() if self._is_part else self._report)
        references.check_texts(children)
        references.check_choices(self._lists)
        if settings.instance_name is not None:
            references.check_instance_name(settings.instance_name, settings.row)
        found = {path: references.triggers(text, row) for path, (row, text) in triggers.items()}
        return with_triggers(children, found)

    def _tables(self) -> dict[str, Table]:
        lists = {name: table_of(choices) for name, choices in self._lists.finished().items()}
        return {**lists, **self._attachments.tables()}

    def _check_sheets(self) -> None:
        for name, sheet in self._sheets.items():
            if name in _UNSUPPORTED and (sheet.rows or sheet.flaws):
                self._report.add(Mistake.DEF_003, sheet.name, 0, "", name=sheet.name)
            elif name not in SHEETS and not name.startswith("_"):
                meant = get_close_matches(name, ("survey", "choices", "settings"), cutoff=0.75)
                mistake = Mistake.DEF_003 if meant else Mistake.DEF_060
                self._report.add(mistake, sheet.name, 0, "", name=sheet.name)

    def _survey_rows(self, *, cleans: bool) -> Rows:
        sheet = self._sheets.get("survey")
        if sheet is None or not sheet.headings:
            self._report.add(Mistake.DEF_002, "survey", 0, "", name="survey")
            return Rows()
        if len(sheet.rows) > MOST_QUESTIONS:
            raise too_large("survey", rows=MOST_QUESTIONS)
        rows = read_survey(sheet, self._report, cleans=cleans)
        self._need("survey", sheet, rows, ("type", "name"))
        return rows

    def _choice_rows(self, name: str) -> Rows:
        sheet = self._sheets.get(name)
        if sheet is None or not sheet.headings:
            return Rows()
        rows = read_choices(sheet, name, self._report)
        self._need(name, sheet, rows, ("list_name", "name"))
        return rows

    def _setting_rows(self) -> tuple[Entry, ...]:
        sheet = self._sheets.get("settings")
        return () if sheet is None else read_settings(sheet, self._report).entries

    def _need(self, name: str, sheet: Sheet, rows: Rows, columns: tuple[str, ...]) -> None:
        for column in columns:
            if rows.entries and not self._report.is_called(name, column):
                self._report.add(Mistake.DEF_004, name, sheet.header_row, "", name=column)
