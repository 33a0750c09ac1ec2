"""The people list: search as one types."""

from __future__ import annotations

from desktop.domain.people import PersonRow, RecordStatus
from desktop.store.people import count_people, search_people
from desktop.store.register import Register


class People:
    """The persons of one register."""

    def __init__(self, *, register: Register) -> None:
        self._register = register

    def search(
        self,
        text: str,
        *,
        limit: int,
        offset: int,
        status: RecordStatus | None = None,
        flagged_only: bool = False,
    ) -> list[PersonRow]:
        """A page of the persons whose name or number the text finds."""
        return search_people(
            self._register,
            text,
            limit=limit,
            offset=offset,
            status=status,
            flagged_only=flagged_only,
        )

    def count(
        self, text: str, *, status: RecordStatus | None = None, flagged_only: bool = False
    ) -> int:
        """How many persons the text finds."""
        return count_people(self._register, text, status=status, flagged_only=flagged_only)
