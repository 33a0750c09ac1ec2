"""The Qt binding itself: faults of a release that would end the program in an officer's hands."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal


class Source(QObject):
    """Something that tells something."""

    told = Signal(object)


def test_a_signal_gives_back_every_reference_it_takes() -> None:
    source = Source()
    heard: list[object] = []
    source.told.connect(heard.append)
    before = sys.getrefcount(True)  # nothing else is collected while a test runs
    for _ in range(100):
        source.told.emit(None)
    assert len(heard) == 100
    assert sys.getrefcount(True) > before - 50
