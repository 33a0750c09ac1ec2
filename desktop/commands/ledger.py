"""``so-an-sinh ledger``: checking, showing and exporting the ledger of a register."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.commands.opening import AsJson, ask_secret, opened
from desktop.commands.output import FOUND, say, say_json, wrong_use

if TYPE_CHECKING:
    from datetime import date

    from desktop.domain.ledger import LedgerLine, LedgerQuery, Witness
    from desktop.services.ledger import Ledger
    from desktop.store.register import Register

ledger_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Nhật ký của sổ: kiểm tra, xem, xuất. Mật khẩu hỏi ở bàn phím hoặc đọc từ stdin.",
)

_Folder = Annotated[Path, typer.Argument(help="Thư mục chứa sổ.", metavar="FOLDER")]
_User = Annotated[
    str | None, typer.Option("--user", help="Ai mở sổ (mặc định: người dùng duy nhất của sổ).")
]
_By = Annotated[str, typer.Option("--by", help="Chỉ những dòng của người này.")]
_From = Annotated[str, typer.Option("--from", help="Từ ngày (dd/mm/yyyy).")]
_To = Annotated[str, typer.Option("--to", help="Đến hết ngày (dd/mm/yyyy).")]
_Action = Annotated[
    list[str] | None,
    typer.Option("--action", help="Chỉ việc này (như person.view hoặc person.*); ghi được nhiều."),
]
_Object = Annotated[str, typer.Option("--object", help="Chỉ những dòng về mã này.")]


@ledger_commands.command()
def verify(
    folder: _Folder,
    *,
    user: _User = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(help="Số và mã của một dòng đã ghi ở nơi khác (N:HASH); ghi được nhiều."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra từng dòng nhật ký; mã thoát 1 khi có dòng bị sửa, xóa, thêm hay đổi chỗ."""
    from desktop.domain.wording import check_words, fault_words

    witnesses = [_witness(text) for text in witness or ()]
    name = _user(folder, user)
    with opened(folder, name) as register:
        check = _ledger(register, name).check(witnesses=witnesses)
    if as_json:
        say_json(
            {
                "lines": check.lines,
                "head": str(check.head),
                "sound": check.is_sound,
                "witnesses": check.witnesses,
                "faults": [
                    {"n": fault.n, "last": fault.last, "kind": fault.kind.value}
                    for fault in check.faults
                ],
            }
        )
    else:
        say([check_words(check), *map(fault_words, check.faults)])
        say([f"Nơi khác đã ghi và khớp: {check.witnesses}.", f"Dòng cuối: {check.head}"])
    if not check.is_sound:
        raise typer.Exit(FOUND)


@ledger_commands.command()
def show(
    folder: _Folder,
    *,
    user: _User = None,
    by: _By = "",
    first: _From = "",
    last: _To = "",
    action: _Action = None,
    about: _Object = "",
    limit: Annotated[int, typer.Option(min=1, help="Nhiều nhất bao nhiêu dòng.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """In nhật ký, dòng mới nhất trước; người dân chỉ hiện bằng mã."""
    from desktop.domain.wording import day_and_time, sentence

    name = _user(folder, user)
    query = _query(by, first, last, action, about)
    with opened(folder, name) as register:
        lines = _ledger(register, name).lines(query, limit=limit)
    if as_json:
        say_json({"lines": [_json(line) for line in lines]})
    else:
        say(f"{line.n}  {day_and_time(line.at)}  {sentence(line, names={})}" for line in lines)


@ledger_commands.command()
def export(
    folder: _Folder,
    file: Annotated[Path, typer.Argument(help="Tệp .xlsx sẽ ghi.", metavar="FILE.xlsx")],
    *,
    user: _User = None,
    purpose: Annotated[
        str | None, typer.Option(help="Xuất để làm gì; không ghi thì được hỏi.")
    ] = None,
    by: _By = "",
    first: _From = "",
    last: _To = "",
    action: _Action = None,
    about: _Object = "",
) -> None:
    """Xuất nhật ký ra tệp .xlsx chỉ gồm chữ; mục đích được ghi vào nhật ký."""
    if file.suffix.lower() != ".xlsx":
        wrong_use("Tệp xuất phải có đuôi .xlsx.")
    name = _user(folder, user)
    query = _query(by, first, last, action, about)
    with opened(folder, name) as register:
        why = purpose if purpose is not None else _asked("Mục đích xuất nhật ký")
        count = _ledger(register, name).export(file, query, purpose=why)
    say([f"Đã xuất {count} dòng vào {file}."])


def _asked(prompt: str) -> str:
    """A line that may be seen: after the passphrase, on the terminal or on standard input."""
    import sys

    if sys.stdin.isatty():
        return str(typer.prompt(prompt, err=True))
    return ask_secret(prompt)


def _user(folder: Path, user: str | None) -> str:
    from desktop.services.unlocking import register_exists, users_of

    if not register_exists(folder):
        wrong_use("Không có sổ trong thư mục này.")
    if user is not None:
        return user
    users = users_of(folder)
    if len(users) != 1:
        wrong_use("Sổ có nhiều người dùng: ghi --user TÊN.")
    return users[0]


def _witness(text: str) -> Witness:
    from desktop.domain.ledger import Witness

    found = Witness.parsed(text)
    if found is None:
        wrong_use("Số và mã của một dòng viết là N:HASH, HASH gồm 64 chữ số thập lục phân.")
    return found


def _query(by: str, first: str, last: str, actions: list[str] | None, about: str) -> LedgerQuery:
    from desktop.domain.ledger import LedgerQuery
    from forms.vietnamese import clean

    return LedgerQuery(
        by=clean(by),
        actions=frozenset(one for text in actions or () for one in _actions(text)),
        first_day=_days(first)[0],
        last_day=_days(last)[1],
        objects=(about,) if about else (),
    )


def _actions(text: str) -> list[str]:
    from fnmatch import fnmatchcase

    from desktop.domain.ledger import Action

    found = [action.value for action in Action if fnmatchcase(action.value, text)]
    if not found:
        wrong_use(f"Không có việc nào tên {text}.")
    return found


def _days(text: str) -> tuple[date | None, date | None]:
    """The first and the last day of what was written: a day, a month or a year."""
    from forms import dates

    if not text:
        return None, None
    parsed = dates.parse_typed(text)
    if parsed is None:
        wrong_use(f"Không hiểu ngày: {text}. Viết dd/mm/yyyy.")
    return parsed.earliest(), parsed.latest()


def _json(line: LedgerLine) -> dict[str, object]:
    found: dict[str, object] = {
        "n": line.n,
        "at": line.at,
        "by": line.by,
        "action": line.action,
        "objects": [list(one) for one in line.objects],
    }
    return {**found, "purpose": line.purpose} if line.purpose else found


def _ledger(register: Register, author: str) -> Ledger:
    from desktop.services.ledger import Ledger
    from forms.vietnamese import clean

    return Ledger(register=register, author=clean(author), clock=lambda: datetime.now(UTC))
