"""What the form page says above a form, and what to do then."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop.domain.drafts import WaitingDraft
from desktop.domain.records import Submitted
from desktop.ui import wording
from desktop.ui.widgets.message_bar import MessageBar


class FormWords(QObject):
    """Sentences on the page's message bar."""

    def __init__(self, *, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._news: tuple[str, str] | None = None

    def hide(self) -> None:
        """Nothing is to be said."""
        self._bar.hide()

    def half_typed(self, at: str) -> None:
        """What was half-typed stands here again."""
        self._bar.show_message(
            self.tr("Phần gõ dở lúc {at} đã được mở lại, chưa ghi vào sổ.").format(
                at=wording.moment(at)
            ),
            self.tr("Gõ tiếp, hoặc bấm Lưu (Ctrl+S)."),
            kind="info",
        )

    def others(self, drafts: Sequence[WaitingDraft]) -> None:
        """Whose half-typed work waits about this person; never what it is."""
        if drafts:
            who = ", ".join(dict.fromkeys(draft.author for draft in drafts))
            self._bar.show_message(
                self.tr("{who} đang gõ dở phiếu của người này từ {at}.").format(
                    who=who, at=wording.moment(drafts[0].at)
                ),
                self.tr("Phần gõ dở được giữ riêng và hiện lại khi người đó mở sổ."),
                kind="warning",
            )

    def submitted(self, outcome: Submitted, *, name: str = "") -> None:
        """Handed in; with a name it is said above the form that follows."""
        then = self.tr("Phiếu được gửi đi ở lần đồng bộ tới.")
        if outcome.sent_to_police:
            then = self.tr("Danh tính cần kiểm tra được chuyển công an xã ở lần đồng bộ tới.")
        if name:
            self._news = (self.tr("Đã nộp phiếu của {name}.").format(name=name), then)
        else:
            self._bar.show_message(self.tr("Đã nộp phiếu."), then, kind="good")

    def news(self) -> None:
        """What became of the form before, once the one that follows it is shown."""
        if self._news is not None:
            words, then = self._news
            self._news = None
            self._bar.show_message(words, then, kind="good")

    def end(self) -> None:
        """Handed in, and nobody follows in the list."""
        self._news = None
        self._bar.show_message(
            self.tr("Đã nộp phiếu. Danh sách đã hết."),
            self.tr("Bấm Esc để về danh sách."),
            kind="good",
        )

    def refused(self) -> None:
        """There is something in the way of handing it in."""
        self._bar.show_message(
            self.tr("Chưa nộp được: còn chỗ phải sửa hoặc xác nhận. Phiếu đã được lưu."),
            self.tr("Bấm F8 để đến từng chỗ."),
            kind="warning",
        )

    def came(self, count: int) -> None:
        """Nothing is handed in that its officer has not seen."""
        words = self.tr("Chưa nộp: máy khác vừa sửa {n} câu, phiếu đang hiện giá trị mới.")
        self._bar.show_message(
            words.format(n=count), self.tr("Xem lại phiếu rồi bấm nộp lần nữa."), kind="warning"
        )

    def sent(self) -> None:
        """The police are asked."""
        self._bar.show_message(
            self.tr("Đã ghi yêu cầu kiểm tra."),
            self.tr("Công an xã nhận được ở lần đồng bộ tới."),
            kind="good",
        )

    def nothing_open(self) -> None:
        """F8 finds nothing."""
        self._bar.show_message(self.tr("Không còn lỗi hay cảnh báo nào."), kind="good")

    def removed(self, words: str) -> None:
        """A line of a roster is gone."""
        self._bar.show_message(
            self.tr("Đã bỏ: {words}").format(words=words or self.tr("dòng trống")),
            self.tr("Bấm Ctrl+F6 để lấy lại."),
            kind="info",
        )

    def no_ditto(self) -> None:
        """The form before has nothing for this place."""
        words = self.tr("Phiếu trước không có câu trả lời nào lấy được ở đây.")
        self._bar.show_message(words, kind="info")

    def pinned(self, is_pinned: bool | None) -> None:
        """What F3 did; ``None`` where nothing can be pinned."""
        if is_pinned is None:
            words = self.tr("Câu này không giữ cho phiếu sau được: chưa có câu trả lời chung.")
        elif is_pinned:
            words = self.tr("Phiếu mới sẽ có sẵn câu trả lời này cho đến khi đổi hoặc bấm lại F3.")
        else:
            words = self.tr("Phiếu mới sẽ không lấy sẵn câu trả lời này nữa.")
        self._bar.show_message(words, kind="info")
