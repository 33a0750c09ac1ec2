"""The states of one form being answered: one for the form, one for every instance of a repeat.

A ``Frame`` holds what is known of one instance (or of the form itself); ``Sheet`` finds the frames
of given answers, and works items out in them. Instances come and go while a form is answered: a
frame that is not *awake* keeps its answers and waits.
"""

from __future__ import annotations

import math
from datetime import date
from zlib import crc32

from forms.definition import Answer, Answers
from forms.expressions.terms import NOW, POSITION, SEED, SHOWN, TODAY, UP
from forms.runtime.answers import is_empty
from forms.runtime.compiled import CompiledForm, Edge, Item, Plan
from forms.runtime.frames import (
    MOST_INSTANCES,
    Frame,
    Instances,
    holds_anything,
    inside,
    order_of_keys,
    taken_apart,
)
from forms.runtime.metadata import Metadata
from forms.runtime.settling import settle


class Sheet:
    """Every frame of one form with its answers.

    Attributes:
        strays: answers to no question of the form, and to instances that may not be.
        too_many: paths of the repeats of which not every instance given could be taken.
        not_taken: paths of the strays that are left out for that.
        born: frames that came without an answer and have no defaults yet.
        has_overflowed: an instance could not be made because there are too many.
    """

    def __init__(
        self,
        form: CompiledForm,
        answers: Answers,
        *,
        on: date,
        metadata: Metadata,
        keeps: bool = True,
    ) -> None:
        """``keeps``: answers will be given and taken away; else they are only looked at."""
        self.form = form
        self.strays: dict[str, Answer] = {}
        self.too_many: dict[str, None] = {}
        self.not_taken: dict[str, Answer] = {}
        self.born: list[Frame] = []
        self.has_overflowed = False
        self._day, self._moment, self._seed = on.isoformat(), metadata.moment_on(on), metadata.seed
        self._count = 0
        self._frames: list[list[Frame] | None] = [None] * len(form.plans)
        self.root = self._frame(form.plans[0], None, "", "")
        self.root.is_awake = True
        self._frames[0] = [self.root]
        if form.is_flat and keeps:
            self.root.given = {path: one for path, one in answers.items() if not is_empty(one)}
        elif form.is_flat:
            self.root.given = answers  # type: ignore[assignment]  # nobody writes into it
        else:
            self._take(answers)

    # -- frames --

    def _frame(self, plan: Plan, up: Frame | None, key: str, prefix: str) -> Frame:
        state = plan.blank.copy()
        shown = [True] * len(state)
        state[TODAY], state[NOW] = self._day, self._moment
        state[SEED] = self._seed if up is None else crc32(prefix.encode(), self._seed & 0xFFFFFFFF)
        state[SHOWN] = shown
        state[UP] = None if up is None else up.state
        frame = Frame(plan, up, key, prefix, state, shown)
        for item in plan.lists.values():
            frame.lists[item.slot] = Instances()
        return frame

    def make(self, around: Frame, item: Item, key: str) -> Frame | None:
        """One more instance of a list; ``None`` when there are too many."""
        if self.is_full:
            self.has_overflowed = True
            around.lists[item.slot].has_too_many = True
            return None
        self._count += 1
        plan = self.form.plans[item.inner or 0]
        frame = self._frame(plan, around, key, f"{around.prefix}{item.tail}[{key}]/")
        around.lists[item.slot].known[key] = frame
        return frame

    @property
    def is_full(self) -> bool:
        """Are there as many instances as there may be?"""
        return self._count >= MOST_INSTANCES

    def forget(self, frame: Frame) -> None:
        """An instance is taken away, with everything in it."""
        siblings = frame.siblings
        if siblings is not None:
            del siblings.known[frame.key]
        self._count -= 1 + sum(1 for _ in inside(frame))
        self._put_to_sleep(frame)

    def frames(self, level: int) -> list[Frame]:
        """Every frame of a level that is asked now, in the order of the document."""
        known = self._frames[level]
        if known is None:
            plan_level = self.form.plans[level].level
            outer = 0 if plan_level.parent is None else plan_level.parent.number
            slot = plan_level.list_slot
            known = [one for up in self.frames(outer) for one in up.lists[slot].awake]
            self._frames[level] = known
        return known

    def below(self, frame: Frame, way: tuple[int, ...], level: int) -> list[Frame]:
        """The frames of a level that stand below one; ``way`` are the lists that lead there."""
        if not way:
            return [frame]
        if frame.up is None:
            return self.frames(level)
        found = [frame]
        for slot in way:
            found = [one for around in found for one in around.lists[slot].awake]
        return found

    def readers(self, frame: Frame, edge: Edge) -> list[Frame]:
        """The frames in which an item has to be looked at after a change in ``frame``."""
        at = frame
        for _ in range(edge.ups):
            if at.up is None:
                break
            at = at.up
        found = self.below(at, edge.way, edge.item.level)
        if edge.earlier is None:
            return found
        return _later(frame, found, edge.earlier)

    # -- given answers --

    def _take(self, answers: Answers) -> None:
        known: dict[str, Frame] = {}
        for path, value in answers.items():
            if is_empty(value):
                continue
            if "[" not in path:
                if path in self.root.plan.questions:
                    self.root.given[path] = value
                else:
                    self.strays[path] = value
                continue
            before, mark, tail = path.rpartition("]/")
            frame = known.get(before) if mark else None
            if frame is None or tail not in frame.plan.questions:
                placed = self._placed(path)
                if placed is None:
                    self.strays[path] = value
                    continue
                frame, tail = placed
                known[frame.prefix[:-2]] = frame
            if tail:
                frame.given[tail] = value

    def _placed(self, path: str) -> tuple[Frame, str] | None:
        """The frame of a path with keys, made when it is new, and what follows."""
        steps, tail = taken_apart(path)
        plan, ways = self.root.plan, []
        for name, key in steps:
            item = plan.lists.get(name)
            if item is None or item.inner is None:
                return None
            ways.append((item, key))
            plan = self.form.plans[item.inner]
        if not ways or (tail and tail not in plan.questions):
            return None
        frame = self.root
        for item, key in ways:
            found = frame.lists[item.slot].known.get(key) or self.make(frame, item, key)
            if found is None:
                self.too_many[frame.path(item)] = None
                self.not_taken[path] = None
                return None
            frame = found
        return frame, tail

    def find(self, path: str) -> tuple[Frame, Item]:
        """The question, group, repeat or instance at a path. Raises ``KeyError``."""
        if "[" not in path:
            item = self.form.by_path[path]
            if item.level:
                raise KeyError(path)
            return self.root, item
        steps, tail = taken_apart(path)
        frame = self.root
        if not steps:
            raise KeyError(path)
        for name, key in steps:
            frame = frame.lists[frame.plan.lists[name].slot].known[key]
        if not tail:
            return frame, self.form.instances[frame.plan.level.path]
        item = self.form.by_path[f"{frame.plan.level.path}/{tail}"]
        if item.level != frame.plan.level.number:
            raise KeyError(path)
        return frame, item

    # -- working out --

    def settle_everything(self) -> None:
        """Works everything out, from nothing."""
        if self.form.is_flat:
            root = self.root
            state, shown, given, unread = root.state, root.shown, root.given, root.unread
            for item in self.form.one_by_one:
                settle(item, state, shown, given, unread)
            return
        for step in self.form.steps:
            for frame in self.frames(step[0].level):
                state, shown, given, unread = frame.state, frame.shown, frame.given, frame.unread
                for item in step:
                    if item.inner is None:
                        settle(item, state, shown, given, unread)
                    else:
                        self.settle_list(item, frame)

    def settle_list(self, item: Item, frame: Frame) -> list[Frame]:
        """Works out whether a repeat is asked and how often; tells the instances that came."""
        state, instances = frame.state, frame.lists[item.slot]
        visible = frame.shown[item.parent] and (item.relevant is None or item.relevant(state))
        frame.shown[item.slot] = visible
        instances.has_too_many = False
        awake = self._wanted(item, frame, instances) if visible else []
        if awake == instances.awake:
            return []
        before = set(instances.awake)
        for one in before.difference(awake):
            self._put_to_sleep(one)
            if item.count is not None:
                self._forget_empty(one)
        instances.awake = awake
        came = []
        for position, one in enumerate(awake, 1):
            one.state[POSITION] = position
            if one not in before:
                one.is_awake = True
                came.append(one)
        state[item.slot] = [one.state for one in awake]
        for plan in self.form.plans[1:]:
            if any(level.number == item.inner for level in plan.level.around()):
                self._frames[plan.level.number] = None
        return came

    def _put_to_sleep(self, frame: Frame) -> None:
        """An instance that is not asked now; it is worked out anew when it is asked again."""
        frame.is_awake = False
        frame.found.clear()
        frame.identity = None
        for item in frame.plan.lists.values():
            instances = frame.lists[item.slot]
            for one in instances.awake:
                self._put_to_sleep(one)
                if item.count is not None:
                    self._forget_empty(one)
            instances.awake = []
            instances.twins = None
            instances.has_too_many = False
            frame.state[item.slot] = ()

    def _forget_empty(self, frame: Frame) -> None:
        """A counted instance without an answer is made again when it is counted again."""
        siblings = frame.siblings
        if siblings is not None and not holds_anything(frame):
            del siblings.known[frame.key]
            self._count -= 1

    def _wanted(self, item: Item, frame: Frame, instances: Instances) -> list[Frame]:
        if item.count is None:
            return sorted(instances.known.values(), key=lambda one: order_of_keys(one.key))
        asked = item.count(frame.state)
        count = 0 if math.isnan(asked) else int(max(0, min(asked, MOST_INSTANCES)))
        instances.has_too_many = asked > MOST_INSTANCES
        found = []
        for number in range(1, count + 1):
            key = str(number)
            one = instances.known.get(key)
            if one is None:
                one = self.make(frame, item, key)
                if one is None:
                    break
                self.born.append(one)
            found.append(one)
        return found


def _later(frame: Frame, found: list[Frame], earlier: int) -> list[Frame]:
    """Of one list, those that read ``frame`` as an instance before their own."""
    after = frame.state[POSITION] - 1 + (earlier or 1)
    return found[after : after + 1] if earlier else found[after:]
