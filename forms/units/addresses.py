"""Reads a free address line: which units it can mean, old or new, and what is left over.

Each way to read the line is a *chain*: one name of the line taken as a unit, and other names as
the units above it. The chain that explains most words wins; every word explained counts
``_WORD``, everything that does not fit counts against it. Chains within ``_SAME_CLASS`` of the
best are told apart by nothing that matters, so all of them are the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from forms.units.index import NOTHING, UnitIndex
from forms.units.keys import Spelling, has_marks, is_one_edit_apart, spelling
from forms.units.kinds import Level
from forms.units.readings import AddressCandidate, AddressPart, AddressReading, Doubt
from forms.units.spans import Line, Slot, Span, slots_of, spans_of
from forms.units.succession import Successors

_WORD = 4
_SAME_CLASS = 3
_WORTH_TELLING = 7
# Doubts while chains are made: bits, because there are many chains.
_MARKS, _KIND, _FORMER_NAME, _MIXED, _TYPO, _ORDER, _GAP, _UNREAD = (
    1 << place for place in range(len(Doubt))
)
_BITS = dict(zip(Doubt, (1 << place for place in range(len(Doubt))), strict=True))
_AGAINST = {_MARKS: 4, _KIND: 4, _FORMER_NAME: 4, _MIXED: 6, _TYPO: 100, _ORDER: 2}
_GAP_WORD = 3
_NO_DISTRICT = 1
_SHORTEST_TYPO = 4
_MOST_PROVINCES_SEARCHED = 4
_MOST_CANDIDATES = 200
_STRIPPED = " \t\r\n,;.|/-\u2013\u2014()[]"


class _Chain(NamedTuple):
    """Entities with the spans that name them, the smallest first."""

    score: int
    entities: list[int]
    spans: list[Span]
    doubts: int


class AddressParser:
    """Reads address lines; keeps nothing of what it read."""

    def __init__(self, index: UnitIndex, successors: Successors) -> None:
        self._index = index
        self._successors = successors

    def parse(self, text: str, on: date | None = None) -> AddressReading:
        """Every way to read a line; with a day, only units in force on it."""
        line = Line(text)
        spans = spans_of(line, self._index.names, self._index)
        chains = self._chains(line, spans, on)
        if not chains or self._leaves_units(chains[0]):
            guesses = self._typo_spans(line, spans, chains)
            if guesses:
                with_typos = self._chains(line, spans + guesses, on)
                chains += [chain for chain in with_typos if chain.doubts & _TYPO]
        return self._reading(text, line, chains, on)

    def _leaves_units(self, chain: _Chain) -> bool:
        """Does the line seem to name more units than this chain tells?"""
        is_commune = self._index.levels[chain.entities[0]] is Level.COMMUNE
        return bool(chain.doubts & _UNREAD) or not is_commune

    def _reading(
        self, text: str, line: Line, chains: list[_Chain], on: date | None
    ) -> AddressReading:
        if not chains:
            return AddressReading(text, (), 0, frozenset())
        top = chains[0].score
        best = [chain for chain in chains if chain.score >= top - _SAME_CLASS]
        told = [chain for chain in chains if chain.score >= top - _WORTH_TELLING]
        told += [chain for chain in chains[len(told) :] if chain.doubts & _TYPO]
        return AddressReading(
            text,
            tuple(self._candidate(line, chain, on) for chain in told[:_MOST_CANDIDATES]),
            min(len(best), _MOST_CANDIDATES),
            frozenset(chain.entities[0] for chain in best),
        )

    def _candidate(self, line: Line, chain: _Chain, on: date | None) -> AddressCandidate:
        index = self._index
        parts = tuple(
            AddressPart(index.unit(self._version(entity, on)), line.whole(span))
            for entity, span in zip(chain.entities, chain.spans, strict=True)
        )
        left_over = _left_over(line, chain.spans)
        return AddressCandidate(parts, left_over, _doubts(chain.doubts), chain.score)

    def _version(self, entity: int, on: date | None) -> int:
        version = self._index.version_on(entity, on)
        return entity if version is None else version

    def _chains(self, line: Line, spans: list[Span], on: date | None) -> list[_Chain]:
        """Every chain worth telling, the best first."""
        index = self._index
        levels: tuple[dict[int, list[Span]], ...] = ({}, {}, {})
        later, level_of = index.later, index.levels
        for span in spans:
            for position in span.positions:
                if position < 0:
                    position = ~position
                entity = later.get(position, position)
                named = levels[level_of[entity]].setdefault(entity, [])
                if (not named or named[-1] is not span) and (
                    on is None or index.version_on(entity, on) is not None
                ):
                    named.append(span)
        provinces, districts, communes = levels
        inside = self._provinces_named(provinces)
        if inside:
            near = {e: found for e, found in communes.items() if index.province(e) in inside}
            communes = near or communes
        chains: list[_Chain] = []
        best = 0
        for pool in (communes, districts, provinces):
            if best - _WORTH_TELLING > _most(pool, provinces):
                continue
            for entity, named in pool.items():
                for span in named:
                    chains.append(self._chain(line, entity, span, districts, provinces))
                    best = max(best, chains[-1].score)
        chains.sort(key=lambda chain: (-chain.score, chain.entities))
        return _each_once(chains)

    def _provinces_named(self, provinces: dict[int, list[Span]]) -> set[int]:
        """The provinces of the line, and those of the other system with the same land."""
        found = set(provinces)
        for province in provinces:
            found.update(self._successors.other_provinces(province))
        return found

    def _chain(
        self,
        line: Line,
        entity: int,
        span: Span,
        districts: dict[int, list[Span]],
        provinces: dict[int, list[Span]],
    ) -> _Chain:
        """The chain that begins with one unit, with whatever names the units above it."""
        index = self._index
        entities, spans = [entity], [span]
        doubts = 0
        above = index.above[entity]
        against = 0
        if above != NOTHING and index.above[above] != NOTHING:  # an old commune in its district
            named = _nearest(districts.get(above), spans)
            if named is None:
                against += _NO_DISTRICT
            else:
                entities.append(above)
                spans.append(named)
            above = index.above[above]
        if above != NOTHING:
            named = _nearest(provinces.get(above), spans)
            if named is None:
                for other in self._successors.other_provinces(above):
                    named = _nearest(provinces.get(other), spans)
                    if named is not None:
                        above = other
                        doubts |= _MIXED
                        break
            if named is not None:
                entities.append(above)
                spans.append(named)
        covered, gap, in_order = _coverage(spans, len(line.tokens))
        doubts |= self._doubts_about(line, entities, spans)
        doubts |= (_GAP if gap or line.is_cut else 0) | (0 if in_order else _ORDER)
        score = _WORD * covered - _GAP_WORD * gap - against - _penalty(doubts)
        if line.kind_words > sum([1 for span in spans if span.kind is not None]):
            doubts |= _UNREAD
        return _Chain(score, entities, spans, doubts)

    def _doubts_about(self, line: Line, entities: list[int], spans: list[Span]) -> int:
        """What does not fit between the names typed and the units."""
        table = self._index.table
        doubts = 0
        for entity, span in zip(entities, spans, strict=True):
            if span.is_typo:
                doubts |= _TYPO
                continue
            if span.kind is not None and not self._was(entity, span):
                doubts |= _KIND
            if entity not in span.positions and ~entity in span.positions:
                if self._index.levels[entity] is Level.COMMUNE:
                    doubts |= _FORMER_NAME  # those of provinces are in use
            else:
                typed, official = line.name(span), table.names[entity]
                if (
                    typed != official
                    and has_marks(typed)
                    and spelling(typed, official) is not Spelling.SAME
                ):
                    doubts |= _MARKS
        return doubts

    def _was(self, entity: int, span: Span) -> bool:
        """Was the unit ever of the kind that stands before its name?"""
        index = self._index
        if index.state(entity).kind is span.kind:
            return True
        return any(index.state(version).kind is span.kind for version in index.versions(entity))

    def _typo_spans(self, line: Line, spans: list[Span], chains: list[_Chain]) -> list[Span]:
        """Names with one wrong letter, below what the line names, or a province."""
        index = self._index
        slots = [slot for slot in slots_of(line, spans) if len(slot.key) >= _SHORTEST_TYPO]
        if not slots:
            return []
        provinces = sorted({index.province(found.entities[-1]) for found in chains})
        named = provinces if len(provinces) <= _MOST_PROVINCES_SEARCHED else []
        pool = [*index.provinces, *(unit for province in named for unit in index.inside(province))]
        found = []
        for slot in slots:
            near = [
                entity
                for entity in pool
                if is_one_edit_apart(slot.key, index.keys[entity])
                and _may_be(slot, index.levels[entity])
            ]
            if near:
                kind = slot.meaning.kind if slot.meaning else None
                found.append(Span(slot.start, slot.name_start, slot.end, kind, near, True))
        return found


def _may_be(slot: Slot, level: Level) -> bool:
    return slot.meaning is None or level in slot.meaning.levels


def _most(pool: dict[int, list[Span]], provinces: dict[int, list[Span]]) -> int:
    """The most that chains beginning with these units can score."""
    named = [span for spans in pool.values() for span in spans]
    above = [span for spans in provinces.values() for span in spans]
    longest = max([span.end - span.start for span in named], default=0)
    return _WORD * (longest + max([span.end - span.start for span in above], default=0))


def _nearest(named: list[Span] | None, taken: list[Span]) -> Span | None:
    """Of the spans that name a unit, the free one next behind the last taken, or any free one."""
    if not named:
        return None
    free = [span for span in named if not _overlaps(span, taken)]
    if len(free) < 2:
        return free[0] if free else None
    last = taken[-1].end
    behind = [span for span in free if span.start >= last]
    return min(behind or free, key=lambda span: (span.start, -span.end))


def _overlaps(span: Span, taken: list[Span]) -> bool:
    for other in taken:
        if span.start < other.end and other.start < span.end:
            return True
    return False


def _coverage(spans: list[Span], count: int) -> tuple[int, int, bool]:
    """How many words the spans explain and how many stand between or behind; are they in order?"""
    covered = 0
    first = before = count
    in_order = True
    for span in spans:
        covered += span.end - span.start
        if span.start < first:
            first = span.start
        if span.start < before and before != count:
            in_order = False
        before = span.start
    return covered, count - first - covered, in_order


@cache
def _penalty(doubts: int) -> int:
    return sum(against for doubt, against in _AGAINST.items() if doubts & doubt)


@cache
def _doubts(bits: int) -> frozenset[Doubt]:
    return frozenset(doubt for doubt, bit in _BITS.items() if bits & bit)


def _each_once(chains: list[_Chain]) -> list[_Chain]:
    """The best chain of each unit."""
    seen: set[int] = set()
    kept = []
    for chain in chains:
        if chain.entities[0] not in seen:
            seen.add(chain.entities[0])
            kept.append(chain)
    return kept


def _left_over(line: Line, spans: list[Span]) -> str:
    return ", ".join(_pieces(line, spans))


def _pieces(line: Line, spans: list[Span]) -> Iterator[str]:
    """The pieces of the text that no span explains, without the signs around them."""
    tokens, start = line.tokens, 0
    for span in sorted(spans):
        if piece := line.text[start : tokens[span.start].start].strip(_STRIPPED):
            yield piece
        start = tokens[span.end - 1].end
    end = tokens[-1].end
    if piece := line.text[start:end].strip(_STRIPPED):
        yield piece
