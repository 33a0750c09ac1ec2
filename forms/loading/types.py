"""The type cell of a survey row -> what kind of question it is, and where its options are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from forms.definition import Choice, QuestionType, Range
from forms.loading.attachments import Attachments, choices_of
from forms.loading.choices import ChoiceLists
from forms.loading.columns import COLUMNS_OF
from forms.loading.headings import Entry
from forms.loading.report import Report
from forms.loading.words import (
    CHECKED_TYPES,
    FILE_LISTS,
    FILE_PARAMETERS,
    LIST_TYPE,
    LISTS,
    PARAMETERS,
    REFUSED_TYPES,
    SUPPORTED_TYPES,
    TYPES,
    Checked,
)
from forms.mistakes import Mistake

_MOST_UNKNOWN = 100
_PAIR = re.compile(r"([^\s=,;]+)\s*=\s*([^\s=,;]+)")
_BETWEEN = re.compile(r"[\s,;]*")
#: Values that name columns of a file keep their case; others are read in small letters.
_CASED = frozenset({"value", "label"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What the type and the parameters of a row say.

    Attributes:
        list_name: the option list, by the name it has in the definition.
        file: the attached file that the list comes from.
        or_other: the list has a further option with a text beside it.
        checked: what the type itself demands of an answer.
        is_refused: the type cannot be used; the row is read no further.
    """

    type: QuestionType
    list_name: str | None = None
    file: str | None = None
    or_other: bool = False
    checked: Checked | None = None
    scale: Range | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    is_refused: bool = False


class TypeReader:
    """Reads type cells; knows the lists and files they may name.

    ``is_part``: the form is part of another one, which may have further lists.
    """

    def __init__(
        self, lists: ChoiceLists, attachments: Attachments, report: Report, *, is_part: bool
    ) -> None:
        self._is_part = is_part
        self._lists = lists
        self._attachments = attachments
        self._report = report
        self._from_files: dict[str, tuple[Choice, ...]] = {}
        self._unknown = 0

    def file_lists(self) -> dict[str, tuple[Choice, ...]]:
        """The option lists that came from attached files."""
        return self._from_files

    def kind(self, entry: Entry) -> Kind:
        """The kind of a row; a text where the type cannot be used."""
        written = entry.cells.get("type", "")
        if not written:
            self._report.add(Mistake.DEF_007, "survey", entry.number, "type", name="type")
            return Kind(QuestionType.TEXT)
        match = LIST_TYPE.fullmatch(written)
        if match is not None:
            return self._list_kind(entry, match)
        if written in CHECKED_TYPES:
            checked = CHECKED_TYPES[written]
            return Kind(checked.type, checked=checked)
        if written not in TYPES:
            self._refuse_type(entry, written)
            return Kind(QuestionType.TEXT, is_refused=True)
        kind = TYPES[written]
        if kind is QuestionType.CALCULATE and _only_fills_once(entry):
            kind = QuestionType.HIDDEN  # as in the XForm: a value without a question or formula
        parameters = self._parameters(entry, kind, PARAMETERS.get(kind, frozenset()))
        scale = self._scale(entry, parameters) if kind is QuestionType.RANGE else None
        return Kind(kind, scale=scale, parameters=parameters)

    def _refuse_type(self, entry: Entry, written: str) -> None:
        word = written.split(" ")[0]
        reason = REFUSED_TYPES.get(written) or REFUSED_TYPES.get(word)
        if reason is None:
            # A file that is no form at all may have thousands of these, and looking takes time.
            self._unknown += 1
            meant = _meant_types(written) if self._unknown <= _MOST_UNKNOWN else []
            self._report.add(
                Mistake.DEF_008, "survey", entry.number, "type",
                name=written, allowed=", ".join(meant) or SUPPORTED_TYPES,
            )  # fmt: skip
        else:
            self._report.add(
                Mistake.DEF_040, "survey", entry.number, "type", name=written, reason=reason
            )

    def _list_kind(self, entry: Entry, match: re.Match[str]) -> Kind:
        command, list_name = match["command"], match["list"]
        if command in FILE_LISTS:
            return self._file_kind(entry, FILE_LISTS[command], list_name, match["other"])
        kind = LISTS[command]
        if command == "select_one_external":
            list_name = self._lists.external.get(list_name, list_name)
        parameters = self._parameters(entry, kind, PARAMETERS[kind])
        if "${" in list_name:
            self._report.add(
                Mistake.DEF_040, "survey", entry.number, "type",
                name=match[0], reason="lựa chọn không lấy từ câu trả lời khác",
            )  # fmt: skip
        elif list_name not in self._lists.lists:
            if not self._is_part:
                self._report.add(Mistake.DEF_011, "survey", entry.number, "type", name=list_name)
        elif kind is not QuestionType.SELECT_ONE:
            self._lists.check_codes(list_name, self._report)
        known = list_name in self._lists.lists
        return Kind(
            kind, list_name, or_other=match["other"] is not None and known, parameters=parameters
        )

    def _file_kind(
        self, entry: Entry, kind: QuestionType, file_name: str, other: str | None
    ) -> Kind:
        """A list from a file is named after the file, and its columns where they are unusual."""
        allowed = PARAMETERS[kind] | FILE_PARAMETERS
        parameters = self._parameters(entry, kind, allowed)
        if other is not None:
            self._report.refuse_value(
                "survey", entry.number, "type", f"{file_name} {other}", "or_other với choices"
            )
        value, label = parameters.get("value", "name"), parameters.get("label", "label")
        name = file_name.removesuffix(".csv")
        if name in self._lists.lists:
            self._report.add(Mistake.DEF_074, "survey", entry.number, "type", name=name)
        if (value, label) != ("name", "label"):
            name = f"{name}:{value}:{label}"
        if name not in self._from_files:
            if not file_name.endswith(".csv"):
                self._report.add(
                    Mistake.DEF_040, "survey", entry.number, "type",
                    name=file_name, reason="chỉ đọc tệp đính kèm dạng csv",
                )  # fmt: skip
                return Kind(kind, name, parameters=parameters)
            self._from_files[name] = self._options(entry, file_name, value, label)
        if kind is QuestionType.SELECT_MULTIPLE:
            for choice in self._from_files[name]:
                if len(choice.code.split()) != 1:
                    self._report.add(
                        Mistake.DEF_015, file_name, 0, value,
                        name=choice.code, allowed="mã không có dấu cách",
                    )  # fmt: skip
                    break
        return Kind(kind, name, file=file_name, parameters=parameters)

    def _options(self, entry: Entry, file_name: str, value: str, label: str) -> tuple[Choice, ...]:
        table = self._attachments.table(file_name, entry.number, "type")
        if table is None:
            return ()
        missing = [column for column in (value, label) if column not in table.columns]
        for column in missing:
            self._report.add(
                Mistake.DEF_045, "survey", entry.number, "type", name=file_name, needed=column
            )
        return () if missing else choices_of(table, value=value, label=label)

    def _parameters(
        self, entry: Entry, kind: QuestionType, allowed: frozenset[str]
    ) -> dict[str, str]:
        written = entry.cells.get("parameters", "")
        if not written or "parameters" not in COLUMNS_OF[kind]:
            return {}
        if not _BETWEEN.fullmatch(_PAIR.sub("", written)):
            self._report.refuse_value(
                "survey",
                entry.number,
                "parameters",
                written,
                "tên=giá trị, cách nhau bằng dấu cách",
            )
            return {}
        found = {}
        for key, value in _PAIR.findall(written):
            name = key.lower()
            if name not in allowed:
                self._report.add(
                    Mistake.DEF_046, "survey", entry.number, "parameters",
                    name=name, type=kind.value, allowed=", ".join(sorted(allowed)) or "–",
                )  # fmt: skip
                continue
            found[name] = value if name in _CASED else value.lower()
        return found

    def _scale(self, entry: Entry, parameters: dict[str, str]) -> Range:
        """Takes the scale out of the parameters of a range."""
        numbers = {}
        for name, usual in (("start", 1.0), ("end", 10.0), ("step", 1.0)):
            written = parameters.pop(name, None)
            numbers[name] = usual if written is None else self._number(entry, name, written)
        scale = Range(**numbers)
        if not 0 < scale.step <= abs(scale.end - scale.start):
            self._report.refuse_value(
                "survey", entry.number, "parameters", f"step={scale.step:g}",
                f"từ trên 0 đến {abs(scale.end - scale.start):g}",
            )  # fmt: skip
        return scale

    def _number(self, entry: Entry, name: str, written: str) -> float:
        if re.fullmatch(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})", written):
            return float(written)
        self._report.refuse_value(
            "survey", entry.number, "parameters", f"{name}={written}", "một số"
        )
        return 1.0


def _meant_types(written: str) -> list[str]:
    """The types that a misspelt cell may mean: ``Selectone yn`` -> ``select_one yn``."""
    small = " ".join(written[:100].lower().split())
    close = get_close_matches(small, (*TYPES, *CHECKED_TYPES), n=3)
    command, _, list_name = small.rpartition(" ")
    lists = () if close else get_close_matches(command, (*LISTS, *FILE_LISTS), n=2)
    return [*close, *(f"{one} {list_name}" for one in lists)]


def _only_fills_once(entry: Entry) -> bool:
    return "calculation" not in entry.cells and "default" in entry.cells
