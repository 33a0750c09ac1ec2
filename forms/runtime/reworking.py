"""What a change reaches, worked out again: no more than that, and no further than it matters.

Which items can be reached is known from the form. Which of them are worked out, and in which
instances of a repeat, follows from what really changes: where value and relevance of an item come
out as they were, whoever reads it is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from forms.definition import Answer
from forms.runtime.checking import changed_twins
from forms.runtime.compiled import CompiledForm, Effect, Item, Step
from forms.runtime.frames import Frame, Instances
from forms.runtime.settling import kept, settle
from forms.runtime.sheet import Sheet

#: Number of an item -> the frames in which it has to be worked out; a dict keeps their order.
_Dirty: TypeAlias = dict[int, dict[Frame, None]]

#: Calculations that fire one another may go on for ever.
_MOST_ROUNDS = 50


def rework(
    sheet: Sheet, item: Item, frames: Sequence[Frame], *, fires: bool = True
) -> frozenset[str]:
    """Works out what an item's new answers or instances change.

    Returns the paths of everything that may look different. ``fires``: calculations that wait for
    the item to change run.
    """
    form = sheet.form
    if form.is_simple:
        return rework_simple(form, item, frames[0])
    run = _Run(sheet)
    run.go(item, frames)
    if fires and form.has_triggers:
        run.fire([(item, frame) for frame in frames])
    return run.paths()


def keep_once(item: Item, frame: Frame) -> None:
    """The first result of ``once()`` is kept as if it had been given."""
    value = frame.state[item.slot]
    if value is None or value == "":
        frame.given.pop(item.tail, None)
    elif frame.shown[item.slot]:
        frame.given[item.tail] = value


def rework_simple(form: CompiledForm, first: Item, frame: Frame) -> frozenset[str]:
    """The same in a simple form, where everything stands in one state and nothing waits."""
    state, shown, given, unread = frame.state, frame.shown, frame.given, frame.unread
    found = frame.found
    effect = form.effect(first.number)
    slot = first.slot
    before, was = state[slot], shown[slot]
    settle(first, state, shown, given, unread)
    found.pop(slot, None)
    if first.is_identity:
        frame.identity = None
    if state[slot] == before and shown[slot] is was:
        return effect.alone
    for slot in effect.looking:
        found.pop(slot, None)
    if first.fills_once:
        keep_once(first, frame)
    return _rework_further(form, effect, first, frame) if effect.further else effect.near


def _rework_further(
    form: CompiledForm, effect: Effect, first: Item, frame: Frame
) -> frozenset[str]:
    """What follows from the changed value of ``first``."""
    state, shown, given, unread = frame.state, frame.shown, frame.given, frame.unread
    found, items = frame.found, form.items
    dirty = set(form.reader_numbers[first.number])
    looking: set[int] = set()
    touched: list[str] = []
    on_identity = False
    for item in effect.further:
        number = item.number
        if number not in dirty:
            continue
        slot = item.slot
        before, was = state[slot], shown[slot]
        settle(item, state, shown, given, unread)
        touched.append(item.path)
        found.pop(slot, None)
        if item.is_identity:
            on_identity = True
        if state[slot] == before and shown[slot] is was:
            continue
        if item.fills_once:
            keep_once(item, frame)
        dirty |= form.reader_numbers[number]
        looking |= form.looker_numbers[number]
    for number in looking:
        found.pop(items[number].slot, None)
        touched.append(items[number].path)
    if on_identity:
        frame.identity = None
        touched += form.identity_paths
    return effect.near.union(touched)


@dataclass(slots=True)
class _Run:
    """One change and all it reaches.

    Attributes:
        touched: paths that may look different.
        changed: calculations whose value changed, for those that wait for them.
        lists: the lists in which ID numbers may stand twice now, or not any more.
    """

    sheet: Sheet
    dirty: _Dirty = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    changed: list[tuple[Item, Frame]] = field(default_factory=list)
    lists: dict[int, Instances] = field(default_factory=dict)

    def go(self, item: Item, frames: Sequence[Frame]) -> None:
        """Works out what a change of ``item`` reaches."""
        self.dirty = {item.number: dict.fromkeys(frames)}
        for step in self.sheet.form.effect(item.number).again:
            if len(step) > 1 or step[0].is_running:
                self._block(step)
                continue
            for one in self.dirty.pop(step[0].number, ()):
                self._settle(step[0], one)

    def fire(self, given: Sequence[tuple[Item, Frame]]) -> None:
        """Runs the calculations that wait for what changed, and those that wait for them."""
        pending = [*given, *self.changed]
        for _ in range(_MOST_ROUNDS):
            again: list[tuple[Item, Frame]] = []
            for source, at in pending:
                for edge in self.sheet.form.fired[source.number]:
                    for target in self.sheet.readers(at, edge):
                        if _has_run(edge.item, target):
                            self.changed = []
                            self.go(edge.item, [target])
                            again += [(edge.item, target), *self.changed]
            if not again:
                return
            pending = again

    def paths(self) -> frozenset[str]:
        """The paths of everything that may look different."""
        for instances in self.lists.values():
            self.touched.update(changed_twins(instances))
        return frozenset(self.touched)

    def _block(self, step: Step) -> None:
        """Items that read earlier instances of one another: instance by instance."""
        if not any(item.number in self.dirty for item in step):
            return
        for frame in self.sheet.frames(step[0].level):
            for item in step:
                if frame in self.dirty.get(item.number, ()):
                    self._settle(item, frame)
        for item in step:
            self.dirty.pop(item.number, None)

    def _settle(self, item: Item, frame: Frame) -> None:
        if not frame.is_awake:
            return
        slot, state, shown = item.slot, frame.state, frame.shown
        before, was = state[slot], shown[slot]
        if item.inner is not None:
            has_changed = self._settle_list(item, frame)
        else:
            settle(item, state, shown, frame.given, frame.unread)
            has_changed = bool(state[slot] != before)
        self.touched.add(frame.path(item))
        frame.found.pop(slot, None)
        if item.is_identity:
            self._look_at_people(frame)
        if not has_changed and shown[slot] is was:
            return
        if item.fills_once:
            keep_once(item, frame)
        if item.calculation is not None and has_changed:
            self.changed.append((item, frame))
        self._pass_on(item, frame)

    def _settle_list(self, item: Item, frame: Frame) -> bool:
        instances = frame.lists[item.slot]
        before = instances.awake
        for one in self.sheet.settle_list(item, frame):
            for inner in one.plan.items:
                self.dirty.setdefault(inner.number, {})[one] = None
        if instances.awake is before:
            return False
        self.lists[id(instances)] = instances
        return True

    def _pass_on(self, item: Item, frame: Frame) -> None:
        form, sheet = self.sheet.form, self.sheet
        for edge in form.readers[item.number]:
            marked = self.dirty.setdefault(edge.item.number, {})
            for one in sheet.readers(frame, edge):
                marked[one] = None
        for edge in form.lookers[item.number]:
            for one in sheet.readers(frame, edge):
                one.found.pop(edge.item.slot, None)
                self.touched.add(one.path(edge.item))

    def _look_at_people(self, frame: Frame) -> None:
        frame.identity = None
        for identity in frame.plan.identities:
            self.touched.update(frame.path(item) for _, item in identity.fields)
        siblings = frame.siblings
        if siblings is not None:
            self.lists[id(siblings)] = siblings


def _has_run(item: Item, frame: Frame) -> bool:
    """Runs a calculation that waited; is its result another one?"""
    value: Answer = None
    if item.triggered is not None:
        value = kept(item.triggered.run(frame.state))
    if value == "":
        value = None
    if frame.given.get(item.tail) == value:
        return False
    if value is None:
        del frame.given[item.tail]
    else:
        frame.given[item.tail] = value
    return True
