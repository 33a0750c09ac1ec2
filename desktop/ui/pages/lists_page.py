"""Lists of people to be worked on, one for each step of a procedure; several people at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.domain.people import PersonId, PersonRow
from desktop.domain.worklists import (
    RESTRICTED,
    Aim,
    ListCount,
    ListGroup,
    ListLook,
    ListPage,
    Order,
    SortBy,
    WorkList,
)
from desktop.jobs.runner import JobRunner, Lane
from desktop.jobs.throttle import Throttle
from desktop.ui import icons, wording
from desktop.ui.models.people_columns import PeopleColumns
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.worklists.action_panel import ActionPanel, Deed
from desktop.ui.worklists.chooser import ListChooser
from desktop.ui.worklists.doing import Doing
from desktop.ui.worklists.people_table import PeopleTable
from desktop.ui.worklists.ports import ListSource, ListWork
from desktop.ui.worklists.words import ListWords

_PAGE_ROWS = 100
#: After coming back so many rows are read again at most, to stand where one was.
_ROWS_AGAIN = 1000
_CHOOSING_MS = 120
_KEEPING_MS = 400
_CHOOSER_WIDTH = 286

_Shown = tuple[tuple[ListGroup, tuple[WorkList, ...]], ...]
#: The columns by name, in the order in which they stand at first.
_NAMES = ("name", "birth_date", "id_number", "hamlet", "household", "status", "check")
_HIDDEN_AT_FIRST = frozenset({"household"})


class ListsPage(Page):
    """Which list at the left, its people at the right, what can be done to those chosen above.

    Signals:
        person_opened: (person id, path of a question or "", form id or "").
        household_asked: (person id) show the household.
        list_shown: the first people of the chosen list stand there.
        counted: every list has its count.
    """

    person_opened = Signal(object, str, str)
    household_asked = Signal(object)
    list_shown = Signal()
    counted = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        lists: ListSource,
        work: ListWork,
        load_ethnic_groups: Callable[[], Sequence[tuple[str, str]]],
    ) -> None:
        super().__init__(name="worklists")
        self._jobs = jobs
        self._lists = lists
        self._load_ethnic_groups = load_ethnic_groups
        self._words = ListWords(self)
        self._look = ListLook(hidden=_HIDDEN_AT_FIRST)
        self._order = Order()
        self._after = ""
        self._generation = 0
        self._opened_at = -1
        self.set_title(self.tr("Danh sách"), self.tr("Người cần xử lý theo từng bước"))
        self._chooser = ListChooser()
        self._model: RowsModel[PersonRow] = RowsModel(columns=self._columns(), parent=self)
        self._table = PeopleTable(
            model=self._model, names=_NAMES, label=self.tr("Người trong danh sách")
        )
        self._heading, self._meaning, self._chosen = QLabel(), QLabel(), QLabel()
        self._sort = QComboBox()
        self._down = QPushButton(self.tr("Ngược lại"))
        self._shape = QPushButton(self.tr("Cột"))
        self._panel = ActionPanel()
        self._doing = Doing(jobs=jobs, work=work, panel=self._panel, parent=self)
        self._buttons = {deed: self._make_button(deed) for deed in Deed}
        self._open_list = Throttle(self._load_list, delay_ms=_CHOOSING_MS, parent=self)
        self._keep = Throttle(self._keep_look, delay_ms=_KEEPING_MS, parent=self)
        self._wire()
        self._compose()

    def refresh(self) -> None:
        """Count anew; the list that stands there is read again up to where one is in it."""
        self._jobs.run(
            self, self._lists.shown, on_success=self._show_lists, on_error=self.show_problem
        )

    def leave(self) -> None:
        """What was moved in the last moment is kept."""
        self._keep.flush()

    def choose(self, worklist: WorkList) -> None:
        """Show this list, as if it had been chosen."""
        self._chooser.choose(worklist)

    def open_after(self, person_id: PersonId | None) -> bool:
        """Open who follows in the list; ``False`` at its end."""
        ids = [row.person_id for row in self._model.rows()]
        here = ids.index(person_id) if person_id in ids else self._opened_at
        if not 0 <= here + 1 < len(ids):
            return False
        self._table.selectRow(here + 1)
        self._open_row(here + 1)
        return True

    # -- the lists and their counts --

    def _show_lists(self, shown: _Shown) -> None:
        had = self._chooser.current
        self._chooser.show_lists(shown)
        if had is not None and had == self._chooser.current:
            self._load_people(again=True)
        if had is None:
            self._chooser.setFocus()
        self._generation += 1
        self._count_next([one for _, lists in shown for one in lists], self._generation)

    def _count_next(self, rest: Sequence[WorkList], generation: int) -> None:
        """One after the other: nobody waits for a count before the list."""
        if generation != self._generation:
            return
        if not rest:
            self.counted.emit()
            return
        worklist = rest[0]

        def _show(count: ListCount) -> None:
            self._chooser.lists.show_count(worklist, count)
            self._tell_chosen()
            self._count_next(rest[1:], generation)

        self._jobs.run(
            self,
            lambda: self._lists.count(worklist),
            on_success=_show,
            on_error=lambda _error: self._count_next(rest[1:], generation),
        )

    # -- the people of a list --

    def _load_list(self) -> None:
        worklist = self._chooser.current
        if worklist is None:
            return
        self._keep.cancel()
        self._panel.finish()
        self._jobs.run(
            self,
            lambda: (worklist, self._lists.look(worklist)),
            on_success=self._dress,
            on_error=self.show_problem,
        )

    def _dress(self, answer: tuple[WorkList, ListLook]) -> None:
        worklist, look = answer
        if worklist is not self._chooser.current:
            return
        self._look = look if look != ListLook() else ListLook(hidden=_HIDDEN_AT_FIRST)
        self._order = look.order
        self._table.dress(self._look)
        self._sort.setCurrentIndex(self._sort.findData(look.order.by))
        self._down.setChecked(look.order.is_descending)
        self._heading.setText(self._words.title(worklist))
        self._meaning.setText(self._words.meaning(worklist))
        for button in self._buttons.values():
            button.setEnabled(worklist not in RESTRICTED)
        self._model.show_rows([])
        self._load_people()

    def _load_people(self, *, again: bool = False) -> None:
        worklist, order = self._chooser.current, self._order
        if worklist is None:
            return
        rows = min(max(_PAGE_ROWS, self._model.rowCount()), _ROWS_AGAIN) if again else _PAGE_ROWS
        self._jobs.run(
            self,
            lambda: self._lists.page(worklist, order=order, limit=rows),
            on_success=self._show_people,
            on_error=self.show_problem,
        )

    def _show_people(self, page: ListPage) -> None:
        if page.worklist is not self._chooser.current or page.order != self._order:
            return
        here = self._table.currentIndex()
        place = max(0, here.row()) if here.isValid() else 0
        before = self._model.row(place).person_id if here.isValid() else None
        rows = page.found.rows
        self._after = page.found.after
        self._model.show_rows(rows, total=len(rows) + bool(self._after))
        ids = [row.person_id for row in rows]
        if rows:
            # Who is settled has left the list: whoever follows stands in the same place.
            self._table.selectRow(ids.index(before) if before in ids else min(place, len(ids) - 1))
        self._tell_chosen()
        self.list_shown.emit()

    def _fetch_more(self, _offset: int) -> None:
        worklist, order, after = self._chooser.current, self._order, self._after
        if worklist is None or not after:
            return
        self._jobs.run(
            self,
            lambda: self._lists.page(worklist, order=order, limit=_PAGE_ROWS, after=after),
            on_success=lambda page: self._append(page, after),
            on_error=self.show_problem,
        )

    def _append(self, page: ListPage, after: str) -> None:
        is_other = page.worklist is not self._chooser.current or page.order != self._order
        if is_other or after != self._after:
            return
        self._after = page.found.after
        self._model.append(page.found.rows, has_more=bool(self._after))

    # -- opening --

    def _open_row(self, row: int) -> None:
        worklist = self._chooser.current
        if worklist is None:
            return
        person_id = self._model.row(row).person_id
        self._opened_at = row
        self._jobs.run(
            self,
            lambda: (person_id, self._lists.aim(worklist, person_id)),
            on_success=self._open,
            on_error=self.show_problem,
        )

    def _open(self, answer: tuple[PersonId, Aim]) -> None:
        person_id, aim = answer
        self.person_opened.emit(person_id, aim.path, aim.form_id)

    def _ask_household(self) -> None:
        here = self._table.currentIndex()
        if here.isValid():
            self.household_asked.emit(self._model.row(here.row()).person_id)

    # -- what is done to several --

    def _count_chosen(self) -> int:
        worklist = self._chooser.current
        known = None if worklist is None else self._chooser.lists.counts.get(worklist)
        if self._table.is_whole_list and known is not None:
            return known.total
        return len(self._table.chosen())

    def _tell_chosen(self) -> None:
        count = self._count_chosen()
        whole, some = self.tr("Đã chọn cả danh sách: {n} người"), self.tr("Đã chọn {n} người")
        words = whole if self._table.is_whole_list else some
        nobody = "" if self._model.rowCount() else self.tr("Không có ai trong danh sách này")
        self._chosen.setText(words.format(n=wording.thousands(count)) if count else nobody)

    def _who(self) -> Callable[[], Sequence[PersonId]]:
        """Those chosen; the whole list is asked for within the job."""
        worklist, chosen = self._chooser.current, self._table.chosen()
        if worklist is not None and self._table.is_whole_list:
            return lambda: self._lists.ids(worklist)
        return lambda: chosen

    def _ask(self, deed: Deed) -> None:
        count = self._count_chosen()
        worklist = self._chooser.current
        if self._doing.is_busy or worklist is None or worklist in RESTRICTED:
            return
        if not count:
            self.message_bar.show_message(
                self.tr("Chưa chọn ai."),
                self.tr("Chọn bằng Shift+↓, Ctrl+A, hoặc Ctrl+↓ rồi Ctrl+Space."),
                kind="info",
            )
            return
        self.message_bar.hide()
        if deed is Deed.HAMLET:
            self._jobs.run(
                self,
                self._lists.hamlets,
                on_success=lambda known: self._panel.ask(deed, count, known=known),
            )
        elif deed is Deed.FIELD:
            self._jobs.run(
                self,
                self._load_ethnic_groups,
                on_success=lambda groups: self._ask_field(groups, count),
            )
        else:
            self._panel.ask(deed, count)

    def _ask_field(self, groups: Sequence[tuple[str, str]], count: int) -> None:
        self._panel.offer_choices(groups)
        self._panel.ask(Deed.FIELD, count)

    def _do(self, deed: Deed) -> None:
        worklist = self._chooser.current
        if worklist is None:
            return
        if deed is not Deed.EXPORT:
            self._doing.do(deed, self._who())
        elif not self._panel.text:
            self.message_bar.show_message(
                self.tr("Chưa ghi mục đích."),
                self.tr("Ghi ngắn gọn xuất để làm gì, cho ai."),
                kind="warning",
            )
            self._panel.tell_missing()
        else:
            self._doing.choose_file(self._words.title(worklist), self.export_to)

    def export_to(self, path: Path) -> None:
        """Write those chosen, in the columns and the order that stand there."""
        worklist = self._chooser.current
        if worklist is None:
            return
        look = self._table.look(self._order)
        names = [name for name in look.places if name not in look.hidden]
        columns = [self._model.columns[_NAMES.index(name)] for name in names]
        self._doing.export(
            path,
            worklist,
            ids=None if self._table.is_whole_list else self._table.chosen(),
            order=self._order,
            sheet=self._words.title(worklist)[:31].replace("/", "-"),
            columns=columns,
        )

    def _tell(self, sentence: str, next_step: str, kind: str) -> None:
        self.message_bar.show_message(sentence, next_step, kind=kind)
        self._table.setFocus()

    def _changed(self) -> None:
        self.data_changed.emit()
        self.refresh()

    # -- how it looks --

    def _sort_anew(self) -> None:
        by = self._sort.currentData()
        self._order = Order(SortBy(by), self._down.isChecked())
        self._load_people()
        self._keep.ask()

    def _keep_look(self) -> None:
        worklist = self._chooser.current
        if worklist is None:
            return
        look = self._table.look(self._order)
        self._jobs.run(self, lambda: self._lists.keep_look(worklist, look), lane=Lane.WRITE)

    def _choose_columns(self) -> None:
        menu = self._table.columns_menu()
        menu.popup(self._shape.mapToGlobal(self._shape.rect().bottomLeft()))

    # -- making --

    def _columns(self) -> list[Column[PersonRow]]:
        """In the order of ``_NAMES``."""
        one = PeopleColumns(self)
        return [
            one.name(),
            one.birth_date(),
            one.id_number(),
            one.hamlet(width=122),
            one.household(),
            one.status(),
            one.identity(),
        ]

    def _make_button(self, deed: Deed) -> QPushButton:
        text, keys, icon = {
            Deed.POLICE: (self.tr("Gửi công an (F5)"), "F5", "shield"),
            Deed.HAMLET: (self.tr("Ghi thôn (F6)"), "F6", "house"),
            Deed.FIELD: (self.tr("Ghi mục khác (F7)"), "F7", "check"),
            Deed.EXPORT: (self.tr("Xuất (F8)"), "F8", "save"),
        }[deed]
        button = QPushButton(text)
        button.setObjectName(f"button:list_{deed.value}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.dress(button, icon, tint="accent")
        button.clicked.connect(lambda: self._ask(deed))
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: self._ask(deed))
        return button

    def _wire(self) -> None:
        household = QShortcut(QKeySequence("F3"), self)
        household.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        household.activated.connect(self._ask_household)
        self._chooser.chosen.connect(lambda _worklist: self._open_list.ask())
        self._chooser.entered.connect(self._go_to_people)
        self._table.left.connect(self._chooser.setFocus)
        self._table.row_opened.connect(self._open_row)
        self._table.chosen_changed.connect(self._tell_chosen)
        self._table.look_changed.connect(self._keep.ask)
        self._table.undo_asked.connect(self._doing.undo)
        self._model.page_wanted.connect(self._fetch_more)
        self._panel.wanted.connect(self._do)
        self._panel.closed.connect(self._table.setFocus)
        self._doing.told.connect(self._tell)
        self._doing.failed.connect(self.show_problem)
        self._doing.done.connect(self._changed)
        self._sort.setObjectName("input:list_order")
        self._sort.setAccessibleName(self.tr("Xếp danh sách"))
        for by in SortBy:
            self._sort.addItem(self._words.order(by), by)
        self._sort.activated.connect(lambda _index: self._sort_anew())
        self._down.setObjectName("button:list_descending")
        self._down.setProperty("kind", "filter")
        self._down.setCheckable(True)
        self._down.clicked.connect(self._sort_anew)
        self._shape.setObjectName("button:list_columns")
        self._shape.setProperty("kind", "filter")
        self._shape.clicked.connect(self._choose_columns)

    def _go_to_people(self) -> None:
        self._open_list.flush()
        self._table.setFocus()

    def _compose(self) -> None:
        self._heading.setProperty("kind", "heading")
        self._heading.setObjectName("worklists:title")
        self._meaning.setProperty("kind", "muted")
        self._meaning.setObjectName("worklists:meaning")
        self._chosen.setProperty("kind", "muted")
        self._chosen.setObjectName("worklists:chosen")
        for deed in Deed:
            self.tools.addWidget(self._buttons[deed])
        self._chooser.setFixedWidth(_CHOOSER_WIDTH)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._heading)
        top.addStretch(1)
        top.addWidget(self._chosen)
        for widget in (self._sort, self._down, self._shape):
            top.addWidget(widget)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(top)
        right.addWidget(self._meaning)
        right.addWidget(self._panel)
        right.addWidget(self._table, 1)
        columns = QHBoxLayout()
        columns.setSpacing(14)
        columns.addWidget(self._chooser)
        columns.addLayout(right, 1)
        self.body.addLayout(columns, 1)
