"""``validate``: a file of records against a form, one line at a time.

Memory does not grow with the file. A line that is no record is a finding of its own, with a code
that begins with ``LINE_``; the other lines go on. Empty lines hold no record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, unique
from typing import IO, TYPE_CHECKING

from desktop.commands.filling import finding_json
from desktop.commands.output import json_text

if TYPE_CHECKING:
    from forms.findings import Finding
    from forms.runtime.compiled import CompiledForm

#: Longest line that is still read, in bytes.
LONGEST_LINE = 1_000_000
_LONGEST_PATH = 100


@unique
class BadLine(Enum):
    """Why a line is no record; the value is the Vietnamese sentence."""

    LINE_001 = "Dòng này không phải JSON. Sửa dòng này."
    LINE_002 = "Dòng này không phải UTF-8. Lưu lại tệp với mã UTF-8."
    LINE_003 = 'Dòng này không có dạng {"answers": {…}}. Sửa dòng này.'
    LINE_004 = "Dòng này dài quá 1 MB. Mỗi dòng chỉ ghi một phiếu."
    LINE_005 = "Có nội dung không phải chữ, số, nhóm hay danh sách phiếu con. Sửa dòng này."


@dataclass(frozen=True, slots=True)
class Checked:
    """One line: its number from 1, and what is to say about it.

    Attributes:
        path: where in a bad line the trouble is, when it is in one place.
    """

    number: int
    findings: tuple[Finding, ...] = ()
    bad: BadLine | None = None
    path: str = ""

    @property
    def passes(self) -> bool:
        """Is there nothing to correct and nothing to give a reason for?"""
        found = (one.severity.value for one in self.findings)
        return self.bad is None and all(severity == "information" for severity in found)


@dataclass(slots=True)
class Summary:
    """What was found in the whole file."""

    lines: int = 0
    passed: int = 0
    bad_lines: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, line: Checked) -> None:
        """Counts one line."""
        self.lines += 1
        self.passed += line.passes
        self.bad_lines += line.bad is not None
        self.codes.update(one.code.name for one in line.findings)
        if line.bad is not None:
            self.codes[line.bad.name] += 1


def checked_lines(
    file: IO[bytes], form: CompiledForm, *, on: date, training: bool
) -> Iterator[Checked]:
    """Every record of a file, one after the other."""
    from forms.rules.identity import IdentityTables
    from forms.runtime.engine import validate
    from forms.runtime.nesting import flattened

    tables = IdentityTables.load(training=training)

    def check(given: Mapping[str, object]) -> tuple[Finding, ...]:
        return tuple(validate(form, flattened(given), on=on, tables=tables))

    for number, line in _lines(file):
        yield _checked(number, line, check)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Lines with something in them; ``None`` for one that is too long, which is skipped."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif line.strip():
            yield number, line


def _checked(
    number: int, line: bytes | None, check: Callable[[Mapping[str, object]], tuple[Finding, ...]]
) -> Checked:
    import msgspec

    from forms.runtime.nesting import NestingError

    if line is None:
        return Checked(number, bad=BadLine.LINE_004)
    try:
        line.decode("utf-8")
        value: object = msgspec.json.decode(line)
    except UnicodeDecodeError:
        return Checked(number, bad=BadLine.LINE_002)
    except (msgspec.DecodeError, RecursionError):
        return Checked(number, bad=BadLine.LINE_001)
    answers = value.get("answers") if isinstance(value, dict) else None
    if not isinstance(answers, dict):
        return Checked(number, bad=BadLine.LINE_003)
    try:
        return Checked(number, check(answers))
    except NestingError as error:
        return Checked(number, bad=BadLine.LINE_005, path=error.path[:_LONGEST_PATH])


def text_of(line: Checked) -> str:
    """One line for people: codes and places, never an answer."""
    if line.bad is not None:
        place = f" {line.path}" if line.path else ""
        return f"{line.number}: {line.bad.name}{place}: {line.bad.value}"
    if not line.findings:
        return f"{line.number}: đạt"
    found = "; ".join(f"{one.code.name} {one.path}" for one in line.findings)
    return f"{line.number}: {found}"


def json_of(line: Checked) -> str:
    """One line for other programs, as a JSON object."""
    findings: list[dict[str, str]] = [finding_json(one) for one in line.findings]
    if line.bad is not None:
        findings.append(
            {
                "code": line.bad.name,
                "severity": "error",
                "path": line.path,
                "message": line.bad.value,
            }
        )
    return json_text({"line": line.number, "findings": findings})


def summary_lines(summary: Summary) -> Iterator[str]:
    """The summary for people."""
    yield f"Tổng cộng {summary.lines} phiếu: {summary.passed} đạt, {summary.bad_lines} dòng hỏng."
    for code, count in sorted(summary.codes.items()):
        yield f"  {code}: {count}"


def summary_json(summary: Summary) -> str:
    """The summary for other programs."""
    return json_text(
        {
            "lines": summary.lines,
            "passed": summary.passed,
            "bad_lines": summary.bad_lines,
            "codes": dict(sorted(summary.codes.items())),
        }
    )
