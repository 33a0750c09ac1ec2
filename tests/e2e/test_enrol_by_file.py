"""An office without any network: its place comes by a file, and so does everything after it.

No server runs here; nobody even tells the device an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from desktop.domain.ledger import Action
from desktop.errors import Problem, UserError
from desktop.services.parcels import Parcels
from desktop.services.unlocking import create_register
from desktop.store import ledger
from sync.protocol.documents import Role
from sync.protocol.enrolling import FileAnswer, answer_file, read_answer, read_request
from sync.protocol.signing import new_signing_key
from sync.server.__main__ import cli
from sync.server.tables import devices, enrolment_codes
from tests.e2e.test_parcels import imported, send
from tests.support.offices import PASSPHRASE, QUICK, Clock, Office
from tests.support.server import Province
from tests.support.worker_form import employed

NAME = "Lê Thị Bình"
MakeOffice = Callable[[str], Office]


class Road:
    """The province's operator, and the stick that goes between."""

    def __init__(self, province: Province, database_url: str, stick: Path) -> None:
        self.province, self.stick = province, stick
        self._database_url = database_url
        stick.mkdir()

    def code(self, commune: str = "99001") -> str:
        """A one-time code for the commune's office, told by telephone."""
        return self.province.code(self.province.office(Role.OFFICER, commune), user=NAME)

    def asked(self, office: Office, code: str) -> Path:
        """The request of a PC."""
        return office.syncing.request_by_file(code=code, folder=self.stick)

    def answered(self, request: Path) -> tuple[Path, str]:
        """``enrol-file``: the answer, and why there is none."""
        out = self.stick / "answer.traloi"
        out.unlink(missing_ok=True)
        words = ["enrol-file", str(request), "--out", str(out)]
        done = CliRunner().invoke(cli, [*words, "--database-url", self._database_url])
        assert out.exists() == (done.exit_code == 0), done.output
        return out, done.output.strip()

    def devices(self) -> int:
        """How many the province knows."""
        with self.province.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(devices)).scalar_one()


@pytest.fixture
def road(province: Province, postgres_url: str, tmp_path: Path) -> Road:
    return Road(province, postgres_url, tmp_path / "usb")


@pytest.fixture
def pc(tmp_path: Path) -> Iterator[MakeOffice]:
    made: list[Office] = []

    def make(name: str) -> Office:
        made.append(Office.create(tmp_path / name, author=NAME))
        return made[-1]

    yield make
    for office in made:
        office.close()


def take(office: Office, answer: Path) -> str:
    return office.syncing.take_answer(answer).device_id


def refused(office: Office, answer: Path) -> Problem:
    """Why the answer is not taken; nothing of it was."""
    before = office.syncing.enrolment()
    with pytest.raises(UserError) as caught:
        take(office, answer)
    assert office.syncing.enrolment() == before
    return caught.value.problem


def test_everything_works_by_stick_from_the_first_day_on(
    road: Road, pc: MakeOffice, postgres_url: str
) -> None:
    office = pc("new")
    office.records.save(office.records.open(None), answers=employed(), confirmations={})
    code = road.code()
    request = road.asked(office, code.lower().replace("0", "o"))
    assert code[4:].encode() not in request.read_bytes()
    answer, _ = road.answered(request)
    device = take(office, answer)
    enrolment = office.syncing.enrolment()
    assert enrolment is not None
    assert (enrolment.device_id, enrolment.server_url) == (device, "")
    assert (enrolment.commune_codes, enrolment.training) == (("99001",), True)
    unsent = office.syncing.status().unsent
    assert unsent > 0
    desk = Parcels(register=office.register, syncing=office.syncing, clock=Clock(), author=NAME)
    told = imported(postgres_url, send(office, None, road.stick), road.stick / "back")
    assert f"{unsent} new of {unsent} changes" in told
    [receipts] = (road.stick / "back").glob("*.goi")
    report = desk.receive(receipts)
    assert (report.receipted, report.held, report.problem) == (unsent, 0, None)
    assert office.syncing.status().unsent == 0
    report_of_sync = office.syncing.run()
    assert report_of_sync.problem is Problem.BY_FILE_ONLY
    lines = [line.action for line in ledger.lines(office.register, limit=50)]
    assert lines.count(Action.DEVICE_ENROL) == 1


def test_the_same_files_again_change_nothing(road: Road, pc: MakeOffice) -> None:
    office, code = pc("new"), road.code()
    request = road.asked(office, code)
    first = request.read_bytes()
    assert road.asked(office, code).read_bytes() == first
    answer, _ = road.answered(request)
    device = take(office, answer)
    assert take(office, answer) == device
    again, _ = road.answered(request)
    assert take(office, again) == device
    assert road.devices() == 1
    lines = [line.action for line in ledger.lines(office.register, limit=50)]
    assert lines.count(Action.DEVICE_ENROL) == 1
    # The code is used up: nobody else gets a place by it.
    other = pc("other")
    assert road.answered(road.asked(other, code))[1] == "refused: bad_code"
    assert road.devices() == 1


def test_an_answer_is_for_the_pc_that_asked_and_no_other(road: Road, pc: MakeOffice) -> None:
    one, other = pc("one"), pc("other")
    answer, _ = road.answered(road.asked(one, road.code()))
    assert refused(other, answer) is Problem.ANSWER_UNASKED
    road.asked(other, road.code())
    assert refused(other, answer) is Problem.PARCEL_FOR_OTHERS
    take(one, answer)


def test_what_was_altered_or_cut_on_the_way_is_refused(road: Road, pc: MakeOffice) -> None:
    office = pc("new")
    request = road.asked(office, road.code())
    whole = request.read_bytes()
    asked = read_request(whole)
    request.write_bytes(whole.replace(asked.public_key.encode(), b"0" * 64))
    assert road.answered(request)[1] == "refused: bad_signature"
    request.write_bytes(whole[:-20])
    assert road.answered(request)[1] == "refused: damaged"
    request.write_bytes(b"PK" + whole)
    assert road.answered(request)[1] == "refused: not_a_parcel"
    assert road.devices() == 0
    request.write_bytes(whole)
    answer, _ = road.answered(request)
    sealed = answer.read_bytes()
    for raw, problem in (
        (sealed[:-9] + bytes([sealed[-9] ^ 1]) + sealed[-8:], Problem.PARCEL_DAMAGED),
        (sealed[:-1], Problem.PARCEL_DAMAGED),
        (sealed[:20], Problem.PARCEL_CUT),
        (b"PK" + sealed, Problem.PARCEL_NOT_ONE),
    ):
        answer.write_bytes(raw)
        assert refused(office, answer) is problem
    answer.write_bytes(sealed)
    take(office, answer)


def test_who_does_not_know_the_code_answers_nobody(road: Road, pc: MakeOffice) -> None:
    """Somebody on the way makes a province of his own, with the key in the request."""
    office = pc("new")
    request = road.asked(office, road.code())
    answer, _ = road.answered(request)
    code_hash, _, seed = (office.register.meta("next_device_key") or "").partition(":")
    real = read_answer(
        answer.read_bytes(), signing_key=bytes.fromhex(seed), key=bytes.fromhex(code_hash)
    )
    theirs = new_signing_key()
    enrolled = msgspec.structs.replace(real.enrolled, province_name="Tỉnh Giả")
    forged = answer_file(
        FileAnswer(enrolled=enrolled, directory=real.directory),
        public_key=read_request(request.read_bytes()).public_key,
        key=b"\x00" * 32,
        signing_key=theirs,
    )
    answer.write_bytes(forged)
    assert refused(office, answer) is Problem.PARCEL_FORGED


def test_an_expired_or_a_wrong_code_gives_no_place(road: Road, pc: MakeOffice) -> None:
    office, code = pc("new"), road.code()
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert road.answered(road.asked(office, wrong))[1] == "refused: bad_code"
    with road.province.engine.begin() as connection:
        tries = connection.execute(select(enrolment_codes.c.tries_left)).scalar_one()
        connection.execute(
            update(enrolment_codes).values(expires_at=func.now() - func.make_interval(0, 0, 0, 1))
        )
    assert tries == 4, "a wrong rest of a code costs a try here too"
    assert road.answered(road.asked(office, code))[1] == "refused: bad_code"
    with pytest.raises(UserError) as caught:
        road.asked(office, "khong phai ma")
    assert caught.value.problem is Problem.BAD_CODE
    assert road.devices() == 0


def test_the_place_of_another_commune_is_not_taken(road: Road, pc: MakeOffice) -> None:
    office = pc("new")
    answer, _ = road.answered(road.asked(office, road.code("99002")))
    assert refused(office, answer) is Problem.COMMUNE_MISMATCH


def test_the_commands_of_the_pc_do_the_same(road: Road, tmp_path: Path) -> None:
    from desktop.__main__ import program

    folder = tmp_path / "so"
    create_register(folder, user_name=NAME, passphrase=PASSPHRASE, cost=QUICK).close()
    words = ["enrol", "request", str(folder), "--user", NAME, "--into", str(road.stick)]
    done = CliRunner().invoke(program, words, input=f"{PASSPHRASE}\n{road.code()}\n")
    assert done.exit_code == 0, done.output
    [request] = road.stick.glob("*.ketnoi")
    answer, _ = road.answered(request)
    words = ["enrol", "import", str(folder), str(answer), "--user", NAME]
    done = CliRunner().invoke(program, words, input=f"{PASSPHRASE}\n")
    assert done.exit_code == 0, done.output
    assert "Xã Suối Mẫu, Tỉnh Tập Huấn" in done.output
