"""What encryption costs, beside plain sqlite3 in the same run.

Three baselines, from the fairest to the hardest, all with WAL and synchronous=FULL, so that each
commit of each side flushes the disk:

* ``bulk_ratio``, ``save_ratio``: the same program with the same tables and statements on a plain
  sqlite3 file. This is what encryption costs; the targets are about it.
* ``…_direct_ratio``: a program without any layer that saves the same edits into the same tables
  (``_plain_register.py``).
* ``…_statements_ratio``: the bare statements replayed with ready values: the driver and the disk
  alone, without making ids, keys, JSON or hashes.

``bulk``: 100,000 persons with their households, lists, changes and ledger. ``save``: one form (a
person's dwelling and five of a record's twenty-five answers), all sides in turn. ``…_memsec``: with
SQLCipher's ``cipher_memory_security`` on, in a process of its own because it cannot be switched
off again. ``p95_ms_100k``: search as one types, over names and numbers, every prefix of each.

Ratios of bulk are medians of rounds taken in turn, because the machine is never idle. Files lie in
the system's temporary folder, which must be on a real disk.
"""

from __future__ import annotations

import gc
import itertools
import json as json_text
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from desktop.store import connection as connections
from desktop.store import copying
from desktop.store import transaction as transactions
from desktop.store.documents import Edit
from desktop.store.driver import Driver, Rows, driver_of
from desktop.store.keys import DataKey
from desktop.store.people import count_people, search_people
from desktop.store.register import Register
from desktop.training.people import households
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_id_text
from tests.bench._plain_register import PlainRegister

PERSONS = 100_000
_ROUNDS = 3
_SAVES = 400
_PER_TRANSACTION = 2000
_COMMUNE = "99001"
_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_UNIX_MS = int(_NOW.timestamp() * 1000)
_KEY = DataKey.new()

#: A statement with its values, and whether they are those of many rows.
Statement = tuple[str, Sequence[Any], bool]


def run(*, json: bool) -> dict[str, float]:
    """All figures; about three minutes."""
    figures = measure(persons=PERSONS, rounds=_ROUNDS, memory_security=False, search=True)
    script = (
        "import json; from tests.bench.store import measure\n"
        "figures = measure(persons=100_000, rounds=1, memory_security=True, search=False)\n"
        "print(json.dumps(figures))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    slower = json_text.loads(done.stdout)
    figures |= {f"{name}_memsec": value for name, value in slower.items() if "ratio" in name}
    if not json:
        for name, value in figures.items():
            print(f"{name:32} {value:10.3f}")
    return figures


def measure(*, persons: int, rounds: int, memory_security: bool, search: bool) -> dict[str, float]:
    """The figures of one process."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-bench-") as name:
        folder = Path(name)
        saves = list(_saves(persons))
        gc.collect()
        gc.freeze()  # a hundred thousand waiting edits are not the store's to walk through
        statements = _statements_of_bulk(folder / "first", saves, memory_security)
        ours, same, direct, bare = [], [], [], []
        for number in range(rounds):
            ours.append(_bulk(folder / f"r{number}", saves, memory_security))
            with _unencrypted():
                same.append(_bulk(folder / f"u{number}", saves, False))
            direct.append(_bulk_direct(folder / "direct.db", saves))
            bare.append(_replayed(folder / "bare.db", statements))
            _remove(folder / f"u{number}", folder / "direct.db", folder / "bare.db")
            if number:
                _remove(folder / f"r{number}")
        del statements
        figures = {
            "bulk_s": statistics.median(ours),
            "bulk_plain_s": statistics.median(same),
            "bulk_ratio": _ratio(ours, same),
            "bulk_direct_ratio": _ratio(ours, direct),
            "bulk_statements_ratio": _ratio(ours, bare),
        }
        register, figures["open_ms"] = _opened(folder / "r0", memory_security)
        with register:
            if search:
                figures |= _search(register, saves)
            figures |= _single_saves(register, folder, saves)
    return {name: round(value, 3) for name, value in figures.items()}


def _saves(persons: int) -> Iterator[list[Edit]]:
    """Households with their persons, as a commune's list is loaded first."""
    made = 0
    for seed in itertools.count(1):
        for home in households(
            count=10_000, commune_code=_COMMUNE, today=date(2026, 11, 1), seed=seed
        ):
            head = next((p.person_id for p in home.persons if p.is_head), "")
            yield [
                _edit(
                    DocumentType.HOUSEHOLD,
                    home.household_id,
                    {**home.fields, "hamlet": home.hamlet, "code": home.code}
                    | {"head_person_id": head},
                ),
                *(
                    _edit(
                        DocumentType.PERSON,
                        person.person_id,
                        {**person.fields, "household_id": home.household_id}
                        | {"relation_to_head": person.relation_to_head},
                    )
                    for person in home.persons
                ),
            ]
            made += len(home.persons)
            if made >= persons:
                return


def _edit(kind: DocumentType, document_id: str, fields: dict[str, Any]) -> Edit:
    return Edit(kind, document_id, _COMMUNE, fields)


def _bulk(folder: Path, saves: Sequence[Sequence[Edit]], memory_security: bool) -> float:
    with Register.create(
        folder, key=_KEY, author="Lan", memory_security=memory_security
    ) as register:
        return _timed(lambda: register.save_bulk(saves, author="Lan", at=_NOW, action="preload"))


def _bulk_direct(path: Path, saves: Sequence[Sequence[Edit]]) -> float:
    plain = PlainRegister(path)
    at = _NOW.isoformat(timespec="seconds")

    def save_all() -> None:
        for first in range(0, len(saves), _PER_TRANSACTION):
            plain.save(saves[first : first + _PER_TRANSACTION], at=at, unix_ms=_UNIX_MS)

    seconds = _timed(save_all)
    plain.close()
    return seconds


def _remove(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def _unencrypted() -> Iterator[None]:
    """Registers opened within are plain sqlite3 files; everything above the driver is the same."""

    def connect(path: Path, *, key: DataKey, memory_security: bool) -> sqlite3.Connection:
        del key, memory_security
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for statement in connections._SETTINGS:
            connection.execute(statement).fetchall()
        return connection

    encrypted = connections.connect
    connections.connect = copying.connect = connect  # type: ignore[attr-defined]  # the same door
    try:
        yield
    finally:
        connections.connect = copying.connect = encrypted  # type: ignore[attr-defined]


class _Recorder:
    """Stands between the store and the driver and writes down every statement."""

    def __init__(self, driver: Driver, log: list[Statement]) -> None:
        self._driver = driver
        self._log = log

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        self._log.append((sql, tuple(parameters), False))
        return self._driver.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Rows:
        self._log.append((sql, list(parameters), True))
        return self._driver.executemany(sql, parameters)


@contextmanager
def _recording(transaction_logs: list[list[Statement]]) -> Iterator[None]:
    """Each transaction's statements, its beginning and end included."""

    def recorder(connection: Any) -> Driver:
        log: list[Statement] = [("BEGIN IMMEDIATE", (), False)]
        transaction_logs.append(log)
        return _Recorder(driver_of(connection), log)

    transactions.driver_of = recorder  # type: ignore[attr-defined]  # measured from outside
    try:
        yield
    finally:
        transactions.driver_of = driver_of  # type: ignore[attr-defined]
        for log in transaction_logs:
            log.append(("COMMIT", (), False))


def _statements_of_bulk(
    folder: Path, saves: Sequence[Sequence[Edit]], memory_security: bool
) -> list[list[Statement]]:
    logs: list[list[Statement]] = []
    with _recording(logs):
        _bulk(folder, saves, memory_security)
    shutil.rmtree(folder)
    return logs


def _replay(connection: sqlite3.Connection, log: Sequence[Statement]) -> None:
    for sql, parameters, is_many in log:
        if is_many:
            connection.executemany(sql, parameters)
        else:
            connection.execute(sql, parameters).fetchall()


def _replayed(path: Path, logs: Sequence[Sequence[Statement]]) -> float:
    plain = PlainRegister(path)

    def replay_all() -> None:
        for log in logs:
            _replay(plain.connection, log)

    seconds = _timed(replay_all)
    plain.close()
    return seconds


def _opened(folder: Path, memory_security: bool) -> tuple[Register, float]:
    """The register, and how many milliseconds opening takes (after the passphrase's own time)."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        register = Register.open(folder, key=_KEY, memory_security=memory_security)
        times.append((time.perf_counter() - started) * 1000)
        register.close()
    register = Register.open(folder, key=_KEY, memory_security=memory_security)
    return register, statistics.median(times)


def _search(register: Register, saves: Sequence[Sequence[Edit]]) -> dict[str, float]:
    """Typing forty names and numbers letter by letter, a page of fifty rows at each letter."""
    step = len(saves) // 30
    persons = [save[1].fields for save in saves[::step]]
    texts = [str(fields["full_name"]) for fields in persons]
    texts += [str(fields["id_number"]) for fields in persons[::3] if "id_number" in fields]
    times, counts = [], []
    for text in texts:
        for length in range(1, len(text) + 1):
            times.append(_timed(partial(search_people, register, text[:length], limit=50)) * 1000)
            counts.append(_timed(partial(count_people, register, text[:length])) * 1000)
    first_page = _timed(partial(search_people, register, "", limit=100)) * 1000
    return {
        "p50_ms_100k": statistics.median(times),
        "p95_ms_100k": _p95(times),
        "count_p95_ms_100k": _p95(counts),
        "first_page_ms_100k": first_page,
    }


def _single_saves(
    register: Register, folder: Path, saves: Sequence[Sequence[Edit]]
) -> dict[str, float]:
    """One form saved after another, in turn in the register and in its three baselines."""
    direct = PlainRegister(folder / "direct.db")
    bare = PlainRegister(folder / "bare.db")
    at = _NOW.isoformat(timespec="seconds")
    for database in (direct, bare):
        database.save(saves, at=at, unix_ms=_UNIX_MS)
    with _unencrypted():
        same = Register.create(folder / "same", key=_KEY, author="Lan")
        same.save_bulk(saves, author="Lan", at=_NOW, action="preload")

    def save(into: Register, edits: Sequence[Edit]) -> None:
        into.save(edits, author="Lan", at=_NOW, action="record.save")

    persons = [save[1].document_id for save in saves[:_SAVES]]
    records = [new_id_text(unix_ms=_UNIX_MS) for _ in persons]
    times: dict[str, list[float]] = {"ours": [], "same": [], "direct": [], "bare": []}
    for version in range(3):  # made first; the edits that follow are measured
        for person_id, record_id in zip(persons, records, strict=True):
            edits = _form(person_id, record_id, version)
            logs: list[list[Statement]] = []
            with _recording(logs):
                save(register, edits)
            save(same, edits)
            direct.save([edits], at=at, unix_ms=_UNIX_MS)
            _replay(bare.connection, logs[0])
            if version:
                again = _form(person_id, record_id, version + 10)
                times["ours"].append(_timed(partial(save, register, again)))
                times["same"].append(_timed(partial(save, same, again)))
                times["direct"].append(
                    _timed(partial(direct.save, [again], at=at, unix_ms=_UNIX_MS))
                )
                times["bare"].append(_timed(partial(_replay, bare.connection, _repeated(logs[0]))))
    same.close()
    direct.close()
    bare.close()
    typical = {name: statistics.median(values) for name, values in times.items()}
    return {
        "save_ms": typical["ours"] * 1000,
        "save_plain_ms": typical["same"] * 1000,
        "save_ratio": typical["ours"] / typical["same"],
        "save_direct_ratio": typical["ours"] / typical["direct"],
        "save_statements_ratio": typical["ours"] / typical["bare"],
    }


def _repeated(log: Sequence[Statement]) -> list[Statement]:
    """The same statements once more: appended lines get the places after the last."""
    moved: list[Statement] = []
    for sql, parameters, is_many in log:
        if sql.startswith(("INSERT INTO outbox", "INSERT INTO ledger")):
            parameters = [(row[0] + (1 << 39), *row[1:]) for row in parameters]
        moved.append((sql, parameters, is_many))
    return moved


def _form(person_id: str, record_id: str, version: int) -> list[Edit]:
    """A person's dwelling, and five new answers of a record's twenty-five."""
    answers = {
        f"answers.work/q{number}": f"v{version if number % 5 == 0 else 0} {number}"
        for number in range(25)
    }
    about = {"person_id": person_id, "form_id": "tt11_2022_m03", "form_version": "2022-08-15"}
    flags = ["ID_003"]
    return [
        _edit(DocumentType.PERSON, person_id, {"dwelling": f"Thôn {version}", "flags": flags}),
        _edit(DocumentType.RECORD, record_id, about | answers),
    ]


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
