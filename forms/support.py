"""What of XLSForm this runtime does, as a help page.

Made from the tables that the loader and the compiler use, so it cannot say anything else than they
do; ``forms/xlsform.md`` is this page, kept in step by a test. ``so-an-sinh forms support`` prints
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms.definition import QuestionType
from forms.expressions.functions import functions_markdown
from forms.loading.columns import (
    NAMESPACE,
    NO_EFFECT_COLUMNS,
    NO_EFFECT_SETTINGS,
    PRECISION,
    REFUSED_COLUMNS,
    REFUSED_SETTINGS,
    ROLE,
    SETTINGS,
    SETTINGS_ALIASES,
    SURVEY,
    SURVEY_ALIASES,
    TRANSLATED,
    WARNING,
    WARNING_MESSAGE,
    Parts,
)
from forms.loading.files import FORMATS
from forms.loading.words import (
    CHECKED_TYPES,
    FILE_LISTS,
    FILE_PARAMETERS,
    LISTS,
    PARAMETERS,
    REFUSED_TYPES,
    TYPES,
)
from forms.runtime.frames import MOST_INSTANCES

_PURPOSES: Mapping[QuestionType, str] = {
    QuestionType.TEXT: "chữ",
    QuestionType.INTEGER: "số nguyên",
    QuestionType.DECIMAL: "số thập phân",
    QuestionType.RANGE: "số trong một thang",
    QuestionType.DATE: "ngày; có thể chỉ có năm, hoặc tháng và năm (`bind::an:precision`)",
    QuestionType.TIME: "giờ trong ngày",
    QuestionType.DATE_TIME: "ngày và giờ",
    QuestionType.SELECT_ONE: "chọn một",
    QuestionType.SELECT_MULTIPLE: "chọn nhiều",
    QuestionType.RANK: "xếp thứ tự mọi lựa chọn",
    QuestionType.ACKNOWLEDGE: "ô xác nhận",
    QuestionType.BARCODE: "mã vạch, nhập hoặc quét",
    QuestionType.IMAGE: "ảnh, giữ bằng tên và mã băm",
    QuestionType.FILE: "tệp, giữ bằng tên và mã băm",
    QuestionType.GEOPOINT: "một điểm, nhập vĩ độ và kinh độ",
    QuestionType.NOTE: "lời dặn, không có câu trả lời",
    QuestionType.CALCULATE: "giá trị tính được, không hỏi",
    QuestionType.HIDDEN: "giá trị không hỏi",
    QuestionType.START: "lúc bắt đầu điền",
    QuestionType.END: "lúc điền xong",
    QuestionType.TODAY: "ngày điền",
    QuestionType.DEVICE_ID: "máy dùng để điền",
    QuestionType.USER_NAME: "người điền",
}

_OURS: Mapping[str, str] = {
    ROLE: "câu trả lời là của ai: `person.…`, `household.…`; trong nhóm lặp `member.…`",
    PRECISION: "ngày phải rõ tới đâu: `year`, `month`, `day`",
    WARNING: "điều kiện mà cán bộ được bỏ qua nếu ghi lý do",
    WARNING_MESSAGE: "lời của điều kiện đó",
}


def support_page() -> str:
    """The page, as Markdown in Vietnamese."""
    return "\n".join(_lines()) + "\n\n" + functions_markdown().rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "# XLSForm: phần dùng được và phần không dùng được"
    yield ""
    yield f"Tệp: {_codes(FORMATS)} (bảng tính phải có giá trị của công thức; không gộp ô)."
    yield "Phần không dùng được bị từ chối khi nạp, kèm tên, hàng và cột; không phần nào bị bỏ qua"
    yield "mà không báo. Sau cùng, pyxform chuyển thử biểu mẫu sang XForm. Kiểm tra một tệp bằng"
    yield "`so-an-sinh forms check TỆP`."
    yield from _types()
    yield from _columns()
    yield from _settings()
    yield from _others()
    yield "\n## Hàm trong biểu thức"


def _types() -> Iterator[str]:
    yield from _heading("Kiểu câu hỏi", "Kiểu", "Tên khác", "Ý nghĩa", "Tham số")
    for kind in QuestionType:
        names = [name for name, one in {**TYPES, **LISTS}.items() if one is kind]
        first, *others = sorted(names, key=lambda name: name != kind.value)
        parameters = PARAMETERS.get(kind, frozenset())
        yield _row(_codes([first]), _codes(others), _PURPOSES[kind], _codes(sorted(parameters)))
    for kind in dict.fromkeys(FILE_LISTS.values()):
        first, *others = (name for name, one in FILE_LISTS.items() if one is kind)
        purpose = f"{_PURPOSES[kind]}, danh sách trong tệp `.csv` đính kèm"
        allowed = _codes(sorted(PARAMETERS[kind] | FILE_PARAMETERS))
        yield _row(f"`{first} tệp.csv`", _codes(others), purpose, allowed)
    for name, checked in CHECKED_TYPES.items():
        purpose = f"`{checked.type.value}` với điều kiện `{checked.constraint}`"
        yield _row(f"`{name}`", "", purpose, "")
    yield _row("`csv-external`", "", "bảng `.csv` đính kèm cho `instance()` và `pulldata()`", "")
    yield _row("`begin_group`, `end_group`", "`begin group`", "nhóm, lồng được", "")
    repeats = "`begin repeat`, `begin lgroup`, `begin looped group`"
    yield _row("`begin_repeat`, `end_repeat`", repeats, "nhóm lặp, lồng được", "")
    yield ""
    yield "`select_one` và `select_multiple` nhận thêm `or_other`: lựa chọn `other` và câu"
    yield "`<tên>_other`."
    yield from _heading("Kiểu không dùng được", "Kiểu", "Lý do")
    by_reason: dict[str, list[str]] = {}
    for name, reason in REFUSED_TYPES.items():
        by_reason.setdefault(reason, []).append(name)
    yield from (_row(_codes(names), reason) for reason, names in by_reason.items())


def _columns() -> Iterator[str]:
    yield from _heading("Cột của trang survey", "Cột", "Tên khác", "Nhiều ngôn ngữ", "Ghi chú")
    for parts, name in SURVEY.items():
        aliases = _aliases(SURVEY_ALIASES, parts, name)
        languages = f"`{name}::Tiếng Việt (vi)`" if name in TRANSLATED else ""
        yield _row(f"`{name}`", _codes(aliases), languages, _OURS.get(name, ""))
    yield ""
    yield f"Các cột `bind::an:` cần thiết lập `namespaces` có `{NAMESPACE}`."
    yield "Trang choices (và external_choices): `list_name`, `name` (hoặc `value`), `label` (nhiều"
    yield "ngôn ngữ), và mọi cột khác có tên hợp lệ, cho `choice_filter`."
    yield "Trang tính có tên bắt đầu bằng `_`, cột có tên bắt đầu bằng `_`, `$` hoặc `#` là của"
    yield "người soạn, không được đọc. Cột khác không thuộc XLSForm cũng không được đọc, có lưu ý;"
    yield "tên gần giống một cột của XLSForm thì bị từ chối, vì thường là viết sai."
    yield from _heading("Cột không dùng được", "Cột", "Lý do")
    yield from (_row(f"`{'::'.join(parts)}`", why) for parts, why in REFUSED_COLUMNS.items())
    yield _row("`bind::…`, `control::…`, `instance::…` khác", "thuộc tính này không có nghĩa ở đây")
    for parts in sorted(NO_EFFECT_COLUMNS):
        yield _row(f"`{'::'.join(parts)}`", "được nhận, không có tác dụng")


def _settings() -> Iterator[str]:
    yield from _heading("Thiết lập", "Thiết lập", "Tên khác")
    for parts, name in SETTINGS.items():
        yield _row(f"`{name}`", _codes(_aliases(SETTINGS_ALIASES, parts, name)))
    yield from _heading("Thiết lập không dùng được", "Thiết lập", "Lý do")
    yield from (_row(f"`{name}`", reason) for name, reason in REFUSED_SETTINGS.items())
    for name in sorted(NO_EFFECT_SETTINGS):
        yield _row(f"`{name}`", "được nhận, không có tác dụng")


def _others() -> Iterator[str]:
    yield "\n## Những điều khác\n"
    yield "* Trang `entities` và `osm`: không dùng được. Trang không thuộc XLSForm: không được đọc."
    yield "* `appearance`: được giữ, không đổi ý nghĩa câu hỏi; `search()` không dùng được, dùng"
    yield "  `select_one_from_file`."
    yield "* Nhãn, gợi ý và lời báo có thể chứa `${tên}`. `${last-saved#tên}` không dùng được."
    yield "* Lựa chọn lấy từ nhóm lặp (`select_one ${tên}`): không dùng được."
    yield "* Thiếu bản dịch thì hiện tiếng Việt, rồi ngôn ngữ mặc định, rồi ngôn ngữ đầu tiên có"
    yield "  chữ."
    yield "* Tệp đính kèm: `.csv`, mã UTF-8, dấu phẩy, tối đa 5 MB và 50.000 dòng; để cùng thư mục"
    yield "  với biểu mẫu, hoặc trong thư mục `<tên biểu mẫu>-media`."
    yield f"* Một phiếu có tối đa {MOST_INSTANCES} lần lặp, tính chung mọi nhóm lặp."
    yield "* Biểu thức không có `//`, `@`, biến `$x` và trục viết đầy đủ như `parent::`."


def _aliases(aliases: Mapping[str, Parts], parts: Parts, name: str) -> list[str]:
    written = "::".join(parts)
    names = [alias for alias, meant in aliases.items() if meant == parts and alias != name]
    return names if written == name or written in names else [*names, written]


def _heading(title: str, *columns: str) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield _row(*columns)
    yield "|" + "---|" * len(columns)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
