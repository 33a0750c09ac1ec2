"""Regular expressions of form authors."""

from __future__ import annotations

import re
from collections.abc import Callable

from forms.expressions.syntax import ExpressionError
from forms.mistakes import Mistake

#: Longer answers never match.
LONGEST_INPUT = 500


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A test whether a whole text matches. Raises ``ExpressionError`` for a bad pattern."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ExpressionError(Mistake.DEF_024, name=pattern, detail=str(error)) from error
    return lambda text: len(text) <= LONGEST_INPUT and compiled.fullmatch(text) is not None
