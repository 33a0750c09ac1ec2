"""``so-an-sinh doctor``: a report for support, without anything about a person."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import platformdirs
import typer

from desktop.commands.output import FOUND, say, say_json, wrong_use

if TYPE_CHECKING:
    from desktop.store.register import Register


def doctor(
    folder: Annotated[
        Path | None, typer.Option(help="Thư mục chứa sổ (mặc định: thư mục dữ liệu của máy).")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Ghi báo cáo vào tệp này.")] = None,
    user: Annotated[
        str | None,
        typer.Option(help="Tên người dùng: mở sổ để xem thêm (mật khẩu được hỏi hoặc đọc stdin)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In một dòng JSON.")] = False,
) -> None:
    """Báo cáo tình trạng của máy và sổ cho bộ phận hỗ trợ, không có dữ liệu của người dân."""
    from desktop.services.diagnosis import diagnose, installed_version, lines_of

    place = folder or Path(platformdirs.user_data_dir("so-an-sinh", appauthor=False))
    register, reason = (None, "") if user is None else _opened(place, user)
    try:
        bundle, problems = diagnose(
            place,
            register=register,
            version=installed_version(),
            clock=datetime.now(UTC),
            author=user or "",
        )
    finally:
        if register is not None:
            register.close()
    if reason:
        bundle["opening"] = {"problem": reason}
    if to is not None:
        _write(to, json.dumps(bundle, ensure_ascii=False, indent=1))
        say([f"Đã ghi báo cáo: {to}"])
    elif as_json:
        say_json(bundle)
    else:
        say(lines_of(bundle))
    if problems or reason:
        raise typer.Exit(FOUND)


def _opened(folder: Path, user: str) -> tuple[Register | None, str]:
    """The open register, or the code of what keeps it shut: the report is then the shorter one."""
    from desktop.errors import AppError
    from desktop.services.unlocking import open_register

    if sys.stdin.isatty():
        passphrase = typer.prompt("Mật khẩu", hide_input=True, err=True)
    else:
        passphrase = sys.stdin.readline().rstrip("\r\n")
    try:
        return open_register(folder, user_name=user, passphrase=passphrase), ""
    except AppError as error:
        return None, error.problem.value


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        wrong_use(f"Không ghi được tệp: {error.strerror}")
