"""What can be wrong with a form definition, as told to its author.

A definition is written by people who know the law, often in a spreadsheet; they get every mistake
at once, each with its sheet, row and column. The sentences stand here as the sentences about
answers stand in ``forms.findings``: by code, with parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@unique
class Mistake(Enum):
    """Every mistake the loader tells; the value is the Vietnamese sentence.

    DEF_060 to DEF_069 are notices: the form loads, and its author should know.
    """

    DEF_001 = "Không đọc được tệp này như một bảng XLSForm ({detail}). Kiểm tra lại tệp."
    DEF_002 = "Thiếu trang tính '{name}'. Thêm trang tính này."
    DEF_003 = "Trang tính '{name}' chưa được hỗ trợ. Bỏ trang tính này."
    DEF_004 = "Thiếu cột '{name}'. Thêm cột này."
    DEF_005 = "Cột '{name}' không có trong các cột được hỗ trợ. Sửa tên cột hoặc bỏ cột."
    DEF_006 = "Cột '{name}' xuất hiện hai lần. Giữ lại một cột."
    DEF_007 = "Ô này phải có nội dung. Điền {name}."
    DEF_008 = "Kiểu câu hỏi '{name}' không được hỗ trợ. Dùng một trong các kiểu: {allowed}."
    DEF_009 = "Tên '{name}' không hợp lệ: bắt đầu bằng chữ cái, chỉ gồm chữ không dấu, số và _."
    DEF_010 = "Tên '{name}' đã dùng ở hàng {other}. Đặt tên khác."
    DEF_011 = "Danh sách lựa chọn '{name}' không có trong trang choices. Thêm danh sách này."
    DEF_012 = "Mã lựa chọn '{name}' đã có ở hàng {other} trong cùng danh sách. Đặt mã khác."
    DEF_013 = "Nhóm '{name}' mở ở đây nhưng không có end_group. Thêm end_group."
    DEF_014 = "end_group này không đóng nhóm nào. Bỏ hàng này."
    DEF_015 = "Giá trị '{name}' không dùng được ở đây. Giá trị được phép: {allowed}."
    DEF_016 = "Biểu thức sai cú pháp ở vị trí {position}: '{near}'. Sửa biểu thức."
    DEF_017 = "Hàm '{name}' không có trong các hàm được hỗ trợ. Dùng hàm khác."
    DEF_018 = "Hàm '{name}' nhận {expected} đối số, ở đây có {count}. Sửa biểu thức."
    DEF_019 = "'{name}' không phải tên câu hỏi nào trong biểu mẫu. Sửa tên."
    DEF_020 = "'{name}' là nhóm, không phải câu hỏi, nên không có câu trả lời. Dùng tên câu hỏi."
    DEF_021 = "Tên '{name}' chỉ nhiều câu hỏi khác nhau. Dùng đường dẫn đầy đủ."
    DEF_022 = "Các biểu thức phụ thuộc vòng tròn: {name}. Bỏ một phụ thuộc."
    DEF_023 = "Biểu thức quá dài hoặc lồng quá sâu (tối đa {limit}). Chia nhỏ bằng câu calculate."
    DEF_024 = "Mẫu kiểm tra '{name}' không dùng được: {detail}. Viết lại mẫu."
    DEF_025 = "'{name}' chưa được hỗ trợ trong biểu thức. Viết lại biểu thức."
    DEF_027 = "Vai trò '{name}' đã gắn cho câu hỏi ở hàng {other}. Mỗi vai trò chỉ gắn một lần."
    DEF_028 = "Câu calculate phải có biểu thức ở cột calculation. Điền biểu thức."
    DEF_029 = "Cột '{name}' không dùng được với kiểu '{type}'. Xoá nội dung ô này."
    DEF_030 = "Ô này dài quá {limit} ký tự. Rút ngắn nội dung."
    DEF_031 = "Công cụ pyxform không nhận biểu mẫu này: {detail}"
    DEF_040 = "Kiểu '{name}' của XLSForm không dùng được ở đây: {reason}. Bỏ hàng này."
    DEF_041 = "Cột '{name}' của XLSForm không dùng được ở đây: {reason}. Xoá nội dung ô này."
    DEF_042 = "Thiết lập '{name}' không dùng được ở đây: {reason}. Xoá nội dung ô này."
    DEF_043 = "Không có tệp đính kèm '{name}'. Đặt tệp này vào cùng thư mục với biểu mẫu."
    DEF_044 = "Không đọc được tệp đính kèm '{name}': {detail}. Sửa tệp này."
    DEF_045 = "Tệp đính kèm '{name}' không có cột '{needed}'. Thêm cột, hoặc sửa parameters."
    DEF_046 = "Tham số '{name}' không dùng được với kiểu '{type}'. Được phép: {allowed}."
    DEF_047 = "Quá nhiều hàng hoặc ô (tối đa {rows} hàng, {cells} ô). Rút gọn tệp."
    DEF_048 = "Ô này là công thức chưa có giá trị. Ghi thẳng giá trị vào ô."
    DEF_049 = "Ô này là giá trị lỗi ({name}). Ghi lại giá trị đúng."
    DEF_070 = "Các ô {name} bị gộp, nên chỉ ô đầu có nội dung. Bỏ gộp và điền từng ô."
    DEF_071 = "Trang tính '{name}' xuất hiện hai lần. Giữ lại một trang."
    DEF_072 = "'{name}' không khớp với '{expected}' mở ở hàng {other}. Sửa kiểu của hàng này."
    DEF_073 = "Vai trò '{name}' không dùng được trong nhóm lặp. Dùng tiền tố khác, ví dụ member."
    DEF_074 = "Tên '{name}' vừa là tệp đính kèm vừa là danh sách lựa chọn. Đổi tên một trong hai."
    DEF_075 = "Nhóm lồng nhau quá sâu (tối đa {limit} mức). Gộp bớt các nhóm."
    DEF_076 = "Dòng này thừa ô '{name}'. Xoá ô thừa; nếu dấu ngăn thuộc nội dung: {remedy}."
    DEF_060 = "Trang tính '{name}' không thuộc XLSForm nên không được đọc."
    DEF_061 = "Thiết lập '{name}' không có tác dụng ở đây."
    DEF_062 = "Cột '{name}' không có tác dụng ở đây."
    DEF_063 = "Hàng này không có type, name và label nên không được đọc."
    DEF_064 = "Nhắc nhở của công cụ pyxform: {detail}"
    DEF_065 = "Cột '{name}' không thuộc XLSForm nên không được đọc."
    DEF_066 = "Ô '{name}' nằm ở cột không có tên nên không được đọc."
    DEF_067 = "Hàng này không có list_name và name nên không được đọc."
    DEF_068 = "Trang settings chỉ dùng một hàng, nên hàng này không được đọc."
    DEF_050 = "Hàm '{name}' cố ý không hỗ trợ: {detail}. Viết lại biểu thức, không dùng hàm này."
    DEF_051 = "Không có bảng '{name}': không phải tệp CSV kèm theo hay danh sách lựa chọn. Sửa tên."
    DEF_052 = "Bảng '{name}' không có cột '{heading}'. Dùng một trong các cột: {allowed}."
    DEF_053 = "'{name}' viết không đúng cách: {detail}. Sửa biểu thức."

    MIG_001 = "Không đọc được khai báo chuyển đổi ở '{detail}'. Viết lại phần này."
    MIG_002 = "Khai báo bắt đầu từ phiên bản '{name}', phiên bản cũ là '{expected}'. Sửa 'from'."
    MIG_003 = "'{name}' không phải câu hỏi của phiên bản cũ. Sửa tên."
    MIG_004 = "'{name}' không phải câu hỏi của phiên bản mới. Sửa tên."
    MIG_005 = "Câu hỏi '{name}' của phiên bản cũ chưa có nơi đến. Khai báo ở một trong các mục."
    MIG_006 = "Câu hỏi '{name}' của phiên bản cũ được khai báo hai lần. Giữ lại một."
    MIG_007 = "Câu hỏi '{name}' của phiên bản mới nhận nhiều câu trả lời. Dùng mục merged."
    MIG_008 = "'{name}' nằm trong nhóm lặp khác với '{target}'. Chọn câu hỏi có cùng mức lặp."
    MIG_009 = "Mã '{choice}' của '{name}' không có ở phiên bản mới. Ghi mã thay thế hoặc null."
    MIG_010 = "Mã '{choice}' không có trong danh sách của '{name}'. Sửa mã."
    MIG_011 = "Biểu thức của '{name}' không dùng được: {detail}"
    MIG_012 = "'{name}' không phải câu hỏi chọn. Bỏ khỏi mục choices."

    EXT_001 = "Không đọc được khai báo phần bổ sung ở '{detail}'. Viết lại phần này."
    EXT_002 = "Tiền tố '{name}' không dùng được hoặc đã có trong biểu mẫu gốc. Đặt tiền tố khác."
    EXT_003 = "Tên '{name}' đã có trong biểu mẫu gốc. Đặt tên khác cho câu hỏi bổ sung."
    EXT_004 = "Vai trò '{name}' đã có trong biểu mẫu gốc. Bỏ vai trò này."
    EXT_005 = "Danh sách hoặc bảng '{name}' đã có trong biểu mẫu gốc. Đặt tên khác."
    EXT_006 = "Phần bổ sung có ngôn ngữ '{name}', biểu mẫu gốc thì không. Dùng cùng ngôn ngữ."
    EXT_007 = "Phần bổ sung không dành cho phiên bản '{name}' của biểu mẫu gốc. Sửa 'texts'."

    @property
    def is_notice(self) -> bool:
        """Only told, no reason to refuse the form."""
        return self.name.startswith("DEF_06")


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """One mistake at one place.

    Attributes:
        sheet: ``survey``, ``choices``, ``settings`` or the name of an attached file; empty for
            the file as a whole.
        row: the line of a Markdown file or the row of a sheet, counted from 1; 0 for the sheet.
        column: the heading as the author wrote it; empty for the row.
    """

    sheet: str
    row: int
    column: str
    code: Mistake
    message: str

    def __str__(self) -> str:
        place = ":".join(part for part in (self.sheet, str(self.row or ""), self.column) if part)
        return ": ".join(part for part in (place, self.code.name, self.message) if part)


class DefinitionError(Exception):
    """A definition cannot be used; carries every problem found in it."""

    def __init__(self, problems: list[DefinitionProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def problem(
    code: Mistake, *, sheet: str = "", row: int = 0, column: str = "", **parameters: object
) -> DefinitionProblem:
    """A problem with its sentence filled in; overlong parameters are cut for reading."""
    texts = {key: _short(str(value)) for key, value in parameters.items()}
    return DefinitionProblem(sheet, row, column, code, code.value.format_map(texts))


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
