"""What is done to the people of a list: asked in the panel, done in a job, taken back by Ctrl+Z."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.people import PersonId, PersonRow
from desktop.domain.worklists import Before, Done, Order, WorkList
from desktop.errors import AppError
from desktop.jobs.progress import Cancelled, Progress
from desktop.jobs.runner import JobRunner
from desktop.ui import wording
from desktop.ui.models.rows import Column
from desktop.ui.printing import ask_for_file
from desktop.ui.worklists.action_panel import ActionPanel, Deed
from desktop.ui.worklists.ports import ListWork, Step

_Result = TypeVar("_Result")

_SUFFIX = ".xlsx"
#: Characters of a column of a workbook for a pixel on the screen.
_PER_PIXEL = 0.16
_WIDEST = 34
#: What can be taken back, one after the other, the last first.
_DEEPEST = 50


class Doing(QObject):
    """One thing at a time.

    Signals:
        told: (sentence, next step, kind) for the message bar.
        failed: (``AppError``) what went wrong.
        done: something was changed.
    """

    told = Signal(str, str, str)
    failed = Signal(object)
    done = Signal()

    def __init__(
        self, *, jobs: JobRunner, work: ListWork, panel: ActionPanel, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._work = work
        self._panel = panel
        self._window = parent
        self._progress: Progress | None = None
        self._was_stopped = False
        self._undo: list[tuple[Before, ...]] = []
        panel.stop_asked.connect(self._stop)

    @property
    def is_busy(self) -> bool:
        """Is something being done?"""
        return self._progress is not None

    def do(self, deed: Deed, who: Callable[[], Sequence[PersonId]]) -> None:
        """Do what stands in the panel; ``who`` is asked within the job."""
        text, field = self._panel.text, self._panel.field
        if not text:
            self.told.emit(self.tr("Chưa ghi gì."), self.tr("Ghi vào ô rồi nhấn Enter."), "warning")
            self._panel.tell_missing()
            return

        def _work(step: Step) -> Done:
            if deed is Deed.POLICE:
                return self._work.send_to_police(who(), list_name=text, step=step)
            if deed is Deed.HAMLET:
                return self._work.set_hamlet(who(), text, step=step)
            return self._work.set_field(who(), field, text, step=step)

        self._run(_work, lambda done: self._tell(deed, done))

    def undo(self) -> None:
        """Take back what was done last, as one thing."""
        if self.is_busy:
            return
        if not self._undo:
            self.told.emit(
                self.tr("Không còn việc nào để hoàn tác."),
                self.tr("Chỉ hoàn tác được việc làm ở trang này từ khi mở sổ."),
                "info",
            )
            return
        last = self._undo[-1]
        self._run(lambda step: self._work.undo(last, step=step), self._tell_undone)

    def choose_file(self, name: str, write: Callable[[Path], None]) -> None:
        """Where to."""
        ask_for_file(
            self._window,
            title=self.tr("Lưu danh sách"),
            name=name,
            pattern=self.tr("Bảng tính (*.xlsx)"),
            suffix=_SUFFIX.removeprefix("."),
            chosen=write,
        )

    def export(
        self,
        path: Path,
        worklist: WorkList,
        *,
        ids: Sequence[PersonId] | None,
        order: Order,
        sheet: str,
        columns: Sequence[Column[PersonRow]],
    ) -> None:
        """These columns of these people, for the purpose that stands in the panel."""
        path = path if path.suffix.lower() == _SUFFIX else path.with_name(path.name + _SUFFIX)
        purpose = self._panel.text
        self._run(
            lambda step: self._work.export(
                path,
                worklist,
                ids=ids,
                order=order,
                sheet=sheet,
                headings=[column.title for column in columns],
                widths=[round(column.width * _PER_PIXEL) or _WIDEST for column in columns],
                cells=lambda row: [column.text(row) for column in columns],
                purpose=purpose,
                step=step,
            ),
            lambda count: self._tell_export(count, path),
        )

    # -- the job --

    def _run(self, work: Callable[[Step], _Result], on_success: Callable[[_Result], None]) -> None:
        if self.is_busy:
            return
        self._was_stopped = False
        progress = self._progress = Progress(self)
        progress.stepped.connect(self._panel.show_progress)
        self._panel.begin()

        def _step(done: int, total: int) -> bool:
            try:
                progress.step(done, total)
            except Cancelled:
                return False
            return True

        def _end(result: _Result) -> None:
            self._end()
            on_success(result)

        self._jobs.run(self, lambda: work(_step), on_success=_end, on_error=self._fail)

    def _stop(self) -> None:
        if self._progress is not None:
            self._was_stopped = True
            self._progress.stop()

    def _end(self) -> None:
        self._progress = None
        self._panel.finish()

    def _fail(self, error: AppError) -> None:
        self._end()
        self.failed.emit(error)

    # -- what it came to --

    def _tell(self, deed: Deed, done: Done) -> None:
        if done.undo:
            self._undo = [*self._undo, done.undo][-_DEEPEST:]
        touched, passed = map(wording.thousands, (done.touched, done.passed))
        sentence = {
            Deed.POLICE: self.tr("Đã gửi công an {n} người."),
            Deed.HAMLET: self.tr("Đã ghi thôn, tổ cho {n} hộ."),
            Deed.FIELD: self.tr("Đã ghi cho {n} người."),
            Deed.EXPORT: "",
        }[deed].format(n=touched)
        why = {
            Deed.POLICE: self.tr("{n} người đang chờ công an từ trước, không gửi lại."),
            Deed.HAMLET: self.tr("{n} người chưa vào hộ nào nên để nguyên."),
            Deed.FIELD: self.tr("{n} người đã ghi đúng như vậy từ trước."),
            Deed.EXPORT: "",
        }[deed].format(n=passed)
        then = [why] if done.passed else []
        then += self._of_undecided(done)
        if done.undo:
            then.append(self.tr("Ctrl+Z hoàn tác cả lượt."))
        self.told.emit(sentence, " ".join(then), "good")
        self.done.emit()

    def _tell_undone(self, done: Done) -> None:
        if not self._was_stopped:  # else the rest can be taken back still
            self._undo.pop()
        sentence = self.tr("Đã hoàn tác {n} chỗ.").format(n=wording.thousands(done.touched))
        left = self.tr("{n} chỗ đã được sửa sau đó nên để nguyên.")
        then = [left.format(n=wording.thousands(done.passed))] if done.passed else []
        then += self._of_undecided(done)
        self.told.emit(sentence, " ".join(then), "good")
        self.done.emit()

    def _of_undecided(self, done: Done) -> list[str]:
        text = self.tr("{n} chỗ đang có hai giá trị nên để nguyên: chọn ở trang Quyết định.")
        return [text.format(n=wording.thousands(done.undecided))] if done.undecided else []

    def _tell_export(self, count: int | None, path: Path) -> None:
        if count is None:
            self.told.emit(self.tr("Đã dừng, không có tệp nào được ghi."), "", "info")
            return
        self.told.emit(
            self.tr("Đã xuất {n} người vào {file}.").format(
                n=wording.thousands(count), file=path.name
            ),
            self.tr("Việc xuất và mục đích đã được ghi vào nhật ký."),
            "good",
        )
