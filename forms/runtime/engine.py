"""Filling a form: what is asked, what follows from the answers, and what is wrong with them.

``Filling`` holds one form being answered and works out again only what an edit can change.
``validate`` looks at a complete set of answers once; the desktop before a submission, the server
after one, and imports use it. Neither raises for bad answers, stops at the first finding or reads
a clock: the day of filling is ``on``.

The instances of a repeat exist because an answer names them, because ``repeat_count`` asks for
them, or because ``Filling.add`` made them. One that holds no answer stands among the answers as
its path with ``EXISTS``. A counted repeat has the instances ``1`` … ``n``; those that are not
counted any more keep their answers and come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from types import MappingProxyType

from forms.definition import Answer, Answers, Choice
from forms.findings import Finding
from forms.rules.identity import IdentityTables
from forms.runtime.answers import is_empty
from forms.runtime.checking import check, is_required, list_findings, people_findings, twins_of
from forms.runtime.compilation import compile_form
from forms.runtime.compiled import METADATA, CompiledForm, Item
from forms.runtime.frames import EXISTS, LONGEST_KEY, Frame, inside, key_after
from forms.runtime.gathering import everything, gather_answers, gather_given, value_of, walk
from forms.runtime.metadata import UNKNOWN, Metadata
from forms.runtime.reworking import keep_once, rework, rework_simple
from forms.runtime.settling import kept
from forms.runtime.sheet import Sheet
from forms.runtime.texts import label_of_choice, shown_text
from forms.runtime.validation import validate

__all__ = ["EXISTS", "CompiledForm", "Filling", "Metadata", "compile_form", "validate"]

_NO_ANSWERS: Answers = MappingProxyType({})
_NOTHING: frozenset[str] = frozenset()


class Filling:
    """One form being answered.

    Answers that stopped being relevant are kept and come back when they are relevant again; they
    are in ``kept()`` but not in ``answers()``. A form that has no answer of its own yet (the
    person's and the household's do not count) starts with the defaults of its definition; so does
    every new instance of a repeat.

    Paths of questions in a repeat carry the key of their instance; ``members[2]`` is the instance
    and ``members`` the repeat itself. A path of nothing in the form raises ``KeyError``.
    """

    def __init__(
        self,
        form: CompiledForm,
        *,
        on: date,
        tables: IdentityTables,
        answers: Answers = _NO_ANSWERS,
        metadata: Metadata = UNKNOWN,
    ) -> None:
        self.form = form
        self._on = on
        self._tables = tables
        self._metadata = metadata
        self._begin(answers)

    # -- answering --

    def set(self, path: str, value: Answer) -> frozenset[str]:
        """Gives an answer; an empty one takes it away. Raises ``KeyError`` for no question.

        Returns the paths (groups too) whose value, relevance, requiredness, choices, findings or
        label may have changed. Calculated answers cannot be given; trying changes nothing.
        """
        item = self.form.by_path.get(path)
        frame = self._sheet.root
        if item is None or item.level or item.question is None:
            frame, item = self._question(path)
        if item.is_worked_out or item.read is None:
            return _NOTHING
        given, tail = frame.given, item.tail
        before = given.get(tail)
        after = None if is_empty(value) else value
        if type(before) is type(after) and before == after:
            return _NOTHING
        if after is None:
            del given[tail]
        else:
            given[tail] = after
        if self.form.is_simple:
            return rework_simple(self.form, item, frame)
        return self._changed(item, frame)

    def add(self, path: str, key: str | None = None) -> str:
        """One more instance of a repeat that is not counted; returns its path.

        ``key`` is chosen by the caller, or the next number. Raises ``KeyError`` when there is no
        such repeat, ``ValueError`` for a key that is taken or misspelt, for a counted repeat, and
        when there are too many instances.
        """
        frame, item = self._list(path)
        known = frame.lists[item.slot].known
        if item.count is not None:
            raise ValueError("counted")
        key = key_after(known) if key is None else key
        if key in known or not (key.isalnum() and key.isascii() and len(key) <= LONGEST_KEY):
            raise ValueError("key")
        if self._sheet.is_full:
            raise ValueError("too many")
        made = self._sheet.make(frame, item, key)
        if made is None:
            raise ValueError("too many")
        self._sheet.born.append(made)
        self._changed(item, frame)
        return made.prefix[:-1]

    def remove(self, path: str) -> frozenset[str]:
        """Takes an instance away with its answers; returns what may have changed, as ``set``.

        Raises ``KeyError`` when there is no such instance, ``ValueError`` for a counted repeat.
        """
        frame, item = self._sheet.find(path)
        if not item.is_instance or frame.up is None:
            raise KeyError(path)
        around, its_list = frame.up, self.form.by_path[item.path]
        if its_list.count is not None:
            raise ValueError("counted")
        self._sheet.forget(frame)
        return self._changed(its_list, around)

    # -- what there is --

    def value(self, path: str) -> Answer:
        """The answer now, calculated ones too; ``None`` when empty or not asked."""
        frame, item = self._question(path)
        return value_of(item, frame)

    def answers(self) -> dict[str, Answer]:
        """What is saved and submitted: relevant, not empty, calculated ones included."""
        found: dict[str, Answer] = {}
        gather_answers(self._sheet.root, found)
        return found

    def kept(self) -> dict[str, Answer]:
        """Every answer given, also those that are not relevant now."""
        found: dict[str, Answer] = {}
        gather_given(self._sheet.root, found)
        return {**found, **self._sheet.strays}

    def instances(self, path: str) -> tuple[str, ...]:
        """The paths of the instances of a repeat that are asked now, in order."""
        frame, item = self._list(path)
        return tuple(one.prefix[:-1] for one in frame.lists[item.slot].awake)

    def walk(self) -> Iterator[str]:
        """The paths of everything that is asked, in the order of the paper.

        Questions, notes and groups; of a repeat itself, then each instance with what is in it.
        """
        return walk(self._sheet.root)

    def is_relevant(self, path: str) -> bool:
        """Is this question, group, repeat or instance asked now?"""
        frame, item = self._sheet.find(path)
        return frame.is_awake and frame.shown[item.slot]

    def is_required(self, path: str) -> bool:
        """Must this question be answered now?"""
        frame, item = self._question(path)
        return frame.is_awake and frame.shown[item.slot] and is_required(item, frame.state)

    def is_readonly(self, path: str) -> bool:
        """Is this answer only shown?"""
        frame, item = self._question(path)
        if item.always_readonly or item.is_worked_out or _is_metadata(item):
            return True
        return item.readonly is not None and item.readonly(frame.state)

    def choices(self, path: str) -> tuple[Choice, ...]:
        """The options that may be chosen now."""
        frame, item = self._question(path)
        return self.form.shown_choices(item, frame.state)

    # -- texts --

    def label(self, path: str, language: str | None = None) -> str:
        """The label of a question, group, repeat or instance, with the answers it shows."""
        frame, item = self._sheet.find(path)
        return shown_text(item, "label", frame.state, language)

    def hint(self, path: str, language: str | None = None) -> str:
        """The hint of a question, with the answers it shows."""
        frame, item = self._question(path)
        return shown_text(item, "hint", frame.state, language)

    def choice_label(self, path: str, choice: Choice, language: str | None = None) -> str:
        """The label of an option, with the answers it shows."""
        frame, item = self._question(path)
        return label_of_choice(item, choice, frame.state, language)

    # -- what is wrong --

    def findings(self) -> list[Finding]:
        """Every finding, in the order of the paper."""
        if not self.form.is_flat:
            return list(self._all_findings(self._sheet.root))
        root = self._sheet.root
        return [one for item in self.form.questions for one in self._findings_of(item, root)]

    def findings_at(self, path: str) -> list[Finding]:
        """The findings that stand at one question or repeat."""
        frame, item = self._sheet.find(path)
        if item.inner is not None:
            return list_findings(item, frame, self._sheet)
        if item.question is None:
            raise KeyError(path)
        return self._findings_of(item, frame)

    def _all_findings(self, frame: Frame) -> Iterator[Finding]:
        for item in frame.plan.asked:
            if item.inner is None:
                yield from self._findings_of(item, frame)
                continue
            yield from list_findings(item, frame, self._sheet)
            for one in frame.lists[item.slot].awake:
                yield from self._all_findings(one)

    def _findings_of(self, item: Item, frame: Frame) -> list[Finding]:
        slot = item.slot
        if not frame.shown[slot] or item.read is None or not frame.is_awake:
            return []
        own = frame.found.get(slot)
        if own is None:
            own = []
            if item.is_checked or slot in frame.unread:
                own = check(self.form, item, frame)
            frame.found[slot] = own
        if not item.is_identity:
            return own.copy() if own else []
        if frame.identity is None:
            frame.identity = people_findings(frame, on=self._on, tables=self._tables)
        path = frame.path(item)
        people = [*frame.identity, *twins_of(frame)]
        return [*own, *(one for one in people if one.path == path)]

    # -- inside --

    def _begin(self, answers: Answers) -> None:
        self._sheet = Sheet(self.form, answers, on=self._on, metadata=self._metadata)
        self._sheet.settle_everything()
        root = self._sheet.root
        begins = not self._has_own_answer()  # asked before the answers that once() gives
        for plan in self.form.plans:
            for item in plan.once:
                for frame in self._sheet.frames(plan.level.number):
                    keep_once(item, frame)
        self._fill([root], with_defaults=begins)
        self._fill_born()

    def _has_own_answer(self) -> bool:
        root = self._sheet.root
        asked = (root.plan.questions.get(tail) for tail in root.given)
        if any(item is not None and item.place == item.path for item in asked):
            return True
        born = set(self._sheet.born)
        for frame in inside(root):
            counted = self.form.by_path[frame.plan.level.path].count is not None
            if frame not in born and (frame.given or frame.is_awake or not counted):
                return True
        return False

    def _question(self, path: str) -> tuple[Frame, Item]:
        sheet = self._sheet
        item = self.form.by_path.get(path)
        frame = sheet.root
        if item is None or item.level:
            frame, item = sheet.find(path)
        if item.question is None:
            raise KeyError(path)
        return frame, item

    def _list(self, path: str) -> tuple[Frame, Item]:
        frame, item = self._sheet.find(path)
        if item.inner is None:
            raise KeyError(path)
        return frame, item

    def _changed(self, item: Item, frame: Frame) -> frozenset[str]:
        touched = rework(self._sheet, item, [frame])
        if self._sheet.has_overflowed:
            return self._begin_again()
        if self._sheet.born:
            touched |= self._fill_born()
        return touched

    def _begin_again(self) -> frozenset[str]:
        """With too many instances it is only known from nothing which ones there can be."""
        before = set(everything(self._sheet.root))
        self._begin(self.kept())
        return frozenset(before.union(everything(self._sheet.root)))

    def _fill_born(self) -> frozenset[str]:
        """New instances get the metadata and the defaults of what they ask."""
        touched: frozenset[str] = frozenset()
        while self._sheet.born:
            born, self._sheet.born = self._sheet.born, []
            for plan in self.form.plans:
                touched |= self._fill([frame for frame in born if frame.plan is plan])
        return touched

    def _fill(self, frames: Sequence[Frame], *, with_defaults: bool = True) -> frozenset[str]:
        touched: frozenset[str] = frozenset()
        if not frames:
            return touched
        plan = frames[0].plan
        for item, part in plan.metadata:
            value = self._known(part)
            touched |= self._give(item, [(frame, value) for frame in frames])
        for item in plan.defaults if with_defaults else ():
            run = item.default
            if run is not None:
                values = [(frame, kept(run(frame.state))) for frame in frames]
                touched |= self._give(item, values)
        return touched

    def _give(self, item: Item, values: Sequence[tuple[Frame, Answer]]) -> frozenset[str]:
        """Answers where there is none yet."""
        changed = []
        for frame, value in values:
            if item.calculation is None and item.tail not in frame.given and not is_empty(value):
                frame.given[item.tail] = value
                changed.append(frame)
        return rework(self._sheet, item, changed, fires=False) if changed else frozenset()

    def _known(self, part: str) -> str:
        match part:
            case "moment":
                return self._metadata.moment_on(self._on)
            case "day":
                return self._on.isoformat()
            case "device_id":
                return self._metadata.device_id
            case _:
                return self._metadata.user_name


def _is_metadata(item: Item) -> bool:
    return item.question is not None and item.question.type in METADATA
