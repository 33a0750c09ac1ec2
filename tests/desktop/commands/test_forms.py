"""``forms …`` and ``validate``: what they print and their exit codes; neither needs a window."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyxform.xls2xform import convert
from typer.testing import CliRunner, Result

from desktop.__main__ import program
from forms.registry import FormRegistry
from forms.support import support_page
from tests.forms.loading.rich import write_rich_form
from tests.forms.writing import write_form

FORM_ID = "tt11_2022_m03"
ON = ("--on", "20/11/2026")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(program, [str(one) for one in arguments])


def program_run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """The real program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "desktop", *map(str, arguments)], capture_output=True, check=False
    )


def wrong_form(folder: Path) -> Path:
    rows = [
        {"type": "geotrace", "name": "a", "label": "A", "relevant": "1 +"},
        {"type": "text", "name": "b", "label": "Vì ${zz}"},
    ]
    return write_form(folder, rows)


def test_a_good_form_is_said_to_be_good(tmp_path: Path) -> None:
    path = FormRegistry.bundled().path(FORM_ID, "2022-08-15")
    result = run("forms", "check", path)
    assert result.exit_code == 0
    assert result.stdout.startswith("Dùng được: Mẫu 03")
    rich = json.loads(run("forms", "check", write_rich_form(tmp_path), "--json").stdout)
    assert (rich["ok"], rich["problems"]) == (True, [])
    assert rich["form"]["languages"] == ["English (en)", "Tiếng Việt (vi)"]
    assert {one["code"] for one in rich["notices"]} == {"DEF_064"}


def test_every_problem_of_a_form_is_told_with_its_place(tmp_path: Path) -> None:
    path = wrong_form(tmp_path)
    result = run("forms", "check", path)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Lỗi survey:3:relevant: DEF_016: ")
    assert lines[1].startswith("Lỗi survey:3:type: DEF_040: Kiểu 'geotrace'")
    assert lines[2].startswith("Lỗi survey:4:label: DEF_019: 'zz'")
    assert lines[3] == "Không dùng được: 3 lỗi."
    found = json.loads(run("forms", "check", path, "--json").stdout)
    assert (found["ok"], found["form"]) == (False, None)
    assert [
        (one["sheet"], one["row"], one["column"], one["code"]) for one in found["problems"]
    ] == [
        ("survey", 3, "relevant", "DEF_016"),
        ("survey", 3, "type", "DEF_040"),
        ("survey", 4, "label", "DEF_019"),
    ]


def test_notices_do_not_make_a_form_unusable(tmp_path: Path) -> None:
    path = write_form(tmp_path, [{"type": "text", "name": "a", "label": "A", "rows": "3"}])
    result = run("forms", "check", path)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == (
        "Lưu ý survey:3:rows: DEF_062: Cột 'rows' không có tác dụng ở đây."
    )


def test_an_exported_form_converts_and_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mau_03.xlsx"
    assert run("forms", "export", FORM_ID, "--to", path).exit_code == 0
    assert convert(path).xform
    assert run("forms", "check", path).exit_code == 0
    before = path.read_bytes()
    assert run("forms", "export", FORM_ID, "--to", path).exit_code == 2
    assert path.read_bytes() == before
    assert run("forms", "export", FORM_ID, "--to", path, "--overwrite").exit_code == 0


def test_a_file_is_exported_with_its_tables(tmp_path: Path) -> None:
    source = write_rich_form(tmp_path)
    (tmp_path / "out").mkdir()
    result = run("forms", "export", source, "--to", tmp_path / "out" / "a.xlsx")
    assert result.exit_code == 0
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["a.xlsx", "prices.csv", "units.csv"]
    assert len(result.stdout.splitlines()) == 3


def test_the_help_page_is_printed() -> None:
    assert run("forms", "support").stdout.strip() == support_page().strip()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("forms", "check", "none.xlsx"), "Không có tệp"),
        (("forms", "check", "."), "là thư mục"),
        (("forms", "export", "tt99", "--to", "a.xlsx"), "Không có biểu mẫu 'tt99'"),
        (("forms", "export", "none.md", "--to", "a.xlsx"), "Không có tệp"),
        (("forms", "export", FORM_ID, "--to", "a.ods"), "đuôi .xlsx"),
        (("forms", "export", FORM_ID, "--to", "a.xlsx", "--version", "1"), "Các bản: 2022-08-15"),
        (("forms", "export", FORM_ID, "--to", "a.xlsx", "--on", "01/01/2000"), "Các bản:"),
        (("forms", "export", FORM_ID, "--to", "a.xlsx", "--on", "31/02/2000"), "trong lịch"),
        (("forms", "export", FORM_ID, "--to", "none/a.xlsx"), "Không ghi được"),
    ],
)
def test_wrong_use_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert (result.stdout, list(tmp_path.iterdir())) == ("", [])


def test_a_form_file_with_problems_cannot_be_exported(tmp_path: Path) -> None:
    result = run("forms", "export", wrong_form(tmp_path), "--to", tmp_path / "a.xlsx")
    assert result.exit_code == 2
    assert "DEF_040" in result.stderr


def test_the_program_itself_needs_no_window_and_writes_utf_8(tmp_path: Path) -> None:
    done = program_run("forms", "check", wrong_form(tmp_path), "--json")
    assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(done.stdout)["problems"][0]["code"] == "DEF_016"
    lines = "import sys, desktop.commands.forms as f; f.check; print('PySide6' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", lines], capture_output=True, check=True)
    assert loaded.stdout.strip() == b"False"


MEMBERS = [
    {"type": "integer", "name": "rooms", "label": "Số phòng", "required": "yes"},
    {"type": "begin repeat", "name": "members", "label": "Thành viên"},
    {"type": "text", "name": "full_name", "label": "Tên", "required": "yes"},
    {"type": "integer", "name": "age", "label": "Tuổi"},
    {"type": "text", "name": "school", "label": "Trường", "relevant": "${age} < 18"},
    {"type": "calculate", "name": "twice", "calculation": "${age} * 2"},
    {"type": "end repeat"},
    {"type": "calculate", "name": "total", "calculation": "sum(${age})"},
]


def given(folder: Path, content: object, name: str = "answers.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def test_answers_run_through_a_form_with_repeats(tmp_path: Path) -> None:
    form = write_form(tmp_path, MEMBERS)
    members = [
        {"full_name": "Lê Thị B", "age": 12, "school": "THCS"},
        {"full_name": "C", "age": 30},
    ]
    answers = given(tmp_path, {"answers": {"rooms": 2, "members": members}})
    result = run("forms", "run", form, "--answers", answers, "--json", *ON)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["form_id"], found["on"], found["ready"]) == ("thu", "2026-11-20", True)
    assert found["calculated"] == {"members[1]/twice": 24, "members[2]/twice": 60, "total": 42}
    assert "members[1]/school" in found["relevant"]
    assert "members[2]/school" not in found["relevant"]
    assert found["answers"]["members"][1] == {"full_name": "C", "age": 30, "twice": 60}
    assert found["findings"] == []


def test_findings_of_a_run_are_told_with_their_places(tmp_path: Path) -> None:
    form = write_form(tmp_path, MEMBERS)
    members = [{"age": 30, "school": "THCS"}]
    answers = given(tmp_path, {"answers": {"members": members, "x": 1}})
    result = run("forms", "run", form, "--answers", answers, *ON)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "Thử (thu 2026-01-01), ngày 20/11/2026"
    assert "  total = 30" in lines
    assert [line.split(":")[0] for line in lines if line.startswith("  Lỗi")] == [
        "  Lỗi FORM_001 rooms",
        "  Lỗi FORM_001 members[1]/full_name",
        "  Lỗi FORM_009 members[1]/school",
        "  Lỗi FORM_010 x",
    ]
    assert lines[-1] == "Kết luận: chưa gửi được."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Không có tệp"),
        (b"", "không phải JSON"),
        (b"{", "không phải JSON"),
        (b"[" * 100_000, "không phải JSON"),
        (b"\xff{}", "không phải UTF-8"),
        (b"[]", '{"answers": {…}}'),
        (b'{"answers": 1}', '{"answers": {…}}'),
        (b'{"answers": {"rooms": true}}', "'rooms' không có dạng câu trả lời"),
        (b'{"answers": {"members": [1]}}', "'members[1]' không có dạng câu trả lời"),
        (b" " * 5_000_001, "quá lớn"),
    ],
)
def test_a_file_that_holds_no_answers_is_explained(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "answers.json"
    if content is not None:
        path.write_bytes(content)
    result = run("forms", "run", write_form(tmp_path, MEMBERS), "--answers", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_bundled_form_runs_by_its_id(tmp_path: Path) -> None:
    answers = given(tmp_path, {"answers": {"identity/sex": "3"}})
    arguments = ("forms", "run", FORM_ID, "--answers", answers, "--version", "2022-08-15", *ON)
    result = run(*arguments)
    assert result.exit_code == 1
    assert "Lỗi FORM_004 identity/sex" in result.stdout


@pytest.mark.parametrize(
    ("expression", "context", "printed"),
    [
        ("1 + 1", None, "2"),
        ("sum(${members}/age)", {"members": [{"age": 1}, {"age": 3}]}, "4"),
        ("concat('a', ${b})", {"b": "é"}, "aé"),
        ("1 div 0", None, "Infinity"),
        ("${a} > 1", {"a": 2}, "true"),
    ],
)
def test_an_expression_is_tried(
    tmp_path: Path, expression: str, context: object, printed: str
) -> None:
    options = () if context is None else ("--context", given(tmp_path, context))
    result = run("forms", "eval", expression, *options)
    assert (result.exit_code, result.stdout) == (0, printed + "\n")
    assert (
        json.loads(run("forms", "eval", expression, *options, "--json").stdout)["text"] == printed
    )


def test_an_expression_with_a_mistake_is_told() -> None:
    result = run("forms", "eval", "f(1)")
    assert (result.exit_code, result.stdout[:12]) == (1, "Lỗi DEF_017:")
    found = json.loads(run("forms", "eval", "1 +", "--json").stdout)
    assert [one["code"] for one in found["problems"]] == ["DEF_016"]


LINES = [
    b'\xef\xbb\xbf{"answers": {"rooms": 2, "members": [{"full_name": "A"}]}}',
    b'{"answers": {"members": [{"age": "x"}]}, "note": "other keys do not matter"}',
    b"",
    b"nothing",
    b"\xff",
    b"[]",
    b'{"answers": {"rooms": false}}',
    b'{"answers": {"rooms": "' + b"x" * 1_000_001 + b'"}}',
    b'{"answers": {"rooms": 1}}',
]


def test_records_are_validated_line_by_line(tmp_path: Path) -> None:
    form = write_form(tmp_path, MEMBERS)
    records = tmp_path / "records.jsonl"
    records.write_bytes(b"\n".join(LINES))
    result = run("validate", form, records, *ON)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(":")[:2] for line in lines[:8]] == [
        ["1", " đạt"],
        ["2", " FORM_001 rooms; FORM_001 members[1]/full_name; FORM_005 members[1]/age"],
        ["4", " LINE_001"],
        ["5", " LINE_002"],
        ["6", " LINE_003"],
        ["7", " LINE_005 rooms"],
        ["8", " LINE_004"],
        ["9", " đạt"],
    ]
    assert lines[8:] == [
        "Tổng cộng 8 phiếu: 2 đạt, 5 dòng hỏng.",
        "  FORM_001: 2",
        "  FORM_005: 1",
        *(f"  LINE_00{number}: 1" for number in range(1, 6)),
    ]


def test_validation_gives_one_json_document(tmp_path: Path) -> None:
    form = write_form(tmp_path, MEMBERS)
    records = tmp_path / "records.jsonl"
    records.write_bytes(b"\n".join(LINES))
    found = json.loads(run("validate", form, records, "--json", *ON).stdout)
    assert [one["line"] for one in found["records"]] == [1, 2, 4, 5, 6, 7, 8, 9]
    assert found["records"][0]["findings"] == []
    assert found["records"][1]["findings"][0]["path"] == "rooms"
    assert {"severity", "message", "code"} <= found["records"][5]["findings"][0].keys()
    assert found["summary"]["codes"]["LINE_004"] == 1
    assert (found["summary"]["lines"], found["summary"]["passed"]) == (8, 2)
    records.write_bytes(b"\n\n")
    empty = run("validate", form, records, "--json")
    assert (empty.exit_code, json.loads(empty.stdout)["records"]) == (0, [])


def test_validation_of_a_missing_file_or_form_is_wrong_use(tmp_path: Path) -> None:
    result = run("validate", FORM_ID, tmp_path / "none.jsonl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert run("validate", "tt99", tmp_path).exit_code == 2


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    form = write_form(tmp_path, MEMBERS[:1])
    short = tmp_path / "short.jsonl"
    short.write_bytes(b'{"answers": {"rooms": 2}}\n')  # what is loaded once is loaded with it
    peaks = []
    for count in (500, 5_000):
        records = tmp_path / f"{count}.jsonl"
        records.write_bytes(b'{"answers": {"rooms": 2}}\n' * count)
        script = (
            "import sys, tracemalloc; from desktop.__main__ import program\n"
            f"try: program(['validate', {str(form)!r}, {str(short)!r}])\n"
            "except SystemExit: tracemalloc.start()\n"
            f"try: program(['validate', {str(form)!r}, {str(records)!r}])\n"
            "except SystemExit as left: assert left.code == 0\n"
            "print(tracemalloc.get_traced_memory()[1], file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
        assert done.stdout.count(b"\n") == count + 3
        peaks.append(int(done.stderr))
    assert peaks[1] < peaks[0] * 1.1
