"""The order in which the items of a form are worked out, and the cycles that forbid one.

An item comes after everything it needs. Items that need one another only through *earlier*
instances of their repeat (a running total) are one step, worked out instance by instance.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

#: Item -> what it needs, and whether only earlier instances of it are needed.
Needs: TypeAlias = Mapping[int, Mapping[int, bool]]


class CycleError(Exception):
    """Items that need one another; ``trail`` begins and ends with the same one."""

    def __init__(self, trail: list[int]) -> None:
        super().__init__(trail)
        self.trail = trail


def ordered(needs: Needs, level_of: Sequence[int]) -> list[tuple[int, ...]]:
    """Every item after what it needs, the order of the paper where there is a choice.

    Raises ``CycleError``.
    """
    steps = _kahn({item: set(sources) for item, sources in needs.items()})
    if len(steps) == len(needs):
        return [(item,) for item in steps]
    blocks = [_block(part, needs, level_of) for part in _components(needs)]
    block_of = {item: block for block in blocks for item in block}
    condensed = {  # a block goes by its first item
        min(block): {
            min(block_of[source])
            for item in block
            for source in needs[item]
            if block_of[source] is not block
        }
        for block in blocks
    }
    return [tuple(block_of[item]) for item in _kahn(condensed)]


def _kahn(needs: Mapping[int, set[int]]) -> list[int]:
    """As much as can be put in order."""
    waiting = {item: len(sources) for item, sources in needs.items()}
    readers: dict[int, list[int]] = {}
    for item, sources in needs.items():
        for source in sources:
            readers.setdefault(source, []).append(item)
    ready = [item for item, count in waiting.items() if not count]
    heapq.heapify(ready)
    found = []
    while ready:
        item = heapq.heappop(ready)
        found.append(item)
        for reader in readers.get(item, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, reader)
    return found


def _block(part: list[int], needs: Needs, level_of: Sequence[int]) -> list[int]:
    """Items that need one another, in their order inside one instance."""
    inside = set(part)
    here = {
        item: {
            source for source, earlier in needs[item].items() if source in inside and not earlier
        }
        for item in part
    }
    found = _kahn(here)
    if len(found) < len(part):
        raise CycleError(_trail(here, inside - set(found)))
    if len({level_of[item] for item in part}) > 1:
        raise CycleError(_trail({item: set(needs[item]) & inside for item in part}, inside))
    return found


def _trail(needs: Mapping[int, set[int]], stuck: set[int]) -> list[int]:
    """Follows needs inside the stuck items until one comes back."""
    trail: list[int] = []
    at = min(stuck)
    while at not in trail:
        trail.append(at)
        at = min(needs[at] & stuck)
    return [*trail[trail.index(at) :], at]


def _components(needs: Needs) -> Iterable[list[int]]:
    """The strongly connected components (Tarjan, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    for root in needs:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        work = [(root, iter(needs[root]))]
        on_stack = {root}
        while work:
            item, sources = work[-1]
            for source in sources:
                if source not in index:
                    index[source] = low[source] = len(index)
                    stack.append(source)
                    on_stack.add(source)
                    work.append((source, iter(needs[source])))
                    break
                if source in on_stack:
                    low[item] = min(low[item], index[source])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[item])
                if low[item] == index[item]:
                    at = stack.index(item)
                    part = stack[at:]
                    del stack[at:]
                    on_stack.difference_update(part)
                    yield part
