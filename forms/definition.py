"""What a form is, once loaded: frozen values that every other part reads.

Representations an answer can have:

* text, dates and single choices are ``str`` (choices by code; dates as ``1945``, ``1950-03`` or
  ``1950-03-12``, never an invented day); several choices are one ``str`` of codes with spaces
  between, as XForms does;
* times are ``07:30`` or ``07:30:15``, moments ``2026-11-22T07:30:00.000+07:00``;
* an order (``rank``) is every code of the list with spaces between, the first one first;
* a picture or file is ``<name>#sha256=<64 hex digits>``; a place ``latitude longitude altitude
  accuracy`` as XForms writes it, the last two may be left out;
* whole numbers are ``int``, decimals ``float``;
* an empty answer is ``None`` and is normally left out of a mapping.

Answers are keyed by *path*: the names of the groups and of the question joined by ``/``, without
the name of the form (``identity/full_name``). Inside a repeat the group's name carries the key of
the instance: ``members[2]/full_name``. A key is letters and digits, chosen once and never changed
(``1``, ``2``, … unless the caller brings its own), so that two offices can add instances at once;
instances stand in the order of their keys, shorter before longer. An instance that holds no answer
stands among the answers as its path (``members[3]``) with the text ``1``, so that it is not lost.
``Question.path`` and ``Section.path`` never carry keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import TypeAlias

Answer: TypeAlias = str | int | float | None
Answers: TypeAlias = Mapping[str, Answer]


@unique
class QuestionType(Enum):
    """The XLSForm question types that the runtime fills.

    A select from a file is a select; its list is named after the file (``units`` for
    ``units.csv``; ``units:code:title`` when the value and label columns are named otherwise).
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "dateTime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    ACKNOWLEDGE = "acknowledge"
    BARCODE = "barcode"
    IMAGE = "image"
    FILE = "file"
    GEOPOINT = "geopoint"
    NOTE = "note"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    START = "start"
    END = "end"
    TODAY = "today"
    DEVICE_ID = "deviceid"
    USER_NAME = "username"


@unique
class DatePrecision(Enum):
    """The least a date must tell (``bind::an:precision``); a citizen's paper may have no more."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


#: Column of a definition (``label``, ``hint``, ``required_message``, …) -> language -> text.
Translations: TypeAlias = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list.

    Attributes:
        code: what is stored and never edited.
        label_vi: what is shown and printed; may hold ``${name}``, as every label.
        attributes: further columns of the choices sheet, for ``choice_filter``.
        translations: its texts in the languages of the form.
    """

    code: str
    label_vi: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """An attached CSV file, as ``instance('name')`` and ``pulldata('name', …)`` read it.

    Attributes:
        columns: headings as written.
        rows: the cells of each row, as many as there are columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often a group is asked.

    Attributes:
        count: an expression (``repeat_count``), or ``None`` when instances are added by hand.
    """

    count: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """The scale of a ``range`` question (``start=1 end=10 step=1``)."""

    start: float = 1
    end: float = 10
    step: float = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the survey sheet that can hold an answer (or shows a note).

    Expressions are kept as written; the engine compiles them. ``source_row`` is the row of the
    definition, for messages to authors.

    Attributes:
        role: what the answer is of whom (``person.full_name``, ``household.hamlet``); answers with
            a role belong to the person or household and are shared by all forms.
        number: the number printed on the paper form ("12.3a"), taken off the label.
        default: an expression; a plain text of the author stands in quotes.
        required, readonly: expressions; the author's ``yes`` is ``true()``, ``no`` is ``None``.
        triggers: paths of the questions after whose change (only) the calculation runs.
        parameters: as written in that column (``seed``, ``randomize``, ``value``, ``label``, …),
            those of a range excepted.
        or_other: the list has a further option ``other`` that asks for a text beside it; the
            question for that text is in the definition.
        guidance_vi: a longer hint (``guidance_hint``), for print or on request.
        file: name of the attached file that the list comes from.
    """

    path: str
    type: QuestionType
    label_vi: str
    hint_vi: str = ""
    number: str = ""
    role: str | None = None
    list_name: str | None = None
    choice_filter: str | None = None
    required: str | None = None
    required_message_vi: str = ""
    relevant: str | None = None
    constraint: str | None = None
    constraint_message_vi: str = ""
    warning: str | None = None
    warning_message_vi: str = ""
    calculation: str | None = None
    default: str | None = None
    readonly: str | None = None
    precision: DatePrecision = DatePrecision.DAY
    appearance: frozenset[str] = frozenset()
    source_row: int = 0
    scale: Range | None = None
    triggers: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    or_other: bool = False
    guidance_vi: str = ""
    file: str | None = None
    translations: Translations = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The question's own name, without its groups."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the survey sheet: a heading, its questions and its own groups, in order.

    ``repeat`` is set when the group is asked several times.
    """

    path: str
    label_vi: str
    relevant: str | None
    children: tuple[Question | Section, ...]
    source_row: int = 0
    repeat: Repeat | None = None
    appearance: frozenset[str] = frozenset()
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One dated text of one form.

    Attributes:
        form_id: for example ``tt11_2022_m03``.
        version: as the author wrote it. Of forms in the registry it is the date from which this
            text is in force, ISO 8601, and also the folder's name.
        choices: every option list by its name.
        tables: attached CSV files by their name without ``.csv``; option lists too, by the name of
            the list, so that ``instance('list')`` finds them.
        languages: every language the form is written in, the default one first; empty when the
            form names none. ``*_vi`` attributes hold the Vietnamese text where there is one, else
            the default one.
        instance_name: an expression that names one filled form.
    """

    form_id: str
    version: str
    title_vi: str
    children: tuple[Question | Section, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    tables: Mapping[str, Table] = field(default_factory=dict, repr=False)
    languages: tuple[str, ...] = ()
    instance_name: str | None = None

    def questions(self) -> Iterator[Question]:
        """Every question, in the order of the paper."""
        pending: list[Question | Section] = list(reversed(self.children))
        while pending:
            item = pending.pop()
            if isinstance(item, Question):
                yield item
            else:
                pending.extend(reversed(item.children))

    def sections(self) -> Iterator[Section]:
        """Every group, outer before inner."""
        pending: list[Question | Section] = list(reversed(self.children))
        while pending:
            item = pending.pop()
            if isinstance(item, Section):
                yield item
                pending.extend(reversed(item.children))

    def question(self, path: str) -> Question:
        """The question at ``path``. Raises ``KeyError`` when there is none."""
        for question in self.questions():
            if question.path == path:
                return question
        raise KeyError(path)

    def path_of_role(self, role: str) -> str | None:
        """Where the answer of this role is asked, or ``None`` when the form does not ask it."""
        return next((q.path for q in self.questions() if q.role == role), None)
