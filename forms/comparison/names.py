"""Two names: the same, written otherwise, shortened, or others."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from forms.comparison.outcomes import FieldComparison, Reason, Side, because
from forms.comparison.spelling import by_spelling, quickly, too_long
from forms.vietnamese import compare_key, match_key, search_key, with_i_for_final_y


def compare_names(record: str, extract: str) -> FieldComparison:
    """How the name of the record stands to the name in the extract."""
    quick = quickly(record, extract) or too_long(record, extract, Reason.OTHER_NAME)
    quick = quick or by_spelling(record, extract)
    if quick is not None:
        return quick
    keys = compare_key(record), compare_key(extract)
    if not all(keys):
        return because(Reason.VALUE_MISSING, lacking=Side.EXTRACT if keys[0] else Side.RECORD)
    if with_i_for_final_y(keys[0]) == with_i_for_final_y(keys[1]):
        return because(Reason.I_OR_Y)
    if _signs_left_out(keys[0]) == _signs_left_out(keys[1]) != "":
        return because(Reason.NAME_SIGNS)
    return _by_marks(record, extract) or _by_words(record, extract)


def _signs_left_out(key: str) -> str:
    """The letters alone: apostrophes, hyphens and spaces inside names come and go."""
    return "".join(filter(str.isalnum, key))


def _by_marks(record: str, extract: str) -> FieldComparison | None:
    """For names that are the same without marks; one of them may have none at all."""
    found: tuple[Reason, ...] = ()
    if compare_key(search_key(record)) != compare_key(search_key(extract)):
        if compare_key(match_key(record)) != compare_key(match_key(extract)):
            return None
        found = (Reason.I_OR_Y,)
    lacking = _without_marks(record, extract)
    if lacking is None:
        return because(Reason.ONLY_MARKS_DIFFER, *found)
    return because(Reason.MARKS_MISSING, *found, lacking=lacking)


def _without_marks(record: str, extract: str) -> Side | None:
    """The side that was typed without any mark, when the other one was not."""
    bare = is_bare(record), is_bare(extract)
    if bare[0] == bare[1]:
        return None
    return Side.RECORD if bare[0] else Side.EXTRACT


def is_bare(text: str) -> bool:
    """Has the text no mark at all, and no đ?"""
    return text.isascii()


def _by_words(record: str, extract: str) -> FieldComparison:
    """For names that differ even without marks."""
    words = compare_key(record).split(), compare_key(extract).split()
    if sorted(words[0]) == sorted(words[1]):
        return because(Reason.NAME_ORDER)
    if len(words[0]) != len(words[1]):
        return _shortened(record, extract) or because(Reason.OTHER_NAME)
    return _one_word(words[0], words[1])


def _shortened(record: str, extract: str) -> FieldComparison | None:
    """For a name that is the other one with words left out, perhaps without its marks."""
    words = compare_key(record).split(), compare_key(extract).split()
    lacking = Side.RECORD if len(words[0]) < len(words[1]) else Side.EXTRACT
    short, long = sorted(words, key=len)
    found = _missing_words(short, long)
    if found is not None:
        return because(found, lacking=lacking)
    plain = match_key(record).split(), match_key(extract).split()
    short, long = sorted(plain, key=len)
    found = _missing_words(short, long)
    if found is None:
        return None
    if _without_marks(record, extract) is None:
        return because(Reason.ONLY_MARKS_DIFFER, found, lacking=lacking)
    same_side = _without_marks(record, extract) is lacking
    return because(Reason.MARKS_MISSING, found, lacking=lacking if same_side else None)


def _missing_words(short: Sequence[str], long: Sequence[str]) -> Reason | None:
    """What the short name leaves out, when all its words stand in the long one in order."""
    if not short or not is_part_in_order(short, long):
        return None
    if len(short) > 1 and short[0] == long[0] and short[-1] == long[-1]:
        return Reason.MIDDLE_NAME_MISSING
    return Reason.NAME_PART_MISSING


def is_part_in_order(short: Sequence[str], long: Sequence[str]) -> bool:
    """Do all of ``short`` stand in ``long``, in the same order?"""
    rest = iter(long)
    return all(one in rest for one in short)


def _one_word(record: Sequence[str], extract: Sequence[str]) -> FieldComparison:
    """For names of the same number of words: which one differs, and is it a slip?"""
    places = [i for i, pair in enumerate(zip(record, extract, strict=True)) if pair[0] != pair[1]]
    if len(places) != 1 or len(record) == 1:
        slip = len(record) == 1 and differ_by_one_letter(record[0], extract[0])
        return because(Reason.OTHER_NAME, *([Reason.ONE_LETTER] if slip else []))
    at = places[0]
    reason = Reason.MIDDLE_NAME_DIFFERS
    if at == 0:
        reason = Reason.FAMILY_NAME_DIFFERS
    elif at == len(record) - 1:
        reason = Reason.GIVEN_NAME_DIFFERS
    if differ_by_one_letter(record[at], extract[at]):
        return because(reason, Reason.ONE_LETTER)
    return because(reason)


def differ_by_one_letter(one: str, other: str) -> bool:
    """One letter more, less or another, or two neighbours swapped; tones do not count."""
    return OSA.distance(search_key(one), search_key(other), score_cutoff=1) == 1
