"""What every definition, list and unit costs in memory, over a bare interpreter.

Both numbers are the resident memory of a fresh process. ``forms_mb`` has every dated text of every
form loaded and compiled and the tables of the identity rules; ``units_mb`` has the administrative
units on top, each of them read. ``over_bare_mb`` is all of it, less the bare interpreter.
"""

from __future__ import annotations

import subprocess
import sys

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
_MEGABYTE = 1_000_000


def _resident(program: str) -> float:
    """Megabytes that a process holds after this program."""
    done = subprocess.run(
        [sys.executable, "-c", program + _RESIDENT], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / _MEGABYTE


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
    }
    if not json:
        for name, figure in figures.items():
            print(f"{name:>20}  {figure}")
    return figures
