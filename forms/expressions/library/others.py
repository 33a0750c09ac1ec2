"""Functions that belong to no other subject, and those left out on purpose.

Left out are cryptography and geography, which registers have no use for, and the functions about
XML documents, of which a form in a spreadsheet has none.
"""

from __future__ import annotations

from forms.expressions.library.function import Function, Subject

_CRYPTOGRAPHY = "chương trình không dùng mật mã trong biểu thức"
_GEOGRAPHY = "chương trình không tính toán trên bản đồ"
_XML = "biểu mẫu XLSForm không có tên và thuộc tính XML"
_TRANSLATION = "biểu mẫu XLSForm ghi bản dịch ở cột label::…, không theo mã"
_DEVICE = "giá trị thiết bị lấy bằng câu hỏi kiểu deviceid, username, start, end, today"


def _left_out(name: str, arguments: str, purpose_vi: str, why: str) -> Function:
    signature = f"{name}({arguments})"
    return Function(name, signature, purpose_vi, Subject.OTHER, 0, 1000, left_out_vi=why)


ROWS: tuple[Function, ...] = (
    Function(
        "uuid",
        "uuid(length?)",
        "Mã định danh ngẫu nhiên; không đổi trong một phiếu.",
        Subject.OTHER,
        0,
        1,
        pure=False,
    ),
    _left_out("digest", "string, algorithm, encoding?", "Mã băm.", _CRYPTOGRAPHY),
    _left_out("base64-decode", "string", "Giải mã base64.", _CRYPTOGRAPHY),
    _left_out("extract-signed", "string, key", "Kiểm tra chữ ký số.", _CRYPTOGRAPHY),
    _left_out("decrypt", "string, key", "Giải mã.", _CRYPTOGRAPHY),
    _left_out("area", "nodes", "Diện tích.", _GEOGRAPHY),
    _left_out("enclosed-area", "nodes", "Diện tích bao quanh.", _GEOGRAPHY),
    _left_out("distance", "nodes", "Khoảng cách.", _GEOGRAPHY),
    _left_out("geofence", "geopoint, geoshape", "Điểm nằm trong vùng.", _GEOGRAPHY),
    _left_out("intersects", "geotrace", "Đường tự cắt.", _GEOGRAPHY),
    _left_out("jr:itext", "id", "Bản dịch theo mã.", _TRANSLATION),
    _left_out("lang", "string", "Ngôn ngữ của nút XML.", _XML),
    _left_out("local-name", "node?", "Tên của nút XML.", _XML),
    _left_out("name", "node?", "Tên của nút XML.", _XML),
    _left_out("namespace-uri", "node?", "Không gian tên của nút XML.", _XML),
    _left_out("id", "string", "Nút XML theo mã.", _XML),
    _left_out("property", "string", "Thuộc tính của thiết bị.", _DEVICE),
    _left_out("version", "", "Phiên bản của biểu mẫu.", _DEVICE),
)
