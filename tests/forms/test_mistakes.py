"""The catalogue of mistakes: every one is raised somewhere in the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.mistakes import Mistake

TESTS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(__file__).parent.rglob("test_*.py")
    if path != Path(__file__)
)


@pytest.mark.parametrize("mistake", [one for one in Mistake if one.name.startswith("DEF_")])
def test_some_test_raises_it(mistake: Mistake) -> None:
    assert mistake.name in TESTS


@pytest.mark.parametrize("mistake", Mistake)
def test_its_sentence_says_what_to_do(mistake: Mistake) -> None:
    assert len(mistake.value) > 20
    assert mistake.value.endswith((".", "}"))
