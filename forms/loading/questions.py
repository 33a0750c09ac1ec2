"""One row of the survey sheet -> a question."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms.definition import DatePrecision, Question, QuestionType
from forms.loading.choices import OTHER, specify_other_texts
from forms.loading.columns import (
    COLUMNS_OF,
    MESSAGES,
    PRECISION,
    ROLE,
    WARNING,
    WARNING_MESSAGE,
)
from forms.loading.headings import Entry
from forms.loading.languages import Languages
from forms.loading.report import Report
from forms.loading.settings import truth, yes_or_no
from forms.loading.types import Kind
from forms.mistakes import Mistake

_ROLE_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_SHARED_ROLE = re.compile(r"(?:person|household)\..*")
#: Whose answers stay in the record, for there is no document about them.
_OTHER_PEOPLE = re.compile(r"(?:father|mother|guardian|relative|merit_person|payee)\..*")
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)*[a-z\u0111]?)\.\s+(?=\S)")
#: Without one of these pyxform takes a default for a text; a bare call is always dynamic.
_MAYBE_DYNAMIC = re.compile(r"[-+*|$(]| mod | div ")
_PLAIN_CALL = re.compile(r"[a-z]+\(\)")
_CALLS_SEARCH = re.compile(r"\bsearch\s*\(")
#: Columns that say nothing when they say no.
_SWITCHES = frozenset({"required", "readonly", "disabled"})
_HAS_NO_LABEL = frozenset(
    {
        QuestionType.CALCULATE,
        QuestionType.HIDDEN,
        QuestionType.START,
        QuestionType.END,
        QuestionType.TODAY,
        QuestionType.DEVICE_ID,
        QuestionType.USER_NAME,
    }
)


class QuestionReader:
    """Reads rows into questions; remembers the roles that are taken."""

    def __init__(self, languages: Languages, report: Report) -> None:
        self._languages = languages
        self._report = report
        self._roles: dict[str, int] = {}

    def question(self, entry: Entry, kind: Kind, path: str, *, in_repeat: bool) -> Question:
        """The question of a row; what cannot be used is told and left out."""
        if not kind.is_refused:
            self._check_fit(entry, kind.type)
        cells = entry.cells
        name = path.rpartition("/")[2]
        number, label = split_number(self._shown(entry, "label"))
        translations = dict(self._languages.translations(entry))
        if number and "label" in translations:
            translations["label"] = _without_number(translations["label"], number)
        checked = kind.checked
        hint = self._shown(entry, "hint")
        if checked is not None and checked.hint_vi and not hint:
            hint = checked.hint_vi
            translations |= _only(self._languages, "hint", hint)
        shows_label = kind.type not in _HAS_NO_LABEL
        return Question(
            path=path,
            type=kind.type,
            label_vi=label or (name if shows_label else ""),
            number=number,
            hint_vi=hint,
            guidance_vi=self._shown(entry, "guidance_hint"),
            role=self._role(entry, in_repeat=in_repeat),
            list_name=kind.list_name,
            file=kind.file,
            choice_filter=cells.get("choice_filter"),
            required=yes_or_no(cells.get("required")),
            required_message_vi=self._shown(entry, "required_message"),
            relevant=truth(cells.get("relevant")),
            constraint=truth(cells.get("constraint", checked.constraint if checked else None)),
            constraint_message_vi=self._shown(entry, "constraint_message"),
            warning=truth(cells.get(WARNING)),
            warning_message_vi=self._shown(entry, WARNING_MESSAGE),
            calculation=truth(self._calculation(entry)),
            default=default_expression(cells.get("default"), cells.get("type", "")),
            readonly=yes_or_no(cells.get("readonly")) if shows_label else None,
            precision=self._precision(entry, kind.type),
            appearance=self._appearance(entry),
            source_row=entry.number,
            scale=kind.scale,
            parameters=kind.parameters,
            or_other=kind.or_other,
            translations=translations,
        )

    def specify_other(self, question: Question) -> Question:
        """The text that ``or_other`` asks for beside its option, as pyxform makes it."""
        label, texts = specify_other_texts(self._languages)
        return Question(
            path=f"{question.path}_{OTHER}",
            type=QuestionType.TEXT,
            label_vi=label,
            relevant=f"selected(../{question.name}, '{OTHER}')",
            source_row=question.source_row,
            translations={"label": texts} if texts else {},
        )

    def _shown(self, entry: Entry, column: str) -> str:
        return self._languages.shown(entry.texts.get(column, {}))

    def _calculation(self, entry: Entry) -> str | None:
        """A trigger without a calculation takes the answer away."""
        written = entry.cells.get("calculation")
        return "''" if written is None and "trigger" in entry.cells else written

    def _appearance(self, entry: Entry) -> frozenset[str]:
        written = entry.cells.get("appearance", "")
        if _CALLS_SEARCH.search(written):
            allowed = "select_one_from_file"
            self._report.refuse_value("survey", entry.number, "appearance", written, allowed)
        return frozenset(written.split())

    def _check_fit(self, entry: Entry, kind: QuestionType) -> None:
        """Cells that the type needs, and cells that would have no effect with it."""
        row, cells = entry.number, entry.cells
        refuse_columns(entry, COLUMNS_OF[kind], kind.value, self._report)
        if kind is QuestionType.CALCULATE:
            if "calculation" not in cells:
                self._report.add(Mistake.DEF_028, "survey", row, "calculation")
            if "default" in cells and "trigger" not in cells:
                self._report.add(
                    Mistake.DEF_029, "survey", row, "default", name="default", type=kind.value
                )
        elif kind not in _HAS_NO_LABEL and not (entry.text("label") or entry.text("hint")):
            self._report.add(Mistake.DEF_007, "survey", row, "label", name="label")
        for message, expression in MESSAGES.items():
            if message in entry.texts and expression not in cells:
                heading = self._report.heading("survey", message)
                self._report.add(Mistake.DEF_062, "survey", row, message, name=heading)
        if WARNING in cells and WARNING_MESSAGE not in entry.texts:
            self._report.add(Mistake.DEF_007, "survey", row, WARNING_MESSAGE, name=WARNING_MESSAGE)

    def _role(self, entry: Entry, *, in_repeat: bool) -> str | None:
        role = entry.cells.get(ROLE)
        if role is None:
            return None
        shared = _SHARED_ROLE.fullmatch(role) is not None
        known = shared or in_repeat or _OTHER_PEOPLE.fullmatch(role) is not None
        if not _ROLE_NAME.fullmatch(role) or not known:
            allowed = "member.…" if in_repeat else "person.…, household.…, guardian.…, payee.…"
            self._report.refuse_value("survey", entry.number, ROLE, role, allowed)
        elif shared and in_repeat:
            self._report.add(Mistake.DEF_073, "survey", entry.number, ROLE, name=role)
        other = self._roles.setdefault(role, entry.number)
        if other != entry.number:
            self._report.add(Mistake.DEF_027, "survey", entry.number, ROLE, name=role, other=other)
        return role

    def _precision(self, entry: Entry, kind: QuestionType) -> DatePrecision:
        written = entry.cells.get(PRECISION)
        if written is None or kind is not QuestionType.DATE:
            return DatePrecision.DAY
        allowed = {precision.value: precision for precision in DatePrecision}
        if written not in allowed:
            self._report.refuse_value(
                "survey", entry.number, PRECISION, written, ", ".join(allowed)
            )
        return allowed.get(written, DatePrecision.DAY)


def _only(languages: Languages, column: str, text: str) -> dict[str, dict[str, str]]:
    """A text that is not the author's, as translations in the default language."""
    texts = languages.translated({"": text})
    return {column: texts} if texts else {}


def refuse_columns(entry: Entry, allowed: frozenset[str], kind: str, report: Report) -> None:
    """Tells every filled cell that would have no effect with this type and says something."""
    for column in entry.filled():
        says_no = column in _SWITCHES and yes_or_no(entry.cells[column]) is None
        if column not in allowed and not says_no:
            report.add(
                Mistake.DEF_029, "survey", entry.number, column,
                name=report.heading("survey", column), type=kind,
            )  # fmt: skip


def split_number(label: str) -> tuple[str, str]:
    """The printed number and the rest: ``12.3a. Loại hình`` -> ``12.3a``, ``Loại hình``."""
    match = _NUMBER.match(label)
    return (match[1], label[match.end() :]) if match else ("", label)


def _without_number(texts: Mapping[str, str], number: str) -> dict[str, str]:
    """The label in every language without the number, where it stands there."""
    found = {}
    for language, text in texts.items():
        own, rest = split_number(text)
        found[language] = rest if own == number else text
    return found


def default_expression(cell: str | None, written_type: str) -> str | None:
    """A default as an expression: dynamic ones as they are, plain text in quotes.

    pyxform decides which is which, so that a form means the same here and in ODK.
    """
    if cell is None:
        return None
    if not _MAYBE_DYNAMIC.search(cell):
        return quoted(cell)
    if _PLAIN_CALL.fullmatch(cell):
        return cell
    # Imported here because it takes 0.4 s, which a program that only starts need not pay.
    from pyxform.utils import default_is_dynamic

    return cell if default_is_dynamic(cell, written_type) else quoted(cell)


def quoted(text: str) -> str:
    """A text as an XPath expression, which has no way to escape quotation marks."""
    for mark in ('"', "'"):
        if mark not in text:
            return f"{mark}{text}{mark}"
    parts = '", \'"\', "'.join(text.split('"'))
    return f'concat("{parts}")'
