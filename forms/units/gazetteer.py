"""The administrative units of Vietnam, by code, name, prefix or address, on any day.

::

    units = Units.bundled()
    units.get("25270", on=date(2026, 5, 1)).full_name    # Phường Lộc Ninh, until 29/04/2026 Xã
    units.find("tx hoà bình", on=None)                   # every unit of that name, best first
    units.by_prefix("phu r", within="75", on=today)      # while typing
    units.successors("25270")                            # candidates; resolve() or choose(code)
    units.parse_address("Ấp 1, Phú Riềng, Phú Riềng, Bình Phước").resolve()
    units.same_place(units.parse_address(a), units.parse_address(b))

The data are those of ``resources/units``, with their provenance and what is missing in them. Both
systems are first class: provinces, districts and communes as they were on 30/06/2025, and
provinces and communes since 01/07/2025 with the acts that changed them later. Every unit has its
days; nothing is found by name alone without saying for which day. What somebody wrote is never
changed: names lead to candidates, and the caller stores codes beside the text.

Safe for use from several threads: nothing is changed once made, and what is made twice is equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache

from forms.units.addresses import AddressParser
from forms.units.index import NOTHING, UnitIndex
from forms.units.keys import Spelling, has_marks, name_key, spelling
from forms.units.kinds import Kind, Level
from forms.units.places import PlaceComparer, PlaceComparison
from forms.units.readings import AddressReading
from forms.units.succession import Predecessor, Succession, Successors
from forms.units.tables import read_other_codes, read_other_names, read_units
from forms.units.unit import Unit
from forms.units.words import meaning_at, tokens_of

_REMEMBERED_ADDRESSES = 16_384
_REMEMBERED_COMPARISONS = 65_536
_LONGEST_REMEMBERED = 300
_LONGEST_NAME = 100


class UnknownUnitError(LookupError):
    """No unit has this code, or none had it in the system asked for."""


class Units:
    """All units with the ways to find them; ``Units.bundled()`` is shared."""

    def __init__(self, index: UnitIndex) -> None:
        self._index = index
        self._other_codes = read_other_codes()
        self._successors = Successors(index)
        self._parser = AddressParser(index, self._successors)
        self._comparer = PlaceComparer(index, self._successors)
        self._remembered = lru_cache(maxsize=_REMEMBERED_ADDRESSES)(self._parser.parse)
        self._compared = lru_cache(maxsize=_REMEMBERED_COMPARISONS)(self._compare_texts)

    @staticmethod
    @cache
    def bundled() -> Units:
        """The units that come with the program, read when first asked for."""
        return Units(UnitIndex(read_units(), read_other_names()))

    @staticmethod
    @cache
    def with_training() -> Units:
        """The same with the fictional training province; shared, and never the default."""
        # YAML is needed nowhere else here and takes longer to import than all units to read.
        from forms.units.training import training_units

        return Units(Units.bundled()._index.with_units(training_units()))

    def get(self, code: str, *, on: date) -> Unit | None:
        """The unit that had this code on that day."""
        for candidate in (code, self._other_codes.get(code, "")):
            for entity in self._entities(candidate):
                version = self._index.version_on(entity, on)
                if version is not None:
                    return self._index.unit(version)
        return None

    def versions(self, code: str) -> tuple[Unit, ...]:
        """Every version of every unit that ever had this code, oldest first."""
        index = self._index
        found = [v for entity in self._entities(code) for v in index.versions(entity)]
        return tuple(index.unit(version) for version in sorted(set(found)))

    def all(self, *, on: date, level: Level | None = None) -> tuple[Unit, ...]:
        """Every unit of a level in force on a day, ordered by code."""
        index = self._index
        return tuple(
            index.unit(position)
            for position in range(len(index.above))
            if (level is None or index.levels[position] is level) and index.is_valid(position, on)
        )

    def parent(self, unit: Unit) -> Unit | None:
        """The unit above, as it was on the last day of this version; ``None`` for a province."""
        for position in self._positions(unit):
            above = self._index.above[position]
            if above != NOTHING:
                version = self._index.version_on(above, unit.valid_to)
                return self._index.unit(above if version is None else version)
        return None

    def children(self, code: str, *, on: date) -> tuple[Unit, ...]:
        """The units directly below one on a day, ordered by code."""
        index = self._index
        found = []
        for entity in self._entities(code):
            for child in index.below(entity):
                version = index.version_on(child, on)
                if version is not None:
                    found.append(index.unit(version))
        return tuple(found)

    def find(
        self, name: str, *, on: date | None, level: Level | None = None, within: str | None = None
    ) -> tuple[Unit, ...]:
        """Every unit of this name, with or without the word for its kind; ``None``: on any day.

        First those whose marks are the same, then those typed without marks, then former names
        and other marks; within these by code.
        """
        index = self._index
        text = name[:_LONGEST_NAME]
        found: dict[int, tuple[int, int, int]] = {}
        for typed, kinds in _readings_of_name(text):
            for named in index.names.named(name_key(typed)):
                position = named if named >= 0 else ~named
                if not self._fits(position, on, level, within):
                    continue
                if kinds and index.levels[position] not in kinds[1]:
                    continue
                rank = self._rank(typed, position, kinds[0] if kinds else None, named >= 0)
                found[position] = min(found.get(position, rank), rank)
        chosen = self._last_versions(found) if on is None else list(found)
        return tuple(index.unit(i) for i in sorted(chosen, key=lambda i: (found[i], i)))

    def by_prefix(
        self,
        text: str,
        *,
        on: date,
        level: Level | None = None,
        within: str | None = None,
        limit: int = 20,
    ) -> tuple[Unit, ...]:
        """Units whose name begins as typed so far, those with the typed marks first.

        With ``within`` also units one of whose later words begins so, after the others.
        """
        index = self._index
        text = text[:_LONGEST_NAME]
        preferred: dict[int, None] = {}
        others: dict[int, None] = {}
        for typed, kinds in _readings_of_name(text):
            marked, letters = has_marks(typed), typed.casefold()
            for position in self._starting_with(name_key(typed), level, within):
                if not self._fits(position, on, level, within):
                    continue
                if kinds and index.state(position).kind is not kinds[0]:
                    continue
                if marked and not index.table.names[position].casefold().startswith(letters):
                    others[position] = None
                    continue
                preferred[position] = None
                if len(preferred) >= limit:
                    break
        chosen = list(preferred) + [i for i in others if i not in preferred]
        return tuple(index.unit(position) for position in chosen[:limit])

    def successors(self, old_code: str) -> Succession:
        """Where a unit of the old system went. Raises ``UnknownUnitError``."""
        old = self._index.entity_of(old_code, is_old=True)
        if old is None:
            raise UnknownUnitError(old_code)
        return Succession(self._index.unit(old), self._successors.of(old))

    def predecessors(self, new_code: str) -> tuple[Predecessor, ...]:
        """What a unit of the new system was made of. Raises ``UnknownUnitError``."""
        code = self._other_codes.get(new_code, new_code)
        new = self._index.entity_of(code, is_old=False)
        if new is None:
            raise UnknownUnitError(new_code)
        return self._successors.before(new)

    def parse_address(self, text: str, on: date | None = None) -> AddressReading:
        """Every way to read an address line; with a day, only units in force on it.

        The last readings of lines of usual length are remembered.
        """
        if len(text) > _LONGEST_REMEMBERED:
            return self._parser.parse(text, on)
        return self._remembered(text, on)

    def same_place(self, one: AddressReading, other: AddressReading) -> PlaceComparison:
        """Do two lines mean the same place, under old and new units?"""
        return self._comparer.compare(one, other)

    def same_place_of_texts(self, one: str, other: str) -> PlaceComparison:
        """The same for two lines as written; remembered."""
        if len(one) + len(other) > 2 * _LONGEST_REMEMBERED:
            return self._compare_texts(one, other)
        return self._compared(one, other)

    def _compare_texts(self, one: str, other: str) -> PlaceComparison:
        return self._comparer.compare(self.parse_address(one), self.parse_address(other))

    def _entities(self, code: str) -> list[int]:
        found = (self._index.entity_of(code, is_old=is_old) for is_old in (True, False))
        return [entity for entity in found if entity is not None]

    def _positions(self, unit: Unit) -> Iterable[int]:
        for entity in self._entities(unit.code):
            for version in self._index.versions(entity):
                if self._index.unit(version) == unit:
                    yield version

    def _starting_with(self, key: str, level: Level | None, within: str | None) -> Iterable[int]:
        """Versions whose name begins with a key; inside a unit also a later word of the name."""
        index = self._index
        if within is None:
            names = index.names if level is None else index.names_of_level[level]
            return (position for position in names.starting_with(key) if position >= 0)
        keys = index.keys
        inside = [
            version
            for entity in self._entities(within)
            for child in index.inside(entity)
            for version in index.versions(child)
            if key in keys[version]
        ]
        inside.sort(key=lambda version: (not keys[version].startswith(key), keys[version]))
        return (
            version
            for version in inside
            if keys[version].startswith(key)
            or any(rest.startswith(key) for rest in _later_words(index.table.names[version]))
        )

    def _fits(
        self, position: int, on: date | None, level: Level | None, within: str | None
    ) -> bool:
        index = self._index
        if level is not None and index.levels[position] is not level:
            return False
        if on is not None and not index.is_valid(position, on):
            return False
        if within is None:
            return True
        above = list(index.line(position))[1:]
        return any(index.table.codes[entity] == within for entity in above)

    def _rank(
        self, typed: str, position: int, kind: Kind | None, is_official: bool
    ) -> tuple[int, int, int]:
        index = self._index
        marks = (
            spelling(typed, index.table.names[position]) if is_official else Spelling.OTHER_MARKS
        )
        other_kind = kind is not None and index.state(position).kind is not kind
        return not is_official, marks, other_kind

    def _last_versions(self, found: Iterable[int]) -> list[int]:
        last: dict[int, int] = {}
        for position in sorted(found):
            last[self._index.entity(position)] = position
        return list(last.values())


@lru_cache(maxsize=16_384)
def _later_words(name: str) -> list[str]:
    """The rest of a name from each of its words but the first."""
    words = [token.key for token in tokens_of(name)]
    return ["".join(words[start:]) for start in range(1, len(words))]


def _readings_of_name(text: str) -> list[tuple[str, tuple[Kind, frozenset[Level]] | None]]:
    """A typed name as it stands, and without the word for a kind at its beginning."""
    text = text.strip()
    tokens = tokens_of(text)
    readings: list[tuple[str, tuple[Kind, frozenset[Level]] | None]] = []
    found = meaning_at(tokens, 0, text) if tokens else None
    if found is not None and found[0].kind is not None and len(tokens) > found[1]:
        rest = text[tokens[found[1]].start :]
        readings.append((rest, (found[0].kind, found[0].levels)))
    if tokens:
        readings.append((text, None))
    return readings
