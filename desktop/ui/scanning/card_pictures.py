"""Codes in pictures: photographs of cards, pictures that were copied.

zxing-cpp reads them; it is imported with the first picture. Files are read and pictures searched in
jobs: a photograph of twelve megapixels takes some tenths of a second.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

#: Files that are taken for pictures of cards.
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
#: Longest side that is searched first: a code of a card is found in it, and quickly.
_SIDE = 2000


def picture_in(path: Path) -> QImage:
    """The picture upright as it was taken; a null one when the file holds none."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    return reader.read()


def codes_in(image: QImage) -> list[str]:
    """What the codes in a picture hold, each once; smaller first, then as large as it is."""
    if image.isNull():
        return []
    found: list[str] = []
    if max(image.width(), image.height()) > _SIDE:
        size = QSize(_SIDE, _SIDE)
        smaller = image.scaled(
            size,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        found = _codes(smaller)
    return found or _codes(image)


def _codes(image: QImage) -> list[str]:
    import zxingcpp

    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    codes = zxingcpp.read_barcodes(grey)
    return list(dict.fromkeys(_text(bytes(one.bytes), one.text) for one in codes if one.valid))


def _text(raw: bytes, text: str) -> str:
    """Cards hold UTF-8 and do not say so."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return text
