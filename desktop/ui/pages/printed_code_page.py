"""The recovery code: shown once, put on paper, and typed back in part to prove that it is."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, printing
from desktop.ui.page import Page
from desktop.ui.widgets.wrapped_label import WrappedLabel

_ASKED_GROUPS = 2


class PrintedCodePage(Page):
    """Makes a code when the officer says so; whoever leaves the page does not see it again.

    Signals:
        finished: the code was confirmed, or the officer put it off.
    """

    finished = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        make: Callable[[], str],
        confirm: Callable[[], None],
        user: str,
    ) -> None:
        super().__init__(name="printed_code")
        self._jobs = jobs
        self._make = make
        self._confirm = confirm
        self._user = user
        self._groups: list[str] = []
        self._asked: list[int] = []
        self.set_title(self.tr("Mã khôi phục"))
        self._code = QLabel()
        self._code.setObjectName("code:shown")
        self._code.setProperty("kind", "code")
        self._begin = self._button("make_code", self.tr("Lập mã khôi phục"), self._run, "primary")
        self._print = self._button("print_code", self.tr("In mã…"), self._print_code)
        icons.dress(self._print, "printer")
        self._save = self._button("save_code", self.tr("Lưu vào tệp…"), self._save_code)
        icons.dress(self._save, "save")
        self._done = self._button("confirm_code", self.tr("Đã cất mã"), self._check, "primary")
        self._later = self._button("skip_code", self.tr("Để lúc khác"), self._finish, "quiet")
        self._labels, self._lines = self._make_lines()
        self._lay_out_page()
        self._forget()

    def leave(self) -> None:
        """The code is not shown again."""
        self._forget()

    # -- making --

    def _run(self) -> None:
        self._begin.setEnabled(False)
        self.message_bar.hide()
        self._jobs.run(
            self, self._make, lane=Lane.WRITE, on_success=self._show, on_error=self._refuse
        )

    def _refuse(self, error: AppError) -> None:
        self._begin.setEnabled(True)
        self.show_problem(error)

    def _show(self, code: str) -> None:
        self._groups = code.split("-")
        self._code.setText(" ".join(self._groups))
        numbers = list(range(len(self._groups)))
        self._asked = sorted(secrets.SystemRandom().sample(numbers, _ASKED_GROUPS))
        for label, line, number in zip(self._labels, self._lines, self._asked, strict=True):
            words = self.tr("Nhóm thứ {n}").format(n=number + 1)
            label.setText(words)
            line.setAccessibleName(words)
            line.setProperty("group", number)
        self._set_shown(True)
        self._print.setFocus()

    def _check(self) -> None:
        for line, number in zip(self._lines, self._asked, strict=True):
            if line.text().strip().upper() != self._groups[number]:
                self.message_bar.show_message(
                    self.tr("Nhóm thứ {n} chưa đúng với mã.").format(n=number + 1),
                    self.tr("Nhìn vào bản đã in hoặc đã chép rồi gõ lại."),
                    kind="error",
                )
                line.setFocus()
                line.selectAll()
                return
        self._jobs.run(
            self,
            self._confirm,
            lane=Lane.WRITE,
            on_success=lambda _none: self._finish(),
            on_error=self.show_problem,
        )

    def _finish(self) -> None:
        self._forget()
        self.finished.emit()

    def _forget(self) -> None:
        self._groups, self._asked = [], []
        self._code.clear()
        for line in self._lines:
            line.clear()
        self._begin.setEnabled(True)
        self._set_shown(False)

    def _set_shown(self, shown: bool) -> None:
        self._sheet.setVisible(shown)
        self._begin.setVisible(not shown)

    # -- paper --

    def document(self) -> QTextDocument:
        """The sheet to be put away."""
        document = QTextDocument()
        document.setMarkdown(
            "\n\n".join(
                (
                    self.tr("# Mã khôi phục Sổ An Sinh"),
                    f"**{' – '.join(self._groups)}**",
                    self.tr("Người lập: {user}").format(user=self._user),
                    self.tr(
                        "Ai có mã này và có máy (hoặc bản sao lưu) thì mở được sổ. Cho vào phong "
                        "bì, ghi ngày, niêm phong, cất trong két hoặc tủ có khóa của ủy ban; "
                        "không chụp ảnh, không gửi qua tin nhắn."
                    ),
                    self.tr(
                        "Khi quên mật khẩu: ở màn hình mở sổ bấm “Quên mật khẩu”, gõ mã này và "
                        "đặt mật khẩu mới. Mã vẫn dùng được cho đến khi lập mã mới."
                    ),
                )
            )
        )
        return document

    def _print_code(self) -> None:
        printing.print_document(self.document(), parent=self, title=self.tr("Mã khôi phục"))

    def _save_code(self) -> None:
        printing.ask_for_file(
            self,
            title=self.tr("Lưu mã khôi phục"),
            name="ma-khoi-phuc.txt",
            pattern=self.tr("Văn bản (*.txt)"),
            chosen=self.save_to,
        )

    def save_to(self, path: Path) -> None:
        """Write the sheet as text; the officer chose the place."""
        try:
            path.write_text(self.document().toPlainText() + "\n", encoding="utf-8")
        except OSError:
            self.message_bar.show_message(
                self.tr("Không ghi được tệp."), self.tr("Chọn nơi khác rồi lưu lại."), kind="error"
            )
        else:
            self.message_bar.show_message(
                self.tr("Đã lưu. Ai đọc được tệp này thì mở được sổ."),
                self.tr("Chuyển tệp sang USB cất riêng, đừng để lại trên máy này."),
                kind="warning",
            )

    # -- widgets --

    def _button(
        self, name: str, words: str, pressed: Callable[[], None], kind: str = ""
    ) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        if kind:
            button.setProperty("kind", kind)
        button.clicked.connect(pressed)
        return button

    def _make_lines(self) -> tuple[list[QLabel], list[QLineEdit]]:
        labels, lines = [], []
        for number in range(_ASKED_GROUPS):
            line = QLineEdit()
            line.setObjectName(f"input:code_group_{number + 1}")
            line.setAccessibleName(self.tr("Nhóm chữ gõ lại"))
            line.setMaxLength(8)
            line.setFixedWidth(110)
            lines.append(line)
            labels.append(QLabel())
        lines[0].returnPressed.connect(lines[1].setFocus)
        lines[-1].returnPressed.connect(self._check)
        return labels, lines

    def _lay_out_page(self) -> None:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(760)
        why = WrappedLabel()
        why.setText(
            self.tr(
                "Quên mật khẩu thì không ai mở lại được sổ nếu chưa chuẩn bị. Mã khôi phục là một "
                "dãy chữ in ra giấy, cất trong két của ủy ban, để đặt lại mật khẩu khi cần. Mã chỉ "
                "hiện một lần và không lưu ở đâu trong máy. Lập mã mới thì mã cũ hết dùng được."
            )
        )
        inside = QVBoxLayout(card)
        inside.setContentsMargins(28, 22, 28, 22)
        inside.setSpacing(14)
        inside.addWidget(why)
        inside.addWidget(self._make_sheet())
        foot = QHBoxLayout()
        foot.addWidget(self._begin)
        foot.addWidget(self._later)
        foot.addStretch(1)
        inside.addLayout(foot)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addStretch(1)

    def _make_sheet(self) -> QFrame:
        self._sheet = QFrame()
        self._sheet.setProperty("kind", "plain")
        paper = QHBoxLayout()
        paper.addWidget(self._print)
        paper.addWidget(self._save)
        paper.addStretch(1)
        ask = WrappedLabel()
        ask.setText(
            self.tr("Để chắc mã đã ở trên giấy, gõ lại hai nhóm theo bản đã in hoặc đã chép:")
        )
        back = QHBoxLayout()
        back.setSpacing(10)
        for label, line in zip(self._labels, self._lines, strict=True):
            back.addWidget(label)
            back.addWidget(line)
            back.addSpacing(10)
        back.addWidget(self._done)
        back.addStretch(1)
        layout = QVBoxLayout(self._sheet)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self._code)
        layout.addLayout(paper)
        layout.addWidget(ask)
        layout.addLayout(back)
        return self._sheet
