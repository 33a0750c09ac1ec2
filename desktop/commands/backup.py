"""``so-an-sinh backup``: snapshots of a register, and going back to one."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import platformdirs
import typer

from desktop.commands.output import FOUND, say, say_json, wrong_use

if TYPE_CHECKING:
    from desktop.domain.backups import RestorePreview, Snapshot

_Folder = Annotated[
    Path | None, typer.Option(help="Thư mục chứa sổ (mặc định: thư mục dữ liệu của máy).")
]
_User = Annotated[str, typer.Option("--user", help="Tên người dùng.")]
_AsJson = Annotated[bool, typer.Option("--json", help="In một dòng JSON.")]

backup_commands = typer.Typer(
    no_args_is_help=True, help="Sao lưu sổ, xem và khôi phục bản sao lưu."
)


@backup_commands.command("list")
def list_backups(folder: _Folder = None, as_json: _AsJson = False) -> None:
    """Liệt kê các bản sao lưu bên cạnh sổ, mới nhất trước."""
    from desktop.services.restoring import snapshots_of

    snapshots = snapshots_of(_place(folder))
    if as_json:
        say_json([_as_json(snapshot) for snapshot in snapshots])
    else:
        say(_line(snapshot) for snapshot in snapshots)


@backup_commands.command()
def now(
    user: _User,
    folder: _Folder = None,
    to: Annotated[
        Path | None, typer.Option(help="Sao lưu ra thư mục hoặc USB này, từ nay định kỳ.")
    ] = None,
) -> None:
    """Sao lưu ngay (mật khẩu được hỏi hoặc đọc từ stdin)."""
    from desktop.errors import AppError
    from desktop.services.backups import Backups
    from desktop.services.unlocking import open_register

    passphrase = _secret("Mật khẩu")
    try:
        with open_register(_place(folder), user_name=user, passphrase=passphrase) as register:
            backups = Backups(register=register, clock=_clock)
            if to is not None:
                backups.keep_in(to)
            result = backups.now() if to is None else backups.to_second_folder()
    except AppError as error:
        wrong_use(_explained(error))
    if result.snapshot is None:
        say([f"Chưa sao lưu được: {'' if result.problem is None else result.problem.value}"])
        raise typer.Exit(FOUND)
    say([_line(result.snapshot)])


@backup_commands.command()
def restore(
    snapshot: Annotated[str, typer.Argument(help="Tên trong danh sách, hoặc thư mục bản sao lưu.")],
    user: _User,
    folder: _Folder = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Khôi phục; không có thì chỉ cho biết sẽ ra sao.")
    ] = False,
    old_passphrase: Annotated[
        bool, typer.Option(help="Hỏi riêng mật khẩu của thời điểm sao lưu.")
    ] = False,
    leave_unsent: Annotated[
        bool, typer.Option(help="Không mang theo các thay đổi chưa gửi của sổ hiện tại.")
    ] = False,
) -> None:
    """Cho biết khôi phục sẽ mất gì, và khôi phục khi có --yes. Sổ phải đang đóng."""
    from desktop.errors import AppError
    from desktop.services.restoring import Restoring, snapshots_of

    place = _place(folder)
    named = [one.path for one in snapshots_of(place) if one.name == snapshot]
    path = named[0] if named else Path(snapshot)
    passphrase = _secret("Mật khẩu")
    then = _secret("Mật khẩu của thời điểm sao lưu") if old_passphrase else None
    restoring = Restoring(
        folder=place, user_name=user, passphrase=passphrase, old_passphrase=then, clock=_clock
    )
    try:
        say(_told(restoring.preview(path), carried=not leave_unsent))
        if yes:
            aside = restoring.restore(path, carry_unsent=not leave_unsent)
            say(["Đã khôi phục."] + ([] if aside is None else [f"Sổ cũ còn ở: {aside}"]))
    except AppError as error:
        wrong_use(_explained(error))


def _told(preview: RestorePreview, *, carried: bool) -> list[str]:
    count = sum(preview.snapshot.documents.values())
    lines = [f"Bản sao lưu: {count} hồ sơ, {preview.snapshot.unsent} thay đổi chưa gửi"]
    if preview.present is None:
        return [*lines, "Không đọc được sổ hiện tại nên không so sánh được."]
    unsent = "được mang theo" if carried else "SẼ MẤT khỏi sổ"
    return [
        *lines,
        f"Sổ hiện tại: {sum(preview.present.documents.values())} hồ sơ",
        f"Làm sau đó, chưa gửi: {preview.unsent_since} thay đổi, {unsent}",
        f"Làm sau đó, đã gửi: {preview.sent_since} thay đổi, về lại ở lần đồng bộ tới",
        f"Gửi lại mà không bị trùng: {preview.sent_twice} thay đổi",
        f"Dòng nhật ký chỉ còn trong sổ cũ: {preview.lines_since}",
    ]


def _line(snapshot: Snapshot) -> str:
    count = sum(snapshot.documents.values())
    return f"{snapshot.name}  {count} hồ sơ, {snapshot.unsent} chưa gửi, {snapshot.size} byte"


def _as_json(snapshot: Snapshot) -> dict[str, object]:
    return {
        **asdict(snapshot),
        "name": snapshot.name,
        "path": str(snapshot.path),
        "taken_at": snapshot.taken_at.isoformat(),
        "reason": snapshot.reason.value,
    }


def _explained(error: Exception) -> str:
    return f"Không thực hiện được: {error}"


def _secret(prompt: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(prompt, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _place(folder: Path | None) -> Path:
    return folder or Path(platformdirs.user_data_dir("so-an-sinh", appauthor=False))


def _clock() -> datetime:
    return datetime.now(UTC)
