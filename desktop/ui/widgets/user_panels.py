"""What is asked before something is done about a user: one panel for each thing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.users import RekeyStep
from desktop.ui import theme
from desktop.ui.widgets.new_passphrase import NewPassphrase
from desktop.ui.widgets.passphrase_advice import KeyboardHint
from desktop.ui.widgets.passphrase_field import PassphraseField
from desktop.ui.widgets.wrapped_label import WrappedLabel


class Panel(QFrame):
    """A heading, what is asked, an objection, and two buttons.

    Signals:
        agreed: the button was pressed and nothing stands against it.
        given_up: back to the list.
    """

    agreed = Signal()
    given_up = Signal()

    def __init__(self, *, name: str, title: str, button: str, kind: str = "primary") -> None:
        super().__init__()
        self.setObjectName(f"panel:{name}")
        self.setProperty("kind", "card")
        self.heading = WrappedLabel()
        self.heading.setProperty("kind", "heading")
        self.heading.setText(title)
        self.go = QPushButton(button)
        self.go.setObjectName(f"button:{name}")
        self.go.setProperty("kind", kind)
        self.go.clicked.connect(self.agree)
        self.back = QPushButton(self.tr("Thôi"))
        self.back.setObjectName(f"button:{name}_back")
        self.back.setShortcut("Esc")
        self.back.clicked.connect(self.given_up)
        self._objection = WrappedLabel()
        self._objection.setObjectName(f"objection:{name}")
        theme.restyle(self._objection, kind="error")
        self._objection.hide()
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        foot = QHBoxLayout()
        foot.addWidget(self.go)
        foot.addWidget(self.back)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 18)
        layout.setSpacing(10)
        layout.addWidget(self.heading)
        layout.addLayout(self.body)
        layout.addWidget(self._objection)
        layout.addLayout(foot)
        layout.addStretch(1)

    def objection(self) -> str:
        """Why it cannot be done, "" when it can."""
        return ""

    def agree(self) -> None:
        """As the button."""
        words = self.objection()
        self.object_to(words)
        if not words:
            self.agreed.emit()

    def object_to(self, words: str) -> None:
        """Say what stands against it; "" takes it back."""
        self._objection.setText(words)
        self._objection.setVisible(bool(words))

    def set_busy(self, busy: bool) -> None:
        """While it is being done."""
        self.go.setEnabled(not busy)
        self.back.setEnabled(not busy)

    def words(self, text: str) -> WrappedLabel:
        """A paragraph of the panel."""
        label = WrappedLabel()
        label.setText(text)
        self.body.addWidget(label)
        return label


class AddPanel(Panel):
    """A new user: name, role, passphrase."""

    def __init__(self) -> None:
        super().__init__(
            name="add_user", title=self.tr("Thêm người dùng"), button=self.tr("Thêm người này")
        )
        self.name = QLineEdit()
        self.name.setObjectName("input:new_user")
        self.name.setAccessibleName(self.tr("Họ và tên người mới"))
        self.is_manager = QCheckBox(self.tr("Cũng là người quản lý sổ"))
        self.is_manager.setObjectName("input:new_manager")
        self.passphrase = NewPassphrase()
        self.name.returnPressed.connect(self.passphrase.setFocus)
        self.passphrase.entered.connect(self.agree)
        self.body.addWidget(QLabel(self.tr("Họ và tên")))
        self.body.addWidget(self.name)
        self.body.addWidget(self.is_manager)
        self.words(
            self.tr(
                "Người quản lý được thêm, xóa người dùng và lập mã khôi phục. Để người mới tự gõ "
                "mật khẩu của mình."
            )
        ).setProperty("kind", "small")
        self.body.addWidget(self.passphrase)
        self.setFocusProxy(self.name)

    def objection(self) -> str:
        """No name, or no passphrase that can be taken."""
        if not self.name.text().strip():
            self.name.setFocus()
            return self.tr("Chưa ghi họ và tên.")
        return self.passphrase.objection()

    def clear(self) -> None:
        """For the next one."""
        self.name.clear()
        self.is_manager.setChecked(False)
        self.passphrase.clear()
        self.object_to("")


class ChangePanel(Panel):
    """One's own passphrase: the present one and another."""

    def __init__(self) -> None:
        super().__init__(
            name="change_passphrase",
            title=self.tr("Đổi mật khẩu của tôi"),
            button=self.tr("Đổi mật khẩu"),
        )
        self.old = PassphraseField(name="old_passphrase", label=self.tr("Mật khẩu đang dùng"))
        self.passphrase = NewPassphrase()
        self.old.line.returnPressed.connect(self.passphrase.setFocus)
        self.passphrase.entered.connect(self.agree)
        self.body.addWidget(QLabel(self.tr("Mật khẩu đang dùng")))
        self.body.addWidget(self.old)
        self.body.addWidget(KeyboardHint(self.old.line))
        self.body.addWidget(self.passphrase)
        self.words(
            self.tr("Bản sao lưu cũ vẫn mở bằng mật khẩu của ngày ấy: hãy còn nhớ mật khẩu cũ.")
        ).setProperty("kind", "small")
        self.setFocusProxy(self.old.line)

    def objection(self) -> str:
        """The present one is missing, or the new one cannot be taken."""
        if not self.old.line.text():
            self.old.line.setFocus()
            return self.tr("Chưa nhập mật khẩu đang dùng.")
        return self.passphrase.objection()

    def clear(self) -> None:
        """For the next time."""
        self.old.line.clear()
        self.old.hide_again()
        self.passphrase.clear()
        self.object_to("")


class ResetPanel(Panel):
    """Another passphrase for one who forgot it."""

    def __init__(self) -> None:
        super().__init__(
            name="reset_user", title=self.tr("Đặt lại mật khẩu"), button=self.tr("Đặt lại")
        )
        self.passphrase = NewPassphrase()
        self.passphrase.entered.connect(self.agree)
        self.words(
            self.tr(
                "Để người ấy tự gõ mật khẩu mới. Việc đặt lại được ghi vào nhật ký cùng tên "
                "anh/chị."
            )
        )
        self.body.addWidget(self.passphrase)
        self.setFocusProxy(self.passphrase)

    def objection(self) -> str:
        """What stands against the passphrase."""
        return self.passphrase.objection()

    def clear(self) -> None:
        """For the next time."""
        self.passphrase.clear()
        self.object_to("")


class RemovePanel(Panel):
    """Ends a user's access and changes the key, or only changes the key.

    Signals:
        stop_asked: give up the change of the key; the access stays taken away.
    """

    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__(
            name="remove_user",
            title=self.tr("Xóa người dùng"),
            button=self.tr("Xóa và đổi khóa"),
            kind="danger",
        )
        self._why = self.words("")
        self._step = self.words("")
        self._step.setObjectName("rekey:step")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Tiến độ đổi khóa"))
        self._stop = QPushButton(self.tr("Dừng, đổi khóa sau"))
        self._stop.setObjectName("button:stop_rekey")
        self._stop.clicked.connect(self.stop_asked)
        for widget in (self._bar, self._stop):
            self.body.addWidget(widget)
        self.set_busy(False)
        self.setFocusProxy(self.back)

    def ask_about(self, name: str) -> None:
        """Whose access ends; "" when only the key is to be changed."""
        key = self.tr(
            "Sổ được chép sang một khóa mới, kiểm tra rồi mới thay; một bản sao lưu được giữ "
            "trước. Tắt máy giữa chừng cũng không hỏng sổ. Bản sao lưu làm trước hôm nay vẫn mở "
            "bằng khóa cũ: cất kỹ hoặc hủy chúng."
        )
        if name:
            self.heading.setText(self.tr("Xóa {name}").format(name=name))
            self.go.setText(self.tr("Xóa và đổi khóa"))
            first = self.tr(
                "{name} không mở được sổ này nữa, ngay lập tức. Phiếu đã nhập, kể cả phần chưa "
                "gửi, vẫn còn nguyên và vẫn mang tên người nhập. Vì người ấy có thể đã giữ khóa, "
                "chương trình đổi khóa của sổ ngay sau đó."
            ).format(name=name)
            self._why.setText(f"{first}\n\n{key}")
        else:
            self.heading.setText(self.tr("Đổi khóa của sổ"))
            self.go.setText(self.tr("Đổi khóa"))
            self._why.setText(key)
        self._step.setText("")

    def show_step(self, step: str, done: int, total: int) -> None:
        """How far the change of the key is (``RekeyStep`` by value)."""
        self._step.setText(self._step_words()[RekeyStep(step)])
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._stop.setEnabled(step == RekeyStep.COPYING.value)

    def set_busy(self, busy: bool) -> None:
        """While it runs, the bar; and a way to stop while copying."""
        super().set_busy(busy)
        for widget in (self._step, self._bar, self._stop):
            widget.setVisible(busy)
        if busy:
            self._step.setText(self.tr("Đang giữ một bản sao lưu…"))
            self._bar.setRange(0, 0)
            self._stop.setEnabled(True)

    def _step_words(self) -> dict[RekeyStep, str]:
        safe = self.tr("Có thể đóng chương trình: lần mở sau sổ tự làm xong.")
        return {
            RekeyStep.COPYING: self.tr("Đang chép sang khóa mới…"),
            RekeyStep.COPIED: self.tr("Đã chép và kiểm tra xong."),
            RekeyStep.PROMISED: self.tr("Đang ghi khóa mới cho từng người.") + " " + safe,
            RekeyStep.CLOSED: self.tr("Đang thay tệp sổ.") + " " + safe,
            RekeyStep.SWAPPED: self.tr("Đã thay tệp sổ."),
            RekeyStep.DONE: self.tr("Xong."),
        }


def button(
    parent: QWidget, *, name: str, words: str, pressed: Callable[[], None], kind: str = ""
) -> QPushButton:
    """A button with its name and what it does."""
    made = QPushButton(words, parent)
    made.setObjectName(f"button:{name}")
    if kind:
        made.setProperty("kind", kind)
    made.clicked.connect(pressed)
    return made
