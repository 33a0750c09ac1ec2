"""The ledger: every save has a line, no line holds values, and no line can be touched unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.ledger import Action, FaultKind, LedgerCheck, Witness
from desktop.store import ledger
from desktop.store.register import Register
from tests.desktop.store.edits import NOW, an_id, person, save


def _tampered(register: Register, sql: str) -> LedgerCheck:
    with register.writing() as transaction:
        transaction.driver.execute(sql)
    return ledger.verify(register)


def _write_some(register: Register) -> None:
    for number in range(5):
        save(register, person(an_id(), full_name=f"Trần Văn {number}", id_number="003190000001"))


def test_each_save_and_each_note_is_a_line(register: Register) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    ledger.note(
        register, at=NOW, by="Hoa", action=Action.PERSON_VIEW, objects=[("person", document_id)]
    )
    view, saved, created = ledger.lines(register, limit=10)
    assert (created.n, created.by, created.action) == (1, "Lan", "register.create")
    assert (saved.by, saved.action) == ("Lan", "record.save")
    assert saved.objects == [("person", document_id)]
    assert (view.n, view.at) == (3, "2026-11-22T08:00:00+00:00")
    check = ledger.verify(register)
    assert (check.lines, check.faults, check.head) == (3, (), ledger.head(register))


def test_lines_hold_no_values(register: Register) -> None:
    _write_some(register)
    text = str(ledger.lines(register, limit=10))
    assert "Trần" not in text
    assert "0031" not in text


def test_a_bulk_names_its_changes(register: Register) -> None:
    saves = [[person(an_id(), full_name="Lê An")] for _ in range(60)]
    register.save_bulk(saves, author="Lan", at=NOW, action=Action.PERSON_PRELOAD)
    assert ledger.lines(register, limit=1)[0].objects == [("changes", "1-60")]


@pytest.mark.parametrize(
    ("sql", "faults"),
    [
        ("UPDATE ledger SET entry = replace(entry, 'Lan', 'Hoa') WHERE n = 3", {(3, "changed")}),
        (
            "UPDATE ledger SET hash = zeroblob(32) WHERE n = 2",
            {(2, "changed"), (3, "changed")},
        ),
        ("UPDATE ledger SET hash = zeroblob(32) WHERE n = 6", {(6, "changed")}),
        ("UPDATE heads SET ledger_hash = zeroblob(32)", {(6, "changed")}),
        ("DELETE FROM ledger WHERE n = 4", {(4, "missing")}),
        ("DELETE FROM ledger WHERE n = 1", {(1, "missing")}),
        ("DELETE FROM ledger WHERE n = 6", {(6, "cut")}),
        ("DELETE FROM ledger", {(1, "cut")}),
        ("UPDATE heads SET ledger_n = 4", {(4, "changed"), (5, "added"), (6, "added")}),
        (
            "UPDATE ledger SET entry = (SELECT entry FROM ledger WHERE n = 2), "
            "hash = (SELECT hash FROM ledger WHERE n = 2) WHERE n = 5",
            {(5, "moved"), (6, "changed")},
        ),
        ("UPDATE ledger SET n = -3 WHERE n = 2", {(-3, "added"), (2, "missing")}),
        ("INSERT INTO ledger (n, entry, hash) VALUES (7, '{}', zeroblob(32))", {(7, "added")}),
        ("UPDATE ledger SET entry = CAST(x'ff00' AS TEXT) WHERE n = 3", {(3, "changed")}),
        ("UPDATE ledger SET entry = entry || ' ' WHERE n = 3", {(3, "changed")}),
    ],
)
def test_a_changed_removed_moved_or_added_line_is_found(
    register: Register, sql: str, faults: set[tuple[int, str]]
) -> None:
    _write_some(register)
    assert ledger.verify(register).is_sound
    check = _tampered(register, sql)
    assert {(fault.n, fault.kind.value) for fault in check.faults} == faults
    assert check.broken_at == min(n for n, _ in faults)


def _rewrite(register: Register, *, keep: int) -> None:
    """What one with the data key can do: a shorter ledger that is sound in itself."""
    with register.writing() as transaction:
        driver = transaction.driver
        driver.execute("DELETE FROM ledger WHERE n > ?", (keep,))
        driver.execute(
            "UPDATE heads SET ledger_n = ?, ledger_hash = (SELECT hash FROM ledger WHERE n = ?)",
            (keep, keep),
        )


def test_a_cut_with_its_head_set_back_is_found_by_a_witness(register: Register) -> None:
    _write_some(register)
    early, late = ledger.head(register), None
    assert early.n == 6
    assert Witness.parsed(str(early)) == early
    _write_some(register)
    late = ledger.head(register)
    assert ledger.verify(register, witnesses=[early, late]).witnesses == 2
    _rewrite(register, keep=8)
    assert ledger.verify(register).is_sound
    check = ledger.verify(register, witnesses=[early, late])
    assert [(fault.n, fault.kind) for fault in check.faults] == [(11, FaultKind.REWRITTEN)]
    assert check.witnesses == 1
    _rewrite(register, keep=5)
    _write_some(register)  # as many lines again, with other contents
    [fault] = ledger.verify(register, witnesses=[early]).faults
    assert (fault.n, fault.kind) == (6, FaultKind.REWRITTEN)


@pytest.mark.parametrize("text", ["", "6", "6:", "6:zz", "-1:" + "0" * 64, "6:" + "0" * 63])
def test_what_is_no_witness_is_refused(text: str) -> None:
    assert Witness.parsed(text) is None


def test_checking_tells_how_far_it_is(register: Register) -> None:
    with register.writing() as transaction:
        for _ in range(4500):
            transaction.books.record(at=NOW, by="Lan", action=Action.PERSON_VIEW, objects=[])
    told: list[tuple[int, int]] = []
    ledger.verify(register, progress=lambda done, total: told.append((done, total)))
    assert told == [(2000, 4501), (4000, 4501), (4501, 4501)]


def test_a_purpose_stands_only_where_there_is_one(register: Register) -> None:
    ledger.note(register, at=NOW, by="Hoa", action=Action.PERSON_VIEW)
    ledger.note(register, at=NOW, by="Hoa", action=Action.LEDGER_EXPORT, purpose="Kiểm tra quý")
    with register.reading() as connection:
        texts = [row[0] for row in connection.exec_driver_sql("SELECT entry FROM ledger")]
    assert ["purpose" in text for text in texts] == [False, False, True]
    assert ledger.lines(register, limit=1)[0].purpose == "Kiểm tra quý"
    assert ledger.verify(register).is_sound


_CHANGES = st.one_of(
    st.tuples(st.just("byte"), st.integers(1, 12), st.integers(0, 10_000), st.integers(1, 255)),
    st.tuples(st.just("hash"), st.integers(1, 12), st.integers(0, 31), st.integers(1, 255)),
    st.tuples(st.just("delete"), st.integers(1, 12), st.just(0), st.just(0)),
    st.tuples(st.just("swap"), st.integers(1, 12), st.integers(1, 12), st.booleans()),
    st.tuples(st.just("insert"), st.integers(1, 13), st.integers(1, 12), st.booleans()),
    st.tuples(st.just("renumber"), st.integers(1, 12), st.integers(13, 99), st.just(0)),
)


def _mutated(
    rows: list[tuple[int, bytes, bytes]], change: tuple[str, int, int, int]
) -> list[tuple[int, bytes, bytes]]:
    """The table after a hand was at it."""
    what, n, other, how = change
    lines = {row[0]: row for row in rows}
    if what == "byte":
        text = bytearray(lines[n][1])
        text[other % len(text)] ^= how
        lines[n] = (n, bytes(text), lines[n][2])
    elif what == "hash":
        kept = bytearray(lines[n][2])
        kept[other] ^= how
        lines[n] = (n, lines[n][1], bytes(kept))
    elif what == "delete":
        del lines[n]
    elif what == "swap":
        one, two = lines[n], lines[other]
        lines[n] = (n, two[1], two[2] if how else one[2])
        lines[other] = (other, one[1], one[2] if how else two[2])
    elif what == "renumber":
        lines[other] = (other, *lines.pop(n)[1:])
    else:  # a copy of a line before line n, the others move on
        copied = lines[other]
        moved = {(m if m < n else m + 1): row for m, row in lines.items()}
        lines = {m: (m, *row[1:]) for m, row in moved.items()}
        lines[n] = (n, *copied[1:])
        if how:  # and the number of the last line is set to fit
            lines[0] = (0, b"", b"")
    return list(lines.values())


@given(change=_CHANGES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_a_real_ledger_is_found(
    written: Register, change: tuple[str, int, int, int]
) -> None:
    with written.reading() as connection:
        rows = [
            tuple(row)
            for row in connection.exec_driver_sql(
                "SELECT n, CAST(entry AS BLOB), hash FROM ledger ORDER BY n"
            )
        ]
    changed = _mutated(rows, change)
    head = len(changed) - 1 if any(row[0] == 0 for row in changed) else len(rows)
    changed = [row for row in changed if row[0] > 0]
    _replace(written, changed, head)
    check = ledger.verify(written)
    _replace(written, rows, len(rows))
    assert check.is_sound == (sorted(changed) == rows)
    assert ledger.verify(written).is_sound


def _replace(register: Register, rows: Sequence[tuple[int, bytes, bytes]], head: int) -> None:
    with register.writing() as transaction:
        transaction.driver.execute("DELETE FROM ledger")
        transaction.driver.executemany(
            "INSERT INTO ledger (n, entry, hash) VALUES (?, CAST(? AS TEXT), ?)", rows
        )
        transaction.driver.execute("UPDATE heads SET ledger_n = ?", (head,))


@pytest.fixture
def written(register: Register) -> Register:
    """A ledger of twelve lines."""
    _write_some(register)
    for number in range(6):
        ledger.note(
            register, at=NOW, by="Hoa", action=Action.PERSON_VIEW, objects=[("person", str(number))]
        )
    return register


def test_the_chain_goes_on_after_reopening(
    register: Register, reopened: Callable[[], Register]
) -> None:
    _write_some(register)
    again = reopened()
    _write_some(again)
    check = ledger.verify(again)
    assert (check.lines, check.is_sound) == (11, True)
