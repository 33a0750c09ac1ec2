"""What is not for this office, from nobody known, or not whole is refused, and changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from desktop.domain.checks import CheckAnswer
from desktop.errors import ExternalError, Problem, UserError
from desktop.store.holdings import holdings
from sync.protocol.documents import Role
from sync.protocol.parcel import ParcelHeader, sections_of, verify_parcel, write_parcel
from sync.protocol.signing import public_key_of
from tests.e2e.conftest import MakeOffice
from tests.e2e.test_parcels import flag, parcels_of, send
from tests.e2e.test_three_offices import sync
from tests.support.children import killed, until
from tests.support.offices import PASSPHRASE, Office
from tests.support.server import Province


def refused(office: Office, path: Path) -> Problem:
    """Why this office does not take the file; nothing of it may be here afterwards."""
    before = holdings(office.register)
    with pytest.raises(UserError) as caught:
        parcels_of(office).receive(path)
    assert holdings(office.register) == before
    assert not list(office.register.folder.glob("incoming-parcel-*"))
    return caught.value.problem


def rewritten(
    sender: Office, reader: Office, path: Path, change: Callable[[ParcelHeader], ParcelHeader]
) -> Path:
    """The same content with another header, signed again by its sender."""
    here, there = sender.syncing.here(), reader.syncing.here()
    assert here is not None and there is not None
    with path.open("rb") as source:
        header = verify_parcel(source, signing_key=there.identity.signing_key).header
        contents = list(sections_of(source, signing_key=there.identity.signing_key))
    written = path.with_name(f"again-{path.name}")
    with written.open("wb") as target:
        write_parcel(
            target,
            header=change(header),
            sections=contents,
            signing_key=here.identity.signing_key,
        )
    return written


def test_every_refusal_has_its_reason_and_leaves_the_register_alone(
    make_office: MakeOffice, province: Province, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    officer = make_office(Role.OFFICER, "Lê Thị Bình")
    police = make_office(Role.POLICE, "Công an Suối Mẫu")
    elsewhere = make_office(Role.POLICE, "Công an Đồng Thử", "99002")
    with pytest.raises(UserError) as caught:
        parcels_of(officer).send("server", stick)
    assert caught.value.problem is Problem.PARCEL_NO_DIRECTORY
    sync(officer, police, elsewhere, officer)
    # Only offices of one's own communes are there to be written to.
    assert {one.role for one in parcels_of(officer).recipients()} == {"", "police"}
    with pytest.raises(UserError) as caught:
        parcels_of(officer).send("0192f3a0-0000-7000-8000-000000000001", stick)
    assert caught.value.problem is Problem.PARCEL_RECIPIENT_UNKNOWN

    flag(officer)
    parcel = send(officer, Role.POLICE, stick)
    assert refused(elsewhere, parcel) is Problem.PARCEL_FOR_OTHERS
    data = parcel.read_bytes()
    damaged = {
        Problem.PARCEL_CUT: data[: len(data) // 2],
        Problem.PARCEL_DAMAGED: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        Problem.PARCEL_NOT_ONE: b"PK\x03\x04" + data,
        Problem.PARCEL_NEWER: data[:15] + b"\x02" + data[16:],
    }
    for problem, content in damaged.items():
        (stick / "x.goi").write_bytes(content)
        assert refused(police, stick / "x.goi") is problem
    other_province = rewritten(
        officer, police, parcel, lambda header: msgspec.structs.replace(header, province="79")
    )
    assert refused(police, other_province) is Problem.PARCEL_OTHER_PROVINCE
    forged = rewritten(
        elsewhere,
        police,
        parcel,
        lambda header: header,  # the officer's name over another's signature
    )
    assert refused(police, forged) is Problem.PARCEL_FORGED
    stranger = elsewhere.syncing.here()
    assert stranger is not None
    unknown = rewritten(
        elsewhere,
        police,
        parcel,
        lambda header: msgspec.structs.replace(
            header,
            sender=stranger.enrolled.device,
            sender_key=public_key_of(stranger.identity.signing_key),
        ),
    )
    assert refused(police, unknown) is Problem.PARCEL_SENDER_UNKNOWN

    # Number 2 comes before number 1: told, and taken; number 1 then brings nothing back.
    second = send(officer, Role.POLICE, stick)
    assert parcels_of(police).inspect(second).missing == (1,)
    assert parcels_of(police).receive(second).new == 1
    assert parcels_of(police).receive(parcel).new == 0
    [case] = police.checks.queue()
    police.checks.answer(case.check_id, CheckAnswer.MATCHED)
    again = parcels_of(police).receive(second)
    assert (again.preview.is_repeated, again.new, again.answered) == (True, 0, 0)
    assert police.checks.queue() == []
    replayed = rewritten(
        officer, police, second, lambda header: msgspec.structs.replace(header, made_at="later")
    )
    assert refused(police, replayed) is Problem.PARCEL_REPLAYED

    # The police PC is lost; the province revokes it, and the officer hears of it.
    answers = send(police, Role.OFFICER, stick)
    with province.engine.begin() as connection:
        connection.execute(
            text("UPDATE devices SET revoked_at = now() WHERE id = :id"),
            {"id": police.syncing.enrolment().device_id},  # type: ignore[union-attr]  # enrolled
        )
    sync(officer)
    assert refused(officer, answers) is Problem.PARCEL_SENDER_REVOKED
    with pytest.raises(ExternalError) as by_server:
        parcels_of(officer).receive(send(police, None, stick))
    assert by_server.value.problem is Problem.PARCEL_SENDER_REVOKED


def test_an_import_that_is_killed_is_done_by_the_next_one(
    make_office: MakeOffice, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    officer = make_office(Role.OFFICER, "Lê Thị Bình")
    police = make_office(Role.POLICE, "Công an Suối Mẫu")
    sync(officer, police, officer)
    flag(officer)
    parcel = send(officer, Role.POLICE, stick)
    folder = police.register.folder
    police.close()
    command = [sys.executable, "-m", "desktop", "parcel", "import", str(folder), str(parcel)]
    command += ["--user", "Công an Suối Mẫu"]

    def has_begun(one: subprocess.Popen[str]) -> bool:
        return one.poll() is not None or any(folder.glob("incoming-parcel-*"))

    for _ in range(3):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        assert process.stdin is not None
        process.stdin.write(PASSPHRASE + "\n")
        process.stdin.close()
        until(partial(has_begun, process))
        killed(process)
    done = subprocess.run(
        command, input=PASSPHRASE + "\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(folder.glob("incoming-parcel-*"))
    reopened = Office.open(folder, author="Công an Suối Mẫu")
    [case] = reopened.checks.queue()
    assert case.identity["full_name"] == "Lý Thị Sai"
    reopened.close()
