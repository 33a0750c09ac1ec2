"""What each user sets: how the window looks, and when the register locks itself."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QLabel,
    QRadioButton,
    QVBoxLayout,
)

from desktop.domain.preferences import Appearance
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.page import Page

_IDLE_MINUTES = (2, 5, 10, 15, 30, 60)


class Tastes(Protocol):
    """What the user prefers (``desktop.services.preferences.Preferences``)."""

    def appearance(self) -> Appearance:
        """As chosen."""

    def choose_appearance(self, appearance: Appearance) -> None:
        """From now on."""


class LockSetting(Protocol):
    """When the register locks itself (``desktop.services.locking.Locking``)."""

    def idle_minutes(self) -> int:
        """As it holds now."""

    def set_idle_minutes(self, minutes: int | None) -> None:
        """For every user of the register."""


class SettingsPage(Page):
    """Each choice holds at once and is kept; there is nothing to confirm.

    Signals:
        appearance_chosen: an ``Appearance``.
        idle_chosen: minutes.
    """

    appearance_chosen = Signal(object)
    idle_chosen = Signal(int)

    def __init__(self, *, jobs: JobRunner, tastes: Tastes, lock: LockSetting) -> None:
        super().__init__(name="settings")
        self._jobs = jobs
        self._tastes = tastes
        self._lock = lock
        self.set_title(self.tr("Cài đặt"), self.tr("Chọn là có hiệu lực ngay, không phải lưu."))
        self._looks = QButtonGroup(self)
        self._idle = QComboBox()
        self.body.addWidget(self._make_looks())
        self.body.addWidget(self._make_lock())
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Read what is set."""
        self._jobs.run(
            self,
            lambda: (self._tastes.appearance(), self._lock.idle_minutes()),
            on_success=self._show,
        )

    def _show(self, settings: tuple[Appearance, int]) -> None:
        appearance, minutes = settings
        for button in self._looks.buttons():
            if button.property("appearance") == appearance.value:
                button.setChecked(True)
        offered = sorted({*_IDLE_MINUTES, minutes})
        self._idle.clear()
        for number in offered:
            self._idle.addItem(self.tr("Sau {n} phút").format(n=number), number)
        self._idle.setCurrentIndex(offered.index(minutes))

    def _choose_look(self) -> None:
        if (button := self._looks.checkedButton()) is None:
            return
        chosen = Appearance(button.property("appearance"))
        self.appearance_chosen.emit(chosen)
        self._jobs.run(
            self,
            lambda: self._tastes.choose_appearance(chosen),
            lane=Lane.WRITE,
            on_error=self.show_problem,
        )

    def _choose_idle(self) -> None:
        minutes = int(self._idle.currentData())
        self.idle_chosen.emit(minutes)
        self._jobs.run(
            self,
            lambda: self._lock.set_idle_minutes(minutes),
            lane=Lane.WRITE,
            on_error=self.show_problem,
        )

    # -- making --

    def _make_looks(self) -> QFrame:
        card, inside = _card(self.tr("Màu của cửa sổ"))
        offered = (
            (Appearance.SYSTEM, self.tr("Theo máy tính")),
            (Appearance.LIGHT, self.tr("Sáng")),
            (Appearance.DARK, self.tr("Tối: đỡ chói khi làm buổi tối")),
            (Appearance.CONTRAST, self.tr("Tương phản cao: chữ và đường kẻ đậm")),
        )
        for appearance, words in offered:
            button = QRadioButton(words)
            button.setObjectName(f"radio:appearance_{appearance.value}")
            button.setProperty("appearance", appearance.value)
            button.clicked.connect(self._choose_look)
            self._looks.addButton(button)
            inside.addWidget(button)
        inside.addWidget(_remark(self.tr("Mỗi người dùng sổ này chọn cho riêng mình.")))
        return card

    def _make_lock(self) -> QFrame:
        card, inside = _card(self.tr("Tự khóa sổ khi không ai gõ phím hay dùng chuột"))
        self._idle.setObjectName("choice:idle_minutes")
        self._idle.setAccessibleName(self.tr("Tự khóa sổ sau"))
        self._idle.setMaximumWidth(220)
        self._idle.activated.connect(self._choose_idle)
        inside.addWidget(self._idle)
        inside.addWidget(
            _remark(
                self.tr(
                    "Áp dụng cho mọi người dùng sổ này. Chữ đang gõ dở được giữ lại khi sổ khóa. "
                    "Rời máy thì bấm Ctrl+L để khóa ngay."
                )
            )
        )
        return card


def _card(title: str) -> tuple[QFrame, QVBoxLayout]:
    card = QFrame()
    card.setProperty("kind", "card")
    card.setMaximumWidth(820)
    heading = QLabel(title)
    heading.setProperty("kind", "heading")
    inside = QVBoxLayout(card)
    inside.setContentsMargins(24, 16, 24, 18)
    inside.setSpacing(10)
    inside.addWidget(heading)
    return card, inside


def _remark(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("kind", "muted")
    label.setWordWrap(True)
    return label
