"""What stands in the frames of a form: answers, and the paths of what is asked."""

from __future__ import annotations

from collections.abc import Iterator

from forms.definition import Answer
from forms.expressions.terms import FIRST
from forms.runtime.compiled import Item
from forms.runtime.frames import EXISTS, Frame


def value_of(item: Item, frame: Frame) -> Answer:
    """The answer now, calculated ones too; ``None`` when empty or not asked."""
    if not frame.is_awake:
        return None
    if item.slot in frame.unread:
        return frame.given.get(item.tail)
    value: Answer = frame.state[item.slot]
    return None if value == "" else value


def gather_answers(frame: Frame, found: dict[str, Answer]) -> None:
    """The answers that are submitted, and the instances that have none."""
    for item in frame.plan.asked:
        if item.inner is None:
            value = value_of(item, frame)
            if value is not None:
                found[frame.prefix + item.tail] = value
            continue
        for one in frame.lists[item.slot].awake:
            before = len(found)
            gather_answers(one, found)
            if len(found) == before:
                found[one.prefix[:-1]] = EXISTS


def gather_given(frame: Frame, found: dict[str, Answer]) -> None:
    """The answers given in a frame, and the instances that have none."""
    for tail, value in frame.given.items():
        found[frame.prefix + tail] = value
    for item in frame.plan.lists.values():
        for one in frame.lists[item.slot].known.values():
            before = len(found)
            gather_given(one, found)
            if len(found) == before and (item.count is None or one.is_awake):
                found[one.prefix[:-1]] = EXISTS


def walk(frame: Frame) -> Iterator[str]:
    """The paths of everything that is asked, in the order of the paper."""
    for item in frame.plan.items:
        if not frame.shown[item.slot] or item.is_instance:
            continue
        yield frame.path(item)
        if item.inner is not None:
            for one in frame.lists[item.slot].awake:
                if one.shown[FIRST]:
                    yield one.prefix[:-1]
                    yield from walk(one)


def everything(frame: Frame) -> Iterator[str]:
    """The paths of everything there is now, asked or not."""
    for item in frame.plan.items:
        yield frame.path(item)
        if item.inner is not None:
            for one in frame.lists[item.slot].awake:
                yield from everything(one)
