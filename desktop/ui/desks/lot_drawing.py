"""Beginning a lot: which records together, and how large a share of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.domain.lots import RATES, LotChoice, size_of_sample
from desktop.ui.widgets.filters import Filters
from desktop.ui.widgets.wrapped_label import WrappedLabel


class LotDrawing(QFrame):
    """A choice of what waits, three rates, and what they come to.

    Signals:
        draw_asked: (``LotChoice``, rate in per cent).
    """

    draw_asked = Signal(object, int)

    def __init__(self, *, name_of: Callable[[LotChoice], str]) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._name_of = name_of
        self._choices: tuple[LotChoice, ...] = ()
        self._choice = QComboBox()
        self._choice.setObjectName("input:lot_choice")
        self._choice.setAccessibleName(self.tr("Phiếu đang chờ của xã nào, mẫu nào"))
        self._choice.currentIndexChanged.connect(lambda _index: self._tell())
        self._rates = Filters(filters=[(str(rate), f"{rate} %") for rate in RATES])
        self._rates.chosen.connect(lambda _rate: self._tell())
        self._words = WrappedLabel()
        self._words.setObjectName("lot:size")
        self._go = QPushButton(self.tr("Chọn mẫu ngẫu nhiên (Ctrl+Enter)"))
        self._go.setObjectName("button:draw_lot")
        self._go.setProperty("kind", "primary")
        self._go.clicked.connect(self.draw)
        title = QLabel(self.tr("Lấy các phiếu đang chờ thành một lô"))
        title.setProperty("kind", "heading")
        about = WrappedLabel()
        about.setText(
            self.tr(
                "Chương trình chọn mẫu bằng một số ngẫu nhiên, ghi vào nhật ký để ai cũng "
                "chọn lại được đúng mẫu đó. Phiếu mẫu được nhập lại từ giấy mà không nhìn phiếu đã "
                "nộp; chỗ khác nhau được đếm theo từng câu."
            )
        )
        about.setProperty("kind", "muted")
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("Tỷ lệ mẫu")))
        row.addWidget(self._rates, 1)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(20, 16, 20, 16)
        inside.setSpacing(12)
        for widget in (title, about, self._choice):
            inside.addWidget(widget)
        inside.addLayout(row)
        inside.addWidget(self._words)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._go)
        inside.addLayout(buttons)
        inside.addStretch(1)

    def show_choices(self, choices: Sequence[LotChoice]) -> None:
        """What waits now."""
        place = max(0, self._choice.currentIndex())
        self._choices = tuple(choices)
        self._choice.clear()
        for one in choices:
            self._choice.addItem(self._name_of(one))
        self._choice.setCurrentIndex(min(place, len(choices) - 1))
        self._tell()

    def draw(self) -> None:
        """Draw, if there is anything to draw from."""
        place = self._choice.currentIndex()
        if 0 <= place < len(self._choices):
            self.draw_asked.emit(self._choices[place], int(self._rates.current))

    def _tell(self) -> None:
        place = self._choice.currentIndex()
        is_any = 0 <= place < len(self._choices)
        self._go.setEnabled(is_any)
        self._choice.setVisible(is_any)
        if not is_any:
            self._words.setText(self.tr("Không có phiếu nào đang chờ ngoài các lô đã lập."))
            return
        waiting = self._choices[place].waiting
        size = size_of_sample(waiting, int(self._rates.current))
        self._words.setText(
            self.tr("{n} phiếu đang chờ: nhập lại {m} phiếu.").format(n=waiting, m=size)
        )
