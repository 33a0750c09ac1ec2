"""What makes units quick to find: by code, by name, by what they belong to.

Everything is kept by column; a *position* tells one version of one unit. An *entity* is a unit
within one system (three or two tiers): its versions share code and extent and differ only in kind
or name. It is told by the position of its last version.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property

from forms.units.keys import keys_of_names, name_key
from forms.units.kinds import LAST_DAY_OF_DISTRICTS, LEVEL_OF_LENGTH, Level
from forms.units.tables import OtherName, State, UnitTable
from forms.units.unit import Unit

#: No unit: what stands above a province.
NOTHING = -1


class Names:
    """Keys of names with the versions they name; ``~position`` for a former or other name."""

    def __init__(self, keys: list[str], positions: list[int]) -> None:
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._keys = [keys[i] for i in order]
        self._positions = [positions[i] for i in order]

    def divided(self, levels: list[Level]) -> dict[Level, Names]:
        """The official names by the levels of what they name."""
        parts: dict[Level, tuple[list[str], list[int]]] = {level: ([], []) for level in Level}
        for key, position in zip(self._keys, self._positions, strict=True):
            if position >= 0:
                keys, positions = parts[levels[position]]
                keys.append(key)
                positions.append(position)
        return {level: Names(*columns) for level, columns in parts.items()}

    @cached_property
    def known(self) -> dict[str, int]:
        """Every key, with the place of its first name."""
        keys = self._keys
        return dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))

    def named(self, key: str) -> list[int]:
        """What has exactly this key."""
        start = self.known.get(key)
        if start is None:
            return []
        keys, end = self._keys, start + 1
        while end < len(keys) and keys[end] == key:
            end += 1
        return self._positions[start:end]

    def starting_with(self, prefix: str) -> Iterator[int]:
        """What has a key that starts with this one, ordered by key."""
        keys = self._keys
        start = bisect_left(keys, prefix)
        while start < len(keys) and keys[start].startswith(prefix):
            yield self._positions[start]
            start += 1


class UnitIndex:
    """The table of units with everything derived from it; never changed once made.

    Attributes:
        is_old: of each version, whether it belongs to the system with districts.
        later: of versions that were followed by others of the same entity, the last one.
        above: the entity that a version belongs to, ``NOTHING`` for a province.
    """

    def __init__(self, table: UnitTable, other_names: Iterable[OtherName]) -> None:
        self.table = table
        self._other_names = tuple(other_names)
        old_states = {
            letter
            for letter, state in table.state.items()
            if state.last_day == LAST_DAY_OF_DISTRICTS
        }
        self.is_old = is_old = [letter in old_states for letter in table.states]
        self._old = old = {code: i for i, code in enumerate(table.codes) if is_old[i]}
        self._new = new = {code: i for i, code in enumerate(table.codes) if not is_old[i]}
        old[""] = new[""] = NOTHING
        self.above = [
            old[code] if is_old[i] else new[code] for i, code in enumerate(table.parent_codes)
        ]
        self.later = {
            i: new[table.codes[i]]
            for i, letter in enumerate(table.states)
            if letter not in old_states and table.state[letter].last_day is not None
        }

    def with_units(self, units: Iterable[Unit]) -> UnitIndex:
        """The same with further units of the present system."""
        table = UnitTable(dict(self.table.state), *map(list, self.table[1:]))
        for unit in units:
            state = State(unit.kind, unit.valid_from, unit.valid_to)
            letter = f"+{len(table.state)}"
            table.state[letter] = state
            row = (unit.code, letter, unit.name, unit.parent_code, "")
            for column, cell in zip(table[1:], row, strict=True):
                column.append(cell)
        return UnitIndex(table, self._other_names)

    def unit(self, position: int) -> Unit:
        """One version as a value."""
        table = self.table
        state = table.state[table.states[position]]
        return Unit(
            table.codes[position],
            state.kind,
            table.names[position],
            table.parent_codes[position],
            state.first_day,
            state.last_day,
        )

    def state(self, position: int) -> State:
        """The kind and the days of a version."""
        return self.table.state[self.table.states[position]]

    @cached_property
    def levels(self) -> list[Level]:
        """The level of each version."""
        levels = LEVEL_OF_LENGTH
        return [levels[len(code)] for code in self.table.codes]

    def is_valid(self, position: int, day: date) -> bool:
        """Was this version in force on that day?"""
        _, first, last = self.state(position)
        return (first is None or first <= day) and (last is None or day <= last)

    def entity(self, position: int) -> int:
        """The last version of the same code in the same system."""
        return self.later.get(position, position)

    def entity_of(self, code: str, *, is_old: bool) -> int | None:
        """The entity of a code in one of the systems."""
        return (self._old if is_old else self._new).get(code) if code else None

    def versions(self, entity: int) -> list[int]:
        """The versions of an entity, oldest first; they stand together in the table."""
        start = entity
        while self.later.get(start - 1) == entity:
            start -= 1
        return list(range(start, entity + 1))

    def version_on(self, entity: int, day: date | None) -> int | None:
        """The version in force on a day; without a day the last one."""
        if day is None or self.is_valid(entity, day):
            return entity
        return next((i for i in self.versions(entity) if self.is_valid(i, day)), None)

    def line(self, position: int) -> Iterator[int]:
        """A version, the entity above it, the one above that…"""
        while position != NOTHING:
            yield position
            position = self.above[position]

    def province(self, position: int) -> int:
        """The entity of the province that a version lies in, or is a version of."""
        above = self.above
        while above[position] != NOTHING:
            position = above[position]
        return self.entity(position)

    def below(self, entity: int) -> list[int]:
        """The entities directly below an entity, ordered by code."""
        return self._below.get(entity, [])

    def inside(self, entity: int) -> Iterator[int]:
        """Every entity below an entity, at any depth."""
        for child in self.below(entity):
            yield child
            yield from self.inside(child)

    @cached_property
    def _below(self) -> dict[int, list[int]]:
        below: dict[int, list[int]] = {}
        for position, above in enumerate(self.above):
            if position not in self.later:
                below.setdefault(above, []).append(position)
        return below

    @property
    def provinces(self) -> list[int]:
        """The entities of provinces, of both systems."""
        return self.below(NOTHING)

    @cached_property
    def keys(self) -> list[str]:
        """The key of the official name of each version."""
        return keys_of_names(self.table.names)

    @cached_property
    def names(self) -> Names:
        """Every name of every version."""
        table = self.table
        keys = list(self.keys)
        positions = list(range(len(keys)))
        for i, former in enumerate(table.former_names):
            if former:
                for key in former.replace("y", "i").split():
                    keys.append(key)
                    positions.append(~i)
        for name in self._other_names:
            for entity in (self._old.get(name.code), self._new.get(name.code)):
                if entity is not None and name.last_day in (None, self.state(entity).last_day):
                    keys.append(name_key(name.name))
                    positions.append(~entity)
        return Names(keys, positions)

    @cached_property
    def names_of_level(self) -> dict[Level, Names]:
        """The official names of the versions of each level."""
        return self.names.divided(self.levels)
