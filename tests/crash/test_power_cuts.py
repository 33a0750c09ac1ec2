"""Power cuts at any moment of any work: the register opens, whole, with everything promised.

The writes, flushes and renamings of the real program on the real driver are recorded, and disks
are built that hold any part of what was not flushed (``replaying``).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from desktop.errors import AppError
from tests.crash.judging import LostError
from tests.crash.recording import Event, read_record
from tests.crash.replaying import PASSING, Disk, Fate, cuts, lay_out
from tests.crash.scenarios import SCENARIOS, Scenario
from tests.support.disk import environment

#: Of each scenario: all of CI's together are more than 200.
IMAGES = 24
IMAGES_IN_THE_LONG_RUN = 320


@dataclass(slots=True)
class Verdict:
    """What became of how many images."""

    images: int = 0
    lost: list[str] = field(default_factory=list)
    not_opened: list[str] = field(default_factory=list)
    not_whole: list[str] = field(default_factory=list)
    fates: Counter[Fate] = field(default_factory=Counter)

    @property
    def is_sound(self) -> bool:
        """Nothing was wrong with any."""
        return not (self.lost or self.not_opened or self.not_whole)

    def __str__(self) -> str:
        return (
            f"{self.images} images: lost {len(self.lost)}, not opened {len(self.not_opened)}, "
            f"not whole {len(self.not_whole)}"
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """A piece of work as the disk saw it."""

    scenario: Scenario
    root: str
    before: Path
    events: list[Event]

    def disk(self, *, keeps_word: bool = True) -> Disk:
        """The disk as it was before."""
        disk = Disk(self.root, keeps_word=keeps_word)
        disk.begin_with(self.before)
        return disk


def record(name: str, place: Path, shim: Path, *options: str) -> Recorded:
    """Let the scenario work on the recording disk; the record must tell all that is there."""
    root, before, log = place / "disk", place / "before", place / "record"
    root.mkdir(parents=True)
    scenario = SCENARIOS[name]
    scenario.prepare(root / "register")
    shutil.copytree(root, before)
    subprocess.run(
        [sys.executable, "-m", "tests.crash.scenarios", name, str(root / "register"), *options],
        env=environment(shim, root=root, log=log),
        check=True,
    )
    recorded = Recorded(scenario, str(root), before, read_record(log))
    _require_faithful(recorded, root)
    return recorded


def _require_faithful(recorded: Recorded, root: Path) -> None:
    disk = recorded.disk()
    for event in recorded.events:
        disk.happen(event)
    there = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.name.endswith(PASSING)
    }
    told = {name: content for name, content in disk.now().items() if not name.endswith(PASSING)}
    assert told == there


def judge(
    recorded: Recorded, place: Path, *, images: int, seed: int, keeps_word: bool = True
) -> Verdict:
    """Open what may be left by cuts all over the record."""
    verdict = Verdict()
    disk = recorded.disk(keeps_word=keeps_word)
    for number, fate, image, promises in cuts(
        recorded.events, disk, images=images, random=Random(seed)
    ):
        where = place / f"image-{verdict.images}"
        lay_out(image, where)
        verdict.images += 1
        verdict.fates[fate] += 1
        told = f"{fate.value} after call {number}: {_last(recorded.events, number)}"
        try:
            recorded.scenario.judge(where / "register", promises)
        except LostError as error:
            verdict.lost.append(f"{told}: {error}")
        except AppError as error:
            verdict.not_opened.append(f"{told}: {error}")
        except AssertionError as error:
            verdict.not_whole.append(f"{told}: {error}")
        shutil.rmtree(where)
    return verdict


def _last(events: Sequence[Event], number: int) -> str:
    names = {"W": "write", "T": "truncate", "S": "flush", "U": "remove", "R": "rename"}
    return " ".join(
        names.get(one.kind, one.kind) for one in events[max(0, number - 2) : number + 1]
    )


def _require_sound(name: str, verdict: Verdict) -> None:
    wrong: Iterable[str] = [*verdict.lost, *verdict.not_opened, *verdict.not_whole]
    assert verdict.is_sound, "\n".join([f"{name}: {verdict}", *wrong])


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_power_cut_leaves_a_register_with_everything_promised(
    tmp_path: Path, shim: Path, name: str
) -> None:
    recorded = record(name, tmp_path, shim)
    verdict = judge(recorded, tmp_path, images=IMAGES, seed=1)
    assert verdict.images >= IMAGES
    assert set(verdict.fates) == set(Fate)
    _require_sound(name, verdict)


def test_a_disk_that_does_not_keep_its_word_is_found_out(tmp_path: Path, shim: Path) -> None:
    """The search can fail: with flushes that do nothing, saves that were promised are gone."""
    verdict = judge(record("saves", tmp_path, shim), tmp_path, images=40, seed=1, keeps_word=False)
    assert verdict.lost


def test_fewer_flushes_would_lose_saves(tmp_path: Path, shim: Path) -> None:
    """Why ``synchronous`` is FULL: with NORMAL the same work loses what was promised."""
    verdict = judge(record("saves", tmp_path, shim, "NORMAL"), tmp_path, images=80, seed=1)
    assert verdict.lost


@pytest.fixture(scope="module")
def whole(seed: int) -> Iterator[Verdict]:
    """The sum of a long run, told at its end."""
    verdict = Verdict()
    yield verdict
    if verdict.images:
        print(f"\nseed {seed}, {verdict}")


@pytest.mark.long
@pytest.mark.parametrize("name", SCENARIOS)
def test_power_cuts_all_over(
    tmp_path: Path,
    shim: Path,
    seed: int,
    whole: Verdict,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    recorded = record(name, tmp_path, shim)
    verdict = judge(recorded, tmp_path, images=IMAGES_IN_THE_LONG_RUN, seed=seed)
    whole.images += verdict.images
    whole.lost += verdict.lost
    whole.not_opened += verdict.not_opened
    whole.not_whole += verdict.not_whole
    with capsys.disabled():
        print(f"\n{name}, {len(recorded.events)} calls, {verdict}; so far {whole}", end="")
    _require_sound(name, verdict)
