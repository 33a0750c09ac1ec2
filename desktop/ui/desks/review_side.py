"""Beside the record: how the person was checked, and what the rules of the form say of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.checks import CheckAnswer
from desktop.domain.reviews import SubmissionDetail, ToldCheck
from desktop.ui import wording
from desktop.ui.desks.answer_bar import ANSWER_TINTS
from desktop.ui.widgets.wrapped_label import WrappedLabel
from forms.findings import Finding, Severity

_TINTS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "info"}


class ReviewSide(QScrollArea):
    """Boxes of words, drawn anew for each record."""

    def __init__(self, *, words: wording.Words) -> None:
        super().__init__()
        self._words = words
        self.setObjectName("review:side")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_record(self, detail: SubmissionDetail) -> None:
        """What there is to say of this one."""
        panel = QWidget()
        panel.setProperty("kind", "canvas")
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(8)
        for words in self._competing(detail):
            column.addWidget(_box("review:competing", "warning", words))
        column.addWidget(_heading(self.tr("Công an kiểm tra")))
        column.addWidget(self._check(detail.row.check))
        column.addWidget(_heading(self.tr("Phát hiện trên phiếu (F8)")))
        boxes = [self._finding(finding, detail) for finding in self._told(detail)]
        boxes = boxes or [_box("review:finding", "good", self.tr("Không có gì phải xem."))]
        for box in boxes:
            column.addWidget(box)
        column.addStretch(1)
        self.setWidget(panel)

    def _check(self, check: ToldCheck | None) -> QFrame:
        name = "review:check"
        if check is None:
            return _box(name, "info", self.tr("Không có nghi vấn danh tính; chưa hỏi công an."))
        if check.answer is None:
            return _box(name, "warning", self.tr("Đã gửi công an, chưa có trả lời."))
        lines = [
            self.tr("{field} theo CSDLQG: {value}").format(
                field=self._words.person_field(field),
                value=self._words.person_value(field, value),
            )
            for field, value in check.differs.items()
        ]
        if check.number:
            lines.append(self.tr("Số định danh công an cấp: {n}").format(n=check.number))
        if check.note:
            lines.append(check.note)
        title = self._words.check_answer(check.answer)
        kind = "good" if check.answer is CheckAnswer.MATCHED else ANSWER_TINTS[check.answer]
        return _box(name, kind, title, lines)

    def _told(self, detail: SubmissionDetail) -> list[Finding]:
        order = list(Severity)
        return sorted(detail.findings, key=lambda finding: order.index(finding.severity))

    def _finding(self, finding: Finding, detail: SubmissionDetail) -> QFrame:
        reasons = [
            one.reason
            for one in detail.confirmed
            if (one.code, one.path) == (finding.code.name, finding.path)
        ]
        lines = [self.tr("Đã xác nhận: {reason}").format(reason=why) for why in reasons]
        tint = _TINTS[finding.severity]
        return _box("review:finding", tint, finding.message_vi, lines)

    def _competing(self, detail: SubmissionDetail) -> list[str]:
        """Another device decided otherwise; deciding again settles it."""
        reviews = {"": self.tr("chưa quyết định"), "accepted": self.tr("nhận phiếu")}
        reviews["returned"] = self.tr("trả lại phiếu")
        words = self.tr("Máy khác quyết định khác: {what} ({by}, {at}). Hãy quyết định lại.")
        return [
            words.format(
                what=reviews.get(str(other.value or ""), "")
                if field == "review"
                else self.tr("lý do trả lại là {why}").format(why=other.value or "–"),
                by=other.by,
                at=wording.moment(other.at),
            )
            for field, others in detail.competing.items()
            for other in others
        ]


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("kind", "strong")
    return label


def _box(name: str, note: str, title: str, lines: list[str] | None = None) -> QFrame:
    box = QFrame()
    box.setObjectName(name)
    box.setProperty("note", note)
    inside = QVBoxLayout(box)
    inside.setContentsMargins(10, 6, 10, 6)
    inside.setSpacing(2)
    for text in (title, *(lines or [])):
        words = WrappedLabel()
        words.setText(text)
        words.setProperty("verdict", note if note in ("good", "warning", "error") else "muted")
        inside.addWidget(words)
    return box
