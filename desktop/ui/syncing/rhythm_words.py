"""What the program that syncs by itself does now, or why it does nothing, in words."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.ui import wording
from desktop.ui.auto_sync import AutoSync, Waiting
from sync.client.watching import Doing


class RhythmWords(QObject):
    """Sentences about one ``AutoSync``."""

    def __init__(self, *, auto: AutoSync, parent: QObject) -> None:
        super().__init__(parent)
        self._auto = auto

    def running(self, done: int, known: int) -> str:
        """What is being exchanged, and how far it is."""
        watch = self._auto.watch
        what = {
            Doing.CONNECTING: self.tr("Đang kết nối với máy chủ"),
            Doing.ASKING: self.tr("Đang hỏi máy chủ có gì mới"),
            Doing.SENDING: self.tr("Đang gửi"),
            Doing.RECEIVING: self.tr("Đang nhận"),
        }[watch.doing]
        if watch.is_stopped:
            what = self.tr("Đang dừng")
        how_far = (
            self.tr(": {done} trên {known} mục").format(
                done=wording.thousands(done), known=wording.thousands(known)
            )
            if known
            else ""
        )
        traffic = self.tr("gửi {up}, nhận {down}").format(
            up=wording.size(watch.sent_bytes), down=wording.size(watch.received_bytes)
        )
        return f"{what}{how_far} ({traffic})"

    def waiting(self) -> str:
        """When the next sync begins, or what it waits for."""
        words = {
            Waiting.NOT_CONNECTED: "",
            Waiting.OFF: self.tr("Không tự đồng bộ: bấm “Đồng bộ ngay” khi cần."),
            Waiting.PAUSED: self._paused(),
            Waiting.METERED: self.tr("Mạng tính tiền theo dung lượng: chờ mạng khác."),
            Waiting.OFFLINE: self.tr("Không có mạng: tự gửi khi có mạng."),
        }
        waiting = self._auto.waiting
        if waiting is not None:
            return words[waiting]
        when = self.next_try()
        return when[:1].upper() + when[1:] + "." if when else ""

    def _paused(self) -> str:
        until = self._auto.rules.paused_until
        if until and self._auto.is_paused_until:
            return self.tr("Tạm dừng đến {when}.").format(when=wording.moment(until))
        return self.tr("Tạm dừng đến khi khóa hoặc đóng sổ.")

    def next_try(self) -> str:
        """When; "" while it waits for something else than time."""
        at = self._auto.next_at
        if at is None:
            return ""
        words = (
            self.tr("thử lại lúc {when}") if self._auto.failures else self.tr("lần sau lúc {when}")
        )
        return words.format(when=wording.clock_time(at))
