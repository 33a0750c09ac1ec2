"""Tables of a form: attached CSV files and option lists, found by name and searched by column.

An index of a column is made at the first look-up and shared by all expressions of the form; so a
table of ten thousand rows is read through once. Cells are texts and compare as an answer of a text
question would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from forms.definition import Choice, FormDefinition, Table
from forms.expressions.syntax import ExpressionError
from forms.expressions.values import Value, number_of_text, to_text
from forms.mistakes import Mistake

Row: TypeAlias = tuple[Value, ...]

_Key = TypeVar("_Key")


@dataclass(slots=True)
class IndexedTable:
    """The rows of a table and, once they were asked for, where each value of a column stands."""

    name: str
    columns: Mapping[str, int]
    rows: Sequence[Row]
    _by_text: dict[int, dict[str, list[int]]] = field(default_factory=dict)
    _by_number: dict[int, dict[float, list[int]]] = field(default_factory=dict)

    def column(self, name: str) -> int:
        """Where a column stands. Raises ``ExpressionError`` when there is none."""
        if name not in self.columns:
            allowed = ", ".join(self.columns)
            raise ExpressionError(Mistake.DEF_052, name=self.name, heading=name, allowed=allowed)
        return self.columns[name]

    def find(self, column: int, value: Value) -> Sequence[int]:
        """The numbers of the rows whose cell is equal to ``value``, in order."""
        if isinstance(value, bool):
            return [at for at, row in enumerate(self.rows) if bool(row[column]) == value]
        if isinstance(value, float):
            if column not in self._by_number:
                self._by_number[column] = self._index(column, number_of_text)
            return self._by_number[column].get(value, ()) if value == value else ()
        if column not in self._by_text:
            self._by_text[column] = self._index(column, str)
        return self._by_text[column].get(to_text(value), ())

    def _index(self, column: int, key: Callable[[str], _Key]) -> dict[_Key, list[int]]:
        found: dict[_Key, list[int]] = {}
        for at, row in enumerate(self.rows):
            found.setdefault(key(to_text(row[column])), []).append(at)
        return found


class Tables:
    """Every table of one form by name."""

    def __init__(self, definition: FormDefinition | None = None) -> None:
        self._definition = definition or FormDefinition("", "", "", (), {})
        self._known: dict[str, IndexedTable] = {}

    def table(self, name: str) -> IndexedTable:
        """Raises ``ExpressionError`` when the form has neither such a file nor such a list."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._read(name)
        return known

    def _read(self, name: str) -> IndexedTable:
        table = self._definition.tables.get(name)
        if table is None and name in self._definition.choices:
            table = _table_of_choices(self._definition.choices[name])
        if table is None:
            raise ExpressionError(Mistake.DEF_051, name=name)
        columns = {column: at for at, column in enumerate(table.columns)}
        return IndexedTable(name, columns, table.rows)

    def options(self, choices: Sequence[Choice]) -> IndexedTable:
        """Options for a choice filter; behind the cells of each row stands the option's number."""
        table = _table_of_choices(choices)
        columns = {column: at for at, column in enumerate(table.columns)}
        rows = tuple((*row, str(at)) for at, row in enumerate(table.rows))
        return IndexedTable("choices", columns, rows)

    def labels(self, question_path: str) -> Mapping[str, str]:
        """Code -> label of a choice question; nothing for other questions.

        Raises ``ExpressionError`` for a group.
        """
        asked = (one for one in self._definition.questions() if one.path == question_path)
        question = next(asked, None)
        if question is None:
            raise ExpressionError(Mistake.DEF_020, name=question_path)
        if question.list_name is None:
            return {}
        choices = self._definition.choices.get(question.list_name)
        if choices is not None:
            return {choice.code: choice.label_vi for choice in choices}
        table = self.table(question.list_name)
        code = table.column(question.parameters.get("value", "name"))
        label = table.column(question.parameters.get("label", "label"))
        return {to_text(row[code]): to_text(row[label]) for row in table.rows}


def _table_of_choices(choices: Sequence[Choice]) -> Table:
    further = tuple(dict.fromkeys(name for choice in choices for name in choice.attributes))
    rows = (
        (choice.code, choice.label_vi, *(choice.attributes.get(name, "") for name in further))
        for choice in choices
    )
    return Table(("name", "label", *further), tuple(rows))
