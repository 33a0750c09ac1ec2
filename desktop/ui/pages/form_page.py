"""Filling one form about one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent

from desktop.domain.drafts import Cursor, DraftMark, FormDraft, Held
from desktop.domain.ledger import Action
from desktop.domain.people import PersonId
from desktop.domain.records import NotReady, OpenedForm, SavedForm, Submitted
from desktop.domain.scans import Scan
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import wording
from desktop.ui.forms.draft_writer import DraftBook, DraftWriter
from desktop.ui.forms.effort import Effort
from desktop.ui.forms.entry_aids import BatchBook, EntryAids
from desktop.ui.forms.form_foot import FormFoot
from desktop.ui.forms.form_head import FormHead
from desktop.ui.forms.form_keys import Deeds, connect_keys
from desktop.ui.forms.form_reader import FormFinder, FormReader, Ready
from desktop.ui.forms.form_view import FormView
from desktop.ui.forms.form_views import FormViews
from desktop.ui.forms.form_words import FormWords
from desktop.ui.forms.half_typed import draft_of
from desktop.ui.forms.left_sheets import LeftSheets
from desktop.ui.forms.register_findings import RegisterFindings
from desktop.ui.forms.row_writer import Notes
from desktop.ui.forms.sheet import Content, RecordKeeper, Sheet, added_reasons
from desktop.ui.page import Page
from forms.runtime.engine import Filling
from sync.protocol.ids import new_id_text


class FormPage(Page):
    """A form, its state of saving, and the two things one does with it: save and hand in.

    Signals:
        closed: the officer is done here, and everything is saved.
        next_asked: (person id, form id) handed in; the one after this person, or, after somebody
            new (``None``), the same form again.
        forms_asked: (person id or ``None``) which other forms are there?
        history_asked: what the ledger tells about this person (person id).
        attention_needed: a save failed while another page was shown.
        form_shown: a person's form stands on the page.
        form_saved: the transaction of a save is done.
        draft_kept: what is typed is on the disk (``FormDraft``).
    """

    closed = Signal()
    next_asked = Signal(object, str)
    forms_asked = Signal(object)
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
        fitting: FormFinder,
        batches: BatchBook,
        begin_filling: Callable[[OpenedForm], Filling],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="form")
        self._jobs = jobs
        self._records = records
        self._writer = DraftWriter(jobs=jobs, drafts=drafts, take=self._take_draft, parent=self)
        self._writer.kept.connect(self.draft_kept)
        self._writer.failed.connect(self._tell_draft_failed)
        self._known = RegisterFindings(jobs=jobs, records=records, parent=self)
        self._say = FormWords(bar=self.message_bar, parent=self)
        self._aids = EntryAids(jobs=jobs, batches=batches, words=self._say, parent=self)
        self._reader = FormReader(
            records=records,
            drafts=drafts,
            fitting=fitting,
            begin_filling=begin_filling,
            pinned=self._aids.pinned,
        )
        self._clock = clock
        self._sheet: Sheet | None = None
        self._left = LeftSheets(is_writing=lambda: self._writer.is_writing)
        self._views = FormViews()
        self._views.made.connect(self._listen)
        self._is_dirty = False
        self._is_aside = False
        self._is_closing = False
        self._goes_on = False
        self._is_prepared = False
        self._is_new = False
        self._asked = 0
        self._wanted_path = ""
        self._wanted_cursor = Cursor()
        self._head = FormHead(page=self)
        self._foot = FormFoot()
        self._effort = Effort(parent=self)
        self._effort.changed.connect(self._foot.show_effort)
        connect_keys(self, self._head, self._foot, pressed=self._effort.count, deeds=self._deeds())
        self.body.addWidget(self._views, 1)
        self.body.addWidget(self._foot)

    # -- opening --

    def open_person(
        self,
        person_id: PersonId | None,
        *,
        form_id: str = "",
        path: str = "",
        cursor: Cursor | None = None,
    ) -> None:
        """Read a person's form and show it, at ``path`` when given; ``None`` is somebody new.

        Without a ``form_id`` it is the form that fits the person best. What this user had
        half-typed there lies over it.
        """
        self._wanted_cursor = cursor or Cursor()
        self._open(lambda: self._reader.read(person_id, form_id), about=person_id, path=path)

    def open_draft(self, draft_id: str) -> None:
        """Show a form as it was half-typed by this user."""
        self._wanted_cursor = Cursor()
        self._open(lambda: self._reader.read_draft(draft_id), about=PersonId(draft_id), path="")

    def _open(self, read: Callable[[], Ready], *, about: PersonId | None, path: str) -> None:
        self.leave()
        is_under_way = self._left.holds(about, shown=self._sheet)
        lane = Lane.WRITE if is_under_way else Lane.READ  # it is read behind that
        self._say.hide()
        self._wanted_path = path
        self._asked += 1
        asked = self._asked

        def _show(ready: Ready) -> None:
            if asked == self._asked:  # else another one is wanted by now
                self._show_ready(ready)

        self._jobs.run(self, read, on_success=_show, on_error=self.show_problem, lane=lane)

    def prepare(self) -> None:
        """Read and draw the usual form beside other work, so that the first one opens at once."""
        if not self._is_prepared:
            self._is_prepared = True
            self._jobs.run(
                self,
                self._reader.usual,
                on_success=self._views.prepare,
                on_error=lambda _error: None,
            )

    def leave(self) -> None:
        """What is not saved is saved; letters that no save takes wait as a draft of this user."""
        self._let_go()
        self._effort.stop()

    def _let_go(self) -> None:
        if self._is_dirty:
            self.save()
        sheet, view = self._sheet, self._view
        if sheet is None or view is None or not sheet.is_busy or self._is_aside:
            self._writer.flush()
            return
        self._writer.cancel()  # what the save does not take is told by the sheet
        sheet.leave(view.half_typed(), dict(self._aids.cards.scans))

    def put_aside(self) -> None:
        """What is half-typed stays a draft of this user; nothing is made of it."""
        if self._is_dirty:
            self._writer.write()
        self._writer.flush()
        self._is_dirty = False
        self._is_aside = True  # until the next form is shown this one still has the keyboard

    @property
    def is_new(self) -> bool:
        """Is the form about somebody who is not in the register yet?"""
        return self._sheet is not None and self._sheet.opened.person_id is None

    @property
    def own_id(self) -> PersonId | None:
        """Who the form is about, somebody new too (``Sheet.own_id``)."""
        return None if self._sheet is None else self._sheet.own_id

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
        opened = self._sheet.opened
        form_id = opened.definition.form_id
        return Held(draft, opened.person_id, replace(cursor, text=None), form_id)

    def save(self) -> None:
        """Keep what is answered, finished or not."""
        if self._sheet is not None and self._view is not None:
            content = self._content()
            self._is_dirty = False
            self._head.saved.setText(self.tr("Đang lưu…"))
            self._sheet.save(content)

    def submit_and_go_on(self) -> None:
        """Hand the record in, and on with the next person once that is done."""
        self._goes_on = True
        self.submit()

    def submit(self) -> None:
        """Hand the record in, or show what is in the way."""
        if self._sheet is not None and self._view is not None and self._head.submit.isEnabled():
            self._head.submit.setEnabled(False)
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
        return self._views.shown

    @property
    def _view(self) -> FormView | None:
        return self._views.shown

    def _show_ready(self, ready: Ready) -> None:
        self._let_go()  # typed on while the next form was being read
        self._writer.cancel()
        draft = ready.draft
        mark = DraftMark(self._new_id(), 0) if draft is None else draft.mark
        if self._sheet is not None and self._sheet.mark.draft_id == mark.draft_id:
            mark = max(mark, self._sheet.mark, key=lambda one: one.revision)  # written since
        self._left.add(self._sheet)
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
        view = self._views.begin(opened.definition)
        view.show_filling(
            ready.filling,
            confirmations=ready.confirmations,
            notes=_notes_of(opened),
        )
        self._views.bring_up()
        self._aids.begin(view, opened)
        self._effort.begin()
        self._is_dirty = self._is_aside = False
        self._goes_on = False
        self._is_new = opened.person_id is None
        self._head.saved.setText("")
        self._say.news()
        if draft is not None:
            self._show_draft(view, draft, is_news=ready.is_draft_news)
        elif not (self._wanted_path and view.focus_question(self._wanted_path)):
            view.put_cursor(self._wanted_cursor)
        self._show_state()
        self._say.others(ready.others)
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
        self._say.half_typed(draft.at)

    def _new_id(self) -> str:
        return new_id_text(unix_ms=int(self._clock().timestamp() * 1000))

    def _take_draft(self) -> FormDraft | None:
        """The next writing of the draft; ``None`` when everything that is typed is saved."""
        sheet, view = self._sheet, self._view
        if sheet is None or view is None:
            return None
        half = view.half_typed()
        if not (self._is_dirty or sheet.is_busy or half.has_loose_ends):
            if sheet.mark.revision and not self._is_aside:
                self._writer.forget(sheet.mark)
            return None
        scanned = dict(self._aids.cards.scans)
        return draft_of(sheet.opened, half, sheet.next_mark(), scanned=scanned)

    def _listen(self, view: FormView) -> None:
        view.changed.connect(self._note_change)
        view.typed.connect(self._writer.ask)
        view.summary_changed.connect(self._show_summary)
        view.entered.connect(self._show_hint)
        view.csdlqg_taken.connect(self._adopt)
        view.answer_taken.connect(self._look_for_number)
        view.answer_taken.connect(self._aids.follow)
        view.confirmed.connect(self._aids.remember_reason)
        view.instance_removed.connect(self._say.removed)
        view.pressed.connect(self._effort.count)
        view.writer.offered = self._aids.reasons_for

    def _follow(self, sheet: Sheet) -> Sheet:
        """An older sheet still finishes its save; only its failure matters to the page then."""
        sheet.saved.connect(self._tell_saved)
        sheet.submitted.connect(self._tell_submitted)
        sheet.refused.connect(self._tell_refused)
        sheet.sent.connect(self._say.sent)
        sheet.adopted.connect(self._tell_adopted)
        sheet.failed.connect(self._tell_failed)
        sheet.left_over.connect(self._writer.keep)
        sheet.nothing_left.connect(self._writer.forget)
        return sheet

    def _content(self) -> Content:
        assert self._view is not None  # noqa: S101 - for the type checker
        assert self._sheet is not None  # noqa: S101 - for the type checker
        view = self._view
        answers = view.answers()
        self._writer.cancel()
        self._aids.remember(view.definition.form_id, answers)
        scanned = dict(self._aids.cards.scans)
        return Content(answers, view.confirmations(), view.decided(), self._sheet.mark, scanned)

    # -- what the officer does --

    def _send_to_police(self) -> None:
        if self._sheet is not None and self._view is not None:
            self._is_dirty = False
            self._sheet.send_to_police(self._content())

    def _adopt(self, path: str) -> None:
        if self._sheet is None or self._view is None:
            return
        question = self._view.outline.question(path)
        role = "" if question is None else question.role or ""
        self._wanted_path = path
        self._is_dirty = False
        self._sheet.adopt(self._content(), field=role.removeprefix("person."))

    def take_card(self, scans: Mapping[str, Scan]) -> None:
        """Answers that the officer takes from a card, by path, each with where it comes from."""
        if self._view is None or self._sheet is None:
            return
        self._view.take({path: scan.value for path, scan in scans.items()})
        self._aids.take_card(scans)
        for path, scan in scans.items():
            self._look_for_number(path, scan.value)

    def _look_for_number(self, path: str, value: object) -> None:
        if self._view is not None and (own := self.own_id) is not None:
            self._known.look(self._view, path, value, own=own)

    def _close(self) -> None:
        """Back to the list once everything is saved; a failed save keeps the form here."""
        self.leave()
        self._is_closing = self._sheet is not None and self._sheet.is_busy
        if not self._is_closing:
            self.closed.emit()

    def _go_to_next(self) -> None:
        if self._view is not None and not self._view.focus_next_finding():
            self._say.nothing_open()

    def _note_change(self) -> None:
        self._is_dirty = True
        self._is_aside = False
        self._head.submit.setEnabled(
            True
        )  # what was handed in may be corrected and handed in again
        self._head.saved.setText(self.tr("Có thay đổi chưa lưu"))

    # -- what became of it --

    def _is_stale(self) -> bool:
        """Does a sheet speak that is no longer on the page?"""
        return isinstance(self.sender(), Sheet) and self.sender() is not self._sheet

    def _tell_saved(self, saved: SavedForm, content: Content) -> None:
        if self._is_stale():
            self.data_changed.emit()
            return
        self._aids.is_begun = True
        if self._view is not None and self._sheet is not None:
            self._sheet.keep_old(self._view.take_over(saved.came, since=content.answers), content)
            self._view.add_confirmations(added_reasons(saved, content))
            self._view.show_notes(_notes_of(saved.stored))
            self._known.show(self._view, saved)
            self._view.meet_findings()
        if not self._is_dirty:
            at = wording.clock_time(self._clock())
            self._head.saved.setText(self.tr("Đã lưu lúc {at}").format(at=at))
        self._writer.ask()  # what was typed since lies over what is saved now
        self._show_state()
        self._show_summary()
        self.data_changed.emit()
        self.form_saved.emit()
        if self._is_closing:
            self._is_closing = False
            self.closed.emit()

    def _tell_submitted(self, outcome: Submitted) -> None:
        goes_on = self._goes_on and not self._is_stale()
        self._goes_on = False
        self._say.submitted(outcome, name=self._head.name if goes_on else "")
        if goes_on:
            form_id = outcome.saved.stored.definition.form_id
            self.next_asked.emit(None if self._is_new else outcome.saved.person_id, form_id)

    def show_end(self) -> None:
        """Handed in, and nobody follows in the list."""
        self._say.end()

    def _tell_refused(self, outcome: NotReady) -> None:
        if self._is_stale() or self._view is None:
            return
        self._goes_on = False
        self._head.submit.setEnabled(True)
        self._view.show_everything()
        if not outcome.findings:
            self._tell_came(outcome.saved)
            return
        self._say.refused()
        self._view.focus_next_finding()

    def _tell_came(self, saved: SavedForm) -> None:
        self._say.came(len(saved.came))
        if self._view is not None:
            any(self._view.focus_question(path) for path in saved.came)

    def _tell_adopted(self) -> None:
        if self._view is not None and not self._is_stale():
            self._view.focus_question(self._wanted_path)

    def _tell_failed(self, error: object) -> None:
        self._is_closing = self._goes_on = False
        if not self._is_stale() and self._sheet is not None and not self._is_aside:
            self._sheet.stay()
            self._is_dirty = True
            self._head.submit.setEnabled(True)
            self._head.saved.setText(self.tr("Chưa lưu được"))
            self._writer.ask()
        self.show_problem(error)  # type: ignore[arg-type]  # Qt signals carry plain objects
        if not self.isVisible():
            self.attention_needed.emit()

    def _tell_draft_failed(self, error: AppError) -> None:
        self._head.saved.setText(self.tr("Chưa giữ được phần đang gõ"))
        self.show_problem(error)

    # -- showing --

    def _show_state(self) -> None:
        if self._sheet is not None:
            self._head.show_state(self._sheet.opened, is_dirty=self._is_dirty)

    def _show_summary(self) -> None:
        if self._view is None or self._sheet is None:
            return
        summary = self._view.summary()
        self._foot.show_summary(summary)
        self._head.show_flags(summary.flags, self._sheet.opened, self._view.value)

    def _show_hint(self, path: str) -> None:
        view = self._view
        self._foot.explain(None if view is None else view.outline.question(path))

    def _ask_history(self) -> None:
        """Only of somebody who is in the register."""
        if self._sheet is not None and self._sheet.opened.person_id is not None:
            self.history_asked.emit(self._sheet.opened.person_id)

    def _ask_forms(self) -> None:
        if self._sheet is not None:
            self.forms_asked.emit(self._sheet.opened.person_id)

    # -- making --

    def _deeds(self) -> Deeds:
        return Deeds(
            close=self._close,
            ask_history=self._ask_history,
            ask_forms=self._ask_forms,
            ask_police=self._send_to_police,
            save=self.save,
            submit=self.submit,
            submit_and_go_on=self.submit_and_go_on,
            go_to_next=self._go_to_next,
            ditto=self._aids.ditto,
            ditto_section=self._aids.ditto_section,
            toggle_pin=self._aids.toggle_pin,
        )

    def event(self, event: QEvent) -> bool:
        """F1 is this page's own key; elsewhere it opens the help of the program."""
        is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F1
        if is_key and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if is_key and event.type() == QEvent.Type.KeyPress and self._view is not None:
            self._view.toggle_help()
            return True
        return super().event(event)


def _notes_of(opened: OpenedForm) -> Notes:
    return Notes(opened.remarks, opened.csdlqg, opened.competing)
