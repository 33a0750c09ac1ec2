"""The choices sheets -> option lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from forms.definition import Choice, Table
from forms.loading.headings import Entry
from forms.loading.languages import Languages, is_vietnamese, pick
from forms.loading.report import Report
from forms.mistakes import Mistake

#: The option that ``or_other`` adds, as pyxform names it.
OTHER = "other"
_EXTERNAL = "external_choices"
_OTHER_VI, _OTHER_EN = "Khác", "Other"


@dataclass(slots=True)
class ChoiceLists:
    """The option lists of a form, each with the sheet and the rows it stands in.

    Attributes:
        external: list of the sheet ``external_choices`` -> its name here, which is another one
            when a list of the sheet ``choices`` is called the same.
    """

    lists: dict[str, list[Choice]] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)

    def read(
        self,
        sheet: str,
        entries: Sequence[Entry],
        languages: Languages,
        report: Report,
        *,
        allows_duplicates: bool,
    ) -> None:
        """Adds the lists of one sheet (``choices`` or ``external_choices``)."""
        for entry in entries:
            missing = [name for name in ("list_name", "name") if name not in entry.cells]
            if len(missing) == 2 and "label" not in entry.texts:
                if entry.filled():
                    report.add(Mistake.DEF_067, sheet, entry.number, "")
                continue
            for name in missing:
                report.add(Mistake.DEF_007, sheet, entry.number, name, name=name)
            if missing:
                continue
            attributes = dict(entry.cells)
            list_name, code = attributes.pop("list_name"), attributes.pop("name")
            list_name = self._named(list_name, sheet)
            other = self.rows.setdefault((list_name, code), entry.number)
            if other != entry.number and not allows_duplicates:
                report.add(Mistake.DEF_012, sheet, entry.number, "name", name=code, other=other)
                continue
            label = languages.shown(entry.texts.get("label", {})) or code
            choice = Choice(code, label, attributes, languages.translations(entry))
            self.lists.setdefault(list_name, []).append(choice)

    def _named(self, list_name: str, sheet: str) -> str:
        """The name of a list here; the two sheets may each have one of the same name."""
        if sheet != _EXTERNAL:
            self.sheets[list_name] = sheet
            return list_name
        if list_name not in self.external:
            name = list_name
            while name in self.sheets:
                name += "_external"
            self.external[list_name] = name
            self.sheets[name] = sheet
        return self.external[list_name]

    def add_other(self, list_name: str, languages: Languages) -> None:
        """The option ``other`` of a list with ``or_other``, unless the author wrote one."""
        choices = self.lists[list_name]
        if all(choice.code != OTHER for choice in choices):
            texts = {
                name: _OTHER_VI if is_vietnamese(name) else _OTHER_EN for name in languages.names
            }
            label = pick(texts, languages.names) or _OTHER_VI
            choices.append(Choice(OTHER, label, {}, {"label": texts} if texts else {}))

    def check_codes(self, list_name: str, report: Report) -> None:
        """Codes of several answers stand with spaces between, so none may hold one."""
        sheet = self.sheets.get(list_name, "choices")
        for choice in self.lists.get(list_name, []):
            if len(choice.code.split()) != 1:
                row = self.rows[list_name, choice.code]
                report.refuse_value(sheet, row, "name", choice.code, "mã không có dấu cách")

    def finished(self) -> dict[str, tuple[Choice, ...]]:
        """The lists as a definition holds them."""
        return {name: tuple(choices) for name, choices in self.lists.items()}


def table_of(choices: Sequence[Choice]) -> Table:
    """An option list as ``instance('list')`` reads it: name, label, and its other columns."""
    columns = tuple(dict.fromkeys(name for choice in choices for name in choice.attributes))
    rows = tuple(
        (choice.code, choice.label_vi, *(choice.attributes.get(name, "") for name in columns))
        for choice in choices
    )
    return Table(("name", "label", *columns), rows)


def specify_other_texts(languages: Languages) -> tuple[str, dict[str, str]]:
    """The label of the question beside ``other``: Vietnamese or default, and by language."""
    texts = {
        name: "Ghi rõ" if is_vietnamese(name) else "Specify other." for name in languages.names
    }
    return pick(texts, languages.names) or "Ghi rõ", texts
