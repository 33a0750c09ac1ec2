"""Which restricted records a user sees on this PC: given and taken by those who may."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox

from desktop.domain.permissions import Right, UserRights
from desktop.ui.widgets.user_panels import Panel


class RightWords(QObject):
    """What restricted data sets are called."""

    def full(self, right: Right) -> str:
        """As it stands beside a box."""
        return {
            Right.CHILDREN_RESTRICTED: self.tr("Trẻ em có hoàn cảnh đặc biệt, kể cả HIV"),
            Right.ASSISTANCE_RESTRICTED: self.tr("Trợ giúp xã hội có thông tin HIV"),
            Right.DRUG_TREATMENT: self.tr("Cai nghiện ma túy"),
        }[right]

    def short(self, right: Right) -> str:
        """As it stands in a table."""
        return {
            Right.CHILDREN_RESTRICTED: self.tr("Trẻ em"),
            Right.ASSISTANCE_RESTRICTED: self.tr("Trợ giúp"),
            Right.DRUG_TREATMENT: self.tr("Cai nghiện"),
        }[right]


class RightsPanel(Panel):
    """A box for each restricted data set; those one may not give cannot be touched."""

    def __init__(self) -> None:
        super().__init__(
            name="rights", title=self.tr("Quyền xem mục hạn chế"), button=self.tr("Lưu quyền")
        )
        words = RightWords(self)
        self.words(
            self.tr(
                "Các mục này không hiện trong danh sách, tìm kiếm và số liệu của người không có "
                "quyền. Chỉ cho người trực tiếp làm. Cho hoặc rút quyền đều ghi vào nhật ký."
            )
        )
        self._boxes: dict[Right, QCheckBox] = {}
        for right in Right:
            box = QCheckBox(words.full(right))
            box.setObjectName(f"input:right_{right.value}")
            self._boxes[right] = box
            self.body.addWidget(box)
        self._hint = self.words(
            self.tr("Chỉ người có quyền ấy, hoặc người quản lý đầu tiên, cho hoặc rút được.")
        )
        self._hint.setProperty("kind", "small")
        self._before: frozenset[Right] = frozenset()
        self.setFocusProxy(self.back)

    def ask_about(self, user: UserRights, grantable: frozenset[Right]) -> None:
        """Show what this user has."""
        self.heading.setText(self.tr("Mục hạn chế {name} được xem").format(name=user.user_name))
        self._before = frozenset(user.rights)
        for right, box in self._boxes.items():
            box.setChecked(right in user.rights)
            box.setEnabled(right in grantable)
        self.go.setEnabled(bool(grantable))
        self.object_to("")

    @property
    def given(self) -> list[Right]:
        """What is to be given."""
        return [right for right in self._boxes if self._is_on(right) and right not in self._before]

    @property
    def taken(self) -> list[Right]:
        """What is to be taken."""
        return [right for right in self._boxes if not self._is_on(right) and right in self._before]

    def _is_on(self, right: Right) -> bool:
        return self._boxes[right].isChecked()
