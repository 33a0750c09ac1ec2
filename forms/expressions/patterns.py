"""Regular expressions of form authors, matched in time linear in the text.

An author's pattern meets whatever people type, so no pattern may take exponential time, as the
backtracking of ``re`` can. A pattern becomes a nondeterministic automaton whose states are followed
all at once and remembered as a deterministic one while it runs (Thompson's construction). That
covers literals, ``.``, classes and escapes (``forms.expressions.characters``), groups, named ones
too, ``|``, ``* + ? {m,n}``, lazy or not, ``^``, ``$``, and ``(?i)`` at the start for either case.
Back-references, looking ahead or behind, word boundaries and possessive repeats are no regular
expressions in this sense or not needed, and are refused when the form is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from forms.expressions.characters import folded, read_class, read_escape
from forms.expressions.syntax import ExpressionError
from forms.mistakes import Mistake

#: Longest pattern, most instructions after ``{m,n}`` is written out, deepest groups.
LONGEST_PATTERN = 1_000
MOST_INSTRUCTIONS = 1_000
DEEPEST_GROUPS = 30

#: Longer answers match no pattern; questions refuse them anyway.
LONGEST_INPUT = 4_000

_MOST_REMEMBERED = 500
_GROUP = re.compile(r"\?:|\?P?<[A-Za-z][A-Za-z0-9_]*>")
_COUNT = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}")
_EITHER_CASE = "(?i)"


@dataclass(frozen=True, slots=True)
class _One:
    """One character out of a set."""

    matches: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Edge:
    """``^`` or ``$``."""

    at_end: bool


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Either:
    options: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    part: _Part
    fewest: int
    most: int | None


_Part: TypeAlias = _One | _Edge | _Sequence | _Either | _Repeat


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A test whether a whole text matches. Raises ``ExpressionError`` for a refused pattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise _refused(pattern, f"dài quá {LONGEST_PATTERN} ký tự")
    program = _Program()
    program.add(_Reader(pattern).whole(), pattern)
    program.instructions.append(None)  # the state that accepts
    return _Automaton(program.instructions).matches


def _refused(pattern: str, detail: str) -> ExpressionError:
    return ExpressionError(Mistake.DEF_024, name=pattern, detail=detail)


class _Reader:
    """Recursive descent over the text of a pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._fold = pattern.startswith(_EITHER_CASE)
        self._at = len(_EITHER_CASE) if self._fold else 0
        self._depth = 0

    def whole(self) -> _Part:
        part = self._either()
        if self._at < len(self._pattern):
            raise self._refused("thừa dấu ')'")
        return part

    def _refused(self, detail: str) -> ExpressionError:
        return _refused(self._pattern, f"{detail}, vị trí {self._at + 1}")

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _either(self) -> _Part:
        options = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else _Either(tuple(options))

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return _Sequence(tuple(parts))

    def _repeated(self, part: _Part) -> _Part:
        count = _COUNT.match(self._pattern, self._at)
        sign = self._next()
        if count is not None:
            self._at = count.end()
            fewest = int(count[1])
            most = fewest if count[2] is None else int(count[3]) if count[3] else None
            if most is not None and most < fewest:
                raise self._refused("số lần lặp ngược")
        elif sign and sign in "*+?":
            self._at += 1
            fewest, most = (1 if sign == "+" else 0), (1 if sign == "?" else None)
        else:
            return part
        if self._next() == "?":  # a lazy repeat matches the same texts
            self._at += 1
        if (self._next() and self._next() in "*+?") or _COUNT.match(self._pattern, self._at):
            raise self._refused("hai dấu lặp liền nhau")
        return _Repeat(part, fewest, most)

    def _atom(self) -> _Part:
        sign = self._next()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign in "*+?{":
            raise self._refused("dấu lặp không đúng chỗ")
        self._at += 1
        if sign in "^$":
            return _Edge(at_end=sign == "$")
        return _One(_any_but_line_end) if sign == "." else self._literal(sign)

    def _group(self) -> _Part:
        self._at += 1
        kind = _GROUP.match(self._pattern, self._at)
        if kind is not None:
            self._at = kind.end()
        elif self._next() == "?":
            raise self._refused("không hỗ trợ (?…)")
        self._depth += 1
        if self._depth > DEEPEST_GROUPS:
            raise self._refused("lồng quá sâu")
        part = self._either()
        self._depth -= 1
        if self._next() != ")":
            raise self._refused("thiếu dấu ')'")
        self._at += 1
        return part

    def _class(self) -> _Part:
        try:
            matches, self._at = read_class(self._pattern, self._at, fold=self._fold)
        except ValueError as error:
            raise self._refused(str(error)) from error
        return _One(matches)

    def _escape(self) -> _Part:
        try:
            found, self._at = read_escape(self._pattern, self._at)
        except ValueError as error:
            raise self._refused(str(error)) from error
        return self._literal(found) if isinstance(found, str) else _One(found)

    def _literal(self, sign: str) -> _Part:
        return _One(folded(sign.__eq__) if self._fold else sign.__eq__)


def _any_but_line_end(character: str) -> bool:
    return character not in "\r\n"


@dataclass(frozen=True, slots=True)
class _Jump:
    """Goes on at every target without reading a character."""

    targets: tuple[int, ...]


_Instruction: TypeAlias = _One | _Edge | _Jump | None


@dataclass(slots=True)
class _Program:
    """The instructions of the automaton; one that matches goes on at the next."""

    instructions: list[_Instruction] = field(default_factory=list)

    def add(self, part: _Part, pattern: str) -> None:
        if len(self.instructions) > MOST_INSTRUCTIONS:
            raise _refused(pattern, "quá dài sau khi viết ra số lần lặp")
        match part:
            case _Sequence(parts):
                for one in parts:
                    self.add(one, pattern)
            case _Either(options):
                self._add_options(options, pattern)
            case _Repeat(repeated, fewest, most):
                self._add_repeat(repeated, fewest, most, pattern)
            case _:
                self.instructions.append(part)

    def _add_options(self, options: tuple[_Part, ...], pattern: str) -> None:
        fork = self._reserve()
        starts, ends = [], []
        for option in options:
            starts.append(len(self.instructions))
            self.add(option, pattern)
            ends.append(self._reserve())
        self.instructions[fork] = _Jump(tuple(starts))
        for end in ends:
            self.instructions[end] = _Jump((len(self.instructions),))

    def _add_repeat(self, part: _Part, fewest: int, most: int | None, pattern: str) -> None:
        for _ in range(fewest):
            self.add(part, pattern)
        if most is None:
            fork = self._reserve()
            self.add(part, pattern)
            self.instructions.append(_Jump((fork,)))
            self.instructions[fork] = _Jump((fork + 1, len(self.instructions)))
            return
        forks = []
        for _ in range(most - fewest):
            forks.append(self._reserve())
            self.add(part, pattern)
        for fork in forks:
            self.instructions[fork] = _Jump((fork + 1, len(self.instructions)))

    def _reserve(self) -> int:
        self.instructions.append(None)
        return len(self.instructions) - 1


_States: TypeAlias = frozenset[int]


class _Automaton:
    """Follows all states at once; remembers where a set of states goes with a character."""

    def __init__(self, instructions: list[_Instruction]) -> None:
        self._instructions = instructions
        self._accepting = len(instructions) - 1
        self._start = self._reach([0], at_start=True, at_end=False)
        self._known: dict[_States, dict[str, _States]] = {}
        self._ends: dict[_States, bool] = {}

    def matches(self, text: str) -> bool:
        """Does the whole text match?"""
        if len(text) > LONGEST_INPUT:
            return False
        if not text:
            return self._accepting in self._reach([0], at_start=True, at_end=True)
        states = self._start
        for character in text:
            following = self._known.setdefault(states, {})
            after = following.get(character)
            if after is None:
                after = following[character] = self._follow(states, character)
            if not after:
                return False
            states = after
        return self._accepts(states)

    def _follow(self, states: _States, character: str) -> _States:
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
            self._ends.clear()
        instructions = self._instructions
        reached = []
        for state in states:
            instruction = instructions[state]
            if isinstance(instruction, _One) and instruction.matches(character):
                reached.append(state + 1)
        return self._reach(reached, at_start=False, at_end=False)

    def _accepts(self, states: _States) -> bool:
        known = self._ends.get(states)
        if known is None:
            reached = self._reach(list(states), at_start=False, at_end=True)
            known = self._ends[states] = self._accepting in reached
        return known

    def _reach(self, states: list[int], *, at_start: bool, at_end: bool) -> _States:
        """The states reachable without reading a character."""
        reached = set(states)
        pending = list(states)
        while pending:
            state = pending.pop()
            match self._instructions[state]:
                case _Jump(targets):
                    following: tuple[int, ...] = targets
                case _Edge(wants_end) if at_end if wants_end else at_start:
                    following = (state + 1,)
                case _:
                    following = ()
            for one in following:
                if one not in reached:
                    reached.add(one)
                    pending.append(one)
        return frozenset(reached)
