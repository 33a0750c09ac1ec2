"""Playing a seed: the beginning, the steps, the healing, the claims."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.sync.simulation.beginning import Beginning, founded
from tests.sync.simulation.chance import drawn_from
from tests.sync.simulation.operations import one_step
from tests.sync.simulation.server import SimulatedServer
from tests.sync.simulation.world import World

#: Where the server warns of refresh tokens that are used twice: copies of PCs do that all the time.
_SESSIONS = logging.getLogger("sync.server.sessions")
#: The usual size of a story.
CLIENTS, STEPS = 4, 40


@dataclass(frozen=True)
class Told:
    """A story that ended well.

    Attributes:
        trace: the hash of everything that happened, for the replay.
        counts: how often what happened.
        changes: how many changes the server accepted.
    """

    seed: int
    trace: str
    counts: dict[str, int]
    changes: int


class Stage:
    """A server and the beginning of every story told on it; a context manager."""

    def __init__(self, database_url: str, *, clients: int = CLIENTS) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="so-an-sinh-stage-", dir=in_memory())
        self._server = SimulatedServer(database_url)
        self._beginning: Beginning = founded(self._server, Path(self._folder.name), clients=clients)

    def __enter__(self) -> Stage:
        _SESSIONS.addFilter(_is_news)
        return self

    def __exit__(self, *_error: object) -> None:
        _SESSIONS.removeFilter(_is_news)
        self._server.close()
        self._folder.cleanup()

    def play(
        self,
        seed: int,
        *,
        steps: int = STEPS,
        plant: Callable[[World], None] | None = None,
        say: Callable[[str], object] = lambda _line: None,
    ) -> Told:
        """Tell the story of this seed; raises what it violates."""
        with (
            tempfile.TemporaryDirectory(prefix="so-an-sinh-story-", dir=in_memory()) as folder,
            drawn_from(Random(-seed - 1)),
            World(
                seed=seed,
                server=self._server,
                place=Path(folder),
                beginning=self._beginning,
                plant=plant,
                say=say,
            ) as world,
        ):
            for _ in range(steps):
                one_step(world)
            world.heal()
            world.check()
            return Told(
                seed=seed,
                trace=world.told,
                counts=dict(world.happened.counts),
                changes=len(world.telling.accepted),
            )


def _is_news(record: logging.LogRecord) -> bool:
    return record.getMessage() != "refresh token reused"


def in_memory() -> str | None:
    """Where files need no disk: power cuts are for other tests."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None
