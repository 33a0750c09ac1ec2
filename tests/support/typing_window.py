"""A real window on a real register, typed at until somebody kills it.

    python -m tests.support.typing_window FOLDER SEED

Tells on its standard output, one JSON line each, what an officer would have seen or could rely on:
``back`` (how the form stood after unlocking; ``null`` without one), ``kept`` (a draft is on the
disk), ``saved`` (the window says so). What is told is in the pipe before the next key is pressed.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit

from desktop.app import Desktop, create_application
from desktop.demo.typist import Typist
from desktop.domain.drafts import FormDraft
from desktop.ui.pages.form_page import FormPage
from tests.desktop.ui.world import CHEAP, PASSPHRASE

_NAME = "identity/full_name"
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Đỗ", "Vũ", "Hoàng", "Bùi")
_SYLLABLES = ("An", "Bình", "Cúc", "Dũng", "Giang", "Hạnh", "Khôi", "Lý", "Mơ", "Nga", "Ổn", "Út")
#: One letter in so many is followed by a pause long enough for a draft.
_PAUSES = 25


def tell(what: str, content: object) -> None:
    """One line, at once."""
    sys.stdout.write(json.dumps([what, content]) + "\n")
    sys.stdout.flush()


def told(draft: FormDraft) -> dict[str, object]:
    """What of a draft is compared."""
    cursor = draft.cursor
    return {
        "id": draft.draft_id,
        "revision": draft.revision,
        "name": draft.full_name,
        "cursor": [cursor.path, cursor.text, cursor.position],
    }


class Officer:
    """Enters one person after the other."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._random = random.Random(seed)
        self._desktop = Desktop(folder=folder, kdf_cost=CHEAP)
        self._typist = Typist(desktop=self._desktop, pictures=None, name="officer")

    def work(self) -> None:
        """For ever."""
        typist = self._typist
        typist.sit_down()
        users = typist.find(QComboBox, "input:user")
        typist.wait_for(lambda: users.count() > 0, what="the users")
        typist.fill("input:passphrase", PASSPHRASE)
        typist.press(Qt.Key.Key_Return)
        typist.wait_for(lambda: self._desktop.services is not None, what="the register opens")
        typist.settle()
        shown: list[bool] = []
        self._form.form_shown.connect(lambda: shown.append(True))
        self._form.draft_kept.connect(lambda draft: tell("kept", told(draft)))
        if typist.sees("page:form"):
            typist.wait_for(lambda: bool(typist.question()), what="the form is back")
            self._tell_back()
            self._save()
        else:
            tell("back", None)
        while True:
            shown.clear()
            typist.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
            typist.wait_for(lambda: bool(shown), what="a form")
            self._enter_person()
            self._save()

    @property
    def _form(self) -> FormPage:
        page = self._desktop.window.page("form")
        if not isinstance(page, FormPage):
            raise TypeError(type(page))
        return page

    def _tell_back(self) -> None:
        path = self._typist.question()
        line = next(
            (w for w in self._form.findChildren(QLineEdit, f"question:{path}") if w.isVisible()),
            None,
        )
        view = self._form.form_view
        tell(
            "back",
            {
                "name": str(view.value(_NAME) or "") if view is not None else "",
                "cursor": [
                    path,
                    None if line is None else line.text(),
                    0 if line is None else line.cursorPosition(),
                ],
            },
        )

    def _enter_person(self) -> None:
        pick = self._random.choice
        name = " ".join([pick(_FAMILIES), *(pick(_SYLLABLES) for _ in range(4))])
        answers = {
            "household/hamlet": f"Ấp {self._random.randrange(1, 9)}",
            "household/household_code": f"01-{self._random.randrange(10**5):05}",
            _NAME: name,
            "identity/relation_to_head": "1",
            "identity/birth_date": f"12{self._random.randrange(1, 13):02}19{pick(range(40, 99))}",
            "identity/sex": pick("12"),
            "identity/ethnicity": pick(["kinh", "tay", "hmong"]),
        }
        while answers:
            path = self._typist.question()
            for letter in answers.pop(path, ""):
                self._typist.type(letter)
                QTest.qWait(450 if not self._random.randrange(_PAUSES) else 1)
            self._typist.press(Qt.Key.Key_Return)

    def _save(self) -> None:
        typist, view = self._typist, self._form.form_view
        words = typist.find(QLabel, "form:saved")
        typist.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        typist.wait_for(lambda: words.text().startswith("Đã lưu"), what="saved")
        answers = {} if view is None else view.answers()
        tell("saved", {path: value for path, value in answers.items() if path != "collection"})
        typist.press(Qt.Key.Key_Escape)
        typist.wait_for(lambda: typist.sees("page:people"), what="the list")


if __name__ == "__main__":
    create_application(["so-an-sinh"])
    Officer(Path(sys.argv[1]), int(sys.argv[2])).work()
