"""Which forms there are for a person."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.domain.people import PersonId, RecordStatus

#: What is opened when nothing says otherwise: the sheet about a worker.
USUAL_FORM = "tt11_2022_m03"


@dataclass(frozen=True, slots=True)
class FittingForm:
    """A form that may be filled about a person, or was begun.

    Attributes:
        title_vi: its short name in lists.
        person_id: under whom its record is kept; of a form about a household that is the head,
            ``None`` for somebody new.
        status: how far the record is.
        is_sensitive: only who has the right sees that it exists.
    """

    form_id: str
    title_vi: str
    person_id: PersonId | None
    status: RecordStatus
    is_sensitive: bool
