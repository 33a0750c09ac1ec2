"""Repeats: what expressions see in them, how instances come and go, and what is remarked."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from forms.definition import Answer
from forms.findings import Code
from forms.mistakes import DefinitionError
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import EXISTS, Filling, validate
from forms.runtime.frames import MOST_INSTANCES
from tests.forms.writing import ON, TABLES, codes, filling, form_of

Row = Mapping[str, str]

YES_NO = [
    {"list_name": "yn", "name": "1", "label": "Có"},
    {"list_name": "yn", "name": "2", "label": "Không"},
]


def calculate(name: str, expression: str) -> Row:
    return {"type": "calculate", "name": name, "label": "", "calculation": expression}


def repeat(name: str, rows: Sequence[Row], **cells: str) -> list[Row]:
    return [
        {"type": "begin repeat", "name": name, "label": "Lần", **cells},
        *rows,
        {"type": "end repeat"},
    ]


NAME = {"type": "text", "name": "name", "label": "Tên"}
AGE = {"type": "integer", "name": "age", "label": "Tuổi"}

#: A household with its members and the jobs of each.
HOUSEHOLD: list[Row] = [
    {"type": "text", "name": "village", "label": "Thôn"},
    {"type": "integer", "name": "limit", "label": "Từ tuổi"},
    *repeat(
        "members",
        [
            NAME,
            AGE,
            calculate("place", "position(..)"),
            calculate("is_last", "position(..) = count(/data/members)"),
            calculate("greeting", "concat(${name}, ' ', ${village})"),
            calculate("before", "indexed-repeat(${name}, ${members}, position(..) - 1)"),
            calculate("peers", "count(/data/members[age = current()/../age]) - 1"),
            calculate("pay", "sum(${wage})"),
            {"type": "begin group", "name": "career", "label": "Việc", "relevant": "${age} > 14"},
            *repeat(
                "jobs",
                [
                    {"type": "text", "name": "title", "label": "Nghề"},
                    {"type": "decimal", "name": "wage", "label": "Lương"},
                    calculate("line", "concat(${name}, ': ', ${title}, ' ', position(..))"),
                    calculate("share", "${wage} div ${pay}"),
                    calculate("elder", "../../../name = ${members}[1]/name"),
                ],
            ),
            {"type": "end group"},
        ],
    ),
    calculate("size", "count(${members})"),
    calculate("years", "sum(${age})"),
    calculate("oldest", "max(${age})"),
    calculate("names", "join(', ', ${name})"),
    calculate("adults", "join(', ', ${members}[age >= 18]/name)"),
    calculate("over", "join(', ', ${members}[${age} >= ${limit}]/name)"),
    calculate("second", "${members}[2]/name"),
    calculate("last_one", "/data/members[position() = last()]/name"),
    calculate("wages", "sum(${wage})"),
    calculate("first_jobs", "join(', ', /data/members/career/jobs[1]/title)"),
    calculate("of_an", "join(', ', ${members}[name = 'An']/career/jobs/title)"),
    calculate("one_job", "indexed-repeat(${title}, ${members}, 1, ${jobs}, 2)"),
    calculate("someone_old", "${age} > 60"),
]

ANSWERS: dict[str, Answer] = {
    "village": "Suối",
    "limit": 30,
    "members[1]/name": "An",
    "members[1]/age": 40,
    "members[1]/career/jobs[1]/title": "Thợ",
    "members[1]/career/jobs[1]/wage": 3,
    "members[1]/career/jobs[2]/title": "May",
    "members[1]/career/jobs[2]/wage": 1,
    "members[2]/name": "Bình",
    "members[2]/age": 12,
    "members[2]/career/jobs[1]/title": "không hỏi",
    "members[3]/name": "Châu",
    "members[3]/age": 40,
    "members[3]/career/jobs[1]/title": "Bán",
    "members[3]/career/jobs[1]/wage": 2,
}


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> CompiledForm:
    return form_of(tmp_path_factory.mktemp("form"), HOUSEHOLD)


def test_expressions_see_the_own_instance_and_from_outside_all(household: CompiledForm) -> None:
    found = filling(household, ANSWERS).answers()
    worked_out = {path: value for path, value in found.items() if path not in ANSWERS}
    assert worked_out == {
        "members[1]/place": 1,
        "members[1]/is_last": "false",
        "members[1]/greeting": "An Suối",
        "members[1]/peers": 1,
        "members[1]/pay": 4,
        "members[1]/career/jobs[1]/line": "An: Thợ 1",
        "members[1]/career/jobs[1]/share": 0.75,
        "members[1]/career/jobs[1]/elder": "true",
        "members[1]/career/jobs[2]/line": "An: May 2",
        "members[1]/career/jobs[2]/share": 0.25,
        "members[1]/career/jobs[2]/elder": "true",
        "members[2]/place": 2,
        "members[2]/is_last": "false",
        "members[2]/greeting": "Bình Suối",
        "members[2]/before": "An",
        "members[2]/peers": 0,
        "members[2]/pay": 0,
        "members[3]/place": 3,
        "members[3]/is_last": "true",
        "members[3]/greeting": "Châu Suối",
        "members[3]/before": "Bình",
        "members[3]/peers": 1,
        "members[3]/pay": 2,
        "members[3]/career/jobs[1]/line": "Châu: Bán 1",
        "members[3]/career/jobs[1]/share": 1,
        "members[3]/career/jobs[1]/elder": "false",
        "size": 3,
        "years": 92,
        "oldest": 40,
        "names": "An, Bình, Châu",
        "adults": "An, Châu",
        "over": "An, Châu",
        "second": "Bình",
        "last_one": "Châu",
        "wages": 6,
        "first_jobs": "Thợ, Bán",
        "of_an": "Thợ, May",
        "one_job": "May",
        "someone_old": "false",
    }
    assert "members[2]/career/jobs[1]/title" not in found


def test_an_empty_repeat_has_no_nodes(household: CompiledForm) -> None:
    form = filling(household)
    assert form.instances("members") == ()
    assert (form.value("size"), form.value("years"), form.value("names")) == (0, 0, None)
    assert (form.value("oldest"), form.value("second")) == (None, None)
    assert form.value("someone_old") == "false"
    assert form.findings() == []


def test_instances_are_added_and_taken_away(household: CompiledForm) -> None:
    form = filling(household, ANSWERS)
    path = form.add("members")
    assert path == "members[4]"
    assert form.instances("members") == tuple(f"members[{n}]" for n in "1234")
    assert form.value("members[4]/before") == "Châu"
    assert form.value("members[3]/is_last") == "false"
    form.set("members[4]/name", "Dung")
    assert form.value("names") == "An, Bình, Châu, Dung"
    touched = form.remove("members[1]")
    assert touched >= {"members", "names", "members[2]/place", "members[2]/before", "years"}
    assert form.value("names") == "Bình, Châu, Dung"
    assert (form.value("members[2]/place"), form.value("members[2]/before")) == (1, None)
    with pytest.raises(KeyError):
        form.value("members[1]/name")
    assert form.add("members/career/jobs".replace("members", "members[3]")) == (
        "members[3]/career/jobs[2]"
    )


def test_keys_of_others_are_kept_and_ordered_shorter_first(household: CompiledForm) -> None:
    form = filling(household, {"members[b]/name": "B", "members[a7]/name": "A", "village": "x"})
    assert form.instances("members") == ("members[b]", "members[a7]")
    assert form.add("members") == "members[100]"
    assert form.add("members", "a1") == "members[a1]"
    assert form.instances("members")[1] == "members[a1]"
    for key in ("a1", "", "a b", "ă", "x" * 41):
        with pytest.raises(ValueError, match="key"):
            form.add("members", key)
    for path in ("village", "members[b]", "nobody", "members[9]/jobs"):
        with pytest.raises(KeyError):
            form.add(path)


def test_an_instance_without_an_answer_is_not_forgotten(household: CompiledForm) -> None:
    form = filling(household, {"village": "x"})
    form.add("members")
    form.add("members")
    form.set("members[2]/name", "B")
    form.set("members[2]/name", None)
    kept = form.kept()
    assert kept == {"village": "x", "members[1]": EXISTS, "members[2]": EXISTS}
    assert filling(household, kept).answers() == form.answers()


def test_a_keystroke_names_only_its_own_instance(household: CompiledForm) -> None:
    form = filling(household, ANSWERS)
    assert form.set("members[2]/career/jobs[1]/title", "x") == frozenset()  # it is not asked
    touched = form.set("members[1]/career/jobs[2]/title", "Dệt")
    assert touched == {
        "members[1]/career/jobs[2]/title",
        "members[1]/career/jobs[2]/line",
        "first_jobs",
        "of_an",
        "one_job",
    }
    touched = form.set("members[1]/name", "Ân")
    assert not any(path.startswith("members[2]/career") for path in touched)
    assert "members[2]/before" in touched
    assert "members[3]/before" not in touched


COUNTED: list[Row] = [
    {"type": "integer", "name": "n", "label": "Số người"},
    *repeat(
        "p",
        [
            {**NAME, "required": "yes", "default": "mới"},
            calculate("where", "position(..)"),
        ],
        repeat_count="${n}",
    ),
    calculate("all", "join(' ', ${name})"),
]


def test_a_counted_repeat_grows_and_shrinks_and_brings_answers_back(tmp_path: Path) -> None:
    form = filling(form_of(tmp_path, COUNTED), {"n": 2})
    assert form.instances("p") == ("p[1]", "p[2]")
    assert form.value("p[2]/name") == "mới"
    form.set("p[2]/name", "Hai")
    assert form.set("n", 1) >= {"n", "p", "all"}
    assert form.value("all") == "mới"
    assert form.value("p[2]/name") is None
    assert not form.is_relevant("p[2]/name")
    assert "p[2]/name" not in form.answers()
    assert form.set("n", 3) >= {"p", "p[2]/name", "p[3]/name", "all"}
    assert form.value("all") == "mới Hai mới"
    with pytest.raises(ValueError, match="counted"):
        form.add("p")
    with pytest.raises(ValueError, match="counted"):
        form.remove("p[1]")


@pytest.mark.parametrize(("n", "count"), [(None, 0), (-3, 0), ("x", 0), (2, 2)])
def test_a_count_that_is_no_number_counts_nothing(tmp_path: Path, n: Answer, count: int) -> None:
    form = filling(form_of(tmp_path, COUNTED), {"n": n, "p[1]/name": "A"})
    assert len(form.instances("p")) == count


def test_a_fixed_count_and_one_of_another_repeat(tmp_path: Path) -> None:
    rows = [
        *repeat("a", [NAME], repeat_count="2"),
        *repeat("b", [{**AGE, "label": "${name}"}], repeat_count="count(${a}) + 1"),
    ]
    form = filling(form_of(tmp_path, rows))
    assert (len(form.instances("a")), len(form.instances("b"))) == (2, 3)


def test_instances_that_are_not_counted_are_told(tmp_path: Path) -> None:
    form = form_of(tmp_path, COUNTED)
    answers: dict[str, Answer] = {
        "n": 1,
        "p[1]/name": "A",
        "p[2]/name": "B",
        "p[x]/name": "C",
        "p[3]": EXISTS,
        "p[2]/nobody": "D",
        "p/name": "E",
        "p[-]/name": "F",
        "p[1": "G",
        "q[1]/name": "H",
    }
    assert codes(validate(form, answers, on=ON, tables=TABLES)) == [
        "FORM_023 p[2]",
        "FORM_023 p[x]",
        "FORM_010 p/name",
        "FORM_010 p[-]/name",
        "FORM_010 p[1",
        "FORM_010 p[2]/nobody",
        "FORM_010 q[1]/name",
    ]
    opened = filling(form, answers)
    assert opened.findings() == []
    del answers["p[3]"]  # without an answer it is made again when it is counted again
    assert opened.kept() == answers


def test_a_hidden_repeat_is_not_asked_and_comes_back(tmp_path: Path) -> None:
    rows = [
        {"type": "select_one yn", "name": "gate", "label": "Có?"},
        *repeat(
            "p",
            [{**NAME, "required": "yes"}, {**AGE, "relevant": "${name} = 'x'"}],
            relevant="${gate} = '1'",
        ),
        calculate("size", "count(${p})"),
    ]
    form = form_of(tmp_path, rows, YES_NO)
    answers: dict[str, Answer] = {"gate": "2", "p[1]/name": "x", "p[1]/age": 3}
    assert codes(validate(form, answers, on=ON, tables=TABLES)) == ["FORM_009 p[1]"]
    opened = filling(form, answers)
    assert (opened.instances("p"), opened.value("size")) == ((), 0)
    assert not opened.is_relevant("p")
    assert opened.set("gate", "1") >= {"p", "p[1]/name", "p[1]/age", "size"}
    assert opened.value("size") == 1
    assert opened.is_relevant("p[1]/age")
    opened.set("p[1]/name", "")
    assert codes(opened.findings()) == ["FORM_001 p[1]/name"]
    assert opened.is_required("p[1]/name")
    assert not opened.is_relevant("p[1]/age")


def test_relevance_of_a_repeat_may_depend_on_the_instance(tmp_path: Path) -> None:
    rows = [
        *repeat("p", [NAME], relevant="position(.) > 1"),
        calculate("size", "count(${p})"),
        calculate("names", "join(' ', ${name})"),
    ]
    form = filling(form_of(tmp_path, rows), {"p[1]/name": "A", "p[2]/name": "B"})
    assert (form.value("size"), form.value("names")) == (1, "B")
    assert [form.is_relevant(f"p[{n}]") for n in "12"] == [False, True]
    assert list(form.walk()) == ["p", "p[2]", "p[2]/name", "size", "names"]
    form.remove("p[1]")
    assert (form.value("size"), form.value("names")) == (0, None)


RUNNING = [
    ["indexed-repeat(${total}, ${p}, position(..) - 1) + ${age}"],
    ["/data/p[position() = position(current()/..) - 1]/total + ${age}"],
    ["sum(/data/p[position() < position(current()/..)]/age) + ${age}"],
    ["${back} + ${age}", "indexed-repeat(${total}, ${p}, position(..) - 1)"],
]


@pytest.mark.parametrize("expressions", RUNNING)
def test_a_running_total_over_earlier_instances_is_no_cycle(
    tmp_path: Path, expressions: Sequence[str]
) -> None:
    total = f"coalesce({expressions[0]}, 0)" if len(expressions) == 2 else expressions[0]
    total = total.replace("coalesce(${back} + ${age}, 0)", "sum(${back}, ${age})")
    if "total" in total and len(expressions) == 1:
        total = "sum(" + total.replace(" + ${age}", ", ${age}") + ")"
        total = total.replace("sum(indexed", "sum(coalesce(indexed").replace("1), $", "1), 0), $")
    rows = [AGE, calculate("total", total)]
    if len(expressions) == 2:
        rows.append(calculate("back", f"coalesce({expressions[1]}, 0)"))
    form = filling(form_of(tmp_path, repeat("p", rows)), {f"p[{n}]/age": n for n in range(1, 6)})

    def totals() -> list[Answer]:
        return [form.value(f"{path}/total") for path in form.instances("p")]

    assert totals() == [1, 3, 6, 10, 15]
    touched = form.set("p[3]/age", 10)
    assert totals() == [1, 3, 13, 17, 22]
    assert touched >= {"p[3]/total", "p[4]/total", "p[5]/total"}
    assert "p[2]/total" not in touched
    form.remove("p[2]")
    assert totals() == [1, 11, 15, 20]


@pytest.mark.parametrize(
    "rows",
    [
        [calculate("a", "sum(/data/p/a)")],
        [calculate("a", "indexed-repeat(${a}, ${p}, position(..) + 1)")],
        [calculate("a", "${b}"), calculate("b", "sum(/data/p/a)")],
        [{**NAME, "relevant": "count(/data/p[name = '']) > 1"}],
    ],
)
def test_a_cycle_through_other_instances_is_told(tmp_path: Path, rows: list[Row]) -> None:
    with pytest.raises(DefinitionError) as caught:
        form_of(tmp_path, repeat("p", rows))
    assert [one.code.name for one in caught.value.problems] == ["DEF_022"]
    assert " → " in caught.value.problems[0].message


def test_a_count_that_depends_on_its_own_instances_is_a_cycle(tmp_path: Path) -> None:
    rows = repeat("p", [NAME], repeat_count="count(${p}[name != '']) + 1")
    with pytest.raises(DefinitionError) as caught:
        form_of(tmp_path, rows)
    assert [one.code.name for one in caught.value.problems] == ["DEF_022"]


def test_rules_hold_for_each_instance(tmp_path: Path) -> None:
    rows = [
        *repeat(
            "p",
            [
                {**NAME, "required": "position(..) = 1", "required_message": "Tên của ${age}."},
                {
                    **AGE,
                    "constraint": ". >= ${floor}",
                    "constraint_message": "Ít nhất ${floor}.",
                    "bind::an:warning": ". < sum(/data/p/age) - .",
                    "bind::an:warningMsg": "Nhiều hơn các người kia.",
                    "readonly": "${name} = 'x'",
                },
            ],
        ),
        {"type": "integer", "name": "floor", "label": "Sàn"},
    ]
    form = form_of(tmp_path, rows)
    answers: dict[str, Answer] = {"p[1]/age": 5, "p[2]/age": 2, "p[3]/name": "x", "floor": 3}
    opened = filling(form, answers)
    found = opened.findings()
    assert found == validate(form, answers, on=ON, tables=TABLES)
    assert codes(found) == ["FORM_001 p[1]/name", "FORM_003 p[1]/age", "FORM_002 p[2]/age"]
    assert [one.message_vi for one in found] == [
        "Tên: chưa có câu trả lời. Tên của 5.",
        "Tuổi: Nhiều hơn các người kia.",
        "Tuổi: Ít nhất 3.",
    ]
    assert found[1].place == "p[1]/age"
    assert opened.is_readonly("p[3]/age")
    assert not opened.is_readonly("p[1]/age")
    touched = opened.set("p[2]/age", 9)
    assert touched >= {"p[1]/age", "p[2]/age", "p[3]/age"}
    assert codes(opened.findings()) == ["FORM_001 p[1]/name", "FORM_003 p[2]/age"]
    before = opened.findings()[1].fingerprint
    opened.set("p[1]/age", 6)
    assert opened.findings()[1].fingerprint != before


def test_choices_are_narrowed_by_the_own_instance(tmp_path: Path) -> None:
    choices = [
        {"list_name": "commune", "name": "c1", "label": "Xã 1", "province": "p1"},
        {"list_name": "commune", "name": "c2", "label": "Xã 2", "province": "p2"},
        {"list_name": "province", "name": "p1", "label": "Tỉnh 1"},
        {"list_name": "province", "name": "p2", "label": "Tỉnh 2"},
    ]
    rows = repeat(
        "p",
        [
            {"type": "select_one province", "name": "a", "label": "A"},
            {
                "type": "select_one commune",
                "name": "b",
                "label": "B",
                "choice_filter": "province = ${a}",
            },
            {
                "type": "select_one commune",
                "name": "c",
                "label": "C",
                "choice_filter": "name != '' and current()/../a = province and position() = 1",
            },
        ],
    )
    form = filling(form_of(tmp_path, rows, choices), {"p[1]/a": "p1", "p[2]/a": "p2"})
    assert [form.choices(f"p[{n}]/b")[0].code for n in "12"] == ["c1", "c2"]
    assert [choice.code for choice in form.choices("p[1]/c")] == ["c1"]
    assert form.choices("p[2]/c") == ()
    form.set("p[1]/b", "c2")
    assert codes(form.findings()) == ["FORM_004 p[1]/b"]
    assert form.set("p[1]/a", "p2") == {"p[1]/a", "p[1]/b", "p[1]/c"}
    assert form.findings() == []


ROSTER: list[Row] = repeat(
    "members",
    [
        {**NAME, "bind::an:role": "member.full_name"},
        {"type": "text", "name": "number", "label": "Số", "bind::an:role": "member.id_number"},
        {"type": "select_one yn", "name": "sex", "label": "Giới", "bind::an:role": "member.sex"},
    ],
)


def test_identity_rules_look_at_every_member(tmp_path: Path) -> None:
    form = form_of(tmp_path, ROSTER, YES_NO)
    answers: dict[str, Answer] = {
        "members[1]/name": "Trần Thử",
        "members[1]/number": "003190000001",
        "members[1]/sex": "1",
        "members[2]/name": "Lê Văn 2",
        "members[2]/number": "03190000001",
        "members[3]/name": "Lê Thị Ba",
        "members[3]/number": "003 190 000 001",
        "members[4]/name": "Vũ Bốn",
    }
    expected = [
        "ID_009 members[1]/number",
        "ID_030 members[2]/name",
        "ID_002 members[2]/number",
        "FORM_024 members[3]/number",
        "ID_006 members[4]/number",
    ]
    found = validate(form, answers, on=ON, tables=TABLES)
    assert codes(found) == expected
    opened = filling(form, answers)
    assert opened.findings() == found
    twin = opened.findings_at("members[3]/number")[0]
    assert "mục 1" in twin.message_vi
    assert twin.place == "members[3]/number"
    assert len({one.fingerprint for one in found}) == len(found)
    touched = opened.set("members[1]/number", "003190000009")
    assert "members[3]/number" in touched
    assert "FORM_024 members[3]/number" not in codes(opened.findings())


def test_labels_show_answers_of_the_own_instance(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "who", "label": "Ai", "hint": "Như ${who}"},
        *repeat(
            "p",
            [
                NAME,
                {
                    **AGE,
                    "label": "Tuổi của ${name} (${who})",
                    "label::English (en)": "Age, ${name}",
                },
                {"type": "select_one c", "name": "one", "label": "Một"},
                {"type": "note", "name": "n", "label": "Đã chọn ${one}"},
            ],
            label="Người: ${who}",
        ),
    ]
    choices = [
        {"list_name": "c", "name": "1", "label": "Là ${name}"},
        {"list_name": "c", "name": "2", "label": "Khác"},
    ]
    compiled = form_of(tmp_path, rows, choices)
    form = filling(compiled, {"p[1]/name": "An", "p[2]/name": "Bình", "who": "Em"})
    assert form.label("p[1]/age") == "Tuổi của An (Em)"
    assert form.label("p[2]/age") == "Tuổi của Bình (Em)"
    assert form.label("p[2]/age", "English (en)") == "Age, Bình"
    assert form.label("who", "English (en)") == "Ai"
    assert form.hint("who") == "Như Em"
    assert (form.label("p"), form.label("p[1]")) == ("Người: Em", "Người: Em")
    first, second = form.choices("p[1]/one")
    assert form.choice_label("p[1]/one", first) == "Là An"
    assert form.choice_label("p[1]/one", second) == "Khác"
    assert form.set("p[1]/name", "Ân") >= {"p[1]/name", "p[1]/age", "p[1]/one"}
    assert form.label("p[1]/age") == "Tuổi của Ân (Em)"
    form.set("p[1]/one", "1")
    assert form.label("p[1]/n") == "Đã chọn 1"  # the code, as in ODK Collect
    assert form.set("who", "Chị") >= {"who", "p", "p[1]/age", "p[2]/age"}
    form.set("p[1]/age", "x")
    assert form.findings_at("p[1]/age")[0].message_vi.startswith("Tuổi của Ân (Chị): 'x'")


def test_a_calculation_with_triggers_waits_for_them(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "a", "label": "A"},
        {"type": "text", "name": "b", "label": "B"},
        {**calculate("c", "concat(${a}, ${b})"), "trigger": "${a}"},
        calculate("d", "concat('<', ${c}, '>')"),
        *repeat(
            "p",
            [NAME, {**calculate("copy", "concat(${name}, ${b})"), "trigger": "${name}"}],
        ),
    ]
    compiled = form_of(tmp_path, rows)
    form = filling(compiled, {"b": "2", "p[1]/name": "x", "p[2]/name": "y"})
    assert (form.value("c"), form.value("d")) == (None, "<>")
    assert form.set("a", "1") == {"a", "c", "d"}
    assert (form.value("c"), form.value("d")) == ("12", "<12>")
    form.set("b", "3")
    assert form.value("c") == "12"
    assert form.set("c", "given") == frozenset()
    assert form.is_readonly("c")
    form.set("p[2]/name", "z")
    assert (form.value("p[1]/copy"), form.value("p[2]/copy")) == (None, "z3")
    kept = form.kept()
    assert kept["c"] == "12"
    assert filling(compiled, kept).answers() == form.answers()
    assert form.findings() == []


def test_once_keeps_its_first_result_in_every_instance(tmp_path: Path) -> None:
    rows = repeat("p", [NAME, calculate("f", "once(${name})"), calculate("r", "once(random())")])
    compiled = form_of(tmp_path, rows)
    form = filling(compiled, {"p[1]/name": "A", "p[2]/name": "B"})
    form.set("p[1]/name", "C")
    assert [form.value(f"p[{n}]/f") for n in "12"] == ["A", "B"]
    assert form.value("p[1]/r") != form.value("p[2]/r")
    assert filling(compiled, form.kept()).answers() == form.answers()


def test_more_instances_than_anybody_asks_are_a_finding_and_no_hang(tmp_path: Path) -> None:
    form = form_of(tmp_path, COUNTED)
    started = time.monotonic()
    opened = filling(form, {"n": 10**9})
    assert len(opened.instances("p")) == MOST_INSTANCES
    found = opened.findings_at("p")
    assert codes(found) == ["FORM_022 p"]
    assert found[0].message_vi
    assert opened.set("n", 2) >= {"p"}
    assert opened.findings() == []
    by_hand = form_of(tmp_path, repeat("p", [NAME]))
    many: dict[str, Answer] = {f"p[{n}]/name": "x" for n in range(1, MOST_INSTANCES + 3)}
    assert codes(validate(by_hand, many, on=ON, tables=TABLES)) == ["FORM_022 p"]
    full = filling(by_hand, many)
    with pytest.raises(ValueError, match="too many"):
        full.add("p")
    assert full.kept() == many
    assert time.monotonic() - started < 60  # seconds on the slowest machine; it must only end


def test_a_number_typed_for_a_count_does_not_hang_a_form_that_compares_all_with_all(
    tmp_path: Path,
) -> None:
    twins = {"type": "calculate", "name": "twins", "label": ""}
    twins["calculation"] = "count(${p}[name = current()/../name])"
    form = filling(form_of(tmp_path, [AGE, *repeat("p", [NAME, twins], repeat_count="${age}")]))
    form.set("age", 912_345_678)
    assert form.value("p[1]/twins") == MOST_INSTANCES
    assert codes(form.findings()) == ["FORM_022 p"]


def test_nested_counts_cannot_multiply_without_end(tmp_path: Path) -> None:
    most = MOST_INSTANCES - 1
    inner = repeat("q", [NAME], repeat_count=str(most))
    form = filling(form_of(tmp_path, [AGE, *repeat("p", inner, repeat_count="${age}")]))
    form.set("age", most)
    assert {one.code for one in form.findings()} == {Code.FORM_022}
    form.set("age", 1)
    assert len(form.instances("p[1]/q")) == most
    assert form.findings() == []


def test_paths_that_are_no_place_in_the_form_raise(household: CompiledForm) -> None:
    form = filling(household, ANSWERS)
    for path in ("members/name", "members[9]/name", "members[1]/nobody", "members[1]/", "x[1]"):
        with pytest.raises(KeyError):
            form.value(path)
        with pytest.raises(KeyError):
            form.is_relevant(path)
    for path in ("members", "members[1]", "members[1]/career"):
        assert form.is_relevant(path)
        with pytest.raises(KeyError):
            form.set(path, "x")


def test_what_the_form_says_is_walked_in_the_order_of_the_paper(household: CompiledForm) -> None:
    form = Filling(household, on=ON, tables=TABLES, answers=ANSWERS)
    walked = list(form.walk())
    assert walked[:5] == ["village", "limit", "members", "members[1]", "members[1]/name"]
    assert "members[1]/career/jobs[2]" in walked
    assert "members[2]/career" not in walked
