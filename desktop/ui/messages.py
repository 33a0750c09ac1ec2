"""The one place where a problem becomes words: what happened, and what to do next.

Complete by test: every ``Problem`` has its sentence and its next step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject

from desktop.domain.passphrases import MIN_CHARACTERS, MIN_WORDS
from desktop.errors import Problem


@dataclass(frozen=True, slots=True)
class Message:
    """Words for the officer."""

    sentence: str
    next_step: str

    @property
    def text(self) -> str:
        """Both in one line."""
        return f"{self.sentence} {self.next_step}"


class Messages(QObject):
    """Makes the words; a ``QObject`` so that ``tr`` finds its context."""

    def explain(self, problem: Problem, parameters: Mapping[str, str] | None = None) -> Message:
        """What to tell the officer. Parameters a sentence does not know are left unsaid."""
        sentence, next_step = self._table()[problem]
        return Message(_filled(sentence, parameters), _filled(next_step, parameters))

    def unexpected(self) -> Message:
        """For a bug: nothing about a person stands in it."""
        return self.explain(Problem.UNEXPECTED)

    def wiped(self, is_known: bool) -> str:
        """The register is gone from this PC; does the province know?"""
        if is_known:
            return self.tr("Đã xóa khóa và sổ trên máy này. Tỉnh đã biết máy ngừng dùng.")
        return self.tr(
            "Đã xóa khóa và sổ trên máy này. Chưa báo được cho tỉnh: hãy báo người quản lý của "
            "tỉnh thu hồi máy này."
        )

    def _table(self) -> Mapping[Problem, tuple[str, str]]:
        return {
            **self._about_opening(),
            **self._about_keys(),
            **self._about_disks(),
            **self._about_sync(),
            **self._about_parcels(),
            **self._about_packs(),
            **self._about_work(),
        }

    def _about_opening(self) -> Mapping[Problem, tuple[str, str]]:
        return {
            Problem.WRONG_PASSPHRASE: (
                self.tr("Mật khẩu không đúng."),
                self.tr("Kiểm tra phím Caps Lock và bộ gõ tiếng Việt rồi nhập lại."),
            ),
            Problem.PASSPHRASE_TOO_SHORT: (
                self.tr("Mật khẩu quá ngắn."),
                self.tr("Dùng ít nhất {n} ký tự hoặc {m} từ; nên là một câu dễ nhớ.").format(
                    n=MIN_CHARACTERS, m=MIN_WORDS
                ),
            ),
            Problem.KEY_FILE_DAMAGED: (
                self.tr("Tệp khóa của sổ bị hỏng nên chưa mở được sổ."),
                self.tr("Đừng xóa gì; chép lại tệp keys.json từ bản sao lưu rồi mở lại."),
            ),
            Problem.KEY_FILE_MISSING: (
                self.tr("Không thấy tệp khóa của sổ."),
                self.tr("Chép lại tệp keys.json từ bản sao lưu vào thư mục sổ rồi mở lại."),
            ),
            Problem.REGISTER_DAMAGED: (
                self.tr("Tệp sổ bị hỏng, không đọc được."),
                self.tr("Đừng xóa gì; ở màn hình mở sổ bấm “Mở từ bản sao lưu”."),
            ),
            Problem.REGISTER_MISSING: (
                self.tr("Không thấy tệp sổ trong thư mục đã chọn."),
                self.tr("Kiểm tra ổ đĩa hoặc thư mục của sổ rồi mở lại."),
            ),
            Problem.REGISTER_NEWER: (
                self.tr("Sổ này được tạo bằng phiên bản chương trình mới hơn."),
                self.tr("Cập nhật chương trình rồi mở lại; sổ không bị thay đổi."),
            ),
            Problem.REGISTER_EXISTS: (
                self.tr("Thư mục này đã có một sổ."),
                self.tr("Mở sổ đang có bằng mật khẩu của nó."),
            ),
            Problem.REGISTER_IN_USE: (
                self.tr("Sổ đang được mở ở một cửa sổ khác."),
                self.tr("Chuyển sang cửa sổ đó, hoặc đóng nó rồi mở lại sổ ở đây."),
            ),
            Problem.FOLDER_NOT_WRITABLE: (
                self.tr("Không ghi được vào thư mục của sổ."),
                self.tr("Kiểm tra quyền ghi của thư mục hoặc khóa chống ghi của ổ đĩa."),
            ),
            Problem.DISK_FULL: (
                self.tr("Ổ đĩa đã đầy nên chưa ghi được; những gì đã lưu vẫn an toàn."),
                self.tr("Giải phóng dung lượng rồi làm lại."),
            ),
            Problem.STORE_FAILED: (
                self.tr("Chưa ghi được vào sổ."),
                self.tr("Đóng chương trình, mở lại sổ rồi làm lại thao tác vừa rồi."),
            ),
            Problem.STORE_BUSY: (
                self.tr("Một chương trình khác đang giữ tệp sổ nên chưa ghi được."),
                self.tr("Chờ phần mềm diệt virus hoặc sao lưu chạy xong rồi lưu lại."),
            ),
        }

    def _about_disks(self) -> Mapping[Problem, tuple[str, str]]:
        return {
            Problem.WAL_MISSING: (
                self.tr(
                    "Thiếu tệp register.db-wal: phần vừa nhập ở lần trước có thể nằm trong đó."
                ),
                self.tr(
                    "Chép tệp đó lại vào thư mục sổ nếu có; nếu không, mở lại lần nữa: sổ mở với "
                    "những gì đã ghi trước đó, rồi đồng bộ và xem lại phần vừa nhập."
                ),
            ),
            Problem.FILE_HELD: (
                self.tr("Một chương trình khác, thường là diệt virus, đang giữ tệp sổ."),
                self.tr("Chờ một phút rồi mở lại; nếu vẫn vậy, cho thư mục sổ vào mục loại trừ."),
            ),
            Problem.SPACE_LOW: (
                self.tr("Ổ đĩa sắp đầy."),
                self.tr("Giải phóng dung lượng sớm; dữ liệu đã lưu vẫn an toàn."),
            ),
            Problem.FOLDER_ON_NETWORK: (
                self.tr("Thư mục sổ nằm trên ổ mạng, nơi sổ có thể bị hỏng khi mạng chập chờn."),
                self.tr("Đóng chương trình, chép cả thư mục sổ vào ổ đĩa của máy rồi mở ở đó."),
            ),
            Problem.FOLDER_IN_CLOUD: (
                self.tr("Thư mục sổ nằm trong thư mục tự đồng bộ lên mạng (OneDrive, Dropbox…)."),
                self.tr("Đóng chương trình, chuyển thư mục sổ ra ngoài thư mục đó rồi mở lại."),
            ),
            Problem.BACKUP_FOLDER_GONE: (
                self.tr("Không thấy thư mục hoặc USB để sao lưu."),
                self.tr("Cắm lại USB rồi sao lưu lại; các bản sao lưu cũ không thay đổi."),
            ),
            Problem.BACKUP_FOLDER_READ_ONLY: (
                self.tr("Không ghi được vào thư mục sao lưu."),
                self.tr("Gạt khóa chống ghi của USB hoặc chọn thư mục khác rồi sao lưu lại."),
            ),
            Problem.BACKUP_FOLDER_FULL: (
                self.tr("Nơi sao lưu không còn đủ chỗ."),
                self.tr("Giải phóng dung lượng hoặc dùng USB khác; các bản cũ vẫn còn nguyên."),
            ),
            Problem.SNAPSHOT_DAMAGED: (
                self.tr("Bản sao lưu này bị hỏng hoặc không đủ tệp."),
                self.tr("Chọn bản sao lưu khác; sổ đang dùng không bị thay đổi."),
            ),
        }

    def _about_keys(self) -> Mapping[Problem, tuple[str, str]]:
        return {
            Problem.PASSPHRASE_COMMON: (
                self.tr("Mật khẩu này dễ bị đoán ra."),
                self.tr("Đặt một câu của riêng mình."),
            ),
            Problem.TOO_MANY_TRIES: (
                self.tr("Nhập sai mật khẩu quá nhiều lần."),
                self.tr("Chờ hết giờ rồi nhập lại, hoặc bấm “Quên mật khẩu”."),
            ),
            Problem.KEY_FILE_ALTERED: (
                self.tr("Tệp khóa của sổ đã bị sửa ngoài chương trình."),
                self.tr("Chép lại cả hai tệp khóa từ bản sao lưu rồi mở lại."),
            ),
            Problem.KEY_FILE_MENDED: (
                self.tr("Một bản của tệp khóa bị hỏng và đã được làm lại."),
                self.tr("Nếu lặp lại, nhờ kiểm tra ổ đĩa."),
            ),
            Problem.KEY_FILE_OLDER: (
                self.tr("Tệp khóa đã bị thay bằng một tệp cũ: mật khẩu cũ có thể mở lại được."),
                self.tr("Báo người quản lý sổ: xem lại người dùng rồi bấm “Đổi khóa của sổ”."),
            ),
            Problem.UNSENT_CHANGES: (
                self.tr("Vẫn còn thay đổi chỉ có trên máy này."),
                self.tr("Đồng bộ, hoặc gửi bằng tệp rồi nhận tệp biên nhận; sau đó làm lại."),
            ),
            Problem.DRAFTS_LEFT: (
                self.tr("Trên máy này còn phiếu hoặc ghi chú đang gõ dở, chưa lưu."),
                self.tr("Mở và lưu chúng, hoặc đánh dấu là bỏ hẳn; sau đó làm lại."),
            ),
            Problem.NAME_MISTYPED: (
                self.tr("Tên gõ vào không phải tên của anh/chị trong sổ này."),
                self.tr("Gõ đúng tên như ở góc dưới bên trái rồi bấm lại."),
            ),
            Problem.FILTER_NAME_TAKEN: (
                self.tr("Đã có bộ lọc mang tên này."),
                self.tr("Đặt một tên khác, hoặc xóa bộ lọc kia trước."),
            ),
            Problem.USER_EXISTS: (
                self.tr("Đã có người dùng mang tên này."),
                self.tr("Ghi thêm tên đệm hoặc chức danh để phân biệt hai người."),
            ),
            Problem.USER_UNKNOWN: (
                self.tr("Không có người dùng này trong sổ."),
                self.tr("Chọn một tên trong danh sách người dùng."),
            ),
            Problem.LAST_MANAGER: (
                self.tr("Không xóa được người quản lý cuối cùng."),
                self.tr("Thêm một người quản lý khác trước rồi xóa."),
            ),
            Problem.NOT_MANAGER: (
                self.tr("Chỉ người quản lý sổ làm được việc này."),
                self.tr("Nhờ người quản lý mở sổ rồi làm."),
            ),
            Problem.NOT_PERMITTED: (
                self.tr("Phiếu này chỉ dành cho người được cấp quyền xem mục hạn chế."),
                self.tr("Cần xem thì nhờ người đã có quyền hoặc người quản lý đầu tiên cấp."),
            ),
            Problem.MUST_OPEN_FIRST: (
                self.tr("Có người dùng chưa mở sổ bằng phiên bản này."),
                self.tr("Nhờ người ấy mở sổ một lần rồi làm lại."),
            ),
            Problem.ROTATION_DUE: (
                self.tr("Khóa của sổ chưa được đổi xong sau khi xóa một người."),
                self.tr("Người quản lý đổi khóa lại ở trang Người dùng; sổ vẫn dùng được."),
            ),
            Problem.NOT_REMEMBERED: (
                self.tr("Máy này không còn nhớ người dùng nào."),
                self.tr("Nhập mật khẩu để mở sổ."),
            ),
            Problem.CUT_SETTLED: (
                self.tr("Lần trước máy tắt giữa lúc nâng cấp, đổi khóa hoặc khôi phục sổ."),
                self.tr("Sổ đã tự trở lại nguyên vẹn; không phải làm gì thêm."),
            ),
            Problem.CODE_MISTYPED: (
                self.tr("Mã có chỗ gõ sai."),
                self.tr("So từng nhóm chữ với bản in hoặc tin nhắn rồi sửa lại."),
            ),
            Problem.CODE_WRONG: (
                self.tr("Mã khôi phục này không mở được sổ."),
                self.tr("Tìm bản in mới nhất, hoặc gửi yêu cầu lên tỉnh."),
            ),
            Problem.NO_PRINTED_CODE: (
                self.tr("Sổ này chưa in mã khôi phục lần nào."),
                self.tr("Gửi yêu cầu khôi phục lên tỉnh."),
            ),
            Problem.NO_PROVINCE_KEY: (
                self.tr("Sổ này chưa có khóa khôi phục của tỉnh."),
                self.tr("Dùng mã đã in, hoặc nhờ người quản lý đặt lại mật khẩu."),
            ),
            Problem.NO_REQUEST: (
                self.tr("Không có yêu cầu khôi phục nào đang chờ."),
                self.tr("Tạo yêu cầu mới rồi gửi lên tỉnh."),
            ),
            Problem.REQUEST_EXPIRED: (
                self.tr("Yêu cầu khôi phục đã quá 24 giờ."),
                self.tr("Tạo yêu cầu mới; kiểm tra cả ngày giờ của máy."),
            ),
            Problem.ANSWER_OF_ANOTHER: (
                self.tr("Mã trả lời này thuộc yêu cầu khác."),
                self.tr("Dùng mã cho yêu cầu mới nhất của máy này."),
            ),
        }

    def _about_parcels(self) -> Mapping[Problem, tuple[str, str]]:
        write_anew = self.tr("Ở máy gửi, làm lại tệp mới rồi chép sang.")
        return {
            Problem.PARCEL_NO_DIRECTORY: (
                self.tr("Máy này chưa có danh bạ các cơ quan của tỉnh."),
                self.tr("Đồng bộ qua mạng một lần; sau đó gửi và nhận tệp không cần mạng."),
            ),
            Problem.PARCEL_RECIPIENT_UNKNOWN: (
                self.tr("Không còn nơi nhận này trong danh bạ của tỉnh."),
                self.tr("Mở lại trang này rồi chọn nơi nhận trong danh sách."),
            ),
            Problem.PARCEL_GONE: (
                self.tr("Không thấy tệp đã chọn."),
                self.tr("Cắm lại USB rồi chọn lại tệp."),
            ),
            Problem.PARCEL_NOT_ONE: (
                self.tr("Đây không phải tệp gửi nhận của Sổ An Sinh."),
                self.tr("Chọn tệp có đuôi .goi do một máy khác làm ra."),
            ),
            Problem.PARCEL_NEWER: (
                self.tr("Tệp này do phiên bản chương trình mới hơn làm ra."),
                self.tr("Cập nhật chương trình ở máy này rồi nhận lại; tệp vẫn còn nguyên."),
            ),
            Problem.PARCEL_FOR_OTHERS: (
                self.tr("Tệp này gửi cho máy khác nên máy này không mở được."),
                self.tr("Đưa tệp đến đúng nơi nhận; chỉ máy đó mới đọc được."),
            ),
            Problem.PARCEL_CUT: (
                self.tr("Tệp bị thiếu phần cuối."),
                self.tr("Chép lại tệp từ máy gửi; rút USB đúng cách để chép cho hết."),
            ),
            Problem.PARCEL_DAMAGED: (
                self.tr("Tệp bị hỏng hoặc bị sửa trên đường đi; máy này chưa nhận gì từ tệp."),
                write_anew,
            ),
            Problem.PARCEL_TOO_LARGE: (
                self.tr("Tệp quá lớn nên không nhận."),
                self.tr("Gửi tệp này thẳng cho tỉnh, hoặc đồng bộ qua mạng."),
            ),
            Problem.PARCEL_FORGED: (
                self.tr("Chữ ký trong tệp không đúng; máy này chưa nhận gì từ tệp."),
                self.tr("Hỏi lại nơi gửi có thật đã gửi không; nếu có, xin tệp mới."),
            ),
            Problem.PARCEL_OTHER_PROVINCE: (
                self.tr("Tệp này của một tỉnh khác."),
                self.tr("Trả tệp lại nơi gửi; dữ liệu hai tỉnh không nhập chung."),
            ),
            Problem.PARCEL_SENDER_UNKNOWN: (
                self.tr("Danh bạ của máy này chưa có máy đã gửi tệp."),
                self.tr("Đồng bộ một lần hoặc nhận tệp mới của máy chủ, rồi nhận lại tệp này."),
            ),
            Problem.PARCEL_SENDER_REVOKED: (
                self.tr("Máy gửi tệp này đã bị tỉnh thu hồi."),
                self.tr("Không dùng tệp này; báo cho tỉnh biết nó từ đâu đến."),
            ),
            Problem.PARCEL_REPLAYED: (
                self.tr("Số của tệp này đã dùng cho một tệp khác đã nhận trước đây."),
                self.tr("Nếu máy gửi vừa khôi phục sổ: cho máy đó đồng bộ rồi làm tệp mới."),
            ),
            Problem.PARCEL_BEHIND: (
                self.tr("Dữ liệu trong tệp chưa nối tiếp với sổ này; phần biên nhận đã ghi."),
                self.tr("Làm một tệp mới gửi máy chủ để xin lại cho đủ."),
            ),
            Problem.PARCEL_SEND_AGAIN: (
                self.tr("Máy chủ chưa nhận hết các thay đổi; chúng vẫn còn nguyên trên máy này."),
                self.tr("Làm một tệp mới gửi máy chủ."),
            ),
        }

    def _about_sync(self) -> Mapping[Problem, tuple[str, str]]:
        return {
            Problem.NOT_ENROLLED: (
                self.tr("Máy này chưa kết nối với máy chủ của tỉnh."),
                self.tr("Nhập địa chỉ máy chủ và mã kết nối ở trang Đồng bộ."),
            ),
            Problem.ALREADY_ENROLLED: (
                self.tr("Máy này đã kết nối với máy chủ."),
                self.tr("Bấm Đồng bộ ngay để gửi và nhận dữ liệu."),
            ),
            Problem.BAD_CODE: (
                self.tr("Mã kết nối không đúng, đã dùng hoặc đã hết hạn."),
                self.tr("Xem lại mã; nếu vẫn không được, xin tỉnh cấp mã mới."),
            ),
            Problem.BY_FILE_ONLY: (
                self.tr("Máy này kết nối với tỉnh bằng tệp nên không đồng bộ qua mạng."),
                self.tr("Dùng trang Gửi, nhận tệp: làm tệp gửi máy chủ, rồi nhận tệp trả lời."),
            ),
            Problem.ANSWER_UNASKED: (
                self.tr("Máy này chưa có yêu cầu kết nối nào ứng với tệp trả lời này."),
                self.tr("Nhận tệp trả lời cho yêu cầu mới nhất, hoặc làm lại tệp yêu cầu."),
            ),
            Problem.BAD_ADDRESS: (
                self.tr("Địa chỉ máy chủ không hợp lệ."),
                self.tr("Địa chỉ bắt đầu bằng https:// – chép đúng như tỉnh cung cấp."),
            ),
            Problem.SERVER_UNREACHABLE: (
                self.tr("Không kết nối được với máy chủ."),
                self.tr("Kiểm tra mạng rồi đồng bộ lại; dữ liệu vẫn an toàn trên máy này."),
            ),
            Problem.CONNECTION_CUT: (
                self.tr("Kết nối bị ngắt giữa chừng."),
                self.tr("Đồng bộ lại khi có mạng; không có gì bị mất hoặc gửi hai lần."),
            ),
            Problem.CERTIFICATE_REJECTED: (
                self.tr("Chứng thư của máy chủ không được tin cậy nên đã dừng kết nối."),
                self.tr("Đừng tiếp tục; hỏi tỉnh đúng địa chỉ và tệp chứng thư (CA)."),
            ),
            Problem.NOT_OUR_SERVER: (
                self.tr("Địa chỉ này trả lời không phải máy chủ Sổ An Sinh."),
                self.tr("Kiểm tra địa chỉ; nếu mạng đòi đăng nhập, hãy đăng nhập trước."),
            ),
            Problem.NOT_OUR_BOX: (
                self.tr("Máy của xã không chứng minh được là máy mà tỉnh đã cấp."),
                self.tr("Không nhận gì từ máy đó; dữ liệu còn ở máy này. Báo tỉnh kiểm tra."),
            ),
            Problem.SERVER_FAILED: (
                self.tr("Máy chủ gặp lỗi."),
                self.tr("Thử lại sau ít phút; dữ liệu vẫn an toàn trên máy này."),
            ),
            Problem.SERVER_BUSY: (
                self.tr("Máy chủ đang bận."),
                self.tr("Chương trình sẽ gửi tiếp ở lần đồng bộ sau."),
            ),
            Problem.DEVICE_REVOKED: (
                self.tr("Tỉnh đã thu hồi quyền kết nối của máy này."),
                self.tr("Đừng xóa gì; liên hệ tỉnh để được cấp mã kết nối mới."),
            ),
            Problem.PROTOCOL_MISMATCH: (
                self.tr("Chương trình và máy chủ không cùng phiên bản."),
                self.tr("Cập nhật chương trình rồi đồng bộ lại."),
            ),
            Problem.CHANGES_MISSING: (
                self.tr("Máy chủ báo thiếu một số thay đổi mà máy này không còn giữ."),
                self.tr("Đừng xóa gì; báo bộ phận hỗ trợ của tỉnh."),
            ),
            Problem.DIVERGED: (
                self.tr("Sổ trên máy này và máy chủ vẫn khác nhau sau khi đã tải lại."),
                self.tr("Đồng bộ lại một lần nữa; nếu vẫn còn, báo bộ phận hỗ trợ của tỉnh."),
            ),
            Problem.COMMUNE_MISMATCH: (
                self.tr("Mã này là của cơ quan khác: nơi đó không phụ trách xã của sổ này."),
                self.tr("Hỏi tỉnh mã dành cho đúng cơ quan của xã này."),
            ),
            Problem.TRAINING_MISMATCH: (
                self.tr("Sổ tập huấn và sổ thật không được lẫn vào nhau."),
                self.tr("Dùng đúng sổ, đúng địa chỉ máy chủ hoặc đúng bản sao lưu."),
            ),
        }

    def _about_packs(self) -> Mapping[Problem, tuple[str, str]]:
        ask_again = self.tr("Xin tỉnh gửi lại tệp cập nhật; sổ vẫn dùng bản cũ.")
        return {
            Problem.PACK_NO_KEY: (
                self.tr("Máy này chưa biết khóa của tỉnh nên chưa kiểm tra được bản cập nhật."),
                self.tr("Kết nối máy với tỉnh, hoặc đồng bộ một lần, rồi làm lại."),
            ),
            Problem.PACK_GONE: (
                self.tr("Không đọc được tệp đã chọn."),
                self.tr("Cắm lại USB rồi chọn lại tệp."),
            ),
            Problem.PACK_NOT_ONE: (
                self.tr("Đây không phải tệp cập nhật của tỉnh."),
                self.tr("Chọn tệp có đuôi .pack do tỉnh làm ra."),
            ),
            Problem.PACK_NEWER: (
                self.tr("Bản cập nhật này cần phiên bản chương trình mới hơn."),
                self.tr("Cập nhật chương trình ở máy này rồi nhận lại; sổ vẫn dùng bản cũ."),
            ),
            Problem.PACK_DAMAGED: (
                self.tr("Bản cập nhật bị hỏng hoặc bị sửa trên đường đi; sổ không nhận gì."),
                ask_again,
            ),
            Problem.PACK_TOO_LARGE: (
                self.tr("Bản cập nhật quá lớn nên không nhận."),
                ask_again,
            ),
            Problem.PACK_SIGNER_UNKNOWN: (
                self.tr("Bản cập nhật không do tỉnh của máy này ký."),
                self.tr("Không dùng tệp này; báo cho tỉnh biết nó từ đâu đến."),
            ),
            Problem.PACK_OTHER_PROVINCE: (
                self.tr("Bản cập nhật này của tỉnh khác."),
                self.tr("Xin bản cập nhật của tỉnh mình."),
            ),
            Problem.PACK_OLDER: (
                self.tr("Sổ đã có bản cập nhật mới hơn bản này."),
                self.tr("Không cần làm gì: sổ vẫn dùng bản mới."),
            ),
            Problem.PACK_DIFFERS: (
                self.tr("Bản cập nhật có một phiên bản mà ở đây đã có với nội dung khác."),
                self.tr("Báo cho tỉnh: một bản đã ban hành không được đổi; sổ vẫn dùng bản cũ."),
            ),
            Problem.PACK_UNUSABLE: (
                self.tr("Chương trình ở máy này không dùng được bản cập nhật này."),
                self.tr("Cập nhật chương trình rồi nhận lại; nếu vẫn vậy thì báo cho tỉnh."),
            ),
        }

    def _about_work(self) -> Mapping[Problem, tuple[str, str]]:
        return {
            Problem.GONE: (
                self.tr("Mục này không còn trong sổ."),
                self.tr("Danh sách vừa được cập nhật; hãy chọn lại."),
            ),
            Problem.CLASH_WAITS: (
                self.tr("Ô này đang có hai giá trị khác nhau, chưa ai chọn nên chưa ghi đè."),
                self.tr("Mở trang Quyết định, chọn một giá trị, rồi sửa lại nếu cần."),
            ),
            Problem.FORM_NEWER: (
                self.tr("Phiếu này lập theo biểu mẫu mà chương trình ở máy này chưa có."),
                self.tr("Cập nhật chương trình rồi mở lại; phiếu không bị thay đổi."),
            ),
            Problem.ALREADY_ANSWERED: (
                self.tr("Mục này đã có kết quả trước đó."),
                self.tr("Xem kết quả trong danh sách đã xử lý."),
            ),
            Problem.ANSWER_TOO_LONG: (
                self.tr("Có câu trả lời hoặc lý do quá dài, máy chủ không nhận nên chưa lưu."),
                self.tr("Rút gọn phần chữ quá dài (thường do dán nhầm) rồi lưu lại."),
            ),
            Problem.REASON_MISSING: (
                self.tr("Chưa ghi lý do."),
                self.tr("Ghi lý do cho từng mục đã chọn rồi thực hiện lại."),
            ),
            Problem.HANDED_IN: (
                self.tr("Đã có phiếu nộp của người này nên không xóa được."),
                self.tr("Nếu người này trùng với người khác, hãy gộp hai người."),
            ),
            Problem.HOUSEHOLD_LIVED_IN: (
                self.tr("Trong hộ còn người nên chưa xóa được hộ."),
                self.tr("Chuyển hoặc xóa từng người trong hộ trước, rồi xóa hộ."),
            ),
            Problem.NAME_MISSING: (
                self.tr("Chưa ghi họ tên."),
                self.tr("Ghi họ và tên rồi bấm Enter."),
            ),
            Problem.EVENT_UNPAPERED: (
                self.tr("Chưa ghi ngày hoặc giấy tờ."),
                self.tr("Ghi ngày xảy ra và giấy tờ làm căn cứ (số, nơi cấp) rồi ghi lại."),
            ),
            Problem.HOUSEHOLD_UNKNOWN: (
                self.tr("Không rõ là hộ nào."),
                self.tr("Ghi đúng số hộ, hoặc số định danh của một người trong hộ ấy."),
            ),
            Problem.HOUSEHOLD_EMPTIED: (
                self.tr("Tách hộ phải có người đi và người ở lại."),
                self.tr("Chọn những người sang hộ mới và chủ hộ mới trong số đó."),
            ),
            Problem.PERSON_ELSEWHERE: (
                self.tr("Hai người này thuộc hai xã nên không gộp được."),
                self.tr("Ghi chuyển đi ở xã cũ; khi người ấy về một xã thì gộp."),
            ),
            Problem.COMMUNE_UNKNOWN: (
                self.tr("Chưa chọn đúng xã chuyển đến."),
                self.tr("Chọn một xã khác xã này, theo mã 5 chữ số."),
            ),
            Problem.PURPOSE_MISSING: (
                self.tr("Chưa ghi mục đích."),
                self.tr("Ghi ngắn gọn xuất để làm gì, cho ai; mục đích được ghi vào nhật ký."),
            ),
            Problem.NUMBER_WRONG: (
                self.tr("Số định danh chưa đúng."),
                self.tr("Số định danh có 12 chữ số; xem lại số trên CSDLQG rồi ghi lại."),
            ),
            Problem.NUMBER_TAKEN: (
                self.tr("Số định danh này đã có ở một người khác trong sổ."),
                self.tr("Tra lại cả hai người trên CSDLQG rồi ghi lại số đúng."),
            ),
            Problem.SAMPLE_UNFINISHED: (
                self.tr("Mẫu của lô này chưa nhập lại đủ."),
                self.tr("Nhập lại hết các phiếu mẫu từ giấy rồi mới nhận hoặc trả lô."),
            ),
            Problem.PAPER_MISSING: (
                self.tr("Chưa ghi giấy tờ làm căn cứ chốt."),
                self.tr("Ghi số, ngày của quyết định hoặc giấy tờ rồi chốt lại."),
            ),
            Problem.UNEXPECTED: (
                self.tr("Chương trình gặp lỗi ngoài dự kiến."),
                self.tr(
                    "Dữ liệu đã lưu vẫn an toàn. Hãy thử lại; nếu còn lỗi, báo bộ phận hỗ trợ."
                ),
            ),
        }


def _filled(text: str, parameters: Mapping[str, str] | None) -> str:
    for name, value in (parameters or {}).items():
        text = text.replace("{" + name + "}", value)
    return text
