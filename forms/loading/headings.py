"""Headings -> columns, and rows -> entries: the cells of a row by the name of their column.

As pyxform does: a heading is split at ``::`` (at ``:`` when no heading of the sheet has ``::``),
its first part may be written in any case and with spaces, and a last part may name a language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from forms.loading.columns import (
    CHOICES,
    CHOICES_ALIASES,
    NO_EFFECT_COLUMNS,
    NO_EFFECT_SETTINGS,
    REFUSED_COLUMNS,
    REFUSED_GROUPS,
    REFUSED_SETTINGS,
    SETTINGS,
    SETTINGS_ALIASES,
    SURVEY,
    SURVEY_ALIASES,
    TRANSLATED,
    Parts,
)
from forms.loading.report import Report
from forms.loading.rows import Row, Sheet
from forms.mistakes import Mistake

#: Longest cell that is still read.
LONGEST_CELL = 20_000

#: How headings begin that authors and their tools keep for themselves; XForms has no such names.
_AUTHORS_OWN = ("_", "$", "#")

#: With more columns of their own than this, authors hear of all of them; looking takes time.
_MOST_UNKNOWN = 100

_ATTRIBUTE = re.compile(r"[^\W\d][\w.-]*")
_SPACES = re.compile(" {2,}")

#: Word processors put these where expressions need plain ones; pyxform replaces them too.
_QUOTES = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}


@dataclass(frozen=True, slots=True)
class Column:
    """What a heading means.

    Attributes:
        name: the column's name here.
        language: of a text in a named language; ``""`` for a text without one.
    """

    name: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A column that is told when it is filled: with ``mistake`` at the cell or at the heading."""

    mistake: Mistake
    reason: str = ""
    at_heading: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, read: texts in their languages, other cells plain.

    Attributes:
        index: its place among the rows, from 0, blank rows not counted.
    """

    number: int
    index: int
    cells: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, column: str) -> str:
        """Any text of a column; empty when there is none in any language."""
        return next(iter(self.texts.get(column, {}).values()), "")

    def filled(self) -> list[str]:
        """The names of the columns with something in them."""
        return [*self.cells, *self.texts]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a sheet says.

    Attributes:
        languages: the languages its headings name, in their order.
    """

    entries: tuple[Entry, ...] = ()
    languages: tuple[str, ...] = ()


_Meaning = Callable[[Parts, str], Column | Refused | None]


def read_survey(sheet: Sheet, report: Report, *, cleans: bool) -> Rows:
    """The rows of the survey. ``cleans``: runs of spaces become one, as pyxform does."""
    return _entries(sheet, "survey", report, SURVEY_ALIASES, _survey_column, cleans=cleans)


def read_choices(sheet: Sheet, name: str, report: Report) -> Rows:
    """The rows of ``choices`` or ``external_choices``."""
    return _entries(sheet, name, report, CHOICES_ALIASES, _choices_column)


def read_settings(sheet: Sheet, report: Report) -> Rows:
    """The rows of the settings; only one is used."""
    return _entries(sheet, "settings", report, SETTINGS_ALIASES, _settings_column)


def _entries(
    sheet: Sheet,
    name: str,
    report: Report,
    aliases: Mapping[str, Parts],
    meaning_of: _Meaning,
    *,
    cleans: bool = False,
) -> Rows:
    for flaw in sheet.flaws:
        heading = sheet.heading_at(flaw.column)
        report.add(flaw.mistake, name, flaw.row, heading, **flaw.parameters)
    for repeated in sheet.repeated_headings():
        report.add(Mistake.DEF_006, name, sheet.header_row, repeated, name=repeated)
    meanings = _meanings(sheet, name, report, aliases, meaning_of)
    entries = []
    for index, row in enumerate(sheet.rows):
        entries.append(_entry(row, index, meanings, name, sheet.header_row, report, cleans))
    named = (one.language for one in meanings.values() if isinstance(one, Column))
    return Rows(tuple(entries), tuple(dict.fromkeys(filter(None, named))))


def _meanings(
    sheet: Sheet, name: str, report: Report, aliases: Mapping[str, Parts], meaning_of: _Meaning
) -> dict[str, Column | Refused]:
    doubled = any("::" in heading for heading in sheet.headings)
    meanings: dict[str, Column | Refused] = {}
    unknown = 0
    for heading in dict.fromkeys(sheet.headings):
        if not heading or heading.startswith(_AUTHORS_OWN):
            continue
        meaning = meaning_of(parts_of(heading, aliases, doubled=doubled), heading)
        if meaning is None:
            unknown += 1
            looks_meant = unknown > _MOST_UNKNOWN or _looks_meant(heading, aliases)
            mistake = Mistake.DEF_005 if looks_meant else Mistake.DEF_065
            meaning = Refused(mistake, at_heading=True)
        elif isinstance(meaning, Column):
            if meaning in meanings.values():
                report.add(Mistake.DEF_006, name, sheet.header_row, heading, name=meaning.name)
                continue
            report.call(name, meaning.name, heading)
        meanings[heading] = meaning
    return meanings


def _entry(
    row: Row,
    index: int,
    meanings: Mapping[str, Column | Refused],
    name: str,
    header_row: int,
    report: Report,
    cleans: bool,
) -> Entry:
    cells: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = {}
    for heading, written in row.cells.items():
        text = _SPACES.sub(" ", written) if cleans else written
        meaning = meanings.get(heading)
        if len(text) > LONGEST_CELL:
            report.add(Mistake.DEF_030, name, row.number, heading, limit=LONGEST_CELL)
        elif isinstance(meaning, Column):
            if meaning.name in TRANSLATED:
                texts.setdefault(meaning.name, {})[meaning.language] = text
            else:
                cells[meaning.name] = text.translate(_QUOTES)
        elif meaning is not None:
            at = header_row if meaning.at_heading else row.number
            report.add(meaning.mistake, name, at, heading, name=heading, reason=meaning.reason)
        elif not heading:
            report.add(Mistake.DEF_066, name, row.number, "", name=text)
    return Entry(row.number, index, cells, texts)


def parts_of(heading: str, aliases: Mapping[str, Parts], *, doubled: bool) -> Parts:
    """The parts of a heading, the first one by its usual name.

    ``jr:`` is a prefix, no separator, also where single colons separate.
    """
    written = heading.split("::") if doubled or "::" in heading else heading.split(":")
    parts = [part.strip() for part in written]
    if "jr" in parts[:-1]:
        at = parts.index("jr")
        parts[at : at + 2] = [f"jr:{parts[at + 1]}"]
    first = "_".join(parts[0].split()).lower()
    return (*aliases.get(first, (first,)), *parts[1:])


def _looks_meant(heading: str, aliases: Mapping[str, Parts]) -> bool:
    """Is a heading that means nothing a misspelt one, and not a column of the author's own?"""
    first = "_".join(re.split("::?", heading)[0].split()).lower()
    known = {*aliases, *(name for parts in (*SURVEY, *CHOICES, *SETTINGS) for name in parts)}
    is_close = bool(get_close_matches(first[:40], known, n=1, cutoff=0.75))
    return is_close or first.startswith(tuple(TRANSLATED))


def _survey_column(parts: Parts, _heading: str) -> Column | Refused | None:
    known = _known(parts, SURVEY)
    if known is not None:
        return known
    if parts in NO_EFFECT_COLUMNS:
        return Refused(Mistake.DEF_062)
    return _refused(parts)


def _choices_column(parts: Parts, heading: str) -> Column | Refused | None:
    known = _known(parts, CHOICES) or _refused(parts)
    if known is None and _ATTRIBUTE.fullmatch(heading):
        return Column(heading)  # for choice_filter; told apart by case, as pyxform does
    return known


def _settings_column(parts: Parts, _heading: str) -> Column | Refused | None:
    known = _known(parts, SETTINGS)
    if known is not None:
        return known
    if parts[0] in REFUSED_SETTINGS:
        return Refused(Mistake.DEF_042, REFUSED_SETTINGS[parts[0]])
    if parts[0].lower() in {name.lower() for name in NO_EFFECT_SETTINGS}:
        return Refused(Mistake.DEF_061)
    return None


def _known(parts: Parts, names: Mapping[Parts, str]) -> Column | None:
    if parts in names:
        return Column(names[parts])
    name = names.get(parts[:-1])
    if name in TRANSLATED and parts[-1]:
        return Column(name or "", parts[-1])
    return None


def _refused(parts: Parts) -> Refused | None:
    """A column that XLSForm has and this runtime has not; a language of it does not matter."""
    reason = REFUSED_COLUMNS.get(parts) or REFUSED_COLUMNS.get(parts[:2])
    reason = reason or REFUSED_COLUMNS.get(parts[:1])
    if reason is None and len(parts) > 1:
        reason = REFUSED_GROUPS.get(parts[0])
    return None if reason is None else Refused(Mistake.DEF_041, reason)
