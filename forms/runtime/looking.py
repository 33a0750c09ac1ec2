"""What only shows answers: texts with ``${name}``, and the values a warning was given for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from forms.definition import Choice, Question
from forms.expressions.compiler import compile_expression
from forms.expressions.scope import Kind, Scope
from forms.expressions.syntax import ExpressionError, Node, Reference
from forms.expressions.terms import TextRun, text
from forms.runtime.compiled import Item
from forms.runtime.layout import Layout
from forms.runtime.templates import (
    Template,
    all_values,
    is_dynamic,
    labels_of,
    template,
    texts_of,
)


class TextCompiler:
    """Compiles the texts of one form."""

    def __init__(self, choices: Mapping[str, tuple[Choice, ...]]) -> None:
        self._choices = choices
        self._dynamic_labels: dict[str, list[tuple[str, str | None, str]]] = {}

    def compile(self, item: Item, scope: Scope) -> None:
        """The texts of an item that show answers; what they read stands in the scope's notes."""
        source = item.question or item.section
        if source is None:
            return

        def read(name: str) -> TextRun:
            return text(compile_expression(Reference(name), scope))

        for column, language, written in texts_of(source):
            found = _template(written, read) if is_dynamic(written) else None
            if found is not None:
                item.texts[column, language] = found
        if item.question is not None:
            for code, language, written in self._labels_of_choices(item.question):
                found = _template(written, read)
                if found is not None:
                    item.choice_texts[code, language] = found

    def _labels_of_choices(self, question: Question) -> Sequence[tuple[str, str | None, str]]:
        """The labels of options that show answers, with code and language; mostly none."""
        name = question.list_name
        if name is None:
            return ()
        if name not in self._dynamic_labels:
            self._dynamic_labels[name] = [
                (choice.code, language, written)
                for choice in self._choices.get(name, ())
                for language, written in labels_of(choice)
                if is_dynamic(written)
            ]
        return self._dynamic_labels[name]


def seen_by(
    warning: Node, item: Item, scope: Scope, layout: Layout
) -> tuple[tuple[str, TextRun], ...]:
    """What an author's warning reads besides the item's own answer, by place."""
    try:
        compile_expression(warning, scope)
    except ExpressionError:
        return ()  # told when it is compiled
    found = {}
    for path, anchor, _ in scope.notes.reads:
        spot = scope.form.spots[path]
        is_own = path == item.path and anchor is scope.level
        if spot.kind is Kind.QUESTION and not is_own:
            way = [one.list_slot for one in spot.level.below(anchor)]
            run = all_values(scope.level.depth - anchor.depth, way, spot.slot)
            found[layout.by_path[path].place] = run
    return tuple(found.items())


def _template(written: str, read: Callable[[str], TextRun]) -> Template | None:
    """``None`` for a text with a wrong name: the loader tells it; the text is shown as written."""
    try:
        return template(written, read)
    except ExpressionError:
        return None
