"""The table of the functions an expression may call.

Behaviour follows XPath 1.0 §4 and the ODK XForms specification; ``library`` holds the rows by
subject, each with its signature, its purpose and how a call is compiled, or why the function is
left out. Every other name is refused when a form is loaded. ``functions_markdown`` writes the
table for the help pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.expressions.library import choices, dates, nodes, numbers, others, text, truth
from forms.expressions.library.function import Function, Subject

__all__ = ["FUNCTIONS", "Function", "functions_markdown"]

#: Every function by name, those left out too.
FUNCTIONS: Mapping[str, Function] = {
    row.name: row
    for module in (truth, text, numbers, dates, choices, nodes, others)
    for row in module.ROWS
}


def functions_markdown() -> str:
    """The supported functions by subject, then those left out, as Markdown tables in Vietnamese."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for subject in Subject:
        rows = [row for row in FUNCTIONS.values() if row.subject is subject and row.is_supported]
        yield from (f"### {subject.value}", "", "| Hàm | Công dụng |", "|---|---|")
        yield from (f"| `{_cell(row.signature)}` | {_cell(row.purpose_vi)} |" for row in rows)
        yield ""
    yield from ("### Hàm cố ý không hỗ trợ", "", "| Hàm | Công dụng | Lý do |", "|---|---|---|")
    for row in FUNCTIONS.values():
        if not row.is_supported:
            yield f"| `{row.signature}` | {row.purpose_vi} | {row.left_out_vi} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
