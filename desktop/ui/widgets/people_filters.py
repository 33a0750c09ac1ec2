"""What the people list is narrowed to besides the text and the state of the sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.domain.people import CheckState, Facet, Missing, PeopleCounts, PeopleFilter
from desktop.ui.widgets.count_choice import CountChoice, CountedValue
from desktop.ui.widgets.saved_filters import SavedFilters
from desktop.ui.wording import Words
from forms import dates
from forms.vietnamese import sort_key
from sync.protocol.life import Presence

_OLDEST = 130
_NO_FORM = "-"
_ANYBODY = "anybody"
_AGE_WIDTH, _DAY_WIDTH = 48, 104


class PeopleFilters(QWidget):
    """Two lines of choices.

    Signals:
        changed: something else is to hold.

    Attributes:
        saved: the filters kept under names.
    """

    changed = Signal()

    def __init__(self, *, form_title: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = Words(self)
        self._form_title = form_title
        self._hamlet = self._choice("hamlet", self.tr("Thôn, tổ"), self.tr("Mọi thôn, tổ"))
        self._form = self._choice("form", self.tr("Mẫu phiếu"), self.tr("Mọi mẫu phiếu"))
        self._finding = self._choice("finding", self.tr("Nghi vấn"), self.tr("Nghi vấn: bất kỳ"))
        self._missing = self._choice(
            "missing", self.tr("Còn thiếu thông tin gì"), self.tr("Đủ hay thiếu")
        )
        self._check = self._choice(
            "check", self.tr("Công an xã trả lời"), self.tr("Công an: bất kỳ")
        )
        self._presence = self._choice(
            "presence", self.tr("Còn ở xã hay không"), self.tr("Người đang ở")
        )
        self._presence.offer(
            [
                CountedValue(one.value, self._words.presence(one))
                for one in (Presence.DEAD, Presence.LEFT)
            ]
            + [CountedValue(_ANYBODY, self.tr("Kể cả đã mất, chuyển đi"))]
        )
        self._age_from = self._age("age_from", self.tr("Từ tuổi"))
        self._age_to = self._age("age_to", self.tr("Đến tuổi"))
        self._age_on = QLineEdit()
        self._age_on.setObjectName("input:age_on")
        self._age_on.setAccessibleName(self.tr("Tính tuổi đến ngày"))
        self._age_on.setPlaceholderText(self.tr("hôm nay"))
        self._age_on.setToolTip(self.tr("Tính tuổi đến ngày này; để trống là hôm nay"))
        self._age_on.setFixedWidth(_DAY_WIDTH)
        self._clear = QPushButton(self.tr("Bỏ lọc"))
        self._clear.setObjectName("button:clear_filters")
        self.saved = SavedFilters()
        self._told = PeopleFilter()
        self._wire()
        self._compose()

    def where(self) -> PeopleFilter:
        """What holds now; nothing about the state of the sheet or any doubt."""
        form = self._form.value
        return PeopleFilter(
            check=CheckState(self._check.value) if self._check.value else None,
            form_id=form.removeprefix(_NO_FORM),
            has_form=not form.startswith(_NO_FORM),
            finding=self._finding.value,
            missing=Missing(self._missing.value) if self._missing.value else None,
            hamlet=self._hamlet.value,
            age_from=_number(self._age_from.text()),
            age_to=_number(self._age_to.text()),
            age_on=self._day(),
            presence=self._present(),
        )

    def show_filter(self, where: PeopleFilter) -> None:
        """Let this hold without telling."""
        form = (_NO_FORM if not where.has_form else "") + where.form_id
        self._hamlet.choose(where.hamlet)
        self._form.choose(form if where.form_id else "")
        self._finding.choose(where.finding)
        self._missing.choose(where.missing.value if where.missing else "")
        self._check.choose(where.check.value if where.check else "")
        presence = _ANYBODY if where.presence is None else where.presence.value
        self._presence.choose("" if where.presence is Presence.HERE else presence)
        self._age_from.setText("" if where.age_from is None else str(where.age_from))
        self._age_to.setText("" if where.age_to is None else str(where.age_to))
        self._age_on.setText(dates.display(where.age_on.isoformat()) if where.age_on else "")
        self._told = self.where()

    def show_counts(self, counts: PeopleCounts) -> None:
        """Offer the values that there are, each with how many it would leave."""
        by_facet: dict[Facet, dict[str, int]] = {}
        for (facet, value), count in counts.facets.items():
            by_facet.setdefault(facet, {})[value] = count
        for facet, choice, offered in (
            (Facet.HAMLET, self._hamlet, self._hamlets),
            (Facet.NO_FORM, self._form, lambda lacking: self._forms(by_facet, lacking)),
            (Facet.FINDING, self._finding, self._findings),
            (Facet.MISSING, self._missing, self._lacking),
            (Facet.CHECK, self._check, self._answers),
        ):
            if facet in by_facet:
                choice.offer(offered(by_facet[facet]))
            else:
                choice.uncount()

    def _hamlets(self, counts: dict[str, int]) -> list[CountedValue]:
        names = sorted(counts, key=lambda name: (len(name), name))
        return [CountedValue(name, name, counts[name]) for name in names]

    def _findings(self, counts: dict[str, int]) -> list[CountedValue]:
        return [
            CountedValue(code, self._words.flag(code), count)
            for code, count in sorted(counts.items())
            if count and code
        ]

    def _lacking(self, counts: dict[str, int]) -> list[CountedValue]:
        missing = self._words.missing
        return [CountedValue(name, missing(Missing(name)), n) for name, n in counts.items()]

    def _answers(self, counts: dict[str, int]) -> list[CountedValue]:
        said = self._words.check_state
        return [CountedValue(name, said(CheckState(name)), n) for name, n in counts.items()]

    def _forms(
        self, by_facet: dict[Facet, dict[str, int]], lacking: dict[str, int]
    ) -> list[CountedValue]:
        having = by_facet.get(Facet.FORM, {})
        values = []
        for form_id in sorted(having, key=lambda name: sort_key(self._form_title(name))):
            title = self._form_title(form_id)
            with_it = self.tr("Đã lập: {form}").format(form=title)
            without = self.tr("Chưa lập: {form}").format(form=title)
            values += [
                CountedValue(form_id, with_it, having[form_id]),
                CountedValue(_NO_FORM + form_id, without, lacking[form_id]),
            ]
        return values

    def _present(self) -> Presence | None:
        chosen = self._presence.value
        if chosen == _ANYBODY:
            return None
        return Presence(chosen) if chosen else Presence.HERE

    def _day(self) -> date | None:
        typed = dates.parse_typed(self._age_on.text())
        return None if typed is None else typed.latest()

    def _tell(self) -> None:
        where = self.where()
        if where != self._told:
            self._told = where
            self.changed.emit()

    def _clear_all(self) -> None:
        self.show_filter(PeopleFilter())
        self.changed.emit()

    def _day_typed(self) -> None:
        """What cannot be read as a day does not stay as if it counted."""
        day = self._day()
        self._age_on.setText("" if day is None else dates.display(day.isoformat()))
        self._tell()

    # -- making --

    def _choices(self) -> tuple[CountChoice, ...]:
        return (
            self._hamlet,
            self._form,
            self._finding,
            self._missing,
            self._check,
            self._presence,
        )

    def _choice(self, name: str, label: str, everything: str) -> CountChoice:
        return CountChoice(name=f"choice:{name}", label=label, everything=everything)

    def _age(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:{name}")
        line.setAccessibleName(label)
        line.setToolTip(self.tr("Người chỉ biết năm sinh được tính nếu có thể ở tuổi này"))
        line.setValidator(QIntValidator(0, _OLDEST, line))
        line.setFixedWidth(_AGE_WIDTH)
        return line

    def _wire(self) -> None:
        for choice in self._choices():
            choice.picked.connect(self._tell)
        for line in (self._age_from, self._age_to):
            line.editingFinished.connect(self._tell)
        self._age_on.editingFinished.connect(self._day_typed)
        self._clear.clicked.connect(self._clear_all)

    def _compose(self) -> None:
        choices = QHBoxLayout()
        choices.setSpacing(8)
        for choice in self._choices():
            choices.addWidget(choice, 1)
        line = QHBoxLayout()
        line.setSpacing(6)
        for item in (
            QLabel(self.tr("Tuổi từ")),
            self._age_from,
            QLabel(self.tr("đến")),
            self._age_to,
            QLabel(self.tr("vào ngày")),
            self._age_on,
        ):
            line.addWidget(item)
        line.addSpacing(10)
        line.addWidget(self.saved, 1)
        line.addSpacing(10)
        line.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(choices)
        layout.addLayout(line)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
