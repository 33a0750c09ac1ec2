"""Ten thousand persons of about 2 KB through the whole sync, everything on this machine.

Client and server are two processes on the loopback address; PostgreSQL and the encrypted register
flush the disk at each commit; login, signatures, access rules and validation are on.

* ``push_new_per_s``, ``push_changed_per_s``: one whole sync with 10,000 changes waiting, from the
  first request to the last receipt and the comparison of digests; ``bytes_per_change`` is what the
  second one sends, headers of HTTP apart.
* ``pull_per_s``: one whole sync of a second, empty register.
* ``idle_ms``: a whole sync with nothing to do (median of 20); a login lasts for 15 minutes of
  them, ``idle_with_login_ms`` is one that has to log in.

Baselines in the same run, without any program between: the same documents by COPY into a plain
table of PostgreSQL and by INSERT into a plain sqlite3 file (``floor_push``: both, one after the
other, in batches of the same size), and read from the one and written to the other
(``floor_pull``). ``…_ratio`` is our time over that floor.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from desktop.store.documents import Edit
from sync.client import transport
from sync.protocol import codec
from sync.protocol.documents import DocumentType
from tests.bench import devices
from tests.bench._filling import COMMUNES, FIRST_COMMUNE, fill, person_id, prepare
from tests.bench._province import Office, Province, office, persons, province, two_fields

PERSONS = 10_000
FULL_PERSONS = 4_000_000
_ROUNDS = 3
_IDLE_ROUNDS = 20
_BATCH = 500
_PAGE = 1000


def run(*, json: bool) -> dict[str, float]:
    """All figures; about a minute."""
    rounds: list[dict[str, float]] = []
    for number in range(1, _ROUNDS + 1):
        with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name, province() as place:
            rounds.append(measure(place, Path(name), seed=number))
    # Each figure by its best round: the machine is shared, and only slows things down.
    best = {name: _best(name, [one[name] for one in rounds]) for name in rounds[0]}
    return _told(best, json=json)


def run_full(*, json: bool) -> dict[str, float]:
    """The same on an empty server and on one with four million persons and as many records.

    Needs 45 GB of disk and a quarter of an hour. ``…_empty`` and ``…_full`` are the figures of
    each, ``…_slower`` how much longer the full one takes, each beside its own floor; ``old_…`` are
    of a device that works in one of the communes that were filled, ``devices_…`` of 200 at once
    (``tests.bench devices``) beside all of that.
    """
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name:
        folder = Path(name)
        with province(prepare=prepare) as place:
            empty = _rounds(place, folder / "empty", first_seed=1)
            filling = timed(lambda: fill(place.database_url, persons=FULL_PERSONS))
            full = _rounds(place, folder / "full", first_seed=11)
            old = _in_a_filled_commune(place, folder / "old")
            crowd = devices.measure(place)
            disk = _disk_bytes(place)
    figures = {"persons": FULL_PERSONS, "filled_s": filling, "disk_gb": disk / 1e9, **old}
    for figure in ("push_new", "push_changed", "pull"):
        name, ratio = f"{figure}_per_s", f"{figure}_ratio"
        figures[f"{name}_empty"], figures[f"{name}_full"] = empty[name], full[name]
        figures[f"{figure}_slower"] = full[ratio] / empty[ratio]
    figures |= {"idle_ms_empty": empty["idle_ms"], "idle_ms_full": full["idle_ms"]}
    for name in ("p95_s", "p95_second_s", "errors", "lost"):
        figures[f"devices_{name}"] = crowd[name]
    return _told(figures, json=json)


def _rounds(place: Province, folder: Path, *, first_seed: int) -> dict[str, float]:
    """The best of several rounds in one province."""
    rounds = []
    for seed in range(first_seed, first_seed + _ROUNDS):
        (folder / str(seed)).mkdir(parents=True)
        rounds.append(measure(place, folder / str(seed), seed=seed))
    return {name: _best(name, [one[name] for one in rounds]) for name in rounds[0]}


def _in_a_filled_commune(place: Province, folder: Path) -> dict[str, float]:
    """A first load, edits and idle syncs of a device in one of the filled communes."""
    folder.mkdir()
    commune = FIRST_COMMUNE + COMMUNES // 2
    identity = place.enrolled(place.office(communes=[str(commune)]))
    known = [
        Edit(DocumentType.PERSON, person_id(commune, number), str(commune), {})
        for number in range(1, 1001)
    ]
    with office(folder / "one", identity) as one:
        outcomes = []
        seconds = timed(lambda: outcomes.append(one.sync()))
        pulled = outcomes[0].pulled
        one.save(two_fields(known, round_number=1))
        push = timed(lambda: _check(one.sync().pushed, 1000))
        idle = [timed(one.sync) for _ in range(_IDLE_ROUNDS)]
    return {
        "old_pulled": pulled,
        "old_pull_per_s": pulled / seconds,
        "old_push_per_s": 1000 / push,
        "old_idle_ms": statistics.median(idle) * 1000,
    }


def _disk_bytes(place: Province) -> int:
    with psycopg.connect(place.database_url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def _told(figures: dict[str, float], *, json: bool) -> dict[str, float]:
    rounded = {name: round(value, 3) for name, value in figures.items()}
    if not json:
        for name, value in rounded.items():
            print(f"{name:28} {value:12.3f}")
    return rounded


def _best(name: str, values: Sequence[float]) -> float:
    return max(values) if name.endswith("_per_s") else min(values)


def measure(
    place: Province, folder: Path, *, seed: int = 1, number: int = PERSONS
) -> dict[str, float]:
    """One round of all figures."""
    commune = str(98_000 + seed)
    made = persons(number, seed=seed, commune=commune)
    gc.collect()
    gc.freeze()  # ten thousand waiting edits are not the register's to walk through
    office_id = place.office(communes=[commune])
    figures: dict[str, float] = {}
    with (
        office(folder / "one", place.enrolled(office_id)) as one,
        office(folder / "two", place.enrolled(office_id)) as two,
    ):
        one.save(made)
        push_new = timed(lambda: _check(one.sync().pushed, number))
        pull = timed(lambda: _check(two.sync().pulled, number))
        one.save(two_fields(made, round_number=seed))
        with counted_bytes() as sent:
            push_changed = timed(lambda: _check(one.sync().pushed, number))
        idle = [timed(one.sync) for _ in range(_IDLE_ROUNDS)]
        new_login = [timed(lambda: _sync_anew(one)) for _ in range(_IDLE_ROUNDS)]
        figures |= {
            "push_new_per_s": number / push_new,
            "push_changed_per_s": number / push_changed,
            "bytes_per_change": sent[0] / number,
            "pull_per_s": number / pull,
            "idle_ms": statistics.median(idle) * 1000,
            "idle_with_login_ms": statistics.median(new_login) * 1000,
        }
    floor_push, floor_pull = _floor(place.database_url, folder / "plain.db", made)
    return figures | {
        "floor_push_per_s": number / floor_push,
        "floor_pull_per_s": number / floor_pull,
        "push_new_ratio": push_new / floor_push,
        "push_changed_ratio": push_changed / floor_push,
        "pull_ratio": pull / floor_pull,
    }


def _sync_anew(one: Office) -> None:
    one.held.token = ""
    one.sync()


def _check(done: int, expected: int) -> None:
    assert done == expected, f"{done} of {expected}"


@contextmanager
def counted_bytes() -> Iterator[list[int]]:
    """Counts the bytes of every compressed body sent within the block."""
    total = [0]
    compress = codec.compressed
    names = vars(transport)

    def counting(body: bytes, encoding: str = codec.GZIP) -> bytes:
        packed = compress(body, encoding)
        total[0] += len(packed)
        return packed

    names["compressed"] = counting
    try:
        yield total
    finally:
        names["compressed"] = compress


def timed(action: Callable[[], object]) -> float:
    """How many seconds it takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _floor(database_url: str, path: Path, made: Sequence[Edit]) -> tuple[float, float]:
    """The same documents without a program between: seconds of a push, and of a pull."""
    rows = [(person.document_id, msgspec.json.encode(person.fields).decode()) for person in made]
    with psycopg.connect(database_url) as postgres, _plain_file(path) as plain:
        postgres.execute("CREATE TABLE plain (id uuid PRIMARY KEY, body jsonb NOT NULL)")
        postgres.commit()
        try:
            push = timed(lambda: _push_plainly(postgres, plain, rows))
            plain.execute("DELETE FROM plain")
            pull = timed(lambda: _pull_plainly(postgres, plain))
        finally:
            postgres.rollback()
            postgres.execute("DROP TABLE plain")
    return push, pull


@contextmanager
def _plain_file(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE plain (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    try:
        yield connection
    finally:
        connection.close()
        path.unlink()


def _push_plainly(
    postgres: psycopg.Connection[Any], plain: sqlite3.Connection, rows: Sequence[tuple[str, str]]
) -> None:
    for first in range(0, len(rows), _BATCH):
        batch = rows[first : first + _BATCH]
        with postgres.cursor() as cursor, cursor.copy("COPY plain FROM STDIN") as copy:
            for row in batch:
                copy.write_row(row)
        postgres.commit()
        _insert_plainly(plain, batch)


def _pull_plainly(postgres: psycopg.Connection[Any], plain: sqlite3.Connection) -> None:
    last = "00000000-0000-0000-0000-000000000000"
    while page := postgres.execute(
        "SELECT id::text, body::text FROM plain WHERE id > %s ORDER BY id LIMIT %s", (last, _PAGE)
    ).fetchall():
        _insert_plainly(plain, page)
        last = page[-1][0]


def _insert_plainly(plain: sqlite3.Connection, rows: Sequence[tuple[str, str]]) -> None:
    plain.execute("BEGIN")
    plain.executemany("INSERT INTO plain VALUES (?, ?)", rows)
    plain.execute("COMMIT")
