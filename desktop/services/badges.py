"""The numbers that stand at every page: unsent changes, things to do, things to decide.

They are asked for after every save, so each is counted without reading what was not written since,
and equals the length of the list that its page shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.services.decisions import Decisions
from desktop.services.member_forms import MemberForms
from desktop.services.syncing import Syncing
from desktop.services.todos import Todos
from desktop.store.held import refused_changes
from desktop.store.register import Register


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of one moment."""

    unsent: int
    todos: int
    to_decide: int


class Badges:
    """Of one register; any thread may ask."""

    def __init__(
        self,
        *,
        register: Register,
        syncing: Syncing,
        todos: Todos,
        members: MemberForms,
        decisions: Decisions,
    ) -> None:
        self._register = register
        self._syncing = syncing
        self._todos = todos
        self._members = members
        self._decisions = decisions

    def count(self) -> Counts:
        """All of them; the refused changes, which two lists show, are looked for once."""
        refused = len(refused_changes(self._register))
        return Counts(
            unsent=self._syncing.status().unsent,
            todos=self._todos.count(refused=refused) + self._members.count_todos(),
            to_decide=self._decisions.count(refused=refused),
        )
