"""The desks of the police and the collecting office, with 10,000 persons each.

``queue_ms``: the first 300 persons to look up; ``lists_ms``: every list with its progress;
``judge_ms``: four typed values compared with what was sent, once the units are read, and
``judge_first_ms`` the first time; ``progress_ms``: the bars of all communes; ``waiting_ms``: the
first 300 records that wait; ``baseline_ms``: the 300 documents of the queue read by their ids.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from desktop.domain.reviews import Review
from desktop.services.checks import MOST_SHOWN, Checks
from desktop.services.reviews import Reviews
from desktop.store.documents import Edit
from desktop.store.register import Register
from forms.rules.identity import IdentityTables
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_id_text
from tests.desktop.ui.world import HOME, NOW, make_register

_PERSONS = 10_000
_AT_ONCE = 2_000
_ROUNDS = 7
_TYPED = {
    "full_name": "TRẦN THỊ HÒA",
    "birth_date": "1990-05-21",
    "native_place": "Đồng Thử, Tập Huấn",
    "permanent_residence": "Ấp 2, Xã Suối Mẫu, Tỉnh Tập Huấn",
}


def run(*, json: bool) -> dict[str, object]:
    """Medians in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        register = make_register(Path(folder) / "so")
        _fill(register)
        figures = _figures(register)
        register.close()
    if not json:
        for name, value in figures.items():
            print(f"{name:>16}  {value}")
    return dict(figures)


def _figures(register: Register) -> dict[str, float]:
    tables = IdentityTables.load(training=True)
    checks = Checks(register=register, author="", clock=_now, tables=tables)
    reviews = Reviews(register=register, author="", clock=_now, tables=tables)
    queue = checks.queue()
    assert len(queue) == MOST_SHOWN
    ids = [case.check_id for case in queue]
    first = _once(lambda: checks.judge(ids[0], differs=_TYPED))
    return {
        "queue_ms": _median(lambda: checks.queue()),
        "lists_ms": _median(checks.lists),
        "judge_first_ms": first,
        "judge_ms": _median(lambda: checks.judge(ids[1], differs=_TYPED)),
        "progress_ms": _median(reviews.progress),
        "waiting_ms": _median(lambda: reviews.list(review=Review.WAITING, limit=MOST_SHOWN)),
        "baseline_ms": _median(lambda: register.documents(list(ids))),
    }


def _now() -> datetime:
    return NOW


def _fill(register: Register) -> None:
    edits = [edit for number in range(_PERSONS) for edit in _person(number)]
    for start in range(0, len(edits), _AT_ONCE):
        register.save(edits[start : start + _AT_ONCE], author="", at=NOW, action="person.preload")


def _person(number: int) -> list[Edit]:
    at = int(NOW.timestamp() * 1000) + number
    person_id = new_id_text(unix_ms=at)
    identity = {
        "identity.full_name": f"Trần Thị Hoà {number}",
        "identity.birth_date": "1990-05-12",
        "identity.sex": "2",
        "identity.id_number": f"00319{number:07d}",
        "identity.native_place": "Xã Đồng Thử, Tỉnh Tập Huấn",
        "identity.permanent_residence": "Ấp 1, Xã Suối Mẫu, Tỉnh Tập Huấn",
    }
    check = {"person_id": person_id, "asked_by": "Lê Thị Mai", "list": f"Danh sách {number % 20}"}
    handed = {
        "person_id": person_id,
        "record_id": new_id_text(unix_ms=at),
        "form_id": "tt11_2022_m03",
        "form_version": "2022-08-15",
        "round": 1,
        **{f"answers.identity/{name.partition('.')[2]}": v for name, v in identity.items()},
    }
    return [
        Edit(kind, new_id_text(unix_ms=at), HOME.commune_code, {**identity, **fields})
        for kind, fields in ((DocumentType.CHECK, check), (DocumentType.SUBMISSION, handed))
    ]


def _once(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return round((time.perf_counter() - begun) * 1000, 1)


def _median(work: Callable[[], object]) -> float:
    return round(statistics.median(_once(work) for _ in range(_ROUNDS)), 1)
