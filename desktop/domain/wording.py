"""The ledger in plain sentences, for the page, the command and exported lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desktop.domain.ledger import (
    PROGRAM,
    Action,
    ActionGroup,
    FaultKind,
    LedgerCheck,
    LedgerFault,
    LedgerLine,
    SearchKind,
)
from forms.expressions.moments import ZONE

#: Persons and households that are named in one sentence.
NAMED = 3
_DOCUMENTS = frozenset({"person", "household", "record", "submission", "check"})

#: How the commune's box is called where documents say who sent them.
BOX_NAME = "Máy của xã"

#: What was done, as one would head a list of such lines.
ACTION_WORDS: Mapping[Action, str] = {
    Action.REGISTER_CREATE: "Lập sổ",
    Action.REGISTER_OPEN: "Mở sổ",
    Action.REGISTER_CLOSE: "Khóa sổ",
    Action.REGISTER_MIGRATE: "Chuyển sổ sang định dạng mới",
    Action.REGISTER_RESTORE: "Khôi phục từ bản sao lưu",
    Action.PERSON_VIEW: "Mở hồ sơ một người",
    Action.RECORD_VIEW: "Mở phiếu hạn chế",
    Action.CHECK_VIEW: "Công an mở hồ sơ kiểm tra",
    Action.SUBMISSION_VIEW: "Mở phiếu đã nộp",
    Action.PEOPLE_SEARCH: "Tìm người",
    Action.RECORD_SAVE: "Lưu phiếu",
    Action.PERSON_PRELOAD: "Nạp danh sách người",
    Action.PERSON_ADOPT: "Lấy giá trị theo CSDLQG",
    Action.RECORD_SUBMIT: "Nộp phiếu",
    Action.CLASH_DECIDE: "Chọn giữa hai giá trị",
    Action.CHANGE_DROP: "Bỏ thay đổi máy chủ không nhận",
    Action.DOCUMENT_DELETE: "Xóa mục nhập nhầm",
    Action.DOCUMENT_RESTORE: "Lấy lại mục đã xóa",
    Action.PERSON_MERGE: "Gộp hai người trùng",
    Action.PERSON_UNMERGE: "Tách người đã gộp",
    Action.PERSON_DISTINCT: "Ghi nhận là hai người khác nhau",
    Action.PERSON_MOVE_OUT: "Chuyển đi xã khác",
    Action.PERSON_MOVE_CANCEL: "Hủy việc chuyển đi",
    Action.PERSON_RECEIVE: "Tiếp nhận người chuyển đến",
    Action.HOUSEHOLD_EDIT: "Sửa địa chỉ, chủ hộ",
    Action.MEMBER_ADD: "Thêm người vào hộ",
    Action.MEMBER_EDIT: "Sửa thông tin người trong hộ",
    Action.PERSON_HOUSEHOLD: "Chuyển người sang hộ khác",
    Action.PERSON_DEATH: "Ghi báo tử",
    Action.PERSON_DEPARTURE: "Ghi chuyển đi",
    Action.PERSON_ARRIVAL: "Ghi chuyển đến",
    Action.PERSON_CORRECT: "Đính chính theo giấy tờ",
    Action.HOUSEHOLD_SPLIT: "Tách hộ",
    Action.HOUSEHOLD_MERGE: "Nhập hộ",
    Action.EVENT_UNDO: "Hủy biến động đã ghi",
    Action.CHECK_ASK: "Gửi công an kiểm tra",
    Action.CHECK_ANSWER: "Công an trả lời",
    Action.SUBMISSION_ACCEPTED: "Nhận phiếu",
    Action.SUBMISSION_RETURNED: "Trả lại phiếu",
    Action.DEVICE_ENROL: "Kết nối máy với tỉnh",
    Action.DEVICE_LEAVE: "Bàn giao máy, xóa sổ trên máy",
    Action.DEVICE_TOKEN_REUSED: "Máy chủ báo phiên làm việc bị máy khác dùng",
    Action.SYNC_RUN: "Đồng bộ",
    Action.SYNC_RECEIVE: "Nhận dữ liệu từ tỉnh",
    Action.PARCEL_WRITE: "Ghi tệp gửi nơi khác",
    Action.PARCEL_READ: "Nhận tệp của nơi khác",
    Action.PARCEL_CARRY: "Chuyển giúp tệp lên tỉnh",
    Action.PACK_RECEIVE: "Nhận bản cập nhật của tỉnh",
    Action.PACK_APPLY: "Dùng bản cập nhật của tỉnh",
    Action.PACK_REFUSE: "Từ chối bản cập nhật",
    Action.KEY_WRONG_TRIES: "Nhập sai mật khẩu",
    Action.KEY_FILE_MENDED: "Sửa tệp khóa bị hỏng",
    Action.KEY_FILE_OLDER: "Mở bằng tệp khóa cũ",
    Action.KEY_COST_RAISED: "Tăng độ bền của mật khẩu",
    Action.KEY_CHANGE: "Bắt đầu đổi khóa của sổ",
    Action.KEY_CHANGED: "Đổi xong khóa của sổ",
    Action.KEY_CHANGE_SETTLED: "Hoàn tất lần đổi khóa bị ngắt",
    Action.KEY_PRINTED_CODE: "In mã khôi phục",
    Action.KEY_PRINTED_CODE_CONFIRMED: "Xác nhận đã cất mã khôi phục",
    Action.KEY_PROVINCE: "Ghi khóa khôi phục của tỉnh",
    Action.KEY_RECOVERED: "Khôi phục quyền mở sổ",
    Action.USER_ADD: "Thêm người dùng",
    Action.USER_PASSPHRASE: "Đổi mật khẩu",
    Action.USER_PASSPHRASE_RESET: "Đặt lại mật khẩu",
    Action.USER_REMOVE: "Xóa người dùng",
    Action.PERMISSION_GRANT: "Cấp quyền dữ liệu hạn chế",
    Action.PERMISSION_BY_PROVINCE: "Tỉnh cấp quyền dữ liệu hạn chế",
    Action.PERMISSION_REVOKE: "Thu quyền dữ liệu hạn chế",
    Action.BACKUP_TAKE: "Sao lưu",
    Action.BACKUP_FAILED: "Sao lưu không thành",
    Action.DOCTOR_EXPORT: "Xuất báo cáo hỗ trợ",
    Action.LEDGER_VERIFY: "Kiểm tra nhật ký",
    Action.LEDGER_EXPORT: "Xuất nhật ký",
    Action.DIFFERENCE_LIST_EXPORT: "Xuất danh sách sai khác",
    Action.LOT_DECIDE: "Nhận hoặc trả lô phiếu",
    Action.LOT_DRAW: "Chọn mẫu kiểm tra lô phiếu",
    Action.CHECK_TELL: "Chuyển kết quả công an theo phiếu",
    Action.DIFFERENCE_REOPEN: "Mở lại sai khác người có công",
    Action.DIFFERENCE_SETTLE: "Chốt sai khác người có công",
    Action.CHECK_LIST_EXPORT: "Xuất danh sách đã tra cứu",
    Action.PEOPLE_LIST_EXPORT: "Xuất danh sách người dân",
}

GROUP_WORDS: Mapping[ActionGroup, str] = {
    ActionGroup.VIEWS: "Xem hồ sơ",
    ActionGroup.SEARCHES: "Tìm kiếm",
    ActionGroup.CHANGES: "Ghi và nộp phiếu",
    ActionGroup.DECISIONS: "Kiểm tra, tiếp nhận",
    ActionGroup.SYNC: "Đồng bộ",
    ActionGroup.OPENING: "Mở và khóa sổ",
    ActionGroup.KEYS: "Khóa và người dùng",
    ActionGroup.BACKUPS: "Sao lưu, khôi phục",
    ActionGroup.EXPORTS: "Xuất và kiểm tra",
}

#: ``{who}``: the persons and households named; ``{x}``: the name of the object of kind x.
_SENTENCES: Mapping[Action, str] = {
    Action.REGISTER_CREATE: "{by} lập sổ.",
    Action.REGISTER_OPEN: "{by} mở sổ.",
    Action.REGISTER_CLOSE: "{by} khóa sổ.",
    Action.REGISTER_MIGRATE: "Chương trình chuyển sổ sang định dạng mới ({schema}).",
    Action.REGISTER_RESTORE: "{by} khôi phục sổ từ bản sao lưu {snapshot}.",
    Action.PERSON_VIEW: "{by} mở hồ sơ của {who}.",
    Action.RECORD_VIEW: "{by} mở phiếu hạn chế của {who}.",
    Action.PERMISSION_GRANT: "{by} cấp quyền dữ liệu hạn chế cho {user}.",
    Action.PERMISSION_BY_PROVINCE: "Tỉnh cấp quyền dữ liệu hạn chế cho {user}.",
    Action.PERMISSION_REVOKE: "{by} thu quyền dữ liệu hạn chế của {user}.",
    Action.CHECK_VIEW: "{by} mở hồ sơ kiểm tra của {who}.",
    Action.SUBMISSION_VIEW: "{by} mở phiếu đã nộp của {who}.",
    Action.RECORD_SAVE: "{by} lưu phiếu: {who}.",
    Action.PERSON_PRELOAD: "{by} nạp danh sách: {who}.",
    Action.PERSON_ADOPT: "{by} lấy giá trị theo CSDLQG cho {who}.",
    Action.RECORD_SUBMIT: "{by} nộp phiếu của {who}.",
    Action.CLASH_DECIDE: "{by} chọn giữa hai giá trị cho {who}.",
    Action.CHANGE_DROP: "{by} bỏ một thay đổi máy chủ không nhận của {who}.",
    Action.DOCUMENT_DELETE: "{by} xóa: {who}.",
    Action.DOCUMENT_RESTORE: "{by} lấy lại mục đã xóa: {who}.",
    Action.PERSON_MERGE: "{by} gộp {who} vào người trùng.",
    Action.PERSON_UNMERGE: "{by} tách {who} khỏi người đã gộp.",
    Action.PERSON_DISTINCT: "{by} ghi nhận {who} là người khác với người giống tên, số.",
    Action.PERSON_MOVE_OUT: "{by} ghi chuyển đi xã khác: {who}.",
    Action.PERSON_MOVE_CANCEL: "{by} hủy việc chuyển đi của {who}.",
    Action.PERSON_RECEIVE: "{by} tiếp nhận {who} chuyển đến.",
    Action.HOUSEHOLD_EDIT: "{by} sửa địa chỉ hoặc chủ hộ: {who}.",
    Action.MEMBER_ADD: "{by} thêm vào hộ: {who}.",
    Action.MEMBER_EDIT: "{by} sửa thông tin của {who} trên trang hộ.",
    Action.PERSON_HOUSEHOLD: "{by} chuyển sang hộ khác: {who}.",
    Action.PERSON_DEATH: "{by} ghi báo tử: {who}.",
    Action.PERSON_DEPARTURE: "{by} ghi chuyển đi: {who}.",
    Action.PERSON_ARRIVAL: "{by} ghi chuyển đến: {who}.",
    Action.PERSON_CORRECT: "{by} đính chính theo giấy tờ cho {who}.",
    Action.HOUSEHOLD_SPLIT: "{by} tách hộ: {who}.",
    Action.HOUSEHOLD_MERGE: "{by} nhập hộ: {who}.",
    Action.EVENT_UNDO: "{by} hủy biến động đã ghi của {who}.",
    Action.DEVICE_LEAVE: "{by} bàn giao máy: sổ trên máy được xóa.",
    Action.DEVICE_TOKEN_REUSED: "Phiên làm việc của máy này bị một bản chép của sổ dùng ở nơi "
    "khác; máy chủ đã hủy phiên ấy. Nếu không ai vừa mở lại sổ từ bản sao lưu, báo người "
    "quản lý của tỉnh.",
    Action.CHECK_ASK: "{by} gửi công an kiểm tra {who}.",
    Action.CHECK_ANSWER: "{by} trả lời kiểm tra về {who}.",
    Action.SUBMISSION_ACCEPTED: "{by} nhận phiếu của {who}.",
    Action.SUBMISSION_RETURNED: "{by} trả lại phiếu của {who}.",
    Action.DEVICE_ENROL: "{by} kết nối máy này với tỉnh.",
    Action.SYNC_RECEIVE: "Máy nhận {rows} mục từ tỉnh khi {by} đồng bộ.",
    Action.PARCEL_WRITE: "{by} ghi tệp số {number} để gửi bằng USB.",
    Action.PARCEL_READ: "{by} nhận tệp số {number} của nơi khác.",
    Action.PARCEL_CARRY: "{by} chuyển giúp một tệp niêm phong lên máy chủ của tỉnh.",
    Action.PACK_RECEIVE: "{by} nhận bản cập nhật {name}, số {number}, của tỉnh.",
    Action.PACK_APPLY: "Từ nay sổ dùng bản cập nhật {name}, số {number}, của tỉnh.",
    Action.PACK_REFUSE: "Sổ từ chối một bản cập nhật (mã {problem}).",
    Action.KEY_WRONG_TRIES: "Trước khi {by} mở sổ, mật khẩu đã bị nhập sai {count} lần.",
    Action.KEY_FILE_MENDED: "Tệp khóa bị hỏng một bản; chương trình đã sửa khi {by} mở sổ.",
    Action.KEY_FILE_OLDER: "{by} mở sổ bằng tệp khóa cũ hơn tệp mà sổ đã biết.",
    Action.KEY_COST_RAISED: "Mật khẩu của {by} được bọc bền hơn.",
    Action.KEY_CHANGE: "{by} bắt đầu đổi khóa của sổ.",
    Action.KEY_CHANGED: "{by} đã đổi xong khóa của sổ.",
    Action.KEY_CHANGE_SETTLED: "Lần đổi khóa bị ngắt đã được hoàn tất khi {by} mở sổ.",
    Action.KEY_PRINTED_CODE: "{by} in mã khôi phục mới.",
    Action.KEY_PRINTED_CODE_CONFIRMED: "{by} xác nhận đã cất mã khôi phục.",
    Action.KEY_PROVINCE: "{by} ghi khóa khôi phục của tỉnh.",
    Action.USER_ADD: "{by} thêm người dùng {user}.",
    Action.USER_PASSPHRASE: "{by} đổi mật khẩu của mình.",
    Action.USER_PASSPHRASE_RESET: "{by} đặt lại mật khẩu cho {user}.",
    Action.USER_REMOVE: "{by} xóa người dùng {user}.",
    Action.LEDGER_EXPORT: "{by} xuất {count} dòng nhật ký.",
    Action.DIFFERENCE_LIST_EXPORT: "{by} xuất danh sách {count} sai khác với CSDLQG.",
    Action.LOT_DECIDE: "{by} quyết định lô {count} phiếu (số chọn mẫu {seed}): "
    "{errors} chỗ khác trong {compared} câu nhập lại.",
    Action.LOT_DRAW: "{by} chọn ngẫu nhiên {sample} phiếu mẫu trong lô {count} phiếu "
    "(tỷ lệ {rate} %, số chọn mẫu {seed}).",
    Action.CHECK_TELL: "{by} chuyển kết quả công an theo phiếu của {who}.",
    Action.DIFFERENCE_REOPEN: "{by} mở lại sai khác với CSDLQG của {who}.",
    Action.DIFFERENCE_SETTLE: "{by} chốt sai khác với CSDLQG của {who}.",
    Action.CHECK_LIST_EXPORT: "{by} xuất danh sách {count} người đã tra cứu.",
    Action.PEOPLE_LIST_EXPORT: "{by} xuất danh sách {count} người cần xử lý.",
    Action.DOCTOR_EXPORT: "{by} xuất báo cáo hỗ trợ, không có dữ liệu của người dân.",
}

#: The columns of an exported list, and the name of its sheet.
EXPORT_SHEET = "Nhật ký"
EXPORT_HEADINGS = ("Số", "Lúc", "Người làm", "Việc", "Nội dung", "Đối tượng", "Mục đích")

_SEARCHES = {
    SearchKind.NAME.value: "{by} tìm người theo tên, thấy {found} người.",
    SearchKind.NUMBER.value: "{by} tìm người theo số, thấy {found} người.",
    SearchKind.FILTER.value: "{by} lọc danh sách, thấy {found} người.",
}

_FAULTS: Mapping[FaultKind, str] = {
    FaultKind.CHANGED: "Dòng {n} đã bị sửa.",
    FaultKind.MISSING: "Dòng {n} đã bị xóa.",
    FaultKind.MOVED: "Dòng {n} không ở đúng chỗ: thứ tự đã bị đổi.",
    FaultKind.ADDED: "Dòng {n} là dòng thêm vào, không do chương trình ghi.",
    FaultKind.CUT: "Cuối nhật ký đã bị cắt: thiếu dòng {n}.",
    FaultKind.RESTRICTED: "Nhật ký dữ liệu hạn chế sai từ dòng {n} của nó.",
    FaultKind.REWRITTEN: "Dòng {n} khác với bản đã ghi ở nơi khác: nhật ký đã bị viết lại.",
}


def sentence(line: LedgerLine, *, names: Mapping[str, str]) -> str:
    """A line in words. ``names``: id -> the name of a person or household that may be shown."""
    values = dict(line.objects)
    words = _special(line, values)
    if words is None:
        try:
            words = _SENTENCES[Action(line.action)]
        except (ValueError, KeyError):
            words = "{by}: " + (line.action or "(dòng hỏng)") + "."
    text = words.format_map(_Values(values, by=line.by, who=_who(line, names)))
    return f"{text} Mục đích: {line.purpose}" if line.purpose else text


def fault_words(fault: LedgerFault) -> str:
    """What is wrong, with its number."""
    n = str(fault.n) if fault.last == fault.n else f"{fault.n} đến {fault.last}"
    return _FAULTS[fault.kind].format(n=n)


def check_words(check: LedgerCheck) -> str:
    """What a check came to, in a sentence."""
    if not check.is_sound:
        return f"Nhật ký không còn nguyên vẹn: {len(check.faults)} chỗ sai."
    return f"Nhật ký nguyên vẹn: {check.lines} dòng, không dòng nào bị sửa, xóa hay đổi chỗ."


def day_and_time(at: str) -> str:
    """An instant of a line as ``dd/mm/yyyy hh:mm:ss`` in Việt Nam."""
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return at
    return instant.astimezone(ZONE).strftime("%d/%m/%Y %H:%M:%S")


class _Values(dict[str, str]):
    """The names of a line's objects; one that an older program did not write is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _special(line: LedgerLine, values: Mapping[str, str]) -> str | None:
    """Sentences that depend on what the line names."""
    if line.action == Action.PEOPLE_SEARCH:
        return _SEARCHES.get(values.get("search", ""), _SEARCHES[SearchKind.FILTER.value])
    if line.action == Action.SYNC_RUN:
        words = "{by} đồng bộ: gửi {sent}, nhận {received} thay đổi."
        return words + " Chưa xong (mã {problem})." if "problem" in values else words
    if line.action == Action.KEY_RECOVERED:
        way = "mã in" if values.get("way") == "printed_code" else "tỉnh"
        return "{by} mở lại sổ nhờ " + way + " và đặt mật khẩu mới."
    if line.action == Action.LEDGER_VERIFY:
        sound = values.get("faults") == "0"
        return "{by} kiểm tra nhật ký: " + ("nguyên vẹn." if sound else "{faults} chỗ sai.")
    if line.action in (Action.BACKUP_TAKE, Action.BACKUP_FAILED):
        place = "vào thư mục thứ hai" if values.get("place") == "second" else "cạnh sổ"
        who = "Chương trình" if line.by == PROGRAM else "{by}"
        if line.action == Action.BACKUP_FAILED:
            return who + " sao lưu " + place + " không thành (mã {problem})."
        return who + " sao lưu sổ " + place + "."
    if line.action == Action.DEVICE_LEAVE and "drafts" in values:
        return "{by} bàn giao máy: sổ trên máy được xóa, bỏ {drafts} phần đang gõ dở."
    if line.action == Action.SYNC_RECEIVE and "rows" not in values:
        return "Tỉnh thu hồi một phần dữ liệu khi {by} đồng bộ."
    return None


def _who(line: LedgerLine, names: Mapping[str, str]) -> str:
    """The persons and households of a line, each once; ids for those who may not be named."""
    if not line.objects:
        return "–"
    found = [names.get(name, name) for kind, name in line.objects if kind in _DOCUMENTS]
    found = list(dict.fromkeys(found)) or [
        f"các thay đổi số {name}" if kind == "changes" else name for kind, name in line.objects
    ]
    more = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (f" và {more} mục khác" if more > 0 else "")
