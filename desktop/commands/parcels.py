"""``so-an-sinh parcel``: sending and receiving by sealed file, without a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.commands.opening import AsJson, FolderOf, UserName, now, opened, syncing_of
from desktop.commands.output import FOUND, say, say_json, wrong_use

if TYPE_CHECKING:
    from desktop.domain.parcels import ParcelPreview, ParcelReport, Recipient
    from desktop.services.parcels import Parcels
    from desktop.store.register import Register

_File = Annotated[Path, typer.Argument(help="Tệp .goi.", dir_okay=False)]

parcel_commands = typer.Typer(
    no_args_is_help=True, help="Gửi và nhận bằng tệp niêm phong, không cần mạng."
)


@parcel_commands.command()
def recipients(folder: FolderOf, user: UserName, as_json: AsJson = False) -> None:
    """Liệt kê nơi nhận: máy chủ và các cơ quan làm việc cùng."""
    with opened(folder, user) as register:
        found = _desk(register, user).recipients()
    if as_json:
        say_json([{"key": one.key, "office": one.office, "role": one.role} for one in found])
    else:
        say(_named(one) for one in found)


@parcel_commands.command("export")
def export_parcel(
    folder: FolderOf,
    user: UserName,
    to: Annotated[str, typer.Option(help="server, police, collector, officer, hoặc mã máy nhận.")],
    into: Annotated[Path, typer.Option(help="Thư mục ghi tệp, thường là USB.", file_okay=False)],
) -> None:
    """Ghi một tệp cho một nơi nhận; in tên tệp."""
    with opened(folder, user) as register:
        desk = _desk(register, user)
        keys = [one.key for one in desk.recipients() if to in (one.key, one.role)]
        if len(keys) > 1:
            wrong_use("Có nhiều nơi nhận như vậy; ghi mã máy nhận (lệnh recipients).")
        written = desk.send(keys[0] if keys else to, into)
    say(
        [
            str(written.path),
            f"Số {written.number}: {written.changes} thay đổi, {written.documents} hồ sơ",
        ]
    )


@parcel_commands.command("inspect")
def inspect_parcel(folder: FolderOf, file: _File, user: UserName) -> None:
    """Cho biết trong tệp có gì; không nhận gì vào sổ."""
    with opened(folder, user) as register:
        say(_told(_desk(register, user).inspect(file)))


@parcel_commands.command("import")
def import_parcel(
    folder: FolderOf,
    file: _File,
    user: UserName,
    answers: Annotated[
        Path | None, typer.Option(help="Nơi ghi tệp trả lời khi chuyển giúp lên máy chủ.")
    ] = None,
) -> None:
    """Nhận một tệp vào sổ, hoặc chuyển giúp tệp niêm phong lên máy chủ."""
    with opened(folder, user) as register:
        report = _desk(register, user).receive(file, answers=answers)
    say([*_told(report.preview), *_done(report)])
    if report.problem is not None:
        say([f"Còn phải làm: {report.problem.value}"])
        raise typer.Exit(FOUND)


def _desk(register: Register, user: str) -> Parcels:
    from desktop.services.packs import Packs, province_forms
    from desktop.services.parcels import Parcels

    syncing = syncing_of(register, user)
    packs = Packs(register=register, forms=province_forms(register), clock=now, author=user)
    return Parcels(register=register, syncing=syncing, clock=now, author=user, shelf=packs)


def _named(one: Recipient) -> str:
    office = one.office or "Máy chủ của tỉnh"
    return f"{one.key}  {office}" + (f" ({one.device})" if one.device else "")


def _told(preview: ParcelPreview) -> list[str]:
    from desktop.domain.parcels import ParcelKind

    if preview.kind is ParcelKind.TO_CARRY:
        return ["Tệp niêm phong gửi máy chủ của tỉnh; máy này chỉ chuyển giúp được."]
    lines = [
        f"Từ: {preview.office or 'Máy chủ của tỉnh'}, số {preview.number}, lập {preview.made_at}",
        f"{preview.receipts} biên nhận, {preview.rows} mục, {preview.documents} hồ sơ",
    ]
    if preview.is_repeated:
        lines.append("Tệp này đã nhận trước đây; nhận lại không thay đổi gì.")
    if preview.missing:
        lines.append(f"Chưa từng nhận tệp số {', '.join(map(str, preview.missing))}.")
    return lines


def _done(report: ParcelReport) -> list[str]:
    if report.answer is not None:
        return [f"Đã chuyển lên máy chủ. Tệp trả lời: {report.answer}"]
    return [
        f"Biên nhận: {report.receipted} thay đổi (chưa được nhận {report.held})",
        f"Mục của tỉnh: {report.pulled}; hồ sơ mới: {report.new}, câu trả lời: {report.answered}",
    ]
