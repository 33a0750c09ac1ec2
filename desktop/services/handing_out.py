"""Lists that leave the register for a purpose: told in the ledger first, then given out.

    cases = handing_out.answered(list_key)                  # what the list will hold
    handing_out.told(Action.CHECK_LIST_EXPORT, count=len(cases), purpose="…")
    handing_out.write(path, paper)                          # or paper printed by the window

What is restricted never gets here: checks hold identities only, and lists are made of checks and
of people, never of answers of a restricted form.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from desktop.domain.checks import CheckCase
from desktop.domain.ledger import Action
from desktop.domain.papers import PaperList
from desktop.errors import Problem, UserError
from desktop.services.beside import written_beside
from desktop.services.checks import Checks
from desktop.services.workbook import write_texts
from desktop.store import ledger
from desktop.store.register import Register
from forms.vietnamese import clean


class HandingOut:
    """The lists of one register that may leave it."""

    def __init__(
        self, *, register: Register, checks: Checks, author: str, clock: Callable[[], datetime]
    ) -> None:
        self._register = register
        self._author = author
        self._clock = clock
        self._checks = checks

    def answered(self, list_key: str) -> list[CheckCase]:
        """Who was answered, of one list or ("") of all, in the order in which they were asked."""
        cases = self._checks.queue(answered=True, list_key=list_key, limit=-1)
        return [case for case in reversed(cases) if not case.competing]

    def told(self, action: Action, *, count: int, purpose: str) -> None:
        """A line of the ledger: a list that leaves is never one nobody knows of.

        Raises ``PURPOSE_MISSING``.
        """
        why = clean(purpose)
        if not why:
            raise UserError(Problem.PURPOSE_MISSING)
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._author,
            action=action,
            objects=[("count", str(count))],
            purpose=why,
        )

    def write_pages(self, path: Path, pages: bytes) -> None:
        """The list as it was laid out. Raises the failures of the disk."""
        with written_beside(path) as beside:
            beside.write_bytes(pages)

    def write(self, path: Path, paper: PaperList) -> int:
        """The list as a workbook of texts; gives its rows. Raises the failures of the disk."""
        written = write_texts(
            path,
            sheet=paper.sheet,
            headings=paper.headings,
            widths=paper.widths,
            rows=paper.cells(),
        )
        return min(written, len(paper.rows))
