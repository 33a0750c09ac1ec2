"""One finding under its question; a warning is confirmed here with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui import icons
from desktop.ui.forms.editors import EntryLine
from forms.findings import Finding, Severity
from forms.vietnamese import clean

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "info"}


class FindingLine(QFrame):
    """The sentence of a finding; red, amber or blue.

    Signals:
        confirmed: (fingerprint, reason); an empty reason takes the confirmation back.
        move_asked: Enter in the reason line went on.
        typed: letters or the cursor of the reason changed.
        reason_typed: (fingerprint, letters) of the reason as it stands.
        pressed: a key in the line of the reason.
    """

    confirmed = Signal(str, str)
    move_asked = Signal(int)
    typed = Signal()
    reason_typed = Signal(str, str)
    pressed = Signal()

    def __init__(
        self,
        *,
        finding: Finding,
        reason: str | None,
        typed: str = "",
        offered: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        """``typed`` stands in the line already; a digit takes one of the ``offered`` reasons."""
        super().__init__(parent)
        self.finding = finding
        self.reason = reason
        self._offered = tuple(offered[:9])
        self._reason_line: EntryLine | None = None
        is_warning = finding.severity is Severity.WARNING
        kind = "good" if is_warning and reason is not None else _KINDS[finding.severity]
        self.setProperty("note", kind)
        self.setObjectName(f"finding:{finding.code.name}:{finding.path}")
        self.setAccessibleName(finding.message_vi)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(_words(_without_label(finding)))
        if is_warning:
            words.addLayout(self._confirmed() if reason is not None else self._to_confirm(typed))
            if reason is None and self._offered:
                words.addWidget(self._offer())
        picture = QLabel()
        icon = "check-circle" if kind == "good" else kind
        icons.put(picture, icon, tint=kind, size=18)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 8, 6)
        layout.setSpacing(8)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)

    def focus_reason(self) -> bool:
        """Put the cursor where the reason is typed, if there is such a place."""
        if self._reason_line is None:
            return False
        self._reason_line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    @property
    def line(self) -> EntryLine | None:
        """Where the reason is typed, unless it is given or not asked."""
        return self._reason_line

    def show_typed(self, text: str) -> None:
        """A reason that was being typed before; what stands there already stays."""
        line = self._reason_line
        if text and line is not None and line.text() != text:
            line.setText(text)

    def _offer(self) -> QLabel:
        """Reasons that were given before, each with its digit."""
        parts = [f"<b>{number}</b> {escape(text)}" for number, text in enumerate(self._offered, 1)]
        offer = QLabel("&nbsp;&nbsp; ".join(parts))
        offer.setWordWrap(True)
        offer.setTextFormat(Qt.TextFormat.RichText)
        offer.setProperty("kind", "small")
        return offer

    def _to_confirm(self, typed: str) -> QHBoxLayout:
        place = f"{self.finding.code.name}:{self.finding.path}"
        line = EntryLine(self)
        line.setText(typed)
        line.setObjectName(f"reason:{place}")
        hint = self.tr("Nếu đúng thật: ghi lý do rồi Enter")
        line.setPlaceholderText(
            self.tr("Nếu đúng thật: số hoặc lý do, rồi Enter") if self._offered else hint
        )
        line.setAccessibleName(self.tr("Lý do xác nhận cảnh báo"))
        line.move_asked.connect(self._enter_pressed)
        line.pressed.connect(self.pressed)
        line.textEdited.connect(self._tell_reason)
        line.cursorPositionChanged.connect(self._tell_typed)
        button = QPushButton(self.tr("Xác nhận"))
        button.setObjectName(f"button:confirm:{place}")
        button.setProperty("kind", "small")
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.clicked.connect(self._confirm)
        self._reason_line = line
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(line, 1)
        row.addWidget(button)
        return row

    def _confirmed(self) -> QHBoxLayout:
        text = _words(self.tr("Đã xác nhận: {reason}").format(reason=self.reason))
        text.setProperty("kind", "strong")
        button = QPushButton(self.tr("Bỏ xác nhận"))
        button.setObjectName(f"button:unconfirm:{self.finding.code.name}:{self.finding.path}")
        button.setProperty("kind", "small")
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.clicked.connect(self._take_back)
        row = QHBoxLayout()
        row.addWidget(text, 1)
        row.addWidget(button)
        return row

    def _tell_typed(self) -> None:
        self.typed.emit()

    def _tell_reason(self, text: str) -> None:
        self.reason_typed.emit(self.finding.fingerprint, text)
        self.typed.emit()

    def _enter_pressed(self, step: int) -> None:
        if step > 0 and self._confirm():
            return
        self.move_asked.emit(step)

    def _confirm(self) -> bool:
        reason = clean(self._reason_line.text()) if self._reason_line is not None else ""
        if reason.isdigit() and 1 <= int(reason) <= len(self._offered):
            reason = self._offered[int(reason) - 1]
        if reason:
            self.confirmed.emit(self.finding.fingerprint, reason)
        return bool(reason)

    def _take_back(self) -> None:
        self.confirmed.emit(self.finding.fingerprint, "")


def _without_label(finding: Finding) -> str:
    """The sentence; the label it may begin with stands at the question already."""
    text = finding.message_vi
    label = finding.parameters.get("label", "")
    if label and text.startswith(f"{label}: "):
        text = text[len(label) + 2 :]
    return text[:1].upper() + text[1:]


def _words(text: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
