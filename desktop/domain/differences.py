"""A person of merit whose file and the CSDLQG say different things (Kế hoạch 251, mục 1.e).

The person is entered by the value of the CSDLQG all the same, and the difference stays open until
a paper settles it: three values stand beside each other, as filed, as the CSDLQG has it, as it was
settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as kept

from desktop.domain.people import PersonId
from desktop.domain.records import Competing
from forms.comparison.outcomes import FieldComparison


@dataclass(frozen=True, slots=True)
class Difference:
    """One compared field of one person of merit.

    Attributes:
        field: one of ``COMPARED_FIELDS``.
        filed, national: the value of the file and that of the CSDLQG; ``filed`` "" for none.
        entered: what the register has now.
        settled: the value that a paper settled; ``None`` while it is open.
        file_symbol: the sign of the file of merit, "" where it is not known.
        comparison: how the two values stand to each other.
        competing: what another device settled meanwhile; settling again decides.
    """

    person_id: PersonId
    full_name: str = kept(repr=False)
    id_number: str = kept(repr=False)
    file_symbol: str = kept(repr=False)
    field: str
    filed: str = kept(repr=False)
    national: str = kept(repr=False)
    entered: str = kept(repr=False)
    comparison: FieldComparison = kept(repr=False)
    settled: str | None = kept(default=None, repr=False)
    paper: str = kept(default="", repr=False)
    competing: tuple[Competing, ...] = kept(default=(), repr=False)

    @property
    def key(self) -> str:
        """Names the difference in a list."""
        return f"{self.person_id}/{self.field}"

    @property
    def is_open(self) -> bool:
        """Has no paper settled it, or two?"""
        return self.settled is None or bool(self.competing)

    @property
    def is_entered(self) -> bool:
        """Does the register have the value of the CSDLQG?"""
        return self.entered == self.national

    @property
    def asks_form_26(self) -> bool:
        """Is the file corrected by application (NĐ 131/2021 Điều 130: not where one resides)?"""
        return self.field != "permanent_residence"
