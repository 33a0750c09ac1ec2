"""A workbook of either kind -> its sheets; told by how the file begins, not by its name."""

from __future__ import annotations

import struct
import zlib
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError

from forms.loading.old_workbooks import read_old_workbook
from forms.loading.rows import Grid, unreadable
from forms.loading.workbooks import read_workbook

LARGEST_OLD_WORKBOOK = 5_000_000

#: What the readers of ZIP, XML and old workbooks raise for damaged files.
_DAMAGE = (
    BadZipFile,
    zlib.error,
    ExpatError,
    XLRDError,
    CompDocError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    struct.error,
    MemoryError,
)


def read_spreadsheet(content: bytes) -> list[Grid]:
    """Every sheet of an XLSX or XLS workbook. Raises ``DefinitionError``."""
    try:
        if content.startswith(b"PK"):
            return read_workbook(content)
        if len(content) > LARGEST_OLD_WORKBOOK:
            raise unreadable("tệp quá lớn")
        return read_old_workbook(content)
    except _DAMAGE as error:
        raise unreadable(str(error) or type(error).__name__) from error
