"""A form definition made ready to run: every expression a closure, every item in its turn.

Questions and groups are *items*. A repeat is two of them: its *list*, in the states around it,
decides whether it is asked and how often; its *instance*, in the state of each instance, is the
group around what is asked there. An item must be worked out after the items its relevance and its
calculation read (and after the group around it); ``steps`` holds them in such an order.
Constraints, warnings, requiredness, read-only state, choice filters and labels only look at values
and come afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from forms.definition import Choice, FormDefinition, Question, QuestionType, Section
from forms.expressions.indexed_tables import Row
from forms.expressions.scope import Level
from forms.expressions.terms import (
    TODAY,
    BooleanRun,
    NumberRun,
    Run,
    Sort,
    State,
    Term,
    TextRun,
)
from forms.rules.identity import IDENTITY_FIELDS
from forms.runtime.answers import Reader
from forms.runtime.templates import Template
from forms.validity import Validity, offered

PERSON, HOUSEHOLD = "person", "household"

#: The rows of a list that its filter lets through, in a state.
OptionsRun: TypeAlias = Callable[[State], Sequence[Row]]

#: Items that have to be worked out together, instance by instance; nearly always one.
Step: TypeAlias = "tuple[Item, ...]"


@dataclass(slots=True, eq=False)
class Item:
    """A question or group, or the list or the instance of a repeat, compiled.

    Attributes:
        path: without keys.
        tail: the same, from the instance of the innermost repeat around it; "" of an instance.
        number: its place in ``CompiledForm.items``.
        level: number of the level whose states hold it.
        slot: where its value stands in such a state; groups have one too, which stays empty.
        parent: slot of the group around it in the same state, 0 for none.
        place: its role, or its path.
        blank: the value of the slot when there is no answer.
        inner: of a list, the level of its instances.
        count: of a list, how many instances there are, when that is worked out.
        relevant, required, constraint, warning, readonly: ``None`` when the column is empty; a
            required or readonly that is always true is ``always_required``/``always_readonly``.
        triggered: the calculation that runs only after another answer changed.
        options: the rows of its list that a choice filter lets through; behind the cells of a row
            stands the number of the option.
        allowed: the codes of its list, when no filter narrows it.
        dated: the options of its list that have a first or last day.
        seen: what the author's warning reads besides its own answer, by place.
        read: how an answer is read; ``None`` for groups and notes.
        fills_once: calculated with ``once()``: the first result stays.
        texts: column and language -> a text that shows answers; ``None`` is the usual language.
        choice_texts: code and language -> a label of an option that shows answers.
        is_identity: the rules about a person read it.
        is_worked_out: nobody can give its answer.
        is_running: it reads itself in earlier instances.
        rereads: its calculated value is read as a given one would be, to have its sort.
        is_checked: a readable answer, or none, may be wrong.
        is_one_choice: it holds one code of a list that nothing narrows.
    """

    path: str
    tail: str
    number: int
    level: int
    slot: int
    parent: int
    row: int
    label_vi: str
    place: str
    question: Question | None = None
    section: Section | None = None
    inner: int | None = None
    count: NumberRun | None = None
    sort: Sort = Sort.TEXT
    blank: str | None = ""
    relevant: BooleanRun | None = None
    required: BooleanRun | None = None
    always_required: bool = False
    constraint: BooleanRun | None = None
    warning: BooleanRun | None = None
    readonly: BooleanRun | None = None
    always_readonly: bool = False
    calculation: Term | None = None
    triggered: Term | None = None
    default: Run | None = None
    choices: tuple[Choice, ...] = ()
    options: OptionsRun | None = None
    allowed: frozenset[str] | None = None
    dated: Mapping[str, Validity] = field(default_factory=dict)
    seen: tuple[tuple[str, TextRun], ...] = ()
    read: Reader | None = None
    fills_once: bool = False
    texts: dict[tuple[str, str | None], Template] = field(default_factory=dict)
    choice_texts: dict[tuple[str, str | None], Template] = field(default_factory=dict)
    is_identity: bool = False
    is_worked_out: bool = False
    is_checked: bool = False
    is_running: bool = False
    rereads: bool = False
    is_one_choice: bool = False

    @property
    def is_instance(self) -> bool:
        """Is it the instance of a repeat?"""
        return not self.tail

    @property
    def is_shared(self) -> bool:
        """Does the answer belong to the person or the household, for all forms at once?"""
        return self.place != self.path and self.place.startswith((f"{PERSON}.", f"{HOUSEHOLD}."))


class Edge(NamedTuple):
    """Who reads an item, and in which states.

    Attributes:
        item: the reader.
        ups: so many states up from the item's own stands the one that holds both.
        way: the slots of the lists from there down to the states of the reader.
        earlier: the reader reads only instances before its own: so many before, 0 for all.
    """

    item: Item
    ups: int
    way: tuple[int, ...]
    earlier: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The questions that ask about one person, or about one per instance of a repeat.

    Attributes:
        person: the first part of their roles: ``person``, ``member``, …
        fields: the field of each, as identity rules name it.
    """

    person: str
    fields: tuple[tuple[str, Item], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One level: the form itself, or what one instance of a repeat holds.

    Attributes:
        items: everything that has a slot in its states, in the order of the paper.
        asked: what is looked at when findings are collected: questions, and lists of repeats.
        lists: the repeats in it by their tail.
        questions: the questions in it that can hold an answer, by their tail.
        blank: a state without answers; to be copied.
        identities: whom it asks about.
        once: what is calculated with ``once()``.
        defaults: what begins with a default.
        metadata: what is answered by the surroundings of the filling.
    """

    level: Level
    items: tuple[Item, ...]
    asked: tuple[Item, ...]
    lists: Mapping[str, Item]
    questions: Mapping[str, Item]
    blank: State
    identities: tuple[Identity, ...]
    once: tuple[Item, ...]
    defaults: tuple[Item, ...]
    metadata: tuple[tuple[Item, str], ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """How far a new answer reaches.

    Attributes:
        again: steps that may have to be worked out again, in order.
        further: in a form without repeats the items of these steps, without the answered one.
        alone: the paths that may look different when no other value changes.
        near: the same with those that only look at the answer.
        looking: slots of the items that only look at the answer.
    """

    again: tuple[Step, ...]
    further: tuple[Item, ...]
    alone: frozenset[str]
    near: frozenset[str]
    looking: tuple[int, ...]


@dataclass(frozen=True)
class CompiledForm:
    """A definition and its closures; immutable and shared by all fillings.

    Attributes:
        items: groups, questions, lists and instances in the order of the paper.
        steps: the same items in the order they must be worked out.
        plans: the levels, the form first, outer repeats before inner ones.
        readers: per item, those whose relevance or calculation reads it.
        lookers: per item, those whose other expressions or labels read it.
        fired: per item, those whose calculation runs after it changed.
        by_path: what stands at a path without keys; of a repeat its list.
        instances: path of a repeat -> the item of its instances.
    """

    definition: FormDefinition
    items: tuple[Item, ...] = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False)
    plans: tuple[Plan, ...] = field(repr=False)
    readers: tuple[tuple[Edge, ...], ...] = field(repr=False)
    lookers: tuple[tuple[Edge, ...], ...] = field(repr=False)
    fired: tuple[tuple[Edge, ...], ...] = field(repr=False)
    by_path: Mapping[str, Item] = field(repr=False)
    instances: Mapping[str, Item] = field(repr=False)

    @cached_property
    def questions(self) -> tuple[Item, ...]:
        """Items that can hold an answer, in the order of the paper; notes left out."""
        return tuple(item for item in self.items if item.read is not None)

    @cached_property
    def is_flat(self) -> bool:
        """Has it no repeat?"""
        return len(self.plans) == 1

    @cached_property
    def one_by_one(self) -> tuple[Item, ...]:
        """The items in the order they must be worked out."""
        return tuple(item for step in self.steps for item in step)

    @cached_property
    def reader_numbers(self) -> tuple[frozenset[int], ...]:
        """``readers`` of a form without repeats."""
        return tuple(frozenset(edge.item.number for edge in edges) for edges in self.readers)

    @cached_property
    def looker_numbers(self) -> tuple[frozenset[int], ...]:
        """``lookers`` of a form without repeats."""
        return tuple(frozenset(edge.item.number for edge in edges) for edges in self.lookers)

    @cached_property
    def identity_paths(self) -> frozenset[str]:
        """Where the rules about a person of the form itself may have a remark."""
        fields = (one for identity in self.plans[0].identities for one in identity.fields)
        return frozenset(item.path for _, item in fields)

    @cached_property
    def is_simple(self) -> bool:
        """Has it no repeat, and no calculation that waits for another answer to change?"""
        return self.is_flat and not self.has_triggers

    @cached_property
    def has_triggers(self) -> bool:
        """Does any calculation wait for another answer to change?"""
        return any(self.fired)

    @cached_property
    def _ranks(self) -> Mapping[int, int]:
        return {item.number: rank for rank, step in enumerate(self.steps) for item in step}

    @cached_property
    def _effects(self) -> dict[int, Effect]:
        return {}

    def effect(self, number: int) -> Effect:
        """What a new answer of an item can change."""
        known = self._effects.get(number)
        if known is None:
            known = self._effects[number] = self._find_effect(number)
        return known

    def _find_effect(self, number: int) -> Effect:
        reached = {number}
        pending = [number]
        while pending:
            for reader in self._reached_from(pending.pop()):
                if reader not in reached:
                    reached.add(reader)
                    pending.append(reader)
        again = tuple(self.steps[rank] for rank in sorted({self._ranks[one] for one in reached}))
        item = self.items[number]
        alone = frozenset({item.path})
        if item.is_identity and item.level == 0:
            alone |= self.identity_paths
        lookers = [self.items[one] for one in sorted(self.looker_numbers[number])]
        return Effect(
            again=again,
            further=tuple(one for step in again for one in step if one is not item),
            alone=alone,
            near=alone.union(one.path for one in lookers),
            looking=tuple(one.slot for one in lookers),
        )

    def _reached_from(self, number: int) -> Sequence[int]:
        readers = [edge.item.number for edge in self.readers[number]]
        inner = self.items[number].inner
        if inner is not None:  # new instances are worked out as a whole
            readers += [item.number for item in self.plans[inner].items]
        return readers

    def shown_choices(self, item: Item, state: State) -> tuple[Choice, ...]:
        """The options of a choice question that its filter lets through now.

        Options that are retired or not in use yet are left out unless they are the answer.
        """
        choices = item.choices
        if item.options is not None:
            choices = tuple(item.choices[int(str(row[-1]))] for row in item.options(state))
        if item.dated:
            value = state[item.slot]
            return offered(choices, on=state[TODAY], chosen=value, dated=item.dated)
        return choices

    def allowed_codes(self, item: Item, state: State) -> frozenset[str]:
        """The codes that may be answered now; retired ones may, with a remark."""
        if item.allowed is not None or item.options is None:
            return item.allowed or frozenset()
        return frozenset(str(row[0]) for row in item.options(state))


def identities_of(items: Sequence[Item]) -> tuple[Identity, ...]:
    """The people that the questions of one level ask about, by their roles.

    Of the form itself it is the person only: a guardian or payee may have no number at hand.
    """
    found: dict[str, dict[str, Item]] = {}
    for item in items:
        person, _, name = item.place.partition(".")
        is_asked = person == PERSON if item.level == 0 else person != HOUSEHOLD
        if item.read is not None and item.place != item.path and is_asked:
            found.setdefault(person, {})[name] = item
    identities = []
    for person, fields in found.items():
        asked = tuple((name, fields[name]) for name in IDENTITY_FIELDS if name in fields)
        if asked:
            identities.append(Identity(person, asked))
    return tuple(identities)


#: Question -> which part of the metadata answers it.
METADATA: Mapping[QuestionType, str] = {
    QuestionType.START: "moment",
    QuestionType.END: "moment",
    QuestionType.TODAY: "day",
    QuestionType.DEVICE_ID: "device_id",
    QuestionType.USER_NAME: "user_name",
}


def metadata_of(items: Sequence[Item]) -> Iterator[tuple[Item, str]]:
    """The questions that the surroundings of a filling answer, with the part that does."""
    for item in items:
        part = METADATA.get(item.question.type) if item.question is not None else None
        if part is not None:
            yield item, part
