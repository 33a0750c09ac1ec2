"""Answers as other programs write them, with lists for repeats, and as the engine reads them.

Nested: ``{"village": "A", "members": [{"full_name": "…"}, {}]}``. Flat: ``{"village": "A",
"members[1]/full_name": "…", "members[2]": "1"}``. In nested answers the name of a group may be
written into the key (``{"identity/full_name": "…"}``) or hold an object of its own; the instances
of a repeat have no keys, only their order. ``flattened`` gives them the keys 1 … n.

Only shapes are read here: what an answer may be is for the engine to say. A shape that cannot be
answers (a list of texts, a truth value, a key that is no path) is a ``NestingError`` that tells
where, because there is no answer at which a finding could stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from forms.definition import Answer, Answers
from forms.runtime.frames import EXISTS, LONGEST_KEY, order_of_keys

Nested: TypeAlias = dict[str, "Answer | Nested | list[Nested]"]

#: Deeper answers are refused before they are read.
DEEPEST = 50

_STEP = re.compile(rf"([^/\[\]]+)(?:\[([A-Za-z0-9]{{1,{LONGEST_KEY}}})\])?(?:/|$)")


class NestingError(ValueError):
    """A shape that holds no answers; ``path`` says where it stands."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def flattened(nested: Mapping[str, object]) -> dict[str, Answer]:
    """Answers by path. Raises ``NestingError``.

    What is ``None`` is left out; an instance without an answer keeps its place.
    """
    found: dict[str, Answer] = {}
    _flatten(nested, "", found, 1)
    return found


def nested(answers: Answers) -> Nested:
    """Objects for groups and lists for repeats; the keys of instances are given up.

    Raises ``NestingError`` for a path that is none, or that is an answer and a group at once.
    """
    root: dict[str, object] = {}
    for path, value in answers.items():
        if value is not None:
            _place(root, path, value)
    return _listed(root)


def _flatten(value: object, path: str, found: dict[str, Answer], depth: int) -> None:
    if depth > DEEPEST:
        raise NestingError(path)
    match value:
        case None:
            return
        case bool():
            raise NestingError(path)
        case str() | int() | float():
            if path in found:
                raise NestingError(path)
            found[path] = value
        case Mapping():
            for key, one in value.items():
                _flatten(one, _joined(path, key), found, depth + 1)
        case list() | tuple() if path:
            _flatten_list(value, path, found, depth)
        case _:
            raise NestingError(path)


def _flatten_list(
    value: list[object] | tuple[object, ...], path: str, found: dict[str, Answer], depth: int
) -> None:
    for number, one in enumerate(value, 1):
        instance = f"{path}[{number}]"
        if not isinstance(one, Mapping):
            raise NestingError(instance)
        before = len(found)
        _flatten(one, instance, found, depth + 1)
        if len(found) == before:
            found[instance] = EXISTS


def _joined(path: str, key: object) -> str:
    if not isinstance(key, str) or not key or not all(key.split("/")):
        raise NestingError(f"{path}/{key}" if path else str(key))
    return f"{path}/{key}" if path else key


class _Instances(dict[str, dict[str, object]]):
    """The instances of a repeat by key."""


def _place(root: dict[str, object], path: str, value: Answer) -> None:
    at = root
    *around, (name, key) = _steps(path)
    for one, its_key in around:
        at = _inside(at, one, its_key, path)
    if key is not None:  # an instance without an answer
        _inside(at, name, key, path)
        return
    if name in at:
        raise NestingError(path)
    at[name] = value


def _inside(at: dict[str, object], name: str, key: str | None, path: str) -> dict[str, object]:
    if key is None:
        group = at.setdefault(name, {})
        if not isinstance(group, dict) or isinstance(group, _Instances):
            raise NestingError(path)
        return group
    instances = at.setdefault(name, _Instances())
    if not isinstance(instances, _Instances):
        raise NestingError(path)
    return instances.setdefault(key, {})


def _steps(path: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(path) and (match := _STEP.match(path, at)):
        found.append((match[1], match[2]))
        at = match.end()
    if at < len(path) or not found or path.endswith("/") or len(found) > DEEPEST:
        raise NestingError(path)
    return found


def _listed(group: Mapping[str, object]) -> Nested:
    return dict(_children(group))


def _children(group: Mapping[str, object]) -> Iterator[tuple[str, Answer | Nested | list[Nested]]]:
    for name, value in group.items():
        match value:
            case _Instances():
                yield name, [_listed(value[key]) for key in sorted(value, key=order_of_keys)]
            case dict():
                yield name, _listed(value)
            case str() | int() | float():
                yield name, value
            case _:
                continue
