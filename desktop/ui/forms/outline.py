"""What a definition says about the paths of a filled form, worked out once for each definition.

A *plain* path is that of the definition (``members/full_name``); the path of an answer may carry
the keys of instances (``members[2]/full_name``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache

from forms.definition import FormDefinition, Question, QuestionType, Section

#: Filled by the program itself, and never seen by who fills the form.
UNSEEN = frozenset(
    {
        QuestionType.HIDDEN,
        QuestionType.START,
        QuestionType.END,
        QuestionType.TODAY,
        QuestionType.DEVICE_ID,
        QuestionType.USER_NAME,
    }
)
_TAKES_NONE = UNSEEN | {QuestionType.NOTE, QuestionType.CALCULATE}
_KEYS = re.compile(r"\[[^\]]*\]")
_LAST_KEY = re.compile(r"\[[^\]]*\]$")


@lru_cache(maxsize=16_384)  # the same paths are asked for at every key
def plain(path: str) -> str:
    """The path without the keys of instances."""
    return _KEYS.sub("", path) if "[" in path else path


def repeat_of(instance: str) -> str:
    """``a[1]/members[2]`` -> ``a[1]/members``."""
    return _LAST_KEY.sub("", instance)


def instances_around(path: str) -> list[str]:
    """The instances that a path lies in, outer before inner."""
    return [path[: match.end()] for match in _KEYS.finditer(path)]


def is_drawn(question: Question) -> bool:
    """Does this question ever stand on the page? A calculation does when it has a label."""
    if question.type in UNSEEN:
        return False
    return question.type is not QuestionType.CALCULATE or bool(question.label_vi)


class Outline:
    """The questions and groups of a definition by their plain paths.

    Attributes:
        top_of: question, group or repeat -> the top section it stands in ("" for none).
        tops: top sections in the order of the paper -> label ("" -> "").
    """

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self.questions: dict[str, Question] = {}
        self.sections: dict[str, Section] = {}
        self.top_of: dict[str, str] = {}
        self.tops: dict[str, str] = {}
        for child in definition.children:
            top = child.path if isinstance(child, Section) else ""
            self._take(child, top)
            if not isinstance(child, Section) and not is_drawn(child):
                continue
            self.tops.setdefault(top, child.label_vi if isinstance(child, Section) else "")

    @cached_property
    def repeats(self) -> Mapping[str, Section]:
        """The groups that are asked several times."""
        return {path: one for path, one in self.sections.items() if one.repeat is not None}

    def question(self, path: str) -> Question | None:
        """The question at a path, with keys or without; ``None`` for groups."""
        return self.questions.get(plain(path))

    def top(self, path: str) -> str:
        """The top section of a path, with keys or without."""
        return self.top_of.get(plain(path), "")

    def takes_answer(self, path: str) -> bool:
        """Is something asked there that people answer?"""
        question = self.question(path)
        return question is not None and question.type not in _TAKES_NONE

    @cached_property
    def has_moving_readonly(self) -> bool:
        """May an answer of one question forbid another to be changed?"""
        return any(one.readonly not in (None, "true()") for one in self.questions.values())

    def is_counted(self, repeat: str) -> bool:
        """Does the form itself say how many instances there are?"""
        section = self.sections.get(plain(repeat))
        return section is not None and section.repeat is not None and bool(section.repeat.count)

    def _take(self, child: Question | Section, top: str) -> None:
        self.top_of[child.path] = top
        if isinstance(child, Question):
            self.questions[child.path] = child
            return
        self.sections[child.path] = child
        for one in child.children:
            self._take(one, top)
