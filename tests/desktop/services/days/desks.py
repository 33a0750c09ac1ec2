"""The desks: lots by their samples, differences settled, lists that leave the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.domain.checks import CheckAnswer
from desktop.domain.ledger import Action
from desktop.services.lots import Lots
from desktop.services.telling import CheckTeller
from desktop.ui.desks.hand_out import HandOut
from forms.registry import FormRegistry
from tests.desktop.services.days.stage import OFFICER, Scene, Stage, told, written
from tests.desktop.services.test_lots import drawn_lot, key
from tests.desktop.ui.desks import DifferencesDesk, PoliceDesk
from tests.support.offices import Clock


def _lots(stage: Stage) -> set[str]:
    """A lot is drawn, keyed again and accepted; what the police say later is told with it."""
    office = stage.alone()
    lots = Lots(
        register=office.register,
        reviews=office.reviews,
        forms=FormRegistry.bundled(),
        author="Phòng tổng hợp",
        clock=Clock(),
    )
    lot = drawn_lot(office, lots)
    key(office, lots, lot)
    lots.accept(lot.lot_id)
    person = office.people.search("Trần Thị An", limit=1)[0].person_id
    check = office.records.send_to_police(person)
    office.checks.answer(check, CheckAnswer.DIFFERS, differs={"birth_date": "1990-05-21"})
    assert CheckTeller(register=office.register, author=OFFICER, clock=Clock()).tell() == 1
    return told(office)


def _differences(stage: Stage) -> set[str]:
    """A difference of somebody of merit is settled, opened again, and the list is printed."""
    desk = DifferencesDesk(folder=stage.folder / "differences", qtbot=stage.qtbot)
    QTest.keyClicks(desk.find(QLineEdit, "input:difference_paper"), "QD 12 ngay 02/3/2027")
    desk.press(Qt.Key.Key_3)
    desk.press(Qt.Key.Key_5)
    QTest.keyClick(desk.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(desk.find(QLineEdit, "input:differences_purpose"), "Gui So")
    desk.find(HandOut, "hand_out:differences").wanted.emit("pdf", stage.folder / "list.pdf")
    assert desk.jobs.wait_idle(seconds=120)
    found = written(desk.register)
    desk.close()
    return found


def _police(stage: Stage) -> set[str]:
    """The police answer and hand the list out."""
    desk = PoliceDesk(folder=stage.folder / "police", qtbot=stage.qtbot)
    desk.press(Qt.Key.Key_1)
    QTest.keyClick(desk.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(desk.find(QLineEdit, "input:checked_purpose"), "Ban giao UBND xa")
    desk.find(HandOut, "hand_out:checked").wanted.emit("xlsx", stage.folder / "list.xlsx")
    assert desk.jobs.wait_idle(seconds=120)
    found = written(desk.register)
    desk.close()
    return found


SCENES = (
    Scene("lots", frozenset({Action.LOT_DRAW, Action.LOT_DECIDE, Action.CHECK_TELL}), _lots),
    Scene(
        "differences",
        frozenset(
            {
                Action.DIFFERENCE_SETTLE,
                Action.DIFFERENCE_REOPEN,
                Action.DIFFERENCE_LIST_EXPORT,
            }
        ),
        _differences,
    ),
    Scene("police", frozenset({Action.CHECK_LIST_EXPORT}), _police),
)
