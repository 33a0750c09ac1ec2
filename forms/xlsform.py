"""The words of XLSForm that this runtime understands: sheets, headings and types.

What is not listed here is refused by name when a form is loaded, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms.definition import QuestionType

#: What the settings sheet must declare before the ``bind::an:`` columns mean anything.
NAMESPACE = 'an="https://so-an-sinh.vn/xforms"'

ROLE, PRECISION = "bind::an:role", "bind::an:precision"
WARNING, WARNING_MESSAGE = "bind::an:warning", "bind::an:warningMsg"

#: Heading as it may be written (small letters, ``_`` for spaces) -> the heading used here.
SURVEY: Mapping[str, str] = {
    "type": "type",
    "name": "name",
    "label": "label",
    "hint": "hint",
    "required": "required",
    "required_message": "required_message",
    "requiredmsg": "required_message",
    "relevant": "relevant",
    "relevance": "relevant",
    "constraint": "constraint",
    "constraint_message": "constraint_message",
    "constraining_message": "constraint_message",
    "calculation": "calculation",
    "calculate": "calculation",
    "default": "default",
    "readonly": "readonly",
    "read_only": "readonly",
    "choice_filter": "choice_filter",
    "appearance": "appearance",
    ROLE: ROLE,
    PRECISION: PRECISION,
    WARNING: WARNING,
    WARNING_MESSAGE.lower(): WARNING_MESSAGE,
}
CHOICES: Mapping[str, str] = {
    "list_name": "list_name",
    "name": "name",
    "value": "name",
    "label": "label",
}
SETTINGS: Mapping[str, str] = {
    "form_id": "form_id",
    "id_string": "form_id",
    "form_title": "form_title",
    "title": "form_title",
    "version": "version",
    "namespaces": "namespaces",
}
NEEDED = {
    "survey": ("type", "name", "label"),
    "choices": ("list_name", "name", "label"),
    "settings": ("form_id", "form_title", "version"),
}

TYPES: Mapping[str, QuestionType] = {
    "text": QuestionType.TEXT,
    "string": QuestionType.TEXT,
    "integer": QuestionType.INTEGER,
    "int": QuestionType.INTEGER,
    "decimal": QuestionType.DECIMAL,
    "date": QuestionType.DATE,
    "note": QuestionType.NOTE,
    "calculate": QuestionType.CALCULATE,
}
SELECT = re.compile(
    r"(?:(?P<one>select[_ ]one(?: from)?|select1)"
    r"|(?P<many>select[_ ]multiple(?: from)?|select all that apply(?: from)?))\s+(?P<list>\S+)"
)
GROUP_STARTS = ("begin group", "begin_group")
GROUP_ENDS = ("end group", "end_group")
ALLOWED_TYPES = (
    "text, integer, decimal, date, select_one, select_multiple, note, calculate, "
    "begin_group, end_group"
)
MEDIA = frozenset({"image", "big-image", "audio", "video"})

#: Columns a row of this kind may fill; a filled cell of another column would have no effect.
GROUP_COLUMNS = frozenset({"type", "name", "label", "relevant", "appearance"})
NOTE_COLUMNS = GROUP_COLUMNS | {"hint"}
CALCULATE_COLUMNS = frozenset({"type", "name", "label", "calculation", "relevant", ROLE})
MESSAGES = {
    "required_message": "required",
    "constraint_message": "constraint",
    WARNING_MESSAGE: WARNING,
}
