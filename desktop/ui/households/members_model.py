"""The members of a household as a table: written where they stand, their forms as chips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from desktop.domain.households import Member, MemberForm
from desktop.domain.people import PersonId
from desktop.ui import theme
from desktop.ui.households.words import LifeWords
from desktop.ui.wording import Words
from forms import dates
from sync.protocol.life import Presence

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
#: Field of a person, in the order of the columns; the last column has the forms.
FIELDS = ("full_name", "birth_date", "sex", "relation_to_head", "id_number")
FORMS = len(FIELDS)
FORMS_ROLE = int(Qt.ItemDataRole.UserRole)
CODE_ROLE = FORMS_ROLE + 1


class MembersModel(QAbstractTableModel):
    """Shows members and takes what is typed; it asks no database.

    Signals:
        edited: (member, field, text): somebody wrote into a cell.
    """

    edited = Signal(object, str, str)

    def __init__(self, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = LifeWords(self)
        self._states = Words(self)
        self._members: list[Member] = []
        self._forms: dict[PersonId, Sequence[MemberForm]] = {}
        self._relations: Mapping[str, str] = {}
        self._titles = (
            self.tr("Họ và tên"),
            self.tr("Ngày sinh"),
            self.tr("Giới"),
            self.tr("Quan hệ"),
            self.tr("Số định danh"),
            self.tr("Phiếu (phím số để mở)"),
        )

    def set_relations(self, relations: Sequence[tuple[str, str]]) -> None:
        """Codes and words of the relation to the head."""
        self._relations = dict(relations)
        self.layoutChanged.emit()

    def show_members(self, members: Sequence[Member]) -> None:
        """These, in this order; forms that are known stay."""
        kept = {one.person_id for one in members}
        if not any(one.person_id in kept for one in self._members):
            self.beginResetModel()
            self._members = list(members)
            self.endResetModel()
            return
        # Row by row: a cell that somebody is typing in keeps its editor and its letters.
        for row in reversed(range(len(self._members))):
            if self._members[row].person_id not in kept:
                self.beginRemoveRows(_NOWHERE, row, row)
                del self._members[row]
                self.endRemoveRows()
        for row, member in enumerate(members):
            self._place(row, member)
        if self._members:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._members) - 1, FORMS))

    def show_member(self, member: Member) -> None:
        """One of them has changed."""
        row = self.row_of(member.person_id)
        if row is not None:
            self._members[row] = member
            self.dataChanged.emit(self.index(row, 0), self.index(row, FORMS))

    def show_forms(self, forms: Mapping[PersonId, Sequence[MemberForm]]) -> None:
        """The forms of some of them."""
        self._forms |= forms
        for person_id in forms:
            row = self.row_of(person_id)
            if row is not None:
                here = self.index(row, FORMS)
                self.dataChanged.emit(here, here)

    def member(self, row: int) -> Member:
        """The member in this line."""
        return self._members[row]

    def members(self) -> Sequence[Member]:
        """Everybody shown."""
        return tuple(self._members)

    def forms_of(self, row: int) -> Sequence[MemberForm]:
        """Those known by now."""
        return self._forms.get(self._members[row].person_id, ())

    def row_of(self, person_id: PersonId) -> int | None:
        """Where somebody stands."""
        ids = [member.person_id for member in self._members]
        return ids.index(person_id) if person_id in ids else None

    # -- Qt --

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Members."""
        return 0 if parent.isValid() else len(self._members)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Fields, and the forms."""
        return 0 if parent.isValid() else FORMS + 1

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Fields can be written, also of who is gone."""
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_field = index.isValid() and index.column() < FORMS
        return usual | Qt.ItemFlag.ItemIsEditable if is_field else usual

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The titles of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, what an editor starts with, colour, tool tip."""
        if not index.isValid():
            return None
        member, column = self._members[index.row()], index.column()
        if role == FORMS_ROLE:
            return self.forms_of(index.row())
        if role in (Qt.ItemDataRole.EditRole, CODE_ROLE) and column < FORMS:
            return self._raw(member, column)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(member, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            is_here = member.presence is Presence.HERE
            doubtful = is_here and member.flags and FIELDS[column : column + 1] == ("id_number",)
            tint = "warning" if doubtful else "text" if is_here else "muted"
            return QColor(theme.color(tint))
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """What was typed is shown at once and told; what it was kept as comes back."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or index.column() >= FORMS:
            return False
        self.write(index, str(value or ""), seen=self._members[index.row()])
        return True

    def write(self, index: _Index, typed: str, *, seen: Member) -> None:
        """What was typed over what the member was ``seen`` as when the typing began."""
        text = typed.strip()
        if text == self._raw(seen, index.column()):
            return
        name = FIELDS[index.column()]
        attribute = "relation" if name == "relation_to_head" else name
        shown: dict[str, str] = {attribute: text}
        self._members[index.row()] = replace(self._members[index.row()], **shown)  # type: ignore[arg-type]  # texts by name
        self.dataChanged.emit(index, index)
        self.edited.emit(seen, name, text)

    def _place(self, row: int, member: Member) -> None:
        before = self.row_of(member.person_id)
        if before is None:
            self.beginInsertRows(_NOWHERE, row, row)
            self._members.insert(row, member)
            self.endInsertRows()
        elif before != row:
            self.beginMoveRows(_NOWHERE, before, before, _NOWHERE, row)
            self._members.insert(row, self._members.pop(before))
            self.endMoveRows()
        self._members[row] = member

    def _raw(self, member: Member, column: int) -> str:
        raw = (
            member.full_name,
            dates.display(member.birth_date),
            member.sex,
            member.relation,
            member.id_number,
        )
        return raw[column]

    def _text(self, member: Member, column: int) -> str:
        if column == 2:
            return self._states.person_value("sex", member.sex)
        if column == 3:
            return self._relations.get(member.relation, member.relation)
        if FIELDS[column : column + 1] == ("id_number",) and member.flags and not member.id_number:
            return self.tr("chưa có")
        if column == FORMS:
            return "" if member.presence is Presence.HERE else self._gone(member)
        return self._raw(member, column)

    def _gone(self, member: Member) -> str:
        standing = [event for event in member.events if not event.is_undone]
        if not standing:
            return self._states.presence(member.presence)
        return self._words.happened(standing[-1])
