"""A half-typed form whose text was replaced meanwhile goes on under the newer text.

By the declared way between the texts, and only whole: when anything that was typed would have no
place there, the draft stays under the text it was begun with, which is never taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desktop.domain.drafts import Edited, FormDraft
from forms.definition import Answer
from forms.migration.moving import Migrator, migrate_through
from forms.mistakes import DefinitionError
from forms.registry import FormRegistry, UnknownFormError


def moved_draft(draft: FormDraft, forms: FormRegistry, *, to: str) -> FormDraft:
    """The draft under this text, or as it is."""
    if draft.form_version >= to:
        return draft
    try:
        way = forms.migrators(draft.form_id, draft.form_version, to=to)
    except (UnknownFormError, DefinitionError):
        return draft
    now = _moved(way, {path: edited.now for path, edited in draft.edits.items()})
    before = _moved(way, {path: edited.before for path, edited in draft.edits.items()})
    if now is None or before is None:
        return draft
    places = _places(way, draft.edits)
    return replace(
        draft,
        form_version=to,
        edits={
            path: Edited(before=before.get(path), now=now.get(path))
            for path in dict.fromkeys([*before, *now, *places.values()])
        },
        decided=frozenset(places.get(path, path) for path in draft.decided),
        visited=tuple(places.get(path, path) for path in draft.visited),
        cursor=replace(
            draft.cursor, path=places.get(draft.cursor.path, draft.cursor.path), text=None
        ),
    )


def _moved(way: list[Migrator], given: Mapping[str, Answer]) -> Mapping[str, Answer] | None:
    """The answers under the newer text; ``None`` when something has no place there."""
    found = migrate_through(way, {path: value for path, value in given.items() if value})
    return None if found.leftover else found.answers


def _places(way: list[Migrator], edits: Mapping[str, Edited]) -> dict[str, str]:
    """Old path -> new path, for answers that go to one question; also of emptied ones."""
    places = {path: path for path in edits}
    for migrator in way:
        moved = migrator.moved
        places = {path: moved[place] for path, place in places.items() if place in moved}
    return places
