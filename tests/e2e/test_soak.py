"""Offices and the server as processes, a bad line between them, and kill -9 on both sides.

Every save that a process told of before it was killed is on the server exactly once, and at the
end every register holds the same. Nothing here is decided by a time: kills come after so many
lines that the offices have written.
"""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import pytest
from sqlalchemy import Engine, Text, cast, select

from desktop.services.syncing import Syncing
from desktop.store.holdings import holdings
from desktop.store.ledger import verify
from sync.protocol.documents import Role
from sync.protocol.messages import Change
from sync.server.tables import operations
from tests.support.children import joined
from tests.support.offices import Office
from tests.support.proxy import FAIR, FaultProxy, Weather
from tests.support.server import Province, ServerProcess

#: Seconds; a worker may stand in a request that nothing answers.
_LONGEST = 600
NAMES = ("An", "Bình", "Chi")
WEATHERS = (
    FAIR,
    Weather(latency_seconds=0.005, jitter_seconds=0.02),
    Weather(slice_bytes=7),
    Weather(bytes_per_second=40_000),
    Weather(reset_chance=0.3),
    Weather(limit_bytes=900),
    Weather(slice_bytes=64, reset_chance=0.02),
    Weather(is_down=True),
)


class Worker:
    """An office's process; what it told is kept over its deaths.

    Attributes:
        saved: numbers of the saves that returned.
    """

    def __init__(self, folder: Path, name: str, news: threading.Condition) -> None:
        self._folder, self._name, self._news = folder, name, news
        self.saved: set[int] = set()
        self.lines = 0
        self.syncs = 0
        self._last = 0
        self.start()

    def start(self) -> None:
        """Begin, after the last number that may have been used."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.support.working_process"),
                *(str(self._folder), self._name, str(self._last + 1)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while piece := os.read(self._process.stdout.fileno(), 65536):
            *lines, rest = (rest + piece).split(b"\n")
            with self._news:
                for line in lines:
                    self._take(line.decode())
                self._news.notify_all()

    def _take(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        self.lines += 1
        if word == "saved":
            self._last = int(rest)
            self.saved.add(self._last)
        self.syncs += line == "synced "

    def kill(self) -> None:
        """SIGKILL, and begin again."""
        self._process.kill()
        self._ended()
        self.start()

    def finish(self) -> int:
        """Let it come to its end; gives its exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._ended()

    def _ended(self) -> int:
        code = self._process.wait(_LONGEST)
        joined(self._reader)
        assert self._process.stdout is not None and self._process.stdin is not None
        self._process.stdout.close()
        self._process.stdin.close()
        return code


def soak(
    *, kills: int, seed: int, server: ServerProcess, province: Province, folder: Path
) -> Counter[str]:
    """Work, kill, come to rest, compare; gives what happened how often."""
    faulthandler.cancel_dump_traceback_later()  # each wait in it has its own limit
    random, news, happened = Random(seed), threading.Condition(), Counter[str]()
    office_id = province.office(Role.OFFICER, "99001")
    with FaultProxy(server.url, seed=seed) as line:
        for name in NAMES:
            office = Office.create(folder / name, author=name)
            office.syncing.enrol(server_url=line.url, code=province.code(office_id, user=name))
            office.close()
        workers = [Worker(folder / name, name, news) for name in NAMES]
        for _ in range(kills):
            line.weather = random.choice(WEATHERS)
            _wait_for_lines(workers, news, random.randint(3, 25))
            victim = random.randrange(len(workers) + 1)
            if victim == len(workers):
                server.kill()
                server.start()
                happened["server killed"] += 1
            else:
                workers[victim].kill()
                happened["office killed"] += 1
        line.weather = FAIR
        for worker in workers:
            assert worker.finish() == 0
        happened["saves told"] = sum(len(worker.saved) for worker in workers)
        happened["syncs that succeeded"] = sum(worker.syncs for worker in workers)
        _compare(workers, province.engine, folder, line.url)
    return happened


def _wait_for_lines(workers: list[Worker], news: threading.Condition, count: int) -> None:
    with news:
        wanted = sum(worker.lines for worker in workers) + count
        assert news.wait_for(
            lambda: sum(worker.lines for worker in workers) >= wanted, timeout=_LONGEST
        )


def _compare(workers: list[Worker], database: Engine, folder: Path, url: str) -> None:
    with database.connect() as connection:
        texts = connection.scalars(select(cast(operations.c.change, Text)))
        changes = [msgspec.json.decode(line, type=Change) for line in texts]
    assert len({change.change_id for change in changes}) == len(changes)
    numbers = Counter(
        (change.by, int(str(change.patch["dwelling"][1]).split()[-1]))
        for change in changes
        if "full_name" in change.patch
    )
    assert max(numbers.values()) == 1
    for name, worker in zip(NAMES, workers, strict=True):
        assert {number for by, number in numbers if by == name} >= worker.saved
    offices = [Office.open(folder / name, author=name) for name in NAMES]
    for office in offices:
        assert isinstance(office.syncing, Syncing)
        assert office.syncing.run().problem is None
    held = [holdings(office.register) for office in offices]
    assert held[0] == held[1] == held[2]
    for office in offices:
        status = office.syncing.status()
        assert (status.unsent, status.held) == (0, 0)
        assert verify(office.register).is_sound
        office.close()


def test_kills_of_both_sides_on_a_bad_line_lose_and_double_nothing(
    postgres_url: str, province: Province, tmp_path: Path
) -> None:
    with ServerProcess(postgres_url) as server:
        happened = soak(kills=3, seed=3, server=server, province=province, folder=tmp_path)
    assert happened["server killed"] and happened["office killed"]
    assert happened["syncs that succeeded"]


@pytest.mark.long
def test_two_hundred_kills_lose_and_double_nothing(
    postgres_url: str, province: Province, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prints what it did (``-s``); last run: README."""
    with ServerProcess(postgres_url) as server:
        happened = soak(kills=220, seed=20261122, server=server, province=province, folder=tmp_path)
    with capsys.disabled():
        print(dict(happened))
    assert happened["server killed"] + happened["office killed"] == 220
