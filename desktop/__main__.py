"""The command ``so-an-sinh``: opens the window; subcommands do headless work.

Heavy modules are imported inside the commands: the unlock window must not wait for them.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from desktop.assets import program_version
from desktop.commands.backup import backup_commands
from desktop.commands.box import box_commands
from desktop.commands.doctor import doctor
from desktop.commands.enrol import enrol_commands
from desktop.commands.forms import form_commands, validate_records
from desktop.commands.identifiers import card_commands, id_commands
from desktop.commands.ledger import ledger_commands
from desktop.commands.packs import pack_commands
from desktop.commands.parcels import parcel_commands
from desktop.commands.recovery import recovery_commands
from desktop.commands.users import user_commands
from desktop.hardening import forbid_dumps

program = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they print local variables: names and numbers of people
    help="Sổ An Sinh: sổ lao động và an sinh của xã, dùng được cả khi không có mạng.",
)
program.add_typer(id_commands, name="id")
program.add_typer(card_commands, name="card")
program.add_typer(form_commands, name="forms")
program.add_typer(user_commands, name="users")
program.add_typer(recovery_commands, name="recovery")
program.add_typer(backup_commands, name="backup")
program.add_typer(ledger_commands, name="ledger")
program.add_typer(parcel_commands, name="parcel")
program.add_typer(box_commands, name="box")
program.add_typer(enrol_commands, name="enrol")
program.add_typer(pack_commands, name="pack")
program.command("validate")(validate_records)
program.command("doctor")(doctor)


@program.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Option(help="Thư mục chứa sổ (mặc định: thư mục dữ liệu của máy).")
    ] = None,
    show_version: Annotated[bool, typer.Option("--version", help="In phiên bản rồi dừng.")] = False,
) -> None:
    """Mở cửa sổ của chương trình."""
    if show_version:
        typer.echo(f"so-an-sinh {program_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from desktop.app import run_window

        raise typer.Exit(run_window(folder=folder))


@program.command()
def demo(
    headless: Annotated[
        bool, typer.Option(help="Không mở cửa sổ: tự chạy cả quy trình rồi in kết quả.")
    ] = False,
    screenshots: Annotated[
        Path | None, typer.Option(help="Thư mục ghi ảnh từng màn hình (chỉ với --headless).")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="In kết quả thành một dòng JSON ở cuối.")
    ] = False,
    desktop_half: Annotated[
        bool,
        typer.Option(help="Chỉ chạy phần của máy xã, không có máy chủ (chỉ với --headless)."),
    ] = False,
) -> None:
    """Mở tỉnh tập huấn: dữ liệu không có thật, máy chủ thật và ba máy tính."""
    from desktop.demo.command import run_demo

    raise typer.Exit(
        run_demo(
            headless=headless,
            screenshots=screenshots,
            as_json=as_json,
            desktop_half=desktop_half,
        )
    )


def main() -> None:
    """Entry point of the installed program. It reads and prints UTF-8 also where Windows does not.

    A failure that the officer can do something about is told in a sentence; exit code 1.
    """
    from desktop.errors import AppError

    forbid_dumps()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a program without a console has none
            stream.reconfigure(encoding="utf-8")
    try:
        program(prog_name="so-an-sinh")
    except AppError as error:
        from desktop.ui.messages import Messages

        message = Messages().explain(error.problem, error.parameters)
        typer.echo(f"{error.problem.name}: {message.text}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[func-returns-value]  # typer leaves through SystemExit
