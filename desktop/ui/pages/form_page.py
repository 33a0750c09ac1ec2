"""Filling one form about one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
)

from desktop.domain.drafts import Cursor, DraftMark, FormDraft, Held, WaitingDraft, laid_over
from desktop.domain.ledger import Action
from desktop.domain.people import CheckState, PersonId, PersonRow, RecordStatus
from desktop.domain.records import NotReady, OpenedForm, SavedForm, Submitted
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner
from desktop.ui import icons, theme, wording
from desktop.ui.forms.draft_writer import DraftBook, DraftWriter
from desktop.ui.forms.form_view import FormView
from desktop.ui.forms.half_typed import draft_of
from desktop.ui.forms.outline import plain
from desktop.ui.forms.row_writer import Notes
from desktop.ui.forms.sheet import Content, RecordKeeper, Sheet, added_reasons
from desktop.ui.page import Page
from desktop.ui.widgets.chip import Chip
from forms.definition import Question
from forms.findings import Code
from forms.rules.identity import duplicate_finding
from forms.runtime.engine import Filling
from sync.protocol.ids import new_id_text

#: What only the register can find.
_REGISTER_CODES = frozenset({Code.ID_013, Code.REG_001})
_STATUS_KINDS = {
    RecordStatus.RETURNED: "error",
    RecordStatus.ACCEPTED: "good",
    RecordStatus.SUBMITTED: "info",
}


@dataclass(frozen=True, slots=True)
class _Ready:
    """What the read lane prepared; with a draft, everything lies over what is stored."""

    opened: OpenedForm
    filling: Filling
    confirmations: Mapping[str, str]
    draft: FormDraft | None = None
    is_draft_news: bool = False
    others: Sequence[WaitingDraft] = ()


class FormPage(Page):
    """A form, its state of saving, and the two things one does with it: save and hand in.

    Signals:
        closed: the officer is done here, and everything is saved.
        history_asked: what the ledger tells about this person (person id).
        attention_needed: a save failed while another page was shown.
        form_shown: a person's form stands on the page.
        form_saved: the transaction of a save is done.
        draft_kept: what is typed is on the disk (``FormDraft``).
    """

    closed = Signal()
    history_asked = Signal(object)
    attention_needed = Signal()
    form_shown = Signal()
    form_saved = Signal()
    draft_kept = Signal(object)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        records: RecordKeeper,
        drafts: DraftBook,
        begin_filling: Callable[[OpenedForm], Filling],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="form")
        self._jobs = jobs
        self._records = records
        self._drafts = drafts
        self._writer = DraftWriter(jobs=jobs, drafts=drafts, take=self._take_draft, parent=self)
        self._writer.kept.connect(self.draft_kept)
        self._writer.failed.connect(self._tell_draft_failed)
        self._begin_filling = begin_filling
        self._clock = clock
        self._words = wording.Words(self)
        self._sheet: Sheet | None = None
        self._view: FormView | None = None
        self._views: dict[tuple[str, str], FormView] = {}
        self._is_dirty = False
        self._is_closing = False
        self._wanted_path = ""
        self._wanted_cursor = Cursor()
        self._stack = QStackedWidget()
        self._back = self._make_back()
        self._police = self._button(self.tr("Chuyển công an"), "send_to_police", "shield", "")
        self._save = self._button(self.tr("Lưu"), "save", "save", "")
        self._submit = self._button(self.tr("Nộp phiếu"), "submit", "send", "primary")
        self._status = Chip(name="form:status")
        self._check = Chip(name="form:check")
        self._saved_words = QLabel()
        self._saved_words.setObjectName("form:saved")
        self._saved_words.setProperty("kind", "small")
        self._hint = QLabel()
        self._hint.setObjectName("form:hint")
        self._hint.setProperty("kind", "muted")
        self._summary = QLabel()
        self._summary.setObjectName("form:summary")
        self._next = self._button(self.tr("Chỗ tiếp theo (F8)"), "next_finding", "down", "small")
        self._wire()
        self._compose()

    # -- opening --

    def open_person(
        self, person_id: PersonId | None, *, path: str = "", cursor: Cursor | None = None
    ) -> None:
        """Read a person's form and show it, at ``path`` when given; ``None`` is somebody new.

        What this user had half-typed there lies over it.
        """
        self._wanted_cursor = cursor or Cursor()
        self._open(lambda: self._read(person_id), path=path)

    def open_draft(self, draft_id: str) -> None:
        """Show a form as it was half-typed by this user."""
        self._wanted_cursor = Cursor()
        self._open(lambda: self._read_draft(draft_id), path="")

    def _open(self, read: Callable[[], _Ready], *, path: str) -> None:
        self.leave()
        self.message_bar.hide()
        self._wanted_path = path
        self._jobs.run(self, read, on_success=self._show_ready, on_error=self.show_problem)

    def leave(self) -> None:
        """What is not saved is saved."""
        if self._is_dirty:
            self.save()
        self._writer.flush()

    def hold(self) -> Held | None:
        """Let go of the form at once, saving nothing: what is typed goes with the caller.

        A save that is under way may still succeed; the draft then says nothing new.
        """
        if self._sheet is None or self._view is None:
            return None
        draft = self._take_draft()
        self._writer.cancel()
        self._is_dirty = False
        cursor = self._view.half_typed().cursor
        return Held(draft, self._sheet.opened.person_id, replace(cursor, text=None))

    def save(self) -> None:
        """Keep what is answered, finished or not."""
        if self._sheet is not None and self._view is not None:
            content = self._content()
            self._is_dirty = False
            self._saved_words.setText(self.tr("Đang lưu…"))
            self._sheet.save(content)

    def submit(self) -> None:
        """Hand the record in, or show what is in the way."""
        if self._sheet is not None and self._view is not None and self._submit.isEnabled():
            self._submit.setEnabled(False)
            content = self._content()
            self._is_dirty = False
            self._sheet.submit(content)

    @property
    def is_settled(self) -> bool:
        """Nothing typed waits for a save, and no save is under way or has failed."""
        return not self._is_dirty and (self._sheet is None or not self._sheet.is_busy)

    @property
    def form_view(self) -> FormView | None:
        """The drawn form."""
        return self._view

    def _read(self, person_id: PersonId | None) -> _Ready:
        opened = self._records.open(person_id)
        others = [] if person_id is None else self._drafts.of_others_about(person_id)
        draft = self._drafts.about(opened)
        if draft is not None and draft.form_version != opened.definition.version:
            # Typed under a text that was replaced since, and not to be moved to the newer one.
            opened = self._records.open(person_id, form_version=draft.form_version)
        return replace(self._ready(opened, draft), others=others)

    def _read_draft(self, draft_id: str) -> _Ready:
        draft = self._drafts.get(draft_id)
        opened = self._records.open(draft.person_id, form_version=draft.form_version)
        return self._ready(opened, draft)

    def _ready(self, opened: OpenedForm, draft: FormDraft | None) -> _Ready:
        if draft is None:
            return _Ready(opened, self._begin_filling(opened), opened.confirmations)
        laid = laid_over(opened, draft)
        return _Ready(
            opened=laid.opened,
            filling=self._begin_filling(replace(laid.opened, answers=laid.answers)),
            confirmations=laid.confirmations,
            draft=draft,
            is_draft_news=laid.says_more_than(opened),
        )

    def _show_ready(self, ready: _Ready) -> None:
        if self._is_dirty:  # typed on while the next form was being read
            self.save()
        self._writer.cancel()
        draft = ready.draft
        mark = DraftMark(self._new_id(), 0) if draft is None else draft.mark
        self._sheet = self._follow(
            Sheet(
                opened=ready.opened,
                mark=mark,
                records=self._records,
                jobs=self._jobs,
                parent=self,
            )
        )
        opened = ready.opened
        view = self._view_of(opened)
        self._view = view
        self._stack.setCurrentWidget(view)
        view.show_filling(
            ready.filling,
            confirmations=ready.confirmations,
            notes=_notes_of(opened),
        )
        self._is_dirty = False
        self._saved_words.setText("")
        if draft is not None:
            self._show_draft(view, draft, is_news=ready.is_draft_news)
        elif not (self._wanted_path and view.focus_question(self._wanted_path)):
            view.put_cursor(self._wanted_cursor)
        self._show_state()
        self._tell_others(ready.others)
        self._show_summary()
        self.form_shown.emit()
        if opened.person_id is not None:
            self.seen.emit(Action.PERSON_VIEW, opened.person_id)

    def _show_draft(self, view: FormView, draft: FormDraft, *, is_news: bool) -> None:
        """What was saved since, on this PC or elsewhere, is no draft any more."""
        view.show_half_typed(draft)
        if not is_news:
            self._writer.forget(draft.mark)
            return
        self._note_change()
        self.message_bar.show_message(
            self.tr("Phần gõ dở lúc {at} đã được mở lại, chưa ghi vào sổ.").format(
                at=wording.moment(draft.at)
            ),
            self.tr("Gõ tiếp, hoặc bấm Lưu (Ctrl+S)."),
            kind="info",
        )

    def _tell_others(self, others: Sequence[WaitingDraft]) -> None:
        """Whose half-typed work waits about this person; never what it is."""
        if others:
            who = ", ".join(dict.fromkeys(draft.author for draft in others))
            self.message_bar.show_message(
                self.tr("{who} đang gõ dở phiếu của người này từ {at}.").format(
                    who=who, at=wording.moment(others[0].at)
                ),
                self.tr("Phần gõ dở được giữ riêng và hiện lại khi người đó mở sổ."),
                kind="warning",
            )

    def _new_id(self) -> str:
        return new_id_text(unix_ms=int(self._clock().timestamp() * 1000))

    def _take_draft(self) -> FormDraft | None:
        """The next writing of the draft; ``None`` when everything that is typed is saved."""
        sheet, view = self._sheet, self._view
        if sheet is None or view is None:
            return None
        half = view.half_typed()
        if not (self._is_dirty or sheet.is_busy or half.reasons or half.is_searching):
            if sheet.mark.revision:
                self._writer.forget(sheet.mark)
            return None
        sheet.mark = DraftMark(sheet.mark.draft_id, sheet.mark.revision + 1)
        path = sheet.opened.definition.path_of_role("person.full_name") or ""
        name = str(half.answers.get(path) or "")
        return draft_of(sheet.opened, half, sheet.mark, full_name=name)

    def _view_of(self, opened: OpenedForm) -> FormView:
        """Drawn once for each definition."""
        definition = opened.definition
        key = (definition.form_id, definition.version)
        if key not in self._views:
            view = FormView(definition=definition)
            view.changed.connect(self._note_change)
            view.typed.connect(self._writer.ask)
            view.summary_changed.connect(self._show_summary)
            view.entered.connect(self._show_hint)
            view.csdlqg_taken.connect(self._adopt)
            view.answer_taken.connect(self._look_for_number)
            self._stack.addWidget(view)
            self._views[key] = view
        return self._views[key]

    def _follow(self, sheet: Sheet) -> Sheet:
        """An older sheet still finishes its save; only its failure matters to the page then."""
        sheet.saved.connect(self._tell_saved)
        sheet.submitted.connect(self._tell_submitted)
        sheet.refused.connect(self._tell_refused)
        sheet.sent.connect(self._tell_sent)
        sheet.adopted.connect(self._tell_adopted)
        sheet.failed.connect(self._tell_failed)
        return sheet

    def _content(self) -> Content:
        assert self._view is not None  # noqa: S101 - for the type checker
        assert self._sheet is not None  # noqa: S101 - for the type checker
        view = self._view
        answers = view.answers()
        self._writer.cancel()
        return Content(answers, view.confirmations(), view.decided(), self._sheet.mark)

    # -- what the officer does --

    def _send_to_police(self) -> None:
        if self._sheet is not None and self._view is not None:
            self._is_dirty = False
            self._sheet.send_to_police(self._content())

    def _adopt(self, path: str) -> None:
        if self._sheet is None or self._view is None:
            return
        field = self._question(path).role or ""
        self._wanted_path = path
        self._is_dirty = False
        self._sheet.adopt(self._content(), field=field.removeprefix("person."))

    def _look_for_number(self, path: str, value: object) -> None:
        """Does somebody else in the register have this number?"""
        sheet = self._sheet
        if sheet is None or self._question(path).role != "person.id_number" or not value:
            return
        number, own = str(value), sheet.opened.person_id
        self._jobs.run(
            self,
            lambda: self._records.persons_with_number(number, other_than=own),
            on_success=lambda others: self._show_others(path, number, others),
        )

    def _show_others(self, path: str, number: str, others: Sequence[PersonRow]) -> None:
        view = self._view
        if view is None or str(view.value(path) or "") != number:
            return
        names = [row.full_name for row in others]
        found = [duplicate_finding(number, others=names, path=path)] if names else []
        view.show_extra(path, found)

    def _close(self) -> None:
        """Back to the list once everything is saved; a failed save keeps the form here."""
        self.leave()
        self._is_closing = self._sheet is not None and self._sheet.is_busy
        if not self._is_closing:
            self.closed.emit()

    def _go_to_next(self) -> None:
        if self._view is not None and not self._view.focus_next_finding():
            words = self.tr("Không còn lỗi hay cảnh báo nào.")
            self.message_bar.show_message(words, kind="good")

    def _note_change(self) -> None:
        self._is_dirty = True
        self._submit.setEnabled(True)  # what was handed in may be corrected and handed in again
        self._saved_words.setText(self.tr("Có thay đổi chưa lưu"))

    # -- what became of it --

    def _is_stale(self) -> bool:
        """Does a sheet speak that is no longer on the page?"""
        return isinstance(self.sender(), Sheet) and self.sender() is not self._sheet

    def _tell_saved(self, saved: SavedForm, content: Content) -> None:
        if self._is_stale():
            self.data_changed.emit()
            return
        if self._view is not None and self._sheet is not None:
            self._sheet.keep_old(self._view.take_over(saved.came, since=content.answers), content)
            self._view.add_confirmations(added_reasons(saved, content))
            self._view.show_notes(_notes_of(saved.stored))
            self._show_duplicates(self._view, saved)
        if not self._is_dirty:
            at = wording.clock_time(self._clock())
            self._saved_words.setText(self.tr("Đã lưu lúc {at}").format(at=at))
        self._writer.ask()  # what was typed since lies over what is saved now
        self._show_state()
        self._show_summary()
        self.data_changed.emit()
        self.form_saved.emit()
        if self._is_closing:
            self._is_closing = False
            self.closed.emit()

    def _show_duplicates(self, view: FormView, saved: SavedForm) -> None:
        """What only the register knows; the form itself cannot find it."""
        found = [finding for finding in saved.findings if finding.code in _REGISTER_CODES]
        for finding in found:
            if view.value(finding.path) == saved.stored.answers.get(finding.path):
                view.show_extra(finding.path, [finding])

    def _tell_submitted(self, outcome: Submitted) -> None:
        words = self.tr("Đã nộp phiếu.")
        then = self.tr("Phiếu được gửi đi ở lần đồng bộ tới.")
        if outcome.sent_to_police:
            then = self.tr("Danh tính cần kiểm tra được chuyển công an xã ở lần đồng bộ tới.")
        self.message_bar.show_message(words, then, kind="good")

    def _tell_refused(self, outcome: NotReady) -> None:
        if self._is_stale() or self._view is None:
            return
        self._submit.setEnabled(True)
        self._view.show_everything()
        if not outcome.findings:
            self._tell_came(outcome.saved)
            return
        self.message_bar.show_message(
            self.tr("Chưa nộp được: còn chỗ phải sửa hoặc xác nhận. Phiếu đã được lưu."),
            self.tr("Bấm F8 để đến từng chỗ."),
            kind="warning",
        )
        self._view.focus_next_finding()

    def _tell_came(self, saved: SavedForm) -> None:
        """Nothing is handed in that its officer has not seen."""
        words = self.tr("Chưa nộp: máy khác vừa sửa {n} câu, phiếu đang hiện giá trị mới.")
        self.message_bar.show_message(
            words.format(n=len(saved.came)),
            self.tr("Xem lại phiếu rồi bấm nộp lần nữa."),
            kind="warning",
        )
        if self._view is not None:
            any(self._view.focus_question(path) for path in saved.came)

    def _tell_adopted(self) -> None:
        if self._view is not None and not self._is_stale():
            self._view.focus_question(self._wanted_path)

    def _tell_sent(self) -> None:
        self.message_bar.show_message(
            self.tr("Đã ghi yêu cầu kiểm tra."),
            self.tr("Công an xã nhận được ở lần đồng bộ tới."),
            kind="good",
        )

    def _tell_failed(self, error: object) -> None:
        self._is_closing = False
        if not self._is_stale():
            self._is_dirty = True
            self._submit.setEnabled(True)
            self._saved_words.setText(self.tr("Chưa lưu được"))
            self._writer.ask()
        self.show_problem(error)  # type: ignore[arg-type]  # Qt signals carry plain objects
        if not self.isVisible():
            self.attention_needed.emit()

    def _tell_draft_failed(self, error: AppError) -> None:
        self._saved_words.setText(self.tr("Chưa giữ được phần đang gõ"))
        self.show_problem(error)

    # -- showing --

    def _show_state(self) -> None:
        if self._sheet is None:
            return
        opened = self._sheet.opened
        name = self._identity("person.full_name") or self.tr("Người mới")
        self.set_title(name, opened.definition.title_vi)
        self._status.show_state(
            self._words.record_status(opened.status), _STATUS_KINDS.get(opened.status, "plain")
        )
        asked = opened.check is not CheckState.NOT_ASKED
        self._check.setVisible(asked)
        self._check.show_state(
            self.tr("CSDLQG: {s}").format(s=self._words.check_state(opened.check)),
            _CHECK_KINDS[opened.check],
        )
        in_hand = opened.status in (RecordStatus.SUBMITTED, RecordStatus.ACCEPTED)
        # Answers may have changed elsewhere too: by the CSDLQG's value, on another device.
        is_again = opened.status is RecordStatus.RETURNED or (in_hand and opened.is_changed)
        self._submit.setEnabled(not in_hand or opened.is_changed or self._is_dirty)
        self._submit.setText(self.tr("Nộp lại") if is_again else self.tr("Nộp phiếu"))

    def _show_summary(self) -> None:
        if self._view is None or self._sheet is None:
            return
        summary = self._view.summary()
        parts = []
        if summary.errors:
            parts.append(self.tr("{n} lỗi").format(n=summary.errors))
        if summary.warnings:
            parts.append(self.tr("{n} cảnh báo").format(n=summary.warnings))
        if summary.missing:
            parts.append(self.tr("{n} câu còn thiếu").format(n=summary.missing))
        kind = "error" if summary.errors else "warning" if parts else "good"
        self._summary.setText(" · ".join(parts) or self.tr("Đủ và không còn lỗi"))
        theme.restyle(self._summary, kind=kind)
        self._next.setVisible(bool(parts))
        self._police.setVisible(bool(summary.flags) and not self._is_waiting_for_police())

    def _is_waiting_for_police(self) -> bool:
        """Do the police have exactly the identity that stands on the page?"""
        if self._sheet is None or self._view is None:
            return False
        opened, view = self._sheet.opened, self._view
        return opened.check is CheckState.WAITING and all(
            str(view.value(path) or "") == sent for path, sent in opened.asked.items()
        )

    def _show_hint(self, path: str) -> None:
        question = None if self._view is None else self._view.outline.question(path)
        self._hint.setText("" if question is None else question.hint_vi)

    def _identity(self, role: str) -> str:
        if self._sheet is None:
            return ""
        path = self._sheet.opened.definition.path_of_role(role)
        return str(self._sheet.opened.answers.get(path or "") or "")

    def _question(self, path: str) -> Question:
        assert self._sheet is not None  # noqa: S101 - for the type checker
        return self._sheet.opened.definition.question(plain(path))

    # -- making --

    def _make_history(self) -> QToolButton:
        history = QToolButton()
        history.setObjectName("button:history")
        history.setAccessibleName(self.tr("Nhật ký về người này"))
        history.setToolTip(self.tr("Ai đã xem, sửa hồ sơ này (Ctrl+H)"))
        history.setIcon(icons.icon("clock", tint="accent", size=20))
        history.setIconSize(QSize(20, 20))
        history.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        history.clicked.connect(self._ask_history)
        self._shortcut("Ctrl+H", self._ask_history)
        return history

    def _ask_history(self) -> None:
        """Only of somebody who is in the register."""
        if self._sheet is not None and self._sheet.opened.person_id is not None:
            self.history_asked.emit(self._sheet.opened.person_id)

    def _make_back(self) -> QToolButton:
        back = QToolButton()
        back.setObjectName("button:back")
        back.setAccessibleName(self.tr("Về danh sách"))
        back.setIcon(icons.icon("back", tint="accent", size=24))
        back.setIconSize(QSize(24, 24))
        back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return back

    def _button(self, text: str, name: str, icon: str, kind: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"button:{name}")
        button.setAccessibleName(text)
        button.setProperty("kind", kind)
        icons.dress(button, icon, tint="on_accent" if kind == "primary" else "accent")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _wire(self) -> None:
        wiring: tuple[tuple[QAbstractButton, Callable[[], None], str, str], ...] = (
            (self._back, self._close, "Esc", self.tr("Lưu và về danh sách (Esc)")),
            (self._police, self._send_to_police, "", self.tr("Hỏi công an xã về danh tính này")),
            (self._save, self.save, "Ctrl+S", self.tr("Lưu (Ctrl+S)")),
            (self._submit, self.submit, "", self.tr("Lưu và nộp phiếu (Ctrl+Enter)")),
            (self._next, self._go_to_next, "F8", self.tr("Đến chỗ phải sửa tiếp theo (F8)")),
        )
        for button, action, keys, tip in wiring:
            button.clicked.connect(action)
            button.setToolTip(tip)
            if keys:
                self._shortcut(keys, action)
        self._shortcut("Ctrl+Return", self.submit)
        self._shortcut("Ctrl+Enter", self.submit)

    def _shortcut(self, keys: str, action: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(action)

    def _compose(self) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        self.lead.addWidget(self._back, 0, middle)
        for chip in (self._status, self._check):
            self.beside_title.addWidget(chip, 0, middle)
        self.beside_subtitle.addWidget(self._saved_words, 0, middle)
        self.tools.addWidget(self._make_history(), 0, middle)
        for button in (self._police, self._save, self._submit):
            self.tools.addWidget(button, 0, middle)
        foot = QFrame()
        foot.setObjectName("form_foot")
        row = QHBoxLayout(foot)
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self._hint, 1)
        row.addWidget(self._summary)
        row.addSpacing(6)
        row.addWidget(self._next)
        self._hint.setWordWrap(True)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(foot)


def _notes_of(opened: OpenedForm) -> Notes:
    return Notes(opened.remarks, opened.csdlqg, opened.competing)


_CHECK_KINDS = {
    CheckState.NOT_ASKED: "plain",
    CheckState.WAITING: "info",
    CheckState.MATCHED: "good",
    CheckState.DIFFERS: "warning",
    CheckState.NOT_FOUND: "error",
}
