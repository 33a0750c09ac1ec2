"""Paths of answers inside repeats: in the order of the paper, and without their instances."""

from __future__ import annotations

from forms.runtime.frames import order_of_path, without_keys


def test_the_tenth_instance_follows_the_second() -> None:
    paths = ["members[10]/name", "members[2]/name", "members[1]/jobs[11]/job"]
    inner = ["members[1]/jobs[2]/job", *paths]
    assert sorted(inner, key=order_of_path) == [
        "members[1]/jobs[2]/job",
        "members[1]/jobs[11]/job",
        "members[2]/name",
        "members[10]/name",
    ]


def test_the_question_of_an_answer_is_named_without_the_instances() -> None:
    assert without_keys("members[2]/jobs[10]/job") == "members/jobs/job"
    assert without_keys("identity/full_name") == "identity/full_name"
