"""The engine on real registers and a real server: copies, restores, expiry, revocation, repair."""

from __future__ import annotations

import random
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from desktop.domain.syncing import SyncReport
from desktop.errors import Problem
from desktop.services.syncing import Syncing
from desktop.store import ledger
from desktop.store.holdings import holdings
from desktop.store.inbox import RegisterInbox
from desktop.training.people import households
from sync.client.engine import Portions
from sync.client.schedule import BatchSize, pause_seconds
from sync.protocol.documents import Role
from tests.support.backups import copy_of_database, restore_database
from tests.support.offices import AT_ONCE, Clock, Office
from tests.support.server import Province, ServerProcess
from tests.support.worker_form import employed

Officers = tuple[Office, Office]


def enter(office: Office, full_name: str, number: str) -> None:
    answers = employed(
        identity__full_name=full_name,
        identity__id_number=number,
        household__household_code=number,
    )
    office.records.save(office.records.open(None), answers=answers, confirmations={})


def sync(*offices: Office) -> SyncReport:
    for office in offices:
        report = office.syncing.run()
        assert report.problem is None, report
    return report


def names(office: Office) -> set[str]:
    return {row.full_name for row in office.people.search("", limit=100)}


def test_nothing_to_do_pushes_and_pulls_nothing(officers: Officers) -> None:
    sync(*officers)
    report = sync(officers[0])
    assert (report.pushed, report.pulled) == (0, 0)


def test_a_long_outbox_goes_in_growing_batches_and_comes_in_pages(officers: Officers) -> None:
    one, two = officers
    people = households(count=400, commune_code="99001", today=date(2026, 11, 22))
    one.records.preload(people)
    made = one.syncing.status().unsent
    assert made > 1000
    steps: list[tuple[int, int]] = []
    report = one.syncing.run(on_progress=lambda done, known: steps.append((done, known)))
    assert (report.problem, report.pushed) == (None, made)
    assert all(done <= known for done, known in steps)
    sizes = [after - before for before, after in pairwise([0, *(done for done, _ in steps)])]
    assert sizes[0] < 60 < 90 < sizes[1] < sizes[2]
    report = sync(two)
    assert report.pulled == made
    assert holdings(one.register) == holdings(two.register)


def test_a_register_restored_from_a_copy_goes_on_under_a_new_epoch(
    officers: Officers, tmp_path: Path, clock: Clock
) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one)
    folder, copy = one.register.folder, tmp_path / "copy"
    one.close()
    shutil.copytree(folder, copy)
    lost = Office.open(folder, author="Lê Thị Bình", clock=clock)
    enter(lost, "Trần Thị Hai", "003190000002")
    sync(lost)
    lost.close()

    restored = Office.open(copy, author="Lê Thị Bình", clock=clock)
    enter(restored, "Trần Thị Ba", "003190000003")
    report = sync(restored)
    assert report.pushed == 3
    sync(two)
    everybody = {"Trần Thị Một", "Trần Thị Hai", "Trần Thị Ba"}
    assert names(restored) == names(two) == everybody
    assert holdings(restored.register) == holdings(two.register)
    restored.close()


def test_a_server_restored_from_a_copy_gets_what_it_lost_again(
    officers: Officers, province: Province
) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one, two)
    copy = copy_of_database(province)
    enter(one, "Trần Thị Hai", "003190000002")
    sync(one, two)
    restore_database(province, copy)

    enter(one, "Trần Thị Ba", "003190000003")
    sync(one, two)
    everybody = {"Trần Thị Một", "Trần Thị Hai", "Trần Thị Ba"}
    assert names(one) == names(two) == everybody
    assert holdings(one.register) == holdings(two.register)
    assert one.syncing.status().unsent == 0


@pytest.mark.parametrize("goes_on", [False, True], ids=["nothing new", "a new edit"])
def test_what_a_copy_sent_is_not_lost_with_the_server_though_the_other_copy_took_its_numbers(
    officers: Officers, province: Province, tmp_path: Path, clock: Clock, goes_on: bool
) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one)
    folder, copy = one.register.folder, tmp_path / "copy"
    one.close()
    shutil.copytree(folder, copy)
    backup = copy_of_database(province)
    cloned = Office.open(copy, author="Lê Thị Bình", clock=clock)
    everybody = {"Trần Thị Một", "Trần Thị Hai", "Trần Thị Ba", "Trần Thị Tư"}
    enter(cloned, "Trần Thị Hai", "003190000002")
    enter(cloned, "Trần Thị Ba", "003190000003")
    sync(cloned)
    restore_database(province, backup)
    one = Office.open(folder, author="Lê Thị Bình", clock=clock)
    enter(one, "Trần Thị Tư", "003190000004")
    sync(one)
    if goes_on:
        enter(cloned, "Trần Thị Năm", "003190000005")
        everybody.add("Trần Thị Năm")
    sync(cloned)
    sync(two)
    assert names(two) == everybody
    assert names(cloned) == everybody
    assert holdings(cloned.register) == holdings(two.register)
    cloned.close()
    one.close()


def test_a_restored_server_is_noticed_without_a_new_edit(
    officers: Officers, province: Province
) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one, two)
    copy = copy_of_database(province)
    enter(one, "Trần Thị Hai", "003190000002")
    sync(one)
    restore_database(province, copy)

    sync(one, two)
    assert names(one) == names(two) == {"Trần Thị Một", "Trần Thị Hai"}
    assert holdings(one.register) == holdings(two.register)


def lose(office: Office, *, every: int) -> int:
    """As after a fault of the disk: every so manyth person is missing here. How many are?"""
    with office.register.writing() as transaction:
        driver = transaction.driver
        persons = driver.execute("SELECT doc FROM documents WHERE type = 'person' ORDER BY doc")
        lost = persons.fetchall()[::every] if every else []
        driver.executemany("DELETE FROM people WHERE doc = ?", lost)
        driver.executemany("DELETE FROM documents WHERE doc = ?", lost)
        driver.execute(
            "UPDATE buckets SET count = count - 1, digest = ? WHERE bucket = '99001/register'",
            ("f" * 32,),
        )
    return len(lost)


def held_digests(office: Office) -> object:
    inbox = RegisterInbox(office.register, clock=Clock(), author="")
    return inbox.digests(), inbox.marks()


def test_a_register_that_lacks_little_fetches_only_the_parts_that_differ(
    officers: Officers,
) -> None:
    one, two = officers
    one.records.preload(households(count=400, commune_code="99001", today=date(2026, 11, 22)))
    made = sync(one, two).pulled
    assert made > 1500
    assert lose(two, every=300) > 2
    report = sync(two)
    assert 2 < report.pulled < made / 20
    assert holdings(one.register) == holdings(two.register)
    assert held_digests(one) == held_digests(two)
    assert sync(two).pulled == 0


def test_parts_that_one_page_does_not_hold_are_fetched_one_after_the_other(
    officers: Officers,
) -> None:
    one, two = officers
    one.records.preload(households(count=100, commune_code="99001", today=date(2026, 11, 22)))
    made = sync(one, two).pulled
    two.syncing = Syncing(
        register=two.register, clock=Clock(), pace=AT_ONCE, portions=Portions(page_rows=20)
    )
    assert lose(two, every=20) > 8
    report = sync(two)
    assert 8 < report.pulled < made / 4
    received = [line.action for line in ledger.lines(two.register, limit=10)]
    assert received.count("sync.receive") > 2
    assert holdings(one.register) == holdings(two.register)
    assert held_digests(one) == held_digests(two)


def test_a_register_that_lacks_much_fetches_the_bucket_whole(officers: Officers) -> None:
    one, two = officers
    one.records.preload(households(count=100, commune_code="99001", today=date(2026, 11, 22)))
    sync(one, two)
    assert lose(two, every=1) > 200
    report = sync(two)
    assert report.pulled == sum(len(held) for held in holdings(one.register).values())
    assert holdings(one.register) == holdings(two.register)


def test_a_digest_that_was_kept_wrong_is_made_anew_and_nothing_fetched(officers: Officers) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one, two)
    assert lose(two, every=0) == 0
    assert sync(two).pulled == 0
    assert held_digests(one) == held_digests(two)


def test_what_waits_stays_on_top_of_a_part_that_is_fetched(officers: Officers) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one, two)
    [row] = two.people.search("", limit=2)
    with two.register.writing() as transaction:  # another version than the server's
        transaction.driver.execute(
            "UPDATE documents SET version = 7 WHERE id = ?", (row.person_id,)
        )
        transaction.driver.execute("UPDATE buckets SET digest = ?", ("f" * 32,))
    two.records.save(
        two.records.open(row.person_id),
        answers={**two.records.open(row.person_id).answers, "identity/full_name": "Trần Thị Hai"},
        confirmations={},
    )
    sync(two, one)
    assert names(one) == names(two) == {"Trần Thị Hai"}
    assert holdings(one.register) == holdings(two.register)


def test_a_token_that_expires_during_a_sync_is_replaced(
    officers: Officers, province: Province
) -> None:
    one, _ = officers
    people = households(count=60, commune_code="99001", today=date(2026, 11, 22))
    one.records.preload(people)
    expired: list[int] = []

    def expire(done: int, _known: int) -> None:
        if not expired:
            expired.append(done)
            with province.engine.begin() as connection:
                connection.execute(text("UPDATE tokens SET expires_at = now() - interval '1 hour'"))

    assert one.syncing.run(on_progress=expire).problem is None
    assert expired
    assert one.syncing.status().unsent == 0


def test_a_revoked_device_keeps_its_work_and_sends_it_after_a_new_enrolment(
    officers: Officers, province: Province, server: ServerProcess
) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one)
    enter(one, "Trần Thị Hai", "003190000002")
    assert one.syncing.enrolment() is not None
    with province.engine.begin() as connection:
        connection.execute(
            text("UPDATE devices SET revoked_at = now() WHERE id = :id"),
            {"id": getattr(one.syncing.enrolment(), "device_id", "")},
        )
    assert one.syncing.run().problem is Problem.DEVICE_REVOKED
    assert one.syncing.status().unsent == 3
    code = province.code(province.office(Role.OFFICER, "99001"), user="Lê Thị Bình")
    one.syncing.enrol(server_url=server.url, code=code)
    sync(one, two)
    assert names(one) == names(two) == {"Trần Thị Một", "Trần Thị Hai"}
    assert holdings(one.register) == holdings(two.register)


def test_a_batch_doubles_while_quick_and_halves_when_too_large() -> None:
    size = BatchSize()
    seen = [size.current]
    for _ in range(5):
        size.succeeded(seconds=0.5)
        seen.append(size.current)
    assert seen == [50, 100, 200, 400, 500, 500]
    size.succeeded(seconds=3)
    assert size.current == 500
    for _ in range(12):
        size.was_too_large()
    assert size.current == 1


@pytest.mark.parametrize("attempt", [1, 2, 5, 9, 50, 10_000])
def test_pauses_grow_to_five_minutes_with_full_jitter(attempt: int) -> None:
    longest = min(2.0 ** min(attempt - 1, 30), 300.0)
    drawn = random.Random(attempt).random
    assert pause_seconds(attempt, draw=lambda: 1.0) == longest
    assert pause_seconds(attempt, draw=lambda: 0.0) == 0
    assert 0 <= pause_seconds(attempt, draw=drawn) <= longest
