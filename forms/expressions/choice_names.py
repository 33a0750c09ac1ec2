"""``jr:choice-name(code, '${question}')``: the labels of codes that were chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from forms.expressions.scope import Scope
from forms.expressions.syntax import Literal, Node, Path, Reference, Start, Step
from forms.expressions.tables import Compile, misused
from forms.expressions.terms import Sort, State, Term, text

_REFERENCE = re.compile(r"\s*\$\{\s*([^{}]*?)\s*\}\s*")
_LABELS_BETWEEN = ", "


def choice_name_term(
    arguments: Sequence[Node],
    scope: Scope,
    compile_node: Compile,
    path_of: Callable[[Node], str],
) -> Term:
    """``jr:choice-name(code, '${question}')``: the labels of one or several codes.

    A code that the list does not have is left out. ``path_of`` finds the question that a reference
    or a path names.
    """
    labels = scope.tables.labels(path_of(_named_question(arguments[1])))
    read = text(compile_node(arguments[0], scope))

    def run(state: State) -> str:
        codes = read(state)
        if codes in labels:
            return labels[codes]
        return _LABELS_BETWEEN.join([labels[code] for code in codes.split() if code in labels])

    return Term(Sort.TEXT, run)


def _named_question(node: Node) -> Node:
    """The question may stand in quotes, as XLSForm asks for, or as it is."""
    if isinstance(node, Literal) and isinstance(node.value, str):
        reference = _REFERENCE.fullmatch(node.value)
        if reference is not None:
            return Reference(reference[1])
        names = node.value.strip().split("/")
        if all(names[1:]):
            start = Start.RELATIVE if names[0] else Start.ROOT
            return Path(tuple(Step(name) for name in names if name), start)
    if isinstance(node, Reference | Path):
        return node
    raise misused("jr:choice-name", "đối số thứ hai phải là '${tên câu hỏi}'")
