"""Which text of which form there is, and which was in force on a day."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from forms.about import FILE_NAME, FormAbout, load_about
from forms.loader import load_form
from forms.runtime.compiled import CompiledForm

if TYPE_CHECKING:
    from forms.migration.declaration import Migration
    from forms.migration.moving import Migrator

#: What stands beside a text and is no part of it.
COMMENTARY = frozenset({"cases.yaml", "source.md"})

_BUNDLED = Path(__file__).parent / "definitions"
_EXTENSIONS = Path(__file__).parent / "extensions"


class UnknownFormError(LookupError):
    """No such form, no such version, or none in force yet on that day."""


class FormRegistry:
    """The definitions of one folder ``<form_id>/<in force since>/form.md``.

    A definition is loaded when it is first asked for and kept. Any thread may ask. Questions that
    a province adds lie in a folder of their own (``forms.extension``); a version such as
    ``2022-08-15+p03.2026-01-01`` names the official text and the added questions.
    """

    def __init__(
        self, folder: Path, *, extensions: Path | None = None, is_published: bool = False
    ) -> None:
        """``is_published``: pyxform has converted every text before, and none has changed since."""
        self._folder = folder
        self._asks_pyxform = not is_published
        self._extensions = extensions
        self._forms: dict[tuple[str, str], CompiledForm] = {}
        self._about: dict[str, FormAbout] = {}
        self._versions: dict[str, list[str]] | None = None
        self._lock = Lock()

    @property
    def places(self) -> tuple[Path, Path | None]:
        """Its folder, and the one of added questions."""
        return self._folder, self._extensions

    @staticmethod
    def bundled() -> FormRegistry:
        """The registry of the definitions that come with the program; shared."""
        return _BUNDLED_REGISTRY

    def form_ids(self) -> list[str]:
        """Every form, by its id."""
        return sorted(self._texts_there())

    def versions(self, form_id: str) -> list[str]:
        """The dated texts of a form, oldest first. Raises ``UnknownFormError``."""
        if not form_id.isidentifier():  # it becomes a folder name below
            raise UnknownFormError(form_id)
        found = self._texts_there().get(form_id)
        if not found:
            raise UnknownFormError(form_id)
        return list(found)

    def _texts_there(self) -> dict[str, list[str]]:
        """Form -> its versions, oldest first; what is published is looked for on the disk once."""
        if self._versions is not None:
            return self._versions
        found: dict[str, list[str]] = {}
        for path in sorted(self._folder.glob("*/*/form.md")):
            found.setdefault(path.parent.parent.name, []).append(path.parent.name)
        if not self._asks_pyxform:
            self._versions = found
        return found

    def about(self, form_id: str) -> FormAbout:
        """Whom the form is about, and where its records lie. Raises ``UnknownFormError``."""
        known = self._about.get(form_id)
        if known is None:
            self.versions(form_id)
            known = self._about[form_id] = load_about(self._folder / form_id / FILE_NAME)
        return known

    def path(self, form_id: str, version: str) -> Path:
        """Where a text is kept. Raises ``UnknownFormError``."""
        if version not in self.versions(form_id):
            raise UnknownFormError(f"{form_id} {version}")
        return self._folder / form_id / version / "form.md"

    def get(self, form_id: str, version: str) -> CompiledForm:
        """One dated text of a form. Raises ``UnknownFormError``."""
        known = self._forms.get((form_id, version))
        if known is not None:
            return known
        if "+" in version:
            return self._extended(form_id, version)
        path = self.path(form_id, version)
        with self._lock:
            if (form_id, version) not in self._forms:
                self._forms[form_id, version] = load_form(path, asks_pyxform=self._asks_pyxform)
            return self._forms[form_id, version]

    def _extended(self, form_id: str, version: str) -> CompiledForm:
        """An official text with a province's questions. Raises ``UnknownFormError``."""
        # Imported here because most offices have no such questions.
        from forms.extension import ExtendedVersion, load_extended

        parts = ExtendedVersion.of(version)
        if parts is None or parts.local not in self.extensions(form_id, parts.prefix):
            raise UnknownFormError(f"{form_id} {version}")
        forms = self._forms  # those of before, should the official text be renewed meanwhile
        official = self.get(form_id, parts.official).definition
        folder = self._extension_folder(form_id, parts.prefix) / parts.local
        with self._lock:
            if (form_id, version) not in forms:
                forms[form_id, version] = load_extended(official, folder, parts.prefix)
            return forms[form_id, version]

    def extensions(self, form_id: str, prefix: str) -> list[str]:
        """The versions of the questions that a province adds to a form, oldest first."""
        if self._extensions is None or not (form_id.isidentifier() and prefix.isidentifier()):
            return []
        folder = self._extension_folder(form_id, prefix)
        return sorted(path.parent.name for path in folder.glob("*/form.md"))

    def _extension_folder(self, form_id: str, prefix: str) -> Path:
        return (self._extensions or self._folder) / prefix / form_id

    def migrators(self, form_id: str, version: str, *, to: str) -> list[Migrator]:
        """The declared way from a text to a newer one, step by step; empty from a text to itself.

        Raises ``UnknownFormError``, and ``DefinitionError`` for a missing or unsound declaration.
        """
        # Imported here because a program that only fills forms need not know them.
        from forms.migration.moving import Migrator

        known = self.versions(form_id)
        if version not in known or to not in known or version > to:
            raise UnknownFormError(f"{form_id} {version} → {to}")
        way = known[known.index(version) : known.index(to) + 1]
        return [
            Migrator(
                self.get(form_id, old).definition,
                self.get(form_id, new).definition,
                self._migration_to(form_id, new),
            )
            for old, new in pairwise(way)
        ]

    def _migration_to(self, form_id: str, version: str) -> Migration:
        """What is declared beside a text about the one before it. Raises ``DefinitionError``."""
        from forms.migration.declaration import FILE_NAME as DECLARATION
        from forms.migration.declaration import load_migration

        return load_migration(self.path(form_id, version).with_name(DECLARATION))

    def for_new_records(self, form_id: str) -> list[str]:
        """The texts that new records may begin with, oldest first."""
        return self.versions(form_id)

    def files(self, form_id: str, version: str) -> dict[str, bytes]:
        """What makes up a text: its form file and tables, and how answers come to it.

        Raises ``UnknownFormError``.
        """
        folder = self.path(form_id, version).parent
        names = sorted(path for path in folder.iterdir() if path.name not in COMMENTARY)
        return {path.name: path.read_bytes() for path in names if path.is_file()}

    def in_force(self, form_id: str, on: date, *, extension: str | None = None) -> CompiledForm:
        """The text in force on a day. Raises ``UnknownFormError`` when there was none yet.

        Args:
            extension: the prefix of a province whose questions are asked too, when it has some
                for this text on that day.
        """
        begun = [one for one in self.for_new_records(form_id) if one <= on.isoformat()]
        if not begun:
            raise UnknownFormError(f"{form_id} {on.isoformat()}")
        added = None if extension is None else self._added(form_id, begun[-1], on, extension)
        return self.get(form_id, begun[-1] if added is None else f"{begun[-1]}+{extension}.{added}")

    def _added(self, form_id: str, text: str, on: date, prefix: str) -> str | None:
        """The version of the questions that a new record of this text asks on that day."""
        from forms.extension import FILE_NAME as DATES
        from forms.extension import load_dates

        for version in reversed(self.extensions(form_id, prefix)):
            if version <= on.isoformat():
                dates = load_dates(self._extension_folder(form_id, prefix) / version / DATES)
                return version if dates.may_begin(text, on) else None
        return None


_BUNDLED_REGISTRY = FormRegistry(_BUNDLED, extensions=_EXTENSIONS, is_published=True)
