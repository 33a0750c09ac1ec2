"""A server whose tables are locked says busy, one that sleeps says nothing; a push counts once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
import uvicorn
from sqlalchemy import Engine, func, select, text

from sync.protocol.messages import PullRequest, PushAnswer, Refusal, RefusalCode
from sync.server import database as databases
from sync.server.serving import listen
from sync.server.settings import Settings
from sync.server.tables import operations
from sync.server.web import create_app
from tests.support.children import until
from tests.support.desk import Desk
from tests.support.server import ServerProcess
from tests.sync.server.test_bad_input import answer_of

#: Instead of the ten seconds that a request waits for a lock.
LOCK_WAIT_MS = 300


@pytest.fixture
def impatient(postgres_url: str, monkeypatch: pytest.MonkeyPatch, officer: Desk) -> Iterator[Desk]:
    """The officer at a server of this process that waits for locks a shorter time."""
    monkeypatch.setattr(databases, "_LOCK_WAIT_MS", LOCK_WAIT_MS)
    engine = databases.open_engine(postgres_url, role=Settings().database_role)
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(create_app(engine), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    officer.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield officer
    server.should_exit = True
    thread.join()
    listening.close()
    engine.dispose()


def count(database: Engine) -> int:
    with database.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(operations)).scalar_one())


@pytest.mark.parametrize("table", ["documents", "operations", "buckets", "devices"])
def test_a_push_during_a_migration_hears_busy_and_counts_once_afterwards(
    table: str, impatient: Desk, database: Engine
) -> None:
    impatient.person()
    with database.begin() as migration:
        # What a migration that alters a table holds until its end.
        migration.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        refusal = impatient.push_range(1, 1)
        assert isinstance(refusal, Refusal)
        assert refusal.code is RefusalCode.BUSY
        assert refusal.retry_after_seconds > 0
        if table in ("documents", "buckets", "devices"):
            asked = msgspec.json.encode(PullRequest(cursors={"99001/register": 0}))
            assert answer_of(impatient.post("/sync/v1/pull", asked)).code is RefusalCode.BUSY
    assert count(database) == 0
    for _ in range(2):
        answer = impatient.push_range(1, 1)
        assert isinstance(answer, PushAnswer)
        assert answer.acked == 1
    assert (count(database), len(impatient.pull().rows)) == (1, 1)


def requests_before(server: ServerProcess) -> int:
    """How many connections have something for it that it did not read yet."""
    place = f":{int(server.url.rpartition(':')[2]):04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(
        line[1].endswith(place) and line[3] == "01" and not line[4].endswith(":00000000")
        for line in lines
    )


def test_a_server_that_slept_goes_on_with_what_arrived_meanwhile(
    officer: Desk, postgres_url: str, database: Engine
) -> None:
    with ServerProcess(postgres_url) as server, ThreadPoolExecutor(2) as pool:
        officer.url = server.url
        for _ in range(2):
            officer.person()
        assert isinstance(officer.push_range(1, 1), PushAnswer)
        server.pause()
        try:
            # Sent twice, as a program does that gave the first request up.
            asked = [pool.submit(officer.push_those, 2, 2) for _ in range(2)]
            until(lambda: requests_before(server) == len(asked))
        finally:
            server.resume()
        first, second = (one.result() for one in asked)
    assert first.results == second.results
    assert (first.acked, count(database)) == (2, 2)
