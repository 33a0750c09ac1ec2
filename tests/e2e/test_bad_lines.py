"""Whatever breaks during a sync: the problem has its code, nothing is lost, the next finishes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import trustme
from sqlalchemy import Engine, text

from desktop.domain.syncing import SyncReport
from desktop.errors import ExternalError, Problem, UserError
from desktop.services.home import Home, settle_home
from desktop.store.holdings import holdings
from desktop.store.ledger import verify
from desktop.training.people import households
from sync.protocol.documents import Role
from tests.support.answers import Answering, http_answer
from tests.support.children import SECONDS, line_of
from tests.support.offices import HOME, Clock, Office
from tests.support.proxy import Cut, FaultProxy
from tests.support.server import Province, ServerProcess
from tests.support.worker_form import employed

PUSH, PULL = b"POST /sync/v1/push", b"POST /sync/v1/pull"
NAME = "Lê Thị Bình"


@pytest.fixture
def line(server: ServerProcess) -> Iterator[FaultProxy]:
    """The line between the officer and the server."""
    with FaultProxy(server.url) as proxy:
        yield proxy


class Commune:
    """An officer behind a bad line, and a second one on a good line who sees what arrived."""

    def __init__(self, *, folder: Path, url: str, good_url: str, province: Province) -> None:
        self._engine: Engine = province.engine
        self._clock = Clock()
        self.folder = folder / "officer"
        self.officer = Office.create(self.folder, author=NAME, clock=self._clock)
        self.witness = Office.create(folder / "witness", author="Nhân chứng", clock=self._clock)
        office = province.office(Role.OFFICER, "99001")
        for desk, address in ((self.officer, url), (self.witness, good_url)):
            desk.syncing.enrol(server_url=address, code=province.code(office, user=NAME))
        self._people = 0
        self._made = 0
        self._made_by_witness = 0

    def enter(self) -> None:
        """One more person."""
        self._people += 1
        number = f"0031900{self._people:05d}"
        answers = employed(
            identity__full_name=f"Trần Thị Số {_in_words(self._people)}",
            identity__id_number=number,
            household__household_code=f"09-{self._people:05d}",
        )
        before = self.officer.syncing.status().unsent
        self.officer.records.save(
            self.officer.records.open(None), answers=answers, confirmations={}
        )
        self._made += self.officer.syncing.status().unsent - before

    def load(self, count: int) -> None:
        """A whole list, to be pushed in several batches."""
        self.officer.records.preload(
            households(count=count, commune_code="99001", today=date(2026, 11, 22))
        )
        self._made = self.officer.syncing.status().unsent

    def load_by_witness(self, count: int) -> None:
        """A list that is at the server already: the officer's own documents do not come back."""
        self.witness.records.preload(
            households(count=count, commune_code="99001", today=date(2026, 11, 22), seed=2)
        )
        report = self.witness.syncing.run()
        assert report.problem is None, report
        self._made_by_witness = report.pushed

    def reopen(self) -> None:
        """Open the officer's register as after a restart of the PC."""
        self.officer.close()
        self.officer = Office.open(self.folder, author=NAME, clock=self._clock)

    def assert_nothing_lost_or_doubled(self) -> None:
        """After a good sync: each change once on the server, both registers alike."""
        report = self.officer.syncing.run()
        assert report.problem is None, report
        status = self.officer.syncing.status()
        assert (status.unsent, status.held, status.receipted) == (0, 0, self._made)
        with self._engine.connect() as connection:
            kept, distinct = connection.execute(
                text("SELECT count(*), count(DISTINCT change_id) FROM operations")
            ).one()
        assert kept == distinct == self._made + self._made_by_witness
        assert self.witness.syncing.run().problem is None
        assert holdings(self.witness.register) == holdings(self.officer.register)
        assert verify(self.officer.register).is_sound

    def close(self) -> None:
        self.officer.close()
        self.witness.close()


_DIGITS = "Không Một Hai Ba Bốn Năm Sáu Bảy Tám Chín".split()


def _in_words(number: int) -> str:
    return " ".join(_DIGITS[int(digit)] for digit in str(number))


@pytest.fixture
def commune(
    line: FaultProxy, server: ServerProcess, province: Province, tmp_path: Path
) -> Iterator[Commune]:
    """The officer's line is ``line``."""
    commune = Commune(folder=tmp_path, url=line.url, good_url=server.url, province=province)
    yield commune
    commune.close()


def _assert_problem(commune: Commune, report: SyncReport, problem: Problem) -> None:
    status = commune.officer.syncing.status()
    assert report.problem is problem
    assert status.last_problem is problem
    assert status.last_problem_at != ""
    assert status.unsent > 0


def test_a_server_that_is_down_is_unreachable_and_later_the_work_is_done(
    province: Province, postgres_url: str, tmp_path: Path
) -> None:
    with ServerProcess(postgres_url) as server:
        commune = Commune(folder=tmp_path, url=server.url, good_url=server.url, province=province)
        commune.enter()
        server.stop()
        _assert_problem(commune, commune.officer.syncing.run(), Problem.SERVER_UNREACHABLE)
        server.start()
        commune.assert_nothing_lost_or_doubled()
        assert commune.officer.syncing.status().last_problem is None
        commune.close()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (http_answer(b"<html>x</html>", content_type="text/html"), Problem.NOT_OUR_SERVER),
        (
            http_answer(b"", status="302 Found", headers=("Location: /login",)),
            Problem.NOT_OUR_SERVER,
        ),
        (
            http_answer(b"<h1>502</h1>", status="502 Bad Gateway", content_type="text/html"),
            Problem.SERVER_FAILED,
        ),
        (
            http_answer(b'{"code":"busy","retry_after_seconds":90}', status="503 Busy"),
            Problem.SERVER_BUSY,
        ),
        (http_answer(b'{"code":"revoked"}', status="403 Forbidden"), Problem.DEVICE_REVOKED),
        (http_answer(b'{"nonce":"login"}'), Problem.PROTOCOL_MISMATCH),
        (b"HTTP/1.1 200 OK\r\nContent-", Problem.CONNECTION_CUT),
    ],
    ids=["page", "redirect", "gateway", "busy", "revoked", "damaged", "cut"],
)
def test_something_else_that_answers_changes_nothing(
    commune: Commune, line: FaultProxy, server: ServerProcess, answer: bytes, problem: Problem
) -> None:
    commune.enter()
    with Answering(answer) as stranger:
        line.lead_to(stranger.url)
        _assert_problem(commune, commune.officer.syncing.run(), problem)
        line.lead_to(server.url)
    commune.assert_nothing_lost_or_doubled()


def test_a_server_with_another_certificate_gets_nothing(
    province: Province, postgres_url: str, tmp_path: Path
) -> None:
    ours, other = trustme.CA(), trustme.CA()
    ca_file = tmp_path / "ca.pem"
    ours.cert_pem.write_to_path(ca_file)
    right = ServerProcess(postgres_url, options=_tls_files(ours, tmp_path / "right"))
    wrong = ServerProcess(postgres_url, options=_tls_files(other, tmp_path / "wrong"))
    code = province.code(province.office(Role.OFFICER, "99001"))
    office = Office.create(tmp_path / "register", author=NAME)
    with right:
        with pytest.raises(ExternalError) as untrusted:
            office.syncing.enrol(server_url=right.url, code=code)
        assert untrusted.value.problem is Problem.CERTIFICATE_REJECTED
        office.syncing.enrol(server_url=right.url, code=code, ca_file=ca_file)
        ca_file.unlink()  # the register keeps it
        office.records.save(office.records.open(None), answers=employed(), confirmations={})
        wrong.url = right.url
    with wrong:
        assert office.syncing.run().problem is Problem.CERTIFICATE_REJECTED
        assert office.syncing.status().unsent == 3
    office.close()


def _tls_files(authority: trustme.CA, folder: Path) -> tuple[str, ...]:
    folder.mkdir()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / "certificate.pem", append=True)
    return (
        *("--certificate", str(folder / "certificate.pem")),
        *("--key", str(folder / "key.pem")),
    )


CUTS = [0, 1, 50, 150, 200, 250, 300, 350, 400, 500, 600, 700, 800, 900, 1000, 1200, 1500]


@pytest.mark.parametrize("request_line", [PUSH, PULL], ids=["push", "pull"])
def test_a_request_cut_anywhere_is_sent_again_by_the_next_sync(
    commune: Commune, line: FaultProxy, request_line: bytes
) -> None:
    problems = []
    for sent in CUTS:
        commune.enter()
        line.plan(Cut(request_line, after_sent=sent))
        problems.append(commune.officer.syncing.run().problem)
        line.plan(None)
        commune.assert_nothing_lost_or_doubled()
    assert problems[:3] == [Problem.CONNECTION_CUT] * 3
    assert set(problems) <= {Problem.CONNECTION_CUT, None}


@pytest.mark.parametrize("request_line", [PUSH, PULL], ids=["push", "pull"])
def test_an_answer_cut_anywhere_is_asked_for_again(
    commune: Commune, line: FaultProxy, request_line: bytes
) -> None:
    problems = []
    for answered in CUTS:
        commune.enter()
        line.plan(Cut(request_line, after_answered=answered))
        problems.append(commune.officer.syncing.run().problem)
        line.plan(None)
        commune.assert_nothing_lost_or_doubled()
    assert problems[:3] == [Problem.CONNECTION_CUT] * 3
    assert set(problems) <= {Problem.CONNECTION_CUT, Problem.NOT_OUR_SERVER, None}


def test_a_reply_lost_after_the_commit_is_made_up_for_in_the_same_sync(
    commune: Commune, line: FaultProxy
) -> None:
    commune.enter()
    line.plan(Cut(PUSH, after_answered=0, times=1))
    report = commune.officer.syncing.run()
    assert line.cuts == 1
    assert (report.problem, report.pushed) == (None, 3)
    commune.assert_nothing_lost_or_doubled()


def test_a_line_that_is_cut_again_and_again_still_gets_everything_through(
    commune: Commune, line: FaultProxy
) -> None:
    commune.load(60)
    for _ in range(60):
        line.plan(Cut(PUSH, after_answered=0, times=2))
        if commune.officer.syncing.run().problem is None:
            break
    line.plan(None)
    commune.assert_nothing_lost_or_doubled()


class _Client:
    """A sync of the officer's register in another process."""

    def __init__(self, commune: Commune) -> None:
        commune.officer.close()
        self._commune = commune
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.sync_process", str(commune.folder), NAME],
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        return line_of(self._process).strip()

    def kill(self) -> None:
        """SIGKILL; the register is opened again here."""
        self._process.kill()
        self.ended()

    def ended(self) -> None:
        assert self._process.stdout is not None
        self._process.wait(SECONDS)
        self._process.stdout.close()
        self._commune.reopen()


STALLS = [
    Cut(PUSH, after_sent=0, stalls=True),
    Cut(PUSH, after_sent=700, stalls=True),
    Cut(PUSH, after_answered=0, stalls=True),
    Cut(PUSH, after_answered=200, stalls=True),
    Cut(PULL, after_sent=100, stalls=True),
    Cut(PULL, after_answered=0, stalls=True),
    Cut(PULL, after_answered=4000, stalls=True),
]
#: Every day: half asked, done and not answered, half answered; all of them in the long run.
PLACES = [
    pytest.param(stall, id=str(stall), marks=[] if number in (1, 2, 6) else [pytest.mark.long])
    for number, stall in enumerate(STALLS)
]


@pytest.mark.parametrize("stall", PLACES)
def test_a_client_killed_during_a_sync_goes_on_from_there(
    commune: Commune, line: FaultProxy, stall: Cut
) -> None:
    commune.load_by_witness(40)
    commune.load(40)
    line.plan(stall)
    client = _Client(commune)
    assert line.reached.wait(60)
    client.kill()
    line.plan(None)
    commune.assert_nothing_lost_or_doubled()


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_client_killed_between_two_batches_goes_on_from_there(
    commune: Commune, steps: int
) -> None:
    commune.load(80)
    client = _Client(commune)
    for _ in range(steps):
        assert client.line().startswith("progress")
    client.kill()
    commune.assert_nothing_lost_or_doubled()


@pytest.mark.parametrize("stall", PLACES)
def test_a_server_killed_during_a_sync_loses_and_doubles_nothing(
    province: Province, postgres_url: str, tmp_path: Path, stall: Cut
) -> None:
    with ServerProcess(postgres_url) as server, FaultProxy(server.url) as line:
        commune = Commune(folder=tmp_path, url=line.url, good_url=server.url, province=province)
        commune.load_by_witness(40)
        commune.load(40)
        line.plan(stall)
        client = _Client(commune)
        assert line.reached.wait(60)
        server.kill()
        line.release()
        said = client.line()
        while said.startswith("progress"):
            said = client.line()
        client.ended()
        assert said in {Problem.CONNECTION_CUT.value, Problem.SERVER_UNREACHABLE.value}
        assert commune.officer.syncing.status().last_problem is Problem(said)
        server.start()
        line.plan(None)
        commune.assert_nothing_lost_or_doubled()
        commune.close()


def test_a_training_register_and_a_real_province_never_meet(
    province: Province, server: ServerProcess, tmp_path: Path
) -> None:
    code = province.code(province.office(Role.OFFICER, "99001"))
    real = Office.create(tmp_path / "real", author=NAME, home=None)
    settle_home(
        real.register,
        Home(
            commune_code=HOME.commune_code,
            commune_name=HOME.commune_name,
            province_name=HOME.province_name,
            training=False,
        ),
    )
    with pytest.raises(UserError) as mixing:
        real.syncing.enrol(server_url=server.url, code=code)
    assert mixing.value.problem is Problem.TRAINING_MISMATCH
    assert real.syncing.enrolment() is None
    assert real.syncing.run().problem is Problem.NOT_ENROLLED
    real.close()


def test_a_register_is_not_bound_to_the_office_of_another_commune(
    province: Province, server: ServerProcess, tmp_path: Path
) -> None:
    code = province.code(province.office(Role.OFFICER, "99002"))
    office = Office.create(tmp_path / "register", author=NAME)
    with pytest.raises(UserError) as stranger:
        office.syncing.enrol(server_url=server.url, code=code)
    assert stranger.value.problem is Problem.COMMUNE_MISMATCH
    assert office.syncing.enrolment() is None
    office.close()


def test_a_wrong_code_and_a_wrong_address_are_told_apart(
    province: Province, server: ServerProcess, tmp_path: Path
) -> None:
    office = Office.create(tmp_path / "register", author=NAME)
    for address, code, problem in (
        (server.url, "0" * 20, Problem.BAD_CODE),
        ("http://an-sinh.example", "0" * 20, Problem.BAD_ADDRESS),
        ("an-sinh", "0" * 20, Problem.BAD_ADDRESS),
    ):
        with pytest.raises(UserError) as error:
            office.syncing.enrol(server_url=address, code=code)
        assert error.value.problem is problem
    good = province.code(province.office(Role.OFFICER, "99001"), user="Lê Thị Bình")
    enrolment = office.syncing.enrol(server_url=server.url, code=good.lower())
    assert enrolment == office.syncing.enrolment()
    assert (enrolment.role, enrolment.user_name) == ("officer", "Lê Thị Bình")
    assert enrolment.commune_names == ("Xã Suối Mẫu",)
    with pytest.raises(UserError) as twice:
        office.syncing.enrol(server_url=server.url, code=good)
    assert twice.value.problem is Problem.ALREADY_ENROLLED
    office.close()


def test_an_enrolment_whose_answer_was_lost_can_be_asked_for_again(
    province: Province, line: FaultProxy, tmp_path: Path
) -> None:
    code = province.code(province.office(Role.OFFICER, "99001"))
    office = Office.create(tmp_path / "register", author=NAME)
    line.plan(Cut(b"POST /auth/enrol", after_answered=0))
    with pytest.raises(ExternalError) as lost:
        office.syncing.enrol(server_url=line.url, code=code)
    assert lost.value.problem is Problem.CONNECTION_CUT
    line.plan(None)
    assert office.syncing.enrol(server_url=line.url, code=code).training
    office.close()
