"""The ledger's service: sentences, witnesses of snapshots, exports with a purpose."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from desktop.domain.ledger import (
    GROUPS,
    Action,
    ActionGroup,
    FaultKind,
    LedgerQuery,
    SearchKind,
    Witness,
)
from desktop.domain.records import SavedForm
from desktop.domain.wording import ACTION_WORDS, GROUP_WORDS
from desktop.errors import Problem, UserError
from desktop.services.backups import Backups
from desktop.services.ledger import Ledger
from desktop.services.restoring import Restoring
from desktop.store.register import Register
from desktop.store.snapshots import DESCRIPTION_FILE
from tests.support.offices import PASSPHRASE, QUICK, Clock, Office
from tests.support.worker_form import employed

_ALL = LedgerQuery()


@pytest.fixture
def book(office: Office, clock: Clock) -> Ledger:
    """The ledger of the office."""
    return Ledger(register=office.register, author="Lê Thị Bình", clock=clock)


def _somebody(office: Office) -> SavedForm:
    return office.records.save(office.records.open(None), answers=employed(), confirmations={})


def test_every_action_has_its_group_and_its_words() -> None:
    grouped = [action for actions in GROUPS.values() for action in actions]
    assert sorted(grouped) == sorted(Action)
    assert set(ACTION_WORDS) == set(Action)
    assert set(GROUP_WORDS) == set(GROUPS) == set(ActionGroup)


def test_a_view_is_told_with_the_name_that_is_in_the_register_now(
    office: Office, book: Ledger
) -> None:
    saved = _somebody(office)
    name = employed()["identity/full_name"]
    book.viewed(Action.PERSON_VIEW, saved.person_id)
    book.viewed(Action.PERSON_VIEW, "01a20244-e801-7d35-b20b-f5947769d4c5")
    gone, here = book.rows(_ALL, limit=2)
    assert here.sentence == f"Lê Thị Bình mở hồ sơ của {name}."
    assert gone.sentence == "Lê Thị Bình mở hồ sơ của 01a20244-e801-7d35-b20b-f5947769d4c5."
    assert here.line.objects == (("person", saved.person_id),)
    assert str(name) not in str(book.lines(_ALL, limit=9))
    assert book.name_of(saved.person_id) == name


def test_a_search_tells_its_kind_and_how_many_were_found(book: Ledger) -> None:
    for kind in SearchKind:
        book.searched(kind, found=12)
    assert [row.sentence for row in book.rows(_ALL, limit=3)] == [
        "Lê Thị Bình lọc danh sách, thấy 12 người.",
        "Lê Thị Bình tìm người theo số, thấy 12 người.",
        "Lê Thị Bình tìm người theo tên, thấy 12 người.",
    ]


def test_every_line_about_a_person_is_found(office: Office, book: Ledger) -> None:
    one, other = _somebody(office), _somebody(office)
    book.viewed(Action.PERSON_VIEW, one.person_id)
    book.viewed(Action.PERSON_VIEW, other.person_id)
    found = book.lines(LedgerQuery(objects=book.about(one.person_id)), limit=9)
    assert [line.action for line in found] == ["person.view", "record.save"]


def test_checking_is_a_line_and_makes_anew_by_what_lines_are_found(
    office: Office, book: Ledger
) -> None:
    _somebody(office)
    assert book.count(_ALL) == 2
    with office.register.writing() as transaction:
        transaction.driver.execute("DELETE FROM ledger_lines WHERE n = 1")
    assert book.count(_ALL) == 1
    check = book.check()
    assert (check.is_sound, check.lines) == (True, 2)
    assert book.count(_ALL) == 3
    assert book.rows(_ALL, limit=1)[0].sentence == "Lê Thị Bình kiểm tra nhật ký: nguyên vẹn."


def _cut(register: Register, keep: int) -> None:
    with register.writing() as transaction:
        driver = transaction.driver
        driver.execute("DELETE FROM ledger WHERE n > ?", (keep,))
        driver.execute(
            "UPDATE heads SET ledger_n = ?, ledger_hash = (SELECT hash FROM ledger WHERE n = ?)",
            (keep, keep),
        )


def test_a_snapshot_knows_where_the_ledger_was(office: Office, book: Ledger, clock: Clock) -> None:
    for _ in range(3):
        _somebody(office)
    backups = Backups(register=office.register, clock=clock, author="Lê Thị Bình")
    snapshot = backups.now().snapshot
    assert snapshot is not None
    assert '"last_line_hash":"' in (snapshot.path / DESCRIPTION_FILE).read_text()
    assert book.check().witnesses == 1
    _cut(office.register, 2)
    check = book.check()
    assert [fault.kind for fault in check.faults] == [FaultKind.REWRITTEN]
    assert not check.is_sound


def test_after_a_restore_the_snapshots_before_it_speak_of_another_ledger(
    tmp_path: Path, clock: Clock
) -> None:
    folder = tmp_path / "so"
    office = Office.create(folder, author="Lê Thị Bình", clock=clock)
    backups = Backups(register=office.register, clock=clock)
    early = backups.now().snapshot
    for _ in range(5):
        _somebody(office)
    late = backups.now().snapshot
    assert early is not None
    assert late is not None
    office.close()
    Restoring(
        folder=folder, user_name="Lê Thị Bình", passphrase=PASSPHRASE, clock=clock, cost=QUICK
    ).restore(early.path)
    office = Office.open(folder, author="Lê Thị Bình", clock=clock)
    book = Ledger(register=office.register, author="Lê Thị Bình", clock=clock)
    assert book.check().is_sound
    for _ in range(9):
        _somebody(office)
    assert book.check().is_sound
    office.close()


def test_a_witness_from_outside_is_asked(office: Office, book: Ledger) -> None:
    head = book.check().head
    assert book.check(witnesses=[head]).witnesses == 1
    assert not book.check(witnesses=[Witness(head.n, "0" * 64)]).is_sound


def test_an_export_is_texts_only_and_a_line_with_its_purpose(
    office: Office, book: Ledger, tmp_path: Path
) -> None:
    saved = _somebody(office)
    odd = Ledger(register=office.register, author='=HYPERLINK("x")', clock=Clock())
    odd.viewed(Action.PERSON_VIEW, saved.person_id)
    told: list[tuple[int, int]] = []
    path = tmp_path / "nhat-ky.xlsx"
    count = book.export(
        path, _ALL, purpose="  Đoàn kiểm tra quý 4 ", progress=lambda *step: told.append(step)
    )
    assert count == 3
    assert told == [(3, 3)]
    line = book.lines(_ALL, limit=1)[0]
    assert (line.action, line.purpose) == ("ledger.export", "Đoàn kiểm tra quý 4")
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]][:3] == ["Số", "Lúc", "Người làm"]
    assert {cell.data_type for row in rows for cell in row if cell.value} == {"s"}
    values = [[cell.value for cell in row] for row in rows[1:]]
    assert [row[0] for row in values] == ["3", "2", "1"]
    formula = rows[1][2]
    assert (formula.value, formula.quotePrefix) == ('=HYPERLINK("x")', True)
    text = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in text
    assert str(employed()["identity/full_name"]) not in text
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.endswith(".part")] == []


def test_an_export_without_a_purpose_is_refused(book: Ledger, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        book.export(tmp_path / "x.xlsx", _ALL, purpose=" ")
    assert error.value.problem is Problem.PURPOSE_MISSING
    assert not (tmp_path / "x.xlsx").exists()
    assert book.lines(_ALL, limit=1)[0].action == "register.create"
