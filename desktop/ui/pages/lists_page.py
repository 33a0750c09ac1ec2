"""Lists of people to be worked on, one for each step of a procedure; several people at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.domain.people import PersonId, PersonRow
from desktop.domain.worklists import (
    RESTRICTED,
    Aim,
    ListCount,
    ListGroup,
    ListLook,
    ListPage,
    Order,
    WorkList,
)
from desktop.jobs.runner import JobRunner
from desktop.jobs.throttle import Throttle
from desktop.ui import icons, wording
from desktop.ui.models.people_columns import PeopleColumns
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from desktop.ui.worklists.action_panel import ActionPanel, Deed
from desktop.ui.worklists.chooser import ListChooser
from desktop.ui.worklists.doing import Doing
from desktop.ui.worklists.list_reader import ListReader
from desktop.ui.worklists.look_bar import LookBar
from desktop.ui.worklists.people_table import PeopleTable
from desktop.ui.worklists.ports import ListSource, ListWork
from desktop.ui.worklists.words import ListWords

_CHOOSING_MS = 120
_KEEPING_MS = 400
_CHOOSER_WIDTH = 286

_Shown = tuple[tuple[ListGroup, tuple[WorkList, ...]], ...]
#: The columns by name, in the order in which they stand at first.
_NAMES = ("name", "birth_date", "id_number", "hamlet", "household", "status", "check")
_HIDDEN_AT_FIRST = frozenset({"household"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom a deed is about, as the panel named them; ``ids`` is ``None`` for the whole list."""

    worklist: WorkList
    ids: Sequence[PersonId] | None
    count: int


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
        self._asked: _Asked | None = None
        self._opened_at = -1
        self.set_title(self.tr("Danh sách"), self.tr("Người cần xử lý theo từng bước"))
        self._chooser = ListChooser()
        self._model: RowsModel[PersonRow] = RowsModel(columns=self._columns(), parent=self)
        self._table = PeopleTable(
            model=self._model, names=_NAMES, label=self.tr("Người trong danh sách")
        )
        self._heading, self._meaning, self._chosen = QLabel(), QLabel(), QLabel()
        self._look_bar = LookBar(words=self._words)
        self._reader = ListReader(jobs=jobs, lists=lists, parent=self)
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
        if had is not None and had is self._chooser.current is self._reader.worklist:
            self._reader.read(rows=self._model.rowCount())
        if had is None:
            self._chooser.setFocus()
        self._reader.count([one for _, lists in shown for one in lists])

    def _show_count(self, worklist: WorkList, count: ListCount) -> None:
        self._chooser.lists.show_count(worklist, count)
        self._tell_chosen()

    # -- the people of a list --

    def _load_list(self) -> None:
        worklist = self._chooser.current
        if worklist is None:
            return
        self._keep.flush()  # of the list that stands there still
        if not self._doing.is_busy:
            self._end_asking()
            self._panel.finish()
        self._reader.open(worklist)

    def _dress(self, worklist: WorkList, look: ListLook) -> None:
        self._table.dress(look if look != ListLook() else ListLook(hidden=_HIDDEN_AT_FIRST))
        self._look_bar.show_order(look.order)
        self._heading.setText(self._words.title(worklist))
        self._meaning.setText(self._words.meaning(worklist))
        for button in self._buttons.values():
            button.setEnabled(worklist not in RESTRICTED)
        self._model.show_rows([])
        self._table.say_when_empty("")

    def _show_people(self, page: ListPage) -> None:
        here = self._table.currentIndex()
        place = max(0, here.row()) if here.isValid() else 0
        before = self._model.row(place).person_id if here.isValid() else None
        rows = page.found.rows
        self._model.show_rows(rows, total=len(rows) + self._reader.has_more)
        self._table.say_when_empty(self.tr("Không còn ai trong danh sách này."))
        ids = [row.person_id for row in rows]
        if rows:
            # Who is settled has left the list: whoever follows stands in the same place.
            self._table.selectRow(ids.index(before) if before in ids else min(place, len(ids) - 1))
        self._tell_chosen()
        self.list_shown.emit()

    def _append(self, page: ListPage) -> None:
        self._model.append(page.found.rows, has_more=self._reader.has_more)

    # -- opening --

    def _open_row(self, row: int) -> None:
        worklist = self._reader.worklist
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
        worklist = self._reader.worklist
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

    def _ask(self, deed: Deed) -> None:
        count = self._count_chosen()
        worklist = self._reader.worklist
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
        # Who is chosen later, while the panel stands there, is not whom it names.
        ids = None if self._table.is_whole_list else self._table.chosen()
        asked = self._asked = _Asked(worklist, ids, count)
        if deed is Deed.HAMLET:
            self._jobs.run(
                self,
                self._lists.hamlets,
                on_success=lambda known: self._open_panel(deed, asked, known=known),
                on_error=self.show_problem,
            )
        elif deed is Deed.FIELD:
            self._jobs.run(
                self,
                self._load_ethnic_groups,
                on_success=lambda groups: self._open_panel(deed, asked, choices=groups),
                on_error=self.show_problem,
            )
        else:
            self._open_panel(deed, asked)

    def _open_panel(
        self,
        deed: Deed,
        asked: _Asked,
        *,
        known: Sequence[str] = (),
        choices: Sequence[tuple[str, str]] = (),
    ) -> None:
        if asked is not self._asked or self._doing.is_busy:
            return  # another list is chosen meanwhile, or something else is asked
        if choices:
            self._panel.offer_choices(choices)
        self._panel.ask(deed, asked.count, known=known)

    def _end_asking(self) -> None:
        self._asked = None

    def _do(self, deed: Deed) -> None:
        asked = self._asked
        if asked is None:
            return
        if deed is not Deed.EXPORT:
            self._doing.do(deed, lambda: self._everybody(asked))
        elif not self._panel.text:
            self.message_bar.show_message(
                self.tr("Chưa ghi mục đích."),
                self.tr("Ghi ngắn gọn xuất để làm gì, cho ai."),
                kind="warning",
            )
            self._panel.tell_missing()
        else:
            self._doing.choose_file(self._words.title(asked.worklist), self.export_to)

    def _everybody(self, asked: _Asked) -> Sequence[PersonId]:
        """Those asked about; the whole list is read within the job."""
        return self._lists.ids(asked.worklist) if asked.ids is None else asked.ids

    def export_to(self, path: Path) -> None:
        """Write those asked about, in the columns and the order that stand there."""
        asked = self._asked
        if asked is None:
            return
        look = self._table.look(self._reader.order)
        names = [name for name in look.places if name not in look.hidden]
        columns = [self._model.columns[_NAMES.index(name)] for name in names]
        self._doing.export(
            path,
            asked.worklist,
            ids=asked.ids,
            order=self._reader.order,
            sheet=self._words.title(asked.worklist)[:31].replace("/", "-"),
            columns=columns,
        )

    def _tell(self, sentence: str, next_step: str, kind: str) -> None:
        self.message_bar.show_message(sentence, next_step, kind=kind)
        self._table.setFocus()

    def _changed(self) -> None:
        self.data_changed.emit()
        self.refresh()

    # -- how it looks --

    def _sort_anew(self, order: Order) -> None:
        self._reader.sort(order)
        self._keep.ask()

    def _keep_look(self) -> None:
        self._reader.keep_look(self._table.look(self._reader.order))

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
        bind(self, keys, lambda: self._ask(deed))
        return button

    def _wire(self) -> None:
        bind(self, "F3", self._ask_household)
        self._chooser.chosen.connect(lambda _worklist: self._open_list.ask())
        self._chooser.entered.connect(self._go_to_people)
        self._table.left.connect(self._chooser.setFocus)
        self._table.row_opened.connect(self._open_row)
        self._table.chosen_changed.connect(self._tell_chosen)
        self._table.look_changed.connect(self._keep.ask)
        self._table.undo_asked.connect(self._doing.undo)
        self._model.page_wanted.connect(lambda _offset: self._reader.read_more())
        self._panel.wanted.connect(self._do)
        self._panel.closed.connect(self._end_asking)
        self._panel.closed.connect(self._table.setFocus)
        self._doing.told.connect(self._tell)
        self._doing.failed.connect(self.show_problem)
        self._doing.done.connect(self._changed)
        self._reader.opened.connect(self._dress)
        self._reader.found.connect(self._show_people)
        self._reader.more.connect(self._append)
        self._reader.count_known.connect(self._show_count)
        self._reader.counted.connect(self.counted)
        self._reader.failed.connect(self.show_problem)
        self._look_bar.sorted_anew.connect(self._sort_anew)
        self._look_bar.columns_asked.connect(lambda at: self._table.columns_menu().popup(at))

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
        top.addWidget(self._look_bar)
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
