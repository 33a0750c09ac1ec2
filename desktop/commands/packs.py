"""``so-an-sinh pack``: what the province published, without a window and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.commands.opening import AsJson, FolderOf, UserName, now, opened
from desktop.commands.output import say, say_json

if TYPE_CHECKING:
    from desktop.domain.packs import PackNews
    from desktop.services.packs import Packs
    from desktop.store.register import Register

_Files = Annotated[list[Path], typer.Argument(help="Tệp .pack của tỉnh.", dir_okay=False)]

pack_commands = typer.Typer(
    no_args_is_help=True, help="Biểu mẫu và danh mục tỉnh ban hành: xem, nhận bằng tệp."
)


@pack_commands.command("list")
def list_packs(folder: FolderOf, user: UserName, as_json: AsJson = False) -> None:
    """Kể những gì sổ đang dùng của tỉnh, và những gì đã từ chối."""
    with opened(folder, user) as register:
        packs = _packs(register, user)
        held, refused = packs.held(), packs.refused()
    if as_json:
        say_json(
            {
                "held": [_json(one.news) | {"applied_at": one.applied_at} for one in held],
                "refused": [
                    {"title": one.title, "number": one.number, "problem": one.problem.value}
                    for one in refused
                ],
            }
        )
        return
    for one in held:
        say([f"{one.applied_at}  {_heading(one.news)}"])
    say(f"Từ chối: {one.title} số {one.number} ({one.problem.value})" for one in refused)


@pack_commands.command("show")
def show(folder: FolderOf, files: _Files, user: UserName, as_json: AsJson = False) -> None:
    """Cho biết tệp thay đổi gì; không nhận gì vào sổ."""
    with opened(folder, user) as register:
        packs = _packs(register, user)
        found = [packs.inspect(file) for file in files]
    _tell(found, as_json)


@pack_commands.command("import")
def import_packs(folder: FolderOf, files: _Files, user: UserName, as_json: AsJson = False) -> None:
    """Kiểm tra chữ ký của tỉnh rồi nhận tệp vào sổ; nhận lại không thay đổi gì."""
    with opened(folder, user) as register:
        packs = _packs(register, user)
        found = [packs.receive(file) for file in files]
    _tell(found, as_json)


def _packs(register: Register, user: str) -> Packs:
    from desktop.services.packs import Packs, province_forms

    return Packs(register=register, forms=province_forms(register), clock=now, author=user)


def _tell(found: list[PackNews], as_json: bool) -> None:
    if as_json:
        say_json([_json(news) for news in found])
        return
    for news in found:
        say(_lines(news))


def _heading(news: PackNews) -> str:
    return f"{news.title} ({news.name}), số {news.number}, từ ngày {news.in_force}"


def _lines(news: PackNews) -> Iterator[str]:
    yield _heading(news)
    if news.is_repeated:
        yield "  Sổ đã có bản này; nhận lại không thay đổi gì."
        return
    for text in news.texts:
        yield f"  Bản {text.version}" + (f" thay bản {text.after}" if text.after else "")
        yield from _named("Câu thêm", text.added)
        yield from _named("Câu đổi", text.changed)
        yield from _named("Câu bỏ", text.retired)
    for version in news.withdrawn:
        yield f"  Không lập phiếu mới theo bản {version} nữa; phiếu cũ vẫn giữ bản của mình."
    if news.drafts:
        yield f"  {news.drafts} phiếu đang nhập dở được giữ nguyên."


def _named(what: str, labels: tuple[str, ...]) -> Iterator[str]:
    if labels:
        yield f"    {what}: {len(labels)}"
        yield from (f"      {label}" for label in labels)


def _json(news: PackNews) -> dict[str, object]:
    return {
        "kind": news.kind.value,
        "name": news.name,
        "title": news.title,
        "number": news.number,
        "in_force": news.in_force,
        "items": news.items,
        "texts": [
            {
                "version": text.version,
                "after": text.after,
                "added": list(text.added),
                "changed": list(text.changed),
                "retired": list(text.retired),
            }
            for text in news.texts
        ],
        "withdrawn": list(news.withdrawn),
        "drafts": news.drafts,
        "is_repeated": news.is_repeated,
    }
