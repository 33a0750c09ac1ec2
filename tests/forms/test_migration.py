"""Answers given under an older text of a form, and what becomes of them in a newer one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.definition import (
    Answer,
    Choice,
    FormDefinition,
    Question,
    QuestionType,
    Repeat,
    Section,
)
from forms.expressions.values import to_text
from forms.migration.declaration import Merge, Split
from forms.migration.moving import (
    Fate,
    Leftover,
    Migrated,
    Migration,
    Migrator,
    load_migration,
    migrate,
    migrate_through,
)
from forms.mistakes import DefinitionError, Mistake
from forms.registry import FormRegistry, UnknownFormError

FOLDER = Path(__file__).parent / "definitions"
REGISTRY = FormRegistry(FOLDER)
FORM = "tap_huan"
FIRST, SECOND, THIRD = "2024-01-01", "2026-01-01", "2027-01-01"

ANSWERS: Mapping[str, Answer] = {
    "identity/family_name": "Trần Thị",
    "identity/given_name": "Hà",
    "identity/address": "Ấp 1, Xã Suối Mẫu",
    "work/kind": "3",
    "work/skills": "a b c",
    "work/code": "TM12",
    "work/phone": "000",
    "work/fax": "001",
    "note": "cả năm",
}


def through(answers: Mapping[str, Answer], *, to: str = SECOND) -> Migrated:
    return migrate_through(REGISTRY.migrators(FORM, FIRST, to=to), answers)


def fates(found: Migrated) -> dict[str, Fate]:
    return {step.path: step.fate for step in found.steps}


def test_every_fate_leads_where_the_declaration_says() -> None:
    found = through(ANSWERS)
    assert found.answers == {
        "identity/full_name": "Trần Thị Hà",
        "contact/house": "Ấp 1",
        "contact/commune": "Xã Suối Mẫu",
        "contact/phone": "000",
        "work/kind": "5",
        "work/skills": "a d",
        "work/branch": "TM",
        "work/number": 12,
        "note": "cả năm",
    }
    assert fates(found) == {
        "identity/family_name": Fate.MERGED,
        "identity/given_name": Fate.MERGED,
        "identity/address": Fate.SPLIT,
        "work/kind": Fate.RECODED,
        "work/skills": Fate.RECODED,
        "work/code": Fate.SPLIT,
        "work/phone": Fate.RENAMED,
        "work/fax": Fate.DROPPED,
        "note": Fate.KEPT,
    }


def test_both_sides_of_every_answer_are_shown() -> None:
    steps = {step.path: (step.old, step.new) for step in through(ANSWERS).steps}
    assert steps["work/kind"] == ("3", {"work/kind": "5"})
    assert steps["work/fax"] == ("001", {})
    assert steps["identity/address"] == (
        "Ấp 1, Xã Suối Mẫu",
        {"contact/house": "Ấp 1", "contact/commune": "Xã Suối Mẫu"},
    )
    assert steps["identity/given_name"] == ("Hà", {"identity/full_name": "Trần Thị Hà"})


def test_what_has_no_place_is_kept_with_the_version_it_was_given_under() -> None:
    assert set(through(ANSWERS).leftover) == {
        Leftover(FIRST, "work/kind", "3"),
        Leftover(FIRST, "work/skills", "a b c"),
        Leftover(FIRST, "work/code", "TM12"),  # "TM" and 12 are other words
        Leftover(FIRST, "work/fax", "001"),
    }


def test_a_retired_choice_without_a_successor_leaves_the_question_open() -> None:
    found = through({"work/kind": "7"})
    assert found.answers == {}
    assert found.leftover == (Leftover(FIRST, "work/kind", "7"),)


def test_a_part_that_the_new_question_cannot_read_is_kept_whole() -> None:
    found = through({"work/code": "TMx"})
    assert found.answers == {"work/branch": "TM"}
    assert found.leftover == (Leftover(FIRST, "work/code", "TMx"),)


def test_the_last_part_takes_the_rest_and_fewer_parts_fill_from_the_front() -> None:
    assert through({"identity/address": "1, 2, 3"}).answers == {
        "contact/house": "1",
        "contact/commune": "2, 3",
    }
    assert through({"identity/address": "một"}).answers == {"contact/house": "một"}


def test_a_merged_answer_needs_not_all_its_sources() -> None:
    assert through({"identity/given_name": "Hà"}).answers == {"identity/full_name": "Hà"}


def test_what_is_no_answer_of_the_old_text_is_left_over() -> None:
    found = through({"strange": "x", "note[2]": "y", "work": "z"})
    assert found.answers == {}
    assert set(fates(found).values()) == {Fate.UNKNOWN}
    assert {(one.path, one.value) for one in found.leftover} == {
        ("strange", "x"),
        ("note[2]", "y"),
        ("work", "z"),
    }


def test_bad_answers_move_as_they_are() -> None:
    assert through({"work/kind": "no such code", "note": 5}).answers == {
        "work/kind": "no such code",
        "note": 5,
    }


def test_a_record_goes_through_every_text_between() -> None:
    found = through(ANSWERS, to=THIRD)
    assert found.answers["reach/house"] == "Ấp 1"
    assert found.answers["reach/phone"] == "000"
    assert "work/number" not in found.answers
    assert Leftover(SECOND, "work/number", 12) in found.leftover
    assert Leftover(FIRST, "work/fax", "001") in found.leftover


def test_from_a_text_to_itself_nothing_happens() -> None:
    found = migrate_through(REGISTRY.migrators(FORM, SECOND, to=SECOND), {"note": "x"})
    assert (found.answers, found.steps) == ({"note": "x"}, ())


def test_nobody_goes_back_to_an_older_text() -> None:
    with pytest.raises(UnknownFormError):
        REGISTRY.migrators(FORM, SECOND, to=FIRST)


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=30)
OLD_PATHS = sorted(ANSWERS)


def words(values: list[Answer]) -> set[str]:
    return {word for value in values for word in re.findall(r"\w+", to_text(value))}


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from([*OLD_PATHS, "strange"]),
        st.one_of(TEXTS, st.integers(-(10**9), 10**9), st.sampled_from(["3", "7", "a b", "b c"])),
    )
)
def test_migrating_loses_no_word(answers: dict[str, Answer]) -> None:
    found = through(answers, to=THIRD)
    kept = words([*found.answers.values(), *(one.value for one in found.leftover)])
    assert words(list(answers.values())) <= kept
    assert {step.path for step in found.steps} >= {
        path for path, value in answers.items() if to_text(value).strip()
    }


# -- repeats ------------------------------------------------------------------------------------


def text(path: str) -> Question:
    return Question(path, QuestionType.TEXT, path)


def roster(version: str, group: str, *names: str) -> FormDefinition:
    members = tuple(text(f"{group}/{name}") for name in names)
    section = Section(group, "", None, members, repeat=Repeat())
    return FormDefinition("thu", version, "Thử", (section, text("note")), {})


def test_instances_keep_their_keys() -> None:
    old, new = roster("1", "members", "name", "job"), roster("2", "people", "name", "work")
    new = replace(new, version=SECOND)
    declared = Migration("1", renamed={"members": "people", "members/job": "people/work"})
    found = migrate(
        old,
        new,
        {"members[1]/name": "A", "members[b7]/name": "B", "members[b7]/job": "c", "note": "n"},
        declared,
    )
    assert found.answers == {
        "people[1]/name": "A",
        "people[b7]/name": "B",
        "people[b7]/work": "c",
        "note": "n",
    }
    assert found.leftover == ()


def test_instances_merge_each_for_itself() -> None:
    old, new = roster("1", "members", "family", "given"), roster(SECOND, "members", "name")
    declared = Migration(
        "1", merged={"members/name": Merge(("members/family", "members/given"), " ")}
    )
    answers = {"members[1]/family": "A", "members[2]/given": "D", "members[2]/family": "C"}
    found = migrate(old, new, answers, declared)
    assert found.answers == {"members[1]/name": "A", "members[2]/name": "C D"}


def test_an_expression_reads_the_answers_of_its_own_instance() -> None:
    old, new = roster("1", "members", "name"), roster(SECOND, "members", "family", "given")
    declared = Migration(
        "1",
        split={
            "members/name": Split(
                ("members/family", "members/given"),
                expressions={
                    "members/family": "substring-before(${name}, ' ')",
                    "members/given": "substring-after(${name}, ' ')",
                },
            )
        },
    )
    found = migrate(old, new, {"members[1]/name": "A B", "members[x]/name": "C D"}, declared)
    assert found.answers == {
        "members[1]/family": "A",
        "members[1]/given": "B",
        "members[x]/family": "C",
        "members[x]/given": "D",
    }
    assert found.leftover == ()


# -- declarations that are not sound ------------------------------------------------------------


def problems(declared: Migration, *, old: str = FIRST, new: str = SECOND) -> set[tuple[str, str]]:
    with pytest.raises(DefinitionError) as caught:
        Migrator(REGISTRY.get(FORM, old).definition, REGISTRY.get(FORM, new).definition, declared)
    assert all(one.message and one.sheet == "migration.yaml" for one in caught.value.problems)
    return {(one.code.name, one.column) for one in caught.value.problems}


SOUND = load_migration(FOLDER / FORM / SECOND / "migration.yaml")


def test_every_old_question_needs_a_fate() -> None:
    declared = replace(SOUND, dropped={}, renamed={})
    with pytest.raises(DefinitionError) as caught:
        Migrator(
            REGISTRY.get(FORM, FIRST).definition, REGISTRY.get(FORM, SECOND).definition, declared
        )
    messages = [one.message for one in caught.value.problems]
    assert len(messages) == 2
    assert "'work/phone'" in messages[0] and "'work/fax'" in messages[1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"from_version": "2020-01-01"}, (Mistake.MIG_002, "from")),
        ({"dropped": {"work/nothing": "x"}}, (Mistake.MIG_003, "dropped: work/nothing")),
        (
            {"renamed": {"work/phone": "work/nothing"}},
            (Mistake.MIG_004, "renamed: work/phone"),
        ),
        ({"dropped": {"work/phone": "x", "work/fax": "y"}}, (Mistake.MIG_006, "")),
        (
            {"renamed": {"work/phone": "contact/phone", "work/fax": "contact/phone"}},
            (Mistake.MIG_007, ""),
        ),
        ({"choices": {}}, (Mistake.MIG_009, "choices: work/kind")),
        (
            {"choices": {**SOUND.choices, "work/kind": {"3": "6", "4": None, "7": None}}},
            (Mistake.MIG_010, "choices: work/kind"),
        ),
        (
            {"choices": {**SOUND.choices, "work/kind": {"99": "1"}}},
            (Mistake.MIG_010, "choices: work/kind"),
        ),
        (
            {"choices": {**SOUND.choices, "work/phone": {"1": "2"}}},
            (Mistake.MIG_012, "choices: work/phone"),
        ),
        (
            {
                "split": {
                    **SOUND.split,
                    "work/code": Split(("work/branch",), "", {"work/branch": "substr("}),
                }
            },
            (Mistake.MIG_011, "split"),
        ),
        (
            {
                "split": {
                    **SOUND.split,
                    "work/code": Split(("work/branch",), "", {"work/branch": "${nobody}"}),
                }
            },
            (Mistake.MIG_011, "split"),
        ),
    ],
)
def test_an_unsound_declaration_is_told(
    change: dict[str, object], expected: tuple[Mistake, str]
) -> None:
    declared = replace(SOUND, **change)  # type: ignore[arg-type]  # each case names one field
    assert (expected[0].name, expected[1]) in problems(declared)


def test_a_question_does_not_leave_its_repeat() -> None:
    old, new = roster("1", "members", "name"), roster(SECOND, "members", "job")
    with pytest.raises(DefinitionError) as caught:
        Migrator(old, new, Migration("1", renamed={"members/name": "note", "note": "members/job"}))
    assert {one.code for one in caught.value.problems} == {Mistake.MIG_008}


def test_every_problem_is_told_at_once() -> None:
    declared = Migration("2020-01-01", dropped={"a": "x", "b": "y"}, renamed={"work/fax": "c"})
    assert len(problems(declared)) >= 5


def test_a_changed_type_needs_a_word() -> None:
    old = FormDefinition("thu", "1", "Thử", (text("year"),), {})
    number = Question("year", QuestionType.INTEGER, "")
    new = FormDefinition("thu", SECOND, "Thử", (number,), {})
    with pytest.raises(DefinitionError) as caught:
        Migrator(old, new, Migration("1"))
    assert [one.code for one in caught.value.problems] == [Mistake.MIG_005]
    declared = Migration("1", renamed={"year": "year"})
    assert migrate(old, new, {"year": "1990"}, declared).answers == {"year": 1990}
    found = migrate(old, new, {"year": "khoảng 1990"}, declared)
    assert (found.answers, found.leftover) == ({}, (Leftover("1", "year", "khoảng 1990"),))


def test_a_choice_that_stays_needs_no_line() -> None:
    choices = {"kind": (Choice("1", "Một"),)}
    asked = Question("kind", QuestionType.SELECT_ONE, "", list_name="kind")
    old = FormDefinition("thu", "1", "Thử", (asked,), choices)
    new = FormDefinition("thu", SECOND, "Thử", (asked,), choices)
    assert migrate(old, new, {"kind": "1"}, Migration("1")).answers == {"kind": "1"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- a list",
        "from: 2024",
        "from: '1'\nstrange: {}",
        "from: '1'\nrenamed: [a]",
        "from: '1'\nrenamed: {a: 1}",
        "from: '1'\nsplit: {a: {into: [b, c]}}",
        "from: '1'\nsplit: {a: {into: [b], separator: x}}",
        "from: '1'\nsplit: {a: {into: {b: x}, separator: x}}",
        "from: '1'\nsplit: {a: b}",
        "from: '1'\nmerged: {a: {from: [b]}}",
        "from: '1'\nmerged: {a: b}",
        "from: '1'\nchoices: {a: {1: b}}",
        "from: [",
        "\x00",
    ],
)
def test_a_misshapen_file_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "migration.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_migration(path)
    assert {one.code for one in caught.value.problems} == {Mistake.MIG_001}


def test_a_missing_declaration_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        load_migration(tmp_path / "migration.yaml")
