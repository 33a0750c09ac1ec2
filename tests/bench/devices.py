"""Two hundred devices at once, each with 50 changes to send and 200 documents to fetch.

Every device is of a commune of its own and syncs once, whole: login, push, pull, digests. All
begin at the same moment, in one process beside the server's, on the loopback address. Two waves:
the second shows whether the memory of the server grows.

``p50_s``, ``p95_s``, ``max_s`` are about one device's whole sync, waiting included; ``errors`` are
syncs that came to trouble; ``lost`` are documents that the database does not hold afterwards.
``alone_s`` is one device alone in the same run, and ``p95_ratio`` the 95th percentile over what all
of them would take one after another.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import func, select

from sync.client.engine import REAL_TIME, synchronise
from sync.client.ports import DeviceIdentity
from sync.server.tables import documents
from tests.bench._light_office import LightOffice
from tests.bench._province import NOW, Province, persons, province

DEVICES = 200
UP = 50
DOWN = 200
_UNIX_MS = int(NOW.timestamp() * 1000)


@dataclass(slots=True)
class _Device:
    office: LightOffice
    identity: DeviceIdentity
    bucket: str
    seconds: float = 0.0
    trouble: object = None

    def queue(self, count: int, *, seed: int) -> None:
        for person in persons(count, seed=seed):
            self.office.create(self.bucket, person.fields, unix_ms=_UNIX_MS)

    def sync(self) -> None:
        started = time.perf_counter()
        outcome = synchronise(
            outbox=self.office,
            inbox=self.office,
            identity=self.identity,
            app_version="bench",
            pace=REAL_TIME,
        )
        self.seconds = time.perf_counter() - started
        self.trouble = outcome.trouble


def run(*, json: bool) -> dict[str, float]:
    """All figures; about two minutes."""
    with province() as place:
        figures = measure(place)
    figures = {name: round(value, 3) for name, value in figures.items()}
    if not json:
        for name, value in figures.items():
            print(f"{name:24} {value:10.3f}")
    return figures


def measure(place: Province, *, devices: int = DEVICES) -> dict[str, float]:
    """The figures of both waves."""
    buckets = [f"{20_000 + number}/register" for number in range(devices + 1)]
    fillers = [_device(place, bucket) for bucket in buckets]
    for filler in fillers:
        filler.queue(DOWN, seed=1)
    _at_once(fillers, width=4)
    waiting = [_device(place, bucket) for bucket in buckets]
    for device in waiting:
        device.queue(UP, seed=2)
    alone, *crowd = waiting
    alone.sync()
    before = place.server.memory_kib()
    first = _at_once(crowd)
    after_first = place.server.memory_kib()
    for device in crowd:
        device.queue(UP, seed=3)
    second = _at_once(crowd)
    after_second = place.server.memory_kib()
    every = [*fillers, *waiting]
    with place.engine.connect() as connection:
        theirs = select(func.count()).where(documents.c.bucket.in_(buckets))
        held = connection.scalar(theirs) or 0
    expected = len(buckets) * (DOWN + UP) + devices * UP
    return {
        "devices": devices,
        "p50_s": statistics.median(first),
        "p95_s": _p95(first),
        "max_s": max(first),
        "p95_second_s": _p95(second),
        "errors": sum(device.trouble is not None for device in every),
        "lost": expected - held,
        "alone_s": alone.seconds,
        "p95_ratio": _p95(first) / (alone.seconds * devices),
        "rss_before_mb": before / 1024,
        "rss_after_mb": after_first / 1024,
        "rss_after_second_mb": after_second / 1024,
    }


def _device(place: Province, bucket: str) -> _Device:
    commune = bucket.partition("/")[0]
    return _Device(LightOffice(), place.enrolled(place.office(communes=[commune])), bucket)


def _at_once(devices: Sequence[_Device], *, width: int = 0) -> list[float]:
    """All sync at the same moment (or ``width`` at a time); how long each took."""
    start = threading.Barrier(width or len(devices))

    def sync(device: _Device) -> float:
        if not width:
            start.wait()
        device.sync()
        return device.seconds

    with ThreadPoolExecutor(width or len(devices)) as pool:
        return list(pool.map(sync, devices))


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]
