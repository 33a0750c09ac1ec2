"""The settings sheet: what the form is called, and how its other sheets are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.loading.columns import NAMESPACE
from forms.loading.headings import Entry
from forms.loading.report import Report
from forms.mistakes import Mistake

_YES = frozenset({"yes", "true", "true()"})
_NO = frozenset({"no", "false", "false()"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings with a meaning here; a form without the sheet is named after its file."""

    form_id: str
    version: str
    title: str
    default_language: str
    instance_name: str | None
    allows_duplicates: bool
    namespaces: str
    row: int


def settings_of(entries: tuple[Entry, ...], report: Report, *, file_name: str) -> Settings:
    """The first row; a second one has no effect, as in pyxform."""
    for extra in entries[1:]:
        report.add(Mistake.DEF_068, "settings", extra.number, "")
    cells = entries[0].cells if entries else {}
    form_id = cells.get("form_id") or file_name
    return Settings(
        form_id=form_id,
        version=cells.get("version", ""),
        title=cells.get("form_title") or form_id,
        default_language=cells.get("default_language", ""),
        instance_name=cells.get("instance_name"),
        allows_duplicates=_is_yes(cells, "allow_choice_duplicates", default=False),
        namespaces=cells.get("namespaces", ""),
        row=entries[0].number if entries else 0,
    )


def cleans_texts(entries: tuple[Entry, ...]) -> bool:
    """Are runs of spaces in the survey taken for one (``clean_text_values``)?"""
    return _is_yes(entries[0].cells if entries else {}, "clean_text_values", default=True)


def check_namespace(settings: Settings, report: Report, *, is_used: bool) -> None:
    """Our own columns mean something only in our namespace."""
    if is_used and NAMESPACE not in settings.namespaces:
        written = settings.namespaces
        report.refuse_value("settings", settings.row, "namespaces", written, NAMESPACE)


def yes_or_no(cell: str | None) -> str | None:
    """``yes`` and ``no`` as expressions; ``no`` is no expression at all."""
    if cell is None:
        return None
    if cell.lower() in _YES:
        return "true()"
    return None if cell.lower() in _NO else cell


def truth(cell: str | None) -> str | None:
    """``yes`` and ``no`` where an expression stands that is true when it is missing."""
    if cell is None or cell.lower() not in _YES | _NO:
        return cell
    return "true()" if cell.lower() in _YES else "false()"


def is_yes(cell: str) -> bool:
    """Does a cell say yes?"""
    return cell.lower() in _YES


def _is_yes(cells: Mapping[str, str], name: str, *, default: bool) -> bool:
    written = cells.get(name, "").lower()
    return default if written not in _YES | _NO else written in _YES
