"""A form definition made ready to run: every expression a closure, every item in its turn.

Questions and groups are *items*. An item must be worked out after the items its relevance and its
calculation read (and after the group around it); ``steps`` holds them in such an order.
Constraints, warnings, requiredness, read-only state and choice filters only look at values and come
afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from forms.answers import Reader
from forms.definition import Choice, FormDefinition, Question
from forms.expressions.terms import BooleanRun, Run, Sort, State, Term
from forms.rules.identity import IDENTITY_FIELDS
from forms.validity import Validity


@dataclass(slots=True)
class Item:
    """A question or group, compiled.

    Attributes:
        slot: where its value stands in a state; groups have one too, which stays empty.
        parent: slot of the group around it, 0 for none.
        place: its role, or its path.
        blank: the value of the slot when there is no answer.
        relevant, required, constraint, warning, readonly: ``None`` when the column is empty; a
            required or readonly that is always true is ``always_required``/``always_readonly``.
        allowed: the codes of its list, when no filter narrows it.
        dated: the options that are offered on some days only, by code.
        seen: the questions that the author's warning reads, without its own.
        read: how an answer is read; ``None`` for groups and notes.
        fills_once: calculated with ``once()``: the first result stays.
    """

    path: str
    slot: int
    parent: int
    row: int
    label_vi: str
    place: str
    question: Question | None = None
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
    default: Run | None = None
    choices: tuple[Choice, ...] = ()
    allowed: frozenset[str] | None = None
    choice_filter: BooleanRun | None = None
    dated: Mapping[str, Validity] = field(default_factory=dict)
    seen: tuple[Item, ...] = ()
    read: Reader | None = None
    fills_once: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """How far a new answer reaches.

    Attributes:
        again: items to work out again, in order.
        looking: slots of the items whose own findings may differ.
        paths: everything that may look different, for the interface.
        on_identity: the rules about the person must look again.
    """

    again: tuple[Item, ...]
    looking: tuple[int, ...]
    paths: frozenset[str]
    on_identity: bool


@dataclass(frozen=True)
class CompiledForm:
    """A definition and its closures; immutable and shared by all fillings.

    Attributes:
        items: groups and questions in the order of the paper; ``items[0]`` has slot 1.
        steps: the same items in the order they must be worked out.
        first_column: slot of the first column of the choices sheet; ``columns`` maps their names.
        readers: slot -> slots of items whose relevance or calculation reads it.
        lookers: slot -> slots of questions whose other expressions read it.
    """

    definition: FormDefinition
    items: tuple[Item, ...]
    steps: tuple[Item, ...]
    columns: Mapping[str, int]
    readers: Mapping[int, frozenset[int]]
    lookers: Mapping[int, frozenset[int]]
    by_path: Mapping[str, Item] = field(default_factory=dict)

    @cached_property
    def questions(self) -> tuple[Item, ...]:
        """Items that can hold an answer, in the order of the paper; notes left out."""
        return tuple(item for item in self.items if item.read is not None)

    @cached_property
    def blank_state(self) -> State:
        """A state without answers; to be copied."""
        blanks = (item.blank for item in self.items)
        return ["", *blanks, *("" for _ in self.columns), None, "", 0]  # TODAY … ITEM, NOW, SEED

    @cached_property
    def person_items(self) -> tuple[tuple[str, Item], ...]:
        """The person fields that identity rules read, each with the question that asks it."""
        asked = {item.place: item for item in self.questions}
        pairs = ((name, asked.get(f"person.{name}")) for name in IDENTITY_FIELDS)
        return tuple((name, item) for name, item in pairs if item is not None)

    @cached_property
    def _ranks(self) -> Mapping[int, int]:
        return {item.slot: rank for rank, item in enumerate(self.steps)}

    @cached_property
    def _effects(self) -> dict[int, Effect]:
        return {}

    def effect(self, slot: int) -> Effect:
        """What a new answer at ``slot`` can change."""
        known = self._effects.get(slot)
        if known is None:
            known = self._effects[slot] = self._find_effect(slot)
        return known

    def _find_effect(self, slot: int) -> Effect:
        reached = {slot}
        pending = [slot]
        while pending:
            for reader in self.readers.get(pending.pop(), frozenset()):
                if reader not in reached:
                    reached.add(reader)
                    pending.append(reader)
        looking = reached.union(*(self.lookers.get(one, frozenset()) for one in reached))
        persons = {item.slot for _, item in self.person_items}
        on_identity = not persons.isdisjoint(reached)
        touched = looking | persons if on_identity else looking
        return Effect(
            again=tuple(
                self.items[one - 1] for one in sorted(reached, key=self._ranks.__getitem__)
            ),
            looking=tuple(sorted(looking)),
            paths=frozenset(self.items[one - 1].path for one in touched),
            on_identity=on_identity,
        )

    def shown_choices(self, item: Item, state: State) -> tuple[Choice, ...]:
        """The options of a choice question that its filter lets through now."""
        test = item.choice_filter
        if test is None:
            return item.choices
        shown = []
        for choice in item.choices:
            self._load_columns(choice, state)
            if test(state):
                shown.append(choice)
        return tuple(shown)

    def allowed_codes(self, item: Item, state: State) -> frozenset[str]:
        """The codes that may be answered now."""
        if item.allowed is not None:
            return item.allowed
        return frozenset(choice.code for choice in self.shown_choices(item, state))

    def _load_columns(self, choice: Choice, state: State) -> None:
        for name, slot in self.columns.items():
            if name == "name":
                state[slot] = choice.code
            elif name == "label":
                state[slot] = choice.label_vi
            else:
                state[slot] = choice.attributes.get(name, "")
