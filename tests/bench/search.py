"""Finding people as an officer types, and opening the page of people, in an encrypted register.

``p95_ms_…``: until the first page with anybody on it (a hundred rows where the index decides), or
the end, after each key of what officers type: names by how often
they occur, with and without marks, initials, numbers from both ends, hamlets, years of birth, heads
of households, and the same under filters. ``people_page_ms_…``: from ``page.refresh`` to the first
rows painted, in a real window. ``count_p95_ms_…``: all counts beside the filters, which come later
and which nobody waits for. ``…_like_ratio``: plain sqlite3 with the same names and ``LIKE '%…%'``,
its time divided by ours, median over the same keys.

100,000 persons always; 1,000,000 with ``SO_AN_SINH_BENCH_FULL=1`` (some ten minutes, most of them
for making the register, whose time is printed as ``build_s_1m``; it lies in the temporary folder
for the run alone and needs 5 GB there).
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from desktop.domain.people import Missing, PeopleFilter, RecordStatus
from desktop.services.people import People
from desktop.store.documents import Edit
from desktop.store.keys import DataKey
from desktop.store.people import people_page
from desktop.store.register import Register
from forms.registry import FormRegistry
from forms.vietnamese import search_key
from tests.bench._people import NOW, saves_of

FULL = "SO_AN_SINH_BENCH_FULL"

_SIZES = {"100k": 100_000, "1m": 1_000_000}
_ROWS = 100
_TODAY = date(2026, 11, 22)
_TYPED = 60
_COUNTED = 24
#: One in so many keys is also asked of the plain table.
_COMPARED = 5
_FILTERS = (
    PeopleFilter(),
    PeopleFilter(),
    PeopleFilter(),
    PeopleFilter(status=RecordStatus.NONE),
    PeopleFilter(status=RecordStatus.DRAFT),
    PeopleFilter(form_id="tt11_2022_m03", has_form=False),
    PeopleFilter(is_flagged=True),
    PeopleFilter(missing=Missing.ID_NUMBER),
    PeopleFilter(age_from=15, age_to=59),
    PeopleFilter(age_from=80),
)


def run(*, json: bool) -> dict[str, float]:
    """The figures of 100,000 persons, and of 1,000,000 when they are asked for."""
    names = ["100k", "1m"] if os.environ.get(FULL) else ["100k"]
    figures: dict[str, float] = {}
    for name in names:
        with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as folder:
            measured = _measure(Path(folder), _SIZES[name])
        figures |= {f"{figure}_{name}": round(value, 3) for figure, value in measured.items()}
    if not json:
        for figure, value in figures.items():
            print(f"{figure:24} {value:12.3f}")
    return figures


def _measure(folder: Path, persons: int) -> dict[str, float]:
    key = DataKey.new()
    started = time.perf_counter()
    people: list[_Seen] = []
    with Register.create(folder / "r", key=key, author="Lan") as register:
        register.save_bulk(
            _watched(saves_of(persons), people), author="Lan", at=NOW, action="preload"
        )
    figures = {"build_s": time.perf_counter() - started}
    figures["size_mb"] = (folder / "r" / "register.db").stat().st_size / 1e6
    plain = _plain(people)
    with Register.open(folder / "r", key=key) as register:
        figures |= _typing(register, _texts(people), plain)
    plain.close()
    figures["people_page_ms"] = page_opened(folder / "r", key)
    return figures


class _Seen:
    """What an officer may know of a person."""

    __slots__ = ("birth_date", "hamlet", "name", "numbers")

    def __init__(self, name: str, numbers: Sequence[str], birth_date: str, hamlet: str) -> None:
        self.name, self.numbers = name, numbers
        self.birth_date, self.hamlet = birth_date, hamlet


def _watched(saves: Iterator[list[Edit]], people: list[_Seen]) -> Iterator[list[Edit]]:
    """The saves, with those persons noted of whom somebody will ask."""
    for save in saves:
        hamlet = str(save[0].fields["hamlet"])
        for edit in save:
            if "full_name" in edit.fields:
                fields = edit.fields
                numbers = [str(fields[n]) for n in ("id_number", "old_id_number") if n in fields]
                name, born = str(fields["full_name"]), str(fields["birth_date"])
                people.append(_Seen(name, numbers, born, hamlet))
        yield save


def _texts(people: Sequence[_Seen]) -> list[str]:
    """What officers type; persons at random, so names come as often as they occur."""
    chosen = random.Random(4).sample(people, _TYPED * 2)
    texts = []
    for number, person in enumerate(chosen):
        words = person.name.split()
        plain = search_key(person.name)
        initials = "".join(word[0] for word in plain.split())
        of_number = person.numbers[-1] if person.numbers else "003"
        texts.append(
            (
                plain,
                person.name,
                words[-1],
                search_key(f"{words[0]} {words[-1]}"),
                initials,
                f"{initials[:-1]} {plain.split()[-1]}",
                of_number,
                of_number[-6:],
                f"{plain.split()[-1]} {person.hamlet}",
                f"{plain.split()[-1]} {person.birth_date[:4]}",
                f"{person.hamlet}",
                f"chủ hộ {plain}",
            )[number % 12]
        )
    return texts


def _typing(
    register: Register, texts: Sequence[str], plain: sqlite3.Connection
) -> dict[str, float]:
    for text in ("", "n", "0"):  # a program that was just opened is another figure
        people_page(register, text, limit=_ROWS, today=_TODAY)
    times, ratios, slowest = [], [], (0.0, "")
    for number, text in enumerate(texts):
        where = _FILTERS[number % len(_FILTERS)]
        for length in range(1, len(text) + 1):
            typed = text[:length]
            seconds = _timed(partial(_first_rows, register, typed, where))
            times.append(seconds * 1000)
            slowest = max(slowest, (times[-1], f"{typed!r} {number % len(_FILTERS)}"))
            if len(times) % _COMPARED == 0:
                ratios.append(_timed(partial(_like, plain, typed)) / seconds)
    counts = []
    forms = FormRegistry.bundled()
    people = People(register=register, forms=forms, user_name="Lan", clock=lambda: NOW)
    for number, text in enumerate(texts[:_COUNTED]):
        where = _FILTERS[number % len(_FILTERS)]
        asked = partial(people.counts, text[: 3 + number % 4], where=where)
        counts.append(_timed(asked) * 1000)
    if os.environ.get("SO_AN_SINH_BENCH_SLOWEST"):
        print(slowest, file=sys.stderr)
    return {
        "p50_ms": statistics.median(times),
        "p95_ms": _p95(times),
        "max_ms": max(times),
        "like_ratio": statistics.median(ratios),
        "counts_p50_ms": statistics.median(counts),
        "counts_p95_ms": _p95(counts),
    }


def _first_rows(register: Register, text: str, where: PeopleFilter) -> None:
    """Pages until somebody is on the screen, or nobody is left to look at."""
    ask = partial(people_page, register, text, limit=_ROWS, where=where, today=_TODAY)
    page = ask()
    while page.after and not page.rows:
        page = ask(after=page.after)


def _plain(people: Sequence[_Seen]) -> sqlite3.Connection:
    """What a program without an index of words has: one table, searched by LIKE."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE people (name TEXT, numbers TEXT)")
    connection.executemany(
        "INSERT INTO people VALUES (?, ?)",
        ((search_key(person.name), " ".join(person.numbers)) for person in people),
    )
    return connection


def _like(plain: sqlite3.Connection, text: str) -> None:
    pattern = f"%{search_key(text)}%"
    plain.execute(
        "SELECT name FROM people WHERE name LIKE ? OR numbers LIKE ? ORDER BY name LIMIT ?",
        (pattern, pattern, _ROWS),
    ).fetchall()


# The page of people with everything behind it, in a process that has shown nothing before.
_WINDOW = """
import sys, time
from datetime import datetime, timezone
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QTableView
from desktop.app import create_application, now
from desktop.jobs.runner import JobRunner
from desktop.services.drafts import Drafts
from desktop.services.people import People
from desktop.store.keys import DataKey
from desktop.store.register import Register
from desktop.ui.pages.people_page import PeoplePage
from forms.registry import FormRegistry

class Painted(QObject):
    at = 0.0
    def eventFilter(self, watched, event):
        table = watched.parent()
        if event.type() is QEvent.Type.Paint and table.model().rowCount() and not self.at:
            table.viewport().removeEventFilter(self)
            table.repaint()
            self.at = time.perf_counter()
        return False

application = create_application(["bench"])
register = Register.open(Path(sys.argv[1]), key=DataKey(sys.stdin.buffer.read(32)))
jobs = JobRunner()
people = People(register=register, forms=FormRegistry.bundled(), user_name="Lan", clock=now)
drafts = Drafts(register=register, author="Lan", clock=now)
page = PeoplePage(jobs=jobs, people=people, load_todos=list, drafts=drafts)
page.resize(1366, 768)
page.show()
application.processEvents()
painted = Painted()
page.findChild(QTableView, "table:people").viewport().installEventFilter(painted)
started = time.perf_counter()
page.refresh()
while not painted.at:
    application.processEvents()
print((painted.at - started) * 1000)
jobs.wait_idle(seconds=600)
jobs.close()
register.close()
"""


def page_opened(folder: Path, key: DataKey) -> float:
    """Milliseconds, median of three processes."""
    times = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", _WINDOW, str(folder)],
            input=key.reveal(),
            capture_output=True,
            check=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        times.append(float(done.stdout.split()[-1]))
    return statistics.median(times)


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
