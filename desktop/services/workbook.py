"""Lists as workbooks (XLSX, ECMA-376) that hold texts only: nothing in them is ever a formula.

Written straight into the file, row by row. Libraries for it keep their sheets in the system's
folder for temporary files meanwhile, where nothing of a register may lie.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from desktop.services.beside import written_beside

_ROOT = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: What XML cannot hold at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: A cell that a program could take for a formula when it is edited or saved as CSV.
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
_MOST_LETTERS = 32_767
_QUOTED, _BOLD = "1", "2"

_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # 0: text; 1: text with a quotation mark in front, as typed; 2: headings.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font>'
        '<font><b/><sz val="11"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        '<cellXfs count="3"><xf numFmtId="49" xfId="0"/>'
        '<xf numFmtId="49" xfId="0" quotePrefix="1"/>'
        '<xf numFmtId="49" fontId="1" xfId="0" applyFont="1"/></cellXfs>'
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def write_texts(
    path: Path,
    *,
    sheet: str,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
) -> int:
    """Write the workbook; gives the number of rows. Raises the failures of the disk.

    It is written beside its place first, so that there is never half a one.
    """
    with (
        written_beside(path) as beside,
        zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name, part in {**_PARTS, "xl/workbook.xml": _workbook(sheet)}.items():
            package.writestr(name, _ROOT + part)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write((_ROOT + _opening(widths) + _row(headings, _BOLD)).encode())
            count = 0
            for cells in rows:
                file.write(_row(cells).encode())
                count += 1
            file.write(b"</sheetData></worksheet>")
    return count


def _workbook(sheet: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _opening(widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(widths, 1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>"
    )


def _row(cells: Sequence[str], style: str = "") -> str:
    return "<row>" + "".join(_cell(cell, style) for cell in cells) + "</row>"


def _cell(raw: str, style: str) -> str:
    text = _UNWRITABLE.sub("\ufffd", raw)[:_MOST_LETTERS]
    chosen = style or (_QUOTED if _FORMULA.match(text) else "0")
    return f'<c t="inlineStr" s="{chosen}"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
