"""Two places: native places or residences, as papers of different years write them.

First come the texts. Where they do not settle it, a ``PlaceReader`` that knows the units of today
and of before is asked, because the mergers of 2025 alone make thousands of false differences; and
where it cannot decide, the parts of the addresses do.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique
from itertools import takewhile
from typing import NamedTuple, Protocol

from forms.comparison.addresses import (
    COMMUNE_KINDS,
    DISTRICT_KINDS,
    PROVINCE_KINDS,
    UNIT_KINDS,
    Part,
    last_part,
    parts_of,
    without_punctuation,
)
from forms.comparison.former_provinces import may_be_one
from forms.comparison.names import is_part_in_order
from forms.comparison.outcomes import FieldComparison, Outcome, Reason, Side, because
from forms.comparison.spelling import by_spelling, quickly, too_long
from forms.vietnamese import with_i_for_final_y, without_marks


@unique
class UnitsAnswer(Enum):
    """How the administrative units of two addresses stand to one another."""

    SAME = "same"
    OLD_AND_NEW = "old_and_new"  # one under the units of before 01/07/2025, all of it the other
    SPLIT = "split"  # the same, but the old unit went to several new ones
    UNCLEAR = "unclear"  # the names have several meanings, and not all of them agree
    RECORD_IS_WIDER = "record_is_wider"
    EXTRACT_IS_WIDER = "extract_is_wider"
    OTHER_PROVINCE = "other_province"
    OTHER_COMMUNE = "other_commune"
    OTHER_PLACE = "other_place"


class PlacesRead(NamedTuple):
    """Two addresses as somebody read them who knows units.

    Attributes:
        record_rest, extract_rest: what stands before the units: hamlet, street, number.
    """

    units: UnitsAnswer
    record_rest: str = ""
    extract_rest: str = ""

    def __repr__(self) -> str:
        """Without what people's addresses say."""
        return f"{type(self).__name__}({self.units})"


class PlaceReader(Protocol):
    """Somebody who knows units. Is asked the same texts again and should remember some."""

    def read(self, record: str, extract: str) -> PlacesRead | None:
        """How the units stand, or ``None`` when that cannot be told."""


def compare_places(
    record: str, extract: str, *, reader: PlaceReader | None = None
) -> FieldComparison:
    """How the place in the record stands to the place in the extract."""
    quick = quickly(record, extract) or too_long(record, extract, Reason.OTHER_PLACE)
    quick = quick or by_spelling(record, extract)
    if quick is not None:
        return quick
    keys = without_punctuation(record), without_punctuation(extract)
    if keys[0] == keys[1]:
        return because(Reason.PUNCTUATION)
    if not all(keys):
        return because(Reason.VALUE_MISSING, lacking=Side.EXTRACT if keys[0] else Side.RECORD)
    by_text = _by_parts(record, extract)
    if reader is None:
        return by_text
    if _may_be_district_or_commune(record, extract, by_text):
        return _of_one_level(reader.read(record, extract), by_text)
    if _is_settled(record, extract, by_text):
        return by_text
    read = reader.read(record, extract)
    if read is None or read.units is UnitsAnswer.SAME:
        if _is_only_province_renamed(record, extract, read, reader):
            return because(Reason.UNITS_UNCLEAR)
    found = _by_units(read, by_text)
    if found.outcome is Outcome.DIFFERENT and _are_of_other_times(record, extract, reader):
        return because(Reason.UNITS_UNCLEAR)
    return found


def _are_of_other_times(record: str, extract: str, reader: PlaceReader) -> bool:
    """Does one name a province that was gone by 2008, and the other one that has its land?"""

    def are_alike(one: str, other: str) -> bool:
        read = reader.read(one, other)
        return read is not None and read.units in _PROVINCES_IN_TWO_ERAS | {UnitsAnswer.SAME}

    names = (_province_name(last_part(address)) for address in (record, extract))
    return may_be_one(next(names), next(names), are_alike)


def _province_name(text: str) -> str:
    """Without the word for the kind."""
    parts = parts_of(text)
    words = text.split()
    return " ".join(words[-len(parts[0].name.split()) :]) if parts else ""


def _may_be_district_or_commune(record: str, extract: str, by_text: FieldComparison) -> bool:
    """For *Lộc Ninh, Bình Phước* beside *Huyện Lộc Ninh, Bình Phước*: which one is meant?"""
    if Reason.UNIT_WORD not in by_text.reasons or by_text.outcome is not Outcome.SPELLING:
        return False
    parts = parts_of(record), parts_of(extract)
    if {len(one) for one in parts} != {2}:
        return False
    kinds = {one[0].kind for one in parts}
    return len(kinds) == 2 and "" in kinds and not kinds.isdisjoint(COMMUNE_KINDS | DISTRICT_KINDS)


def _of_one_level(read: PlacesRead | None, by_text: FieldComparison) -> FieldComparison:
    """Whether a unit without the word for its kind can be one of another level."""
    is_open = read is not None and (read.units is UnitsAnswer.UNCLEAR or read.units in _WIDER)
    return because(Reason.UNITS_UNCLEAR) if is_open else by_text


def _is_only_province_renamed(
    record: str, extract: str, read: PlacesRead | None, reader: PlaceReader
) -> bool:
    """Does a commune stand once under its old and once under its new province?

    *Xã Nghĩa Hưng, Nam Định* is written by habit since the mergers, but is no place of any time.
    """
    parts = parts_of(record), parts_of(extract)
    one, other = _names(parts[0]), _names(parts[1])
    if len(one) < 2 or len(other) < 2 or one[-1] == other[-1]:
        return False
    if read is None and one[:-1] != other[:-1]:
        return False
    provinces = reader.read(last_part(record), last_part(extract))
    return provinces is not None and provinces.units in _PROVINCES_IN_TWO_ERAS


def _is_settled(record: str, extract: str, by_text: FieldComparison) -> bool:
    """Could units change nothing? So it is below a commune that both write alike."""
    if by_text.outcome is Outcome.SPELLING or Reason.MARKS_MISSING in by_text.reasons:
        return True
    pairs = zip(reversed(parts_of(record)), reversed(parts_of(extract)), strict=False)
    alike = takewhile(lambda pair: pair[0][:2] == pair[1][:2], pairs)
    return any(part.kind in COMMUNE_KINDS for part, _ in alike)


# ---- by units

_OTHER_UNITS = {
    UnitsAnswer.OTHER_PROVINCE: Reason.PROVINCE_DIFFERS,
    UnitsAnswer.OTHER_COMMUNE: Reason.COMMUNE_DIFFERS,
    UnitsAnswer.OTHER_PLACE: Reason.OTHER_PLACE,
}
_WIDER = {
    UnitsAnswer.RECORD_IS_WIDER: Side.RECORD,
    UnitsAnswer.EXTRACT_IS_WIDER: Side.EXTRACT,
}
_PROVINCES_IN_TWO_ERAS = frozenset(
    {UnitsAnswer.UNCLEAR, UnitsAnswer.OLD_AND_NEW, UnitsAnswer.SPLIT}
)
_SAME_UNITS = {
    UnitsAnswer.SAME: (),
    UnitsAnswer.OLD_AND_NEW: (Reason.OLD_AND_NEW_UNITS,),
    UnitsAnswer.SPLIT: (Reason.OLD_AND_NEW_UNITS, Reason.SPLIT_UNIT),
}


def _by_units(read: PlacesRead | None, by_text: FieldComparison) -> FieldComparison:
    if read is None:
        return by_text
    if read.units is UnitsAnswer.UNCLEAR:
        is_open = by_text.outcome is Outcome.DIFFERENT
        is_open = is_open and Reason.ONLY_MARKS_DIFFER not in by_text.reasons
        return because(Reason.UNITS_UNCLEAR) if is_open else by_text
    if read.units in _OTHER_UNITS:
        marks = [one for one in by_text.reasons if one is Reason.ONLY_MARKS_DIFFER]
        return because(*marks, _OTHER_UNITS[read.units])
    if read.units in _WIDER:
        return because(Reason.PLACE_PART_MISSING, lacking=_WIDER[read.units])
    unit = _SAME_UNITS[read.units]
    rest = _rests(read, across_eras=bool(unit))
    if rest is not None:
        return because(*rest.reasons, *unit, lacking=rest.lacking)
    return because(*(unit or [_same_unit_otherwise_written(by_text)]))


def _same_unit_otherwise_written(by_text: FieldComparison) -> Reason:
    """Why the texts alone could not see that the units are the same."""
    if Reason.UNIT_KIND_DIFFERS in by_text.reasons:
        return Reason.UNIT_WORD
    if by_text.outcome is Outcome.PART_MISSING:
        return Reason.FEWER_LEVELS
    return Reason.ABBREVIATION


def _rests(read: PlacesRead, *, across_eras: bool) -> FieldComparison | None:
    """How hamlets and streets stand; ``None`` when they are the same."""
    names = _names(parts_of(read.record_rest)), _names(parts_of(read.extract_rest))
    if " ".join(names[0]) == " ".join(names[1]):
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
        short, long = sorted(parts, key=len)
        extra = long[: len(long) - len(short)]
        is_hamlet = _names(long[len(extra) :]) == _names(short)
        is_hamlet = is_hamlet and not any(part.kind in UNIT_KINDS for part in extra)
        reason = Reason.HAMLET_MISSING if is_hamlet else Reason.PLACE_PART_MISSING
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
