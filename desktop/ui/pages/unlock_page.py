"""The first page: open the register with a passphrase, or make a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.passphrases import MIN_CHARACTERS, MIN_WORDS, is_common, is_long
from desktop.errors import AppError, Problem
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons
from desktop.ui.page import Page
from desktop.ui.widgets.passphrase_advice import KeyboardHint, PassphraseAdvice
from desktop.ui.widgets.passphrase_field import PassphraseField
from desktop.ui.widgets.wrapped_label import WrappedLabel

_SECOND_MS = 1000


@dataclass(frozen=True, slots=True)
class Doors:
    """What the folder holds: a register and who may open it.

    Attributes:
        can_remember: this system has a keystore, so that opening without a passphrase is offered.
        remembered: whom this PC opens for without one; "" when nobody.
        is_start: the program was started just now; after a lock the passphrase is asked for.
    """

    exists: bool
    users: tuple[str, ...]
    can_remember: bool = False
    remembered: str = ""
    is_start: bool = True


#: Told the stage of a migration, how much of it is done, and of how much.
Tell: TypeAlias = Callable[[str, int, int], None]


class UnlockPage(Page):
    """Opens the register; the slow key derivation runs as a job.

    Signals:
        unlocked: (opened register, user name).
        created: the same, for a register that was made just now.
        forgotten: the passphrase of this user is lost.
        restore_asked: open from a snapshot instead.
        help_asked: the help page.
        practice_asked: the training commune.
    """

    unlocked = Signal(object, str)
    created = Signal(object, str)
    forgotten = Signal(str)
    restore_asked = Signal()
    help_asked = Signal()
    practice_asked = Signal()
    _staged = Signal(str, int, int)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        look: Callable[[], Doors],
        open_register: Callable[[str, str, Tell], Any],
        create_register: Callable[[str, str], Any],
        remember: Callable[[str, str, bool], object] = lambda _user, _passphrase, _wanted: None,
        open_remembered: Callable[[Tell], Any] | None = None,
    ) -> None:
        super().__init__(name="unlock")
        self._jobs = jobs
        self._look = look
        self._open_register = open_register
        self._create_register = create_register
        self._remember = remember
        self._open_remembered = open_remembered
        self._user_name = ""
        self._is_drawn = False
        self.set_title("")
        self._title.hide()
        self.setAccessibleName(self.tr("Mở sổ"))
        self._heading = QLabel()
        self._heading.setProperty("kind", "heading")
        self._users = QComboBox()
        self._users.setObjectName("input:user")
        self._users.setAccessibleName(self.tr("Người dùng"))
        self._name = QLineEdit()
        self._name.setObjectName("input:user_name")
        self._name.setAccessibleName(self.tr("Họ và tên của anh/chị"))
        self._passphrase = PassphraseField(name="passphrase", label=self.tr("Mật khẩu"))
        self._again = PassphraseField(name="passphrase_again", label=self.tr("Nhập lại mật khẩu"))
        self._rules = QLabel(
            self.tr(
                "Mật khẩu mở khóa toàn bộ sổ trên máy này. Nên là một câu dễ nhớ của riêng mình, "
                "dán vào cũng được. Không ai xem được mật khẩu, kể cả tỉnh."
            )
        )
        self._rules.setProperty("kind", "muted")
        self._rules.setWordWrap(True)
        self._advice = PassphraseAdvice(self._passphrase.line)
        self._hint = KeyboardHint(self._passphrase.line)
        self._hint.is_wanted = lambda: self._exists
        self._keep = QCheckBox(self.tr("Nhớ trên máy này, cho tài khoản Windows này"))
        self._keep.setObjectName("input:remember")
        self._keep.setToolTip(
            self.tr("Lần sau khởi động không hỏi mật khẩu. Sau khi khóa sổ vẫn hỏi.")
        )
        self._known = QPushButton()
        self._known.setObjectName("button:open_remembered")
        self._known.clicked.connect(self._begin_remembered)
        self._wait = QTimer(self)
        self._wait.setInterval(_SECOND_MS)
        self._wait.timeout.connect(self._count_down)
        self._seconds = 0
        self._stage = WrappedLabel()
        self._stage.setObjectName("unlock:stage")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Tiến độ nâng cấp sổ"))
        for widget in (self._stage, self._bar):
            widget.hide()
        self._staged.connect(self._show_stage)
        self._forgot = self._link("forgot", self.tr("Quên mật khẩu"), self._tell_forgotten)
        self._from_backup = self._link(
            "from_backup", self.tr("Mở từ bản sao lưu"), self.restore_asked.emit
        )
        self._help = self._link("help", self.tr("Trợ giúp (F1)"), self.help_asked.emit)
        self._help.setShortcut("F1")
        self._practice = self._link(
            "practice", self.tr("Tập làm với xã tập huấn"), self.practice_asked.emit
        )
        self._go = QPushButton()
        self._go.setObjectName("button:unlock")
        self._go.setProperty("kind", "primary")
        self._go.clicked.connect(self._begin)
        for field in (self._passphrase.line, self._again.line, self._name):
            field.returnPressed.connect(self._go_on)
        self._form = QFormLayout()
        self._compose()
        self._exists = True
        self._show_doors(Doors(exists=True, users=()))

    def refresh(self) -> None:
        """Look at the folder, but not before the page was drawn: looking loads the store."""
        if self._is_drawn:
            self._look_now()

    def _look_now(self) -> None:
        self._jobs.run(self, self._look, on_success=self._show_doors, on_error=self.show_problem)

    def _show_doors(self, doors: Doors) -> None:
        self._exists = doors.exists
        self._users.clear()
        self._users.addItems(list(doors.users))
        self._heading.setText(self.tr("Mở sổ") if doors.exists else self.tr("Lập sổ mới"))
        self._go.setText(self.tr("Mở sổ") if doors.exists else self.tr("Lập sổ"))
        for widget, shown in (
            (self._users, doors.exists),
            (self._name, not doors.exists),
            (self._again, not doors.exists),
        ):
            self._form.setRowVisible(widget, shown)
        self._rules.setVisible(not doors.exists)
        self._advice.setVisible(not doors.exists)
        self._forgot.setVisible(doors.exists)
        self._keep.setVisible(doors.exists and doors.can_remember)
        self._keep.setChecked(bool(doors.remembered))
        self._known.setVisible(bool(doors.remembered) and doors.is_start)
        self._known.setText(self.tr("Mở sổ của {name}").format(name=doors.remembered))
        self._remembered = doors.remembered
        (self._passphrase.line if doors.exists else self._name).setFocus()

    def _go_on(self) -> None:
        """Enter goes to the next empty field; on the last it opens."""
        fields = [self._passphrase.line]
        if not self._exists:
            fields = [self._name, self._passphrase.line, self._again.line]
        empty = next((field for field in fields if not field.text()), None)
        if empty is None:
            self._begin()
        else:
            empty.setFocus()

    def _begin(self) -> None:
        user_name = self._users.currentText() if self._exists else self._name.text().strip()
        passphrase = self._passphrase.line.text()
        if self._seconds or (not self._exists and not self._may_create(user_name, passphrase)):
            return
        self._user_name = user_name
        self.message_bar.hide()
        self._set_busy(True)
        tell, is_kept = self._staged.emit, self._keep.isChecked()

        def enter() -> Any:
            if not self._exists:
                return self._create_register(user_name, passphrase)
            register = self._open_register(user_name, passphrase, tell)
            self._remember(user_name, passphrase, is_kept)
            return register

        self._jobs.run(
            self,
            enter,
            lane=Lane.WRITE,
            on_success=self._enter,
            on_error=self._refuse,
        )

    def _begin_remembered(self) -> None:
        """Without a passphrase, for whom this PC remembers."""
        if (opener := self._open_remembered) is None:
            return
        self._user_name = self._remembered
        tell = self._staged.emit
        self.message_bar.hide()
        self._set_busy(True)
        self._jobs.run(
            self,
            lambda: opener(tell),
            lane=Lane.WRITE,
            on_success=self._enter,
            on_error=self._refuse,
        )

    def _may_create(self, user_name: str, passphrase: str) -> bool:
        sentence = ""
        if not user_name:
            sentence, field = self.tr("Chưa ghi họ và tên."), self._name
        elif not is_long(passphrase):
            sentence = self.tr("Mật khẩu cần ít nhất {n} ký tự hoặc {m} từ.")
            sentence = sentence.format(n=MIN_CHARACTERS, m=MIN_WORDS)
            field = self._passphrase.line
        elif is_common(passphrase):
            sentence = self.tr("Mật khẩu này dễ bị đoán ra. Đặt một câu của riêng mình.")
            field = self._passphrase.line
        elif passphrase != self._again.line.text():
            sentence, field = self.tr("Hai lần nhập mật khẩu không giống nhau."), self._again.line
        else:
            return True
        self.message_bar.show_message(sentence, kind="error")
        field.setFocus()
        field.selectAll()
        return False

    def _enter(self, register: Any) -> None:
        self._set_busy(False)
        self._passphrase.line.clear()
        self._again.line.clear()
        entered = self.unlocked if self._exists else self.created
        entered.emit(register, self._user_name)

    def _refuse(self, error: AppError) -> None:
        self._set_busy(False)
        self.show_problem(error)
        self._passphrase.line.setFocus()
        self._passphrase.line.selectAll()
        if error.problem is Problem.TOO_MANY_TRIES:
            self._seconds = int(error.parameters.get("seconds", "60"))
            self._wait.start()
            self._show_wait()

    def _count_down(self) -> None:
        self._seconds -= 1
        if self._seconds <= 0:
            self._seconds = 0
            self._wait.stop()
            self.message_bar.hide()
        self._show_wait()

    def _show_wait(self) -> None:
        """How long it still takes, on the button that cannot be pressed before."""
        self._go.setEnabled(not self._seconds)
        if self._seconds:
            left = f"{self._seconds // 60}:{self._seconds % 60:02}"
            self._go.setText(self.tr("Mở sổ (còn {left})").format(left=left))
        else:
            self._go.setText(self.tr("Mở sổ"))

    def _show_stage(self, stage: str, done: int, total: int) -> None:
        """A register of an earlier version is brought to this one."""
        words = {
            "keeping": self.tr("giữ một bản sao lưu"),
            "copying": self.tr("chép sổ"),
            "changing": self.tr("đổi sang dạng mới"),
            "proving": self.tr("kiểm tra"),
            "swapping": self.tr("thay tệp"),
        }
        self._stage.setText(
            self.tr(
                "Đang nâng cấp sổ: {stage}… Chỉ làm một lần. Máy tắt giữa chừng cũng không hỏng sổ."
            ).format(stage=words.get(stage, ""))
        )
        self._bar.setRange(0, total if total > 1 else 0)
        self._bar.setValue(done)
        for widget in (self._stage, self._bar):
            widget.show()

    def _tell_forgotten(self) -> None:
        self.forgotten.emit(self._users.currentText())

    def _link(self, name: str, words: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        button.setProperty("kind", "quiet")
        button.clicked.connect(pressed)
        return button

    def _set_busy(self, busy: bool) -> None:
        self._go.setEnabled(not busy)
        for widget in (self._stage, self._bar):
            widget.hide()
        for link in (self._forgot, self._from_backup, self._known):
            link.setEnabled(not busy)
        if busy:
            self._go.setText(self.tr("Đang mở khóa…"))
        else:
            self._go.setText(self.tr("Mở sổ") if self._exists else self.tr("Lập sổ"))

    def _compose(self) -> None:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(500)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._form.setVerticalSpacing(8)
        rows: Sequence[tuple[str, QWidget]] = (
            (self.tr("Người dùng"), self._users),
            (self.tr("Họ và tên của anh/chị"), self._name),
            (self.tr("Mật khẩu"), self._passphrase),
            (self.tr("Nhập lại mật khẩu"), self._again),
        )
        for label, field in rows:
            self._form.addRow(label, field)
            if field is self._passphrase:
                self._form.addRow(self._advice)
                self._form.addRow(self._hint)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(32, 26, 32, 28)
        inner.setSpacing(14)
        inner.addLayout(self._brand())
        inner.addWidget(self._heading)
        inner.addWidget(self._rules)
        inner.addLayout(self._form)
        # The message stands inside the card, beside what it is about.
        inner.addWidget(self.message_bar)
        for widget in (self._keep, self._stage, self._bar, self._go, self._known):
            inner.addWidget(widget)
        links = QHBoxLayout()
        links.setSpacing(0)
        for link in (self._forgot, self._from_backup, self._help):
            links.addWidget(link)
        links.addStretch(1)
        inner.addLayout(links)
        apart = QHBoxLayout()
        apart.addWidget(self._practice)
        apart.addStretch(1)
        inner.addLayout(apart)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        self.body.addStretch(1)
        self.body.addLayout(row)
        self.body.addStretch(2)

    def _brand(self) -> QHBoxLayout:
        sign = QLabel()
        icons.put(sign, "book", tint="accent", size=40)
        name = QLabel(self.tr("Sổ An Sinh"))
        name.setProperty("kind", "title")
        what = QLabel(self.tr("Sổ lao động và an sinh xã hội của xã, phường"))
        what.setProperty("kind", "small")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(name)
        words.addWidget(what)
        brand = QHBoxLayout()
        brand.setSpacing(12)
        brand.addWidget(sign)
        brand.addLayout(words, 1)
        return brand

    # -- Qt --

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first time, go on to look at the folder."""
        super().paintEvent(event)
        if not self._is_drawn:
            self._is_drawn = True
            QTimer.singleShot(0, self._look_now)
