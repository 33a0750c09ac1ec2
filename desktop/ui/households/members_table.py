"""The grid of members: typed like a sheet of paper, forms opened by a digit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
    QValidator,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.domain.households import Member, MemberForm
from desktop.domain.people import RecordStatus
from desktop.ui import theme
from desktop.ui.households.code_box import CodeBox
from desktop.ui.households.members_model import CODE_ROLE, FIELDS, FORMS, FORMS_ROLE, MembersModel
from desktop.ui.wording import Words
from forms import dates

_ROW_HEIGHT = 36
_WIDTHS = (0, 102, 64, 112, 128, 480)
_MOST_CHIPS = 3
#: Property of a box in which the user has chosen.
_TOUCHED = "touched"
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_Index = QModelIndex | QPersistentModelIndex
_TINTS = {
    RecordStatus.NONE: "muted",
    RecordStatus.DRAFT: "text",
    RecordStatus.SUBMITTED: "info",
    RecordStatus.RETURNED: "error",
    RecordStatus.ACCEPTED: "good",
}


class MembersTable(QTableView):
    """Members, edited where they stand.

    Signals:
        form_opened: (row, number of the form beginning at 0).
        forms_asked: all the forms of the current line, not only those that find room in it.
        typed: letters came or went in a cell.
    """

    form_opened = Signal(int, int)
    forms_asked = Signal()
    typed = Signal()

    def __init__(self, *, model: MembersModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("table:members")
        self.setAccessibleName(self.tr("Người trong hộ"))
        self.setModel(model)
        self._members = model
        self._choices = _ChoiceDelegate(self)
        self._forms = _FormsDelegate(self)
        self.setItemDelegate(_TextDelegate(self))
        self.setItemDelegateForColumn(FIELDS.index("sex"), self._choices)
        self.setItemDelegateForColumn(FIELDS.index("relation_to_head"), self._choices)
        self.setItemDelegateForColumn(FORMS, self._forms)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for number, width in enumerate(_WIDTHS):
            if width:
                header.resizeSection(number, width)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def offer(self, *, relations: Sequence[tuple[str, str]]) -> None:
        """What can be chosen in the columns of choices."""
        self._choices.options = {
            FIELDS.index("sex"): (("1", self.tr("Nam")), ("2", self.tr("Nữ"))),
            FIELDS.index("relation_to_head"): tuple(relations),
        }

    @property
    def members(self) -> MembersModel:
        """Who stands in the lines."""
        return self._members

    @property
    def row(self) -> int:
        """The line with the cursor; -1 for none."""
        return self.currentIndex().row()

    def go_to(self, row: int, column: int = 0) -> None:
        """Put the cursor there."""
        self.setCurrentIndex(self.model().index(row, column))
        self.scrollTo(self.currentIndex())

    # -- Qt --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter writes on, or opens the first form; digits open the forms beside somebody."""
        here = self.currentIndex()
        if here.isValid() and here.column() == FORMS:
            if event.key() in _ENTER:
                self.form_opened.emit(here.row(), 0)
                return
            if event.text().isdigit() and event.text() != "0":
                self.form_opened.emit(here.row(), int(event.text()) - 1)
                return
        elif here.isValid() and event.key() in _ENTER:
            self.edit(here)
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a chip opens its form."""
        super().mouseReleaseEvent(event)
        here = self.indexAt(event.position().toPoint())
        if here.isValid() and here.column() == FORMS:
            area = self.visualRect(here)
            chips = self._forms.chips(area, self._members.forms_of(here.row()))
            for number, rect, _text, form in chips:
                if rect.contains(event.position().toPoint()):
                    if form is None:
                        self.forms_asked.emit()
                    else:
                        self.form_opened.emit(here.row(), number)
                    return


class _DateValidator(QValidator):
    """A date, part of one, or nothing: what is none stays in the editor."""

    def validate(self, text: str, position: int) -> object:
        """Anything may be on its way to a date."""
        is_whole = not text.strip() or dates.parse_typed(text) is not None
        state = QValidator.State.Acceptable if is_whole else QValidator.State.Intermediate
        return state, text, position


class _NameValidator(QValidator):
    """Nobody loses the name."""

    def validate(self, text: str, position: int) -> object:
        """Not empty."""
        state = QValidator.State.Acceptable if text.strip() else QValidator.State.Intermediate
        return state, text, position


class _MovingDelegate(QStyledItemDelegate):
    """Enter keeps what was typed and goes on to the next cell.

    What is typed goes with the member as it was shown when the typing began: what another device
    wrote meanwhile is not overwritten unseen.
    """

    def __init__(self, table: MembersTable) -> None:
        super().__init__(table)
        self._table = table
        self._seen: Member | None = None

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """What is read anew does not touch an editor in which somebody has typed."""
        if not self._is_touched(editor):
            self._seen = self._table.members.member(index.row())
            self._put(editor, index)

    def setModelData(self, editor: QWidget, model: object, index: _Index) -> None:
        """What stands in the editor."""
        if isinstance(model, MembersModel) and self._seen is not None:
            model.write(index, self._text(editor), seen=self._seen)

    def _is_touched(self, editor: QWidget) -> bool:
        return isinstance(editor, QLineEdit) and editor.isModified()

    def _put(self, editor: QWidget, index: _Index) -> None:
        super().setEditorData(editor, index)

    def _text(self, editor: QWidget) -> str:
        return editor.text() if isinstance(editor, QLineEdit) else ""

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter, unless what stands there is no value."""
        is_enter = (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in _ENTER
        )
        if is_enter and isinstance(editor, QWidget):
            if not isinstance(editor, QLineEdit) or editor.hasAcceptableInput():
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.EditNextItem)
            return True
        return super().eventFilter(editor, event)


class _TextDelegate(_MovingDelegate):
    """Names, dates and numbers."""

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's own
        index: _Index,
    ) -> QWidget:
        """A line; a date or a name must be one."""
        line = QLineEdit(parent)
        line.setObjectName(f"cell:{FIELDS[index.column()]}")
        line.setProperty("kind", "cell")
        line.setAccessibleName(
            str(index.model().headerData(index.column(), Qt.Orientation.Horizontal))
        )
        line.textEdited.connect(lambda _text: self._table.typed.emit())
        if index.column() == FIELDS.index("birth_date"):
            line.setValidator(_DateValidator(line))
        elif index.column() == FIELDS.index("full_name"):
            line.setValidator(_NameValidator(line))
        return line


class _ChoiceDelegate(_MovingDelegate):
    """Sex and relation: a digit or the first letter chooses."""

    def __init__(self, table: MembersTable) -> None:
        super().__init__(table)
        self.options: dict[int, Sequence[tuple[str, str]]] = {}

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's own
        index: _Index,
    ) -> QWidget:
        """A list that drops down."""
        box = CodeBox(name=f"cell:{FIELDS[index.column()]}", parent=parent)
        box.offer(self.options.get(index.column(), ()))
        box.activated.connect(lambda _row: box.setProperty(_TOUCHED, True))
        return box

    def _is_touched(self, editor: QWidget) -> bool:
        return bool(editor.property(_TOUCHED))

    def _put(self, editor: QWidget, index: _Index) -> None:
        if isinstance(editor, CodeBox):
            editor.choose(index.data(CODE_ROLE))

    def _text(self, editor: QWidget) -> str:
        return editor.code if isinstance(editor, CodeBox) else ""


class _FormsDelegate(QStyledItemDelegate):
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
