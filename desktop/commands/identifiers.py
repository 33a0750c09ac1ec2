"""``so-an-sinh id check`` and ``so-an-sinh card read``: numbers and cards, without a window.

What is given is read, answered and forgotten: nothing is logged or stored. Exit codes: 0 the value
may be stored (warnings do not stop it), 1 it may not, 2 wrong use.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.commands.form_files import day_of
from desktop.commands.output import FOUND, OK, say, say_json, wrong_use

if TYPE_CHECKING:  # loaded inside the commands: the window must not wait for them
    from forms.cards.reading import CardReading
    from forms.dates import PartialDate
    from forms.findings import Finding
    from forms.identifiers.reading import Fact, Fix, Kind, Reading

_STDIN = "-"

id_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Kiểm tra một số giấy tờ: CCCD, CMND, BHXH, BHYT, mã số thuế, điện thoại, tài khoản…",
)
card_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Đọc mã QR hoặc dòng máy đọc (MRZ) của thẻ.",
)


class NumberKind(str, Enum):  # noqa: UP042  # StrEnum changes what typer shows
    """How the kinds are called on the command line."""

    CCCD = "cccd"
    CMND = "cmnd"
    BHXH = "bhxh"
    BHYT = "bhyt"
    MST = "mst"
    PHONE = "dien-thoai"
    ACCOUNT = "tai-khoan"
    MERIT_FILE = "ho-so-ncc"
    BIRTH_CERTIFICATE = "khai-sinh"
    PASSPORT = "ho-chieu"


class Sex(str, Enum):  # noqa: UP042
    """The two words of the papers, as typed without marks."""

    MALE = "nam"
    FEMALE = "nu"


_SEX_CODES = {Sex.MALE: "1", Sex.FEMALE: "2"}
_SEVERITY_WORDS = {"error": "Lỗi", "warning": "Cảnh báo", "information": "Thông tin"}


@id_commands.callback()
def _id() -> None:
    """A group even with one command."""


@card_commands.callback()
def _card() -> None:
    """A group even with one command."""


@id_commands.command("check")
def check(
    value: Annotated[str, typer.Argument(help="Số cần kiểm tra; dấu - để đọc từ đầu vào chuẩn.")],
    kind: Annotated[
        NumberKind | None,
        typer.Option("--as", help="Loại số; không ghi thì chương trình tự đoán."),
    ] = None,
    sex: Annotated[Sex | None, typer.Option(help="Giới tính của người có số (CCCD).")] = None,
    born: Annotated[str, typer.Option(help="Ngày sinh, ví dụ 1945 hoặc 12/03/1950 (CCCD).")] = "",
    bank: Annotated[str, typer.Option(help="BIN hoặc tên ngân hàng (tài khoản).")] = "",
    on: Annotated[str, typer.Option(help="Ngày lập, mặc định hôm nay, ví dụ 22/11/2026.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả là JSON.")] = False,
) -> None:
    """Cho biết một giá trị có thể là số gì, có lỗi hay cảnh báo nào, sửa thế nào."""
    from forms.identifiers.recognition import read, recognise

    text = _text(value)
    day = day_of(on)
    birth = _birth(born)
    kinds = _kinds() if kind is not None else {}
    if kind is None and sex is None and birth is None and not bank:
        readings = recognise(text, on=day)
    else:
        chosen = (
            [kinds[kind]] if kind is not None else [one.kind for one in recognise(text, on=day)]
        )
        code = None if sex is None else _SEX_CODES[sex]
        readings = tuple(read(one, text, on=day, sex=code, born=birth, bank=bank) for one in chosen)
    if as_json:
        say_json({"candidates": [_reading_json(one) for one in readings]})
    else:
        say(_reading_lines(readings))
    is_ok = bool(readings) and readings[0].is_acceptable and bool(readings[0].normal)
    raise typer.Exit(OK if is_ok else FOUND)


@card_commands.command("read")
def read_card_text(
    text: Annotated[str, typer.Argument(help="Nội dung quét được; dấu - để đọc từ đầu vào chuẩn.")],
    on: Annotated[str, typer.Option(help="Ngày đọc, mặc định hôm nay, ví dụ 22/11/2026.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả là JSON.")] = False,
) -> None:
    """Đọc mã QR (CCCD, Căn cước, BHYT) hoặc ba dòng máy đọc; không lưu lại gì."""
    from forms.cards.recognition import read_card

    card = read_card(_text(text), on=day_of(on))
    if as_json:
        say_json(_card_json(card))
    else:
        say(_card_lines(card))
    raise typer.Exit(OK if card.is_readable else FOUND)


def _kinds() -> Mapping[NumberKind, Kind]:
    from forms.identifiers.reading import Kind

    return {
        NumberKind.CCCD: Kind.PERSONAL_ID,
        NumberKind.CMND: Kind.OLD_ID_CARD,
        NumberKind.BHXH: Kind.SOCIAL_INSURANCE,
        NumberKind.BHYT: Kind.HEALTH_CARD,
        NumberKind.MST: Kind.TAX_CODE,
        NumberKind.PHONE: Kind.MOBILE,
        NumberKind.ACCOUNT: Kind.BANK_ACCOUNT,
        NumberKind.MERIT_FILE: Kind.MERIT_FILE,
        NumberKind.BIRTH_CERTIFICATE: Kind.BIRTH_CERTIFICATE,
        NumberKind.PASSPORT: Kind.PASSPORT,
    }


def _text(argument: str) -> str:
    """The argument, or all of standard input. Bytes that are no UTF-8 show as lost letters."""
    if argument != _STDIN:
        return argument
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def _birth(text: str) -> PartialDate | None:
    return _parsed(text, "--born") if text else None


def _parsed(text: str, option: str) -> PartialDate:
    from forms.dates import parse_typed

    parsed = parse_typed(text)
    if parsed is None:
        wrong_use(f"{option}: không phải ngày có trong lịch. Ghi ngày/tháng/năm.")
    return parsed


def _term(key: str) -> str:
    from forms.glossary import glossary

    return glossary()[key].term_vi


def _word(key: str) -> str:
    """A term at the beginning of a line."""
    term = _term(key)
    return term[:1].upper() + term[1:]


def _reading_lines(readings: Sequence[Reading]) -> Iterator[str]:
    if not readings:
        yield "Không giống số nào đã biết. Xem lại giấy tờ, hoặc ghi loại số bằng --as."
    said: set[str] = set()
    for place, one in enumerate(readings):
        if place == 1:
            yield ""
            yield "Cũng có thể là:"
        yield f"{_word(one.kind.value)}: {one.displayed}"
        for line in (
            *_finding_lines(one.findings),
            *_fix_lines(one.fixes),
            *_fact_lines(one.facts),
        ):
            if line not in said:  # the kinds that a number can be share most of their rules
                yield line
            said.add(line)


def _fact_lines(facts: Sequence[Fact]) -> Iterator[str]:
    for fact in facts:
        as_of = f" (theo danh mục {fact.as_of:%d/%m/%Y})" if fact.as_of else ""
        yield f"  {_word(fact.key.value)}: {fact.value}{as_of}"


def _finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        word = _SEVERITY_WORDS[finding.severity.value]
        yield f"  {word} {finding.code.name}: {finding.message_vi}"


def _fix_lines(fixes: Sequence[Fix]) -> Iterator[str]:
    for fix in fixes:
        words = "; ".join(_term(reason.value) for reason in fix.reasons)
        value = fix.value.replace("\n", "\n    ")
        yield f"  Đề nghị: {value} ({words})"


def _card_lines(card: CardReading) -> Iterator[str]:
    from forms.dates import display

    yield _word(card.kind.value)
    for role, value in card.identity.items():
        field = role.removeprefix("person.")
        shown = {"1": "Nam", "2": "Nữ"}[value] if field == "sex" else display(value)
        doubt = " (cần xem lại)" if role in card.doubtful else ""
        yield f"  {_word(field)}: {shown}{doubt}"
    for key, value in card.details.items():
        yield f"  {_word(key)}: {display(value)}"
    if card.issued_on is not None:
        yield f"  {_word('issued_on')}: {card.issued_on.displayed}"
    if card.expires_on is not None:
        yield f"  {_word('valid_until')}: {card.expires_on.displayed}"
    yield from _finding_lines(card.findings)
    yield from _fix_lines(card.fixes)


def _reading_json(one: Reading) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "normal": one.normal,
        "displayed": one.displayed,
        "acceptable": one.is_acceptable,
        "findings": _findings_json(one.findings),
        "fixes": _fixes_json(one.fixes),
        "facts": [
            {
                "key": fact.key.value,
                "value": fact.value,
                "as_of": None if fact.as_of is None else fact.as_of.isoformat(),
            }
            for fact in one.facts
        ],
    }


def _card_json(card: CardReading) -> dict[str, object]:
    return {
        "kind": card.kind.value,
        "readable": card.is_readable,
        "identity": dict(card.identity),
        "doubtful": sorted(card.doubtful),
        "details": dict(card.details),
        "issued_on": None if card.issued_on is None else card.issued_on.stored,
        "expires_on": None if card.expires_on is None else card.expires_on.stored,
        "old_numbers": [{"number": old.number, "kind": old.kind.value} for old in card.numbers.old],
        "unknown_fields": [
            {"position": extra.position, "text": extra.text} for extra in card.unknown_fields
        ],
        "findings": _findings_json(card.findings),
        "fixes": _fixes_json(card.fixes),
    }


def _findings_json(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [
        {
            "code": finding.code.name,
            "severity": finding.severity.value,
            "message": finding.message_vi,
        }
        for finding in findings
    ]


def _fixes_json(fixes: Sequence[Fix]) -> list[dict[str, object]]:
    return [
        {"value": fix.value, "reasons": [reason.value for reason in fix.reasons]} for fix in fixes
    ]
