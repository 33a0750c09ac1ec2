"""Offices without a network exchange sealed files; in the end all hold what the server has."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from desktop.domain.checks import CheckAnswer
from desktop.domain.ledger import Action
from desktop.domain.parcels import ParcelKind
from desktop.domain.people import CheckState
from desktop.errors import Problem
from desktop.services.parcels import Parcels
from desktop.store import ledger
from desktop.store.holdings import holdings
from sync.protocol.documents import Role
from sync.protocol.parcel import SUFFIX
from sync.server.parcels import receive
from sync.server.settings import Settings
from tests.e2e.conftest import MakeOffice
from tests.e2e.test_three_offices import digests, enter, sync
from tests.support.backups import copy_of_database, restore_database
from tests.support.offices import Clock, Office
from tests.support.server import Province
from tests.support.worker_form import JOB_TITLE

FLAGGED = "Lý Thị Sai"


def parcels_of(office: Office) -> Parcels:
    """The file desk of an office."""
    return Parcels(register=office.register, syncing=office.syncing, clock=Clock())


def send(sender: Office, to: Role | None, stick: Path) -> Path:
    """A parcel for the first device of a role, or for the server."""
    desk = parcels_of(sender)
    role = "" if to is None else to.value
    recipient = next(one for one in desk.recipients() if one.role == role)
    return desk.send(recipient.key, stick).path


def flag(officer: Office) -> None:
    """A person whose number contradicts the birth year."""
    enter(
        officer,
        reason="Giấy khai sinh ghi 1985",
        identity__full_name=FLAGGED,
        identity__birth_date="1985",
        identity__id_number="003190000077",
        household__household_code="01-00009",
    )


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A USB stick."""
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


@pytest.fixture
def officer(make_office: MakeOffice) -> Office:
    return make_office(Role.OFFICER, "Lê Thị Bình")


@pytest.fixture
def police(make_office: MakeOffice) -> Office:
    return make_office(Role.POLICE, "Công an Suối Mẫu")


@pytest.fixture
def met(officer: Office, police: Office) -> tuple[Office, Office]:
    """Both have synced once, long ago: they know each other's keys. Now there is no network."""
    sync(officer, police, officer)
    return officer, police


def test_a_check_goes_to_the_police_and_back_by_stick_before_the_server_knows_of_it(
    met: tuple[Office, Office], stick: Path
) -> None:
    officer, police = met
    flag(officer)
    unsent = officer.syncing.status().unsent

    parcel = send(officer, Role.POLICE, stick)
    preview = parcels_of(police).inspect(parcel)
    assert (preview.kind, preview.documents) == (ParcelKind.FROM_OFFICE, 1)
    assert police.checks.queue() == []
    report = parcels_of(police).receive(parcel)
    assert (report.new, report.answered, report.refused) == (1, 0, 0)
    [case] = police.checks.queue()
    assert case.identity["full_name"] == FLAGGED
    assert JOB_TITLE not in str(holdings(police.register))
    assert JOB_TITLE in str(holdings(officer.register))
    assert parcels_of(police).count_unconfirmed() == 1

    police.checks.answer(case.check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1990-02-03"})
    report = parcels_of(officer).receive(send(police, Role.OFFICER, stick))
    assert (report.new, report.answered) == (0, 1)
    [row] = officer.people.search(FLAGGED, limit=2)
    assert officer.records.open(row.person_id).check is CheckState.DIFFERS
    [waiting] = parcels_of(officer).unconfirmed(limit=9)
    assert (waiting.title, waiting.is_new) == (FLAGGED, False)
    # Neither has sent anything as its own that is not.
    assert officer.syncing.status().unsent == unsent
    assert police.syncing.status().unsent == 1

    # The commune gets a connection: first its own changes, then the police's sealed parcel.
    sync(officer)
    carried = parcels_of(officer).receive(send(police, None, stick))
    assert carried.preview.kind is ParcelKind.TO_CARRY
    assert carried.answer is not None
    done = parcels_of(police).receive(carried.answer)
    assert (done.receipted, done.held, done.problem) == (1, 0, None)
    assert police.syncing.status().unsent == 0
    sync(officer)
    for office in (officer, police):
        assert parcels_of(office).count_unconfirmed() == 0
    check = "99001/check"
    assert digests(officer)[check] == digests(police)[check]
    assert holdings(officer.register)[check] == holdings(police.register)[check]
    nothing = police.syncing.run()
    assert (nothing.problem, nothing.pushed, nothing.pulled) == (None, 0, 0)
    written = {line.action for line in ledger.lines(officer.register, limit=99)}
    assert {Action.PARCEL_WRITE, Action.PARCEL_READ, Action.PARCEL_CARRY} <= written


def test_what_is_too_much_for_who_carries_it_waits_for_a_new_file(
    met: tuple[Office, Office], stick: Path, province: Province
) -> None:
    officer, carrier = met
    flag(officer)
    unsent = officer.syncing.status().unsent

    here = carrier.syncing.here()
    assert here is not None
    by = UUID(here.identity.device_id)
    little = Settings(device_burst=1)
    told = parcels_of(officer).receive(answered(province, officer, stick, little, carrier=by))
    assert (told.receipted, told.problem) == (0, Problem.PARCEL_SEND_AGAIN)
    assert officer.syncing.status().unsent == unsent
    told = parcels_of(officer).receive(answered(province, officer, stick, carrier=by))
    assert (told.receipted, told.problem) == (unsent, None)
    assert officer.syncing.status().unsent == 0


def answered(
    province: Province,
    sender: Office,
    stick: Path,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    *,
    carrier: UUID | None = None,
) -> Path:
    """The server's answer to a parcel of this office."""
    answer = stick / f"{secrets.token_hex(4)}{SUFFIX}"
    with send(sender, None, stick).open("rb") as parcel, answer.open("wb") as target:
        receive(province.engine, parcel, target, settings, carrier=carrier)
    return answer


def test_what_a_copy_sent_and_the_server_lost_goes_again_by_parcel_though_its_numbers_are_taken(
    met: tuple[Office, Office], stick: Path, province: Province, tmp_path: Path
) -> None:
    officer, _ = met
    folder, copy = officer.register.folder, tmp_path / "copy"
    officer.close()
    shutil.copytree(folder, copy)
    backup = copy_of_database(province)
    clock, author = Clock(), "Lê Thị Bình"
    cloned = Office.open(copy, author=author, clock=clock)
    enter(cloned, identity__full_name="Trần Thị Hai", identity__id_number="003190000002")
    sync(cloned)
    restore_database(province, backup)
    other = Office.open(folder, author=author, clock=clock)
    enter(other, identity__full_name="Trần Thị Ba", identity__id_number="003190000003")
    sync(other)

    enter(cloned, identity__full_name="Trần Thị Tư", identity__id_number="003190000004")
    told = parcels_of(cloned).receive(answered(province, cloned, stick))
    assert told.problem is Problem.PARCEL_BEHIND  # another file asks for everything anew
    parcels_of(cloned).receive(answered(province, cloned, stick))
    assert cloned.syncing.status().unsent == 0
    sync(other)
    seen = {row.full_name for row in other.people.search("tran thi", limit=9)}
    assert seen == {"Trần Thị Hai", "Trần Thị Ba", "Trần Thị Tư"}
    cloned.close()
    other.close()


def test_the_police_may_meet_the_server_first(met: tuple[Office, Office], stick: Path) -> None:
    officer, police = met
    flag(officer)
    parcels_of(police).receive(send(officer, Role.POLICE, stick))
    [case] = police.checks.queue()
    police.checks.answer(case.check_id, CheckAnswer.MATCHED)
    # The server does not know the check yet: it holds the answer, and nothing is lost of it.
    assert police.syncing.run().held == 1
    sync(officer, police, officer)
    [row] = officer.people.search(FLAGGED, limit=2)
    assert officer.records.open(row.person_id).check is CheckState.MATCHED
    assert digests(officer)["99001/check"] == digests(police)["99001/check"]
    assert police.syncing.status().unsent == 0
    assert parcels_of(police).count_unconfirmed() == 0


def test_everything_by_file_to_the_server_and_back(
    met: tuple[Office, Office], stick: Path, postgres_url: str
) -> None:
    officer, police = met
    flag(officer)
    unsent = officer.syncing.status().unsent
    outgoing = send(officer, None, stick)
    told = imported(postgres_url, outgoing, stick / "back")
    assert f"{unsent} new of {unsent} changes" in told
    again = imported(postgres_url, outgoing, stick / "again")
    assert f"0 new of {unsent} changes, had come before" in again
    [answer] = (stick / "back").glob("*.goi")
    [second] = (stick / "again").glob("*.goi")
    report = parcels_of(officer).receive(answer)
    assert (report.receipted, report.held, report.problem) == (unsent, 0, None)
    assert officer.syncing.status().unsent == 0
    for late in (second, answer):
        again_here = parcels_of(officer).receive(late)
        assert (again_here.receipted, again_here.problem) == (0, None)
    nothing = officer.syncing.run()
    assert (nothing.problem, nothing.pushed, nothing.pulled) == (None, 0, 0)
    # The police ask with an empty hand, by file too.
    imported(postgres_url, send(police, None, stick), stick / "police")
    [rows] = (stick / "police").glob("*.goi")
    assert parcels_of(police).receive(rows).pulled == 1
    assert [case.identity["full_name"] for case in police.checks.queue()] == [FLAGGED]


def imported(postgres_url: str, parcel: Path, answers: Path) -> str:
    """``so-an-sinh-server parcel import``."""
    done = subprocess.run(
        [sys.executable, "-m", "sync.server", "parcel", "import", parcel, "--answers", answers],
        env={**os.environ, "SO_AN_SINH_DATABASE_URL": postgres_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
