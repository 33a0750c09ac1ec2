"""Keys and time of a form, by a clock that stands where the test puts it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop.ui.forms.effort import Effort


def test_the_time_runs_from_a_key_until_the_form_is_left(qapp: QApplication) -> None:
    parent, now = QObject(), [100.0]
    effort = Effort(parent=parent, clock=lambda: now[0])
    told: list[tuple[int, int]] = []
    effort.changed.connect(lambda keys, seconds: told.append((keys, seconds)))
    effort.begin()
    now[0] += 50  # read, not worked on
    effort.count()
    now[0] += 30
    effort.count()
    assert told == [(0, 0), (1, 0), (2, 30)]
    now[0] += 10
    effort.stop()
    effort.stop()
    now[0] += 3600  # another page is shown, or nobody is there
    assert effort.seconds == 40
    effort.count()
    now[0] += 5
    assert (effort.keys, effort.seconds) == (3, 45)
    effort.begin()
    assert (effort.keys, effort.seconds) == (0, 0)
