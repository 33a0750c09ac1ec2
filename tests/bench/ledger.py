"""What the ledger costs: a line, a page of it among 100,000, checking them all.

``line_ms``: one line of its own (a view), beside the bare transaction that changes one value
(``transaction_ms``): both flush the disk once. ``first_reading_s``: by what 100,000 lines are found
is made, once, when somebody first reads. ``page_p95_ms``: a page under each filter in turn, and the
count that stands beside it. ``verify_s``: every line's hash; ``plain_hashes_s`` are the same hashes
without the register.
"""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from desktop.domain.ledger import GROUPS, Action, ActionGroup, LedgerQuery
from desktop.store import ledger, ledger_reading
from desktop.store.keys import DataKey
from desktop.store.register import Register
from sync.protocol.ids import new_id_text

LINES = 100_000
_SINGLE = 200
_USERS = ("Lê Thị Mai", "Trần Văn Ba", "Phạm Thị Hoa", "Ngô Văn Tư")
_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def run(*, json: bool) -> dict[str, object]:
    """All figures, in a register of their own."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as folder:
        register = Register.create(Path(folder) / "so", key=DataKey.new(), author="Lan")
        with register:
            figures = _measured(register)
    if not json:
        for name, value in figures.items():
            print(f"{name:>18}  {value}")
    return figures


def _measured(register: Register) -> dict[str, object]:
    persons = [new_id_text(unix_ms=int(_NOW.timestamp() * 1000)) for _ in range(500)]
    _fill(register, persons)
    first = _seconds(lambda: ledger_reading.count(register))
    pages = [
        _seconds(lambda query=query: _read(register, query)) * 1000  # type: ignore[misc]
        for _ in range(10)
        for query in _queries(persons)
    ]
    lines, others = [], []
    for number in range(_SINGLE):  # in turn: the machine is never idle
        lines.append(_seconds(lambda: _note(register, persons[number])) * 1000)  # noqa: B023
        others.append(_seconds(lambda: register.set_meta({"bench": str(number)})) * 1000)  # noqa: B023
    checked = _seconds(lambda: ledger.verify(register))
    return {
        "lines": LINES,
        "line_ms": round(statistics.median(lines), 3),
        "line_p95_ms": round(statistics.quantiles(lines, n=20)[-1], 3),
        "transaction_ms": round(statistics.median(others), 3),
        "first_reading_s": round(first, 2),
        "page_p95_ms": round(statistics.quantiles(pages, n=20)[-1], 1),
        "page_ms": round(statistics.median(pages), 1),
        "verify_s": round(checked, 2),
        "plain_hashes_s": round(_seconds(_plain_hashes), 2),
    }


def _fill(register: Register, persons: list[str]) -> None:
    actions = list(Action)
    for start in range(0, LINES, 2000):
        with register.writing() as transaction:
            for number in range(start, start + 2000):
                transaction.books.record(
                    at=_NOW + timedelta(minutes=number),
                    by=_USERS[number % len(_USERS)],
                    action=actions[number % len(actions)],
                    objects=[("person", persons[number % len(persons)])],
                )


def _queries(persons: list[str]) -> list[LedgerQuery]:
    return [
        LedgerQuery(),
        LedgerQuery(by=_USERS[1]),
        LedgerQuery(actions=GROUPS[ActionGroup.VIEWS]),
        LedgerQuery(by=_USERS[2], actions=GROUPS[ActionGroup.KEYS]),
        LedgerQuery(first_day=date(2026, 12, 1), last_day=date(2026, 12, 2)),
        LedgerQuery(objects=(persons[7],)),
        LedgerQuery(by="nobody"),
    ]


def _read(register: Register, query: LedgerQuery) -> None:
    page = ledger_reading.lines(register, query, limit=100)
    if page:
        ledger_reading.lines(register, query, limit=100, before=page[-1].n)
    ledger_reading.count(register, query)


def _note(register: Register, person: str) -> None:
    ledger.note(
        register, at=_NOW, by="Lan", action=Action.PERSON_VIEW, objects=[("person", person)]
    )


def _plain_hashes() -> None:
    text, kept = b"x" * 150, b"\x00" * 32
    for _ in range(LINES):
        kept = hashlib.sha256(b"\x00" + kept + text).digest()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
