"""``so-an-sinh forms …`` and ``so-an-sinh validate``: forms without a window.

They serve provincial IT staff, and other programs by ``--json``. Answers are read, looked at and
forgotten. Exit codes: 0 nothing found, 1 problems found, 2 wrong use.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.commands.output import FOUND, OK, say, say_json, wrong_use

if TYPE_CHECKING:  # loaded inside the commands: the window must not wait for them
    from forms.loader import Checked

form_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Kiểm tra, chạy thử và xuất biểu mẫu XLSForm.",
)

_AsJson = Annotated[bool, typer.Option("--json", help="In kết quả thành một tài liệu JSON.")]
_On = Annotated[
    str, typer.Option("--on", help="Ngày lập phiếu, mặc định hôm nay, ví dụ 22/11/2026.")
]
_Version = Annotated[
    str, typer.Option("--version", help="Bản của biểu mẫu, mặc định bản có hiệu lực ngày đó.")
]
_Training = Annotated[bool, typer.Option("--training", help="Nhận số định danh của tỉnh tập huấn.")]


@form_commands.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="Tệp .md, .xlsx, .xls hoặc .csv.")],
    as_json: _AsJson = False,
) -> None:
    """Nạp một biểu mẫu và kể mọi lỗi, kèm trang tính, hàng và cột."""
    from desktop.commands.form_files import existing_file, problems_json
    from forms.loader import check_form

    checked = check_form(existing_file(file))
    if as_json:
        say_json(
            {
                "ok": checked.form is not None,
                "form": _form_json(checked),
                "problems": problems_json(checked.problems),
                "notices": problems_json(checked.notices),
            }
        )
    else:
        say(_check_lines(checked))
    raise typer.Exit(OK if checked.form is not None else FOUND)


def _form_json(checked: Checked) -> dict[str, object] | None:
    if checked.form is None:
        return None
    form = checked.form.definition
    return {
        "form_id": form.form_id,
        "version": form.version,
        "title": form.title_vi,
        "languages": list(form.languages),
        "questions": sum(1 for _ in form.questions()),
    }


def _check_lines(checked: Checked) -> Iterator[str]:
    yield from (f"Lỗi {problem}" for problem in checked.problems)
    yield from (f"Lưu ý {notice}" for notice in checked.notices)
    if checked.form is None:
        yield f"Không dùng được: {len(checked.problems)} lỗi."
    else:
        form = checked.form.definition
        count = sum(1 for _ in form.questions())
        edition = f"{form.form_id} {form.version}".strip()
        yield f"Dùng được: {form.title_vi} ({edition}), {count} câu."


@form_commands.command("run")
def run(
    form: Annotated[str, typer.Argument(help="Mã biểu mẫu, hoặc tệp biểu mẫu.")],
    answers: Annotated[Path, typer.Option(help='Tệp JSON {"answers": {đường dẫn: giá trị}}.')],
    on: _On = "",
    version: _Version = "",
    training: _Training = False,
    as_json: _AsJson = False,
) -> None:
    """Cho các câu trả lời qua biểu mẫu: câu nào được hỏi, giá trị tính được, nhận xét."""
    from desktop.commands.filling import as_json as outcome_json
    from desktop.commands.filling import fill, lines
    from desktop.commands.form_files import day_of, form_of, json_object
    from forms.runtime.nesting import NestingError

    day = day_of(on)
    compiled = form_of(form, version=version, on=day)
    given = json_object(answers, needs="answers")
    try:
        outcome = fill(compiled, given, on=day, training=training)
    except NestingError as error:
        wrong_use(f"Tệp '{answers}': '{error.path}' không có dạng câu trả lời. Sửa tệp.")
    if as_json:
        say_json(outcome_json(outcome))
    else:
        say(lines(outcome))
    raise typer.Exit(OK if outcome.is_ready else FOUND)


@form_commands.command("eval")
def evaluate_expression(
    expression: Annotated[str, typer.Argument(help='Biểu thức, ví dụ "sum(${members}/age)".')],
    context: Annotated[
        Path | None, typer.Option(help="Tệp JSON {tên: giá trị}; nhóm lặp là danh sách.")
    ] = None,
    on: _On = "",
    as_json: _AsJson = False,
) -> None:
    """Tính thử một biểu thức với các câu trả lời cho sẵn."""
    from desktop.commands.form_files import day_of, json_object, problems_json
    from forms.evaluation import evaluate
    from forms.expressions.values import to_text
    from forms.mistakes import DefinitionError

    given = {} if context is None else json_object(context, needs="")
    try:
        value = evaluate(expression, context=given, on=day_of(on))
    except DefinitionError as error:
        if as_json:
            say_json({"value": None, "problems": problems_json(tuple(error.problems))})
        else:
            say(f"Lỗi {one.code.name}: {one.message}" for one in error.problems)
        raise typer.Exit(FOUND) from error
    if as_json:
        kept = None if isinstance(value, float) and not isfinite(value) else value
        say_json({"value": kept, "text": to_text(value), "problems": []})
    else:
        say([to_text(value)])


@form_commands.command("export")
def export(
    form_id: Annotated[str, typer.Argument(metavar="ID", help="Mã biểu mẫu, hoặc tệp biểu mẫu.")],
    to: Annotated[Path, typer.Option("--to", help="Tệp .xlsx sẽ được ghi.")],
    on: _On = "",
    version: _Version = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Ghi đè tệp đã có.")] = False,
) -> None:
    """Ghi biểu mẫu thành bảng tính XLSForm mà pyxform, ODK và KoboToolbox đọc được."""
    from desktop.commands.form_files import day_of, form_of
    from desktop.commands.workbook import write_workbook
    from forms.export import exported

    if to.suffix.lower() != ".xlsx":
        wrong_use(f"'{to}' không có đuôi .xlsx. Ghi tên tệp có đuôi .xlsx.")
    tables = exported(form_of(form_id, version=version, on=day_of(on)).definition)
    for path in (to, *(to.with_name(name) for name in tables.attachments)):
        if path.exists() and not overwrite:
            wrong_use(f"Đã có tệp '{path}'. Chọn tên khác, hoặc thêm --overwrite.")
    try:
        written = write_workbook(tables, to)
    except OSError as error:
        wrong_use(f"Không ghi được '{to}' ({error.strerror}). Xem lại thư mục và dung lượng.")
    say(f"Đã ghi {path}" for path in written)


@form_commands.command("support")
def support() -> None:
    """In bảng: phần nào của XLSForm dùng được, phần nào không."""
    from forms.support import support_page

    say(support_page().splitlines())


def validate_records(
    form_id: Annotated[str, typer.Argument(metavar="FORM_ID", help="Mã biểu mẫu, hoặc tệp.")],
    file: Annotated[Path, typer.Argument(help='Tệp, mỗi dòng một phiếu {"answers": {…}}.')],
    on: _On = "",
    version: _Version = "",
    training: _Training = False,
    as_json: _AsJson = False,
) -> None:
    """Kiểm tra hàng loạt: mỗi phiếu một dòng nhận xét, rồi tổng hợp theo mã."""
    from desktop.commands import bulk
    from desktop.commands.form_files import day_of, existing_file, form_of

    day = day_of(on)
    compiled = form_of(form_id, version=version, on=day)
    try:
        records = existing_file(file).open("rb")
    except OSError as error:
        wrong_use(f"Không đọc được tệp '{file}' ({error.strerror}).")
    summary = bulk.Summary()
    with records:
        if as_json:
            typer.echo('{"records": [', nl=False)
        for line in bulk.checked_lines(records, compiled, on=day, training=training):
            if as_json:
                typer.echo((",\n" if summary.lines else "\n") + bulk.json_of(line), nl=False)
            else:
                say([bulk.text_of(line)])
            summary.add(line)
    if as_json:
        typer.echo('\n], "summary": ' + bulk.summary_json(summary) + "}")
    else:
        say(bulk.summary_lines(summary))
    raise typer.Exit(OK if summary.passed == summary.lines else FOUND)
