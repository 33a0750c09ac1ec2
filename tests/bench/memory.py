"""What every definition, list and unit costs in memory, over a bare interpreter.

Both numbers are the resident memory of a fresh process. ``forms_mb`` has every dated text of every
form loaded and compiled and the tables of the identity rules; ``units_mb`` has the administrative
units on top, each of them read. ``over_bare_mb`` is all of it, less the bare interpreter.

``desktop_mb``: the running desktop with 100,000 persons, a process with the real window (drawn
offscreen) after a session: unlocked by its passphrase, searched, scrolled through forty pages,
counted, filtered, three forms opened and left, locked, unlocked, searched. ``peak_mb``: the most it
ever held. ``window_mb``: the same window before it is unlocked; ``opened_mb``: right after.
"""

from __future__ import annotations

import json as json_text
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench._people import NOW, saves_of
from tests.desktop.ui.world import make_register

_PERSONS = 100_000
_RESIDENT = """
import gc, os
gc.collect()
with open("/proc/self/statm", encoding="ascii") as counters:
    print(int(counters.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
"""
_FORMS = """
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
registry = FormRegistry.bundled()
for form_id in registry.form_ids():
    for version in registry.versions(form_id):
        registry.get(form_id, version)
IdentityTables.load(training=False)
"""
_UNITS = """
from datetime import date
from forms.units.gazetteer import Units
units = Units.bundled()
for day in (date(2025, 6, 30), date(2026, 11, 22)):
    units.by_prefix("x", on=day)
    units.parse_address("Ấp 1, Phú Riềng, Bình Phước", on=day)
"""
_SESSION = """
import gc, json, os, resource, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTableView
from desktop.app import Desktop, create_application
from tests.desktop.ui.world import CHEAP, PASSPHRASE, clock

def resident():
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as counters:
        return int(counters.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_000_000

def settle():
    for _ in range(4):
        assert desktop.jobs.wait_idle(seconds=900)
        application.processEvents()
        # What a running event loop does by itself.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

def unlock():
    find(QLineEdit, "input:passphrase").setText(PASSPHRASE)
    find(QAbstractButton, "button:unlock").click()
    settle()
    assert desktop.services is not None

application = create_application(["bench"])
desktop = Desktop(folder=Path(sys.argv[1]), kdf_cost=CHEAP, clock=clock)
desktop.show()
settle()
figures = {"window_mb": resident()}
def find(kind, name):
    return next(w for w in desktop.window.findChildren(kind, name) if w.isVisible())
unlock()
figures["opened_mb"] = resident()
people = desktop.window.page("people")
for text in ("nguyen", "tran thi", "ntm", "003", "mai 1972", ""):
    people.search(text)
    settle()
table = find(QTableView, "table:people")
for _ in range(40):
    table.scrollToBottom()
    table.model().fetchMore(QModelIndex())
    settle()
assert table.model().rowCount() > 2000
for person_id in [table.model().row(row).person_id for row in (0, 1500, 2000)]:
    people.person_opened.emit(person_id, "", "")
    settle()
    desktop.window.open_page("people")
    settle()
for name in ("filter:none", "filter:draft", "filter:all", "filter:flagged"):
    find(QAbstractButton, name).click()
    settle()
desktop.lock()
settle()
unlock()
people = desktop.window.page("people")
people.search("nguyen")
settle()
gc.collect()
figures["desktop_mb"] = resident()
figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1_000_000
print(json.dumps(figures))
desktop.close()
"""
_MEGABYTE = 1_000_000


def _resident(program: str) -> float:
    """Megabytes that a process holds after this program."""
    done = subprocess.run(
        [sys.executable, "-c", program + _RESIDENT], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / _MEGABYTE


def _desktop() -> dict[str, float]:
    """What the desktop holds; making the register takes most of the time."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name:
        folder = Path(name) / "so"
        with make_register(folder) as register:
            register.save_bulk(saves_of(_PERSONS), author="Lan", at=NOW, action="preload")
        done = subprocess.run(
            [sys.executable, "-c", _SESSION, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
    found: dict[str, float] = json_text.loads(done.stdout.splitlines()[-1])
    return {figure: round(value, 1) for figure, value in found.items()}


def run(*, json: bool) -> dict[str, object]:
    """Measures, and prints the figures for a person unless only JSON is asked for."""
    bare = _resident("")
    with_forms = _resident(_FORMS)
    with_all = _resident(_FORMS + _UNITS)
    figures: dict[str, object] = {
        "bare_mb": round(bare, 1),
        "forms_mb": round(with_forms - bare, 1),
        "units_mb": round(with_all - with_forms, 1),
        "over_bare_mb": round(with_all - bare, 1),
        "times_bare": round(with_all / bare, 1),
        **_desktop(),
    }
    if not json:
        for name, figure in figures.items():
            print(f"{name:>20}  {figure}")
    return figures
