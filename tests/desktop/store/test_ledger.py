"""The ledger: every save has a line, no line holds values, and no line can be touched unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.store import ledger
from desktop.store.register import Register
from tests.desktop.store.edits import NOW, an_id, person, save


def _tampered(register: Register, sql: str) -> ledger.LedgerCheck:
    with register.writing() as transaction:
        transaction.driver.execute(sql)
    return ledger.verify(register)


def _write_some(register: Register) -> None:
    for number in range(5):
        save(register, person(an_id(), full_name=f"Trần Văn {number}", id_number="003190000001"))


def test_each_save_and_each_note_is_a_line(register: Register) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    ledger.note(register, at=NOW, by="Hoa", action="record.view", objects=[("person", document_id)])
    view, saved, created = ledger.lines(register, limit=10)
    assert (created.n, created.by, created.action) == (1, "Lan", "register.create")
    assert (saved.by, saved.action) == ("Lan", "record.save")
    assert saved.objects == [("person", document_id)]
    assert (view.n, view.at) == (3, "2026-11-22T08:00:00+00:00")
    assert ledger.verify(register) == ledger.LedgerCheck(lines=3, broken_at=None)


def test_lines_hold_no_values(register: Register) -> None:
    _write_some(register)
    text = str(ledger.lines(register, limit=10))
    assert "Trần" not in text
    assert "0031" not in text


def test_a_bulk_names_its_changes(register: Register) -> None:
    saves = [[person(an_id(), full_name="Lê An")] for _ in range(60)]
    register.save_bulk(saves, author="Lan", at=NOW, action="preload")
    assert ledger.lines(register, limit=1)[0].objects == [("changes", "1-60")]


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE ledger SET entry = replace(entry, 'Lan', 'Hoa') WHERE n = 3", 3),
        ("UPDATE ledger SET hash = zeroblob(32) WHERE n = 2", 2),
        ("DELETE FROM ledger WHERE n = 4", 4),
        ("DELETE FROM ledger WHERE n = 1", 1),
        ("DELETE FROM ledger WHERE n = 6", 6),
        ("DELETE FROM ledger", 1),
        (
            "UPDATE ledger SET entry = (SELECT entry FROM ledger WHERE n = 2), "
            "hash = (SELECT hash FROM ledger WHERE n = 2) WHERE n = 5",
            5,
        ),
        ("UPDATE ledger SET n = CASE n WHEN 2 THEN -3 ELSE n END WHERE n = 2", 1),
        ("INSERT INTO ledger (n, entry, hash) VALUES (7, '{}', zeroblob(32))", 7),
    ],
)
def test_a_changed_removed_moved_or_added_line_is_found(
    register: Register, sql: str, broken_at: int
) -> None:
    _write_some(register)
    assert ledger.verify(register).is_sound
    check = _tampered(register, sql)
    assert not check.is_sound
    assert check.broken_at == broken_at


def test_the_chain_goes_on_after_reopening(
    register: Register, reopened: Callable[[], Register]
) -> None:
    _write_some(register)
    again = reopened()
    _write_some(again)
    assert ledger.verify(again) == ledger.LedgerCheck(lines=11, broken_at=None)
