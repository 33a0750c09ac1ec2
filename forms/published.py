"""Texts of forms that a province published, beside those that come with the program.

A province publishes a newer text of a known form, or a form of its own. Where the program has a
text with the same version, the program's is used; the two must then be the same to the byte. What
was published once stays, so that records keep the text they were begun with; a text that was taken
back begins no new record.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from threading import Lock

from forms.about import FILE_NAME as ABOUT
from forms.about import FormAbout, load_about
from forms.definition import Choice
from forms.loader import load_form
from forms.loading.choices import table_of
from forms.migration.declaration import FILE_NAME as DECLARATION
from forms.migration.declaration import Migration, load_migration
from forms.registry import FormRegistry, UnknownFormError
from forms.runtime.compilation import compile_form
from forms.runtime.compiled import CompiledForm

#: What a text's own file is called, by how it is written.
FORM_FILES = ("form.md", "form.xlsx", "form.xls")
#: The columns of the days of a choice.
_DAYS = ("valid_from", "valid_to")
_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,99}\.(?:md|csv|yaml|xlsx|xls)")


class DifferentTextError(ValueError):
    """A text with this version has other content already."""

    def __init__(self, form_id: str, version: str) -> None:
        super().__init__(f"{form_id} {version}")
        self.form_id = form_id
        self.version = version


class MisshapenTextError(ValueError):
    """What was published is no set of texts of a form; says what is wrong, for programmers."""


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """Every text of one form that was published.

    Attributes:
        texts: version -> file name -> content.
        withdrawn: versions that begin no new record; also of texts that come with the program.
        about: ``about.yaml`` of a form of the province's own.
    """

    form_id: str
    texts: Mapping[str, Mapping[str, bytes]] = field(repr=False)
    withdrawn: frozenset[str] = frozenset()
    about: bytes = field(default=b"", repr=False)

    def check_shape(self) -> None:
        """Raises ``MisshapenTextError``: names become names of files, versions are days."""
        if not self.form_id.isidentifier():
            raise MisshapenTextError("form_id")
        for version, files in self.texts.items():
            if not _VERSION.fullmatch(version):
                raise MisshapenTextError("version")
            if not all(_FILE_NAME.fullmatch(name) for name in files):
                raise MisshapenTextError("file name")
            if sum(name in files for name in FORM_FILES) != 1:
                raise MisshapenTextError("form file")


@dataclass(frozen=True, slots=True)
class PublishedOptions:
    """The choices of one list of a form, in their order.

    Attributes:
        name: ``form_id.list_name``.
        options: code, label, first and last day ("" for no limit).
    """

    name: str
    options: tuple[tuple[str, str, str, str], ...]

    @property
    def form_id(self) -> str:
        """The form whose list it is."""
        return self.name.partition(".")[0]

    @property
    def list_name(self) -> str:
        """The list in that form."""
        return self.name.partition(".")[2]

    def in_place_of(self, choices: Sequence[Choice]) -> tuple[Choice, ...] | None:
        """The choices with these labels and days; ``None`` when one of the old codes is missing.

        What else the old ones have (columns for filters, other languages) stays.
        """
        before = {one.code: one for one in choices}
        if not before.keys() <= {code for code, *_ in self.options}:
            return None
        found = []
        for code, label, first, last in self.options:
            old = before.get(code) or Choice(code=code, label_vi=label)
            kept = {name: text for name, text in old.attributes.items() if name not in _DAYS}
            days = {name: day for name, day in zip(_DAYS, (first, last), strict=True) if day}
            found.append(replace(old, label_vi=label, attributes={**kept, **days}))
        return tuple(found)


class PublishedForms(FormRegistry):
    """The texts of a registry, and what a province published beside them; any thread may ask."""

    def __init__(self, base: FormRegistry, published: Iterable[PublishedForm] = ()) -> None:
        folder, extensions = base.places
        super().__init__(folder, extensions=extensions, is_published=True)
        self._base = base
        self._loading = Lock()
        self._published: Mapping[str, PublishedForm] = {}
        self._options: tuple[PublishedOptions, ...] = ()
        self.renew(published)

    def renew(
        self, published: Iterable[PublishedForm], options: Iterable[PublishedOptions] = ()
    ) -> None:
        """From now on these are the published forms, each with all its texts, and the lists."""
        with self._loading:
            self._published = {form.form_id: form for form in published}
            self._options = tuple(options)
            self._forms = {}
            self._about = {}

    def published(self) -> list[PublishedForm]:
        """What was published, by form."""
        return [self._published[form_id] for form_id in sorted(self._published)]

    def form_ids(self) -> list[str]:
        """Every form, by its id."""
        return sorted({*self._base.form_ids(), *self._published})

    def versions(self, form_id: str) -> list[str]:
        """The dated texts of a form, oldest first. Raises ``UnknownFormError``."""
        found = {*self._of_program(form_id), *self._texts(form_id)}
        if not found:
            raise UnknownFormError(form_id)
        return sorted(found)

    def for_new_records(self, form_id: str) -> list[str]:
        """The texts that were not taken back, oldest first. Raises ``UnknownFormError``."""
        published = self._published.get(form_id)
        withdrawn = frozenset[str]() if published is None else published.withdrawn
        return [version for version in self.versions(form_id) if version not in withdrawn]

    def about(self, form_id: str) -> FormAbout:
        """Whom the form is about; the program's own word counts. Raises ``UnknownFormError``."""
        if self._of_program(form_id):
            return self._base.about(form_id)
        kept = self._about  # taken before what is read, as in ``get``
        published = self._published.get(form_id)
        if published is None or not published.about:
            raise UnknownFormError(form_id)
        return kept.get(form_id) or kept.setdefault(form_id, about_of(published))

    def get(self, form_id: str, version: str) -> CompiledForm:
        """One dated text of a form. Raises ``UnknownFormError``.

        Raises ``DefinitionError`` for a published one that this program cannot read.
        """
        # Taken before anything is read: what is compiled of the texts of before a ``renew`` is
        # kept among those, and nobody finds it afterwards.
        kept = self._forms
        known = kept.get((form_id, version))
        if known is not None:
            return known
        if version.partition("+")[0] in self._of_program(form_id):
            found = self._with_options(self._base.get(form_id, version))
        elif "+" in version:
            found = self._extended(form_id, version)
        else:
            found = self._with_options(load_text(self.files(form_id, version)))
        with self._loading:
            return kept.setdefault((form_id, version), found)

    def _with_options(self, form: CompiledForm) -> CompiledForm:
        """With the published choices of its lists, where they know every code that it offers."""
        definition = form.definition
        found = {}
        for one in self._options:
            choices = definition.choices.get(one.list_name)
            if one.form_id == definition.form_id and choices is not None:
                found[one.list_name] = one.in_place_of(choices) or choices
        if not found:
            return form
        return compile_form(
            replace(
                definition,
                choices={**definition.choices, **found},
                tables={
                    **definition.tables,
                    **{name: table_of(choices) for name, choices in found.items()},
                },
            )
        )

    def check_options(self, options: PublishedOptions) -> None:
        """Can this be a list of its form? Raises ``MisshapenTextError`` with what to do."""
        try:
            newest = self.for_new_records(options.form_id)[-1]
        except UnknownFormError as error:
            raise MisshapenTextError(f"no form '{options.form_id}'") from error
        choices = self.get(options.form_id, newest).definition.choices.get(options.list_name)
        if choices is None:
            raise MisshapenTextError(f"{options.form_id} has no list '{options.list_name}'")
        missing = {one.code for one in choices} - {code for code, *_ in options.options}
        if missing:
            raise MisshapenTextError(
                f"answers may have the code '{min(missing)}': keep it, with its last day"
            )

    def files(self, form_id: str, version: str) -> dict[str, bytes]:
        """What makes up a text. Raises ``UnknownFormError``."""
        if version in self._of_program(form_id):
            return self._base.files(form_id, version)
        found = self._texts(form_id).get(version)
        if found is None:
            raise UnknownFormError(f"{form_id} {version}")
        return dict(found)

    def declared(self, form_id: str, version: str) -> Migration | None:
        """What is declared beside a text about the one before it; ``None`` for nothing.

        Raises ``DefinitionError``, ``UnknownFormError``.
        """
        has_any = DECLARATION in self.files(form_id, version)
        return self._migration_to(form_id, version) if has_any else None

    def check(self, form: PublishedForm) -> None:
        """Can this program use these texts beside its own?

        Raises ``MisshapenTextError``, ``DifferentTextError`` for a version that has other content
        here, and ``DefinitionError`` for a text, or a way to it, that is unsound.
        """
        form.check_shape()
        for version, files in form.texts.items():
            known = version in self._of_program(form.form_id) or version in self._texts(
                form.form_id
            )
            if known and self.files(form.form_id, version) != dict(files):
                raise DifferentTextError(form.form_id, version)
        after = PublishedForms(self._base, [form])
        after.about(form.form_id)
        versions = after.versions(form.form_id)
        for version in form.texts:
            definition = after.get(form.form_id, version).definition
            if (definition.form_id, definition.version) != (form.form_id, version):
                raise MisshapenTextError("names another form or version than it was published as")
        for old, new in pairwise(versions):
            if new in form.texts:
                after.migrators(form.form_id, old, to=new)

    def _of_program(self, form_id: str) -> list[str]:
        try:
            return self._base.versions(form_id)
        except UnknownFormError:
            return []

    def _texts(self, form_id: str) -> Mapping[str, Mapping[str, bytes]]:
        published = self._published.get(form_id)
        return {} if published is None else published.texts

    def _migration_to(self, form_id: str, version: str) -> Migration:
        if version in self._of_program(form_id):
            return super()._migration_to(form_id, version)
        content = self.files(form_id, version).get(DECLARATION)
        with tempfile.TemporaryDirectory(prefix="so-an-sinh-form-") as folder:
            path = Path(folder) / DECLARATION
            if content is not None:
                path.write_bytes(content)
            return load_migration(path)


def load_text(files: Mapping[str, bytes]) -> CompiledForm:
    """A text from its files. Raises ``DefinitionError`` with every problem found.

    The loader reads files; these are public texts, and gone again when they are read.
    """
    name = next(name for name in FORM_FILES if name in files)
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-form-") as raw_folder:
        folder = Path(raw_folder)
        for file_name, content in files.items():
            (folder / file_name).write_bytes(content)
        # Who published it has asked pyxform.
        return load_form(folder / name, asks_pyxform=False)


def about_of(form: PublishedForm) -> FormAbout:
    """What is told of a province's own form. Raises ``AboutError``."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-form-") as folder:
        path = Path(folder) / ABOUT
        path.write_bytes(form.about)
        return load_about(path)
