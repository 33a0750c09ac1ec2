"""What the lists are called, and what each asks of the officer."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.domain.worklists import ListGroup, SortBy, WorkList


class ListWords(QObject):
    """The words of lists; a ``QObject`` so that ``tr`` finds its context."""

    def group(self, group: ListGroup) -> str:
        """The heading over some lists."""
        return {
            ListGroup.EVERY_FORM: self.tr("Mọi phiếu"),
            ListGroup.LABOUR: self.tr("Người lao động"),
            ListGroup.CHILDREN: self.tr("Trẻ em (CV 2513)"),
            ListGroup.MERIT: self.tr("Người có công"),
            ListGroup.PAYMENT: self.tr("Chi trả trợ cấp"),
            ListGroup.LIFE: self.tr("Biến động"),
            ListGroup.RESTRICTED: self.tr("Dữ liệu hạn chế"),
        }[group]

    def title(self, worklist: WorkList) -> str:
        """The name of a list."""
        return {
            WorkList.FLAGGED: self.tr("Có nghi vấn"),
            WorkList.RETURNED: self.tr("Bị trả lại"),
            WorkList.WAITING: self.tr("Đang chờ công an"),
            WorkList.UNCHECKED: self.tr("Chưa hỏi công an"),
            WorkList.UNSENT: self.tr("Chưa gửi về tỉnh"),
            WorkList.NO_LABOUR: self.tr("Chưa lập Mẫu 03"),
            WorkList.NO_CHILD: self.tr("Chưa lập phiếu trẻ em"),
            WorkList.CHILD_NO_CARD: self.tr("Chưa có CCCD, CMND"),
            WorkList.CHILD_NO_ID: self.tr("Chưa có số định danh"),
            WorkList.CHILD_WRONG_ID: self.tr("Số định danh sai dạng"),
            WorkList.CHILD_WRONG_CARD: self.tr("Số thẻ sai dạng"),
            WorkList.CHILD_BASICS: self.tr("Thiếu thông tin cơ bản"),
            WorkList.CHILD_NEWBORN: self.tr("Trẻ mới sinh"),
            WorkList.MERIT_UNCHECKED: self.tr("NCC chưa đối chiếu"),
            WorkList.MERIT_NOT_FOUND: self.tr("NCC không có ở CSDLQG"),
            WorkList.MERIT_DIFFERS: self.tr("NCC có khác biệt"),
            WorkList.NO_ACCOUNT: self.tr("Chưa có tài khoản"),
            WorkList.GONE: self.tr("Đã mất hoặc chuyển đi"),
            WorkList.RESTRICTED_DRAFTS: self.tr("Phiếu riêng chưa nộp"),
            WorkList.RESTRICTED_RETURNED: self.tr("Phiếu riêng bị trả lại"),
        }[worklist]

    def meaning(self, worklist: WorkList) -> str:
        """Who stands there, and what to do."""
        return {
            WorkList.FLAGGED: self.tr(
                "Giấy tờ có chỗ nghi vấn. Xem lại với giấy gốc, hoặc gửi công an kiểm tra."
            ),
            WorkList.RETURNED: self.tr("Nơi nhận trả phiếu kèm lý do. Enter mở đúng câu cần sửa."),
            WorkList.WAITING: self.tr("Đã gửi công an xã, chưa có kết quả."),
            WorkList.UNCHECKED: self.tr("Chưa lần nào gửi công an xã đối chiếu."),
            WorkList.UNSENT: self.tr(
                "Có thay đổi chỉ nằm trên máy này. Đồng bộ hoặc gửi tệp để nơi nhận có biên nhận."
            ),
            WorkList.NO_LABOUR: self.tr("Từ đủ 15 tuổi, chưa có phiếu thông tin người lao động."),
            WorkList.NO_CHILD: self.tr("Dưới 16 tuổi, chưa có phiếu thông tin trẻ em."),
            WorkList.CHILD_NO_CARD: self.tr(
                "Lỗi E1. Chỉ để biết: trẻ dưới 14 tuổi thường chưa có thẻ."
            ),
            WorkList.CHILD_NO_ID: self.tr("Lỗi E2. Gửi công an xã để được cung cấp số định danh."),
            WorkList.CHILD_WRONG_ID: self.tr("Lỗi E3. Số định danh phải có đủ 12 chữ số."),
            WorkList.CHILD_WRONG_CARD: self.tr("Lỗi E4. CCCD có 12 chữ số, CMND có 9 chữ số."),
            WorkList.CHILD_BASICS: self.tr(
                "Lỗi E5. Thiếu họ tên, ngày sinh, giới tính, dân tộc, cha mẹ hoặc nơi khai sinh."
            ),
            WorkList.CHILD_NEWBORN: self.tr(
                "Lỗi E6. Dưới 1 tuổi, chưa có mã trên phần mềm quản lý trẻ em."
            ),
            WorkList.MERIT_UNCHECKED: self.tr("Có phiếu người có công, chưa gửi công an xã."),
            WorkList.MERIT_NOT_FOUND: self.tr(
                "Công an xã tra không thấy. Báo Phòng LĐTBXH theo Quy trình 3936."
            ),
            WorkList.MERIT_DIFFERS: self.tr(
                "Khác hồ sơ ở họ tên, ngày sinh, quê quán hoặc thường trú, chưa có giấy chốt."
            ),
            WorkList.NO_ACCOUNT: self.tr("Đang hưởng trợ cấp, chưa ghi tài khoản nhận tiền."),
            WorkList.GONE: self.tr("Không còn trong các danh sách khác. Mở hộ (F3) để hoàn tác."),
            WorkList.RESTRICTED_DRAFTS: self.tr(
                "Chỉ người có quyền thấy. Không xuất, không gửi chung với danh sách khác."
            ),
            WorkList.RESTRICTED_RETURNED: self.tr(
                "Chỉ người có quyền thấy. Không xuất, không gửi chung với danh sách khác."
            ),
        }[worklist]

    def order(self, by: SortBy) -> str:
        """What a list is ordered by."""
        return {
            SortBy.NAME: self.tr("Theo tên"),
            SortBy.BIRTH_DATE: self.tr("Theo ngày sinh"),
            SortBy.ID_NUMBER: self.tr("Theo số định danh"),
            SortBy.HAMLET: self.tr("Theo thôn, tổ"),
            SortBy.HOUSEHOLD: self.tr("Theo mã hộ"),
        }[by]
