"""Who reads whom, and what stands at one level: the last step of compiling a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from forms.expressions.scope import Level, Read
from forms.expressions.terms import FIRST, State
from forms.runtime.compiled import Edge, Item, Plan, identities_of, metadata_of
from forms.runtime.layout import Layout

#: The items whose change a reader has to notice.
Sources: TypeAlias = Callable[[Read, Item], Sequence[Item]]


def edges_of(
    layout: Layout,
    found: Sequence[Mapping[Read, None]],
    sources: Sources,
    *,
    with_groups: bool = False,
) -> tuple[tuple[Edge, ...], ...]:
    """Item -> who reads it; with ``with_groups`` a group is read by everything directly in it.

    ``found`` tells what each item reads.
    """
    edges: list[dict[Edge, None]] = [{} for _ in layout.items]
    for item, reads in zip(layout.items, found, strict=True):
        level = layout.levels[item.level]
        for read in reads:
            way = tuple(one.list_slot for one in level.below(read.anchor))
            for source in sources(read, item):
                ups = layout.levels[source.level].depth - read.anchor.depth
                earlier = read.earlier if source.level == item.level else None
                edges[source.number][Edge(item, ups, way, earlier)] = None
    if with_groups:
        for inside, around in layout.around.items():
            if not layout.items[inside].is_instance:  # a list looks after its instances
                edges[around][Edge(layout.items[inside], 0, ())] = None
    return tuple(tuple(one) for one in edges)


def plan_of(level: Level, every: Sequence[Item]) -> Plan:
    """What the states of a level hold."""
    items = tuple(item for item in every if item.level == level.number)
    blank: State = [""] * FIRST
    for item in items:
        blank.append(() if item.inner is not None else item.blank)
    return Plan(
        level=level,
        items=items,
        asked=tuple(one for one in items if one.read is not None or one.inner is not None),
        lists={item.tail: item for item in items if item.inner is not None},
        questions={item.tail: item for item in items if item.read is not None},
        blank=[*blank, None, "", 0],  # ITEM, NOW, SEED
        identities=identities_of(items),
        once=tuple(one for one in items if one.fills_once),
        defaults=tuple(one for one in items if one.default is not None),
        metadata=tuple(metadata_of(items)),
    )
