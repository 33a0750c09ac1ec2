"""Handing the PC over, or ceasing to use it: nothing may be left on it that is nowhere else.

Everything must have a receipt before, and what is half-typed has to be given up in so many words:
it is nowhere else, and the other users of this register may not know. Then the province is told
(as far as it can be reached), and keys, register and the copies beside it are wiped, the keys
first: without them the rest is noise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from desktop.domain.ledger import Action
from desktop.errors import AppError, Problem, UserError
from desktop.services.syncing import Syncing
from desktop.services.unlocking import forget
from desktop.store import ledger
from desktop.store.drafts import drafts_by_author
from desktop.store.leaving import wipe_folder
from desktop.store.register import Register
from forms.vietnamese import compare_key
from sync.client.watching import Watch
from sync.protocol.messages import LedgerHead


@dataclass(frozen=True, slots=True)
class Custody:
    """What stands against handing over.

    Attributes:
        unsent: changes that are only on this device.
        held: changes that the server refused and nobody corrected or gave up.
        is_connected: has the device a place in the province at all?
        drafts: whose half-typed forms and notes lie here, and how many; they go with the register.
    """

    unsent: int
    held: int
    is_connected: bool
    drafts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_free(self) -> bool:
        """Is everything that was made here somewhere else too?"""
        return self.unsent == 0


class Handover:
    """The last thing that is done with a register on a PC."""

    def __init__(
        self,
        *,
        register: Register,
        syncing: Syncing,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._syncing = syncing
        self._author = author
        self._clock = clock

    @property
    def folder(self) -> Path:
        """Where the register lies."""
        return self._register.folder

    @property
    def author(self) -> str:
        """Whose name has to be typed."""
        return self._author

    def custody(self) -> Custody:
        """What is only here now."""
        status = self._syncing.status()
        is_connected = self._syncing.enrolment() is not None
        return Custody(
            unsent=status.unsent,
            held=status.held,
            is_connected=is_connected,
            drafts=drafts_by_author(self._register),
        )

    def say_goodbye(self, *, typed: str, gives_up: int = 0, watch: Watch | None = None) -> bool:
        """Write it down, and tell the province; did it hear it?

        The register stays as it is until ``wipe``. Raises ``UNSENT_CHANGES`` while something is
        only here, ``DRAFTS_LEFT`` when more is half-typed than the user ``gives_up``,
        ``NAME_MISTYPED`` when ``typed`` is not the user's name.
        """
        custody = self.custody()
        if custody.unsent:
            raise UserError(Problem.UNSENT_CHANGES, n=str(custody.unsent))
        left = sum(custody.drafts.values())
        if left > gives_up:
            raise UserError(Problem.DRAFTS_LEFT, n=str(left))
        if compare_key(typed.strip()) != compare_key(self._author):
            raise UserError(Problem.NAME_MISTYPED)
        ledger.note(
            self._register,
            at=self._clock(),
            by=self._author,
            action=Action.DEVICE_LEAVE,
            objects=[("user", self._author), *([("drafts", str(left))] if left else [])],
        )
        head = ledger.head(self._register)
        try:
            return self._syncing.leave(LedgerHead(n=head.n, h=head.hash), watch=watch)
        except AppError:
            return False


def wipe(folder: Path) -> None:
    """Wipe a closed register: keys, then everything that can only be read with them.

    Raises the failures of the disk; what was wiped until then stays wiped, and it can be repeated.
    """
    forget(folder)
    wipe_folder(folder)
