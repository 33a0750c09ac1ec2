"""A base list of a commune's persons, as Sở and police hand it in: read, and every problem told.

One row is a person. What the paper says is kept as it is printed; only what cannot be anything
(a number with letters, a day that no calendar has) is a problem. Contradictions between number, sex
and birth are none: they make flags, which are for the police to answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forms.dates import parse_typed
from forms.identifiers.old_id_card import is_old_number
from forms.identifiers.personal_number import is_personal_number
from forms.identifiers.signs import clean_number
from forms.registry import FormRegistry
from forms.vietnamese import compare_key, match_key
from sync.server.table_files import (
    Table,
    TableError,
    TableProblem,
    TableRow,
    known_headings,
    read_table,
)

#: The form whose codes people stand in their household with.
_WORKER_FORM, _WORKER_TEXT = "tt11_2022_m03", "2022-08-15"
HEAD = "1"
_SEXES = {"nam": "1", "1": "1", "nu": "2", "2": "2"}

#: Name of a column -> the headings by which it is known.
COLUMNS = known_headings("base_list")
_NEEDED = ("full_name",)
_KEPT_AS_PRINTED = ("full_name", "native_place", "permanent_residence", "dwelling", "phone")


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A row: person fields, and the household it stands in ("" where the list names none)."""

    row: int
    fields: Mapping[str, str] = field(repr=False)
    hamlet: str
    household_code: str

    @property
    def id_number(self) -> str:
        """The personal number; "" for somebody whose number the list does not know."""
        return self.fields.get("id_number", "")

    @property
    def is_head(self) -> bool:
        """Heads the household."""
        return self.fields.get("relation_to_head") == HEAD


def read_base_list(path: Path, *, commune: str) -> list[ListedPerson]:
    """The persons of this commune's list. Raises ``TableError`` with every problem of the file."""
    table = read_table(path, COLUMNS, _NEEDED)
    reading = _Reading(table, commune)
    people = [reading.person(row) for row in table.rows]
    reading.look_for_twins(people)
    if not people:
        reading.tell(0, "", "no person stands in this list")
    if reading.problems:
        raise TableError(sorted(reading.problems, key=lambda one: (one.row, one.column)))
    return people


class _Reading:
    """One pass over the rows; collects problems and goes on."""

    def __init__(self, table: Table, commune: str) -> None:
        self._headings = table.headings
        self._commune = commune
        self._relations = _codes_of("relation_to_head")
        self._groups = _codes_of("ethnic_group")
        self.problems: list[TableProblem] = []

    def tell(self, row: int, name: str, message: str) -> None:
        heading = self._headings.get(name, COLUMNS[name][0]) if name else ""
        self.problems.append(TableProblem(row, heading, message))

    def person(self, row: TableRow) -> ListedPerson:
        fields = {name: row.text(name) for name in _KEPT_AS_PRINTED if row.text(name)}
        if not row.text("full_name"):
            self.tell(row.number, "full_name", "the name is missing")
        if row.text("commune") and row.text("commune") != self._commune:
            self.tell(row.number, "commune", f"not of the commune {self._commune}")
        for name, value in self._read(row):
            if value:
                fields[name] = value
        return ListedPerson(
            row=row.number,
            fields=fields,
            hamlet=row.text("hamlet"),
            household_code=row.text("household_code"),
        )

    def _read(self, row: TableRow) -> Iterator[tuple[str, str]]:
        """What has a form of its own."""
        born = row.text("birth_date")
        parsed = parse_typed(born) if born else None
        if born and parsed is None:
            self.tell(row.number, "birth_date", "no day, month or year of any calendar")
        yield "birth_date", parsed.stored if parsed else ""
        yield "sex", self._coded(row, "sex", _SEXES)
        yield "relation_to_head", self._coded(row, "relation_to_head", self._relations)
        number = clean_number(row.text("id_number"))
        if is_old_number(number) and len(number) == 9 and not row.text("old_id_number"):
            yield "old_id_number", number  # a CMND in the only column for numbers there is
        else:
            if number and not is_personal_number(number):
                self.tell(row.number, "id_number", "no personal number of 12 digits")
            yield "id_number", number
            old = clean_number(row.text("old_id_number"))
            if old and not is_old_number(old):
                self.tell(row.number, "old_id_number", "neither 9 nor 12 digits")
            yield "old_id_number", old
        insured = clean_number(row.text("social_insurance_number"))
        if insured and not (insured.isdigit() and len(insured) in (10, 12)):
            self.tell(row.number, "social_insurance_number", "neither 10 nor 12 digits")
        yield "social_insurance_number", insured
        yield "ethnicity", self._coded(row, "ethnicity", self._groups)

    def _coded(self, row: TableRow, name: str, codes: Mapping[str, str]) -> str:
        text = row.text(name)
        if not text:
            return ""
        code = codes.get(match_key(text))
        if code is None:
            self.tell(row.number, name, "not a value of this column")
        return code or ""

    def look_for_twins(self, people: list[ListedPerson]) -> None:
        """One number, or one person without a number, in two rows."""
        rows: dict[object, list[ListedPerson]] = defaultdict(list)
        for person in people:
            rows[person.id_number or person_key(person)].append(person)
        for same in rows.values():
            for person in same[1:]:
                name = "id_number" if person.id_number else "full_name"
                self.tell(person.row, name, f"stands in row {same[0].row} already")


def person_key(person: ListedPerson) -> tuple[str, ...]:
    """What tells persons without a number apart: name, birth, sex and household."""
    return (
        compare_key(person.fields.get("full_name", "")),
        person.fields.get("birth_date", ""),
        person.fields.get("sex", ""),
        compare_key(person.hamlet),
        person.household_code,
    )


def _codes_of(list_name: str) -> dict[str, str]:
    """Codes and labels of a list of the worker's sheet -> code; ``01`` may have lost its zero."""
    form = FormRegistry.bundled().get(_WORKER_FORM, _WORKER_TEXT).definition
    choices = form.choices[list_name]
    return {
        **{one.code.lstrip("0"): one.code for one in choices},
        **{one.code: one.code for one in choices},
        **{match_key(one.label_vi): one.code for one in choices},
    }
