"""How quickly the administrative units are there, found, and read from address lines.

Loading is measured in fresh processes, each time once: from the first import to the answer to one
code (``load_ms``, without the interpreter and the modules), and the same with the names
(``load_names_ms``). The baseline reads the same rows with ``csv.DictReader`` into a dictionary by
code. Prefixes are typed letter by letter as an officer types names of communes; the baseline looks
through all names with ``startswith``. Address lines are full lines of communes of both systems in
several styles; the baseline only splits them at commas and looks each part up in a dictionary.
"""

from __future__ import annotations

import csv
import io
import json as json_module
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from statistics import median

from forms.units.gazetteer import Units
from forms.units.kinds import Level
from forms.units.unit import Unit
from forms.vietnamese import search_key

PROCESSES = 7
LINES = 6_000
ON = date(2026, 11, 22)
OLD = date(2025, 6, 30)

_LOAD = """
import json, time, tracemalloc
from datetime import date
import forms.units.gazetteer as gazetteer
if {traced}:
    tracemalloc.start()
started = time.perf_counter()
units = gazetteer.Units.bundled()
units.get("75", on=date(2026, 11, 22))
loaded = time.perf_counter() - started
units.find("Phú Riềng", on=None)
units.parse_address("Phú Riềng, Bình Phước")
named = time.perf_counter() - started
units.successors("25264")
units.by_prefix("p", on=date(2026, 11, 22), level=2)
whole = time.perf_counter() - started
traced = tracemalloc.get_traced_memory()[0] if {traced} else 0
print(json.dumps([loaded, named, whole, traced]))
"""
_LOAD_PLAIN = """
import csv, io, json, sys, time
text = sys.stdin.read()
started = time.perf_counter()
rows = {{row["code"]: row for row in csv.DictReader(io.StringIO(text))}}
print(json.dumps([time.perf_counter() - started]))
"""


def run(*, json: bool) -> dict[str, object]:
    """Measures, and prints the figures for a person unless only JSON is asked for."""
    units = Units.bundled()
    old = units.all(on=OLD)
    new = units.all(on=ON)
    table = _as_csv([*old, *new])
    loads, plain = [], []
    for _ in range(PROCESSES):
        loads.append(_in_process(_LOAD.format(traced=False)))
        plain.append(_in_process(_LOAD_PLAIN.format(), table))
    prefixes = _prefixes(new)
    lines = _lines(units)
    figures: dict[str, object] = {
        "load_ms": _ms(load[0] for load in loads),
        "load_names_ms": _ms(load[1] for load in loads),
        "load_all_ms": _ms(load[2] for load in loads),
        "load_baseline_ms": _ms(load[0] for load in plain),
        "memory_mib": round(_in_process(_LOAD.format(traced=True))[3] / 2**20, 1),
        **_measure_prefixes(units, new, prefixes),
        **_measure_lines(units, lines, [*old, *new]),
        "units": len(old) + len(new),
    }
    if not json:
        _tell(figures)
    return figures


def _measure_prefixes(units: Units, new: Iterable[Unit], prefixes: list[str]) -> dict[str, object]:
    names = [(search_key(unit.name), unit) for unit in new if unit.level is Level.COMMUNE]

    def look_through(prefix: str) -> object:
        key = search_key(prefix)
        return [unit for name, unit in names if name.startswith(key)][:20]

    def look_up(prefix: str) -> object:
        return units.by_prefix(prefix, on=ON, level=Level.COMMUNE)

    def look_up_inside(prefix: str) -> object:
        return units.by_prefix(prefix, on=ON, within="75")

    return {
        "prefix_p95_us": _p95_us(look_up, prefixes),
        "prefix_within_p95_us": _p95_us(look_up_inside, prefixes),
        "prefix_baseline_p95_us": _p95_us(look_through, prefixes),
    }


def _measure_lines(units: Units, lines: list[str], known: list[Unit]) -> dict[str, object]:
    by_name: dict[str, list[Unit]] = {}
    for unit in known:
        by_name.setdefault(search_key(unit.full_name), []).append(unit)

    def split(line: str) -> object:
        return [by_name.get(search_key(part)) for part in line.split(",")]

    def read(line: str) -> object:
        return units._parser.parse(line)

    pairs = list(pairwise(lines))
    for line in lines:
        units.parse_address(line)
    started = time.perf_counter()
    for line in lines:
        units.parse_address(line)
    again = time.perf_counter() - started
    started = time.perf_counter()
    for one, other in pairs:
        units.same_place_of_texts(one, other)
    compared = time.perf_counter() - started
    resolved = sum(units.parse_address(line).resolve() is not None for line in lines)
    return {
        "parse_per_s": round(_speed(read, lines)),
        "parse_again_per_s": round(len(lines) / again),
        "same_place_per_s": round(len(pairs) / compared),
        "parse_baseline_per_s": round(_speed(split, lines)),
        "resolved_share": round(resolved / len(lines), 3),
    }


def _lines(units: Units) -> list[str]:
    source = random.Random(20261122)
    communes = [*units.all(on=OLD, level=Level.COMMUNE), *units.all(on=ON, level=Level.COMMUNE)]
    return [_line(units, source.choice(communes), source) for _ in range(LINES)]


def _line(units: Units, unit: Unit, source: random.Random) -> str:
    style = source.randrange(4)
    parts = [f"Ấp {source.randrange(1, 99)}"]
    above: Unit | None = unit
    while above is not None:
        parts.append(above.name if style == 1 else above.full_name)
        above = units.parent(above)
    line = (" " if style == 2 else ", ").join(parts)
    return search_key(line) if style == 3 else line


def _prefixes(new: Iterable[Unit]) -> list[str]:
    source = random.Random(20261122)
    names = [unit.name for unit in new]
    typed = []
    for name in source.sample(names, 300):
        text = name if source.random() < 0.5 else search_key(name)
        typed += [text[:length] for length in range(1, len(text) + 1)]
    return typed


def _as_csv(units: Iterable[Unit]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("code", "kind", "name", "parent", "valid_from", "valid_to"))
    for unit in units:
        days = unit.valid_from, unit.valid_to
        writer.writerow((unit.code, unit.kind.key, unit.name, unit.parent_code, *days))
    return file.getvalue()


def _in_process(program: str, text: str = "") -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", program], input=text, capture_output=True, text=True, check=True
    )
    found: list[float] = json_module.loads(done.stdout)
    return found


def _ms(seconds: Iterable[float]) -> float:
    return round(median(seconds) * 1000, 1)


def _p95_us(work: Callable[[str], object], texts: list[str]) -> int:
    times = []
    for text in texts:
        started = time.perf_counter()
        work(text)
        times.append(time.perf_counter() - started)
    return round(sorted(times)[int(len(times) * 0.95)] * 1e6)


def _speed(work: Callable[[str], object], lines: list[str]) -> float:
    best = 0.0
    for _ in range(3):
        started = time.perf_counter()
        for line in lines:
            work(line)
        best = max(best, len(lines) / (time.perf_counter() - started))
    return best


def _tell(figures: dict[str, object]) -> None:
    print(f"units of both systems: {figures['units']}, {figures['memory_mib']} MiB")
    print(
        f"load: {figures['load_ms']} ms to a code, {figures['load_names_ms']} ms to a name, "
        f"{figures['load_all_ms']} ms with everything; "
        f"csv.DictReader {figures['load_baseline_ms']} ms"
    )
    print(
        f"prefix, 95th percentile: {figures['prefix_p95_us']} µs, within a province "
        f"{figures['prefix_within_p95_us']} µs; "
        f"looking through {figures['prefix_baseline_p95_us']} µs"
    )
    print(
        f"address lines: {figures['parse_per_s']}/s, again {figures['parse_again_per_s']}/s, "
        f"compared {figures['same_place_per_s']}/s; split and looked up "
        f"{figures['parse_baseline_per_s']}/s; {figures['resolved_share']} resolved"
    )
