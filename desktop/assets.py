"""What ships with the program: where its files lie (fonts, icons, styles), and which version it is.

The same paths hold in a checkout, an installed package and the frozen folder.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import resources

_ROOT = Path(resources.__file__).parent


def program_version() -> str:
    """The version of the installed program."""
    try:
        return version("so-an-sinh")
    except PackageNotFoundError:
        return "0"


def font_files() -> tuple[Path, ...]:
    """The bundled typeface, one file per weight."""
    return tuple(sorted((_ROOT / "fonts").glob("*.ttf")))


def icon_file(name: str) -> Path:
    """The drawing of an icon; its strokes are ``currentColor``."""
    return _ROOT / "icons" / f"{name}.svg"


def style_text(name: str) -> str:
    """A style sheet with ``@tokens`` still in it."""
    return (_ROOT / "styles" / f"{name}.qss").read_text(encoding="utf-8")


def words_text(name: str) -> str:
    """A table of words, as CSV."""
    return (_ROOT / "words" / f"{name}.csv").read_text(encoding="utf-8")


def common_passphrases() -> tuple[str, ...]:
    """What is guessed first, without marks and spaces."""
    text = (_ROOT / "passphrases" / "common.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def help_text(name: str) -> str:
    """A page of the help, in Markdown."""
    return (_ROOT / "help" / f"{name}.md").read_text(encoding="utf-8")


def name_shares(kind: str) -> tuple[str, ...]:
    """``word:share`` of common ``given`` or ``other`` names."""
    text = (_ROOT / "names" / "order.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines())
    return tuple(item for words in lines if words[0] == kind for item in words[1:])
