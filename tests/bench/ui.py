"""The desk at work: keys for a form, keys to repaints, opening forms and the people page.

``keystrokes``: a Mẫu 03 of a preloaded person in employment, from the form on the screen to the
next person's, by a typist at the real window; letters count as on a Telex keyboard (ế is three).
The person is a wage worker whose colleague was entered just before, so that three answers are taken
with F2; ``…_without_ditto`` types them, ``…_farmer`` is a person on the own land with everything
typed. ``keypress_p95_ms``: from a key to the repaint of all it changed, over a walk through the
largest bundled form; ``…_roster_…`` in a household of 200 members. ``…_cpu_…`` is the same in CPU
time of the interface's thread, which a busy machine does not change. ``baseline_key_ms``: a letter
in an empty window. ``open_form_ms``: from Enter to the painted form, the first time in a process
and later; ``baseline_form_ms``: as many plain lines made and painted. ``people_page_ms`` is that of
``search``, with 100,000 persons, ``start_s`` that of ``start``; both have their baselines there.
"""

from __future__ import annotations

import json as json_text
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.domain.people import HouseholdId, PersonId
from desktop.domain.preloading import PreloadedHousehold, PreloadedPerson
from desktop.store.keys import DataKey
from desktop.store.register import Register
from sync.protocol.ids import new_id_text
from tests.bench import search, start
from tests.bench._people import NOW, saves_of
from tests.desktop.ui.world import HOME, make_register, records_of
from tests.support.worker_form import employed

_ROUNDS = 3
_PERSONS = 100_000
_WORKERS = 6


def run(*, json: bool) -> dict[str, object]:
    """The figures; the ones of a session are medians over several processes."""
    sessions = [_session() for _ in range(_ROUNDS)]
    figures: dict[str, object] = {
        name: sessions[0][name]
        for name in ("keystrokes", "keystrokes_without_ditto", "keystrokes_farmer")
    }
    for form, name in (("largest", "keypress"), ("roster", "keypress_roster")):
        figures[f"{name}_p95_ms"] = _median(_p95(one[form]["times"]) for one in sessions)
        figures[f"{name}_p95_cpu_ms"] = _median(_p95(one[form]["cpu"]) for one in sessions)
        figures[f"{name}_median_ms"] = _median(
            statistics.median(one[form]["times"]) for one in sessions
        )
    figures["baseline_key_ms"] = _median(_p95(one["bare_key_ms"]) for one in sessions)
    figures["open_form_first_ms"] = _median(one["open_first_ms"] for one in sessions)
    figures["open_form_ms"] = _median(statistics.median(one["open_second_ms"]) for one in sessions)
    figures["open_largest_first_ms"] = _median(one["largest"]["opened"][0] for one in sessions)
    figures["open_largest_ms"] = _median(one["largest"]["opened"][1] for one in sessions)
    figures["open_roster_ms"] = _median(one["roster"]["opened"][1] for one in sessions)
    figures["baseline_form_ms"] = _median(one["bare_form_ms"] for one in sessions)
    figures["people_page_ms"] = round(_people_page(), 1)
    figures |= start.run(json=True)
    if not json:
        for name, figure in figures.items():
            print(f"{name:28} {figure}")
    return figures


def _session() -> dict[str, Any]:
    """One process on a new register."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name:
        folder = Path(name) / "so"
        _make_workers(folder)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench._ui_session", str(folder)],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    session: dict[str, Any] = json_text.loads(done.stdout.splitlines()[-1])
    return session


def _make_workers(folder: Path) -> None:
    """Some persons of a preloaded list: the identity is known and nothing else."""
    identity = {
        path.partition("/")[2]: str(value)
        for path, value in employed().items()
        if path.startswith("identity/")
    }
    register = make_register(folder)
    records_of(register).preload(
        PreloadedHousehold(
            household_id=HouseholdId(new_id_text(unix_ms=1_790_000_000_000)),
            commune_code=HOME.commune_code,
            hamlet="Ấp 1",
            code=f"01-0000{number}",
            fields={"province": HOME.province_name, "commune": HOME.commune_name},
            persons=(
                PreloadedPerson(
                    person_id=PersonId(new_id_text(unix_ms=1_790_000_000_000)),
                    relation_to_head="1",
                    is_head=True,
                    fields={
                        **{n: v for n, v in identity.items() if n != "relation_to_head"},
                        "full_name": f"Trần Lao Động {'ABCDEGH'[number]}n",
                        "id_number": f"00319000000{number}",
                    },
                ),
            ),
        )
        for number in range(_WORKERS)
    )
    register.close()


def _people_page() -> float:
    """With so many persons, as ``search`` measures it."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name:
        folder, key = Path(name) / "r", DataKey.new()
        with Register.create(folder, key=key, author="Lan") as register:
            register.save_bulk(saves_of(_PERSONS), author="Lan", at=NOW, action="preload")
        return search.page_opened(folder, key)


def _median(values: Any) -> float:
    return round(float(statistics.median(values)), 2)


def _p95(times: Sequence[float]) -> float:
    return float(sorted(times)[int(len(times) * 0.95)])
