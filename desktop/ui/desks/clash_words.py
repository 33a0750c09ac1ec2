"""What stands in a field about which somebody decides, in words."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from desktop.ui import wording
from forms import dates
from forms.definition import Answer, FormDefinition, Question
from sync.protocol.documents import FATES

_SHOWN_CHARACTERS = 300


class ClashWords(QObject):
    """A ``QObject`` so that ``tr`` finds its context."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words = wording.Words(self)

    def label(self, question: Question | None, field: str) -> str:
        """What the field is called."""
        if question is not None:
            return question.label_vi
        fates = {
            "deleted": self.tr("Xóa, hay giữ lại"),
            "merged_into": self.tr("Gộp với người trùng, hay để riêng"),
            "moved_to": self.tr("Đã chuyển đi xã khác, hay còn ở đây"),
        }
        name = field.removeprefix("answers.").removeprefix("identity.")
        return fates.get(name) or self._words.person_field(name)

    def value(
        self, definition: FormDefinition, question: Question | None, field: str, value: Answer
    ) -> str:
        """What stands in it; of a fate what was decided."""
        if field in FATES:
            return self._fate(field, value)
        if value is None or value == "":
            return self.tr("(để trống)")
        if question is not None:
            text = wording.answer_text(definition, question, value)
        else:
            text = self._words.person_value(field, str(value))
        return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"

    def _fate(self, field: str, value: Answer) -> str:
        """What was decided about the entry on one of the two devices."""
        if value is None:
            return self.tr("Giữ trong sổ: có máy vừa sửa")
        if field == "merged_into":
            return self.tr("Gộp vào người trùng")
        told: Mapping[str, object] = value if isinstance(value, Mapping) else {}
        if field == "deleted":
            return self.tr("Xóa: {reason}").format(reason=told.get("reason", ""))
        words = self.tr("Chuyển đi {commune} từ {date}, theo {paper}")
        date = dates.display(str(told.get("date", "")))
        return words.format(commune=told.get("commune", ""), date=date, paper=told.get("paper", ""))
