"""Reads two addresses by the table of administrative units, for ``compare_places``.

Words that fit a unit only with other marks, another letter or another kind are no reading here:
then the texts decide, and a slip is not taken for the unit next to it.
"""

from __future__ import annotations

from forms.comparison.places import PlacesRead, UnitsAnswer
from forms.units.gazetteer import Units
from forms.units.kinds import Level
from forms.units.places import PlaceReason
from forms.units.readings import AddressReading, Doubt

_NO_READING = frozenset({Doubt.MARKS, Doubt.TYPO, Doubt.KIND, Doubt.UNREAD})
_ANSWERS = {
    PlaceReason.SAME_UNIT: UnitsAnswer.SAME,
    PlaceReason.OLD_AND_NEW: UnitsAnswer.OLD_AND_NEW,
    PlaceReason.SPLIT: UnitsAnswer.SPLIT,
    PlaceReason.AMBIGUOUS: UnitsAnswer.UNCLEAR,
}


class UnitPlaceReader:
    """A ``PlaceReader`` over ``Units``, which remembers addresses."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def read(self, record: str, extract: str) -> PlacesRead | None:
        """How the units of the two addresses stand; ``None`` where the table cannot tell."""
        one, other = self._units.parse_address(record), self._units.parse_address(extract)
        if not (_is_read(one) and _is_read(other)):
            return None
        found = self._units.same_place(one, other)
        answer = _ANSWERS.get(found.reason)
        if answer is UnitsAnswer.SAME and _is_former(one) != _is_former(other):
            answer = UnitsAnswer.OLD_AND_NEW
        elif answer is None and found.reason is PlaceReason.WIDER:
            answer = _wider(one, other)
        elif answer is None and found.reason is PlaceReason.OTHER_UNIT:
            answer = _other(one, other)
        return None if answer is None else PlacesRead(answer, one.left_over, other.left_over)


def _is_read(reading: AddressReading) -> bool:
    return bool(reading.best) and not any(one.doubts & _NO_READING for one in reading.best)


def _is_former(reading: AddressReading) -> bool:
    """Does the address name its commune as it was called before a merger?"""
    return all(Doubt.FORMER_NAME in candidate.doubts for candidate in reading.best)


def _level(reading: AddressReading) -> Level:
    return min(candidate.unit.level for candidate in reading.best)


def _wider(record: AddressReading, extract: AddressReading) -> UnitsAnswer | None:
    levels = _level(record), _level(extract)
    if levels[0] == levels[1]:
        return None
    is_record = levels[0] < levels[1]
    return UnitsAnswer.RECORD_IS_WIDER if is_record else UnitsAnswer.EXTRACT_IS_WIDER


def _other(record: AddressReading, extract: AddressReading) -> UnitsAnswer:
    provinces = _provinces(record), _provinces(extract)
    if record.era is extract.era and all(provinces) and not provinces[0] & provinces[1]:
        return UnitsAnswer.OTHER_PROVINCE
    if _level(record) is _level(extract) is Level.COMMUNE:
        return UnitsAnswer.OTHER_COMMUNE
    return UnitsAnswer.OTHER_PLACE


def _provinces(reading: AddressReading) -> set[str]:
    """The codes of the provinces that the best candidates name or are."""
    units = (part.unit for candidate in reading.best for part in candidate.parts)
    return {unit.code for unit in units if unit.level is Level.PROVINCE}
