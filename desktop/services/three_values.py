"""The values kept of an open difference: as filed, as the CSDLQG has it, as a paper settled it."""

from __future__ import annotations

from collections.abc import Mapping

from forms.registry import FormRegistry
from sync.protocol.documents import DataSet
from sync.protocol.messages import Value

FILED, NATIONAL, SETTLED, PAPER = "filed.", "national.", "settled.", "paper."


def merit_forms(forms: FormRegistry) -> list[str]:
    """The forms of people of merit and their relatives, whose differences stay open."""
    return [one for one in forms.form_ids() if forms.about(one).data_set == DataSet.MERIT.value]


def entered_by_csdlqg(person: Mapping[str, Value], field: str, national: str) -> dict[str, Value]:
    """What is kept when a person of merit is entered by the CSDLQG and the file says otherwise.

    While a difference is open, the file's value is the one of its beginning.
    """
    is_open = person.get(NATIONAL + field) is not None and person.get(SETTLED + field) is None
    filed = person.get(FILED + field) if is_open else person.get(field)
    return {
        FILED + field: filed,
        NATIONAL + field: national,
        SETTLED + field: None,
        PAPER + field: None,
    }
