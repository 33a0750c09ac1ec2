"""Stories from seeds: whatever happens on the way, at the end everybody agrees and nothing is lost.

``python -m tests.sync.simulation --seed N`` tells one of them again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.sync.simulation.beginning import WITH_TWO_COLLECTORS
from tests.sync.simulation.defects import DEFECTS
from tests.sync.simulation.invariants import ELSEWHERE, ViolatedError, claims_of
from tests.sync.simulation.many import Broken, Size, stories
from tests.sync.simulation.operations import OPERATIONS
from tests.sync.simulation.play import Stage, Told
from tests.sync.simulation.server import make_database

ROOT = Path(__file__).parents[3]
SEEDS = 200
AT_ONCE = 50
#: Stories with two collecting offices.
COLLECTING_SEEDS = 12
#: Smaller stories than those of the long run.
SMALL = Size(steps=24)


#: Larger ones, so that a planted defect has more to go wrong in.
LARGE_STEPS = 70


@pytest.fixture(autouse=True)
def copies_are_told_by_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Copies of registers are among the stories: that they were noticed is no fault of a test."""
    caplog.set_level(logging.ERROR, logger="sync.server.sessions")


@pytest.fixture(scope="module")
def stage(postgres_url: str) -> Iterator[Stage]:
    """One server and one beginning for every story."""
    with Stage(make_database(postgres_url)) as made:
        yield made


@pytest.fixture(scope="module")
def two_collectors(postgres_url: str) -> Iterator[Stage]:
    """The same with a second collecting office."""
    url = make_database(postgres_url, "two_collectors")
    with Stage(url, clients=WITH_TWO_COLLECTORS) as made:
        yield made


class Chorus:
    """Two processes side by side, the same seeds every day.

    Attributes:
        happened: the operations of the stories heard so far.
    """

    def __init__(self, postgres_url: str) -> None:
        self._told = stories(postgres_url, range(SEEDS), SMALL, jobs=2)
        self.happened: set[str] = set()

    def hear(self, most: int) -> int:
        """So many stories, or those that are left; every one ends well."""
        heard = list(islice(self._told, most))
        assert [story for story in heard if isinstance(story, Broken)] == []
        for story in heard:
            self.happened |= story.counts.keys() if isinstance(story, Told) else set()
        return len(heard)


@pytest.fixture(scope="module")
def chorus(postgres_url: str) -> Chorus:
    """Begun once: what each of its tests hears goes on from the last."""
    return Chorus(postgres_url)


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_every_story_ends_well(chorus: Chorus, first: int) -> None:
    assert chorus.hear(AT_ONCE) == AT_ONCE


def test_every_operation_happens_in_them(chorus: Chorus) -> None:
    """The registry holds nothing that never comes."""
    chorus.hear(SEEDS)
    assert {one.name for one in OPERATIONS if not one.two_collectors} <= chorus.happened


def test_stories_of_two_collecting_offices_end_well(two_collectors: Stage) -> None:
    """Together they have each of their operations; each submission has its office (I15)."""
    counts: set[str] = set()
    for seed in range(COLLECTING_SEEDS):
        counts |= two_collectors.play(seed, steps=SMALL.steps).counts.keys()
    wanted = {one.name for one in OPERATIONS if one.two_collectors}
    assert wanted <= counts


@pytest.mark.long
def test_every_story_of_a_long_run_ends_well(postgres_url: str) -> None:
    """Ten thousand; ``python -m tests.sync.simulation --seeds 0 10000 --jobs 2`` says more."""
    told = stories(postgres_url, range(10_000), Size(), jobs=2)
    assert [story for story in told if isinstance(story, Broken)] == []


def test_a_seed_tells_the_same_story_again(stage: Stage) -> None:
    for seed in (3, 4):
        assert stage.play(seed).trace == stage.play(seed).trace


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_planted_defect_is_found(request: pytest.FixtureRequest, name: str) -> None:
    defect = DEFECTS[name]
    stage: Stage = request.getfixturevalue("two_collectors" if defect.two_collectors else "stage")
    for seed in range(defect.first, defect.first + defect.seeds):
        try:
            stage.play(seed, steps=LARGE_STEPS, plant=defect.plant)
        except ViolatedError:
            return
    pytest.fail(f"not found in {defect.seeds} stories")


def test_each_invariant_has_its_function_or_its_test() -> None:
    names = [claim.__name__ for claim in claims_of()]
    assert [name.partition("_")[0] for name in names] == [f"i{n:02d}" for n in range(1, 16)]
    for tests in ELSEWHERE.values():
        for test in tests:
            path, _, name = test.partition("::")
            assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.M), test
