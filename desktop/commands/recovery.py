"""``so-an-sinh recovery``: preparing for a lost passphrase, and getting the register back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.commands.opening import (
    AsJson,
    Folder,
    UserName,
    ask_secret,
    folder_or_default,
    opened,
)
from desktop.commands.output import say, say_json, wrong_use

if TYPE_CHECKING:
    from desktop.services.recovery import Recovery, RecoveryKeys
    from desktop.store.register import Register

recovery_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Khôi phục khi mất mật khẩu: mã in sẵn, hoặc yêu cầu gửi tỉnh. Không cần mạng.",
)


@recovery_commands.command()
def status(*, folder: Folder = None, as_json: AsJson = False) -> None:
    """In những cách khôi phục sổ này đã có."""
    ways = _recovery(folder).ways()
    if as_json:
        say_json({"printed_code": ways.printed_code, "province_key": ways.province_key})
        return
    words = {True: "có", False: "chưa có"}
    say([f"Mã in sẵn: {words[ways.printed_code]}", f"Khóa của tỉnh: {words[ways.province_key]}"])


@recovery_commands.command()
def print_code(*, user: UserName, folder: Folder = None) -> None:
    """Tạo mã khôi phục mới và in ra, chỉ một lần; mã cũ hết dùng được."""
    with opened(folder, user) as register:
        code = _keys(register, user).new_printed_code()
    say([code])


@recovery_commands.command()
def province_key(
    *,
    user: UserName,
    key: Annotated[str, typer.Option(help="Khóa công khai khôi phục của tỉnh, 64 chữ.")],
    folder: Folder = None,
) -> None:
    """Niêm phong khóa của sổ cho tỉnh."""
    with opened(folder, user) as register:
        _keys(register, user).set_province_key(key)
    say(["Đã niêm phong khóa của sổ cho tỉnh."])


@recovery_commands.command()
def use_code(*, user: UserName, folder: Folder = None) -> None:
    """Mở bằng mã in sẵn và đặt mật khẩu mới; hỏi mã rồi mật khẩu mới."""
    code, passphrase = ask_secret("Mã khôi phục"), ask_secret("Mật khẩu mới")
    register = _recovery(folder).open_with_code(code=code, user_name=user, passphrase=passphrase)
    register.close()
    say(["Đã đặt mật khẩu mới."])


@recovery_commands.command()
def request(
    *,
    user: UserName,
    folder: Folder = None,
    out: Annotated[Path | None, typer.Option(help="Ghi yêu cầu vào tệp này.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tạo yêu cầu gửi tỉnh; dùng được trong 24 giờ."""
    made = _recovery(folder).request(user_name=user)
    if out is not None:
        try:
            out.write_text("\n".join(made.lines) + "\n", encoding="utf-8")
        except OSError as error:
            wrong_use(f"Không ghi được {out.name}: {error.strerror}")
    if as_json:
        say_json({"lines": made.lines, "expires_at": made.expires_at.isoformat()})
    elif out is None:
        say(made.lines)


@recovery_commands.command()
def answer(
    *,
    file: Annotated[Path | None, typer.Option(help="Tệp trả lời của tỉnh.")] = None,
    folder: Folder = None,
) -> None:
    """Mở bằng trả lời của tỉnh và đặt mật khẩu mới.

    Hỏi mật khẩu mới trước; không có --file thì gõ trả lời sau đó, hết bằng một dòng trống.
    """
    passphrase = ask_secret("Mật khẩu mới")
    register = _recovery(folder).open_with_answer(answer=_answer_text(file), passphrase=passphrase)
    register.close()
    say(["Đã đặt mật khẩu mới."])


def _answer_text(file: Path | None) -> str:
    if file is None:
        return "".join(iter(sys.stdin.readline, "\n")) if sys.stdin.isatty() else sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        wrong_use(f"Không đọc được {file.name}: {error.strerror}")


def _recovery(folder: Path | None) -> Recovery:
    from desktop.services.recovery import Recovery

    return Recovery(folder=folder_or_default(folder), clock=lambda: datetime.now(UTC))


def _keys(register: Register, author: str) -> RecoveryKeys:
    from desktop.services.recovery import RecoveryKeys
    from forms.vietnamese import clean

    return RecoveryKeys(register=register, author=clean(author), clock=lambda: datetime.now(UTC))
