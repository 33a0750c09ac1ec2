"""The list of persons looked up, to be signed and handed over, and how lists look on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF, QObject
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from desktop.domain.checks import CheckAnswer, CheckCase
from desktop.domain.papers import PaperList
from desktop.ui import theme, wording
from forms import dates

#: A document that is printed keeps two centimetres by itself, with the number of the page.
_MARGIN_MM = 0.0
_POINT_SIZE = 7.5


class CheckedPaper(QObject):
    """Makes the list from cases (the columns of the list that goes to the police, and answers)."""

    def __init__(self, *, words: wording.Words, parent: QObject) -> None:
        super().__init__(parent)
        self._words = words

    def made(self, cases: Sequence[CheckCase], *, list_name: str, on: date) -> PaperList:
        """The list as texts."""
        counts = {answer: sum(c.answer is answer for c in cases) for answer in CheckAnswer}
        given = sum(bool(case.assigned) for case in cases)
        return PaperList(
            title=self.tr("DANH SÁCH ĐỐI CHIẾU, XÁC THỰC VỚI CSDLQG VỀ DÂN CƯ"),
            about=self.tr("{name}. Lập ngày {day}.").format(
                name=list_name, day=dates.display(on.isoformat())
            ),
            sheet=self.tr("Đã tra cứu"),
            headings=(
                self.tr("STT"),
                self.tr("Họ, tên đệm, tên"),
                self.tr("Ngày sinh"),
                self.tr("Giới tính"),
                self.tr("Số định danh/CCCD"),
                self.tr("Quê quán"),
                self.tr("Nơi thường trú"),
                self.tr("Lý do chuyển"),
                self.tr("Kết quả"),
                self.tr("Theo CSDLQG"),
                self.tr("Số định danh cấp"),
                self.tr("Ghi chú"),
            ),
            widths=(6, 24, 17, 9, 20, 26, 28, 22, 14, 30, 20, 18),
            rows=tuple(self._row(number, case) for number, case in enumerate(cases, 1)),
            total=self.tr(
                "Tổng số {n} người: khớp {m}, sai khác {d}, không có thông tin {o}; "
                "cấp số định danh {g}."
            ).format(
                n=len(cases),
                m=counts[CheckAnswer.MATCHED],
                d=counts[CheckAnswer.DIFFERS],
                o=counts[CheckAnswer.NOT_FOUND],
                g=given,
            ),
            signs=(
                self.tr("CÁN BỘ TRA CỨU"),
                self.tr("TRƯỞNG CÔNG AN XÃ"),
                self.tr("NGƯỜI NHẬN BÀN GIAO"),
            ),
        )

    def _row(self, number: int, case: CheckCase) -> tuple[str, ...]:
        def value(field: str) -> str:
            return self._words.person_value(field, case.identity.get(field, ""))

        found = [
            f"{self._words.person_field(name)}: {self._words.person_value(name, text)}"
            for name, text in case.differs.items()
        ]
        return (
            str(number),
            value("full_name"),
            value("birth_date"),
            value("sex"),
            value("id_number"),
            value("native_place"),
            value("permanent_residence"),
            "; ".join(self._words.flag(code) for code in case.reasons),
            "" if case.answer is None else self._words.check_answer(case.answer),
            "\n".join(found),
            case.assigned,
            case.note,
        )


def document_of(paper: PaperList) -> QTextDocument:
    """The pages: heading of the state, title, table, total, places to sign."""
    document = QTextDocument()
    document.setDefaultFont(QFont(theme.FAMILY, 9))
    width = sum(paper.widths)
    heads = "".join(
        f'<th width="{max(3, round(100 * wide / width))}%" bgcolor="#eef2f2">{escape(text)}</th>'
        for text, wide in zip(paper.headings, paper.widths, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td>{_lines(cell)}</td>" for cell in row) + "</tr>" for row in paper.rows
    )
    signs = "".join(
        f'<td align="center" width="{100 // len(paper.signs)}%"><b>{escape(sign)}</b><br>'
        f"<i>{escape(_tr('(ký, ghi rõ họ tên)'))}</i><br><br><br><br><br></td>"
        for sign in paper.signs
    )
    document.setHtml(
        f"<style>td, th {{ font-size: {_POINT_SIZE}pt; }}</style>"
        f'<p align="center"><b>{_tr("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")}</b><br>'
        f"<b>{_tr('Độc lập - Tự do - Hạnh phúc')}</b></p>"
        f'<h3 align="center">{escape(paper.title)}</h3>'
        f'<p align="center">{escape(paper.about)}</p>'
        f'<table border="1" cellspacing="0" cellpadding="3" width="100%">'
        f"<thead><tr>{heads}</tr></thead>{rows}</table>"
        f"<p>{escape(paper.total)}</p>"
        f'<table width="100%"><tr>{signs}</tr></table>'
    )
    return document


def pdf_of(paper: PaperList) -> bytes:
    """The pages as PDF, A4 across; from a job."""
    pages = QBuffer()
    pages.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(pages)
    writer.setPageLayout(across())
    document_of(paper).print_(writer)
    del writer  # writes the end
    return bytes(pages.data().data())


def across() -> QPageLayout:
    """A4, the long side at the top."""
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Landscape,
        margins,
        QPageLayout.Unit.Millimeter,
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("papers", text)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
