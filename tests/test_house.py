"""The house itself: what may stand in the repository, and how source files are written."""

from __future__ import annotations

import ast
import subprocess
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    "desktop",
    "sync",
    "forms",
    "resources",
    "tests",
    "build.spec",
    "pyproject.toml",
    "README.md",
}
#: Vietnamese stands in the interface, the findings, training tables and command output.
MAY_SPEAK_VIETNAMESE = (
    "desktop/ui/",
    "forms/findings.py",
    "forms/mistakes.py",  # with the details that readers of definitions add to a mistake
    "forms/loader.py",
    "forms/loading/",
    "forms/support.py",
    "forms/expressions/",
    "forms/cards/typed_codes.py",  # letters that typing methods make
    "forms/legacy_text/",  # letters and rhymes of the language
    "forms/comparison/wording.py",
    "forms/units/kinds.py",  # official words for kinds of units
    "tests/",
    "desktop/demo/",
    "desktop/training/",
    "desktop/commands/",
    "desktop/__main__.py",
)
#: A module of this name is made of sentences for the officer, wherever it stands.
WORDING = "wording.py"


def tracked() -> list[Path]:
    """Every file git tracks or would track."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in listing.stdout.split("\0") if name and (ROOT / name).exists()]


def sources() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def test_only_the_agreed_names_stand_at_the_top() -> None:
    names = {path.parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def test_package_inits_are_empty() -> None:
    assert [p for p in sources() if p.name == "__init__.py" and (ROOT / p).read_bytes()] == []


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_source_file_holds_only_visible_composed_characters(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    odd = {
        f"U+{ord(character):04X}"
        for character in text
        if character != "\n"
        and (
            unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn", "Zl", "Zp", "Mn"}
            or (unicodedata.category(character) == "Zs" and character != " ")
            or "CYRILLIC" in unicodedata.name(character, "")
        )
    }
    assert odd == set()


def vietnamese_literals(path: Path) -> list[str]:
    """String literals with Vietnamese letters that are not docstrings."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            letters = unicodedata.normalize("NFD", node.value)
            if (
                any(c in "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b" for c in letters)
                or "đ" in node.value
            ):
                found.append(node.value)
    return found


def test_vietnamese_sentences_stand_where_they_belong() -> None:
    wrong = {
        str(path): literals
        for path in sources()
        if not str(path).startswith(MAY_SPEAK_VIETNAMESE)
        and path.name != WORDING
        and path != Path("forms/vietnamese.py")
        and (literals := vietnamese_literals(path))
    }
    assert wrong == {}
