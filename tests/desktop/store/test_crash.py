"""The program is killed at random while it saves: what was acknowledged is there, nothing is half.

kill -9 keeps what the system had written, so this proves atomicity, not the disk's honesty.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from desktop.domain.people import PersonId
from desktop.store import ledger
from desktop.store.keys import DataKey
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, person_row
from desktop.store.register import Register
from sync.protocol.chain import chain_over
from tests.desktop.store.edits import an_id, household, person, save
from tests.support.children import killed, line_of

# Says each save's number after it returned; the parent kills it whenever it likes.
_SAVING = """
import sys
from pathlib import Path
from desktop.store.keys import DataKey
from desktop.store.register import Register
from tests.desktop.store.edits import an_id, household, person, save, NOW
key = DataKey(sys.stdin.buffer.read(32))
register = Register.open(Path(sys.argv[1]), key=key)
print("open", flush=True)
number = 0
while True:
    number += 1
    one, two = an_id(), an_id()
    if sys.argv[2] == "bulk":
        saves = [[household(an_id(), code="1"), person(an_id(), full_name="Lê An")]
                 for _ in range(30)]
        register.save_bulk(saves, author="Lan", at=NOW, action="preload")
    else:
        save(register, household(one, code="1", head_person_id=two),
             person(two, full_name=f"Nguyễn Văn {number}", id_number="003", household_id=one))
        save(register, person(two, full_name=f"Nguyễn Thị {number}"))
    print(two, flush=True)
"""
_ROUNDS = 12


def _killed_while_saving(folder: Path, key: DataKey, *, how: str, after: int) -> list[str]:
    """The persons whose save was acknowledged before the kill."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SAVING, str(folder), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(key.reveal())
    process.stdin.close()
    assert line_of(process) == b"open\n"
    acknowledged = [line_of(process).decode().strip() for _ in range(after)]
    process.kill()
    rest = process.stdout.read().decode()
    killed(process)
    # A line that the kill cut is not an acknowledgement.
    return acknowledged + [line for line in rest.split("\n")[:-1] if line]


def _require_whole(register: Register) -> int:
    """Documents, lists, changes and ledger tell the same story; returns the number of persons."""
    batch = RegisterOutbox(register).next_batch(limit=1_000_000)
    assert [change.seq for change in batch.changes] == list(range(1, len(batch.changes) + 1))
    with register.reading() as connection:
        head = connection.exec_driver_sql("SELECT chain FROM heads").scalar_one()
        persons = connection.exec_driver_sql(
            "SELECT count(*) FROM documents WHERE type = 'person'"
        ).scalar_one()
        households = connection.exec_driver_sql("SELECT count(*) FROM households").scalar_one()
        assert connection.exec_driver_sql("PRAGMA quick_check").scalar_one() == "ok"
    assert chain_over(bytes.fromhex(batch.prev), batch.changes) == head
    assert (
        persons
        == households
        == count_people(register)
        == count_people(register, "n") + (count_people(register, "le"))
    )
    created = [change for change in batch.changes if change.kind == "create"]
    assert len(created) == persons + households
    assert ledger.verify(register).is_sound
    return int(persons)


@pytest.mark.parametrize("how", ["single", "bulk"])
def test_nothing_acknowledged_is_lost_and_nothing_is_half(
    tmp_path: Path, key: DataKey, how: str
) -> None:
    folder = tmp_path / "r"
    Register.create(folder, key=key, author="Lan").close()
    random = Random(1)
    acknowledged: list[str] = []
    for _ in range(_ROUNDS):
        done = _killed_while_saving(folder, key, how=how, after=random.randint(0, 9))
        acknowledged += done
        with Register.open(folder, key=key) as register:
            persons = _require_whole(register)
            if how == "single":
                assert persons >= len(acknowledged)
                for name in acknowledged:
                    found = person_row(register, PersonId(name))
                    assert found is not None
                    assert found.full_name.startswith("Nguyễn Thị ")
            else:
                assert persons % 30 == 0
                assert persons >= 30 * len(acknowledged)
    with Register.open(folder, key=key) as register:
        save(register, household(an_id(), code="1"), person(an_id(), full_name="Lê An"))
        _require_whole(register)


def test_a_kill_while_the_register_is_made_leaves_a_whole_one_or_none(
    tmp_path: Path, key: DataKey
) -> None:
    making = """
import sys
from pathlib import Path
from desktop.store.keys import DataKey
from desktop.store.register import Register
key = DataKey(sys.stdin.buffer.read(32))
for number in range(1000):
    print(number, flush=True)
    Register.create(Path(sys.argv[1]) / str(number), key=key, author="Lan").close()
"""
    random = Random(2)
    for round_number in range(6):
        parent = tmp_path / str(round_number)
        parent.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", making, str(parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        process.stdin.write(key.reveal())
        process.stdin.close()
        for _ in range(random.randint(1, 6)):
            line_of(process)
        killed(process)
        for folder in parent.iterdir():
            if not (folder / "register.db").exists():
                Register.create(folder, key=key, author="Lan").close()
            with Register.open(folder, key=key) as register:
                assert ledger.verify(register).lines == 1
