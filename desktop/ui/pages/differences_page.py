"""People of merit whose file and the CSDLQG differ: three values side by side until one holds.

Entered by the CSDLQG all the same (Kế hoạch 251): 1 enters, 2 to 4 settle by a paper, 5 opens a
settled one again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton

from desktop.domain.differences import Difference
from desktop.domain.drafts import FormDraft, Held
from desktop.domain.ledger import Action
from desktop.domain.papers import PaperList
from desktop.domain.people import PersonId
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, wording
from desktop.ui.desks.half_words import HalfWords, Sent, WordBook, texts_of
from desktop.ui.desks.hand_out import HandOut
from desktop.ui.desks.hand_over import HandOver, PaperDesk
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.table import Table
from desktop.ui.widgets.wrapped_label import WrappedLabel
from forms import dates
from forms.comparison.wording import explained_vi
from forms.vietnamese import clean


class DifferenceDesk(Protocol):
    """What the page asks (``desktop.services.differences.Differences``)."""

    def list(self) -> Sequence[Difference]:
        """Every difference, open ones first."""

    def enter(self, person_id: PersonId, field: str) -> None:
        """Enter the person by the CSDLQG."""

    def settle(self, person_id: PersonId, field: str, *, value: str, paper: str) -> None:
        """A paper says which value holds."""

    def reopen(self, person_id: PersonId, field: str) -> None:
        """It was settled by mistake."""


class DifferencesPage(Page):
    """A table of differences, and below it the three values of the chosen one.

    Signals:
        differences_shown: the table shows what the register holds now.
        settled: something was entered, settled or opened again.
        person_asked: (person id, "") open the person's form.
    """

    differences_shown = Signal()
    settled = Signal()
    person_asked = Signal(object, str)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        differences: DifferenceDesk,
        handing_out: PaperDesk,
        words: WordBook,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="differences")
        self._jobs = jobs
        self._differences = differences
        self._clock = clock
        self._words = wording.Words(self)
        self._one: Difference | None = None
        self._sending: set[str] = set()
        self._wanted = ""
        self._half = HalfWords(
            desk="differences",
            jobs=jobs,
            book=words,
            take=self._typed_words,
            clock=clock,
            parent=self,
        )
        self._half.failed.connect(self.show_problem)
        self._model: RowsModel[Difference] = RowsModel(columns=self._columns(), parent=self)
        self._table = Table(
            name="table:differences", label=self.tr("Sai khác với CSDLQG"), model=self._model
        )
        self._table.selectionModel().currentRowChanged.connect(lambda now: self._show(now.row()))
        self._table.row_opened.connect(
            lambda row: self.person_asked.emit(self._model.row(row).person_id, "")
        )
        self._hand = HandOver(
            jobs=jobs,
            desk=handing_out,
            card=HandOut(
                name="differences",
                about=self.tr("Danh sách sai khác thông tin để gửi cấp trên. Gửi ai, để làm gì?"),
                file_name="danh-sach-sai-khac",
            ),
            action=Action.DIFFERENCE_LIST_EXPORT,
            words=self._handed_out,
            parent=self,
        )
        self._hand.left.connect(self._table.setFocus)
        self._hand.told.connect(
            lambda words, then, kind: self.message_bar.show_message(words, then, kind=kind)
        )
        self._hand.failed.connect(self.show_problem)
        self._paper_button = QPushButton(self.tr("Xuất danh sách… (Ctrl+P)"))
        self._paper_button.setObjectName("button:difference_list")
        icons.dress(self._paper_button, "printer", tint="accent")
        self._paper_button.clicked.connect(self._open_hand_over)
        self._value, self._paper = QLineEdit(), QLineEdit()
        self._empty = QLabel(self.tr("Không có người có công nào sai khác với CSDLQG về dân cư."))
        self._empty.setProperty("kind", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._card = self._make_card()
        self.tools.addWidget(self._paper_button)
        for widget, stretch in ((self._hand.card, 0), (self._table, 1), (self._empty, 1)):
            self.body.addWidget(widget, stretch)
        self.body.addWidget(self._card)
        self._make_keys()
        self._show(-1)

    def refresh(self) -> None:
        """Read anew."""
        self._jobs.run(
            self,
            self._differences.list,
            on_success=self._show_all,
            on_error=self.show_problem,
        )
        if self.focusWidget() is None:
            self._table.setFocus()

    def resume(self, key: str) -> None:
        """Go on with the difference about which something is half-typed."""
        self._wanted = key
        self.refresh()

    def leave(self) -> None:
        """What is half-typed is written now."""
        self._half.flush()

    def hold(self) -> Held | None:
        """What is half-typed, and about which difference."""
        return self._half.held()

    # -- showing --

    def _show_all(self, found: Sequence[Difference]) -> None:
        keep = "" if self._one is None else self._one.key
        typed = (self._value.text(), self._paper.text())
        self._model.show_rows(found)
        keys = [one.key for one in found]
        if self._wanted in keys:
            keep, self._wanted, typed = self._wanted, "", ("", "")
        place = keys.index(keep) if keep in keys else 0
        self._table.setVisible(bool(found))
        self._empty.setVisible(not found)
        if found:
            self._table.selectRow(place)
        self._show(place if found else -1)
        if keep in keys and any(typed):
            self._value.setText(typed[0])
            self._paper.setText(typed[1])
        count = sum(one.is_open for one in found)
        self.set_title(
            self.tr("Sai khác người có công"),
            self.tr("{n} sai khác còn mở. Vẫn nhập theo CSDLQG, chốt khi có giấy tờ.").format(
                n=count
            ),
        )
        self.differences_shown.emit()

    def _show(self, row: int) -> None:
        one = self._model.row(row) if 0 <= row < self._model.rowCount() else None
        is_same = one is not None and self._one is not None and one.key == self._one.key
        if not is_same:
            self._half.flush()
        self._one = one
        self._card.setVisible(one is not None)
        if not is_same:
            self._begin_words(one)
        if one is None:
            return
        value = self._words.person_value
        field = self._words.person_field(one.field)
        self._whose.setText(f"{one.full_name} · {field}")
        self._filed.setText(value(one.field, one.filed) or self.tr("(hồ sơ không ghi)"))
        self._national.setText(value(one.field, one.national))
        self._settled.setText(self._settled_words(one))
        self._what.setText(explained_vi(one.comparison))
        self._enter.setEnabled(one.is_open and not one.is_entered)
        for widget in (self._by_file, self._by_national, self._by_value, self._value, self._paper):
            widget.setEnabled(one.is_open)
        self._again.setEnabled(one.settled is not None)

    def _begin_words(self, one: Difference | None) -> None:
        """What was typed about this one before stands there again."""
        self._value.clear()
        self._paper.clear()
        key, name = ("", "") if one is None else (one.key, one.full_name)
        self._half.begin(key, name=name, draft=None)

        def _put(draft: FormDraft | None) -> None:
            is_shown = self._one is not None and self._one.key == key
            if draft is not None and is_shown and not any(self._typed_words().values()):
                self._half.begin(key, name=name, draft=draft)
                texts = texts_of(draft)
                self._value.setText(texts.get("value", ""))
                self._paper.setText(texts.get("paper", ""))

        if key:
            self._jobs.run(self, lambda: self._half.read(key), on_success=_put)

    def _typed_words(self) -> dict[str, str]:
        return {"value": self._value.text(), "paper": self._paper.text()}

    def _settled_words(self, one: Difference) -> str:
        if one.settled is None:
            now = self.tr("đang nhập theo CSDLQG") if one.is_entered else self.tr("theo hồ sơ")
            return self.tr("Chưa chốt; sổ {now}.").format(now=now)
        words = f"{self._words.person_value(one.field, one.settled)} ({one.paper})"
        others = [
            self.tr("máy khác chốt {value} ({by})").format(value=other.value, by=other.by)
            for other in one.competing
        ]
        return "; ".join([words, *others])

    # -- doing --

    def _enter_it(self) -> None:
        one = self._one
        if one is not None and self._enter.isEnabled():
            self._work(one, lambda: self._differences.enter(one.person_id, one.field))

    def _settle(self, value: str) -> None:
        one, paper = self._one, self._paper.text()
        if one is None or not one.is_open:
            return
        if not paper.strip():
            self.message_bar.show_message(
                self.tr("Chưa ghi giấy tờ làm căn cứ chốt."),
                self.tr("Ghi số, ngày của quyết định hoặc giấy tờ rồi chọn lại giá trị."),
                kind="warning",
            )
            self._paper.setFocus()
            return
        self._work(
            one,
            lambda: self._differences.settle(one.person_id, one.field, value=value, paper=paper),
            sent=self._half.send(),
        )

    def _settle_typed(self) -> None:
        one, text = self._one, clean(self._value.text())
        if one is None or not text:
            self._value.setFocus()
            return
        parsed = dates.parse_typed(text) if one.field == "birth_date" else None
        self._settle(text if parsed is None else parsed.stored)

    def _reopen(self) -> None:
        one = self._one
        if one is not None and one.settled is not None:
            self._work(one, lambda: self._differences.reopen(one.person_id, one.field))

    def _work(self, one: Difference, work: Callable[[], None], *, sent: Sent | None = None) -> None:
        """``sent`` are the words that are kept with it."""
        if one.key in self._sending:
            return
        self._sending.add(one.key)
        self.message_bar.hide()

        def _done(_none: object) -> None:
            self._sending.discard(one.key)
            if sent is not None:
                self._half.kept(sent)
            if self._one is not None and self._one.key == one.key:
                if sent is not None:
                    self._value.clear()
                    self._paper.clear()
                self._table.setFocus()
            self.settled.emit()
            self.data_changed.emit()
            self.refresh()

        def _failed(error: AppError) -> None:
            self._sending.discard(one.key)
            if sent is not None:
                self._half.refused(sent)
            self.show_problem(error)

        self._jobs.run(self, work, lane=Lane.WRITE, on_success=_done, on_error=_failed)

    # -- the list on paper --

    def _open_hand_over(self) -> None:
        on = self._clock().date()

        def _make() -> tuple[PaperList, int]:
            found = self._differences.list()
            return self._paper_list(found, on=on), len(found)

        self._hand.open(_make)

    def _handed_out(self, count: int, _file_name: str) -> tuple[str, str]:
        return (
            self.tr("Đã lập danh sách {n} sai khác.").format(n=count),
            self.tr("Việc lập danh sách và mục đích đã ghi vào nhật ký."),
        )

    def _paper_list(self, found: Sequence[Difference], *, on: date) -> PaperList:
        value = self._words.person_value
        return PaperList(
            title=self.tr("DANH SÁCH SAI KHÁC THÔNG TIN VỚI CSDLQG VỀ DÂN CƯ"),
            about=self.tr("Lập ngày {day}.").format(day=dates.display(on.isoformat())),
            sheet=self.tr("Sai khác"),
            headings=(
                self.tr("STT"),
                self.tr("Số hồ sơ"),
                self.tr("Họ và tên"),
                self.tr("Số định danh/CCCD"),
                self.tr("Trường sai khác"),
                self.tr("Theo hồ sơ"),
                self.tr("Theo CSDLQG về dân cư"),
                self.tr("Đã nhập theo CSDLQG"),
                self.tr("Đã chốt"),
                self.tr("Đề nghị xử lý"),
            ),
            widths=(5, 14, 24, 19, 18, 26, 26, 12, 26, 20),
            rows=tuple(
                (
                    str(number),
                    one.file_symbol,
                    one.full_name,
                    one.id_number,
                    self._words.person_field(one.field),
                    value(one.field, one.filed),
                    value(one.field, one.national),
                    self.tr("Có") if one.is_entered else self.tr("Chưa"),
                    "" if one.settled is None else self._settled_words(one),
                    self._proposal(one),
                )
                for number, one in enumerate(found, 1)
            ),
            total=self.tr("Tổng số {n} sai khác, còn mở {m}.").format(
                n=len(found), m=sum(one.is_open for one in found)
            ),
            signs=(self.tr("NGƯỜI LẬP"), self.tr("CÔNG AN XÃ"), self.tr("CHỦ TỊCH UBND XÃ")),
        )

    def _proposal(self, one: Difference) -> str:
        if not one.is_open:
            return ""
        if one.asks_form_26:
            return self.tr("Đính chính hồ sơ (Mẫu 26)")
        return self.tr("Cập nhật nơi thường trú")

    # -- making --

    def _columns(self) -> list[Column[Difference]]:
        value = self._words.person_value
        return [
            Column(self.tr("Họ và tên"), lambda one: one.full_name, width=220),
            Column(self.tr("Mục"), lambda one: self._words.person_field(one.field), width=200),
            Column(self.tr("Theo hồ sơ"), lambda one: value(one.field, one.filed), width=230),
            Column(self.tr("Theo CSDLQG"), lambda one: value(one.field, one.national), width=230),
            Column(
                self.tr("Đã chốt"),
                lambda one: (
                    self.tr("còn mở") if one.is_open else value(one.field, one.settled or "")
                ),
                tint=lambda one: "warning" if one.is_open else "good",
            ),
        ]

    def _make_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(16, 10, 16, 12)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        self._whose, self._what = QLabel(), WrappedLabel()
        self._whose.setProperty("kind", "heading")
        self._what.setProperty("kind", "muted")
        grid.addWidget(self._whose, 0, 0, 1, 2)
        grid.addWidget(self._what, 0, 2)
        self._filed, self._national, self._settled = (WrappedLabel() for _ in range(3))
        for column, (title, label, name) in enumerate(
            (
                (self.tr("Theo hồ sơ"), self._filed, "filed"),
                (self.tr("Theo CSDLQG"), self._national, "national"),
                (self.tr("Đã chốt"), self._settled, "settled"),
            )
        ):
            heading = QLabel(title)
            heading.setProperty("kind", "small")
            label.setObjectName(f"difference:{name}")
            label.setProperty("kind", "value")
            grid.addWidget(heading, 1, column)
            grid.addWidget(label, 2, column, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column, 1)
        lines = QHBoxLayout()
        lines.setSpacing(10)
        for line, name, words in (
            (self._paper, "paper", self.tr("Giấy tờ làm căn cứ: số, ngày (Ctrl+G)")),
            (self._value, "value", self.tr("Giá trị khác, nếu giấy tờ ghi khác cả hai")),
        ):
            line.setObjectName(f"input:difference_{name}")
            line.setAccessibleName(words)
            line.setPlaceholderText(words)
            line.textEdited.connect(lambda _text: self._half.ask())
            lines.addWidget(line, 1)
        self._value.returnPressed.connect(self._settle_typed)
        self._paper.returnPressed.connect(self._table.setFocus)
        grid.addLayout(lines, 3, 0, 1, 3)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self._enter = self._button("enter", self.tr("1  Nhập theo CSDLQG"), self._enter_it)
        self._by_file = self._button("by_file", self.tr("2  Chốt theo hồ sơ"), self._by_filed)
        self._by_national = self._button(
            "by_national", self.tr("3  Chốt theo CSDLQG"), self._by_csdlqg
        )
        self._by_value = self._button(
            "by_value", self.tr("4  Chốt giá trị khác"), self._settle_typed
        )
        self._again = self._button("reopen", self.tr("5  Mở lại"), self._reopen)
        for button in (self._enter, self._by_file, self._by_national, self._by_value, self._again):
            buttons.addWidget(button, 1)
        grid.addLayout(buttons, 4, 0, 1, 3)
        return card

    def _by_filed(self) -> None:
        if self._one is not None and self._one.filed:
            self._settle(self._one.filed)

    def _by_csdlqg(self) -> None:
        if self._one is not None:
            self._settle(self._one.national)

    def _button(self, name: str, text: str, action: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"button:difference_{name}")
        button.clicked.connect(action)
        return button

    def _make_keys(self) -> None:
        buttons = (self._enter, self._by_file, self._by_national, self._by_value, self._again)
        for number, button in enumerate(buttons, 1):  # digits act while the table has the keyboard
            at_table = Qt.ShortcutContext.WidgetShortcut
            bind(self._table, str(number), button.click, context=at_table)
        for keys, action in (("Ctrl+P", self._open_hand_over), ("Ctrl+G", self._paper.setFocus)):
            bind(self, keys, action)
