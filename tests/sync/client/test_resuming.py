"""A line that is cut anywhere costs no more than one batch, or one page, sent again."""

from __future__ import annotations

import faulthandler
import io
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import requests

from desktop.services.syncing import Syncing
from desktop.store.holdings import holdings
from desktop.training.people import households
from sync.client.engine import Portions, meanwhile
from sync.client.schedule import LARGEST_BATCH
from sync.client.transport import Transport
from sync.protocol import codec
from sync.protocol.documents import Role
from sync.protocol.messages import PullRequest
from tests.support.offices import AT_ONCE, Clock, Office
from tests.support.proxy import Cut, FaultProxy
from tests.support.server import Province, ServerProcess

SEED = 20261122
CUTS = 8
PAGE_ROWS = 100
#: More than is ever sent or answered at once here.
LONGEST_BYTES = 40_000

#: As in the program: a request travels while the register stores what came before.
BESIDE = replace(AT_ONCE, beside=meanwhile)


class Witness(requests.adapters.HTTPAdapter):
    """The ordinary line, and what was asked over it.

    Attributes:
        sent: how often each change was sent.
        pages: how often each page was asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: Counter[int] = Counter()
        self.batches: list[int] = []
        self.pages: Counter[tuple[tuple[str, int], ...]] = Counter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Note what is asked, and send it."""
        body: object = request.body
        assert isinstance(body, io.BytesIO)
        if str(request.url).endswith("/push"):
            header = codec.decode_push(codec.inflated(body.getvalue(), codec.ZSTD)).header
            self.sent.update(range(header.first, header.first + header.n))
            self.batches.append(header.n)
        elif str(request.url).endswith("/pull"):
            asked = msgspec.json.decode(body.getvalue(), type=PullRequest)
            self.pages[tuple(sorted(asked.cursors.items()))] += 1
        return super().send(request, stream, timeout, verify, cert, proxies)


def syncing(office: Office, clock: Clock, witness: Witness) -> Syncing:
    return Syncing(
        register=office.register,
        clock=clock,
        pace=BESIDE,
        portions=Portions(page_rows=PAGE_ROWS),
        connect=partial(Transport, line=witness),
    )


def cuts_of(request: bytes) -> list[Cut]:
    draw = random.Random(f"{SEED}/{request!r}")
    sent = [Cut(request, after_sent=draw.randrange(LONGEST_BYTES), times=1) for _ in range(CUTS)]
    return [
        *sent,
        *(Cut(request, after_answered=draw.randrange(LONGEST_BYTES), times=1) for _ in sent),
    ]


def test_a_cut_line_repeats_at_most_one_batch_and_one_page(
    server: ServerProcess, province: Province, tmp_path: Path, clock: Clock
) -> None:
    faulthandler.cancel_dump_traceback_later()  # each request of its many syncs has its own limit
    office_id = province.office(Role.OFFICER, "99001")
    people = list(households(count=60, commune_code="99001", today=date(2026, 11, 22)))
    cut_pushes = cut_pulls = 0
    with FaultProxy(server.url) as proxy:
        for number, (push_cut, pull_cut) in enumerate(
            zip(cuts_of(b"POST /sync/v1/push"), cuts_of(b"POST /sync/v1/pull"), strict=True)
        ):
            offices = [
                Office.create(tmp_path / f"{number}/{name}", author=name, clock=clock)
                for name in ("Lê Thị Bình", "Phạm Văn Hai")
            ]
            one, two = offices
            for office in offices:
                proxy.plan(None)
                code = province.code(office_id)
                office.syncing.enrol(server_url=proxy.url, code=code)
            one.records.preload(people)
            made = one.syncing.status().unsent
            witness = Witness()
            proxy.plan(push_cut)
            report = syncing(one, clock, witness).run()
            assert report.problem is None, (push_cut, report)
            cut_pushes += proxy.cuts
            again = [seq for seq, times in witness.sent.items() if times > 1]
            assert set(witness.sent) == set(range(1, made + 1))
            assert max(witness.sent.values()) <= 1 + proxy.cuts, push_cut
            assert len(again) <= LARGEST_BATCH * proxy.cuts, push_cut
            assert not again or max(again) - min(again) < max(witness.batches), push_cut
            witness = Witness()
            proxy.plan(pull_cut)
            report = syncing(two, clock, witness).run()
            assert report.problem is None, (pull_cut, report)
            cut_pulls += proxy.cuts
            assert sum(witness.pages.values()) <= len(witness.pages) + proxy.cuts, pull_cut
            proxy.plan(None)
            assert one.syncing.run().problem is None
            assert holdings(one.register) == holdings(two.register)
            for office in offices:
                office.close()
    assert cut_pushes > CUTS / 2
    assert cut_pulls > CUTS / 2
