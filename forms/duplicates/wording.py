"""Why two entries may be one person, in words for the officer."""

from __future__ import annotations

from collections.abc import Mapping

from forms.duplicates.evidence import Sign
from forms.duplicates.finding import DuplicatePair, Likeness

SIGNS_VI: Mapping[Sign, str] = {
    Sign.SAME_ID_NUMBER: "cùng số định danh",
    Sign.SAME_OLD_NUMBER: "cùng số giấy tờ cũ",
    Sign.ID_NUMBER_ONE_DIGIT: "số định danh chỉ lệch một chữ số hoặc đảo hai chữ số liền nhau",
    Sign.ID_NUMBER_TWO_DIGITS: "số định danh lệch hai chữ số",
    Sign.OLD_NUMBER_ONE_DIGIT: "số giấy tờ cũ chỉ lệch một chữ số",
    Sign.ID_NUMBERS_DIFFER: "số định danh khác nhau",
    Sign.OLD_NUMBERS_DIFFER: "số giấy tờ cũ khác nhau",
    Sign.OTHER_KIND_OF_NUMBER: "một bên có số định danh, một bên chỉ có số cũ",
    Sign.SAME_NAME: "cùng họ tên",
    Sign.NAME_MARKS: "họ tên khác i/y hoặc một bên ghi không dấu",
    Sign.NAME_OTHER_MARKS: "họ tên khác dấu (như Hùng, Hưng)",
    Sign.NAME_ORDER: "họ tên cùng các chữ, khác thứ tự",
    Sign.NAME_MIDDLE_DROPPED: "một bên thiếu chữ đệm",
    Sign.NAME_TYPO: "họ tên lệch một, hai chữ cái",
    Sign.NAME_SIMILAR: "tên gần giống",
    Sign.NAME_MIDDLE_DIFFERS: "khác chữ đệm",
    Sign.NAMES_DIFFER: "họ tên khác nhau",
    Sign.SAME_BIRTH_DATE: "cùng ngày sinh",
    Sign.BIRTH_MONTH_KNOWN: "cùng tháng, năm sinh; một bên không có ngày",
    Sign.BIRTH_YEAR_KNOWN: "cùng năm sinh; một bên không có ngày, tháng",
    Sign.BIRTH_SWAPPED: "ngày và tháng sinh đổi chỗ cho nhau",
    Sign.BIRTH_ONE_DIGIT: "ngày sinh chỉ lệch một chữ số",
    Sign.SAME_BIRTH_YEAR: "cùng năm sinh, khác ngày, tháng",
    Sign.BIRTH_DATES_DIFFER: "ngày sinh khác nhau",
    Sign.SAME_SEX: "cùng giới tính",
    Sign.SEXES_DIFFER: "khác giới tính",
    Sign.SAME_RESIDENCE: "cùng nơi thường trú",
    Sign.SAME_NATIVE_PLACE: "cùng quê quán",
}
_LIKENESS_VI: Mapping[Likeness, str] = {
    Likeness.LIKELY: "Nhiều khả năng là một người",
    Likeness.POSSIBLE: "Có thể là một người",
    Likeness.SHARED_NUMBER: "Hai người cùng một số, cần xem lại số của từng người",
}


def explained(pair: DuplicatePair) -> str:
    """One sentence: how sure it is, and everything that was looked at."""
    reasons = "; ".join(SIGNS_VI[sign] for sign in pair.evidence.signs)
    return f"{_LIKENESS_VI[pair.likeness]}: {reasons}."
