"""Going back to a snapshot, with the register closed: choose, look what it would mean, agree, do.

The passphrase of the snapshot's time may be another than today's; both are asked for, because who
knows only an old one must not put an old register in the place of the present one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.backups import RestorePreview, Snapshot
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, printing, wording
from desktop.ui.page import Page
from desktop.ui.widgets.passphrase_advice import KeyboardHint
from desktop.ui.widgets.passphrase_field import PassphraseField
from desktop.ui.widgets.snapshot_table import SnapshotTable
from desktop.ui.widgets.wrapped_label import WrappedLabel
from forms.vietnamese import search_key

_PANEL_WIDTH = 470


class RestoreService(Protocol):
    """What the page asks (``desktop.services.restoring.Restoring``)."""

    def preview(self, snapshot: Path) -> RestorePreview:
        """What it would mean."""

    def restore(
        self,
        snapshot: Path,
        *,
        carry_unsent: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Path | None:
        """Do it."""


class RestorePage(Page):
    """Stands alone in the window, like the unlock page.

    Signals:
        restored: (opened register, user name).
        given_up: back to the unlock page.
    """

    restored = Signal(object, str)
    given_up = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        own_place: Path,
        load: Callable[[], Sequence[Snapshot]],
        look_in: Callable[[Path], Sequence[Snapshot]],
        users_of: Callable[[Path], Sequence[str]],
        restoring: Callable[[str, str, str | None], RestoreService],
        open_register: Callable[[str, str], Any],
        chosen: Path | None = None,
    ) -> None:
        super().__init__(name="restore")
        self._jobs = jobs
        self._load = load
        self._look_in = look_in
        self._users_of = users_of
        self._restoring = restoring
        self._open_register = open_register
        self._chosen = chosen
        self._place: Path | None = None
        self._snapshot: Snapshot | None = None
        self._service: RestoreService | None = None
        self.set_title(
            self.tr("Khôi phục từ bản sao lưu"),
            self.tr("Xem trước không thay đổi gì; sổ đang dùng luôn được giữ lại riêng"),
        )
        self._table = SnapshotTable(own_place=own_place)
        self._table.chosen.connect(self._choose)
        self._table.opened.connect(lambda _one: self._passphrase.line.setFocus())
        self._make_widgets()
        self._lay_out_page()
        self._show_step(is_previewed=False)

    def refresh(self) -> None:
        """Look for snapshots."""
        place = self._place
        load = self._load if place is None else lambda: self._look_in(place)
        self._jobs.run(self, load, on_success=self._show, on_error=self.show_problem)

    # -- choosing --

    def _show(self, snapshots: Sequence[Snapshot]) -> None:
        self._table.show_snapshots(snapshots, select=self._chosen)
        if not snapshots:
            self.message_bar.show_message(
                self.tr("Không thấy bản sao lưu nào ở đây."),
                self.tr("Cắm USB rồi bấm “Tìm ở USB hoặc thư mục khác”."),
                kind="warning",
            )

    def _choose(self) -> None:
        self._snapshot = self._table.selected
        self._show_step(is_previewed=False)
        if (snapshot := self._snapshot) is not None:
            self._jobs.run(
                self,
                lambda: self._users_of(snapshot.path),
                on_success=self._show_users,
                on_error=self.show_problem,
            )

    def _show_users(self, names: Sequence[str]) -> None:
        before = self._users.currentText()
        self._users.clear()
        self._users.addItems(list(names))
        if before in names:
            self._users.setCurrentText(before)
        if not self._passphrase.line.text():
            self._passphrase.line.setFocus()

    def _ask_place(self) -> None:
        printing.ask_for_existing(
            self,
            title=self.tr("Tìm bản sao lưu ở USB hoặc thư mục khác"),
            is_folder=True,
            chosen=self.look_in,
        )

    def look_in(self, place: Path) -> None:
        """Show the snapshots of a stick."""
        self._place, self._chosen = place, None
        self.message_bar.hide()
        self.refresh()

    # -- looking ahead --

    def _preview(self) -> None:
        snapshot, passphrase = self._snapshot, self._passphrase.line.text()
        if snapshot is None or not passphrase:
            self._passphrase.line.setFocus()
            return
        old = self._old.line.text() if self._is_other.isChecked() else None
        service = self._restoring(self._users.currentText(), passphrase, old)
        self._service = service
        self.message_bar.hide()
        self._set_busy(self.tr("Đang đọc bản sao lưu…"))
        self._jobs.run(
            self,
            lambda: service.preview(snapshot.path),
            lane=Lane.WRITE,
            on_success=self._show_preview,
            on_error=self._refuse,
        )

    def _show_preview(self, preview: RestorePreview) -> None:
        self._set_busy("")
        assert self._snapshot is not None  # noqa: S101 - it was previewed
        at = wording.moment(self._snapshot.taken_at.isoformat())
        self._heading.setText(self.tr("Về lúc {at}").format(at=at))
        self._meaning.setText("\n\n".join(self._meaning_of(preview)))
        self._carry.setVisible(preview.unsent_since > 0)
        self._carry.setText(
            self.tr("Mang theo {n} thay đổi chưa gửi của sổ đang dùng").format(
                n=preview.unsent_since
            )
        )
        self._carry.setChecked(True)
        self._word.clear()
        self._show_step(is_previewed=True)
        self._word.setFocus()

    def _meaning_of(self, preview: RestorePreview) -> list[str]:
        people = self.tr("Bản sao lưu có {n} người").format(
            n=preview.snapshot.documents.get("person", 0)
        )
        if preview.present is None:
            return [
                people + ".",
                self.tr(
                    "Sổ đang dùng không đọc được, nên không nói được sẽ mất gì: những gì làm sau "
                    "lúc ấy mà chưa gửi thì không trở lại."
                ),
            ]
        now = self.tr("sổ đang dùng có {n} người.").format(
            n=preview.present.documents.get("person", 0)
        )
        lines = [f"{people}; {now}"]
        lines.append(
            self.tr("{n} thay đổi làm sau lúc ấy chỉ có trên máy này: bỏ dấu chọn là mất.").format(
                n=preview.unsent_since
            )
            if preview.unsent_since
            else self.tr("Không có thay đổi nào chỉ có trên máy này: không mất gì.")
        )
        if preview.sent_since:
            lines.append(
                self.tr("{n} thay đổi máy chủ đã nhận sẽ trở lại ở lần đồng bộ sau.").format(
                    n=preview.sent_since
                )
            )
        if preview.sent_twice:
            lines.append(
                self.tr("{n} thay đổi sẽ gửi lại; máy chủ nhận ra và không ghi hai lần.").format(
                    n=preview.sent_twice
                )
            )
        if preview.lines_since:
            lines.append(
                self.tr("{n} dòng nhật ký sau lúc ấy chỉ còn ở sổ được giữ riêng.").format(
                    n=preview.lines_since
                )
            )
        return lines

    # -- doing --

    def _restore(self) -> None:
        service, snapshot = self._service, self._snapshot
        if service is None or snapshot is None:
            return
        if search_key(self._word.text()) != search_key(self._agreed_word()):
            self.message_bar.show_message(
                self.tr("Gõ chữ {word} vào ô xác nhận rồi bấm lại.").format(
                    word=self._agreed_word()
                ),
                kind="warning",
            )
            self._word.setFocus()
            return
        carry = self._carry.isChecked()
        self.message_bar.hide()
        self._set_busy(self.tr("Đang khôi phục và kiểm tra…"))
        self._jobs.run(
            self,
            lambda: service.restore(snapshot.path, carry_unsent=carry),
            lane=Lane.WRITE,
            on_success=lambda _aside: self._reopen(),
            on_error=self._refuse,
        )

    def _reopen(self) -> None:
        """On the register that is there now. On a new PC its passphrase is that of the snapshot."""
        user, passphrase = self._users.currentText(), self._passphrase.line.text()
        self._set_busy(self.tr("Đang mở sổ đã khôi phục…"))
        self._jobs.run(
            self,
            lambda: self._open_register(user, passphrase),
            lane=Lane.WRITE,
            on_success=lambda register: self._enter(register, user),
            on_error=self._refuse,
        )

    def _enter(self, register: Any, user: str) -> None:
        self._forget()
        self.restored.emit(register, user)

    def _refuse(self, error: AppError) -> None:
        self._set_busy("")
        self.show_problem(error)
        line = self._passphrase.line
        line.setFocus()
        line.selectAll()

    def _forget(self) -> None:
        self._service = None
        self._passphrase.line.clear()
        self._old.line.clear()

    def _give_up(self) -> None:
        self._forget()
        self.given_up.emit()

    def _agreed_word(self) -> str:
        return self.tr("KHÔI PHỤC")

    # -- widgets --

    def _show_step(self, *, is_previewed: bool) -> None:
        self._ask_card.setVisible(not is_previewed)
        self._agree_card.setVisible(is_previewed)

    def _set_busy(self, words: str) -> None:
        self._busy.setText(words)
        for widget in (self._busy, self._bar):
            widget.setVisible(bool(words))
        for button in (self._go, self._act, self._again, self._give, self._elsewhere):
            button.setEnabled(not words)
        self._table.setEnabled(not words)

    def _make_widgets(self) -> None:
        self._users = QComboBox()
        self._users.setObjectName("input:user")
        self._users.setAccessibleName(self.tr("Người dùng"))
        self._passphrase = PassphraseField(name="passphrase", label=self.tr("Mật khẩu hiện nay"))
        self._is_other = QCheckBox(self.tr("Lúc sao lưu dùng mật khẩu khác"))
        self._is_other.setObjectName("input:other_passphrase")
        self._old = PassphraseField(
            name="old_passphrase", label=self.tr("Mật khẩu của lúc sao lưu")
        )
        self._old.hide()
        self._is_other.toggled.connect(self._old.setVisible)
        self._go = self._button("preview", self.tr("Xem trước"), self._preview, "primary")
        self._passphrase.line.returnPressed.connect(self._preview)
        self._old.line.returnPressed.connect(self._preview)
        self._heading = QLabel()
        self._heading.setProperty("kind", "heading")
        self._meaning = WrappedLabel()
        self._meaning.setObjectName("restore:meaning")
        self._carry = QCheckBox()
        self._carry.setObjectName("input:carry_unsent")
        self._word = QLineEdit()
        self._word.setObjectName("input:agreed_word")
        self._word.setAccessibleName(self.tr("Gõ chữ KHÔI PHỤC để xác nhận"))
        self._word.returnPressed.connect(self._restore)
        self._act = self._button("restore_now", self.tr("Khôi phục"), self._restore, "danger")
        self._again = self._button(
            "restore_back", self.tr("Chọn bản khác"), lambda: self._show_step(is_previewed=False)
        )
        self._give = self._button("give_up", self.tr("Về màn hình mở sổ"), self._give_up)
        icons.dress(self._give, "back")
        self._elsewhere = self._button(
            "look_elsewhere", self.tr("Tìm ở USB hoặc thư mục khác…"), self._ask_place
        )
        self._busy = WrappedLabel()
        self._busy.setObjectName("restore:busy")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Tiến độ khôi phục"))
        for widget in (self._busy, self._bar):
            widget.hide()

    def _button(
        self, name: str, words: str, pressed: Callable[[], None], kind: str = ""
    ) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        if kind:
            button.setProperty("kind", kind)
        button.clicked.connect(pressed)
        return button

    def _lay_out_page(self) -> None:
        self.tools.addWidget(self._elsewhere)
        self.tools.addWidget(self._give)
        self._ask_card = self._card(
            QLabel(self.tr("Người dùng")),
            self._users,
            QLabel(self.tr("Mật khẩu hiện nay")),
            self._passphrase,
            KeyboardHint(self._passphrase.line),
            self._is_other,
            self._old,
            self._go,
        )
        ask = WrappedLabel()
        ask.setText(
            self.tr("Để chắc chắn, gõ chữ {word} vào ô dưới.").format(word=self._agreed_word())
        )
        aside = WrappedLabel()
        aside.setText(self.tr("Sổ đang dùng được giữ nguyên trong thư mục “replaced” cạnh sổ."))
        aside.setProperty("kind", "small")
        self._agree_card = self._card(
            self._heading,
            self._meaning,
            self._carry,
            aside,
            ask,
            self._word,
            self._act,
            self._again,
        )
        right = QVBoxLayout()
        for widget in (self._ask_card, self._agree_card, self._busy, self._bar):
            right.addWidget(widget)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(self._table, 1)
        columns.addLayout(right)
        self.body.addLayout(columns, 1)

    def _card(self, *widgets: QWidget) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(_PANEL_WIDTH)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 16, 20, 18)
        inside.setSpacing(10)
        for widget in widgets:
            if isinstance(widget, QPushButton):
                inside.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                inside.addWidget(widget)
        return card
