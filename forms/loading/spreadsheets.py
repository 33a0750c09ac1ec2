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

#: How old workbooks begin: OLE2 containers, and the bare streams of the oldest ones.
_OLD = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

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
        if not content.startswith(_OLD):
            raise unreadable("không phải bảng tính Excel; mở tệp rồi lưu thành .xlsx")
        if _ENCRYPTED in content:
            raise unreadable("bảng tính có mật khẩu; bỏ mật khẩu rồi lưu lại")
        return read_old_workbook(content)
    except _DAMAGE as error:
        raise unreadable(str(error) or type(error).__name__) from error
