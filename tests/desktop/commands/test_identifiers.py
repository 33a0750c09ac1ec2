"""``id check`` and ``card read``: what they print and their exit codes; neither needs a window."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest
from typer.testing import CliRunner, Result

from desktop.__main__ import program
from tests.forms.cards.samples import CODE_2024, LINES, NUMBER, code_with

ON = ("--on", "22/11/2026")


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(program, list(arguments), input=given)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("0912345678",), 0),
        (("003099000000",), 0),  # an unknown prefix is only a warning
        (("75399000000",), 1),  # the zero in front is lost
        (("xin chào",), 1),
        (("",), 1),
        (("0100233480", "--as", "mst"), 1),
        (("0100233488", "--as", "mst"), 0),
        (("003099000000", "--as", "cccd", "--sex", "nu", "--born", "1998"), 0),
        (("0912345678", "--as", "tai-khoan", "--bank", "Viettel Money"), 0),
        (("12/1998", "--as", "khai-sinh"), 0),
        (("", "--as", "cccd"), 1),
        (("1", "--as", "số gì"), 2),
        (("1", "--born", "31/02/1999"), 2),
        (("1", "--on", "hôm qua"), 2),
        ((), 2),
    ],
)
def test_the_exit_code_tells_whether_a_number_may_be_stored(
    arguments: Sequence[str], code: int
) -> None:
    on = () if "--on" in arguments else ON
    assert run("id", "check", *arguments, *on).exit_code == code


def test_the_answer_is_in_vietnamese_and_names_the_repair() -> None:
    result = run("id", "check", "3099000000", "--as", "cccd", *ON)
    assert result.stdout.splitlines() == [
        "Số định danh cá nhân (CCCD): 3099000000",
        "  Lỗi ID_001: Số định danh phải đủ 12 chữ số, đang có 10. Xem lại thẻ và nhập lại.",
    ]
    result = run("id", "check", "1689123456", "--as", "dien-thoai", *ON)
    assert "  Đề nghị: 0389123456 (thêm số 0 ở đầu; đổi đầu số 11 số cũ" in result.stdout


def test_an_ambiguous_number_shows_every_kind_the_likeliest_first() -> None:
    lines = run("id", "check", "0912345678", *ON).stdout.splitlines()
    assert lines[0] == "Số điện thoại di động: 0912345678"
    assert "Cũng có thể là:" in lines


def test_the_answer_as_json_holds_the_same() -> None:
    result = run("id", "check", "286405000000", "--as", "cccd", "--on", "01/01/2110", "--json")
    answer = json.loads(result.stdout)
    (candidate,) = answer["candidates"]
    assert candidate["kind"] == "id_number"
    assert candidate["acceptable"] is True
    assert [finding["code"] for finding in candidate["findings"]] == ["ID_008"]
    assert candidate["facts"][0] == {
        "key": "birth_place",
        "value": "nước ngoài",
        "as_of": "2016-02-01",
    }


def test_the_sex_and_the_birth_of_the_person_are_compared() -> None:
    arguments = ("id", "check", NUMBER, "--sex", "nu", "--born", "03/1998", "--json", *ON)
    first = json.loads(run(*arguments).stdout)["candidates"][0]
    assert {"ID_009", "ID_010"} <= {finding["code"] for finding in first["findings"]}


def test_a_card_is_read_from_the_argument() -> None:
    result = run("card", "read", CODE_2024, *ON)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Mã QR thẻ Căn cước (mẫu 01/07/2024)"
    assert "  Ngày, tháng, năm sinh: 01/01/1999" in lines
    assert "  Giới tính: Nam" in lines
    assert "  Ngày cấp: 01/09/2025" in lines


def test_a_card_is_read_from_standard_input() -> None:
    result = run("card", "read", "-", "--json", *ON, given=LINES.encode())
    card = json.loads(result.stdout)
    assert card["identity"]["person.id_number"] == NUMBER
    assert card["doubtful"] == ["person.full_name"]
    assert card["expires_on"] == "2039-01-01"


def test_bytes_that_are_no_text_are_told_as_damage() -> None:
    given = code_with(name="Nguyễn Văn A").encode("cp1258", "replace")
    result = run("card", "read", "-", "--json", *ON, given=given)
    assert "CARD_010" in [finding["code"] for finding in json.loads(result.stdout)["findings"]]


def test_a_card_that_is_none_ends_with_one() -> None:
    result = run("card", "read", "xin chào", *ON)
    assert result.exit_code == 1
    assert "Lỗi CARD_001" in result.stdout


def test_the_commands_load_neither_qt_nor_a_store() -> None:
    script = (
        "import sys\n"
        "from desktop.__main__ import program\n"
        "heavy = {'PySide6', 'sqlalchemy', 'pyxform', 'forms'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "try:\n"
        "    program(['id', 'check', '0912345678'])\n"
        "except SystemExit as left:\n"
        "    assert left.code == 0\n"
        "heavy = {'PySide6', 'sqlalchemy', 'pyxform', 'lark'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
