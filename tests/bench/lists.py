"""The lists of people to be worked on, in an encrypted register of 100,000 persons.

``count_ms_all``: every count of the page of lists, one after the other; ``count_ms_slowest``: the
slowest of them; ``page_p95_ms``: pages of a hundred people in the order of names, anywhere in each
list; ``page_p95_ms_by_hamlet``: the same in the order of hamlets, where each page looks at the
whole list; ``ids_ms_largest``: everybody of the largest list, as Ctrl+A takes them.
``counts_ms``: the numbers beside the pages (unsent, to do, to decide) as they are read after a
save, the median; ``counts_ms_first``: the same at the opening, when everything must be read.

Everything stands in the outbox unsent, one person in eight has a record; the children's lists and
the list of those without a form are as large as they can be.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from desktop.assembly import build
from desktop.domain.worklists import RESTRICTED, Order, SortBy, WorkList
from desktop.store.documents import Edit
from desktop.store.keys import DataKey
from desktop.store.people import people_page
from desktop.store.register import Register
from desktop.store.worklists import ask_list, count_list, list_ids, list_page
from sync.protocol.documents import DocumentType
from tests.bench._people import COMMUNE, NOW, saves_of

_PERSONS = 100_000
_ROWS = 100
_PAGES = 8
_SAVES = 20
_TODAY = date(2026, 11, 22)
_LISTS = [one for one in WorkList if one not in {*RESTRICTED, WorkList.MERIT_DIFFERS}]


def run(*, json: bool) -> dict[str, float]:
    """The figures of 100,000 persons."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as folder:
        with Register.create(Path(folder), key=DataKey.new(), author="Lan") as register:
            register.save_bulk(saves_of(_PERSONS), author="Lan", at=NOW, action="person.preload")
            figures = _measure(register, tell=not json) | _badges(register)
    if not json:
        for figure, value in figures.items():
            print(f"{figure:24} {value:12.3f}")
    return figures


def _measure(register: Register, *, tell: bool) -> dict[str, float]:
    counts: dict[WorkList, float] = {}
    sizes: dict[WorkList, int] = {}
    for worklist in _LISTS:
        asked = ask_list(worklist, today=_TODAY)
        started = time.perf_counter()
        sizes[worklist] = count_list(register, asked)
        counts[worklist] = _ms_since(started)
        if tell:
            print(f"{worklist.value:24} {sizes[worklist]:9,} people {counts[worklist]:9.1f} ms")
    largest = max(sizes, key=lambda one: sizes[one])
    started = time.perf_counter()
    list_ids(register, ask_list(largest, today=_TODAY))
    return {
        "ids_ms_largest": round(_ms_since(started), 3),
        "count_ms_all": round(sum(counts.values()), 3),
        "count_ms_slowest": round(max(counts.values()), 3),
        "page_p95_ms": _p95(register, Order()),
        "page_p95_ms_by_hamlet": _p95(register, Order(SortBy.HAMLET)),
    }


def _badges(register: Register) -> dict[str, float]:
    """After each save of a person's name, as an officer makes it who corrects a list."""
    services, _seat = build(register, "Lan", clock=lambda: NOW)
    started = time.perf_counter()
    services.badges.count()
    first = _ms_since(started)
    times = []
    rows = people_page(register, limit=_SAVES).rows
    for row in rows:
        fields = {"full_name": f"{row.full_name} Sửa"}
        edit = Edit(DocumentType.PERSON, row.person_id, COMMUNE, fields)
        register.save([edit], author="Lan", at=NOW, action="member.edit")
        started = time.perf_counter()
        services.badges.count()
        times.append(_ms_since(started))
    return {
        "counts_ms": round(statistics.median(times), 3),
        "counts_ms_first": round(first, 3),
    }


def _p95(register: Register, order: Order) -> float:
    times: list[float] = []
    for worklist in _LISTS:
        asked, after = ask_list(worklist, today=_TODAY), ""
        for _page in range(_PAGES):
            started = time.perf_counter()
            page = list_page(register, asked, order=order, limit=_ROWS, after=after)
            times.append(_ms_since(started))
            after = page.after
            if not after:
                break
    return round(statistics.quantiles(times, n=20)[-1], 3)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
