"""Publishing the small lists, with their days: choices of a form, hamlets of the communes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from forms.published import MisshapenTextError, PublishedForms
from forms.registry import FormRegistry
from sync.protocol.packs import (
    FormTexts,
    ListedUnit,
    Option,
    OptionList,
    PackKind,
    UnitList,
    published_form,
    published_options,
    unpacked,
)
from sync.server import packs
from sync.server.form_packs import NotPublishedError, Published
from sync.server.table_files import (
    Table,
    TableError,
    TableProblem,
    known_headings,
    read_table,
)
from sync.server.tables import communes

_DAYS = ("valid_from", "valid_to")


def publish_small_list(
    connection: Connection, path: Path, *, kind: PackKind, name: str, title: str, in_force: date
) -> Published:
    """Publish this list; one that says what the newest says is not published again.

    Raises ``TableError`` with every problem of the file, and ``NotPublishedError``.
    """
    packs.lock(connection)
    content: OptionList | UnitList
    if kind is PackKind.UNITS:
        content = _units(connection, path, name)
    else:
        content = _options(path, name)
        _require_sound(connection, content)
    before = packs.newest(connection, kind=kind, name=name)
    if before is not None and unpacked(before[1], type(content)) == content:
        return Published(before[0], is_new=False)
    pack = packs.publish(
        connection,
        kind=kind,
        name=name,
        title=title,
        in_force=in_force,
        items=len(content.units if isinstance(content, UnitList) else content.options),
        content=content,
        source=path.read_bytes(),
    )
    return Published(pack, is_new=True)


def _require_sound(connection: Connection, content: OptionList) -> None:
    """The list must be one of a form's, and keep every code that answers may have."""
    form_id = content.name.partition(".")[0]
    found = packs.newest(connection, kind=PackKind.FORM, name=form_id)
    texts = [] if found is None else [published_form(unpacked(found[1], FormTexts))]
    try:
        PublishedForms(FormRegistry.bundled(), texts).check_options(published_options(content))
    except MisshapenTextError as error:
        raise NotPublishedError(str(error)) from error


def _options(path: Path, name: str) -> OptionList:
    table = read_table(path, known_headings("options"), ("code", "label"))
    _require(table, _problems_of_rows(table, "label", key=("code",)))
    return OptionList(
        name=name,
        options=[
            Option(
                code=row.text("code"),
                label=row.text("label"),
                valid_from=row.text("valid_from"),
                valid_to=row.text("valid_to"),
            )
            for row in table.rows
        ],
    )


def _units(connection: Connection, path: Path, name: str) -> UnitList:
    table = read_table(path, known_headings("units"), ("code", "name", "commune"))
    known = set(connection.scalars(select(communes.c.code)))
    unknown = [
        TableProblem(row.number, "commune", "no office of this province serves such a commune")
        for row in table.rows
        if row.text("commune") not in known
    ]
    # A province may count the hamlets of each commune anew.
    _require(table, [*_problems_of_rows(table, "name", key=("commune", "code")), *unknown])
    return UnitList(
        name=name,
        units=[
            ListedUnit(
                code=row.text("code"),
                name=row.text("name"),
                commune=row.text("commune"),
                valid_from=row.text("valid_from"),
                valid_to=row.text("valid_to"),
            )
            for row in table.rows
        ],
    )


def _require(table: Table, problems: list[TableProblem]) -> None:
    if not table.rows:
        problems = [TableProblem(0, "", "the list is empty"), *problems]
    if problems:
        raise TableError(problems)


def _problems_of_rows(table: Table, words: str, *, key: Sequence[str]) -> list[TableProblem]:
    """What is wrong with codes, with the column of ``words``, and with days.

    ``key`` are the columns that tell the rows apart.
    """
    problems = []
    seen: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        code = row.text("code")
        if not code or any(letter.isspace() for letter in code):
            problems.append(TableProblem(row.number, "code", "a code has letters and no blanks"))
        first = seen.setdefault(tuple(map(row.text, key)), row.number)
        if first != row.number:
            problems.append(TableProblem(row.number, "code", f"stands in row {first} already"))
        if not row.text(words):
            problems.append(TableProblem(row.number, words, "is empty"))
        for name in _DAYS:
            if row.text(name) and not _is_day(row.text(name)):
                problems.append(TableProblem(row.number, name, "write a day as 2026-12-31"))
    return problems


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
