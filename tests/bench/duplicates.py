"""How long it takes to find who stands twice among 50,000 people, and how well it works.

``recall`` is the share of the labelled pairs among those proposed as likely, ``precision`` the
share of the proposed ones that are labelled. The baseline is the rule most systems have (same
number, or same name without marks and same birth date), with its own time and figures. The weights
were chosen on other seeds than the one measured here.
"""

from __future__ import annotations

import time
from collections.abc import Set

from forms.duplicates.finding import Likeness, find_duplicates
from tests.generation.duplicates import LabelledPeople, labelled_people, plain_rule

PEOPLE = 50_000
SEED = 20261122


def run(*, json: bool) -> dict[str, object]:
    """Measures, and prints the figures for a person unless only JSON is asked for."""
    labelled = labelled_people(PEOPLE, seed=SEED)
    started = time.perf_counter()
    plain = plain_rule(labelled.people)
    plain_seconds = time.perf_counter() - started
    started = time.perf_counter()
    pairs = find_duplicates(labelled.people)
    seconds = time.perf_counter() - started
    likely = {
        (min(pair.first, pair.second), max(pair.first, pair.second))
        for pair in pairs
        if pair.likeness is Likeness.LIKELY
    }
    figures: dict[str, object] = {
        "people": len(labelled.people),
        "labelled_pairs": len(labelled.pairs),
        "seconds": round(seconds, 2),
        **_quality(likely, labelled),
        "plain_seconds": round(plain_seconds, 2),
        "times_plain": round(seconds / plain_seconds, 1),
        **{f"plain_{name}": figure for name, figure in _quality(plain, labelled).items()},
    }
    if not json:
        for name, figure in figures.items():
            print(f"{name:>20}  {figure}")
    return figures


def _quality(found: Set[tuple[str, str]], labelled: LabelledPeople) -> dict[str, float]:
    right = len(found & labelled.pairs)
    return {
        "recall": round(right / len(labelled.pairs), 4),
        "precision": round(right / len(found), 4),
    }
