"""Nothing personal stands in any byte the store leaves on the disk, while open or after."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from desktop.store.change_lists import list_changes
from desktop.store.folder import key_path
from desktop.store.inbox import RegisterInbox
from desktop.store.keys import DataKey, KdfCost, create_key_file, unlock
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, search_people
from desktop.store.register import Register
from forms.vietnamese import search_key, sort_key
from sync.protocol.documents import DocumentType
from tests.desktop.store.edits import NOW, an_id, edit, household, person, row, save

NAMES = ("Nguyễn Thị Quỳnh Như", "Trần Đặng Khánh Hòa")
NUMBERS = ("003190123457", "012987654")
WORDS = ("Xóm Giếng Cổ", "quá hạn giấy tờ")
PASSPHRASE = "cây đa bến nước sân đình"

SQLITE_HEADER = b"SQLite format 3\0"


def _planted() -> list[bytes]:
    """What must not be found: each text, its keys and its words, as the files might spell it."""
    texts = {*NAMES, *NUMBERS, *WORDS, PASSPHRASE}
    texts |= {search_key(text) for text in texts} | {sort_key(name) for name in NAMES}
    texts |= {word for name in NAMES for word in name.split() if len(word) > 3}
    texts |= {search_key(word) for word in texts if " " not in word and len(word) > 4}
    return [text.encode(code) for text in texts for code in ("utf-8", "utf-16-le", "utf-16-be")]


def _leaks(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found += [f"{path.name}: {text!r}" for text in _planted() if text in content]
            if content.startswith(SQLITE_HEADER):
                found.append(f"{path.name}: not encrypted")
    return found


def _work(folder: Path, key: DataKey) -> Register:
    """Everything that touches the disk: saves, searches that sort, receiving, a bulk, a failure."""
    register = Register.create(folder, key=key, author="Lan")
    person_id = an_id()
    save(
        register,
        household(an_id(), hamlet=WORDS[0], head_person_id=person_id),
        person(person_id, full_name=NAMES[0], id_number=NUMBERS[0], old_id_number=NUMBERS[1]),
        edit(DocumentType.RECORD, an_id(), {"person_id": person_id, "answers.a/b": WORDS[1]}),
    )
    save(register, person(person_id, full_name=NAMES[1]))
    inbox = RegisterInbox(register, clock=lambda: NOW, author="Lan")
    received = row(an_id(), {"full_name": NAMES[0], "id_number": NUMBERS[0]}, version=1)
    inbox.apply_page(rows=[received], grants=[], drops=[], cursors={"99001/register": 1})
    many = ([person(an_id(), full_name=NAMES[n % 2], dwelling=WORDS[0])] for n in range(3000))
    register.save_bulk(many, author="Lan", at=NOW, action="preload")
    for text in (NAMES[0], "quynh nhu", NUMBERS[0][:6], "nt", ""):
        search_people(register, text, limit=50)
        count_people(register, text)
    list_changes(register, limit=100)
    RegisterOutbox(register).next_batch(limit=500)
    with register.reading() as connection:  # a sort too large for the cache
        connection.exec_driver_sql(
            "SELECT d.fields FROM documents AS d, (SELECT 1 FROM people LIMIT 20) "
            "ORDER BY d.fields || random()"
        ).all()
    return register


@pytest.mark.skipif(sys.platform == "win32", reason="TMPDIR is POSIX's")
def test_no_byte_on_the_disk_tells_a_name_or_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.chdir(temporary)
    folder = tmp_path / "register"
    folder.mkdir()
    key = create_key_file(
        key_path(folder), user_name="Lan", passphrase=PASSPHRASE, cost=KdfCost(64, 1, 1)
    )
    unlock(key_path(folder), user_name="Lan", passphrase=PASSPHRASE)
    register = _work(folder, key)
    assert (folder / "register.db-wal").stat().st_size > 0
    assert _leaks(tmp_path) == []
    register.close()
    assert _leaks(tmp_path) == []
    assert key.reveal() not in b"".join(
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    )
    assert capfd.readouterr() == ("", "")


def test_the_scan_would_find_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xx" + NAMES[0].encode("utf-16-le"))
    (tmp_path / "b").write_bytes(SQLITE_HEADER)
    (tmp_path / "c").write_text("nguyen thi quynh nhu", encoding="utf-8")
    assert {leak[0] for leak in _leaks(tmp_path)} == {"a", "b", "c"}


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_no_byte_is_left_in_clear_by_a_kill(tmp_path: Path, key: DataKey) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from desktop.store.keys import DataKey
from tests.desktop.store.test_plaintext import _work
_work(Path(sys.argv[1]), DataKey(sys.stdin.buffer.read(32)))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "r")],
        input=key.reveal(),
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=False,
    )
    assert (tmp_path / "r" / "register.db-wal").exists()
    assert _leaks(tmp_path) == []


def test_errors_of_the_database_hold_no_values(register: Register) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name=NAMES[0]))
    with pytest.raises(Exception, match="UNIQUE") as error, register.writing() as transaction:
        transaction.driver.execute(
            "INSERT INTO documents (id, type, bucket, version, fields, pending) "
            "VALUES (?, '', '', 0, ?, 0)",
            (document_id, NAMES[0]),
        )
    chain = [error.value, error.value.__cause__, error.value.__context__]
    assert not any(NAMES[0] in repr(each) or document_id in repr(each) for each in chain)
