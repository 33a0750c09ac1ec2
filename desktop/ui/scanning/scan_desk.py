"""What a scanned card does: into the open form, to the person it belongs to, or to somebody new.

Nothing is filled in unseen: a panel shows what the card says beside what is there, and Enter takes
it. Where nobody in the register has the card's number, a new form is offered with the identity on
it, and people alike are shown first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from desktop.domain.people import PersonId, PersonRow
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Page
from desktop.ui.pages.form_page import FormPage
from desktop.ui.scanning.card_reader import CardReader
from desktop.ui.scanning.scan_lines import (
    Compare,
    ScanLine,
    ScanLines,
    differs_in_person,
    present,
    scans_of,
)
from desktop.ui.scanning.scan_panel import Deed, ScanPanel, Sight
from desktop.ui.scanning.serial_scanner import SerialScanner
from desktop.ui.scanning.wedge import KeyClock, Wedge
from desktop.ui.wording import Words
from forms.cards.bursts import may_go_on
from forms.cards.filling import FieldState, is_somebody_else
from forms.cards.reading import BIRTH_DATE, FULL_NAME, ID_NUMBER, CardReading
from forms.comparison.outcomes import COMPARED_FIELDS, FieldComparison
from forms.dates import display
from forms.findings import Severity

_PREFIX = "person."


class Matches(Protocol):
    """Whom a card belongs to (``desktop.services.card_people.CardMatches``)."""

    @property
    def by_number(self) -> Sequence[PersonRow]:
        """Who has a number of the card."""

    @property
    def alike(self) -> Sequence[PersonRow]:
        """Who may be the same person."""


class PortBook(Protocol):
    """Where the port of the scanner is kept (``desktop.services.scanner_port.ScannerPort``)."""

    def load(self) -> str:
        """ "" for none."""

    def keep(self, port: str) -> None:
        """From now on."""


@dataclass(frozen=True, slots=True)
class CardWork:
    """What scanning works with.

    Attributes:
        read: (what may have been typed, is a bare number a card?) -> the card, if it was one.
        find: whom it belongs to; reads the register.
        compare: (field, there, on the card); reads tables the first time.
        port: keeps where a serial scanner is.
        key_clock: tells the pace of keys; ``None``: no scanner that types is listened to.
    """

    read: Callable[[Sequence[str], bool], CardReading | None]
    find: Callable[[CardReading], Matches]
    compare: Compare
    clock: Callable[[], datetime]
    port: PortBook
    key_clock: KeyClock | None = None


class ScanDesk(QObject):
    """Of one officer, while the register is open.

    Signals:
        person_asked: open the form of this person, of somebody new (``None``).
        shown: the panel stands on the page.
    """

    person_asked = Signal(object)
    shown = Signal()

    def __init__(
        self,
        *,
        window: MainWindow,
        form: FormPage,
        others: Sequence[Page],
        jobs: JobRunner,
        cards: CardWork,
    ) -> None:
        """``others`` are the pages beside the form that offer to read a card from a picture."""
        super().__init__(form)
        self._window = window
        self._form = form
        self._jobs = jobs
        self._cards = cards
        self._lines = ScanLines(self)
        self._words = Words(self)
        self._panel: ScanPanel | None = None
        self._waiting: CardReading | None = None
        self._is_agreed = False
        self.wedge: Wedge | None = None
        form.form_shown.connect(self._form_shown)
        self.reader = CardReader(window=window, jobs=jobs, parent=self)
        self.reader.code_read.connect(self.read)
        self.reader.failed.connect(self._tell)
        self.reader.port_chosen.connect(self.use_port)
        self._serial = SerialScanner(self)
        self._serial.code_read.connect(self.read)
        self._serial.opened.connect(self._tell_port)
        jobs.run(self, cards.port.load, on_success=self._listen_to)
        for page in (form, *others):
            self.reader.offer_on(page)
        if cards.key_clock is not None:
            self.wedge = Wedge(
                window=window,
                owner=form,
                judge=cards.read,
                may_go_on=may_go_on,
                clock=cards.key_clock,
            )
            self.wedge.scanned.connect(self.take)
            self.wedge.start()

    # -- a scanner at a serial port --

    @property
    def port(self) -> str:
        """The one that is listened to; "" for none."""
        return self.reader.port

    def use_port(self, port: str) -> None:
        """From now on, and the next time too."""
        self._listen_to(port)
        self._jobs.run(self, lambda: self._cards.port.keep(port), lane=Lane.WRITE)

    def _listen_to(self, port: str) -> None:
        self.reader.port = port
        self._serial.listen(port)

    def _tell_port(self, is_open: bool) -> None:
        if not is_open:
            self._tell(
                self.tr("Không mở được máy quét ở cổng {port}.").format(port=self.port),
                self.tr("Cắm lại máy quét, hoặc chọn cổng khác (Ctrl+T)."),
                kind="warning",
            )

    # -- a card came --

    def read(self, text: str) -> None:
        """A code from a picture, the clipboard or a serial scanner."""
        card = self._cards.read([text], True)
        if self._is_locked:
            return
        if card is None:
            self._tell(self.tr("Đây không phải mã của thẻ."), self._by_hand(), kind="warning")
        else:
            self.take(card, False)

    def take(self, card: CardReading, is_composed: bool) -> None:
        """Show what it would do; nothing while a dialog or a recovery code waits."""
        self.close_panel()
        self._waiting = None
        if self._is_locked:
            return
        if not card.is_readable:
            self._refuse(card, is_composed)
        elif QApplication.activeModalWidget() is not None or self._window.is_alone:
            self._tell(
                self.tr("Chưa dùng được thẻ vừa quét."),
                self.tr("Đóng hộp thoại đang mở rồi quét lại."),
                kind="warning",
            )
        elif self._window.current_page is self._form and self._form.form_view is not None:
            self._compare(card)
        else:
            self._look_for(card)

    @property
    def _is_locked(self) -> bool:
        """The form is a part of the window no more."""
        return self._form.window() is not self._window

    def _refuse(self, card: CardReading, is_composed: bool) -> None:
        errors = [one for one in card.findings if one.severity is Severity.ERROR]
        why = errors[0].message_vi if errors else ""
        then = self._by_hand() if not why else ""
        if is_composed:
            then = self.tr("Bộ gõ tiếng Việt đang bật: tắt bộ gõ rồi quét lại.")
        self._tell(self.tr("Không đọc được thẻ vừa quét. {why}").format(why=why), then)

    def _by_hand(self) -> str:
        return self.tr("Quét lại, chụp ảnh thẻ rồi dán (Ctrl+T), hoặc nhập bằng tay.")

    def _tell(self, words: str, then: str, *, kind: str = "error") -> None:
        page = self._window.current_page
        if page is not None:
            page.message_bar.show_message(words.strip(), then, kind=kind)

    # -- whom it belongs to --

    def _look_for(self, card: CardReading) -> None:
        self._jobs.run(
            self,
            lambda: self._cards.find(card),
            on_success=lambda matches: self._show_matches(card, matches),
            on_error=self._fail,
        )

    def _fail(self, error: AppError) -> None:
        page = self._window.current_page
        if page is not None:
            page.show_problem(error)

    def _show_matches(self, card: CardReading, matches: Matches) -> None:
        if len(matches.by_number) == 1:
            self._open(card, matches.by_number[0].person_id)
            return
        people = [*matches.by_number, *matches.alike]
        deeds = [Deed(row.person_id, self._words_of(row)) for row in people]
        new = Deed("new", self.tr("Lập phiếu cho người mới"))
        question, notes = "", [self.tr("Chưa ai trong sổ có số này. Danh tính được điền từ thẻ.")]
        if matches.by_number:
            question = self.tr("Nhiều người trong sổ có số này. Mở phiếu của ai?")
            notes = [self.tr("Mỗi số chỉ của một người: xem lại sau khi mở phiếu.")]
        elif matches.alike:
            question = self.tr("Có người cùng tên, cùng ngày sinh. Có phải người này không?")
            notes = []
        self._show(
            Sight(
                title=self._title(card),
                deeds=[*deeds, new] if deeds else [new],
                question=question,
                notes=notes,
            ),
            lambda name: self._open(card, None if name == "new" else PersonId(name)),
        )

    def _open(self, card: CardReading, person_id: PersonId | None) -> None:
        self._waiting = card
        self._is_agreed = person_id is None
        self.person_asked.emit(person_id)

    def _form_shown(self) -> None:
        card, self._waiting = self._waiting, None
        if card is None:
            self.close_panel()
        else:
            self._compare(card)

    # -- against the form --

    def _compare(self, card: CardReading) -> None:
        view = self._form.form_view
        if view is None:
            return
        view.answers()  # what is being typed counts
        lines = self._lines.of(card, view)
        is_agreed, self._is_agreed = self._is_agreed, False
        if not lines:
            self._tell(
                self.tr("Phiếu này không hỏi gì có trên thẻ."),
                self.tr("Về danh sách (Esc) rồi quét để tìm người."),
                kind="info",
            )
        elif all(one.is_same for one in lines):
            self._tell(self.tr("Thẻ khớp với phiếu: không có gì phải điền."), "", kind="good")
        elif is_agreed and all(one.is_ticked or one.is_same for one in lines):
            self._fill(card, lines)
        else:
            self._ask(card, lines)

    def _ask(self, card: CardReading, lines: list[ScanLine]) -> None:
        view = self._form.form_view
        assert view is not None  # noqa: S101 - for the type checker
        is_other = is_somebody_else(card, present(view)) or differs_in_person(lines)
        fill = Deed("fill", self.tr("Điền mục đã chọn"))
        deeds, question = [fill], ""
        if is_other:
            question = self.tr(
                "Thẻ này có phải của người khác? Số, họ tên hoặc ngày sinh khác với phiếu đang mở."
            )
            find = Deed("find", self.tr("Tìm người trên thẻ"))
            deeds = [find, Deed("fill", self.tr("Vẫn điền mục đã chọn vào phiếu này"))]
        doubts = [
            one.message_vi
            for one in card.findings
            if one.severity is not Severity.ERROR and card.doubtful
        ]
        self._show(
            Sight(
                title=self._title(card),
                deeds=deeds,
                lines=lines,
                question=question,
                notes=doubts[:2],
            ),
            lambda name: self._do(name, card, lines),
        )
        self._judge(card, lines)

    def _judge(self, card: CardReading, lines: list[ScanLine]) -> None:
        """Only another spelling, or another value? Told when it is known."""
        differing = [
            one.field
            for one in lines
            if one.field.state is FieldState.DIFFERS
            and one.field.role.removeprefix(_PREFIX) in COMPARED_FIELDS
        ]
        panel = self._panel
        if not differing or panel is None:
            return

        def _work() -> Mapping[str, FieldComparison]:
            return {
                one.role: self._cards.compare(
                    one.role.removeprefix(_PREFIX), one.present, one.on_card
                )
                for one in differing
            }

        def _tell(judged: Mapping[str, FieldComparison]) -> None:
            view = self._form.form_view
            if self._panel is panel and view is not None:
                panel.show_judged(self._lines.of(card, view, judged))

        self._jobs.run(panel, _work, on_success=_tell)

    def _do(self, name: str, card: CardReading, lines: list[ScanLine]) -> None:
        if name == "find":
            self.close_panel()
            self._look_for(card)
            return
        panel = self._panel
        ticked = set() if panel is None else set(panel.ticked())
        self.close_panel()
        self._fill(card, [one for one in lines if one.path in ticked or one.is_same])

    def _fill(self, card: CardReading, lines: list[ScanLine]) -> None:
        self._form.take_card(scans_of(card, lines, on=self._cards.clock().date()))
        filled = sum(not one.is_same for one in lines)
        words = self.tr("Đã điền {n} mục từ thẻ.").format(n=filled)
        self._tell(
            words, self.tr("Xem lại rồi gõ tiếp; sửa mục nào thì mất dấu “từ thẻ”."), kind="good"
        )

    # -- the panel --

    def _show(self, sight: Sight, do: Callable[[str], None]) -> None:
        page = self._window.current_page
        if page is None:
            return
        self.close_panel()
        if page.message_bar.isVisible():
            page.message_bar.hide()
            page.settle()
        panel = ScanPanel(sight, page=page)

        def _chosen(name: str) -> None:
            if name not in ("find", "fill"):
                self.close_panel()
            do(name)

        panel.chosen.connect(_chosen)
        panel.left.connect(self.close_panel)
        self._panel = panel
        panel.appear()
        panel.take_keyboard()
        self.shown.emit()

    def close_panel(self) -> None:
        """Gone, with the keyboard where it was."""
        panel, self._panel = self._panel, None
        if panel is not None:
            panel.give_keyboard()
            panel.hide()
            panel.setParent(None)
            panel.deleteLater()

    # -- words --

    def _title(self, card: CardReading) -> str:
        told = card.identity
        parts = [
            told.get(FULL_NAME, ""),
            display(told[BIRTH_DATE]) if told.get(BIRTH_DATE) else "",
            told.get(ID_NUMBER, ""),
        ]
        return self.tr("Thẻ: {words}").format(words=" · ".join(part for part in parts if part))

    def _words_of(self, row: PersonRow) -> str:
        number = row.id_number or self.tr("chưa có số")
        gone = self._words.presence(row.presence)
        parts = [row.full_name, display(row.birth_date), row.hamlet, number, gone]
        return " · ".join(part for part in parts if part)
