"""The police desk: identities sent for checking against the CSDLQG về dân cư."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from desktop.domain.records import CheckId, Competing


@unique
class CheckAnswer(Enum):
    """The three answers of the procedure (Kế hoạch 251, Phụ lục, mục 1.e, Bước 3)."""

    MATCHED = "matched"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"


#: The four compared fields of the procedure, as person fields.
COMPARED_FIELDS = ("full_name", "birth_date", "native_place", "permanent_residence")


@dataclass(frozen=True, slots=True)
class CheckCase:
    """One person to look up.

    Attributes:
        reasons: codes of findings (``ID_003``) that say why the person was flagged.
        identity: person field -> value as sent (no labour answers exist on this device).
        answer: ``None`` while waiting.
        differs: compared field -> value in the CSDLQG.
        competing: field of the answer (``answer``, ``note``, ``differs.full_name``) -> what other
            police devices wrote there; answering again decides.
    """

    check_id: CheckId
    commune_code: str
    identity: Mapping[str, str]
    reasons: tuple[str, ...]
    asked_by: str
    asked_at: str
    answer: CheckAnswer | None = None
    differs: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    competing: Mapping[str, tuple[Competing, ...]] = field(default_factory=dict)
