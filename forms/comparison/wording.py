"""The sentences of a comparison, for the officer, the police and the list of differences."""

from __future__ import annotations

from collections.abc import Mapping

from forms.comparison.outcomes import FieldComparison, Outcome, Reason, Side, Verdict

OUTCOMES_VI: Mapping[Outcome, str] = {
    Outcome.SAME: "khớp",
    Outcome.SPELLING: "chỉ khác cách viết",
    Outcome.PART_MISSING: "thiếu một phần",
    Outcome.DIFFERENT: "khác thật",
}

VERDICTS_VI: Mapping[Verdict, str] = {
    Verdict.MATCHED: "khớp",
    Verdict.REVIEW_NEEDED: "cần xem",
    Verdict.DIFFERS: "sai khác",
    Verdict.NOT_FOUND: "không có",
}

SIDES_VI: Mapping[Side, str] = {Side.RECORD: "hồ sơ", Side.EXTRACT: "CSDLQG về dân cư"}

REASONS_VI: Mapping[Reason, str] = {
    Reason.COMPOSITION: "dấu ghi bằng ký tự rời (Unicode tổ hợp)",
    Reason.INVISIBLE: "có ký tự không nhìn thấy",
    Reason.D_LOOKALIKE: "chữ Đ ghi bằng ký tự nước ngoài giống Đ",
    Reason.SPACES: "khác khoảng trắng",
    Reason.SIGNS: "khác kiểu dấu nháy hoặc gạch nối",
    Reason.CASE: "khác chữ hoa, chữ thường",
    Reason.TONE_PLACEMENT: "khác vị trí đặt dấu thanh (như hòa, hoà)",
    Reason.I_OR_Y: "khác i và y (như Sĩ, Sỹ); xem giấy khai sinh ghi chữ nào",
    Reason.NAME_SIGNS: "chỉ khác dấu nháy, gạch nối, dấu chấm hoặc chỗ cách chữ; xem giấy khai sinh"
    " ghi thế nào",
    Reason.PUNCTUATION: "khác dấu chấm, dấu phẩy",
    Reason.ABBREVIATION: "một bên viết tắt (TP., P., X., TT., TPHCM) hoặc dùng tên gọi khác của"
    " cùng đơn vị",
    Reason.UNIT_WORD: "khác hoặc không ghi chữ chỉ cấp hành chính (xã, phường, tỉnh, thành phố)",
    Reason.FEWER_LEVELS: "cùng một đơn vị, một bên không ghi đủ các cấp",
    Reason.OLD_AND_NEW_UNITS: "cùng một nơi, ghi theo đơn vị hành chính cũ và mới",
    Reason.SPLIT_UNIT: "đơn vị cũ đã chia về nhiều đơn vị mới; xem thôn, ấp để biết thuộc đơn vị"
    " nào",
    Reason.UNITS_UNCLEAR: "có thể cùng một nơi theo đơn vị hành chính cũ và mới; cần xem",
    Reason.HAMLET_AFTER_MERGER: "khác tên thôn, ấp, có thể do sắp xếp đơn vị; cần xem",
    Reason.OTHER_SPELLING: "chỉ khác cách ghi ký tự",
    Reason.VALUE_MISSING: "không ghi",
    Reason.NOT_STATED: "cả hai bên không ghi",
    Reason.MARKS_MISSING: "ghi không dấu",
    Reason.MIDDLE_NAME_MISSING: "thiếu chữ đệm",
    Reason.NAME_PART_MISSING: "thiếu một phần họ tên",
    Reason.DAY_MISSING: "thiếu ngày",
    Reason.DAY_AND_MONTH_MISSING: "thiếu ngày, tháng",
    Reason.FIRST_OF_JANUARY: "bên kia ghi 01/01, có thể chỉ biết năm",
    Reason.HAMLET_MISSING: "thiếu thôn, ấp, số nhà hoặc đường",
    Reason.PLACE_PART_MISSING: "thiếu một cấp hành chính",
    Reason.ONLY_MARKS_DIFFER: "chỉ khác dấu",
    Reason.ONE_LETTER: "chỉ khác một chữ cái",
    Reason.NAME_ORDER: "khác thứ tự các chữ",
    Reason.FAMILY_NAME_DIFFERS: "khác họ",
    Reason.MIDDLE_NAME_DIFFERS: "khác chữ đệm",
    Reason.GIVEN_NAME_DIFFERS: "khác tên",
    Reason.OTHER_NAME: "họ tên khác hẳn",
    Reason.DAY_AND_MONTH_SWAPPED: "ngày và tháng đổi chỗ cho nhau",
    Reason.DAY_DIFFERS: "khác ngày",
    Reason.MONTH_DIFFERS: "khác tháng",
    Reason.YEAR_DIFFERS: "khác năm",
    Reason.NOT_A_DATE: "có bên không phải là ngày",
    Reason.UNIT_KIND_DIFFERS: "cùng tên nhưng khác loại đơn vị (như xã, phường)",
    Reason.PROVINCE_DIFFERS: "khác tỉnh, thành phố",
    Reason.DISTRICT_DIFFERS: "khác huyện, quận",
    Reason.COMMUNE_DIFFERS: "khác xã, phường",
    Reason.HAMLET_DIFFERS: "khác thôn, ấp, số nhà hoặc đường",
    Reason.OTHER_PLACE: "địa chỉ khác",
}


def explained_vi(comparison: FieldComparison) -> str:
    """One line for a field: what it is, who says less, and why (``thiếu một phần, …``)."""
    outcome = OUTCOMES_VI[comparison.outcome]
    if not comparison.reasons:
        return outcome
    reasons = "; ".join(REASONS_VI[reason] for reason in comparison.reasons)
    if comparison.lacking is None:
        return f"{outcome}: {reasons}"
    return f"{outcome}: {SIDES_VI[comparison.lacking]} {reasons}"
