"""pyxform as the last judge: what loads here also converts for ODK Collect and KoboToolbox."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers.expat import ExpatError

from forms.loading.files import pyxform_tables
from forms.loading.report import Report
from forms.loading.rows import Sheet
from forms.mistakes import Mistake

_ROW = re.compile(r"\[row : ([0-9]{1,6})\]")
_PLACE = re.compile(r"On the '([a-z_]+)' sheet(?:, the '([^']+)' value)?")

#: What pyxform lets through from its depths for forms it did not foresee.
_SURPRISES = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    ExpatError,
)


def convert(sheets: Mapping[str, Sheet], report: Report) -> None:
    """Lets pyxform convert the form; it stops at the first mistake, so it comes last."""
    # Imported here because it takes 0.4 s, which a program that only starts need not pay.
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert as to_xform

    remarks: list[str] = []
    try:
        to_xform(pyxform_tables(sheets), warnings=remarks)
    except (PyXFormError, *_SURPRISES) as error:
        _tell(Mistake.DEF_031, str(error) or type(error).__name__, sheets, report)
    for remark in remarks:
        _tell(Mistake.DEF_064, " ".join(remark.split()), sheets, report)


def _tell(mistake: Mistake, text: str, sheets: Mapping[str, Sheet], report: Report) -> None:
    """pyxform's sentence, at the row of the file that it counts as ``[row : n]``."""
    row, place = _ROW.search(text), _PLACE.search(text)
    name = place[1] if place else "survey"
    sheet = sheets.get(name)
    index = int(row[1]) - 2 if row else -1
    number = 0
    if sheet is not None and row is not None:
        inside = 0 <= index < len(sheet.rows)
        number = sheet.rows[index].number if inside else sheet.header_row
    column = (place[2] or "") if place else ""
    report.add(mistake, name if number or place else "", number, column, detail=text)
