"""What is known about each form, and how a wrong ``about.yaml`` is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forms.about import AboutError, FormAbout, Subject, load_about
from forms.registry import FormRegistry, UnknownFormError

ABOUT = """
title: Phiếu thử
source: TT 00/2022
subject: household
data_set: trial_set
sensitive: true
min_age: 1
max_age: 15
roster: members
companion_of: other
in_force_until: 2025-12-31
"""


def written(folder: Path, text: str) -> FormAbout:
    path = folder / "about.yaml"
    path.write_text(text, encoding="utf-8")
    return load_about(path)


def test_everything_that_is_said_is_read(tmp_path: Path) -> None:
    assert written(tmp_path, ABOUT) == FormAbout(
        title_vi="Phiếu thử",
        source="TT 00/2022",
        subject=Subject.HOUSEHOLD,
        data_set="trial_set",
        sensitive=True,
        min_age=1,
        max_age=15,
        roster="members",
        companion_of="other",
        in_force_until=date(2025, 12, 31),
    )


def test_what_may_be_left_out_says_nothing(tmp_path: Path) -> None:
    about = written(tmp_path, "".join(f"{line}\n" for line in ABOUT.split("\n")[1:5]))
    assert (about.sensitive, about.roster, about.in_force_until) == (False, None, None)
    assert about.admits_age(0)
    assert about.is_in_force(date(2099, 1, 1))


def test_the_ages_and_the_last_day_count_themselves(tmp_path: Path) -> None:
    about = written(tmp_path, ABOUT)
    assert [years for years in range(20) if about.admits_age(years)] == list(range(1, 16))
    assert about.is_in_force(date(2025, 12, 31))
    assert not about.is_in_force(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title: Phiếu thử\n", ""), "missing .*title"),
        (("Phiếu thử", "' '"), "title"),
        (("household", "village"), "subject"),
        (("trial_set", "Trial"), "data_set"),
        (("true", "perhaps"), "sensitive"),
        (("min_age: 1", "min_age: -1"), "min_age"),
        (("max_age: 15", "max_age: true"), "max_age"),
        (("2025-12-31", "soon"), "in_force_until"),
        (("roster", "rooster"), "unknown .*rooster"),
        (("title: ", "title: ["), "flow sequence"),
    ],
)
def test_a_wrong_line_is_told_with_its_key(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(AboutError, match=said):
        written(tmp_path, ABOUT.replace(*change))


@pytest.mark.parametrize("text", ["", "- a\n"])
def test_something_else_than_keys_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AboutError, match="keys and values"):
        written(tmp_path, text)


@pytest.mark.parametrize("form_id", FormRegistry.bundled().form_ids())
def test_every_bundled_form_says_what_it_is(form_id: str) -> None:
    about = FormRegistry.bundled().about(form_id)
    assert about.companion_of in (None, *FormRegistry.bundled().form_ids())


def test_an_unknown_form_is_told() -> None:
    with pytest.raises(UnknownFormError):
        FormRegistry.bundled().about("other")
