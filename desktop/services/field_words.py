"""What a field of a document is called by the forms that ask for it."""

from __future__ import annotations

from functools import lru_cache

from desktop.domain.syncing import ChangeRow
from desktop.services.answering import ANSWERS
from forms.registry import FormRegistry, UnknownFormError
from sync.protocol.documents import is_derived

_SHARED_FORM = "tt11_2022_m03"


class FieldWords:
    """The labels of questions, by the fields their answers are kept in."""

    def __init__(self, *, forms: FormRegistry) -> None:
        self._forms = forms
        self._labels = lru_cache(maxsize=16)(self._read)

    def of(self, row: ChangeRow) -> list[str]:
        """What a change sets, in words, each once; what every save works out is left out."""
        labels = self._labels(row.form)
        found = []
        for field in row.fields:
            if is_derived(field):
                continue
            name = f"{row.document_type}.{field}"
            path = field.removeprefix(ANSWERS).removeprefix("identity.")
            label = labels.get(name) or labels.get(path) or labels.get(f"person.{path}")
            if label is not None:
                found.append(label)
        return list(dict.fromkeys(found))

    def _read(self, form: str) -> dict[str, str]:
        """By the path of the question, and by the field of the person or household it is for."""
        form_id, _, version = form.partition("@")
        try:
            definition = self._forms.get(form_id, version).definition
        except UnknownFormError:
            newest = self._forms.versions(_SHARED_FORM)[-1]
            definition = self._forms.get(_SHARED_FORM, newest).definition
        labels = {question.path: question.label_vi for question in definition.questions()}
        roles = {q.role: q.label_vi for q in definition.questions() if q.role}
        return labels | roles
