"""``so-an-sinh enrol``: connecting a PC without any network to its province, by two files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.opening import FolderOf, UserName, ask_secret, opened, syncing_of
from desktop.commands.output import say

enrol_commands = typer.Typer(
    no_args_is_help=True, help="Kết nối máy với tỉnh bằng tệp, khi không có mạng nào cả."
)


@enrol_commands.command()
def request(
    folder: FolderOf,
    user: UserName,
    into: Annotated[
        Path, typer.Option(help="Thư mục ghi tệp, thường là USB.", file_okay=False, exists=True)
    ],
) -> None:
    """Làm tệp yêu cầu từ mã dùng một lần (hỏi sau mật khẩu); in tên tệp để mang về tỉnh."""
    with opened(folder, user) as register:
        code = ask_secret("Mã kết nối dùng một lần")
        say([str(syncing_of(register, user).request_by_file(code=code, folder=into))])


@enrol_commands.command("import")
def import_answer(
    folder: FolderOf,
    file: Annotated[Path, typer.Argument(help="Tệp trả lời của tỉnh.", dir_okay=False)],
    user: UserName,
) -> None:
    """Nhận tệp trả lời của tỉnh; từ đó gửi và nhận bằng tệp."""
    with opened(folder, user) as register:
        place = syncing_of(register, user).take_answer(file)
    communes = ", ".join(place.commune_names)
    say([f"Đã kết nối: {place.office_name}, {communes}, {place.province_name}"])
