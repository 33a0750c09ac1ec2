"""What the administrator publishes: each problem of a file with its place; commands that end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from sync.protocol.documents import Role
from sync.protocol.packs import PackKind, UnitList, unpacked
from sync.server import packs
from sync.server.__main__ import cli
from sync.server.base_list_files import read_base_list
from sync.server.table_files import TableError
from sync.server.tables import documents, publications
from tests.support.base_lists import COMMUNE, HEADINGS, row, write
from tests.support.packs import FORM, NEW_TEXT, write_text
from tests.support.server import Province


def run(province: Province, *arguments: str) -> Result:
    """A command on the province of this test."""
    url = province.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(cli, [*arguments], env={"SO_AN_SINH_DATABASE_URL": url})


def told(path: Path) -> list[str]:
    with pytest.raises(TableError) as caught:
        read_base_list(path, commune=COMMUNE)
    return [str(problem) for problem in caught.value.problems]


def with_cell(number: int, heading: str, text: str) -> Mapping[str, str]:
    return {**row(number), heading: text}


def test_every_problem_of_a_base_list_is_told_with_row_and_column(tmp_path: Path) -> None:
    path = write(
        tmp_path / "list.csv",
        [
            row(0),
            with_cell(1, "Ngày sinh", "31/02/1990"),
            with_cell(2, "Giới tính", "x"),
            with_cell(3, "Số định danh", "12a"),
            with_cell(4, "Họ và tên", ""),
            with_cell(5, "Quan hệ với chủ hộ", "bạn"),
            row(0),
        ],
    )
    assert told(path) == [
        "row 3, column 'Ngày sinh': no day, month or year of any calendar",
        "row 4, column 'Giới tính': not a value of this column",
        "row 5, column 'Số định danh': no personal number of 12 digits",
        "row 6, column 'Họ và tên': the name is missing",
        "row 7, column 'Quan hệ với chủ hộ': not a value of this column",
        "row 8, column 'Số định danh': stands in row 2 already",
    ]


def test_columns_that_nobody_knows_or_that_are_missing_are_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Tên gọi,Ngày sinh\nA,1990\n", encoding="utf-8")
    assert told(path) == [
        "row 1, column 'Tên gọi': no column is called so",
        "row 1, column 'Họ và tên': this column is missing",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"PK\x03\x04"), ("a.csv", b"\xff\xfe"), ("a.doc", b"x"), ("a.csv", b"")],
    ids=["no workbook", "no UTF-8", "another kind", "empty"],
)
def test_what_is_no_list_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert told(path)


def test_a_workbook_says_the_same_as_a_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(HEADINGS))
    for number in range(5):
        book.active.append(list(row(number).values()))
    path = tmp_path / "list.xlsx"
    book.save(path)
    text = write(tmp_path / "list.csv", [row(number) for number in range(5)])
    assert read_base_list(path, commune=COMMUNE) == read_base_list(text, commune=COMMUNE)


def test_a_list_with_a_problem_writes_nothing(province: Province, tmp_path: Path) -> None:
    province.office(Role.OFFICER, COMMUNE)
    path = write(tmp_path / "list.csv", [row(0), with_cell(1, "Giới tính", "x")])
    options = ["--kind", "base_list", "--name", COMMUNE, "--as-of", "2026-11-01"]
    done = run(province, "publish-list", str(path), *options)
    assert (done.exit_code, "row 3" in done.output) == (1, True)
    with province.engine.connect() as connection:
        for table in (documents, publications):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
    write(path, [row(0), row(1)])
    done = run(province, "publish-list", str(path), *options)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("2 persons: 2 new, 0 changed, 0 values")
    other = run(province, "publish-list", str(path), *options[:3], "99009", *options[4:])
    assert other.exit_code == 1


def test_forms_are_published_and_taken_back_by_commands(province: Province, tmp_path: Path) -> None:
    path = write_text(tmp_path / "new")
    usb = tmp_path / "usb"
    done = run(province, "publish-form", str(path), "--into", str(usb))
    assert done.exit_code == 0, done.output
    assert [file.name for file in usb.iterdir()] == ["form-1.pack"]
    again = run(province, "publish-form", str(path))
    assert "published before" in again.output
    assert run(province, "withdraw-form", FORM, NEW_TEXT).exit_code == 0
    listed = run(province, "pack-list").output.splitlines()
    assert [line.split("\t")[:3] for line in listed] == [["form", "1", FORM], ["form", "2", FORM]]
    assert run(province, "pack-export", PackKind.FORM.value, "2", str(usb)).exit_code == 0
    assert run(province, "pack-export", PackKind.FORM.value, "9", str(usb)).exit_code != 0


def test_a_form_with_problems_is_told_and_not_published(province: Province, tmp_path: Path) -> None:
    path = write_text(tmp_path / "new")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("| text ", "| txet ", 1), encoding="utf-8")
    done = run(province, "publish-form", str(path))
    assert (done.exit_code, "txet" in done.output) == (1, True)
    path.write_text(text, encoding="utf-8")
    path.with_name("migration.yaml").unlink()
    assert run(province, "publish-form", str(path)).exit_code == 1
    assert run(province, "pack-list").output == ""


def test_a_list_of_choices_keeps_every_code_of_its_form(province: Province, tmp_path: Path) -> None:
    path = tmp_path / "sex.csv"
    path.write_text("Mã,Tên,Đến ngày\n1,Nam,\n", encoding="utf-8")
    options = ["--kind", "options", "--name", f"{FORM}.sex", "--as-of", "2026-11-01"]
    done = run(province, "publish-list", str(path), *options)
    assert (done.exit_code, "'2'" in done.output) == (1, True)
    path.write_text("Mã,Tên,Đến ngày\n1,Nam,\n2,Nữ,31/12/2026\n", encoding="utf-8")
    assert "row 3" in run(province, "publish-list", str(path), *options).output
    path.write_text("Mã,Tên,Đến ngày\n1,Nam,\n2,Nữ,2026-12-31\n", encoding="utf-8")
    assert run(province, "publish-list", str(path), *options).exit_code == 0
    assert run(province, "publish-list", str(path), *options).exit_code == 0
    assert len(run(province, "pack-list").output.splitlines()) == 1


def test_a_list_of_hamlets_is_of_communes_that_are_served(
    province: Province, tmp_path: Path
) -> None:
    province.office(Role.OFFICER, "99001")
    path = tmp_path / "units.csv"
    options = ("--kind", "units", "--name", "ap", "--as-of", "2026-11-01")
    path.write_text(
        "Mã thôn,Tên thôn,Mã xã,Từ ngày\n01,Ấp 1,99001,\n01,,99001,1/1\n02,Ấp 2,99909,\n",
        encoding="utf-8",
    )
    done = run(province, "publish-list", str(path), *options)
    assert done.exit_code == 1
    for problem in ("row 3", "stands in row 2 already", "is empty", "2026-12-31", "row 4"):
        assert problem in done.output
    path.write_text("code,name,commune\n01,Ấp 1,99001\n", encoding="utf-8")
    for _ in range(2):
        assert run(province, "publish-list", str(path), *options).exit_code == 0
    [line] = run(province, "pack-list").output.splitlines()
    assert line.split("\t")[:3] == ["units", "1", "ap"]


def test_each_commune_may_count_its_hamlets_anew(province: Province, tmp_path: Path) -> None:
    province.office(Role.OFFICER, "99001", "99002")
    path = tmp_path / "units.csv"
    options = ("--kind", "units", "--name", "ap", "--as-of", "2026-11-01")
    path.write_text("code,name,commune\n01,Ấp 1,99001\n01,Ấp 1,99002\n", encoding="utf-8")
    assert run(province, "publish-list", str(path), *options).exit_code == 0
    with province.engine.connect() as connection:
        found = packs.newest(connection, kind=PackKind.UNITS, name="ap")
    assert found is not None
    assert [(one.commune, one.code) for one in unpacked(found[1], UnitList).units] == [
        ("99001", "01"),
        ("99002", "01"),
    ]
