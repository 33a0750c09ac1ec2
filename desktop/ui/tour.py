"""A walk through the daily work, step by step, beside the real pages of the training commune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.shortcuts import bind

_WIDTH = 400
_MARGIN = 18
_FRAME = 6


@dataclass(frozen=True, slots=True)
class Step:
    """What is said, the widget it is about, and the page on which it is done."""

    title: str
    words: str
    target: str = ""
    page: str = ""


def officer_steps() -> tuple[Step, ...]:
    """The way of one sheet, from the list to the province."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Tour", text)

    return (
        Step(
            tr("Đây là xã tập huấn"),
            tr(
                "Mọi người trong sổ này đều không có thật. Anh/chị cứ thử, làm sai cũng không "
                "sao: sổ thật để riêng, không dính vào đây."
            ),
            page="people",
        ),
        Step(
            tr("Tìm người trước khi thêm"),
            tr(
                "Gõ vài chữ đầu của tên (không cần dấu), số giấy tờ hoặc tên thôn rồi bấm Enter "
                "để mở phiếu của người đứng đầu danh sách. Người chưa có thì bấm Ctrl+N."
            ),
            target="input:search",
            page="people",
        ),
        Step(
            tr("Nhập bằng bàn phím"),
            tr(
                "Enter sang câu sau, Shift+Enter về câu trước. Câu lựa chọn thì bấm số. Sai sót "
                "hiện ngay dưới câu khi rời câu đó; bấm F8 để tới chỗ cần sửa tiếp theo."
            ),
            target="page:form",
            page="form",
        ),
        Step(
            tr("Đã lưu là đã nằm trên máy"),
            tr(
                "Bấm Ctrl+S. Khi thấy chữ “Đã lưu”, phiếu đã ghi xuống đĩa, mất điện cũng còn. "
                "Chữ đang gõ dở cũng được giữ."
            ),
            target="form:saved",
            page="form",
        ),
        Step(
            tr("Nộp phiếu"),
            tr(
                "Bấm Ctrl+Enter. Phiếu đủ và đúng thì nộp được. Người có nghi vấn về giấy tờ được "
                "chuyển công an kiểm tra; bị trả lại thì hiện ở “Việc cần làm”."
            ),
            page="form",
        ),
        Step(
            tr("Gửi về tỉnh"),
            tr(
                "Có mạng thì sổ tự gửi, hoặc bấm “Đồng bộ ngay”. Không có mạng thì dùng trang "
                "“Gửi nhận tệp” với USB. Con số “chỉ có trên máy này” về 0 là đã gửi hết."
            ),
            target="button:nav_sync",
        ),
        Step(
            tr("Rời máy thì khóa sổ"),
            tr(
                "Bấm Ctrl+L. Ở đây khóa sổ là ra khỏi xã tập huấn, trở về sổ thật. Lúc nào cần "
                "thì bấm F1 để xem trợ giúp."
            ),
            target="button:lock",
        ),
    )


class Tour(QFrame):
    """A card in the corner of the window; the pages stay usable.

    It goes on by itself when the page of the next step is opened.

    Signals:
        ended: walked through, or put away.
    """

    ended = Signal()

    def __init__(self, *, window: QWidget, steps: Sequence[Step]) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setProperty("kind", "card")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(self.tr("Hướng dẫn từng bước"))
        self._window = window
        self._steps = tuple(steps)
        self._number = 0
        self._frame = _Frame(window)
        self._count = QLabel()
        self._count.setProperty("kind", "small")
        self._title = QLabel()
        self._title.setObjectName("tour:title")
        self._title.setProperty("kind", "heading")
        self._words = QLabel()
        self._words.setObjectName("tour:words")
        self._words.setWordWrap(True)
        self._back = self._button("tour_back", self.tr("Lùi lại"), -1)
        self._next = self._button("tour_next", self.tr("Tiếp (F12)"), 1)
        self._next.setProperty("kind", "primary")
        # A button's own shortcut would act a moment late.
        bind(self, "F12", lambda: self._go(1), context=Qt.ShortcutContext.WindowShortcut)
        stop = QPushButton(self.tr("Thôi"))
        stop.setObjectName("button:tour_stop")
        stop.setProperty("kind", "quiet")
        stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        stop.clicked.connect(self.end)
        buttons = QHBoxLayout()
        buttons.addWidget(stop)
        buttons.addStretch(1)
        buttons.addWidget(self._back)
        buttons.addWidget(self._next)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(18, 12, 18, 14)
        inside.setSpacing(8)
        for widget in (self._count, self._title, self._words):
            inside.addWidget(widget)
        inside.addLayout(buttons)
        window.installEventFilter(self)
        self._show_step()

    def page_opened(self, name: str) -> None:
        """Whoever opens the page of the next step has done this one."""
        following = self._steps[self._number + 1 : self._number + 2]
        here = self._steps[self._number]
        if following and following[0].page == name != here.page:
            self._go(1)
        else:
            self._show_step()

    def end(self) -> None:
        """Put the card away."""
        if self.isHidden():
            return  # it is on its way out
        self._window.removeEventFilter(self)
        self._frame.deleteLater()
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def _button(self, name: str, words: str, step: int) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the cursor stays in the page
        button.clicked.connect(lambda: self._go(step))
        return button

    def _go(self, step: int) -> None:
        if self._number + step >= len(self._steps):
            self.end()
            return
        self._number += step
        self._show_step()

    def _show_step(self) -> None:
        step = self._steps[self._number]
        of = self.tr("Bước {n} trong {of}").format(n=self._number + 1, of=len(self._steps))
        self._count.setText(of)
        self._title.setText(step.title)
        self._words.setText(step.words)
        self._back.setEnabled(self._number > 0)
        is_last = self._number == len(self._steps) - 1
        self._next.setText(self.tr("Xong (F12)") if is_last else self.tr("Tiếp (F12)"))
        self._settle()

    def _settle(self) -> None:
        """In the lower right corner, above everything; the frame around what it is about."""
        self.adjustSize()
        corner = self._window.rect().bottomRight()
        self.move(corner.x() - self.width() - _MARGIN, corner.y() - self.height() - 3 * _MARGIN)
        target = self._target()
        self._frame.setVisible(target is not None)
        if target is not None:
            place = QRect(target.mapTo(self._window, target.rect().topLeft()), target.size())
            around = place.adjusted(-_FRAME, -_FRAME, _FRAME, _FRAME)
            self._frame.setGeometry(around.intersected(self._window.rect()))
            self._frame.raise_()
        self.raise_()

    def _target(self) -> QWidget | None:
        name = self._steps[self._number].target
        found = self._window.findChildren(QWidget, name) if name else []
        return next((widget for widget in found if widget.isVisible()), None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another size."""
        if watched is self._window and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._settle()
        return False


class _Frame(QWidget):
    """Drawn over the page; the mouse goes through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A broken line, in the colour of training."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.color("training")), 2.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 8, 8)
