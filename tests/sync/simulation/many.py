"""Many stories, in one process or several side by side, each with a database of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from tests.sync.simulation.defects import DEFECTS
from tests.sync.simulation.play import CLIENTS, STEPS, Stage, Told
from tests.sync.simulation.server import make_database

#: Stories that one process tells on one database before it takes a new one; whoever hears them
#: waits for all of these.
_AT_ONCE = 25


@dataclass(frozen=True)
class Size:
    """How large each story is, and what is wrong in it on purpose.

    Attributes:
        defect: one of ``DEFECTS``, or "".
        is_told: print every line.
    """

    clients: int = CLIENTS
    steps: int = STEPS
    defect: str = ""
    is_told: bool = False


@dataclass(frozen=True)
class Broken:
    """A story that violated something, and how to tell it again."""

    seed: int
    why: str
    command: str


def stories(
    postgres_url: str, seeds: Sequence[int], size: Size, *, jobs: int = 1
) -> Iterator[Told | Broken]:
    """Tell the stories of these seeds, in any order."""
    if jobs == 1:
        yield from _told(postgres_url, "simulated", seeds, size)
        return
    share = min(_AT_ONCE, -(-len(seeds) // jobs))
    shares = [seeds[first : first + share] for first in range(0, len(seeds), share)]
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        work = [pool.submit(_listed, postgres_url, one, size) for one in shares]
        for done in as_completed(work):
            yield from done.result()
    finally:  # whoever has heard enough does not wait for the others
        pool.shutdown(cancel_futures=True)


def _listed(postgres_url: str, seeds: Sequence[int], size: Size) -> list[Told | Broken]:
    # Each process has one database, made anew for each share.
    return list(_told(postgres_url, f"simulated_{os.getpid()}", seeds, size))


def _told(
    postgres_url: str, database: str, seeds: Sequence[int], size: Size
) -> Iterator[Told | Broken]:
    plant = DEFECTS[size.defect].plant if size.defect else None
    say = print if size.is_told else _say_nothing
    with Stage(make_database(postgres_url, database), clients=size.clients) as stage:
        for seed in seeds:
            try:
                yield stage.play(seed, steps=size.steps, plant=plant, say=say)
            except Exception as error:  # noqa: BLE001 - whatever it is, the seed tells it again
                yield Broken(
                    seed=seed,
                    why=f"{type(error).__name__}: {error}",
                    command=f"python -m tests.sync.simulation --seed {seed} "
                    f"--clients {size.clients} --steps {size.steps} --tell",
                )


def _say_nothing(_line: str) -> None:
    pass
