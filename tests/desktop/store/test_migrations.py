"""Registers of earlier schemas open, whatever cuts their migration; what was typed is untouched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.backups import SnapshotReason
from desktop.domain.people import PersonId
from desktop.errors import ExternalError, Problem
from desktop.services.unlocking import open_register
from desktop.store import ledger
from desktop.store.connection import connect
from desktop.store.keys import DataKey
from desktop.store.migrations import MIGRATING_FILE, STEPS, Stage
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, person_row, search_people
from desktop.store.register import Register
from desktop.store.snapshots import list_snapshots, snapshots_folder
from desktop.store.tables import LISTS, METADATA, SCHEMA_VERSION
from forms.vietnamese import sort_key
from sync.protocol.chain import chain_over
from tests.desktop.store.edits import an_id, person, save
from tests.desktop.store.released import (
    PASSPHRASE,
    SCHEMAS,
    USER_NAME,
    every_row,
    layout,
    released,
)
from tests.support.children import SECONDS, was_cut
from tests.support.forking import forking
from tests.support.offices import QUICK

#: Tables a migration must hand on row by row.
_ALL = "SELECT * FROM "
KEPT = ("documents", "outbox", "buckets", "meta")


def _truth(path: Path, key: DataKey) -> dict[str, list[tuple[object, ...]]]:
    """The truth in a database file of any schema, without opening it as a register."""
    connection = connect(path, key=key, memory_security=False)
    rows = {name: connection.execute(_ALL + name).fetchall() for name in KEPT}
    rows["ledger"] = connection.execute("SELECT * FROM ledger ORDER BY n").fetchall()
    connection.close()
    return rows


def _require_kept(register: Register, before: dict[str, list[tuple[object, ...]]]) -> None:
    """Every row of before is there as it was."""
    for name in KEPT:
        kept = len(before[name][0]) if before[name] else 0  # later schemas add columns
        assert [row[:kept] for row in every_row(register, name)] == sorted(before[name]), name


def _schema(path: Path, key: DataKey) -> int:
    connection = connect(path, key=key, memory_security=False)
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    connection.close()
    return found


def test_every_released_schema_has_a_register_and_a_step() -> None:
    assert list(range(1, SCHEMA_VERSION)) == sorted(STEPS)
    assert set(range(1, SCHEMA_VERSION)) <= set(SCHEMAS)


def test_every_table_is_a_list_or_known_to_be_kept() -> None:
    tables = {table.name for table in METADATA.sorted_tables}
    assert {"documents", "outbox", "buckets", "ledger", "meta", "heads"} <= tables - set(LISTS)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_released_register_opens_with_everything_in_it(tmp_path: Path, schema: int) -> None:
    folder = tmp_path / "r"
    key = released(schema, folder)
    before = _truth(folder / "register.db", key)
    told: list[tuple[Stage, int, int]] = []
    with Register.open(folder, key=key, progress=lambda *step: told.append(step)) as register:
        _require_kept(register, before)
        lines = every_row(register, "ledger")
        assert lines[: len(before["ledger"])] == before["ledger"]
        assert "register.migrate" in lines[-1][1]
        assert ledger.verify(register).is_sound
        batch = RegisterOutbox(register).next_batch(limit=1000)
        with register.reading() as connection:
            head = connection.exec_driver_sql("SELECT chain FROM heads").scalar_one()
        assert chain_over(bytes.fromhex(batch.prev), batch.changes) == head
        with Register.create(tmp_path / "new", key=key, author="Lan") as new:
            assert layout(register) == layout(new)
        names = [row.full_name for row in search_people(register, "", limit=1000)]
        assert names == sorted(names, key=sort_key)
        assert len(names) == sum(row[2] == "person" for row in before["documents"])
        assert count_people(register, "anh") >= 3
        one = PersonId(an_id())
        save(register, person(one, full_name="Trần Thị Sau", id_number="003190000009"))
        found = person_row(register, one)
        assert found is not None and found.full_name == "Trần Thị Sau"
    assert [stage for stage in Stage if stage in {step[0] for step in told}] == list(Stage)
    assert all(0 <= done <= total for _, done, total in told)
    snapshot = list_snapshots(snapshots_folder(folder))[0]
    assert (snapshot.reason, snapshot.schema) == (SnapshotReason.MIGRATION, schema)
    assert _truth(snapshot.path / "register.db", key) == before


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_released_register_opens_with_its_passphrase(tmp_path: Path, schema: int) -> None:
    released(schema, tmp_path / "r")
    with open_register(
        tmp_path / "r", user_name=USER_NAME, passphrase=PASSPHRASE, cost=QUICK
    ) as register:
        assert count_people(register) > 0


def test_a_migrated_register_opens_again_without_a_word(tmp_path: Path) -> None:
    key = released(1, tmp_path / "r")
    Register.open(tmp_path / "r", key=key).close()
    told: list[object] = []
    Register.open(tmp_path / "r", key=key, progress=lambda *step: told.append(step)).close()
    assert told == []
    assert len(list_snapshots(snapshots_folder(tmp_path / "r"))) == 1


def test_lists_made_anew_are_what_saves_made_of_them(register: Register, key: DataKey) -> None:
    """Whatever lists come to be: a register put back by one schema migrates to the same rows."""
    folder = register.folder
    for number in range(30):
        save(register, person(an_id(), full_name=f"Lê Văn {number}", id_number=f"00319000{number}"))
    before = {name: every_row(register, name) for name in LISTS if name != "people_words"}
    with register.writing() as transaction:
        transaction.driver.execute("PRAGMA user_version = 1")
    register.close()
    with Register.open(folder, key=key) as migrated:
        assert {name: every_row(migrated, name) for name in before} == before
        assert count_people(migrated, "van") == 30


# Ends itself at the given call of the progress, as a power cut or the task manager would.
_CUT = """
import os, signal, sys
from pathlib import Path
from desktop.store.keys import DataKey
from desktop.store.register import Register
left = int(sys.argv[2])
def cut(*step):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
Register.open(Path(sys.argv[1]), key=DataKey(sys.stdin.buffer.read(32)), progress=cut).close()
"""


def test_a_cut_at_any_step_leaves_a_register_that_opens(tmp_path: Path) -> None:
    cuts = 0
    with forking(_CUT) as run:
        while True:
            folder = tmp_path / f"r{cuts}"
            key = released(1, folder)
            before = _truth(folder / "register.db", key)
            if not was_cut(run([str(folder), str(cuts)], key.reveal())):
                break
            assert _schema(folder / "register.db", key) in (1, SCHEMA_VERSION)
            with Register.open(folder, key=key) as register:
                _require_kept(register, before)
                assert ledger.verify(register).is_sound
            assert _schema(folder / "register.db", key) == SCHEMA_VERSION
            assert not (folder / MIGRATING_FILE).exists()
            assert not list(snapshots_folder(folder).glob("*.new"))
            cuts += 1
    assert cuts >= len(Stage)


# The system refuses to let any file grow past a limit, as a full disk does.
_FULL = """
import resource, signal, sys
from pathlib import Path
from desktop.errors import ExternalError
from desktop.store.keys import DataKey
from desktop.store.register import Register
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
try:
    Register.open(Path(sys.argv[1]), key=DataKey(sys.stdin.buffer.read(32))).close()
except ExternalError as error:
    print(error.problem.name)
else:
    print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX's")
def test_a_full_disk_leaves_the_register_as_it_was(tmp_path: Path) -> None:
    outcomes = []
    for number, limit in enumerate((300, 100_000, 233_000, 240_000, 300_000, 10_000_000)):
        folder = tmp_path / f"r{number}"
        key = released(1, folder)
        before = (folder / "register.db").read_bytes()
        command = [sys.executable, "-c", _FULL, str(folder), str(limit)]
        done = subprocess.run(
            command, input=key.reveal(), capture_output=True, check=True, timeout=SECONDS
        )
        assert done.stderr == b""
        outcomes.append(done.stdout.decode().strip())
        if outcomes[-1] != "done":
            assert (folder / "register.db").read_bytes() == before
            assert not (folder / MIGRATING_FILE).exists()
            Register.open(folder, key=key).close()
    assert set(outcomes[:-1]) <= {"DISK_FULL", "done"}
    assert outcomes[0] == outcomes[1] == "DISK_FULL"
    assert outcomes[-1] == "done"


def test_a_damaged_register_is_not_migrated(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    key = released(1, folder)
    path = folder / "register.db"
    whole = bytearray(path.read_bytes())
    whole[4096 * 20 + 100] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ExternalError) as error:
        Register.open(folder, key=key)
    assert error.value.problem is Problem.REGISTER_DAMAGED
    assert path.read_bytes() == whole
    assert list_snapshots(snapshots_folder(folder)) == []
