"""The languages a form is written in, and which text is shown when one is missing.

A text under a heading without a language belongs to the default language (``default_language`` of
the settings, else ``default``), as in pyxform; where both stand, the one with a language counts.
The ``*_vi`` texts of a definition are the Vietnamese ones, else those of the default language, else
whatever there is: no question stands without its text because a translation is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms.definition import Translations
from forms.loading.headings import Entry, Rows

#: The name pyxform gives to texts without a language when others have one.
UNNAMED = "default"

_VIETNAMESE = re.compile(
    r"(?i).*\(vi(?:[-_]\w+)*\)|vi(?:[-_]vn)?|ti\u1ebfng vi\u1ec7t|vietnamese|tieng viet"
)


@dataclass(frozen=True, slots=True)
class Languages:
    """Every language of a form, the default one first; none when the form names none."""

    names: tuple[str, ...]

    @staticmethod
    def of(sheets: Iterable[Rows], default: str) -> Languages:
        """The languages that some text is written in, and the declared default one."""
        headed: dict[str, None] = {}
        used: set[str] = set()
        for sheet in sheets:
            headed |= dict.fromkeys(sheet.languages)
            for entry in sheet.entries:
                used.update(*entry.texts.values())
        named = [language for language in headed if language in used]
        if not named and not default:
            return Languages(())
        first = default or (UNNAMED if "" in used else named[0])
        return Languages((first, *(language for language in named if language != first)))

    def shown(self, texts: Mapping[str, str]) -> str:
        """The text of an author's cell that a Vietnamese officer reads."""
        if not self.names:
            return texts.get("", "")
        return pick(self.translated(texts), self.names)

    def translated(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The texts by language, in the order of the languages."""
        if not self.names:
            return {}
        by_name = {self.names[0]: texts[""]} if "" in texts else {}
        by_name |= {language: text for language, text in texts.items() if language}
        return {name: by_name[name] for name in self.names if name in by_name}

    def translations(self, entry: Entry) -> Translations:
        """Every text of a row in every language; empty when the form names no language."""
        found = {name: self.translated(texts) for name, texts in entry.texts.items()}
        return {name: texts for name, texts in found.items() if texts}


def pick(texts: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The Vietnamese text, else the default one, else the first."""
    vietnamese = (name for name in names if is_vietnamese(name))
    for name in (*vietnamese, *names):
        if name in texts:
            return texts[name]
    return ""


def is_vietnamese(language: str) -> bool:
    """``vi``, ``Tiếng Việt (vi)`` and the like."""
    return _VIETNAMESE.fullmatch(language.strip()) is not None
