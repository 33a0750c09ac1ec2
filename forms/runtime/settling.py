"""One item worked out in one state: is it asked, and what is its value?"""

from __future__ import annotations

import math

from forms.definition import Answer, Answers
from forms.expressions.terms import State
from forms.expressions.values import Value, stored_number, to_text
from forms.findings import Code
from forms.runtime.compiled import Item


def settle(
    item: Item,
    state: State,
    shown: list[bool],
    given: Answers,
    unread: dict[int, Code],
) -> None:
    """Works out relevance and value of one item; those it needs are worked out already."""
    slot = item.slot
    visible = shown[item.parent] and (item.relevant is None or item.relevant(state))
    shown[slot] = visible
    read = item.read
    if read is None:
        return
    if unread:
        unread.pop(slot, None)
    if not visible:
        state[slot] = item.blank
        return
    if item.calculation is not None and not item.fills_once:
        state[slot] = _worked_out(item, item.calculation.run(state))
        return
    answer = given.get(item.tail)
    if answer is None or (type(answer) is str and not answer.strip()):
        state[slot] = item.blank
    else:
        value, trouble = read(answer)
        if trouble is not None:
            unread[slot] = trouble
            value = item.blank
        state[slot] = value
    if item.calculation is not None:
        state[slot] = _worked_out(item, item.calculation.run(state))


def kept(value: Value) -> Answer:
    """The result of an expression as an answer."""
    if isinstance(value, bool):
        return to_text(value)
    if isinstance(value, float):
        return stored_number(value) if math.isfinite(value) else None
    return value


def _worked_out(item: Item, result: Value) -> Answer:
    """The result of a calculation as its slot holds it."""
    value = kept(result)
    if value is None or value == "":
        return item.blank
    if item.rereads and item.read is not None:
        value, trouble = item.read(value)
        return item.blank if trouble is not None else value
    return value
