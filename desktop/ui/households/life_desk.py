"""From the menu to the register: what can be recorded of somebody, and what each deed asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.domain.households import Household, Member, Split
from desktop.domain.people import HouseholdId, PersonId
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.households.event_dialog import Answered, Asked, EventDialog
from desktop.ui.households.life_menu import Deed, LifeItem, LifeMenu
from desktop.ui.households.ports import HouseholdBook, LifeBook
from desktop.ui.households.words import LifeWords
from desktop.ui.messages import Messages
from forms import dates
from sync.protocol.life import Presence

_CORRECTED = ("full_name", "birth_date", "sex", "id_number")


class LifeDesk(QObject):
    """Asks what happened, and records it.

    Signals:
        recorded: (what to say, the household to show or ``None`` for the one that is shown).
        deleted: (``Member``, what to say) somebody was, and can be brought back.
        refused: an ``AppError``.
    """

    recorded = Signal(str, object)
    deleted = Signal(object, str)
    refused = Signal(object)

    def __init__(
        self, *, jobs: JobRunner, life: LifeBook, book: HouseholdBook, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._life = life
        self._book = book
        self._window = parent
        self._words = LifeWords(self)
        self._messages = Messages(self)

    def open(self, household: Household, member: Member) -> None:
        """The menu of one member."""
        menu = LifeMenu(
            title=self.tr("Biến động của {name}").format(name=member.full_name),
            items=list(self._items(household, member)),
            parent=self._window,
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # What follows may be a window too: this one is gone by then, and leaves the keyboard.
        menu.chosen.connect(
            lambda item: QTimer.singleShot(0, self, lambda: self._begin(item, household, member))
        )
        menu.open()

    # -- the menu --

    def _items(self, household: Household, member: Member) -> Iterator[LifeItem]:
        """Undoing comes first for who is gone: a wrong death costs two keys."""
        is_here = member.presence is Presence.HERE
        if member.presence is Presence.DEAD:
            yield LifeItem(Deed.BACK, self.tr("Hủy báo tử: người này còn sống"))
        if member.presence is Presence.LEFT:
            who = (
                self.tr("Hủy chuyển đi: cả hộ vẫn ở đây")
                if member.has_left_together
                else self.tr("Hủy chuyển đi: người này vẫn ở đây")
            )
            yield LifeItem(Deed.BACK, who)
        if member.is_elsewhere:
            return  # the other commune keeps the entry now
        if member.presence is Presence.LEFT:
            yield LifeItem(Deed.ARRIVAL, self.tr("Chuyển về lại"))
        if is_here:
            yield LifeItem(Deed.DEATH, self.tr("Báo tử"))
            yield LifeItem(Deed.DEPARTURE, self.tr("Chuyển đi"))
            yield LifeItem(Deed.ARRIVAL, self.tr("Chuyển đến (ghi giấy tờ)"))
        yield LifeItem(Deed.CORRECTION, self.tr("Đính chính theo giấy tờ"))
        if is_here and household.household_id is not None:
            if not member.is_head:
                yield LifeItem(Deed.HEAD, self.tr("Đặt làm chủ hộ"))
            if sum(one.presence is Presence.HERE for one in household.members) > 1:
                yield LifeItem(Deed.SPLIT, self.tr("Tách hộ, người này làm chủ hộ mới"))
            yield LifeItem(Deed.MERGE, self.tr("Nhập cả hộ này vào hộ khác"))
        for entry_id, name in member.merged:
            text = self.tr("Tách lại hai người: {name}").format(name=name)
            yield LifeItem(Deed.PART, text, entry_id)
        yield LifeItem(Deed.DELETE, self.tr("Xóa người này: nhập nhầm"))
        for event in reversed(member.events):
            if not event.is_undone and (is_here or event.kind not in ("death", "departure")):
                text = self.tr("Hủy: {event}").format(event=self._words.happened(event))
                yield LifeItem(Deed.UNDO, text, member.person_id, event.event_id)
        for event in reversed(household.events):
            if not event.is_undone:
                text = self.tr("Hủy của hộ: {event}").format(event=self._words.happened(event))
                yield LifeItem(Deed.UNDO, text, str(household.household_id), event.event_id)

    def _begin(self, item: LifeItem, household: Household, member: Member) -> None:
        deeds: dict[Deed, Callable[[], None]] = {
            Deed.BACK: lambda: self._go_back(member),
            Deed.UNDO: lambda: self._undo(item),
            Deed.DEATH: lambda: self._death(member),
            Deed.DEPARTURE: lambda: self._departure(household, member),
            Deed.ARRIVAL: lambda: self._arrival(member),
            Deed.CORRECTION: lambda: self._correction(member),
            Deed.SPLIT: lambda: self._split(household, member),
            Deed.MERGE: lambda: self._merge(household),
            Deed.HEAD: lambda: self._head(household, member),
            Deed.PART: lambda: self._part(household, PersonId(item.document_id)),
            Deed.DELETE: lambda: self._delete(household, member),
        }
        deeds[item.deed]()

    # -- deeds --

    def _go_back(self, member: Member) -> None:
        said = self.tr("Đã hủy. {name} có lại trong danh sách; việc ghi rồi hủy còn trong nhật ký.")
        if member.has_left_together:
            said = self.tr("Đã hủy. Cả hộ có lại trong danh sách; việc ghi còn trong nhật ký.")
        self._do(lambda: self._life.back(member.person_id), said.format(name=member.full_name))

    def _undo(self, item: LifeItem) -> None:
        self._do(
            lambda: self._life.undo(item.document_id, item.event_id),
            self.tr("Đã hủy biến động; việc ghi rồi hủy còn trong nhật ký."),
        )

    def _death(self, member: Member) -> None:
        said = self.tr("Đã ghi báo tử {name}. Ghi nhầm thì bấm F7 rồi Enter.")
        self._ask(
            self.tr("Báo tử: {name}").format(name=member.full_name),
            (),
            lambda answered: self._life.died(member.person_id, answered.paper),
            said.format(name=member.full_name),
        )

    def _departure(self, household: Household, member: Member) -> None:
        others = _others_here(household, member)

        def _record(answered: Answered) -> None:
            self._life.departed(
                member.person_id,
                answered.paper,
                place=answered.lines["place"],
                together=[key for key, _ in others if key in answered.marked],
            )

        self._ask(
            self.tr("Chuyển đi: {name}").format(name=member.full_name),
            (
                Asked(
                    "place",
                    self.tr("Chuyển đến nơi nào"),
                    hint=self.tr("Xã khác trong tỉnh: hồ sơ được chuyển cho xã ấy"),
                    is_needed=True,
                ),
            ),
            _record,
            self.tr("Đã ghi chuyển đi. Ghi nhầm thì bấm F7 rồi Enter."),
            people=others,
            people_label=self.tr(
                "Ai đi cùng? Dấu cách để đánh dấu, Enter để sang ô sau; "
                "đánh dấu mọi người là cả hộ chuyển đi."
            ),
        )

    def _arrival(self, member: Member) -> None:
        self._ask(
            self.tr("Chuyển đến: {name}").format(name=member.full_name),
            (Asked("place", self.tr("Từ nơi nào đến")),),
            lambda answered: self._life.arrived(
                member.person_id, answered.paper, place=answered.lines["place"]
            ),
            self.tr("Đã ghi {name} chuyển đến.").format(name=member.full_name),
        )

    def _correction(self, member: Member) -> None:
        labels = (
            self.tr("Họ và tên"),
            self.tr("Ngày sinh"),
            self.tr("Giới tính (1 nam, 2 nữ)"),
            self.tr("Số định danh"),
        )
        values = (
            member.full_name,
            dates.display(member.birth_date),
            member.sex,
            member.id_number,
        )
        asked = [
            Asked(name, label, value, is_needed=name == "full_name")
            for name, label, value in zip(_CORRECTED, labels, values, strict=True)
        ]

        def _check(answered: Answered) -> str:
            born, sex = answered.lines["birth_date"], answered.lines["sex"]
            if born and dates.parse_typed(born) is None:
                return self.tr("Ngày sinh chưa đúng. Ghi như 05/11/1970, 11/1970 hoặc 1970.")
            if sex not in ("", "1", "2"):
                return self.tr("Giới tính ghi 1 (nam) hoặc 2 (nữ).")
            return ""

        self._ask(
            self.tr("Đính chính: {name}").format(name=member.full_name),
            asked,
            lambda answered: self._life.corrected(
                member.person_id,
                {name: answered.lines[name] for name in _CORRECTED},
                answered.paper,
            ),
            self.tr("Đã đính chính. Giá trị cũ còn trong biến động, hủy được bằng F7."),
            check=_check,
        )

    def _split(self, household: Household, member: Member) -> None:
        others = _others_here(household, member)

        def _record(answered: Answered) -> HouseholdId:
            assert household.household_id is not None  # noqa: S101 - the menu has asked
            going = (member.person_id, *(key for key, _ in others if key in answered.marked))
            split = Split(
                members=going,
                head=member.person_id,
                code=answered.lines["code"],
                hamlet=answered.lines["hamlet"],
            )
            return self._life.split(household.household_id, split, answered.paper)

        self._ask(
            self.tr("Tách hộ: {name} làm chủ hộ mới").format(name=member.full_name),
            (
                Asked("code", self.tr("Số hộ mới")),
                Asked("hamlet", self.tr("Thôn, tổ"), household.hamlet),
            ),
            _record,
            self.tr("Đã tách hộ; đây là hộ mới. Hủy được bằng F7."),
            people=others,
            people_label=self.tr("Ai đi cùng? Dấu cách để đánh dấu, Enter để sang ô sau."),
        )

    def _merge(self, household: Household) -> None:
        def _record(answered: Answered) -> HouseholdId:
            assert household.household_id is not None  # noqa: S101 - the menu has asked
            into = self._book.one_household(answered.lines["into"], apart=household.household_id)
            self._life.merge(household.household_id, into=into, paper=answered.paper)
            return into

        label = self.tr("Vào hộ nào (số hộ, số định danh)")
        self._ask(
            self.tr("Nhập cả hộ vào hộ khác"),
            (Asked("into", label, is_needed=True),),
            _record,
            self.tr("Đã nhập hộ; đây là hộ sau khi nhập. Hủy được bằng F7."),
        )

    def _head(self, household: Household, member: Member) -> None:
        self._do(
            lambda: self._book.set_head(household, member.person_id),
            self.tr("{name} là chủ hộ. Ghi lại quan hệ của người khác với chủ hộ mới.").format(
                name=member.full_name
            ),
        )

    def _part(self, household: Household, entry_id: PersonId) -> None:
        said = self.tr("Đã tách: mỗi người có lại hồ sơ và phiếu của mình.")
        self._do(lambda: self._book.part(household, entry_id), said)

    def _delete(self, household: Household, member: Member) -> None:
        said = self.tr("Đã xóa {name}. Lấy lại ngay bằng Ctrl+Z, sau này ở Quyết định, mục Đã xóa.")
        self._ask(
            self.tr("Xóa {name} khỏi sổ vì nhập nhầm").format(name=member.full_name),
            (Asked("reason", self.tr("Lý do"), is_needed=True),),
            lambda answered: self._book.delete(
                household, member.person_id, reason=answered.lines["reason"]
            ),
            "",
            has_paper=False,
            then=lambda: self.deleted.emit(member, said.format(name=member.full_name)),
        )

    # -- asking and doing --

    def _ask(
        self,
        title: str,
        asked: Sequence[Asked],
        record: Callable[[Answered], object],
        said: str,
        *,
        people: Sequence[tuple[str, str]] = (),
        people_label: str = "",
        has_paper: bool = True,
        check: Callable[[Answered], str] = lambda _answered: "",
        then: Callable[[], None] | None = None,
    ) -> None:
        dialog = EventDialog(
            title=title,
            asked=asked,
            people=people,
            people_label=people_label,
            has_paper=has_paper,
            check=check,
            parent=self._window,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.answered.connect(
            lambda answered: self._do(lambda: record(answered), said, dialog=dialog, then=then)
        )
        dialog.open()

    def _do(
        self,
        work: Callable[[], object],
        said: str,
        *,
        dialog: EventDialog | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """``work`` gives the id of another household that is to be shown, if there is one.

        ``dialog`` stays with what was typed until the register has taken it; ``then`` tells what
        was recorded in another way.
        """

        def _done(result: object) -> None:
            if dialog is not None and isValid(dialog):
                dialog.accept()
            if then is not None:
                then()
            else:
                leads_to = HouseholdId(result) if isinstance(result, str) else None
                self.recorded.emit(said, leads_to)

        def _failed(error: AppError) -> None:
            if dialog is not None and isValid(dialog):
                explained = self._messages.explain(error.problem, error.parameters)
                dialog.refuse(explained.text)
            else:
                self.refused.emit(error)

        self._jobs.run(self, work, on_success=_done, on_error=_failed, lane=Lane.WRITE)


def _others_here(household: Household, member: Member) -> list[tuple[PersonId, str]]:
    """Whoever else lives in the household: id and name."""
    return [
        (one.person_id, one.full_name)
        for one in household.members
        if one.person_id != member.person_id and one.presence is Presence.HERE
    ]
