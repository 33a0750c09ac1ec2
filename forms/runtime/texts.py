"""Labels, hints and messages, with the answers they show, in the languages of a form."""

from __future__ import annotations

from forms.definition import Choice, Question
from forms.expressions.terms import State
from forms.runtime.compiled import Item
from forms.runtime.templates import TEXTS


def question_of(item: Item) -> Question:
    """The question of an item. Raises ``KeyError`` for groups."""
    if item.question is None:
        raise KeyError(item.path)
    return item.question


def text_of(item: Item, column: str, state: State, plain: str) -> str:
    """A text of the definition, with the answers it shows."""
    shown = item.texts.get((column, None)) if item.texts else None
    return plain if shown is None else shown.text(state)


def message_of(item: Item, column: str, state: State) -> str:
    """What the author says about a wrong answer."""
    question = question_of(item)
    match column:
        case "required_message":
            plain = question.required_message_vi
        case "constraint_message":
            plain = question.constraint_message_vi
        case _:
            plain = question.warning_message_vi
    return text_of(item, column, state, plain)


def shown_text(item: Item, column: str, state: State, language: str | None) -> str:
    """A text in a language; in the usual one where it is not translated."""
    source = item.question or item.section
    if source is None:
        return ""
    translated = source.translations.get(column, {}).get(language or "")
    if translated is None:
        return text_of(item, column, state, getattr(source, TEXTS[column], ""))
    shown = item.texts.get((column, language))
    return translated if shown is None else shown.text(state)


def label_of_choice(item: Item, choice: Choice, state: State, language: str | None) -> str:
    """The label of an option in a language; in the usual one where it is not translated."""
    translated = choice.translations.get("label", {}).get(language or "")
    shown = item.choice_texts.get((choice.code, None if translated is None else language))
    if shown is not None:
        return shown.text(state)
    return choice.label_vi if translated is None else translated
