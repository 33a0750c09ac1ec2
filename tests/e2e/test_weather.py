"""Lines that are merely bad: slow, sliced, reset, flapping; a PC that sleeps in a request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from desktop.store.holdings import holdings
from desktop.training.people import households
from sync.client.outcomes import ConnectionCut
from sync.client.transport import Patience, Transport
from sync.protocol.documents import Role
from sync.protocol.messages import Challenge, ChallengeRequest
from tests.support.answers import Answering, http_answer
from tests.support.children import SECONDS
from tests.support.offices import Office
from tests.support.proxy import FAIR, Cut, FaultProxy, Weather
from tests.support.server import Province, ServerProcess

NAME, WITNESS = "Lê Thị Bình", "Nhân chứng"
#: Syncs until a bad line must have let everything through; each goes on where the last one ended.
_MOST_SYNCS = 60


@pytest.fixture
def line(server: ServerProcess) -> Iterator[FaultProxy]:
    """The line between the officer and the server."""
    with FaultProxy(server.url, seed=1) as proxy:
        yield proxy


@pytest.fixture
def officer(line: FaultProxy, province: Province, tmp_path: Path) -> Iterator[Office]:
    """An officer with a list to send."""
    office = Office.create(tmp_path / "officer", author=NAME)
    code = province.code(province.office(Role.OFFICER, "99001"), user=NAME)
    office.syncing.enrol(server_url=line.url, code=code)
    office.records.preload(households(count=8, commune_code="99001", today=date(2026, 11, 22)))
    yield office
    office.close()


def _assert_all_arrived(office: Office, server: ServerProcess, province: Province) -> None:
    status = office.syncing.status()
    assert (status.unsent, status.held) == (0, 0)
    witness = Office.create(office.register.folder.parent / "witness", author=WITNESS)
    code = province.code(province.office(Role.OFFICER, "99001"), user=WITNESS)
    witness.syncing.enrol(server_url=server.url, code=code)
    assert witness.syncing.run().problem is None
    assert holdings(witness.register) == holdings(office.register)
    witness.close()


@pytest.mark.parametrize(
    "weather",
    [
        Weather(latency_seconds=0.01, jitter_seconds=0.03),
        Weather(slice_bytes=11),
        Weather(bytes_per_second=30_000, slice_bytes=500),
        Weather(reset_chance=0.3),
        Weather(slice_bytes=200, reset_chance=0.03),
    ],
    ids=["late", "sliced", "narrow", "reset", "sliced and reset"],
)
def test_a_bad_line_lets_everything_through_in_the_end(
    officer: Office,
    line: FaultProxy,
    server: ServerProcess,
    province: Province,
    weather: Weather,
) -> None:
    line.weather = weather
    assert any(officer.syncing.run().problem is None for _ in range(_MOST_SYNCS))
    _assert_all_arrived(officer, server, province)


def test_a_line_that_comes_and_goes_needs_no_further_edit_to_be_drained(
    officer: Office, line: FaultProxy, server: ServerProcess, province: Province
) -> None:
    down, failing = Weather(is_down=True), Weather(reset_chance=0.9)
    for weather in (down, failing, down, Weather(limit_bytes=1500), down, failing):
        line.weather = weather
        officer.syncing.run()
    line.weather = FAIR
    assert officer.syncing.run().problem is None
    _assert_all_arrived(officer, server, province)


def test_an_answer_that_drips_is_given_up_after_its_whole_time() -> None:
    # Good, and a minute long: no pause of this process lets all of it come in between.
    good = b'{"nonce":"00"}'.ljust(60_000)
    with Answering(http_answer(good)) as server, FaultProxy(server.url) as line:
        line.weather = Weather(latency_seconds=0.01, slice_bytes=10)
        patience = Patience(answer_seconds=0.2)
        with Transport(server_url=line.url, ca_file=None, patience=patience) as transport:
            answer = transport.ask("/auth/challenge", ChallengeRequest(device="d"), Challenge)
    assert answer == ConnectionCut(timed_out=True)


def test_a_pc_that_slept_in_a_request_goes_on_in_the_same_sync(
    officer: Office, line: FaultProxy, server: ServerProcess, province: Province
) -> None:
    folder = officer.register.folder
    officer.close()
    line.plan(Cut(b"POST /sync/v1/push", after_answered=0, times=1, stalls=True))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.sync_process", str(folder), NAME],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert line.reached.wait(60)
    os.kill(process.pid, signal.SIGSTOP)
    line.release()  # the line ends while nobody is awake
    os.kill(process.pid, signal.SIGCONT)
    said, _ = process.communicate(timeout=SECONDS)
    assert said.splitlines()[-1] == "done"
    awake = Office.open(folder, author=NAME)
    _assert_all_arrived(awake, server, province)
    awake.close()
