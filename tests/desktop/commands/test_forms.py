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
