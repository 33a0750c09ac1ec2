"""Remarks about answers: coded, never bare sentences.

A finding keeps its code and its parameters; the Vietnamese sentence is made when it is shown. The
catalogue below is the one place of Vietnamese sentences outside the user interface: it is shared
by the desktop, the server and the headless commands. A code never changes its meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from forms.definition import DatePrecision


@unique
class Severity(Enum):
    """How far a finding goes: errors stop a submission, warnings want a reason, notes only tell."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A catalogue entry.

    Attributes:
        message_vi: sentence with ``{parameters}``; says what is wrong and what to do next.
        source: the legal or technical text the rule rests on.
        is_flag: the finding is about a person's identity and asks for the police's check.
    """

    severity: Severity
    message_vi: str
    source: str
    is_flag: bool = False


@unique
class Code(Enum):
    """Every finding. FORM: the form's own rules; ID: identity; REG: what the register knows."""

    FORM_001 = FindingKind(
        Severity.ERROR, "{label}: chưa có câu trả lời. {message}", "định nghĩa biểu mẫu (required)"
    )
    FORM_002 = FindingKind(Severity.ERROR, "{label}: {message}", "định nghĩa biểu mẫu (constraint)")
    FORM_003 = FindingKind(
        Severity.WARNING, "{label}: {message}", "định nghĩa biểu mẫu (bind::an:warning)"
    )
    FORM_004 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không có trong danh sách lựa chọn. Chọn lại trong danh sách.",
        "định nghĩa biểu mẫu (choices)",
    )
    FORM_005 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải số nguyên. Chỉ ghi chữ số.",
        "định nghĩa biểu mẫu (integer)",
    )
    FORM_006 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải số. Chỉ ghi chữ số và dấu phẩy thập phân.",
        "định nghĩa biểu mẫu (decimal)",
    )
    FORM_007 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải ngày có trong lịch. Ghi ngày/tháng/năm.",
        "định nghĩa biểu mẫu (date)",
    )
    FORM_008 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' chưa đủ; câu này cần {needed}. Bổ sung phần còn thiếu.",
        "định nghĩa biểu mẫu (bind::an:precision)",
    )
    FORM_009 = FindingKind(
        Severity.ERROR,
        "{label}: câu này không hỏi với các câu trả lời khác đã chọn, nhưng có nội dung. "
        "Xoá nội dung ở đây hoặc sửa câu trả lời kia.",
        "định nghĩa biểu mẫu (relevant)",
    )
    FORM_010 = FindingKind(
        Severity.ERROR,
        "'{label}' không phải câu hỏi nào của biểu mẫu này. Xem lại phiên bản biểu mẫu.",
        "định nghĩa biểu mẫu",
    )
    FORM_011 = FindingKind(
        Severity.ERROR,
        "{label}: nội dung dài {count} ký tự, tối đa {most}. Rút ngắn nội dung.",
        "giới hạn của chương trình",
    )
    FORM_012 = FindingKind(
        Severity.ERROR,
        "{label}: câu trả lời không đúng quy định của biểu mẫu. Xem lại gợi ý và sửa.",
        "định nghĩa biểu mẫu (constraint)",
    )
    REG_001 = FindingKind(
        Severity.INFORMATION,
        "Hộ này đã có chủ hộ là {name} nên chủ hộ chưa đổi. Nếu đã đổi, sửa quan hệ với chủ hộ"
        " trong phiếu của người đó trước rồi lưu lại phiếu này.",
        "mỗi hộ một chủ hộ (Luật Cư trú 68/2020/QH14; điều khoản cần đối chiếu)",
    )

    ID_001 = FindingKind(
        Severity.ERROR,
        "Số định danh phải đủ 12 chữ số, đang có {count}. Xem lại thẻ và nhập lại.",
        "Luật Căn cước 26/2023/QH15, Điều 12",
        is_flag=True,
    )
    ID_002 = FindingKind(
        Severity.ERROR,
        "Số định danh chỉ có 11 chữ số, có lẽ mất số 0 ở đầu. Nếu trên thẻ là {suggestion} thì"
        " nhập lại như vậy.",
        "Luật Căn cước 26/2023/QH15, Điều 12",
        is_flag=True,
    )
    ID_003 = FindingKind(
        Severity.ERROR,
        "Số định danh có chữ cái giống chữ số (O, I, l). Nếu trên thẻ là {suggestion} thì nhập"
        " lại như vậy.",
        "Luật Căn cước 26/2023/QH15, Điều 12",
        is_flag=True,
    )
    ID_004 = FindingKind(
        Severity.ERROR,
        "Số định danh có ký tự không phải chữ số 0–9. Xóa và nhập lại 12 chữ số trên thẻ.",
        "Luật Căn cước 26/2023/QH15, Điều 12",
        is_flag=True,
    )
    ID_005 = FindingKind(
        Severity.WARNING,
        "Đây là số CMND 9 số. Người này cần có số định danh cá nhân: nhập số 12 chữ số nếu có,"
        " hoặc gửi công an xã kiểm tra.",
        "Luật Căn cước 26/2023/QH15, Điều 12",
        is_flag=True,
    )
    ID_006 = FindingKind(
        Severity.INFORMATION,
        "Chưa có số định danh cá nhân. Lưu phiếu rồi gửi công an xã tra cứu hoặc cấp số.",
        "Kế hoạch 251/KH-UBND, Phụ lục, mục 1.e",
        is_flag=True,
    )
    ID_007 = FindingKind(
        Severity.WARNING,
        "Ba số đầu {prefix} không phải mã nơi đăng ký khai sinh đã biết. Xem lại thẻ; nếu thẻ"
        " đúng như vậy thì ghi lý do.",
        "TT 07/2016/TT-BCA, Phụ lục 1; TT 59/2021/TT-BCA (hết hiệu lực 01/07/2024)",
        is_flag=True,
    )
    ID_008 = FindingKind(
        Severity.INFORMATION,
        "Ba số đầu {prefix}: đăng ký khai sinh ở nước ngoài. Không cần sửa nếu thẻ đúng như vậy.",
        "TT 59/2021/TT-BCA, Phụ lục 2 (hết hiệu lực 01/07/2024)",
    )
    ID_009 = FindingKind(
        Severity.WARNING,
        "Chữ số thứ tư ({digit}) của số định danh là của {sex_of_number}, khác câu giới tính. Xem"
        " lại số và giới tính; nếu thẻ đúng như vậy thì ghi lý do.",
        "TT 07/2016/TT-BCA, Điều 7; TT 59/2021/TT-BCA (hết hiệu lực 01/07/2024)",
        is_flag=True,
    )
    ID_010 = FindingKind(
        Severity.WARNING,
        "Số định danh cho năm sinh {year_of_number}, khác năm sinh {birth_year} trên phiếu. Xem"
        " lại số và ngày sinh; nếu thẻ đúng như vậy thì ghi lý do.",
        "TT 07/2016/TT-BCA, Điều 7; TT 59/2021/TT-BCA (hết hiệu lực 01/07/2024)",
        is_flag=True,
    )
    ID_011 = FindingKind(
        Severity.WARNING,
        "Số định danh cho năm sinh {year_of_number}, ở tương lai. Xem lại số trên thẻ; nếu thẻ"
        " đúng như vậy thì ghi lý do.",
        "TT 07/2016/TT-BCA, Điều 7; TT 59/2021/TT-BCA (hết hiệu lực 01/07/2024)",
        is_flag=True,
    )
    ID_012 = FindingKind(
        Severity.ERROR,
        "Số CMND/CCCD cũ phải có 9 hoặc 12 chữ số. Xem lại giấy tờ và nhập lại, hoặc để trống.",
        "CMND có 9 chữ số; Luật Căn cước 26/2023/QH15, Điều 12: số định danh 12 chữ số",
    )
    ID_013 = FindingKind(
        Severity.WARNING,
        "Số {number} đã có ở người khác trong sổ: {others}. Mở người đó ra so; nếu là một người"
        " thì dùng hồ sơ đã có, nếu là hai người thì gửi công an xã.",
        "Luật Căn cước 26/2023/QH15, Điều 12 (mỗi số một người)",
        is_flag=True,
    )
    ID_020 = FindingKind(
        Severity.ERROR,
        "Ngày sinh {birth_date} ở sau ngày {on}. Xem lại giấy tờ và nhập lại ngày sinh.",
        "TT 01/2022/TT-BLĐTBXH, Điều 7.1.a",
    )
    ID_021 = FindingKind(
        Severity.WARNING,
        "Năm sinh {birth_year} trước năm 1900. Xem lại giấy tờ; nếu đúng như vậy thì ghi lý do.",
        "TT 07/2016/TT-BCA, Điều 7 (số định danh không ghi được năm trước 1900)",
        is_flag=True,
    )
    ID_030 = FindingKind(
        Severity.WARNING,
        "Họ tên có chữ số hoặc dấu lạ: {signs}. Xem lại giấy tờ; nếu giấy tờ đúng như vậy thì"
        " ghi lý do.",
        "Luật Hộ tịch, Điều 14 (họ, chữ đệm và tên)",
    )
    ID_031 = FindingKind(
        Severity.WARNING,
        "Họ tên chỉ có một chữ “{full_name}”. Ghi đủ họ, chữ đệm và tên; nếu giấy tờ chỉ có một"
        " chữ thì ghi lý do.",
        "Luật Hộ tịch, Điều 14 (họ, chữ đệm và tên)",
    )

    @property
    def kind(self) -> FindingKind:
        """The catalogue entry."""
        return self.value


#: What a date has to tell, in the sentence of ``FORM_008``'s parameter ``needed``.
PRECISION_WORDS_VI: Mapping[DatePrecision, str] = {
    DatePrecision.YEAR: "năm",
    DatePrecision.MONTH: "tháng và năm",
    DatePrecision.DAY: "đủ ngày, tháng, năm",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One coded remark about one answer.

    Attributes:
        path: the question it stands at.
        place: the question's role when it has one, else the path. A remark about a person is
            the same remark in every form.
        parameters: what the sentence needs, including the label of the question.
    """

    code: Code
    path: str
    place: str
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def severity(self) -> Severity:
        """Error, warning or information."""
        return self.code.kind.severity

    @property
    def is_flag(self) -> bool:
        """Does this ask for a check by the commune police?"""
        return self.code.kind.is_flag

    @property
    def message_vi(self) -> str:
        """The sentence for the officer."""
        return self.code.kind.message_vi.format_map(self.parameters).strip()

    @property
    def fingerprint(self) -> str:
        """Names this remark about exactly these values; a confirmation holds only for them.

        16 hexadecimal digits of SHA-256 over code, place and parameters.
        """
        parts = [self.code.name, self.place]
        parts += [f"{key}={value}" for key, value in sorted(self.parameters.items())]
        # A broken import may hold half a surrogate pair; it is still a value like any other.
        text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hashlib.sha256(text).hexdigest()[:16]
