"""How long from process start until the unlock window is painted, beside a bare Qt window.

Each figure is the median of several fresh processes, taken in turn in the same run. ``start_s``
opens the program on a folder that holds a register; ``python_qt_s`` is Python with PySide6 and
one empty window: the least that any such program costs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROUNDS = 7

_BARE = """
import sys, time
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, done)
def done():
    print(time.time() - float(sys.argv[1]))
    application.quit()
application = QApplication([])
window = Window()
window.show()
application.exec()
"""

_PROGRAM = """
import sys, time
from pathlib import Path
import desktop.__main__
from desktop.app import Desktop, create_application
from PySide6.QtCore import QEvent, QObject, QTimer
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched is page:
            QTimer.singleShot(0, done)
        return False
def done():
    print(time.time() - float(sys.argv[1]))
    application.quit()
application = create_application([])
program = Desktop(folder=Path(sys.argv[2]))
page = program.window.current_page
watch = Watch()
page.installEventFilter(watch)
program.show()
application.exec()
program.close()
"""


def _seconds(script: str, folder: Path) -> float:
    """One fresh process: seconds until it had painted."""
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    done = subprocess.run(
        [sys.executable, "-c", script, str(time.time()), str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return float(done.stdout.split()[0])


def run(*, json: bool) -> dict[str, float]:
    """``start_s`` and ``python_qt_s``: medians in seconds; ``start_ratio`` of the two."""
    from desktop.services.unlocking import create_register
    from desktop.store.keys import KdfCost

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "register"
        create_register(
            folder,
            user_name="Người thử",
            passphrase="một hai ba bốn năm sáu",
            cost=KdfCost.DEFAULT,
        ).close()
        _seconds(_PROGRAM, folder)  # the first start reads everything from disk
        bare, program = [], []
        for _ in range(_ROUNDS):
            bare.append(_seconds(_BARE, folder))
            program.append(_seconds(_PROGRAM, folder))
    start, base = statistics.median(program), statistics.median(bare)
    if not json:
        print(f"start {start:.2f} s, bare window {base:.2f} s, {start / base:.1f} x")
    return {
        "start_s": round(start, 3),
        "python_qt_s": round(base, 3),
        "start_ratio": round(start / base, 2),
    }
