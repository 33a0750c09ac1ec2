"""What a province publishes in tests: later texts of Mẫu 03, and a form of its own."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from forms.registry import FormRegistry
from sync.protocol.packs import Pack, PackKind, pack_file
from sync.server import packs
from sync.server.form_packs import publish_form

FORM = "tt11_2022_m03"
BUNDLED_TEXT = "2022-08-15"
#: A later text, in force on the day of the tests' clock; and one after it.
NEW_TEXT, LATER_TEXT = "2026-11-01", "2026-11-15"

_LANGUAGE = "Ngôn ngữ dùng ở nơi làm việc"


def write_text(folder: Path, version: str = NEW_TEXT, *, after: str = BUNDLED_TEXT) -> Path:
    """A text of Mẫu 03 that asks one more question, one otherwise, and one no more.

    The question for the district is gone; everybody's commune is in the province directly now.
    """
    original = FormRegistry.bundled().path(FORM, BUNDLED_TEXT).read_text(encoding="utf-8")
    lines = []
    for line in original.split("\n"):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[3] == "district":
            continue
        if len(cells) > 4 and cells[3] == "job" and after == BUNDLED_TEXT:
            line = line.replace(cells[4], f"{cells[4]} (ghi rõ)")
        lines.append(line.replace(BUNDLED_TEXT, version))
        if len(cells) > 3 and cells[3] == "old_id_number":
            lines.append(_row(cells, "text", "work_language", _LANGUAGE))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "form.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    dropped = "dropped:\n  household/district: không còn cấp huyện\n"
    (folder / "migration.yaml").write_text(
        f'from: "{after}"\n' + (dropped if after == BUNDLED_TEXT else ""), encoding="utf-8"
    )
    return path


def _row(like: list[str], kind: str, name: str, label: str) -> str:
    """A question without rules, as wide as the others."""
    cells = ["", "", kind, name, label, *[""] * (len(like) - 5)]
    return "|".join(f" {cell} " for cell in cells).strip()


def publish(engine: Engine, path: Path) -> Pack:
    """Publish this text."""
    with engine.begin() as connection:
        return publish_form(connection, path).pack


def as_file(engine: Engine, pack: Pack, folder: Path) -> Path:
    """The publication as the file that goes on a stick."""
    with engine.begin() as connection:
        parts = packs.file_parts(connection, kind=PackKind(pack.kind), number=pack.number)
    assert parts is not None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pack.kind}-{pack.number}.pack"
    path.write_bytes(pack_file(*parts))
    return path
