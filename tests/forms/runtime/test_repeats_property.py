"""Random forms with repeats, answered at random: stepwise, whole and from saved answers alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
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
from forms.mistakes import DefinitionError
from forms.runtime.compilation import COLUMNS, compile_form
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import Filling, validate
from tests.forms.writing import ON, TABLES, codes, filling

CHOICES = (
    Choice("1", "Một", {"kind": "a"}),
    Choice("2", "Hai ${a}", {"kind": "b"}),
    Choice("3", "Ba", {"kind": "a", "valid_to": "2020-01-01"}),
)

#: The questions of every form here; which of them stand where is the same, what they say is not.
ROOT = ("n", "t", "s")
OUTER = ("a", "b", "c", "k")
INNER = ("x", "y", "z")

EXPRESSIONS = st.sampled_from(
    [
        "true()",
        "false()",
        "${n} > 2",
        "${t} = 'x'",
        "${a} != ''",
        "${b} > 1",
        "${x} = 'x'",
        "${y} > ${b}",
        "count(${r}) > 1",
        "count(${q}) < 2",
        "sum(${b}) > 2",
        "sum(${y}) > ${n}",
        "sum(/data/r/b) > 3",
        "${r}[2]/a = 'x'",
        "count(${r}[b > 1]) = 1",
        "count(/data/r[a = current()/../a]) > 1",
        "count(${r}[count(q[y > 1]) > 0]) > 0",
        "/data/r/q[1]/x = 'x'",
        "indexed-repeat(${a}, ${r}, 1) = 'x'",
        "indexed-repeat(${x}, ${r}, ${n}, ${q}, 1) = 'x'",
        "position(..) > 1",
        "position(../..) > 1",
        "instance('list')/root/item[name = ${s}]/kind = 'a'",
        "selected(${k}, '1')",
        "1 div ${b} > 0",
        "${a} + ${t} > 1",
    ]
)
VALUES = st.sampled_from(
    [
        "${n} + 1",
        "${b} * 2",
        "sum(${b})",
        "sum(${y})",
        "count(${r})",
        "count(${q})",
        "join('-', ${a})",
        "join('-', ${x})",
        "join('-', /data/r[b > 1]/q/x)",
        "${r}[last()]/a",
        "position(..)",
        "concat(${a}, ${t}, ${x})",
        "indexed-repeat(${b}, ${r}, position(..) - 1)",
        "sum(/data/r[position() < position(current()/..)]/b)",
        "coalesce(indexed-repeat(${c}, ${r}, position(..) - 1), 0) + ${n}",
        "once(${t})",
        "if(${n} > 1, ${a}, ${b})",
        "max(${b}, ${n})",
        "1 div 0",
        "number('x')",
        "today()",
        "jr:choice-name(${s}, '${s}')",
        "../a",
        "../../n",
        "../q/y",
    ]
)


@st.composite
def forms(draw: st.DrawFn) -> CompiledForm:
    """A form of the shape above; expressions that make no form are left out one by one."""

    rows = count(3)

    def maybe(strategy: st.SearchStrategy[str]) -> str | None:
        return draw(st.one_of(st.none(), st.none(), strategy))

    def asked(path: str) -> Question:
        name = path.rpartition("/")[2]
        kind = {
            "n": QuestionType.INTEGER,
            "b": QuestionType.INTEGER,
            "y": QuestionType.DECIMAL,
            "s": QuestionType.SELECT_ONE,
            "k": QuestionType.SELECT_MULTIPLE,
            "c": QuestionType.CALCULATE,
            "z": QuestionType.CALCULATE,
        }.get(name, QuestionType.TEXT)
        is_choice = name in ("s", "k")
        calculates = kind is QuestionType.CALCULATE
        return Question(
            path=path,
            source_row=next(rows),
            type=kind,
            label_vi=draw(st.sampled_from(["Câu", "Câu ${a}", "Câu ${n} ${x}"])),
            list_name="list" if is_choice else None,
            choice_filter=maybe(st.sampled_from(["kind = ${a}", "kind = 'a' and ${n} > 0"]))
            if is_choice
            else None,
            relevant=maybe(EXPRESSIONS),
            required=maybe(EXPRESSIONS),
            constraint=None if calculates else maybe(EXPRESSIONS),
            warning=None if calculates else maybe(EXPRESSIONS),
            readonly=maybe(EXPRESSIONS),
            calculation=draw(VALUES) if calculates else None,
            triggers=draw(st.sampled_from([(), (), ("n",), ("t",)])) if calculates else (),
            default=None if calculates else maybe(st.sampled_from(["'x'", "2", "${t}", "${b}"])),
            role=draw(st.sampled_from([None, "member.id_number"])) if path == "r/a" else None,
        )

    inner = Section(
        "r/q",
        "Trong",
        maybe(EXPRESSIONS),
        tuple(asked(f"r/q/{name}") for name in INNER),
        repeat=Repeat(maybe(st.sampled_from(["${b}", "${n}", "2"]))),
        source_row=next(rows),
    )
    outer = Section(
        "r",
        "Ngoài",
        maybe(EXPRESSIONS),
        (*(asked(f"r/{name}") for name in OUTER), inner),
        repeat=Repeat(maybe(st.sampled_from(["${n}", "2"]))),
        source_row=next(rows),
    )
    total = Question(
        "total", QuestionType.CALCULATE, "", calculation=draw(VALUES), source_row=next(rows)
    )
    asked_first = [asked(name) for name in ROOT]
    children: tuple[Question | Section, ...] = (*asked_first, outer, total)
    return _compiled(FormDefinition("thu", "2026-01-01", "Thử", children, {"list": CHOICES}))


def _compiled(definition: FormDefinition) -> CompiledForm:
    """The form without the expressions that make it none: cycles, names out of reach."""
    while True:
        try:
            return compile_form(definition)
        except DefinitionError as error:
            wrong = {(one.row, one.column) for one in error.problems}
            children = tuple(_mended(child, wrong) for child in definition.children)
            definition = replace(definition, children=children)


def _mended(child: Question | Section, wrong: set[tuple[int, str]]) -> Question | Section:
    if isinstance(child, Section):
        child = replace(child, children=tuple(_mended(one, wrong) for one in child.children))
        if (child.source_row, "repeat_count") in wrong:
            child = replace(child, repeat=Repeat())
    for attribute, column in COLUMNS.items():
        if (child.source_row, column) in wrong and hasattr(child, attribute):
            other = "1" if attribute == "calculation" else None
            child = replace(child, **{attribute: other})  # type: ignore[arg-type]  # all are texts
    return child


NUMBER = "003190000001"
ANSWERS = st.one_of(
    st.none(),
    st.sampled_from(["x", "1", "2", "1 2", "3", NUMBER, " ", "\ud800", "x" * 5_000]),
    st.integers(0, 4),
    st.sampled_from([1.5, float("nan"), float("inf"), -1]),
)
#: What is done: where (by number among what there is), and the answer.
Deed: TypeAlias = tuple[str, int, Answer]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["set", "set", "set", "set", "add", "remove"]),
        st.integers(0, 60),
        ANSWERS,
    ),
    max_size=14,
)


def places(form: Filling) -> list[str]:
    """Every question there is, in every instance."""
    return list(_places(form, form.form.definition.children, ""))


def _places(form: Filling, children: Sequence[Question | Section], before: str) -> Iterator[str]:
    for child in children:
        path = before + child.path.rpartition("/")[2]
        if isinstance(child, Question):
            yield path
        else:
            for instance in form.instances(path):
                yield from _places(form, child.children, f"{instance}/")


def lists(form: Filling) -> list[str]:
    """Every repeat there is."""
    return ["r", *(f"{instance}/q" for instance in form.instances("r"))]


def do(form: Filling, deed: Deed) -> frozenset[str]:
    verb, number, answer = deed
    try:
        if verb == "add":
            found = lists(form)
            return frozenset({form.add(found[number % len(found)])})
        if verb == "remove":
            instances = [one for path in lists(form) for one in form.instances(path)]
            return form.remove(instances[number % len(instances)]) if instances else frozenset()
    except ValueError:
        return frozenset()
    found = places(form)
    path = found[number % len(found)]
    if answer == NUMBER and not path.endswith("/a"):  # as a count it only takes time
        answer = 3
    return form.set(path, answer)


def look(form: Filling, path: str) -> object:
    return (
        form.value(path),
        form.is_relevant(path),
        form.is_required(path),
        form.is_readonly(path),
        form.choices(path),
        form.label(path),
        codes(form.findings_at(path)),
    )


def picture(form: Filling) -> dict[str, object]:
    return {path: look(form, path) for path in places(form)}


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=120)
@given(form=forms(), deeds=DEEDS)
def test_step_by_step_is_the_same_as_from_saved_answers(
    form: CompiledForm, deeds: Sequence[Deed]
) -> None:
    stepwise = filling(form, {"t": "x"})
    for deed in deeds:
        do(stepwise, deed)
    whole = filling(form, stepwise.kept())
    if "t" in stepwise.kept():  # without an answer of its own it would start with defaults
        assert repr(whole.answers()) == repr(stepwise.answers())
        assert whole.kept() == stepwise.kept()
        assert list(whole.walk()) == list(stepwise.walk())
        assert whole.findings() == stepwise.findings()
        assert picture(whole) == picture(stepwise)


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@given(form=forms(), deeds=DEEDS)
def test_what_changes_is_named(form: CompiledForm, deeds: Sequence[Deed]) -> None:
    stepwise = filling(form, {"t": "x", "r[1]/a": "x", "r[2]/q[1]/x": "x"})
    before = picture(stepwise)
    for deed in deeds:
        touched = do(stepwise, deed)
        after = picture(stepwise)
        if deed[0] != "add":
            changed = {path for path in after if path in before and after[path] != before[path]}
            came = after.keys() - before.keys()
            assert changed | came <= touched
        before = after


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@given(form=forms(), deeds=DEEDS)
def test_what_is_submitted_has_the_same_findings(form: CompiledForm, deeds: Sequence[Deed]) -> None:
    stepwise = filling(form, {"t": "x"})
    for deed in deeds:
        do(stepwise, deed)
    found = validate(form, stepwise.answers(), on=ON, tables=TABLES)
    assert found == stepwise.findings()


JUNK = st.dictionaries(
    st.one_of(
        st.sampled_from(["r[1]/a", "r[2]/q[1]/x", "r[1]", "r[1]/q[7]", "r[a]/b", "r/a", "r[0]/zz"]),
        st.text(alphabet="rqax[]/1 \ud800", max_size=9),
    ),
    st.one_of(ANSWERS.filter(lambda answer: answer != NUMBER), st.booleans()),
    max_size=6,
)


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=80)
@given(form=forms(), answers=JUNK)
def test_any_answers_give_findings_and_no_error(
    form: CompiledForm, answers: dict[str, Answer]
) -> None:
    for found in validate(form, answers, on=ON, tables=TABLES):
        assert found.message_vi
        assert found.fingerprint
    opened = filling(form, answers)
    assert filling(form, opened.kept()).findings() == opened.findings()
