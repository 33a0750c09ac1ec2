"""Snapshots on closing and to a stick: when they are due, and what is told when they cannot be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.domain.backups import BackupOutcome
from desktop.errors import Problem
from desktop.services.backups import MIN_INTERVAL, Backups
from desktop.store.keys import DataKey
from desktop.store.people import count_people
from desktop.store.register import Register
from tests.desktop.store.edits import an_id, person, save
from tests.support.mounts import may_mount, mount_memory, unmount
from tests.support.offices import Clock


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """An open register with a person in it."""
    with Register.create(tmp_path / "register", key=DataKey.new(), author="Lan") as register:
        save(register, person(an_id(), full_name="Lê An"))
        yield register


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_closing_takes_a_snapshot_when_something_changed_and_some_time_has_passed(
    register: Register, clock: Clock
) -> None:
    backups = Backups(register=register, clock=clock)
    assert backups.on_close().outcome is BackupOutcome.DONE
    assert backups.on_close().outcome is BackupOutcome.NOTHING_NEW
    save(register, person(an_id(), full_name="Lê Hai"))
    assert backups.on_close().outcome is BackupOutcome.TOO_SOON
    clock.now += MIN_INTERVAL
    result = backups.on_close()
    assert result.outcome is BackupOutcome.DONE
    assert result.snapshot is not None and result.snapshot.documents == {"person": 2}
    assert len(backups.list()) == 2
    assert backups.now().outcome is BackupOutcome.DONE


def test_a_clock_set_back_does_not_hold_snapshots_off(register: Register, clock: Clock) -> None:
    backups = Backups(register=register, clock=clock)
    backups.on_close()
    save(register, person(an_id(), full_name="Lê Hai"))
    clock.now -= timedelta(days=400)
    assert backups.on_close().outcome is BackupOutcome.DONE


def test_a_stick_gets_its_snapshot_on_schedule(
    register: Register, clock: Clock, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    backups = Backups(register=register, clock=clock)
    assert backups.if_due().outcome is BackupOutcome.TOO_SOON
    backups.keep_in(stick, every_days=7)
    result = backups.if_due()
    assert result.outcome is BackupOutcome.DONE and result.snapshot is not None
    assert result.snapshot.path.is_relative_to(stick)
    assert backups.if_due().outcome is BackupOutcome.TOO_SOON
    clock.now += timedelta(days=7)
    assert backups.if_due().outcome is BackupOutcome.DONE
    assert len(backups.list()) == 2
    with (
        register.lending_key() as key,
        Register.open(result.snapshot.path, key=key) as copy,
    ):
        assert count_people(copy) == 1
    backups.keep_in(None)
    assert backups.second_folder() is None


def test_a_stick_that_was_taken_out_is_told_until_it_is_back(
    register: Register, clock: Clock, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    backups = Backups(register=register, clock=clock)
    backups.keep_in(stick)
    shutil.rmtree(stick)
    result = backups.on_close()
    assert (result.outcome, result.problem) == (BackupOutcome.FAILED, Problem.BACKUP_FOLDER_GONE)
    assert not stick.exists()
    assert backups.list() != []  # the one beside the register was taken all the same
    assert backups.to_second_folder().problem is Problem.BACKUP_FOLDER_GONE
    assert backups.last_failure() is Problem.BACKUP_FOLDER_GONE
    stick.mkdir()
    assert backups.to_second_folder().outcome is BackupOutcome.DONE
    assert backups.last_failure() is None


@pytest.mark.skipif(not may_mount(), reason="only root mounts")
@pytest.mark.parametrize(
    ("options", "problem"),
    [("size=64k", Problem.BACKUP_FOLDER_FULL), ("ro", Problem.BACKUP_FOLDER_READ_ONLY)],
)
def test_a_full_or_protected_stick_is_told(
    register: Register, clock: Clock, tmp_path: Path, options: str, problem: Problem
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    mount_memory(stick, options=options)
    try:
        backups = Backups(register=register, clock=clock)
        backups.keep_in(stick)
        result = backups.to_second_folder()
        assert (result.outcome, result.problem) == (BackupOutcome.FAILED, problem)
        assert backups.last_failure() is problem
        assert count_people(register) == 1
    finally:
        unmount(stick)
