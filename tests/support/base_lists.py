"""Base lists of persons who do not exist, as Sở and police hand them in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from sync.server.base_list_files import read_base_list
from sync.server.base_lists import Loaded, load_base_list

COMMUNE = "99001"
HEADINGS = (
    "Họ và tên", "Ngày sinh", "Giới tính", "Số định danh", "Quê quán", "Nơi thường trú",
    "Thôn/tổ", "Mã hộ", "Quan hệ với chủ hộ",
)  # fmt: skip


def row(number: int, **cells: str) -> dict[str, str]:
    """Somebody of the list: a woman in a household of four."""
    household, place = divmod(number, 4)
    return {
        "Họ và tên": f"Trần Thị {'Lan Hoa Mai Cúc'.split()[place]} {_word(household)}",
        "Ngày sinh": f"{number % 28 + 1:02}/05/1990",
        "Giới tính": "Nữ",
        "Số định danh": f"003190{number:06}",
        "Quê quán": "Xã Đồng Thử, Tỉnh Tập Huấn",
        "Nơi thường trú": f"Ấp {household % 9 + 1}, Xã Suối Mẫu, Tỉnh Tập Huấn",
        "Thôn/tổ": f"Ấp {household % 9 + 1}",
        "Mã hộ": f"02-{household:05}",
        "Quan hệ với chủ hộ": "Chủ hộ" if place == 0 else "Con",
    } | {name.replace("_", " "): value for name, value in cells.items()}


def _word(number: int) -> str:
    """A name of letters for a number."""
    letters = ""
    while number or not letters:
        number, digit = divmod(number, 20)
        letters += "bcdghklmnpqrstvxaeio"[digit]
    return letters.capitalize()


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """A list as CSV, with the mark between cells that spreadsheets use here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(engine: Engine, path: Path, *, commune: str = COMMUNE) -> Loaded:
    """Publish it."""
    people = read_base_list(path, commune=commune)
    with engine.begin() as connection:
        return load_base_list(
            connection,
            people,
            commune=commune,
            as_of=date(2026, 11, 1),
            actor="login test",
            source=path.read_bytes(),
        )
