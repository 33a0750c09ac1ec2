"""A real window in the middle of a roster, until somebody kills it.

    python -m tests.support.typing_roster FOLDER

Types three members of a household's list, the last one half; tells ``kept`` in one JSON line, with
what stands in the roster, once a draft with all of it is on the disk; then waits.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from desktop.app import Desktop, create_application
from desktop.demo.typist import Typist
from desktop.domain.drafts import FormDraft
from desktop.ui.pages.form_page import FormPage
from tests.desktop.ui.world import CHEAP, PASSPHRASE
from tests.support.typing_window import tell

FORM = "tt07_2021_hn"
NAMES = ("Điểu An", "Điểu Bình", "Điểu Cú")


def work(folder: Path) -> None:
    """As far as the third name, then for ever nothing."""
    desktop = Desktop(folder=folder, kdf_cost=CHEAP)
    typist = Typist(desktop=desktop, pictures=None, name="officer")
    typist.sit_down()
    users = typist.find(QComboBox, "input:user")
    typist.wait_for(lambda: users.count() > 0, what="the users")
    typist.fill("input:passphrase", PASSPHRASE)
    typist.press(Qt.Key.Key_Return)
    typist.wait_for(lambda: desktop.services is not None, what="the register opens")
    typist.settle()
    form = desktop.window.page("form")
    if not isinstance(form, FormPage):
        raise TypeError(type(form))
    desktop.window.open_page("form")
    form.open_person(None, form_id=FORM)
    typist.wait_for(lambda: form.form_view is not None and form.form_view.is_drawn, what="a form")
    for name in NAMES:
        typist.press(Qt.Key.Key_F6)
        typist.wait_for(lambda: typist.question().endswith("]/full_name"), what="one more")
        typist.type(name)
    kept: list[FormDraft] = []
    form.draft_kept.connect(kept.append)
    typist.press(Qt.Key.Key_Left)
    typist.wait_for(lambda: bool(kept) and len(_names(kept[-1])) == len(NAMES), what="the draft")
    cursor = kept[-1].cursor
    tell("kept", {"names": _names(kept[-1]), "cursor": [cursor.path, cursor.position]})
    while True:
        QTest.qWait(100)


def _names(draft: FormDraft) -> dict[str, str]:
    return {p: str(e.now) for p, e in draft.edits.items() if p.endswith("]/full_name")}


if __name__ == "__main__":
    create_application(["so-an-sinh"])
    work(Path(sys.argv[1]))
