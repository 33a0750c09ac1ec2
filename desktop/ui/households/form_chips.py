"""The forms of a member, painted as chips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.households import MemberForm
from desktop.domain.people import RecordStatus
from desktop.ui import theme
from desktop.ui.households.members_model import FORMS_ROLE
from desktop.ui.wording import Words

_MOST_CHIPS = 3
_Index = QModelIndex | QPersistentModelIndex
_TINTS = {
    RecordStatus.NONE: "muted",
    RecordStatus.DRAFT: "text",
    RecordStatus.SUBMITTED: "info",
    RecordStatus.RETURNED: "error",
    RecordStatus.ACCEPTED: "good",
}


class FormsDelegate(QStyledItemDelegate):
    """Paints the forms of a member as chips."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words = Words(self)

    def chips(
        self, area: QRect, forms: Sequence[MemberForm]
    ) -> Iterator[tuple[int, QRect, str, MemberForm | None]]:
        """Number of the form, where its chip stands, its text; the last tells how many more."""
        metrics = QFontMetrics(_widget_of(self).font())
        shown = _worth_showing(forms)
        left, room = area.left() + 6, area.right() - 4
        for place, number in enumerate(shown):
            text = f"{number + 1}  {self._text(forms[number])}"
            width = metrics.horizontalAdvance(text) + 18
            rest = metrics.horizontalAdvance("+9") + 30 if place + 1 < len(forms) else 0
            if left + width + rest > room and place:
                break
            width = min(width, room - rest - left)
            yield (
                number,
                QRect(left, area.top() + 5, width, area.height() - 10),
                text,
                forms[number],
            )
            left += width + 6
        else:
            place = len(shown)
        if len(forms) > place:
            more = f"+{len(forms) - place}"
            width = metrics.horizontalAdvance(more) + 20
            yield place, QRect(left, area.top() + 5, width, area.height() - 10), more, None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """The cell as ever, and chips over it."""
        super().paint(painter, option, index)
        forms: Sequence[MemberForm] = index.data(FORMS_ROLE) or ()
        if index.data():
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for _number, rect, text, form in self.chips(QRect(option.rect), forms):
            tint = "muted" if form is None else _tint(form)
            if form is not None:
                painter.setPen(
                    QPen(QColor(theme.color("border_strong" if tint == "muted" else tint)))
                )
                painter.setBrush(QColor(theme.color("surface")))
                painter.drawRoundedRect(rect, 6, 6)
            painter.setPen(QColor(theme.color(tint)))
            inner = rect.adjusted(8, 0, -6, 0)
            line = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, inner.width() + 4
            )
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), line)
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        """The text of who is gone stays readable when the cell is chosen."""
        super().initStyleOption(option, index)
        option.palette.setColor(
            QPalette.ColorRole.HighlightedText, option.palette.color(QPalette.ColorRole.Text)
        )

    def _text(self, form: MemberForm) -> str:
        title = form.form.title_vi.partition(" – ")[0]
        if form.has_ended:
            return self.tr("{form}: hết tuổi").format(form=title)
        if form.is_due:
            return self.tr("{form}: đến tuổi, cần lập").format(form=title)
        if form.form.status is RecordStatus.NONE:
            return title
        return f"{title}: {self._words.record_status(form.form.status)}"


def _worth_showing(forms: Sequence[MemberForm]) -> list[int]:
    """The likeliest form, and what is due or begun; others fill up."""
    first = [n for n, one in enumerate(forms) if n == 0 or one.is_due]
    begun = [n for n, one in enumerate(forms) if one.form.status is not RecordStatus.NONE]
    rest = list(range(len(forms)))
    return list(dict.fromkeys([*first, *begun, *rest]))[: max(_MOST_CHIPS, len(begun) + 1)]


def _tint(form: MemberForm) -> str:
    if form.has_ended:
        return "muted"
    return "warning" if form.is_due else _TINTS[form.form.status]


def _widget_of(delegate: QStyledItemDelegate) -> QWidget:
    parent = delegate.parent()
    assert isinstance(parent, QWidget)  # noqa: S101 - made by the table
    return parent
