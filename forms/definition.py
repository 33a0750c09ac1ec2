"""What a form is, once loaded: frozen values that every other part reads.

Representations an answer can have:

* text, dates and single choices are ``str`` (choices by code; dates as ``1945``, ``1950-03`` or
  ``1950-03-12``, never an invented day); several choices are one ``str`` of codes with spaces
  between, as XForms does;
* whole numbers are ``int``, decimals ``float``;
* an empty answer is ``None`` and is normally left out of a mapping.

Answers are keyed by *path*: the names of the groups and of the question joined by ``/``, without
the name of the form (``identity/full_name``).
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
    """The XLSForm question types that the runtime fills."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    NOTE = "note"
    CALCULATE = "calculate"


@unique
class DatePrecision(Enum):
    """The least a date must tell (``bind::an:precision``); a citizen's paper may have no more."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list.

    Attributes:
        code: what is stored and never edited.
        label_vi: what is shown and printed.
        attributes: further columns of the choices sheet, for ``choice_filter``.
    """

    code: str
    label_vi: str
    attributes: Mapping[str, str] = field(default_factory=dict)


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

    @property
    def name(self) -> str:
        """The question's own name, without its groups."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the survey sheet: a heading, its questions and its own groups, in order."""

    path: str
    label_vi: str
    relevant: str | None
    children: tuple[Question | Section, ...]
    source_row: int = 0


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One dated text of one form.

    Attributes:
        form_id: for example ``tt11_2022_m03``.
        version: the date from which this text is in force, ISO 8601; also the folder's name.
        choices: every option list by its name.
    """

    form_id: str
    version: str
    title_vi: str
    children: tuple[Question | Section, ...]
    choices: Mapping[str, tuple[Choice, ...]]

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
