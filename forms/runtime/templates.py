"""Texts of a form that show answers: ``Con của ${full_name}``.

As in ODK Collect a choice shows its code; ``jr:choice-name`` in a calculation gives its label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.definition import Choice, Question, Section
from forms.expressions.terms import UP, State, TextRun
from forms.expressions.values import to_text

#: Columns of texts that may show answers, with the attribute of the usual language.
TEXTS: Mapping[str, str] = {
    "label": "label_vi",
    "hint": "hint_vi",
    "guidance_hint": "guidance_vi",
    "required_message": "required_message_vi",
    "constraint_message": "constraint_message_vi",
    "bind::an:warningMsg": "warning_message_vi",
}

_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Plain texts, and the answers between them."""

    parts: tuple[str | TextRun, ...]

    def text(self, state: State) -> str:
        """The text with the answers of a state."""
        return "".join([part if isinstance(part, str) else part(state) for part in self.parts])


def is_dynamic(text: str) -> bool:
    """Does the text show answers?"""
    return "${" in text and _REFERENCE.search(text) is not None


def template(text: str, read: Callable[[str], TextRun]) -> Template:
    """The template of a text; ``read`` finds the answer of a name."""
    return Template(tuple(_parts(text, read)))


def _parts(text: str, read: Callable[[str], TextRun]) -> Iterator[str | TextRun]:
    for number, part in enumerate(_REFERENCE.split(text)):
        if number % 2:
            yield read(part)
        elif part:
            yield part


def texts_of(source: Question | Section) -> Iterator[tuple[str, str | None, str]]:
    """The texts of a question or group: column, language (``None`` for the usual one), text."""
    for column, attribute in TEXTS.items():
        yield column, None, getattr(source, attribute, "")
        for language, written in source.translations.get(column, {}).items():
            yield column, language, written


def labels_of(choice: Choice) -> Iterator[tuple[str | None, str]]:
    """The labels of an option by language."""
    yield None, choice.label_vi
    yield from choice.translations.get("label", {}).items()


def all_values(ups: int, way: Sequence[int], slot: int) -> TextRun:
    """The answers of a question in all the states that stand below one around, as one text."""

    def run(state: State) -> str:
        for _ in range(ups):
            state = state[UP]
        states = [state]
        for list_slot in way:
            states = [one for around in states for one in around[list_slot]]
        return " ".join([to_text(one[slot]) for one in states])

    return run
