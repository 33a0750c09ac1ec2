"""The text of a form that a record or a submission was made with."""

from __future__ import annotations

from desktop.errors import Problem, UserError
from forms.registry import FormRegistry, UnknownFormError
from forms.runtime.compiled import CompiledForm


def text_of(forms: FormRegistry, form_id: str, version: str) -> CompiledForm:
    """That text. Raises ``FORM_NEWER``: what this program does not have, a newer one made."""
    try:
        return forms.get(form_id, version)
    except UnknownFormError as error:
        raise UserError(Problem.FORM_NEWER, form=form_id, version=version) from error
