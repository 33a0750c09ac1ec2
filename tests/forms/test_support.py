"""The help page about XLSForm says what the loader does."""

from __future__ import annotations

from pathlib import Path

import forms
from forms.definition import QuestionType
from forms.expressions.functions import FUNCTIONS
from forms.loading.columns import REFUSED_COLUMNS, REFUSED_SETTINGS, SETTINGS, SURVEY
from forms.loading.words import REFUSED_TYPES, TYPES
from forms.support import support_page

PAGE = Path(forms.__path__[0]) / "xlsform.md"


def test_the_page_is_in_step() -> None:
    """Write it again with ``so-an-sinh forms support > forms/xlsform.md``."""
    assert PAGE.read_text(encoding="utf-8") == support_page()


def test_the_page_names_everything() -> None:
    page = support_page()
    names = [kind.value for kind in QuestionType]
    names += [*TYPES, *REFUSED_TYPES, *SURVEY.values(), *SETTINGS.values(), *REFUSED_SETTINGS]
    names += ["::".join(parts) for parts in REFUSED_COLUMNS]
    assert [name for name in names if f"`{name}`" not in page] == []
    assert [name for name in FUNCTIONS if name not in page] == []
