"""Who may see on this PC what is restricted: special circumstances of children, HIV, drug use.

    permissions = Permissions(register=register, clock=now)
    permissions.users()                                 # users with their rights
    permissions.grant(user_name="Lê Thị Bình", right=Right.DRUG_TREATMENT)
    permissions.own()                                   # what who opened the register may see

The province decides which restricted data sets this PC receives at all; here it is decided who of
its users sees them. Nobody does by default. The first right comes with the enrolment code for the
user who types it, or the first manager gives it; from then on whoever has a right may pass it on
and take it away.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.domain.permissions import Right, UserRights
from desktop.errors import Problem, UserError
from desktop.store import permissions, restricted_ledger
from desktop.store.books import LedgerEntry
from desktop.store.register import Register
from desktop.store.rights import right_to_form
from forms.vietnamese import clean
from sync.protocol.documents import DataSet


class Permissions:
    """The rights of one register, for the user who opened it."""

    def __init__(self, *, register: Register, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._clock = clock

    def users(self) -> list[UserRights]:
        """Everybody who can open the register, with the rights they have."""
        return permissions.list_rights(self._register)

    def own(self) -> frozenset[Right]:
        """What the user who opened the register may see."""
        with self._register.restricted() as view:
            return frozenset(Right(right.value) for right in view.rights)

    def grantable(self) -> frozenset[Right]:
        """What the user who opened the register may give and take."""
        user = self._register.user
        found = (one.may_grant for one in self.users() if one.user_name == user)
        return next(found, frozenset())

    def grant(self, *, user_name: str, right: Right) -> None:
        """Let a user see it. Raises ``NOT_PERMITTED`` and ``USER_UNKNOWN``."""
        permissions.grant(self._register, clean(user_name), right, at=self._clock())

    def revoke(self, *, user_name: str, right: Right) -> None:
        """Let a user see it no more, from the next look on; nothing unsent is lost.

        Raises ``NOT_PERMITTED`` and ``USER_UNKNOWN``.
        """
        permissions.revoke(self._register, clean(user_name), right, at=self._clock())

    def lines(self, *, limit: int, offset: int = 0) -> list[LedgerEntry]:
        """Who looked at and changed what is restricted, as far as one's own rights go."""
        rights = [DataSet(right.value) for right in self.own()]
        return restricted_ledger.lines(self._register, rights=rights, limit=limit, offset=offset)


def require_form(register: Register, form_id: str) -> None:
    """Raises ``NOT_PERMITTED`` for a sensitive form without its right, record or no record."""
    right = right_to_form(form_id)
    with register.restricted() as view:
        if right is not None and right not in view.rights:
            raise UserError(Problem.NOT_PERMITTED)
