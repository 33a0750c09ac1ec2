"""``so-an-sinh box``: the box of the commune, where the province cannot be reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.opening import FolderOf, UserName, opened, syncing_of
from desktop.commands.output import say

box_commands = typer.Typer(
    no_args_is_help=True, help="Máy của xã: giữ giúp thay đổi khi chưa có đường về tỉnh."
)


@box_commands.command("set")
def use(
    folder: FolderOf,
    url: Annotated[str, typer.Argument(help="Địa chỉ máy của xã (https://…).")],
    user: UserName,
    ca: Annotated[
        Path | None, typer.Option(help="Tệp PEM của tỉnh, như khi kết nối.", dir_okay=False)
    ] = None,
) -> None:
    """Từ nay, khi không tới được tỉnh thì gửi vào máy của xã."""
    with opened(folder, user) as register:
        syncing_of(register, user).set_box(url=url, ca_file=ca)


@box_commands.command()
def forget(folder: FolderOf, user: UserName) -> None:
    """Thôi dùng máy của xã, hoặc máy ấy đã mất: những gì nó giữ lại tính là chỉ có ở đây."""
    with opened(folder, user) as register:
        syncing_of(register, user).forget_box()


@box_commands.command()
def show(folder: FolderOf, user: UserName) -> None:
    """In địa chỉ máy của xã, và bao nhiêu thay đổi đang ở đâu."""
    with opened(folder, user) as register:
        syncing = syncing_of(register, user)
        status = syncing.status()
        say(
            [
                syncing.box() or "Chưa dùng máy của xã",
                f"Chỉ có trên máy này: {status.unsent - status.at_box}",
                f"Đã ở máy của xã, chưa tới tỉnh: {status.at_box}",
            ]
        )
