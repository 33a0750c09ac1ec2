"""``so-an-sinh users``: who may open a register, without a window."""

from __future__ import annotations

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
    from desktop.domain.permissions import Right
    from desktop.services.users import Users
    from desktop.store.register import Register

user_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Người dùng của sổ: thêm, đổi mật khẩu, xóa. Mật khẩu hỏi ở bàn phím hoặc đọc từ stdin.",
)

_Name = Annotated[str, typer.Option("--name", help="Người được thêm, đặt lại hoặc xóa.")]


@user_commands.command("list")
def list_users(*, folder: Folder = None, as_json: AsJson = False) -> None:
    """In danh sách người dùng; không cần mật khẩu."""
    from desktop.services.users import listed

    users, is_due = listed(folder_or_default(folder))
    if as_json:
        rows = [{"name": user.name, "role": user.role.value} for user in users]
        say_json({"users": rows, "key_change_due": is_due})
        return
    words = {"manager": "quản lý", "officer": "cán bộ"}
    say(f"{user.name}: {words[user.role.value]}" for user in users)
    if is_due:
        say(["Khóa của sổ cần đổi: chạy so-an-sinh users change-key."])


@user_commands.command()
def add(
    *,
    user: UserName,
    name: _Name,
    manager: Annotated[bool, typer.Option(help="Người này cũng quản lý sổ.")] = False,
    folder: Folder = None,
) -> None:
    """Thêm một người dùng; hỏi mật khẩu của người quản lý rồi của người mới."""
    from desktop.domain.users import UserRole

    with opened(folder, user) as register:
        passphrase = ask_secret(f"Mật khẩu của {name}")
        role = UserRole.MANAGER if manager else UserRole.OFFICER
        _users(register, user).add(user_name=name, passphrase=passphrase, role=role)
    say([f"Đã thêm {name}."])


@user_commands.command()
def passwd(*, user: UserName, folder: Folder = None) -> None:
    """Đổi mật khẩu của mình; hỏi mật khẩu cũ rồi mật khẩu mới."""
    from desktop.services.unlocking import open_register

    old = ask_secret(f"Mật khẩu của {user}")
    new = ask_secret("Mật khẩu mới")
    with open_register(folder_or_default(folder), user_name=user, passphrase=old) as register:
        _users(register, user).change_passphrase(old=old, new=new)
    say(["Đã đổi mật khẩu."])


@user_commands.command()
def reset(*, user: UserName, name: _Name, folder: Folder = None) -> None:
    """Đặt lại mật khẩu cho người đã quên; chỉ người quản lý."""
    with opened(folder, user) as register:
        passphrase = ask_secret(f"Mật khẩu mới của {name}")
        _users(register, user).reset_passphrase(user_name=name, passphrase=passphrase)
    say([f"Đã đặt lại mật khẩu của {name}."])


@user_commands.command()
def remove(*, user: UserName, name: _Name, folder: Folder = None) -> None:
    """Xóa một người dùng rồi đổi khóa của sổ; chỉ người quản lý."""
    with opened(folder, user) as register:
        _users(register, user).remove(user_name=name)
    say([f"Đã xóa {name} và đổi khóa của sổ."])


@user_commands.command()
def change_key(*, user: UserName, folder: Folder = None) -> None:
    """Đổi khóa của sổ; chỉ người quản lý."""
    with opened(folder, user) as register:
        _users(register, user).change_key()
    say(["Đã đổi khóa của sổ."])


_Target = Annotated[str, typer.Argument(help="Người được cấp hoặc bị thu quyền.")]
_DataSet = Annotated[
    str,
    typer.Argument(
        help="Mục hạn chế: children_restricted, assistance_restricted hoặc drug_treatment."
    ),
]
_Place = Annotated[Path, typer.Argument(help="Thư mục chứa sổ.")]


@user_commands.command()
def rights(
    folder: _Place,
    *,
    user: UserName,
    as_json: AsJson = False,
) -> None:
    """In ai được xem mục hạn chế nào; hỏi mật khẩu của người mở sổ."""
    from desktop.services.permissions import Permissions

    with opened(folder, user) as register:
        found = Permissions(register=register, clock=_now).users()
    rows = [
        {"name": one.user_name, "rights": sorted(right.value for right in one.rights)}
        for one in found
    ]
    if as_json:
        say_json({"users": rows})
        return
    say(f"{row['name']}: {', '.join(row['rights']) or 'không có quyền'}" for row in rows)


@user_commands.command()
def grant(
    folder: _Place,
    name: _Target,
    data_set: _DataSet,
    *,
    user: UserName,
) -> None:
    """Cấp quyền xem một mục hạn chế; người cấp phải có quyền ấy hoặc là người quản lý đầu tiên."""
    from desktop.services.permissions import Permissions

    right = _right(data_set)
    with opened(folder, user) as register:
        Permissions(register=register, clock=_now).grant(user_name=name, right=right)
    say([f"Đã cấp cho {name} quyền xem {right.value}."])


@user_commands.command()
def revoke(
    folder: _Place,
    name: _Target,
    data_set: _DataSet,
    *,
    user: UserName,
) -> None:
    """Thu quyền xem một mục hạn chế; phiếu đã lưu vẫn còn và vẫn được gửi đi."""
    from desktop.services.permissions import Permissions

    right = _right(data_set)
    with opened(folder, user) as register:
        Permissions(register=register, clock=_now).revoke(user_name=name, right=right)
    say([f"Đã thu của {name} quyền xem {right.value}."])


def _right(name: str) -> Right:
    from desktop.domain.permissions import Right

    if name not in [right.value for right in Right]:
        wrong_use(f"Không có mục hạn chế {name}.")
    return Right(name)


def _now() -> datetime:
    return datetime.now(UTC)


def _users(register: Register, author: str) -> Users:
    from desktop.services.users import Users
    from forms.vietnamese import clean

    return Users(register=register, author=clean(author), clock=lambda: datetime.now(UTC))
