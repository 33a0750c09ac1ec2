"""Publishing a text of a form, and taking one back.

A text is checked as every office will check it: by the loader and pyxform, against the texts that
come with the program and those published before, and for a declared way from the text before it.
A version that was published never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection

from forms.about import FILE_NAME as ABOUT
from forms.about import AboutError
from forms.definition import FormDefinition
from forms.loader import check_form
from forms.migration.declaration import FILE_NAME as DECLARATION
from forms.mistakes import DefinitionError
from forms.published import MisshapenTextError, PublishedForms
from forms.registry import FormRegistry, UnknownFormError
from sync.protocol.documents import SUBMISSIONS
from sync.protocol.packs import FormText, FormTexts, Pack, PackKind, published_form, unpacked
from sync.server import packs


class NotPublishedError(Exception):
    """A form that is not published; the message tells who published it what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication came to; ``is_new`` is false when exactly this was published before."""

    pack: Pack
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """A text as it was handed in."""

    definition: FormDefinition
    files: dict[str, bytes]
    about: bytes


def publish_form(connection: Connection, path: Path) -> Published:
    """Publish the text in this file, with what lies beside it.

    Its tables (``.csv``), ``migration.yaml`` from the text before it, and for a form of the
    province's own ``about.yaml``. Raises ``DefinitionError`` with every problem of the files, and
    ``NotPublishedError``.
    """
    given = _given(path)
    form_id, version = given.definition.form_id, given.definition.version
    packs.lock(connection)
    before, pack = _before(connection, form_id)
    known = PublishedForms(FormRegistry.bundled(), [published_form(before)] if before.texts else [])
    _require_new_version(form_id, version)
    if version in (text.version for text in before.texts) and pack is not None:
        if known.files(form_id, version) != given.files:
            raise NotPublishedError(
                f"{form_id} {version} was published before with another content; a version never"
                " changes: give the new text a later version"
            )
        return Published(pack=pack, is_new=False)
    _require_latest(known, form_id, version)
    after = FormTexts(
        form_id=form_id,
        texts=[*before.texts, FormText(version=version, files=given.files)],
        about=b"" if form_id in FormRegistry.bundled().form_ids() else given.about,
        withdrawn=before.withdrawn,
    )
    _check(after)
    return Published(_publish(connection, after, given.definition.title_vi, version), is_new=True)


def withdraw_form(connection: Connection, form_id: str, version: str) -> Pack:
    """Let no new record begin with this text; those that did keep it. Raises the same."""
    packs.lock(connection)
    before, _ = _before(connection, form_id)
    known = PublishedForms(FormRegistry.bundled(), [published_form(before)] if before.texts else [])
    try:
        if version not in known.versions(form_id):
            raise NotPublishedError(f"{form_id} has no text {version}")
    except UnknownFormError as error:
        raise NotPublishedError(f"no form {form_id}") from error
    own = [text.version for text in before.texts]
    after = FormTexts(
        form_id=form_id,
        texts=[
            FormText(text.version, text.files, withdrawn=text.withdrawn or text.version == version)
            for text in before.texts
        ],
        about=before.about,
        withdrawn=sorted({*before.withdrawn, *([] if version in own else [version])}),
    )
    left = PublishedForms(FormRegistry.bundled(), [published_form(after)]).for_new_records(form_id)
    if not left:
        raise NotPublishedError(f"{version} is the only text of {form_id}: publish another one")
    title = known.get(form_id, version).definition.title_vi
    return _publish(connection, after, title, datetime.now(UTC).date().isoformat())


def _publish(connection: Connection, texts: FormTexts, title: str, in_force: str) -> Pack:
    return packs.publish(
        connection,
        kind=PackKind.FORM,
        name=texts.form_id,
        title=title,
        in_force=date.fromisoformat(in_force),
        items=len(texts.texts),
        content=texts,
    )


def _given(path: Path) -> _Given:
    """The files of the text. Raises ``DefinitionError``."""
    checked = check_form(path)
    if checked.form is None:
        raise DefinitionError(list(checked.problems))
    definition = checked.form.definition
    files = {f"form{path.suffix.lower()}": path.read_bytes()}
    named = {*definition.tables, *definition.choices}
    media = path.with_name(f"{path.stem}-media")
    for folder in (media, path.parent):  # beside the file first, as the loader finds them
        for table in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
            if table != path and (table.stem in named or table.name in named):
                files[table.name] = table.read_bytes()
    declaration, about = path.with_name(DECLARATION), path.with_name(ABOUT)
    if declaration.is_file():
        files[DECLARATION] = declaration.read_bytes()
    return _Given(definition, files, about.read_bytes() if about.is_file() else b"")


def _before(connection: Connection, form_id: str) -> tuple[FormTexts, Pack | None]:
    found = packs.newest(connection, kind=PackKind.FORM, name=form_id)
    if found is None:
        return FormTexts(form_id=form_id, texts=[]), None
    pack, content = found
    return unpacked(content, FormTexts), pack


def _require_new_version(form_id: str, version: str) -> None:
    """A day, and not one that the program has a text of."""
    try:
        date.fromisoformat(version)
    except ValueError as error:
        raise NotPublishedError(
            f"'{version}' is no version: write the day in force, such as 2027-01-01"
        ) from error
    if version in _versions(FormRegistry.bundled(), form_id):
        raise NotPublishedError(
            f"{form_id} {version} comes with the program, and a version never changes: give the"
            " new text a later version"
        )


def _require_latest(known: PublishedForms, form_id: str, version: str) -> None:
    """Records go from text to text in their order: none is put between two others."""
    later = [one for one in _versions(known, form_id) if one > version]
    if later:
        raise NotPublishedError(
            f"{form_id} {later[-1]} is there already; a new text must have a later version"
        )


def _versions(registry: FormRegistry, form_id: str) -> list[str]:
    try:
        return registry.versions(form_id)
    except UnknownFormError:
        return []


def _check(texts: FormTexts) -> None:
    """As an office does, and that there is a place for its records."""
    form = published_form(texts)
    after = PublishedForms(FormRegistry.bundled(), [form])
    try:
        PublishedForms(FormRegistry.bundled()).check(form)
        data_set = after.about(form.form_id).data_set
    except MisshapenTextError as error:
        raise NotPublishedError(f"the files are not as expected: {error}") from error
    except (UnknownFormError, AboutError) as error:
        raise NotPublishedError(
            f"a form of the province's own needs {ABOUT} beside it ({error})"
        ) from error
    if data_set not in (one.value for one in SUBMISSIONS):
        raise NotPublishedError(f"{ABOUT}: no data set '{data_set}'")
