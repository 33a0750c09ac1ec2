"""What stands above a form: whose it is, how far it is, and what one does with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from desktop.domain.people import CheckState, RecordStatus
from desktop.domain.records import OpenedForm
from desktop.ui import icons, wording
from desktop.ui.models.people_columns import CHECK_TINTS
from desktop.ui.page import Page
from desktop.ui.widgets.chip import Chip
from forms.definition import Answer

_STATUS_KINDS = {
    RecordStatus.RETURNED: "error",
    RecordStatus.ACCEPTED: "good",
    RecordStatus.SUBMITTED: "info",
}


class FormHead(QObject):
    """The widgets around the title of the form page.

    Attributes:
        back, history, police, other_forms, save, submit: what can be pressed.
        saved: whether what is typed is saved.
        name: of the person.
    """

    def __init__(self, *, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self.name = ""
        self._words = wording.Words(self)
        self.back = self._tool("back", self.tr("Lưu và về danh sách (Esc)"), "back", 24)
        self.back.setAccessibleName(self.tr("Về danh sách"))
        tip = self.tr("Ai đã xem, sửa hồ sơ này (Ctrl+H)")
        self.history = self._tool("history", tip, "clock", 20)
        self.history.setAccessibleName(self.tr("Nhật ký về người này"))
        tip = self.tr("Mở phiếu khác của người này (F4)")
        self.other_forms = self._tool("other_forms", tip, "book", 20)
        self.other_forms.setAccessibleName(self.tr("Phiếu khác của người này"))
        self.police = self._button(self.tr("Chuyển công an"), "send_to_police", "shield", "")
        self.police.setToolTip(self.tr("Hỏi công an xã về danh tính này"))
        self.save = self._button(self.tr("Lưu"), "save", "save", "")
        self.save.setToolTip(self.tr("Lưu (Ctrl+S)"))
        self.submit = self._button(self.tr("Nộp phiếu"), "submit", "send", "primary")
        self.submit.setToolTip(
            self.tr("Lưu và nộp phiếu. Ctrl+Enter: nộp rồi mở người tiếp theo trong danh sách")
        )
        self._status = Chip(name="form:status")
        self._check = Chip(name="form:check")
        self.saved = QLabel()
        self.saved.setObjectName("form:saved")
        self.saved.setProperty("kind", "small")
        self._compose()

    def show_state(self, opened: OpenedForm, *, is_dirty: bool) -> None:
        """Of the form as it is stored."""
        definition = opened.definition
        name = opened.answers.get(definition.path_of_role("person.full_name") or "")
        unnamed = self.tr("Người mới") if opened.person_id is None else self.tr("Phiếu của hộ")
        self.name = str(name or unnamed)
        # The law that the title ends with stands in the help of the questions.
        self._page.set_title(self.name, definition.title_vi.partition(" (")[0])
        self._status.show_state(
            self._words.record_status(opened.status), _STATUS_KINDS.get(opened.status, "plain")
        )
        self._check.setVisible(opened.check is not CheckState.NOT_ASKED)
        self._check.show_state(
            self.tr("CSDLQG: {s}").format(s=self._words.check_state(opened.check)),
            CHECK_TINTS[opened.check],
        )
        in_hand = opened.status in (RecordStatus.SUBMITTED, RecordStatus.ACCEPTED)
        # Answers may have changed elsewhere too: by the CSDLQG's value, on another device.
        is_again = opened.status is RecordStatus.RETURNED or (in_hand and opened.is_changed)
        self.submit.setEnabled(not in_hand or opened.is_changed or is_dirty)
        self.submit.setText(self.tr("Nộp lại") if is_again else self.tr("Nộp phiếu"))

    def show_flags(self, flags: int, opened: OpenedForm, value: Callable[[str], Answer]) -> None:
        """The police are asked where something is in doubt; not twice about the same identity.

        ``value`` tells the answer at a path as it stands on the page.
        """
        self.police.setVisible(bool(flags) and not _is_asked(opened, value))

    def _tool(self, name: str, tip: str, icon: str, size: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"button:{name}")
        button.setToolTip(tip)
        icons.put(button, icon, tint="accent", size=size)
        button.setIconSize(QSize(size, size))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _button(self, text: str, name: str, icon: str, kind: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"button:{name}")
        button.setAccessibleName(text)
        button.setProperty("kind", kind)
        icons.dress(button, icon, tint="on_accent" if kind == "primary" else "accent")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _compose(self) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        page = self._page
        page.lead.addWidget(self.back, 0, middle)
        for chip in (self._status, self._check):
            page.beside_title.addWidget(chip, 0, middle)
        page.beside_subtitle.addWidget(self.saved, 0, middle)
        for button in (self.history, self.other_forms, self.police, self.save, self.submit):
            page.tools.addWidget(button, 0, middle)


def _is_asked(opened: OpenedForm, value: Callable[[str], Answer]) -> bool:
    """Do the police have exactly the identity that stands on the page?"""
    return opened.check is CheckState.WAITING and all(
        str(value(path) or "") == sent for path, sent in opened.asked.items()
    )
