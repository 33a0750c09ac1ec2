"""Two server processes behind one address: it does not matter which of them answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, func, select

from sync.protocol.documents import DocumentType, Role
from sync.server.tables import documents, operations
from tests.support.balancer import Balancer
from tests.support.desk import Desk
from tests.support.server import ServerProcess
from tests.sync.server.conftest import MakeDesk

DEVICES = 6
CHANGES = 60
BATCH = 7


def work(desk: Desk, shared: str) -> None:
    """Push in small batches, every other one twice; all edit one document of the commune."""
    for number in range(CHANGES):
        if number % 3:
            desk.person(dwelling=str(number))
        else:
            desk.set(DocumentType.PERSON, shared, {"phone": f"{desk.device}{number}"}, base=1)
    for first in range(1, CHANGES + 1, BATCH):
        last = min(first + BATCH - 1, CHANGES)
        for _ in range(1 + first % 2):
            assert desk.push_those(first, last).acked == last


def feed(desk: Desk) -> list[tuple[str, int]]:
    """The whole feed of the commune, page by page from both processes."""
    cursors: dict[str, int] = {}
    seen: dict[str, int] = {}
    while True:
        page = desk.pull(cursors, limit=25)
        seen |= {row.document_id: row.position for row in page.rows}
        cursors = page.end.next
        if not page.end.more:
            return sorted(seen.items())


def test_many_devices_at_two_processes_leave_no_gap_and_nothing_twice(
    make_desk: MakeDesk, server: ServerProcess, postgres_url: str, database: Engine
) -> None:
    with ServerProcess(postgres_url) as other, Balancer([server.url, other.url]) as both:
        desks = [make_desk(Role.OFFICER, url=both.url) for _ in range(DEVICES)]
        shared = desks[0].person().document_id
        desks[0].push()
        desks[0].begin_epoch()
        for desk in desks:
            desk.http.headers["Connection"] = "close"  # each request may meet the other process
        with ThreadPoolExecutor(DEVICES) as pool:
            list(pool.map(lambda desk: work(desk, shared), desks))
        feeds = [feed(desk) for desk in desks]
        assert min(both.served) > DEVICES
    assert all(one == feeds[0] for one in feeds)
    made = DEVICES * (CHANGES - CHANGES // 3) + 1
    assert len(feeds[0]) == made
    with database.connect() as connection:
        ids = list(connection.scalars(select(operations.c.change_id)))
        version = connection.scalar(select(documents.c.version).where(documents.c.id == shared))
        heads = connection.execute(
            select(func.count(), func.count(documents.c.position.distinct()))
        ).one()
    assert len(ids) == len(set(ids)) == DEVICES * CHANGES + 1
    assert version == 1 + DEVICES * CHANGES // 3
    assert heads == (made, made)
