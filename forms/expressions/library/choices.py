"""Answers that are codes of choices, several of them with spaces between."""

from __future__ import annotations

from forms.expressions.library.function import Arguments, Function, Subject, of_two_texts
from forms.expressions.terms import Sort, State, Term, number, text


def _has(codes: str, code: str) -> bool:
    return code != "" and (codes == code or code in codes.split())


def _selected_at(arguments: Arguments) -> Term:
    codes, position = text(arguments[0]), number(arguments[1])

    def run(state: State) -> str:
        chosen, at = codes(state).split(), position(state)
        return chosen[int(at)] if 0 <= at < len(chosen) else ""

    return Term(Sort.TEXT, run)


def _count_selected(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.NUMBER, lambda state: float(len(read(state).split())))


ROWS: tuple[Function, ...] = (
    Function(
        "selected",
        "selected(list, code)",
        "Mã có trong câu trả lời nhiều lựa chọn.",
        Subject.CHOICES,
        2,
        2,
        of_two_texts(Sort.BOOLEAN, _has),
    ),
    Function(
        "selected-at",
        "selected-at(list, index)",
        "Mã ở vị trí đếm từ 0; không có thì trống.",
        Subject.CHOICES,
        2,
        2,
        _selected_at,
    ),
    Function(
        "count-selected",
        "count-selected(list)",
        "Số mã đã chọn.",
        Subject.CHOICES,
        1,
        1,
        _count_selected,
    ),
    Function(
        "jr:choice-name",
        "jr:choice-name(code, '${question}')",
        "Nhãn của mã trong danh sách của câu hỏi; nhiều mã thì nối bằng dấu phẩy.",
        Subject.CHOICES,
        2,
        2,
    ),
)
