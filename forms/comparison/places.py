"""Two places: native places or residences, as papers of different years write them.

First come the texts; then a ``PlaceReader`` that knows the units of today and of before, because
the mergers of 2025 alone make thousands of false differences; and where it cannot decide, the
parts of the addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from forms.comparison.addresses import (
    COMMUNE_KINDS,
    DISTRICT_KINDS,
    PROVINCE_KINDS,
    Part,
    parts_of,
    without_punctuation,
)
from forms.comparison.names import is_part_in_order
from forms.comparison.outcomes import FieldComparison, Outcome, Reason, Side, because
from forms.comparison.spelling import by_spelling, quickly
from forms.vietnamese import with_i_for_final_y, without_marks


class PlaceReading(NamedTuple):
    """What an address means in administrative units.

    Attributes:
        provinces: codes of today's provinces that it can lie in.
        communes: codes of today's communes that the commune it names can be now; empty when it
            names none.
        old_communes: codes of the communes of before 01/07/2025 that it can name.
        new_communes: codes of the communes of today that it can name.
        rest: what stands before the units: hamlet, street, number.
    """

    provinces: frozenset[str]
    communes: frozenset[str] = frozenset()
    old_communes: frozenset[str] = frozenset()
    new_communes: frozenset[str] = frozenset()
    rest: str = ""


class PlaceReader(Protocol):
    """Somebody who knows units. Is asked the same texts again and should remember some."""

    def read(self, address: str) -> PlaceReading | None:
        """What the address means, or ``None`` when that cannot be told."""


def compare_places(
    record: str, extract: str, *, reader: PlaceReader | None = None
) -> FieldComparison:
    """How the place in the record stands to the place in the extract."""
    quick = quickly(record, extract) or by_spelling(record, extract)
    if quick is not None:
        return quick
    keys = without_punctuation(record), without_punctuation(extract)
    if keys[0] == keys[1]:
        return because(Reason.PUNCTUATION)
    if not all(keys):
        return because(Reason.VALUE_MISSING, lacking=Side.EXTRACT if keys[0] else Side.RECORD)
    if reader is not None:
        readings = reader.read(record), reader.read(extract)
        if readings[0] is not None and readings[1] is not None:
            return _by_units(readings[0], readings[1], _by_parts(record, extract))
    return _by_parts(record, extract)


# ---- by units


def _by_units(
    record: PlaceReading, extract: PlaceReading, by_text: FieldComparison
) -> FieldComparison:
    """``by_text`` is what the texts alone say; its reasons stand where the units are the same."""
    if not record.provinces & extract.provinces:
        return because(Reason.PROVINCE_DIFFERS)
    if not record.communes or not extract.communes:
        return _without_a_commune(record, extract, by_text)
    if not record.communes & extract.communes or _are_two_communes(record, extract):
        return because(Reason.COMMUNE_DIFFERS)
    unit = tuple(_unit_reasons(record, extract))
    rest = _rests(record, extract, across_eras=bool(unit))
    if rest is None and not unit:
        return by_text if by_text.outcome is Outcome.SPELLING else because(Reason.FEWER_LEVELS)
    if rest is None:
        return because(*unit)
    return because(*rest.reasons, *unit, lacking=rest.lacking)


def _without_a_commune(
    record: PlaceReading, extract: PlaceReading, by_text: FieldComparison
) -> FieldComparison:
    if not record.communes and not extract.communes:
        return by_text
    lacking = Side.EXTRACT if record.communes else Side.RECORD
    return because(Reason.PLACE_PART_MISSING, lacking=lacking)


def _are_two_communes(record: PlaceReading, extract: PlaceReading) -> bool:
    """Two communes of one time are two, even if they have become one since."""
    pairs = (
        (record.old_communes, extract.old_communes),
        (record.new_communes, extract.new_communes),
    )
    same_time = [pair for pair in pairs if all(pair)]
    crossed = (record.old_communes and extract.new_communes) or (
        record.new_communes and extract.old_communes
    )
    return bool(same_time) and not crossed and not any(one & other for one, other in same_time)


def _unit_reasons(record: PlaceReading, extract: PlaceReading) -> Sequence[Reason]:
    same = (record.old_communes & extract.old_communes) or (
        record.new_communes & extract.new_communes
    )
    if same:
        return ()
    if record.communes == extract.communes and len(record.communes) == 1:
        return (Reason.OLD_AND_NEW_UNITS,)
    return (Reason.OLD_AND_NEW_UNITS, Reason.SPLIT_UNIT)


def _rests(
    record: PlaceReading, extract: PlaceReading, *, across_eras: bool
) -> FieldComparison | None:
    """How hamlets and streets stand; ``None`` when they are the same."""
    parts = parts_of(record.rest), parts_of(extract.rest)
    names = _names(parts[0]), _names(parts[1])
    if names[0] == names[1] or " ".join(names[0]) == " ".join(names[1]):
        return None
    lacking = _lacking(*names)
    if lacking is not None:
        return because(Reason.HAMLET_MISSING, lacking=lacking)
    return because(Reason.HAMLET_AFTER_MERGER if across_eras else Reason.HAMLET_DIFFERS)


# ---- by the texts alone


def _by_parts(record: str, extract: str) -> FieldComparison:
    parts = parts_of(record), parts_of(extract)
    names = _names(parts[0]), _names(parts[1])
    if names[0] == names[1]:
        return because(*(_kind_reasons(*parts) or [Reason.PUNCTUATION]))
    folded = [[with_i_for_final_y(name) for name in one] for one in names]
    if folded[0] == folded[1]:
        return because(Reason.I_OR_Y, *_kind_reasons(*parts))
    lacking = _lacking(*names)
    if lacking is not None:
        short, long = sorted(names, key=len)
        only_hamlet = list(long[len(long) - len(short) :]) == list(short)
        reason = Reason.HAMLET_MISSING if only_hamlet else Reason.PLACE_PART_MISSING
        return because(reason, lacking=lacking)
    return _by_marks(record, extract, names) or because(_first_difference(*parts))


def _names(parts: Sequence[Part]) -> list[str]:
    return [part.name for part in parts]


def _lacking(record: Sequence[str], extract: Sequence[str]) -> Side | None:
    """The side whose parts all stand in the other one's, in order."""
    if len(record) == len(extract):
        return None
    if len(record) < len(extract):
        return Side.RECORD if is_part_in_order(record, extract) else None
    return Side.EXTRACT if is_part_in_order(extract, record) else None


def _by_marks(
    record: str, extract: str, names: tuple[Sequence[str], Sequence[str]]
) -> FieldComparison | None:
    """For places that are the same without marks; one of them may have none at all."""
    plain = [[without_marks(name) for name in one] for one in names]
    if plain[0] != plain[1]:
        return None
    if record.isascii() == extract.isascii():
        return because(Reason.ONLY_MARKS_DIFFER)
    lacking = Side.RECORD if record.isascii() else Side.EXTRACT
    return because(Reason.MARKS_MISSING, lacking=lacking)


def _kind_reasons(record: Sequence[Part], extract: Sequence[Part]) -> list[Reason]:
    """For the same names: what differs in the words for their kinds."""
    pairs = list(zip(record, extract, strict=True))
    reasons = []
    for place, (one, other) in enumerate(pairs):
        is_last = place == len(pairs) - 1
        if one.kind == other.kind:
            if one.is_abbreviated != other.is_abbreviated:
                reasons.append(Reason.ABBREVIATION)
        elif not one.kind or not other.kind or (is_last and _are_provinces(one, other)):
            # Names of provinces are unique; some have become cities.
            reasons.append(Reason.UNIT_WORD)
        else:
            reasons.append(Reason.UNIT_KIND_DIFFERS)
    return reasons


def _are_provinces(one: Part, other: Part) -> bool:
    return {one.kind, other.kind} <= PROVINCE_KINDS


def _first_difference(record: Sequence[Part], extract: Sequence[Part]) -> Reason:
    """The largest unit that differs, named by its kind where both sides tell it."""
    pairs = list(zip(reversed(record), reversed(extract), strict=False))
    at = next((i for i, (one, other) in enumerate(pairs) if one.name != other.name), -1)
    if at < 0:
        return Reason.OTHER_PLACE
    kinds = {part.kind for part in pairs[at]} - {""}
    if at == 0 and kinds and kinds <= PROVINCE_KINDS:
        return Reason.PROVINCE_DIFFERS
    if kinds and kinds <= COMMUNE_KINDS:
        return Reason.COMMUNE_DIFFERS
    if kinds and kinds <= DISTRICT_KINDS:
        return Reason.DISTRICT_DIFFERS
    is_smallest = at == len(record) - 1 == len(extract) - 1 and at > 0
    return (
        Reason.HAMLET_DIFFERS if is_smallest and not kinds & PROVINCE_KINDS else Reason.OTHER_PLACE
    )
