"""From the last key of a scanner to the filled form: ``scan_ms``.

Cards of people who do not exist are typed into the real window, a key every eight milliseconds on
the clock of the keys, as by a USB scanner. ``panel_ms``: from the last key to the painted panel
that shows what is to be filled; ``fill_ms``: from Enter to the painted form; ``scan_ms`` is both,
so it has in it everything but the officer; ``scan_cpu_ms`` is the same in CPU time of the
interface's thread, which a busy machine does not change. ``find_ms``: from the last key at the
list, with a thousand households, to the painted form of the person on the card. ``code_ms``: a
photograph of twelve megapixels to the text of its code. ``key_ms``: a letter typed by a person,
``key_without_ms`` with nothing listening to its pace. ``wait_ms`` is what the pace itself costs
where a scanner sends no Enter: it is waited for, not worked. ``baseline_ms``: seven plain lines of
an empty window get their texts and are painted.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from desktop.app import Desktop, create_application
from desktop.ui.main_window import MainWindow
from desktop.ui.pages.form_page import FormPage
from desktop.ui.scanning.card_pictures import codes_in
from desktop.ui.scanning.scan_desk import ScanDesk
from tests.desktop.ui.scanning.scanner import SCANNER, Clock, Keyboard
from tests.desktop.ui.scanning.test_card_reader import qr_of
from tests.desktop.ui.world import CHEAP, EMPLOYED, PASSPHRASE, make_register, records_of
from tests.desktop.ui.world import clock as wall_clock

_ROUNDS = 15
_HOUSEHOLDS = 1000
#: What the interface's thread worked for each act measured.
_CPU: list[float] = []
_NUMBER = "003188000017"
_NAME = "Nguyễn Thị Hồng Hạnh"


def _card(number: int) -> str:
    return (
        f"0031880{number:05d}|285{number:06d}|Nguyễn Thị Mẫu|12031988|Nữ|"
        "Thôn Đông, Xã Suối Mẫu, Tỉnh Tập Huấn|01092025||||"
    )


def run(*, json: bool) -> dict[str, object]:
    """Measures, and prints the figures for a person unless only JSON is asked for."""
    application = create_application(["so-an-sinh"])
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-") as folder:
        figures = _session(application, Path(folder) / "so")
    figures["code_ms"] = _median(_codes())
    figures["wait_ms"] = 120.0
    figures["baseline_ms"] = _median(_plain_lines(application))
    if not json:
        for name, figure in figures.items():
            print(f"{name:>18}  {figure}")
    return figures


def _session(application: QApplication, folder: Path) -> dict[str, object]:
    register = make_register(folder, count=_HOUSEHOLDS)
    records = records_of(register)
    records.save(records.open(None), answers={**EMPLOYED}, confirmations={})
    register.close()
    clock = Clock()
    desktop = Desktop(folder=folder, kdf_cost=CHEAP, clock=wall_clock, key_clock=clock)
    desktop.show()
    desktop.window.activateWindow()
    _settle(application, desktop)
    line = desktop.window.findChild(QLineEdit, "input:passphrase")
    assert isinstance(line, QLineEdit)
    line.setText(PASSPHRASE)
    QTest.keyClick(line, Qt.Key.Key_Return)
    _settle(application, desktop)
    try:
        return _scans(application, desktop, Keyboard(clock))
    finally:
        desktop.close()


def _scans(application: QApplication, desktop: Desktop, keyboard: Keyboard) -> dict[str, object]:
    window, panels, fills, finds = desktop.window, [], [], []
    form = window.page("form")
    assert isinstance(form, FormPage)
    for number in range(_ROUNDS):
        window.open_page("form")
        form.open_person(None)
        _settle(application, desktop)
        keyboard.press(_card(number), every=SCANNER)
        panels.append(_timed(window, lambda: keyboard.press("\n", every=SCANNER)))
        keyboard.rest()
        fills.append(_timed(window, _press_enter))
        view = form.form_view
        assert view is not None
        assert view.value("identity/full_name") == "Nguyễn Thị Mẫu"
        form.hold()
        window.open_page("people")
        _settle(application, desktop)
    shown: list[float] = []
    form.form_shown.connect(lambda: shown.append(time.perf_counter()))
    for _ in range(_ROUNDS):
        window.open_page("people")
        _settle(application, desktop)
        shown.clear()
        began = time.perf_counter()
        keyboard.press(f"{_NUMBER}||{_NAME}|12031988|Nữ|Ấp 1|01012022\n", every=SCANNER)
        while not shown:
            application.processEvents()
        window.repaint()
        finds.append((time.perf_counter() - began) * 1000)
        form.hold()
    listening, alone = _typing(application, desktop, keyboard)
    return {
        "key_ms": listening,
        "key_without_ms": alone,
        "scan_ms": _median(a + b for a, b in zip(panels, fills, strict=True)),
        "scan_first_ms": round(panels[0] + fills[0], 1),
        "scan_worst_ms": round(max(a + b for a, b in zip(panels, fills, strict=True)), 1),
        "scan_cpu_ms": _median(a + b for a, b in zip(_CPU[::2], _CPU[1::2], strict=True)),
        "panel_ms": _median(panels),
        "fill_ms": _median(fills),
        "find_ms": _median(finds),
        "rounds": _ROUNDS,
    }


def _typing(application: QApplication, desktop: Desktop, keyboard: Keyboard) -> tuple[float, float]:
    """Milliseconds of a letter in a line of the form: with the scanner listened to, and without."""
    form = desktop.window.page("form")
    assert isinstance(form, FormPage)
    desktop.window.open_page("form")
    form.open_person(None)
    _settle(application, desktop)
    view, scans = form.form_view, form.findChild(ScanDesk)
    assert view is not None
    assert isinstance(scans, ScanDesk)
    assert scans.wedge is not None
    view.focus_question("identity/full_name")
    medians = []
    for is_heard in (True, False):
        if not is_heard:
            scans.wedge.stop()
        times = []
        for letter in "nguyen thi hong hanh " * 8:
            began = time.perf_counter()
            keyboard.type(letter)
            times.append((time.perf_counter() - began) * 1000)
            application.processEvents()
        medians.append(round(statistics.median(times), 3))
    form.hold()
    return medians[0], medians[1]


def _press_enter() -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Return)


def _timed(window: MainWindow, act: Callable[[], object]) -> float:
    """Milliseconds of an act with everything it has drawn."""
    began, worked = time.perf_counter(), time.thread_time()
    act()
    QApplication.processEvents()
    window.repaint()
    _CPU.append((time.thread_time() - worked) * 1000)
    return (time.perf_counter() - began) * 1000


def _codes() -> list[float]:
    photo = QImage(4000, 3000, QImage.Format.Format_RGB32)
    photo.fill(QColor("#8a7f70"))
    painter = QPainter(photo)
    painter.translate(1500, 800)
    painter.rotate(12)
    painter.fillRect(-100, -100, 1000, 1000, QColor("white"))
    painter.drawImage(0, 0, qr_of(_card(1), pixels=12))
    painter.end()
    found = []
    for _ in range(5):
        began = time.perf_counter()
        assert codes_in(photo) == [_card(1)]
        found.append((time.perf_counter() - began) * 1000)
    return found


def _plain_lines(application: QApplication) -> list[float]:
    window = QWidget()
    layout = QVBoxLayout(window)
    lines = [QLineEdit() for _ in range(7)]
    for line in lines:
        layout.addWidget(line)
    window.show()
    application.processEvents()
    found = []
    for number in range(_ROUNDS):
        began = time.perf_counter()
        for line in lines:
            line.setText(f"{_NAME} {number}")
        application.processEvents()
        window.repaint()
        found.append((time.perf_counter() - began) * 1000)
    window.close()
    return found


def _settle(application: QApplication, desktop: Desktop) -> None:
    for _ in range(5):
        desktop.jobs.wait_idle()
        application.processEvents()


def _median(times: Iterable[float]) -> float:
    return round(statistics.median(times), 1)
