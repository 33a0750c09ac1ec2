"""What commands on a register share: its folder, and asking for a passphrase.

A passphrase is asked for without showing it; where nobody sits at a terminal it is a line of
standard input, in the order of the questions. It is never an argument.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from desktop.services.syncing import Syncing
    from desktop.store.register import Register

Folder = Annotated[
    Path | None, typer.Option(help="Thư mục chứa sổ (mặc định: thư mục dữ liệu của máy).")
]
FolderOf = Annotated[Path, typer.Argument(help="Thư mục chứa sổ.", file_okay=False, exists=True)]
UserName = Annotated[str, typer.Option("--user", help="Tên người dùng.")]
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả thành một dòng JSON.")]


def folder_or_default(folder: Path | None) -> Path:
    """The folder asked for, or the one of this PC's user."""
    import platformdirs

    return folder or Path(platformdirs.user_data_dir("so-an-sinh", appauthor=False))


def ask_secret(prompt: str) -> str:
    """A passphrase or code."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{prompt}: ")
    return sys.stdin.readline().rstrip("\r\n")


@contextmanager
def opened(folder: Path | None, user_name: str) -> Iterator[Register]:
    """The register, opened with the passphrase that is asked for; closed afterwards."""
    from desktop.services.unlocking import open_register

    passphrase = ask_secret(f"Mật khẩu của {user_name}")
    with open_register(
        folder_or_default(folder), user_name=user_name, passphrase=passphrase
    ) as register:
        yield register


def now() -> datetime:
    """The clock of the commands."""
    return datetime.now(UTC)


def syncing_of(register: Register, user: str) -> Syncing:
    """What of the register speaks with the province."""
    from desktop.services.syncing import Syncing

    return Syncing(register=register, clock=now, author=user)
