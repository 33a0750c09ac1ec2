"""Reads ``migration.yaml``: what becomes of the answers given under an older text of a form.

The file lies in the folder of the newer text::

    from: "2022-08-15"          # the text it starts from
    renamed:                    # old path: new path; a group moves with all its questions
      identity/phone: contact/phone
    split:
      identity/address:         # into several, at a separator; the last one takes the rest
        into: [contact/house, contact/commune]
        separator: ", "
      work/code:                # or by expressions over the old answers
        into:
          work/branch: substr(${code}, 0, 2)
          work/number: substr(${code}, 2)
    merged:                     # new path: several into one text, in this order
      identity/full_name: {from: [identity/family_name, identity/given_name], separator: " "}
    dropped:                    # old path: why nobody asks any more
      work/fax: no system takes it
    choices:                    # path of the old question: old code: new code, or null for none
      work/kind: {"3": "5", "7": null}

A question with the same path and type in both texts needs no line; every other old question that
can hold an answer needs exactly one fate, and every code that the new list lacks needs one too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

import yaml

from forms.mistakes import DefinitionError, DefinitionProblem, Mistake, problem

FILE_NAME = "migration.yaml"
#: Larger files are no declarations.
LARGEST_FILE = 1_000_000

_SECTIONS = frozenset({"renamed", "split", "merged", "dropped", "choices"})


@dataclass(frozen=True, slots=True)
class Split:
    """One old answer for several questions: at a separator, or by an expression for each."""

    into: tuple[str, ...]
    separator: str = ""
    expressions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merge:
    """Several old answers for one question, with ``separator`` between those that are there."""

    sources: tuple[str, ...]
    separator: str = " "


@dataclass(frozen=True, slots=True)
class Migration:
    """What one file declares. Paths carry no keys of instances.

    Attributes:
        from_version: the version of the older text.
        renamed: old path (question or group) -> new path.
        split: old path -> how it is taken apart.
        merged: new path -> what it is put together of.
        dropped: old path -> why.
        choices: path of the old question -> old code -> new code, ``None`` for none.
    """

    from_version: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, Split] = field(default_factory=dict)
    merged: Mapping[str, Merge] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


def migration_problem(code: Mistake, where: str = "", **parameters: object) -> DefinitionProblem:
    """A problem of a declaration; ``where`` is the section and the path of the line."""
    return problem(code, sheet=FILE_NAME, row=0, column=where, **parameters)


def load_migration(path: Path) -> Migration:
    """Reads one declaration. Raises ``DefinitionError`` with everything that is misshapen."""
    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= LARGEST_FILE else ""
        content: object = yaml.safe_load(text)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        found = migration_problem(Mistake.MIG_001, detail=type(error).__name__)
        raise DefinitionError([found]) from error
    return _Reading().migration(content)


class _Reading:
    """One pass over a declaration; collects problems."""

    def __init__(self) -> None:
        self._problems: list[DefinitionProblem] = []

    def migration(self, content: object) -> Migration:
        sections = content if isinstance(content, dict) else {}
        version = sections.get("from")
        if not isinstance(version, str) or not version:
            self._misshapen("from")
        for name in sorted(map(str, sections.keys() - _SECTIONS - {"from"})):
            self._misshapen(name)
        found = Migration(
            from_version=str(version),
            renamed=self._texts(sections, "renamed"),
            split={
                path: split
                for path, raw in self._mapping(sections, "split").items()
                if (split := self._split(path, raw)) is not None
            },
            merged={
                path: merge
                for path, raw in self._mapping(sections, "merged").items()
                if (merge := self._merge(path, raw)) is not None
            },
            dropped=self._texts(sections, "dropped"),
            choices=self._choices(sections),
        )
        if self._problems:
            raise DefinitionError(self._problems)
        return found

    def _misshapen(self, where: str) -> None:
        self._problems.append(migration_problem(Mistake.MIG_001, where, detail=where))

    def _mapping(self, sections: Mapping[object, object], name: str) -> dict[str, object]:
        raw = sections.get(name)
        if raw is None:
            return {}
        if isinstance(raw, dict) and all(isinstance(key, str) for key in raw):
            return raw
        self._misshapen(name)
        return {}

    def _texts(self, sections: Mapping[object, object], name: str) -> dict[str, str]:
        found = {}
        for path, text in self._mapping(sections, name).items():
            if isinstance(text, str) and text:
                found[path] = text
            else:
                self._misshapen(f"{name}: {path}")
        return found

    def _split(self, path: str, raw: object) -> Split | None:
        into = raw.get("into") if isinstance(raw, dict) else None
        separator = raw.get("separator", "") if isinstance(raw, dict) else ""
        if isinstance(raw, dict) and not raw.keys() - {"into", "separator"}:
            if _are_texts(into) and len(into) > 1 and isinstance(separator, str) and separator:
                return Split(tuple(into), separator)
            if isinstance(into, dict) and "separator" not in raw and into:
                paths, expressions = list(into), list(into.values())
                if _are_texts(paths) and _are_texts(expressions):
                    return Split(tuple(paths), "", into)
        self._misshapen(f"split: {path}")
        return None

    def _merge(self, path: str, raw: object) -> Merge | None:
        if isinstance(raw, dict) and not raw.keys() - {"from", "separator"}:
            sources, separator = raw.get("from"), raw.get("separator", " ")
            if _are_texts(sources) and len(sources) > 1 and isinstance(separator, str):
                return Merge(tuple(sources), separator)
        self._misshapen(f"merged: {path}")
        return None

    def _choices(self, sections: Mapping[object, object]) -> dict[str, dict[str, str | None]]:
        found: dict[str, dict[str, str | None]] = {}
        for path, raw in self._mapping(sections, "choices").items():
            if isinstance(raw, dict) and all(
                isinstance(old, str) and (new is None or isinstance(new, str))
                for old, new in raw.items()
            ):
                found[path] = raw
            else:
                self._misshapen(f"choices: {path}")
        return found


def _are_texts(raw: object) -> TypeGuard[list[str]]:
    return isinstance(raw, list) and all(isinstance(one, str) and one for one in raw)
