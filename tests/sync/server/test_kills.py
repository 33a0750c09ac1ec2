"""kill -9 of the server while desks push: nothing receipted is lost, nothing is applied twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests
from sqlalchemy import Engine, func, select

from sync.protocol.chain import digest_of
from sync.protocol.documents import DocumentType, Role
from sync.server.tables import device_epochs, operations
from tests.support.children import SECONDS
from tests.support.desk import Desk
from tests.support.server import ServerProcess
from tests.sync.server.conftest import MakeDesk

CHANGES = 300
KILLS = 6
BATCH = 3
#: Before the answer, or in the middle of it.
CUT = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


class Progress:
    """Receipts of all desks, and a way to wait for them."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self.receipts = 0

    def add(self, count: int) -> None:
        """So many more changes were receipted."""
        with self._news:
            self.receipts += count
            self._news.notify_all()

    def wait_for(self, receipts: int) -> None:
        """Wait until so many were receipted; nothing more comes from desks that failed."""
        with self._news:
            assert self._news.wait_for(lambda: self.receipts >= receipts, SECONDS)


def push_through(desk: Desk, receipted: Callable[[int], None]) -> None:
    """Push everything in small batches; after a cut line the same batch again."""
    first = 1
    while first <= len(desk.changes):
        last = min(first + BATCH - 1, len(desk.changes))
        try:
            answer = desk.push_those(first, last)
        except CUT:
            continue
        assert answer.acked == last
        receipted(last - first + 1)
        first = last + 1


def test_a_server_killed_in_the_middle_of_pushes_loses_and_repeats_nothing(
    make_desk: MakeDesk, postgres_url: str, database: Engine
) -> None:
    with ServerProcess(postgres_url) as server:
        desks = [make_desk(Role.OFFICER, url=server.url) for _ in range(2)]
        for desk in desks:
            person = desk.person(dwelling="0").document_id
            for number in range(1, CHANGES):
                fields = {"dwelling": str(number)}
                desk.set(DocumentType.PERSON, person, fields, base=number)
        progress = Progress()
        with ThreadPoolExecutor(2) as pool:
            work = [pool.submit(push_through, desk, progress.add) for desk in desks]
            for kill in range(1, KILLS + 1):
                progress.wait_for(kill * 2 * CHANGES // (KILLS + 2))
                server.kill()
                with database.connect() as connection:
                    kept = connection.scalar(select(func.sum(device_epochs.c.last_seq)))
                assert kept >= progress.receipts
                server.start()
            for one in work:
                one.result()
        page = desks[0].pull()
    assert sorted(row.version for row in page.rows) == [CHANGES, CHANGES]
    assert {row.fields["dwelling"] for row in page.rows} == {str(CHANGES - 1)}
    assert page.end.digest["99001/register"] == digest_of(
        (desk.changes[0].document_id, CHANGES) for desk in desks
    )
    with database.connect() as connection:
        ids = list(connection.scalars(select(operations.c.change_id)))
    assert len(ids) == len(set(ids)) == 2 * CHANGES


def test_a_server_asked_to_stop_finishes_and_exits_cleanly(postgres_url: str) -> None:
    server = ServerProcess(postgres_url)
    with server:
        assert requests.get(server.url + "/health", timeout=60).json() == {"status": "ok"}
        assert server.stop() == 0
