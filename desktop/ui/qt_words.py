"""Qt's own words in Vietnamese: context menus, buttons, the file dialog where the system has none.

Qt ships no Vietnamese translation. Only what the program can show is in the table; everything
else a window says stands in our own texts.
"""

from __future__ import annotations

import csv
from functools import cache

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from desktop import assets

_VIETNAMESE = QLocale(QLocale.Language.Vietnamese, QLocale.Country.Vietnam)


class QtWords(QTranslator):
    """Answers from the table."""

    def translate(
        self, context: str, source: str, _disambiguation: str | None = None, _n: int = -1
    ) -> str | None:
        """``None`` when the words are not in the table: "" would blank every word of ours."""
        return _table().get((context, source))

    def isEmpty(self) -> bool:
        """There is something to ask for."""
        return False


def speak_vietnamese(application: QCoreApplication) -> None:
    """From now on; numbers and dates that Qt formats follow. The application owns the table."""
    QLocale.setDefault(_VIETNAMESE)
    if not any(isinstance(child, QtWords) for child in application.children()):
        application.installTranslator(QtWords(application))


@cache
def _table() -> dict[tuple[str, str], str]:
    rows = csv.DictReader(assets.words_text("qt").splitlines(keepends=True))
    return {(row["context"], row["source"]): row["vietnamese"] for row in rows}
