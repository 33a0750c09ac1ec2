"""Who may open this register, and how it is opened when a passphrase is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout

from desktop.domain.permissions import Right, UserRights
from desktop.domain.users import RekeyStep, User, UserRole
from desktop.errors import AppError
from desktop.jobs.progress import Cancelled
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, theme, wording
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.widgets.rights_panel import RightsPanel, RightWords
from desktop.ui.widgets.table import Table
from desktop.ui.widgets.user_panels import (
    AddPanel,
    ChangePanel,
    Panel,
    RemovePanel,
    ResetPanel,
    button,
)
from desktop.ui.widgets.wrapped_label import WrappedLabel

_PANEL_WIDTH = 390
RekeyProgress = Callable[[RekeyStep, int, int], None]


class UserList(Protocol):
    """What the page asks (``desktop.services.users.Users``)."""

    @property
    def author(self) -> str:
        """Who opened the register."""

    @property
    def is_manager(self) -> bool:
        """May they change the list?"""

    def list(self) -> list[User]:
        """Everybody with a passphrase."""

    def last_openings(self) -> dict[str, str]:
        """Name -> instant."""

    def add(self, *, user_name: str, passphrase: str, role: UserRole) -> User:
        """One more."""

    def change_passphrase(self, *, old: str, new: str) -> None:
        """One's own."""

    def reset_passphrase(self, *, user_name: str, passphrase: str) -> None:
        """Somebody else's."""

    def remove(self, *, user_name: str, progress: RekeyProgress | None = None) -> None:
        """Take the access away and change the key."""

    def change_key(self, *, progress: RekeyProgress | None = None) -> None:
        """Only change the key."""

    def is_key_change_due(self) -> bool:
        """Is it still to be done?"""


class RightsService(Protocol):
    """Who sees what is restricted (``desktop.services.permissions.Permissions``)."""

    def users(self) -> list[UserRights]:
        """Everybody with the rights they have."""

    def grantable(self) -> frozenset[Right]:
        """What who opened the register may give and take."""

    def grant(self, *, user_name: str, right: Right) -> None:
        """Give it."""

    def revoke(self, *, user_name: str, right: Right) -> None:
        """Take it."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How the register is opened when a passphrase is lost.

    Attributes:
        printed_at: when the printed code was confirmed to be on paper; "" when not yet.
    """

    printed: bool
    printed_at: str
    province: bool


@dataclass(frozen=True, slots=True)
class _State:
    """Everything the page shows."""

    users: list[User]
    openings: dict[str, str]
    is_manager: bool
    is_due: bool
    ways: Ways
    rights: dict[str, UserRights]
    grantable: frozenset[Right]


class UsersPage(Page):
    """Everybody sees the list and changes their own passphrase; managers do the rest.

    Signals:
        code_asked: make a recovery code to be printed.
        state_shown: the page shows what the register holds now.
    """

    code_asked = Signal()
    state_shown = Signal()
    _stepped = Signal(str, int, int)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        users: UserList,
        rights: RightsService,
        ways: Callable[[], Ways],
        set_province_key: Callable[[str], None],
    ) -> None:
        super().__init__(name="users")
        self._jobs = jobs
        self._users = users
        self._rights = rights
        self._right_words = RightWords(self)
        self._ways = ways
        self._set_province_key = set_province_key
        self._stop = Event()
        self._state: _State | None = None
        self._is_running = False
        self.set_title(self.tr("Người dùng"), self.tr("Những người mở được sổ trên máy này"))
        self._model: RowsModel[User] = RowsModel(columns=self._columns(), parent=self)
        self._table = Table(
            name="table:users", label=self.tr("Danh sách người dùng"), model=self._model
        )
        self._panels: dict[str, Panel] = {}
        self._stack = QStackedWidget()
        self._stack.setFixedWidth(_PANEL_WIDTH)
        self._make_buttons()
        self._make_panels()
        self._lay_out_page()
        selection = self._table.selectionModel()
        selection.currentRowChanged.connect(lambda _now, _before: self._set_enabled())
        self._stepped.connect(self._remove.show_step)

    def refresh(self) -> None:
        """Read the list anew."""
        if not self._is_running:
            self._jobs.run(self, self._read, on_success=self._show, on_error=self.show_problem)

    @property
    def selected(self) -> User | None:
        """Whose row has the keyboard."""
        index = self._table.currentIndex()
        return self._model.row(index.row()) if index.isValid() else None

    # -- showing --

    def _read(self) -> _State:
        return _State(
            users=self._users.list(),
            openings=self._users.last_openings(),
            is_manager=self._users.is_manager,
            is_due=self._users.is_key_change_due(),
            ways=self._ways(),
            rights={one.user_name: one for one in self._rights.users()},
            grantable=self._rights.grantable(),
        )

    def _show(self, state: _State) -> None:
        row = max(0, self._table.currentIndex().row())
        self._state = state
        self._model.show_rows(state.users)
        self._table.selectRow(min(row, len(state.users) - 1))
        self._due.setVisible(state.is_due)
        self._show_ways(state.ways)
        self._set_enabled()
        self.state_shown.emit()

    def _show_ways(self, ways: Ways) -> None:
        if not ways.printed:
            printed = self.tr("Mã in: chưa lập.")
        elif not ways.printed_at:
            printed = self.tr("Mã in: đã lập nhưng chưa ai xác nhận đã có trên giấy.")
        else:
            printed = self.tr("Mã in: đã có trên giấy, xác nhận lúc {at}.").format(
                at=wording.moment(ways.printed_at)
            )
        province = (
            self.tr("Khóa của tỉnh: có; tỉnh giúp mở lại được.")
            if ways.province
            else self.tr("Khóa của tỉnh: chưa có; dán khóa tỉnh cung cấp vào ô dưới.")
        )
        self._printed.setText(printed)
        theme.restyle(self._printed, kind="good" if ways.printed_at else "warning")
        self._province.setText(province)
        theme.restyle(self._province, kind="good" if ways.province else "muted")

    def _set_enabled(self) -> None:
        state, user = self._state, self.selected
        is_manager = state is not None and state.is_manager and not self._is_running
        is_other = user is not None and user.name != self._users.author
        self._reset_button.setEnabled(is_manager and is_other)
        self._remove_button.setEnabled(is_manager and is_other)
        for widget in (self._add_button, self._code_button, self._key_line, self._key_button):
            widget.setEnabled(is_manager)
        self._change_key_button.setEnabled(is_manager)
        self._change_button.setEnabled(not self._is_running)
        may_grant = state is not None and bool(state.grantable)
        self._rights_button.setEnabled(user is not None and may_grant and not self._is_running)
        self._only_managers.setVisible(state is not None and not state.is_manager)

    def _columns(self) -> list[Column[User]]:
        roles = {UserRole.MANAGER: self.tr("Quản lý"), UserRole.OFFICER: self.tr("Cán bộ")}
        return [
            Column(self.tr("Họ và tên"), lambda user: user.name),
            Column(self.tr("Vai trò"), lambda user: roles[user.role], width=92),
            Column(self.tr("Mục hạn chế"), self._right_text, width=210),
            Column(self.tr("Mở sổ lần cuối"), self._opened, width=158),
        ]

    def _opened(self, user: User) -> str:
        at = "" if self._state is None else self._state.openings.get(user.name, "")
        return wording.moment(at) or self.tr("chưa mở lần nào")

    def _right_text(self, user: User) -> str:
        found = None if self._state is None else self._state.rights.get(user.name)
        return "" if found is None else ", ".join(map(self._right_words.short, found.rights))

    # -- doing --

    def _open_panel(self, name: str) -> None:
        self.message_bar.hide()
        panel = self._panels[name]
        self._stack.setCurrentWidget(panel)
        panel.setFocus()

    def _close_panel(self) -> None:
        for panel in (self._add, self._change, self._reset):
            panel.clear()
        self._stack.setCurrentIndex(0)
        self._table.setFocus()

    def _do(self, panel: Panel, work: Callable[[], object], told: str) -> None:
        """Do it beside the window; the panel stays when it fails."""
        panel.set_busy(True)

        def _end(_result: object) -> None:
            panel.set_busy(False)
            self._close_panel()
            self.message_bar.show_message(told, kind="good")
            self.refresh()

        def _fail(error: AppError) -> None:
            panel.set_busy(False)
            panel.object_to(self._messages.explain(error.problem, error.parameters).text)

        self._jobs.run(self, work, lane=Lane.WRITE, on_success=_end, on_error=_fail)

    def _add_user(self) -> None:
        panel = self._add
        name, passphrase = panel.name.text().strip(), panel.passphrase.text
        role = UserRole.MANAGER if panel.is_manager.isChecked() else UserRole.OFFICER
        self._do(
            panel,
            lambda: self._users.add(user_name=name, passphrase=passphrase, role=role),
            self.tr("Đã thêm {name}.").format(name=name),
        )

    def _change_own(self) -> None:
        old, new = self._change.old.line.text(), self._change.passphrase.text
        self._do(
            self._change,
            lambda: self._users.change_passphrase(old=old, new=new),
            self.tr("Đã đổi mật khẩu. Từ lần mở sau dùng mật khẩu mới."),
        )

    def _reset_other(self) -> None:
        if (user := self.selected) is not None:
            passphrase = self._reset.passphrase.text
            self._do(
                self._reset,
                lambda: self._users.reset_passphrase(user_name=user.name, passphrase=passphrase),
                self.tr("Đã đặt lại mật khẩu của {name}.").format(name=user.name),
            )

    def _ask_reset(self) -> None:
        if (user := self.selected) is not None:
            title = self.tr("Đặt lại mật khẩu của {name}").format(name=user.name)
            self._reset.heading.setText(title)
            self._open_panel("reset")

    def _ask_rights(self) -> None:
        user, state = self.selected, self._state
        if user is not None and state is not None and user.name in state.rights:
            self._right_panel.ask_about(state.rights[user.name], state.grantable)
            self._open_panel("rights")

    def _change_rights(self) -> None:
        user, given, taken = self.selected, self._right_panel.given, self._right_panel.taken
        if user is None:
            return
        name = user.name

        def work() -> None:
            for right in given:
                self._rights.grant(user_name=name, right=right)
            for right in taken:
                self._rights.revoke(user_name=name, right=right)

        told = self.tr("Đã lưu quyền của {name}.").format(name=name)
        self._do(self._right_panel, work, told)

    def _ask_remove(self, name: str) -> None:
        self._leaving = name
        self._remove.ask_about(name)
        self._open_panel("remove")

    def _remove_now(self) -> None:
        """The access ends at once; the change of the key can be stopped while it copies."""
        name, self._stop = self._leaving, Event()
        self._set_running(True)

        def tell(step: RekeyStep, done: int, total: int) -> None:
            if step is RekeyStep.COPYING and self._stop.is_set():
                raise Cancelled
            self._stepped.emit(step.value, done, total)

        def work() -> bool:
            try:
                if name:
                    self._users.remove(user_name=name, progress=tell)
                else:
                    self._users.change_key(progress=tell)
            except Cancelled:
                return False
            return True

        self._jobs.run(
            self, work, lane=Lane.WRITE, on_success=self._removed, on_error=self._not_removed
        )

    def _removed(self, is_whole: bool) -> None:
        self._set_running(False)
        self._close_panel()
        if is_whole:
            self.message_bar.show_message(self.tr("Sổ đã dùng khóa mới."), kind="good")
        else:
            self.message_bar.show_message(
                self.tr("Đã dừng trước khi đổi khóa; sổ vẫn nguyên vẹn."),
                self.tr("Đổi khóa khi rảnh: bấm “Đổi khóa của sổ”."),
                kind="warning",
            )
        self.refresh()

    def _not_removed(self, error: AppError) -> None:
        self._set_running(False)
        self._remove.object_to(self._messages.explain(error.problem, error.parameters).text)
        self.refresh()

    def _set_running(self, running: bool) -> None:
        self._is_running = running
        self._remove.object_to("")
        self._remove.set_busy(running)
        self._set_enabled()

    def _seal(self) -> None:
        text = self._key_line.text()
        self._jobs.run(
            self,
            lambda: self._set_province_key(text),
            lane=Lane.WRITE,
            on_success=lambda _none: self._sealed(),
            on_error=self.show_problem,
        )

    def _sealed(self) -> None:
        self._key_line.clear()
        self.message_bar.show_message(self.tr("Đã lưu khóa khôi phục của tỉnh."), kind="good")
        self.refresh()

    # -- widgets --

    def _make_buttons(self) -> None:
        self._add_button = button(
            self,
            name="add_user_open",
            words=self.tr("Thêm người dùng…"),
            pressed=lambda: self._open_panel("add"),
            kind="primary",
        )
        self._change_button = button(
            self,
            name="change_passphrase_open",
            words=self.tr("Đổi mật khẩu của tôi…"),
            pressed=lambda: self._open_panel("change"),
        )
        self._reset_button = button(
            self,
            name="reset_user_open",
            words=self.tr("Đặt lại mật khẩu…"),
            pressed=self._ask_reset,
        )
        self._remove_button = button(
            self,
            name="remove_user_open",
            words=self.tr("Xóa người này…"),
            pressed=lambda: self._ask_remove("" if self.selected is None else self.selected.name),
            kind="danger",
        )
        self._rights_button = button(
            self, name="rights_open", words=self.tr("Mục hạn chế…"), pressed=self._ask_rights
        )
        self._change_key_button = button(
            self,
            name="change_key_open",
            words=self.tr("Đổi khóa của sổ…"),
            pressed=lambda: self._ask_remove(""),
        )
        self._code_button = button(
            self,
            name="make_code_open",
            words=self.tr("Lập mã in mới…"),
            pressed=self.code_asked.emit,
        )
        icons.dress(self._code_button, "key")
        self._key_button = button(
            self, name="province_key", words=self.tr("Lưu khóa của tỉnh"), pressed=self._seal
        )
        self._key_line = QLineEdit()
        self._key_line.setObjectName("input:province_key")
        self._key_line.setAccessibleName(self.tr("Khóa khôi phục của tỉnh, 64 chữ"))
        self._key_line.setPlaceholderText(self.tr("Khóa khôi phục của tỉnh, 64 chữ"))
        self._key_line.returnPressed.connect(self._seal)

    def _make_panels(self) -> None:
        self._leaving = ""
        self._add, self._change = AddPanel(), ChangePanel()
        self._reset, self._remove = ResetPanel(), RemovePanel()
        self._right_panel = RightsPanel()
        self._remove.stop_asked.connect(lambda: self._stop.set())
        for name, panel, agreed in (
            ("add", self._add, self._add_user),
            ("change", self._change, self._change_own),
            ("reset", self._reset, self._reset_other),
            ("remove", self._remove, self._remove_now),
            ("rights", self._right_panel, self._change_rights),
        ):
            self._panels[name] = panel
            panel.agreed.connect(agreed)
            panel.given_up.connect(self._close_panel)

    def _lay_out_page(self) -> None:
        self.tools.addWidget(self._change_button)
        self.tools.addWidget(self._add_button)
        self._only_managers = WrappedLabel()
        self._only_managers.setText(
            self.tr("Thêm, xóa người dùng và lập mã khôi phục là việc của người quản lý sổ.")
        )
        self._only_managers.setProperty("kind", "muted")
        self._only_managers.hide()
        row_tools = QHBoxLayout()
        row_tools.addWidget(self._reset_button)
        row_tools.addWidget(self._rights_button)
        row_tools.addWidget(self._remove_button)
        row_tools.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self._make_due())
        left.addWidget(self._table, 1)
        left.addLayout(row_tools)
        left.addWidget(self._only_managers)
        self._stack.addWidget(self._make_recovery_card())
        for panel in self._panels.values():
            self._stack.addWidget(panel)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(left, 1)
        columns.addWidget(self._stack)
        self.body.addLayout(columns, 1)

    def _make_due(self) -> QFrame:
        self._due = QFrame()
        self._due.setProperty("note", "warning")
        words = WrappedLabel()
        words.setText(
            self.tr("Khóa của sổ chưa được đổi sau khi xóa một người: người ấy có thể còn giữ nó.")
        )
        layout = QHBoxLayout(self._due)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(words, 1)
        layout.addWidget(self._change_key_button)
        self._due.hide()
        return self._due

    def _make_recovery_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        heading = QLabel(self.tr("Khi quên mật khẩu"))
        heading.setProperty("kind", "heading")
        why = WrappedLabel()
        why.setText(
            self.tr(
                "Ba cách mở lại: người quản lý khác đặt lại mật khẩu ở đây; mã in cất trong két; "
                "hoặc hai người giữ khóa của tỉnh cùng trả lời một yêu cầu."
            )
        )
        self._printed, self._province = WrappedLabel(), WrappedLabel()
        self._printed.setObjectName("users:printed")
        self._province.setObjectName("users:province")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 16, 20, 18)
        inside.setSpacing(10)
        for widget in (heading, why, self._printed, self._code_button, self._province):
            inside.addWidget(widget)
        inside.addWidget(self._key_line)
        inside.addWidget(self._key_button)
        inside.addStretch(1)
        return card
