"""The parts of a form being answered: the form itself and every instance of a repeat.

A ``Frame`` holds what is known of one instance, or of the form itself. A frame that is not *awake*
is not asked now; it keeps its answers and waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.definition import Answer
from forms.expressions.terms import State
from forms.findings import Code, Finding
from forms.runtime.compiled import Item, Plan

#: The most instances that one filled form may have, of all its repeats together. Expressions that
#: look at every instance from every instance stay below a second with so many.
MOST_INSTANCES = 1_000

#: What stands at the path of an instance that holds no answer, so that it is not forgotten.
EXISTS = "1"

#: The longest key of an instance.
LONGEST_KEY = 40

_KEYED = re.compile(rf"([^\[\]]+)\[([A-Za-z0-9]{{1,{LONGEST_KEY}}})\](?:/|$)")


@dataclass(slots=True, eq=False)
class Instances:
    """The instances of one repeat in one state.

    Attributes:
        known: by key, those too that are not counted now.
        awake: those that are asked now, in order.
        has_too_many: more were asked for than there may be.
        twins: remarks about ID numbers that stand twice; ``None`` until they are asked for.
    """

    known: dict[str, Frame] = field(default_factory=dict)
    awake: list[Frame] = field(default_factory=list)
    has_too_many: bool = False
    twins: dict[Frame, list[Finding]] | None = None


@dataclass(slots=True, eq=False)
class Frame:
    """One instance of a repeat, or the form itself.

    Attributes:
        prefix: what stands before the tail of an item in its path here: ``members[2]/``.
        shown: what is relevant, by slot.
        given: the answers as given, by tail.
        unread: by slot, why an answer cannot be read.
        found: by slot, findings that were asked for and hold still.
        lists: by slot, the instances of the repeats in it.
        identity: remarks about whom it asks about; ``None`` until they are asked for.
    """

    plan: Plan
    up: Frame | None
    key: str
    prefix: str
    state: State
    shown: list[bool]
    given: dict[str, Answer] = field(default_factory=dict)
    unread: dict[int, Code] = field(default_factory=dict)
    found: dict[int, list[Finding]] = field(default_factory=dict)
    lists: dict[int, Instances] = field(default_factory=dict)
    identity: list[Finding] | None = None
    is_awake: bool = False

    def path(self, item: Item) -> str:
        """The path of an item here."""
        return self.prefix + item.tail if item.tail else self.prefix[:-1]

    @property
    def siblings(self) -> Instances | None:
        """The list it stands in; the form itself stands in none."""
        return None if self.up is None else self.up.lists[self.plan.level.list_slot]


def order_of_keys(key: str) -> tuple[int, str]:
    """Instances stand in the order of their keys, shorter before longer."""
    return len(key), key


def key_after(keys: Mapping[str, object]) -> str:
    """A key that comes after all others: the next number."""
    if not keys:
        return "1"
    last = max(keys, key=order_of_keys)
    if last.isdigit() and last.isascii():
        following = str(int(last) + 1).zfill(len(last))
        return following
    return "1" + "0" * len(last)


def taken_apart(path: str) -> tuple[list[tuple[str, str]], str]:
    """``a/members[2]/x`` -> the repeats with their keys, and what follows; nothing if misspelt."""
    steps, at = [], 0
    while match := _KEYED.match(path, at):
        steps.append((match[1], match[2]))
        at = match.end()
    tail = path[at:]
    if "[" in tail or "]" in tail or (not tail and path.endswith("/")):
        return [], path
    return steps, tail


def without_keys(path: str) -> str:
    """``members[2]/name`` -> ``members/name``: the question, in whichever instance."""
    return "".join(part.split("]", 1)[-1] for part in path.split("["))


def order_of_path(path: str) -> list[tuple[int, str]]:
    """Answers of one question stand in the order of their instances."""
    return [order_of_keys(key) for _, key in taken_apart(path)[0]]


def inside(frame: Frame) -> Iterator[Frame]:
    """Every frame inside one, awake or not."""
    pending = [frame]
    while pending:
        for instances in pending.pop().lists.values():
            for one in instances.known.values():
                yield one
                pending.append(one)


def holds_anything(frame: Frame) -> bool:
    """Has it an answer, or an instance in it?"""
    return bool(frame.given) or any(instances.known for instances in frame.lists.values())
