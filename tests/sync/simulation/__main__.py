"""``python -m tests.sync.simulation --seed N`` tells one story again; ``--seeds A B`` tells many.

Every seed is one story; what it violates is printed with the command that replays it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.server.embedded import embedded_postgres
from tests.sync.simulation.defects import DEFECTS
from tests.sync.simulation.many import Broken, Size, stories
from tests.sync.simulation.play import CLIENTS, STEPS, in_memory

_EVERY = 100


def main() -> int:
    """Tell the stories asked for; 1 when one of them violates something."""
    wanted = _arguments().parse_args()
    seeds = [wanted.seed] if wanted.seed is not None else list(range(*wanted.seeds))
    size = Size(wanted.clients, wanted.steps, wanted.defect or "", wanted.tell)
    _say(f"seeds {seeds[0]} to {seeds[-1]}: {size.clients} PCs, {size.steps} steps")
    began = time.monotonic()
    counts: Counter[str] = Counter()
    sound = changes = broken = 0
    with _postgres() as url:
        for story in stories(url, seeds, size, jobs=wanted.jobs):
            if isinstance(story, Broken):
                broken += 1
                _say(f"seed {story.seed}: {story.why}\n  {story.command}")
            else:
                sound, changes = sound + 1, changes + story.changes
                counts.update(story.counts)
                if wanted.seed is not None:
                    _say(f"seed {story.seed}: sound, trace {story.trace}")
            if (sound + broken) % _EVERY == 0:
                _say(f"{sound + broken} stories, {broken} broken")
    for what, count in sorted(counts.items()):
        _say(f"  {count:9,} {what}")
    seconds = time.monotonic() - began
    _say(f"{sound} stories sound, {broken} broken, {changes:,} changes, {seconds:.0f} s")
    return 1 if broken else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.sync.simulation")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="one story")
    which.add_argument("--seeds", type=int, nargs=2, metavar=("FROM", "TO"), help="many")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--tell", action="store_true", help="print every line of the story")
    parser.add_argument("--defect", choices=sorted(DEFECTS), help="plant this defect")
    return parser


@contextmanager
def _postgres() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="so-an-sinh-stories-", dir=in_memory()))
    try:
        with embedded_postgres(folder / "postgres") as url:
            yield url
    finally:
        shutil.rmtree(folder)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
