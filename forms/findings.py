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
    """Every finding.

    FORM: the form's own rules; ID: identity; REG: what the register knows; NUM: numbers of papers;
    CARD: what was read from a card; DATE: what was typed for a date.
    """

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
    FORM_013 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải giờ. Ghi giờ và phút, ví dụ 07:30.",
        "định nghĩa biểu mẫu (time)",
    )
    FORM_014 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải ngày và giờ. Chọn lại ngày và giờ.",
        "định nghĩa biểu mẫu (dateTime)",
    )
    FORM_015 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không nằm trên thang từ {start} đến {end}, mỗi nấc {step}. Chọn lại"
        " một nấc của thang.",
        "định nghĩa biểu mẫu (range)",
    )
    FORM_016 = FindingKind(
        Severity.ERROR,
        "{label}: phải xếp thứ tự đủ {count} mục của danh sách, mỗi mục một lần. Sửa lại thứ tự.",
        "định nghĩa biểu mẫu (rank)",
    )
    FORM_017 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải toạ độ. Ghi vĩ độ rồi kinh độ, ví dụ 10.7769 106.7009.",
        "định nghĩa biểu mẫu (geopoint)",
    )
    FORM_018 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải tệp đính kèm của chương trình. Xoá rồi đính kèm lại.",
        "định nghĩa biểu mẫu (image, file)",
    )
    FORM_019 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải dấu xác nhận. Xoá rồi chọn lại ô xác nhận.",
        "định nghĩa biểu mẫu (acknowledge)",
    )
    FORM_020 = FindingKind(
        Severity.WARNING,
        "{label}: '{value}' không còn dùng từ sau ngày {last}. Chọn lại; nếu giấy tờ ghi như vậy"
        " thì ghi lý do.",
        "định nghĩa biểu mẫu (choices, valid_to)",
    )
    FORM_021 = FindingKind(
        Severity.WARNING,
        "{label}: '{value}' chỉ dùng từ ngày {first}. Chọn lại; nếu giấy tờ ghi như vậy thì ghi"
        " lý do.",
        "định nghĩa biểu mẫu (choices, valid_from)",
    )
    FORM_022 = FindingKind(
        Severity.ERROR,
        "{label}: tối đa {most} lần lặp trong một phiếu. Bỏ bớt, hoặc lập thêm phiếu.",
        "giới hạn của chương trình",
    )
    FORM_023 = FindingKind(
        Severity.ERROR,
        "{label}: mục {key} không thuộc số lần lặp mà các câu trả lời khác cho biết. Xoá mục này"
        " hoặc sửa câu trả lời kia.",
        "định nghĩa biểu mẫu (repeat_count)",
    )
    FORM_024 = FindingKind(
        Severity.WARNING,
        "{label}: số {number} đã ghi ở mục {other} trước mục này. Xem lại hai người; nếu là một"
        " người thì bỏ bớt một mục, nếu giấy tờ của hai người đúng như vậy thì ghi lý do.",
        "Luật Căn cước 26/2023/QH15, Điều 12 (mỗi số một người)",
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

    # NUM: numbers and signs of papers, accounts and telephones.
    NUM_001 = FindingKind(
        Severity.INFORMATION,
        "Chưa có số. Có giấy tờ thì nhập số trên giấy, không có thì để trống.",
        "chương trình",
    )
    NUM_002 = FindingKind(
        Severity.ERROR,
        "Giữa các chữ số có chữ cái hoặc dấu lạ. Nếu trên giấy là {suggestion} thì nhập lại"
        " như vậy.",
        "chương trình",
    )
    NUM_004 = FindingKind(
        Severity.WARNING,
        "Mọi chữ số đều là {digit}, có vẻ là số ghi tạm. Xem lại giấy tờ; nếu đúng như vậy"
        " thì ghi lý do.",
        "chương trình",
    )
    NUM_010 = FindingKind(
        Severity.ERROR,
        "Mã số BHXH phải đủ 10 chữ số, đang có {count} ký tự. Xem lại thẻ hoặc sổ BHXH và"
        " nhập lại.",
        "QĐ 595/QĐ-BHXH (điều khoản cần đối chiếu)",
    )
    NUM_011 = FindingKind(
        Severity.INFORMATION,
        "Đây là số định danh cá nhân, từ 01/08/2025 dùng thay mã số BHXH. Không cần sửa nếu"
        " đúng là số của người này.",
        "Bảo hiểm xã hội Việt Nam, từ 01/08/2025 (văn bản cần đối chiếu)",
    )
    NUM_020 = FindingKind(
        Severity.ERROR,
        "Mã thẻ BHYT gồm 15 ký tự: hai chữ cái, một chữ số từ 1 đến 5, rồi 12 chữ số; thẻ"
        " mới chỉ in 10 chữ số cuối. Xem lại thẻ và nhập lại.",
        "QĐ 1351/QĐ-BHXH (mã ghi trên thẻ BHYT)",
    )
    NUM_021 = FindingKind(
        Severity.WARNING,
        "Hai chữ đầu {group} không phải mã đối tượng BHYT đã biết. Xem lại thẻ; nếu thẻ"
        " đúng như vậy thì ghi lý do.",
        "QĐ 1351/QĐ-BHXH (mã ghi trên thẻ BHYT)",
    )
    NUM_022 = FindingKind(
        Severity.WARNING,
        "Mã tỉnh {province} trên thẻ BHYT không phải tỉnh đã biết. Xem lại thẻ; nếu thẻ"
        " đúng như vậy thì ghi lý do.",
        "QĐ 1351/QĐ-BHXH (mã ghi trên thẻ BHYT)",
    )
    NUM_023 = FindingKind(
        Severity.INFORMATION,
        "TE1 là thẻ trẻ em dưới 6 tuổi, cũng là mã tạm của trẻ sơ sinh chưa có thẻ. Nếu là"
        " mã tạm thì nhập lại khi trẻ có thẻ.",
        "TT 30/2020/TT-BYT, Điều 10",
    )
    NUM_024 = FindingKind(
        Severity.INFORMATION,
        "Thẻ BHYT in từ 04/2021 chỉ có 10 chữ số, chính là mã số BHXH. Không cần sửa nếu"
        " thẻ đúng như vậy.",
        "mẫu thẻ BHYT từ 01/04/2021 (văn bản cần đối chiếu)",
    )
    NUM_025 = FindingKind(
        Severity.INFORMATION,
        "Đây là số định danh cá nhân, dùng thay thẻ BHYT khi đi khám. Không cần sửa nếu"
        " đúng là số của người này.",
        "Bảo hiểm xã hội Việt Nam (văn bản cần đối chiếu)",
    )
    NUM_026 = FindingKind(
        Severity.INFORMATION,
        "HG4 là mã của người đã hiến bộ phận cơ thể. Không cần sửa nếu thẻ đúng như vậy.",
        "TT 30/2020/TT-BYT, Điều 10",
    )
    NUM_030 = FindingKind(
        Severity.ERROR,
        "Mã số thuế chỉ gồm {lengths} chữ số, đang có {count} ký tự. Xem lại giấy tờ và nhập lại.",
        "TT 86/2024/TT-BTC (điều khoản cần đối chiếu)",
    )
    NUM_031 = FindingKind(
        Severity.ERROR,
        "Mã số thuế sai số kiểm tra: chữ số thứ mười phải là {expected}. Xem lại từng chữ"
        " số và nhập lại.",
        "cấu trúc mã số thuế (văn bản cần đối chiếu)",
    )
    NUM_032 = FindingKind(
        Severity.ERROR,
        "Mã số thuế sai số kiểm tra: không mã nào bắt đầu bằng chín chữ số này. Xem lại"
        " từng chữ số và nhập lại.",
        "cấu trúc mã số thuế (văn bản cần đối chiếu)",
    )
    NUM_033 = FindingKind(
        Severity.ERROR,
        "Trước {since} mã số thuế chưa dùng số định danh 12 chữ số. Nhập lại mã có 10 hoặc"
        " 13 chữ số.",
        "TT 86/2024/TT-BTC (điều khoản cần đối chiếu)",
    )
    NUM_034 = FindingKind(
        Severity.WARNING,
        "Ba chữ số cuối 000 không phải số của đơn vị phụ thuộc nào. Xem lại giấy tờ; nếu"
        " đúng như vậy thì ghi lý do.",
        "cấu trúc mã số thuế (văn bản cần đối chiếu)",
    )
    NUM_040 = FindingKind(
        Severity.ERROR,
        "Không phải số điện thoại Việt Nam: số di động có 10 chữ số, số cố định có 11, bắt"
        " đầu bằng 02. Hỏi lại và nhập lại.",
        "quy hoạch kho số viễn thông",
    )
    NUM_041 = FindingKind(
        Severity.WARNING,
        "Số di động 11 chữ số cũ, nay là {suggestion}. Gọi thử hoặc hỏi lại rồi nhập số mới.",
        "kế hoạch chuyển đổi mã mạng ngày 29/05/2018",
    )
    NUM_042 = FindingKind(
        Severity.WARNING,
        "Có lẽ mất số 0 ở đầu. Nếu số đúng là {suggestion} thì nhập lại như vậy.",
        "quy hoạch kho số viễn thông",
    )
    NUM_043 = FindingKind(
        Severity.WARNING,
        "Đầu số {prefix} không phải đầu số đã biết. Hỏi lại; nếu số đúng như vậy thì ghi lý do.",
        "quy hoạch kho số viễn thông",
    )
    NUM_044 = FindingKind(
        Severity.ERROR,
        "Có nhiều số trong một ô: {suggestions}. Chọn một số rồi nhập lại.",
        "chương trình",
    )
    NUM_050 = FindingKind(
        Severity.ERROR,
        "Số tài khoản có từ 5 đến 19 chữ số hoặc chữ cái không dấu. Xem lại giấy của ngân"
        " hàng và nhập lại.",
        "quy cách NAPAS (cần đối chiếu)",
    )
    NUM_051 = FindingKind(
        Severity.WARNING,
        "Đây có vẻ là số in trên thẻ ATM, không phải số tài khoản. Xem lại giấy của ngân"
        " hàng; nếu đúng là số tài khoản thì ghi lý do.",
        "mã BIN 9704 của thẻ nội địa",
    )
    NUM_052 = FindingKind(
        Severity.WARNING,
        "Không biết ngân hàng “{bank}”. Chọn lại trong danh sách ngân hàng, hoặc ghi đủ tên.",
        "danh sách ngân hàng VietQR/NAPAS",
    )
    NUM_053 = FindingKind(
        Severity.WARNING,
        "Tài khoản của {bank} là số điện thoại di động, số này thì không phải. Hỏi lại; nếu"
        " đúng như vậy thì ghi lý do.",
        "tài khoản Mobile Money là số thuê bao",
    )
    NUM_060 = FindingKind(
        Severity.INFORMATION,
        "Ký hiệu hồ sơ thường có một dấu gạch chéo giữa ký hiệu địa phương và loại hồ sơ."
        " Xem lại bìa hồ sơ; không cần sửa nếu hồ sơ đúng như vậy.",
        "NĐ 131/2021/NĐ-CP, Điều 127",
    )
    NUM_070 = FindingKind(
        Severity.INFORMATION,
        "Số giấy khai sinh thường ghi là số/năm, ví dụ 12/1998. Xem lại giấy; không cần sửa"
        " nếu giấy đúng như vậy.",
        "cách ghi sổ hộ tịch (văn bản cần đối chiếu)",
    )
    NUM_071 = FindingKind(
        Severity.WARNING,
        "Năm {year} trên giấy khai sinh ở sau ngày {on}. Xem lại giấy; nếu giấy đúng như"
        " vậy thì ghi lý do.",
        "chương trình",
    )
    NUM_072 = FindingKind(
        Severity.INFORMATION,
        "Đây là số định danh cá nhân in trên giấy khai sinh, không phải số của giấy. Xem"
        " lại; số giấy thường ghi là số/năm.",
        "Luật Hộ tịch, Điều 14",
    )
    NUM_080 = FindingKind(
        Severity.ERROR,
        "Số hộ chiếu chỉ có chữ cái không dấu và chữ số, từ 6 đến 12 ký tự. Xem lại hộ"
        " chiếu và nhập lại.",
        "ICAO Doc 9303 (độ dài: chương trình)",
    )
    NUM_081 = FindingKind(
        Severity.WARNING,
        "Hộ chiếu Việt Nam có một chữ cái và 7 hoặc 8 chữ số. Xem lại; nếu là hộ chiếu nước"
        " khác hoặc đúng như vậy thì ghi lý do.",
        "mẫu hộ chiếu (văn bản cần đối chiếu)",
    )
    NUM_090 = FindingKind(
        Severity.INFORMATION,
        "CMND 12 số trùng với số CCCD cấp sau. Nhập số này vào ô số định danh, không cần"
        " sửa nếu ô này là số cũ.",
        "CMND 12 số cấp 2012–2015 (văn bản cần đối chiếu)",
    )
    NUM_091 = FindingKind(
        Severity.INFORMATION,
        "Hai số đầu {prefix} không phải mã tỉnh của CMND 9 số đã biết. Xem lại giấy; không"
        " cần sửa nếu giấy đúng như vậy.",
        "kiến thức chung, chưa có văn bản",
    )

    # CARD: what a card's code or machine-readable lines tell.
    CARD_001 = FindingKind(
        Severity.ERROR,
        "Không đọc được: đây không phải mã QR hay dòng máy đọc của thẻ. Quét lại thẻ, hoặc"
        " nhập bằng tay.",
        "chương trình",
    )
    CARD_002 = FindingKind(
        Severity.ERROR,
        "Mã QR chưa đủ: có {count} phần, cần ít nhất 7. Quét lại và xem lại máy quét.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_003 = FindingKind(
        Severity.ERROR,
        "Phần đầu của mã QR không phải số định danh 12 chữ số: {number}. Quét lại, hoặc"
        " nhập bằng tay theo thẻ.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_004 = FindingKind(
        Severity.WARNING,
        "Mã QR có {count} phần, khác hai mẫu thẻ đã biết (7 và 11). Xem lại từng mục với thẻ.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_005 = FindingKind(
        Severity.INFORMATION,
        "Thẻ có thêm nội dung chưa rõ là gì ở phần {position}: “{text}”. Xem lại thẻ (số"
        " định danh đã huỷ, họ tên cha mẹ…) rồi ghi vào đúng ô.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_006 = FindingKind(
        Severity.WARNING,
        "Phần số CMND trong mã QR là “{number}”, không phải số CMND. Xem lại thẻ rồi nhập"
        " bằng tay.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_007 = FindingKind(
        Severity.WARNING,
        "Không đọc được ngày sinh “{text}” trong mã. Xem lại thẻ rồi nhập bằng tay.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_008 = FindingKind(
        Severity.WARNING,
        "Không đọc được giới tính “{text}” trong mã. Xem lại thẻ rồi chọn bằng tay.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_009 = FindingKind(
        Severity.WARNING,
        "Không đọc được ngày cấp “{text}” trong mã. Xem lại thẻ rồi nhập bằng tay.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_010 = FindingKind(
        Severity.WARNING,
        "Máy quét làm hỏng chữ (có dấu ? hoặc ô trống thay cho chữ). Xem lại họ tên và địa"
        " chỉ với thẻ rồi sửa, hoặc đổi cách nối máy quét.",
        "chương trình",
    )
    CARD_011 = FindingKind(
        Severity.WARNING,
        "Họ tên và địa chỉ mất hết dấu. Xem lại với thẻ rồi sửa, hoặc tắt bộ gõ và quét lại.",
        "chương trình",
    )
    CARD_012 = FindingKind(
        Severity.WARNING,
        "Chữ còn phím gõ Telex hoặc VNI ({words}). Tắt bộ gõ, sửa lại theo thẻ hoặc quét lại.",
        "chương trình",
    )
    CARD_013 = FindingKind(
        Severity.WARNING,
        "Chữ bị đọc sai bảng mã. Xem lại cách đặt UTF-8 của máy quét; nếu thẻ đúng là như"
        " đề nghị thì sửa lại như vậy.",
        "chương trình",
    )
    CARD_014 = FindingKind(
        Severity.ERROR,
        "Hai lần quét dính vào nhau. Xoá rồi quét lại từng thẻ một.",
        "chương trình",
    )
    CARD_015 = FindingKind(
        Severity.INFORMATION,
        "Mã chỉ cho biết ngày sinh là {birth_date}. Không cần sửa nếu thẻ đúng như vậy.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_016 = FindingKind(
        Severity.WARNING,
        "Mã không có họ tên. Xem lại thẻ rồi nhập bằng tay.",
        "mã QR thẻ CCCD (2021) và thẻ Căn cước (TT 16/2024/TT-BCA)",
    )
    CARD_017 = FindingKind(
        Severity.WARNING,
        "Ngày cấp {issued_on} ở sau ngày {on}. Xem lại thẻ và ngày giờ của máy; nếu thẻ"
        " đúng như vậy thì ghi lý do.",
        "chương trình",
    )
    CARD_018 = FindingKind(
        Severity.WARNING,
        "Các phần ngăn bằng dấu “{sign}” thay cho dấu gạch đứng: bàn phím của máy khác với"
        " máy quét. Xem lại từng mục với thẻ.",
        "chương trình",
    )
    CARD_020 = FindingKind(
        Severity.ERROR,
        "Dòng máy đọc phải có 3 dòng, mỗi dòng 30 ký tự; đang có {lengths}. Xem lại mặt sau"
        " thẻ và nhập lại.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_021 = FindingKind(
        Severity.ERROR,
        "Số định danh trong dòng máy đọc sai số kiểm tra. Xem lại dòng 1 và nhập lại.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_022 = FindingKind(
        Severity.ERROR,
        "Ngày sinh trong dòng máy đọc sai số kiểm tra. Xem lại sáu số đầu dòng 2 và nhập lại.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_023 = FindingKind(
        Severity.WARNING,
        "Ngày hết hạn trong dòng máy đọc sai số kiểm tra. Xem lại dòng 2.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_024 = FindingKind(
        Severity.WARNING,
        "Số kiểm tra chung ở cuối dòng 2 không đúng. Xem lại từng ký tự của dòng 1 và dòng 2.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_025 = FindingKind(
        Severity.INFORMATION,
        "Dòng máy đọc ghi tên không dấu: {full_name}. Ghi lại họ tên có dấu theo mặt trước thẻ.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_026 = FindingKind(
        Severity.WARNING,
        "Tên trong dòng máy đọc có thể bị cắt bớt. Xem lại mặt trước thẻ và ghi đủ họ tên.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_027 = FindingKind(
        Severity.ERROR,
        "Hai chỗ ghi số trong dòng 1 khác nhau: {first} và {second}. Xem lại dòng 1 và nhập lại.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_028 = FindingKind(
        Severity.INFORMATION,
        "Thẻ hết hạn ngày {expires_on}. Vẫn dùng để nhập được; nhắc người này đổi thẻ và bổ"
        " sung sau.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_029 = FindingKind(
        Severity.ERROR,
        "Dòng máy đọc có ký tự lạ: {signs}. Chỉ nhập chữ cái A–Z, chữ số và dấu <.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_030 = FindingKind(
        Severity.ERROR,
        "Dòng máy đọc không phải của thẻ căn cước Việt Nam (bắt đầu bằng {start}). Xem lại"
        " và chọn đúng giấy tờ.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_031 = FindingKind(
        Severity.INFORMATION,
        "Có lẽ nhầm một ký tự: nếu trên thẻ là {suggestion} thì mọi số kiểm tra đều đúng. Xem lại"
        " thẻ và sửa.",
        "ICAO Doc 9303, phần 5 (TD1)",
    )
    CARD_040 = FindingKind(
        Severity.WARNING,
        "Không đọc được {field} trong mã QR thẻ BHYT. Xem lại thẻ rồi nhập bằng tay.",
        "mã QR thẻ BHYT giấy",
    )
    CARD_041 = FindingKind(
        Severity.INFORMATION,
        "Thẻ BHYT có hạn đến {until}. Xem lại thẻ mới hoặc ghi chú đã hết hạn.",
        "mã QR thẻ BHYT giấy",
    )

    DATE_001 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' chỉ có hai chữ số của năm. Ghi đủ bốn chữ số, ví dụ {suggestion}.",
        "quy ước nhập ngày của chương trình",
    )
    DATE_002 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' có tháng {month}, không có tháng này. Ghi ngày trước, tháng sau; xem"
        " lại giấy tờ và nhập lại.",
        "dương lịch",
    )
    DATE_003 = FindingKind(
        Severity.ERROR,
        "{label}: tháng {month} năm {year} chỉ có {last} ngày, không có ngày {day}. Xem lại giấy"
        " tờ và nhập lại.",
        "dương lịch",
    )
    DATE_004 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' có ngày {day} nhưng không có tháng. Bổ sung tháng, hoặc chỉ ghi năm"
        " {year}.",
        "quy ước nhập ngày của chương trình",
    )
    DATE_005 = FindingKind(
        Severity.ERROR,
        "{label}: năm {year} trước năm {first}. Xem lại giấy tờ và nhập lại năm.",
        "quy ước nhập ngày của chương trình",
    )
    DATE_006 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' là ngày âm lịch. Ghi ngày dương lịch trên giấy tờ; nếu không biết thì"
        " chỉ ghi năm dương lịch.",
        "giấy tờ hộ tịch ghi theo dương lịch (điều khoản cần đối chiếu)",
    )
    DATE_007 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' là tên năm âm lịch, có thể là {suggestion}. Hỏi lại rồi ghi năm dương"
        " lịch.",
        "lịch can chi, 60 năm một vòng",
    )
    DATE_008 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' là tuổi con giáp, chưa đủ để biết năm. Hỏi lại rồi ghi năm dương lịch.",
        "lịch can chi, 12 năm một vòng",
    )
    DATE_009 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' có lẽ là số thứ tự ngày của bảng tính, tức {suggestion}. Nếu giấy tờ"
        " đúng như vậy thì nhập lại như vậy.",
        "Excel (hệ ngày 1900)",
    )
    DATE_010 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không phải ngày. Để trống nếu không biết; nếu biết năm thì ghi năm.",
        "quy ước nhập ngày của chương trình",
    )
    DATE_011 = FindingKind(
        Severity.ERROR,
        "{label}: '{value}' không đọc được. Ghi ngày/tháng/năm, tháng/năm hoặc năm.",
        "quy ước nhập ngày của chương trình",
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
