"""Small words of the interface: states, moments, answers as people read them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from desktop.domain.checks import CheckAnswer
from desktop.domain.people import CheckState, Missing, RecordStatus
from desktop.domain.records import TodoKind
from desktop.domain.reviews import Review
from desktop.domain.syncing import ChangeState
from forms import dates
from forms.definition import Answer, FormDefinition, Question, QuestionType
from forms.expressions.moments import ZONE
from sync.protocol.life import Presence


def moment(at: str) -> str:
    """An instant (ISO 8601) as ``hh:mm dd/mm/yyyy`` in Việt Nam; "" stays ""."""
    if not at:
        return ""
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return at
    return instant.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def thousands(number: int) -> str:
    """A number as Việt Nam writes it: ``16.204``."""
    return f"{number:,}".replace(",", ".")


def size(count: int) -> str:
    """Bytes as one reads them: ``0,8 KB``, ``12,4 MB``."""
    kilobytes = count / 1024
    number, unit = (kilobytes, "KB") if kilobytes < 1000 else (kilobytes / 1024, "MB")
    return f"{number:.1f} {unit}".replace(".", ",")


def clock_time(instant: datetime) -> str:
    """``hh:mm`` in Việt Nam."""
    return instant.astimezone(ZONE).strftime("%H:%M")


def answer_text(definition: FormDefinition, question: Question, value: Answer) -> str:
    """An answer as people read it: labels for codes, dates with slashes."""
    if value is None:
        return ""
    if question.type in (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE):
        options = definition.choices.get(question.list_name or "", ())
        labels = {choice.code: choice.label_vi for choice in options}
        return "; ".join(labels.get(code, code) for code in str(value).split())
    if question.type is QuestionType.DATE:
        return dates.display(str(value))
    return str(value)


class Words(QObject):
    """The words of enumerations; a ``QObject`` so that ``tr`` finds its context."""

    def record_status(self, status: RecordStatus) -> str:
        """How far a record is."""
        return {
            RecordStatus.NONE: self.tr("Chưa lập phiếu"),
            RecordStatus.DRAFT: self.tr("Nháp"),
            RecordStatus.SUBMITTED: self.tr("Đã nộp"),
            RecordStatus.RETURNED: self.tr("Bị trả lại"),
            RecordStatus.ACCEPTED: self.tr("Đã nhận"),
        }[status]

    def presence(self, presence: Presence) -> str:
        """Why somebody is not here; "" for who is."""
        return {
            Presence.HERE: "",
            Presence.DEAD: self.tr("Đã mất"),
            Presence.LEFT: self.tr("Đã chuyển đi"),
        }[presence]

    def check_state(self, state: CheckState) -> str:
        """What the police said."""
        return {
            CheckState.NOT_ASKED: self.tr("Chưa hỏi"),
            CheckState.WAITING: self.tr("Chờ công an"),
            CheckState.MATCHED: self.tr("Khớp"),
            CheckState.DIFFERS: self.tr("Sai khác"),
            CheckState.NOT_FOUND: self.tr("Không có thông tin"),
        }[state]

    def missing(self, missing: Missing) -> str:
        """What is not known of a person."""
        return {
            Missing.ID_NUMBER: self.tr("Chưa có số định danh"),
            Missing.BIRTH_DATE: self.tr("Chưa có ngày sinh"),
            Missing.WHOLE_BIRTH_DATE: self.tr("Chỉ có năm hoặc tháng sinh"),
            Missing.SEX: self.tr("Chưa có giới tính"),
            Missing.ETHNICITY: self.tr("Chưa có dân tộc"),
            Missing.RESIDENCE: self.tr("Chưa có nơi thường trú"),
            Missing.SOCIAL_INSURANCE_NUMBER: self.tr("Chưa có mã số BHXH"),
            Missing.HOUSEHOLD: self.tr("Chưa vào hộ nào"),
            Missing.HAMLET: self.tr("Chưa có thôn, tổ"),
        }[missing]

    def check_answer(self, answer: CheckAnswer) -> str:
        """The police's answer."""
        return {
            CheckAnswer.MATCHED: self.tr("Khớp"),
            CheckAnswer.DIFFERS: self.tr("Sai khác"),
            CheckAnswer.NOT_FOUND: self.tr("Không có thông tin"),
        }[answer]

    def todo(self, kind: TodoKind) -> str:
        """Why something waits."""
        return {
            TodoKind.RETURNED: self.tr("Bị trả lại"),
            TodoKind.DIFFERS: self.tr("Công an: sai khác"),
            TodoKind.NUMBER: self.tr("Công an cấp số định danh"),
            TodoKind.NOT_FOUND: self.tr("Công an: không có thông tin"),
            TodoKind.CLASH: self.tr("Hai máy sửa khác nhau"),
            TodoKind.OF_AGE: self.tr("Đủ 16 tuổi"),
            TodoKind.HELD: self.tr("Máy chủ chưa nhận"),
        }[kind]

    def hold(self, code: str) -> str:
        """Why the server did not take a change (a ``Hold`` value), and what to do."""
        reasons = {
            "access": self.tr("Cơ quan này không được sửa mục ấy. Báo người quản lý của tỉnh."),
            "bucket": self.tr("Người này thuộc xã khác. Báo người quản lý của tỉnh."),
            "unknown_type": self.tr("Máy chủ chưa biết loại dữ liệu này. Chờ tỉnh cập nhật."),
            "unknown_kind": self.tr("Máy chủ chưa biết kiểu sửa này. Chờ tỉnh cập nhật."),
            "unknown_field": self.tr("Máy chủ chưa biết mục này. Chờ tỉnh cập nhật."),
            "bad_id": self.tr("Mã của dữ liệu không hợp lệ. Báo người quản lý của tỉnh."),
            "bad_value": self.tr("Có giá trị máy chủ không nhận. Mở phiếu, nhập lại rồi lưu."),
            "too_long": self.tr("Có câu trả lời quá dài. Mở phiếu, rút gọn rồi lưu."),
            "exists": self.tr("Đã có ở máy chủ. Mở phiếu, xem lại rồi lưu."),
            "missing": self.tr("Máy chủ chưa có dữ liệu gốc. Mở phiếu, sửa rồi lưu lại."),
            "handed_over": self.tr(
                "Xã đã chuyển sang cơ quan tổng hợp khác: cơ quan ấy quyết định, đây không làm gì."
            ),
            "moved": self.tr("Người này đã chuyển đi xã khác. Nếu chưa đi, hủy việc chuyển đi."),
            "group": self.tr("Lưu cùng một chỗ máy chủ không nhận. Mở phiếu, xem rồi lưu lại."),
        }
        return reasons.get(code, self.tr("Máy chủ chưa nhận. Mở phiếu, xem lại rồi lưu."))

    def review(self, review: Review) -> str:
        """The collecting office's decision."""
        return {
            Review.WAITING: self.tr("Chờ tiếp nhận"),
            Review.ACCEPTED: self.tr("Đã nhận"),
            Review.RETURNED: self.tr("Đã trả lại"),
        }[review]

    def change_state(self, state: ChangeState) -> str:
        """How far a change is."""
        return {
            ChangeState.WAITING: self.tr("Chỉ có trên máy này"),
            ChangeState.RECEIPTED: self.tr("Đã có biên nhận"),
            ChangeState.MERGED: self.tr("Đã nhận, ghép với máy khác"),
            ChangeState.CLASH: self.tr("Trùng với máy khác, giữ cả hai"),
            ChangeState.HELD: self.tr("Máy chủ chưa nhận"),
            ChangeState.SENT: self.tr("Đã gửi, chờ biên nhận"),
            ChangeState.DROPPED: self.tr("Đã bỏ, máy chủ không nhận"),
        }[state]

    def document(self, document_type: str) -> str:
        """What kind of document a change is about."""
        return {
            "household": self.tr("Hộ gia đình"),
            "person": self.tr("Người"),
            "record": self.tr("Phiếu lao động"),
            "check": self.tr("Kiểm tra của công an"),
            "submission": self.tr("Phiếu đã nộp"),
        }.get(document_type, self.tr("Khác"))

    def person_field(self, field: str) -> str:
        """A field of a person's identity."""
        return {
            "full_name": self.tr("Họ, tên đệm, tên"),
            "birth_date": self.tr("Ngày, tháng, năm sinh"),
            "sex": self.tr("Giới tính"),
            "id_number": self.tr("Số định danh/CCCD"),
            "old_id_number": self.tr("Số CMND/CCCD cũ"),
            "native_place": self.tr("Quê quán"),
            "permanent_residence": self.tr("Nơi đăng ký thường trú"),
            "dwelling": self.tr("Nơi ở hiện tại"),
            "ethnicity": self.tr("Dân tộc"),
        }.get(field, self.tr("Thông tin khác"))

    def person_value(self, field: str, value: str) -> str:
        """An identity value as people read it."""
        if field == "birth_date":
            return dates.display(value)
        if field == "sex":
            return {"1": self.tr("Nam"), "2": self.tr("Nữ")}.get(value, value)
        return value

    def sexes(self) -> tuple[tuple[str, str], ...]:
        """What may be chosen: codes and words."""
        return tuple((code, self.person_value("sex", code)) for code in ("1", "2"))

    def flag(self, code_name: str) -> str:
        """Why a person was sent to the police, in a few words."""
        return self._short().get(code_name, self.tr("Cần kiểm tra danh tính"))

    def warning(self, code_name: str) -> str:
        """What a confirmed warning was about, in a few words; its values stayed in the form."""
        return self._short().get(code_name, self.tr("Cảnh báo của biểu mẫu"))

    def _short(self) -> dict[str, str]:
        return {
            "ID_001": self.tr("Số định danh không đủ 12 chữ số"),
            "ID_002": self.tr("Số định danh thiếu số 0 ở đầu"),
            "ID_003": self.tr("Số định danh có chữ cái"),
            "ID_004": self.tr("Số định danh có ký tự lạ"),
            "ID_005": self.tr("Chỉ có số CMND 9 số"),
            "ID_006": self.tr("Chưa có số định danh"),
            "ID_007": self.tr("Ba số đầu không có trong danh mục"),
            "ID_009": self.tr("Số định danh mâu thuẫn giới tính"),
            "ID_010": self.tr("Số định danh mâu thuẫn năm sinh"),
            "ID_011": self.tr("Số định danh cho năm sinh ở tương lai"),
            "ID_013": self.tr("Trùng số với người khác trong sổ"),
            "ID_021": self.tr("Năm sinh trước 1900"),
            "ID_030": self.tr("Họ tên có chữ số hoặc dấu lạ"),
        }
