"""What a keyed sample came to: errors per question, and the decision about the lot."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.domain.lots import MOST_ERRORS, FieldErrors, Lot, LotResult
from desktop.ui import icons, theme
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.widgets.table import Table
from desktop.ui.widgets.wrapped_label import WrappedLabel
from forms.definition import FormDefinition
from forms.runtime.frames import without_keys


class LotResultPanel(QWidget):
    """Summary, table, two buttons.

    Signals:
        accept_asked: take the whole lot.
        return_asked: (reason) send the whole lot back.
    """

    accept_asked = Signal()
    return_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._labels: dict[str, str] = {}
        self._lot_id = ""
        self._summary = WrappedLabel()
        self._summary.setObjectName("lot:summary")
        self._model: RowsModel[FieldErrors] = RowsModel(
            columns=[
                Column(self.tr("Câu"), self._label),
                Column(
                    self.tr("Đã so"), lambda one: str(one.compared), width=100, align_right=True
                ),
                Column(
                    self.tr("Khác"),
                    lambda one: str(one.differing),
                    tint=_tint,
                    width=100,
                    align_right=True,
                ),
                Column(
                    self.tr("Tỷ lệ"),
                    lambda one: per_cent(one.rate),
                    tint=_tint,
                    width=110,
                    align_right=True,
                ),
            ],
            parent=self,
        )
        self._table = Table(
            name="table:lot_fields", label=self.tr("Chỗ khác theo từng câu"), model=self._model
        )
        self._reason = QLineEdit()
        self._reason.setObjectName("input:lot_reason")
        self._reason.setAccessibleName(self.tr("Lý do trả cả lô"))
        self._reason.setPlaceholderText(self.tr("Lý do trả cả lô: xã cần soát lại gì"))
        self._reason.returnPressed.connect(self._give_back)
        self._return = QPushButton(self.tr("Trả cả lô"))
        self._return.setObjectName("button:return_lot")
        self._return.setProperty("kind", "danger")
        icons.dress(self._return, "return", tint="error")
        self._return.clicked.connect(self._give_back)
        self._accept = QPushButton(self.tr("Nhận cả lô"))
        self._accept.setObjectName("button:accept_lot")
        icons.dress(self._accept, "check", tint="on_accent")
        self._accept.setProperty("kind", "primary")
        self._accept.clicked.connect(self.accept_asked)
        self._deciding = QFrame()
        row = QHBoxLayout(self._deciding)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._reason, 1)
        row.addWidget(self._return)
        row.addWidget(self._accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._summary)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._deciding)

    def show_result(self, lot: Lot, result: LotResult, definition: FormDefinition) -> None:
        """The errors of this lot; a decided one is only looked at."""
        self._labels = {question.path: question.label_vi for question in definition.questions()}
        self._model.show_rows(result.fields)
        proposal = (
            self.tr("Không quá {n}: có thể nhận cả lô.").format(n=per_cent(MOST_ERRORS))
            if result.is_good
            else self.tr("Quá {n}: nên trả cả lô để xã soát lại.").format(n=per_cent(MOST_ERRORS))
        )
        words = self.tr(
            "Nhập lại {m} trong {all} phiếu (tỷ lệ {rate} %, số chọn mẫu {seed}): "
            "{errors} chỗ khác trong {compared} câu, {share}. {proposal}"
        ).format(
            m=len(lot.keyed),
            all=len(lot.members),
            rate=lot.rate,
            seed=lot.seed,
            errors=result.errors,
            compared=result.compared,
            share=per_cent(result.rate),
            proposal="" if lot.decided else proposal,
        )
        theme.restyle(self._summary, kind="good" if result.is_good else "warning")
        self._summary.setText(words.strip())
        self._deciding.setVisible(not lot.decided)
        if lot.lot_id != self._lot_id:  # read anew it is the same one: a reason half-typed stays
            self._lot_id = lot.lot_id
            self._reason.clear()
        self._table.selectRow(0)
        is_typing = bool(self._reason.text())
        (self._accept if result.is_good and not is_typing else self._reason).setFocus()

    def _label(self, one: FieldErrors) -> str:
        return self._labels.get(without_keys(one.path), one.path)

    def _give_back(self) -> None:
        if self._reason.text().strip():
            self.return_asked.emit(self._reason.text())
        else:
            self._reason.setFocus()


def per_cent(rate: float) -> str:
    """``2,5 %``."""
    return f"{rate:.1f} %".replace(".", ",")


def _tint(one: FieldErrors) -> str:
    if not one.differing:
        return "muted"
    return "error" if one.rate > MOST_ERRORS else "warning"
