"""The first load of a commune of 20,000 persons of about 2 KB over a line of 1 Mbit/s.

An encrypted register, a real server, and a line between them that lets 1 Mbit/s through in each
direction. ``load_s`` is the whole first sync; ``down_mb`` what came over the line, heads of HTTP
included; ``line_s`` what these bytes need at the least, so that ``load_ratio`` is what all the
rest adds. ``push_s`` and ``up_mb`` are the same persons sent over such a line in the first place.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from tests.bench._province import office, persons, province
from tests.bench._throttle import Throttle
from tests.bench.sync import timed

PERSONS = 20_000
BITS_PER_SECOND = 1_000_000


def run(*, json: bool) -> dict[str, float]:
    """All figures; about four minutes."""
    made = persons(PERSONS)
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name, province() as place:
        folder, office_id = Path(name), place.office()
        with (
            Throttle(place.server.url, bits_per_second=BITS_PER_SECOND) as line,
            office(folder / "one", replace(place.enrolled(office_id), server_url=line.url)) as one,
        ):
            one.save(made)
            push = timed(one.sync)
            up = line.up
        with (
            Throttle(place.server.url, bits_per_second=BITS_PER_SECOND) as line,
            office(folder / "two", replace(place.enrolled(office_id), server_url=line.url)) as two,
        ):
            load = timed(two.sync)
            down = line.down
    line_seconds = down * 8 / BITS_PER_SECOND
    figures = {
        "persons": PERSONS,
        "load_s": load,
        "down_mb": down / 1e6,
        "line_s": line_seconds,
        "load_ratio": load / line_seconds,
        "push_s": push,
        "up_mb": up / 1e6,
    }
    figures = {name: round(value, 3) for name, value in figures.items()}
    if not json:
        for name, value in figures.items():
            print(f"{name:24} {value:10.3f}")
    return figures
