"""Many rows with one statement: they travel as one text, which PostgreSQL takes apart.

COPY would not ask the policies, and one statement a row costs more than its row. What is written
so passes through the fence like any other row, and leaves no table of its own behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    cast,
    column,
    func,
)
from sqlalchemy.sql import Executable
from sqlalchemy.sql.selectable import TableValuedAlias

#: A text of more than that is not cheaper any more, and has to fit into memory on both sides.
_MOST_ROWS = 2_000
_encode = msgspec.json.Encoder().encode


def brought(*columns: ColumnElement[Any]) -> TableValuedAlias:
    """The rows that ``run`` brings, with these columns, to insert or to update from.

    A value arrives as it was written, an object of JSON to the byte. Text inside has no NUL;
    where it could, the column is of ``Text`` and is cast afterwards.
    """
    rows = cast(bindparam("rows", type_=Text), JSON)
    named = (column(one.name, one.type) for one in columns)
    taken_apart = func.json_to_recordset(rows).table_valued(*named)
    return taken_apart.render_derived(name="brought", with_types=True)


class NotWrittenError(Exception):
    """Rows that were to be written are not there, or are not the transaction's to see."""


def run(connection: Connection, statement: Executable, rows: Sequence[msgspec.Struct]) -> None:
    """Execute a statement that reads ``brought`` rows; fields are named like its columns.

    Each row must insert or change one. Raises ``ProgrammingError`` when one of them is not the
    transaction's to insert, and ``NotWrittenError`` when it finds none to change: then nothing of
    the transaction may stay.
    """
    for first in range(0, len(rows), _MOST_ROWS):
        piece = rows[first : first + _MOST_ROWS]
        brings = {"rows": _encode(piece).decode()}
        # Without that option the count is kept of changes only.
        done = connection.execute(statement, brings, execution_options={"preserve_rowcount": True})
        if done.rowcount != len(piece):
            raise NotWrittenError
