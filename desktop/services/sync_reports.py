"""What a sync came to: for the page, for after a restart, and for the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from desktop.domain.ledger import Action
from desktop.domain.syncing import SyncReport
from desktop.errors import Problem
from desktop.services.place import LAST_SYNC, LastSync, kept, last_sync
from desktop.services.troubles import problem_of
from desktop.store import ledger
from desktop.store.register import Register
from sync.client.box import Visit
from sync.client.outcomes import SyncOutcome


class Done:
    """What a sync has done when it is stopped."""

    def __init__(self, on_progress: Callable[[int, int], None] | None) -> None:
        self._on_progress = on_progress
        self._done = 0

    def step(self, done: int, known: int) -> None:
        """So much of so much."""
        self._done = done
        if self._on_progress is not None:
            self._on_progress(done, known)

    def stopped(self) -> SyncReport:
        """The report of a sync that ends here."""
        return SyncReport(self._done, 0, 0, 0, is_stopped=True)


def report_of(outcome: SyncOutcome) -> SyncReport:
    """What the engine tells, in our words."""
    problem: Problem | None = None
    parameters: Mapping[str, str] = {}
    if outcome.trouble is not None:
        problem, parameters = problem_of(outcome.trouble)
    return SyncReport(
        pushed=outcome.pushed,
        pulled=outcome.pulled,
        clashes=outcome.clashes,
        held=outcome.held,
        problem=problem,
        parameters=dict(parameters),
    )


def with_box(report: SyncReport, came: Visit) -> SyncReport:
    """What a sync came to that did not reach the province, but perhaps the commune's box."""
    # Switched off or busy is usual; who answers in the name of our box must be told of.
    has_come_to_something = came.is_doubtful or came.handed or came.pulled or came.receipted
    if came.trouble is not None and not has_come_to_something:
        return report
    return replace(
        report,
        problem=Problem.NOT_OUR_BOX if came.is_doubtful else None,
        parameters=report.parameters if came.is_doubtful else {},
        pushed=report.pushed + came.receipted,
        pulled=report.pulled + came.pulled,
        at_box=came.handed,
        is_box=not came.is_doubtful,
    )


def remember(register: Register, report: SyncReport, *, now: datetime) -> None:
    """Keep how a sync ended until the next one."""
    at, before = now.isoformat(timespec="seconds"), last_sync(register)
    if report.is_box:  # the province itself was not reached
        last = LastSync(success_at=before.success_at)
    elif report.problem is None:
        last = LastSync(success_at=at)
    else:
        last = LastSync(
            success_at=before.success_at,
            problem=report.problem,
            problem_at=at,
            parameters=dict(report.parameters or {}),
        )
    register.set_meta({LAST_SYNC: kept(last)})


def note_run(register: Register, report: SyncReport, *, at: datetime, by: str) -> None:
    """What went out and came in, in the ledger."""
    objects = [("sent", str(report.pushed)), ("received", str(report.pulled))]
    if report.is_box:
        objects.append(("box", str(report.at_box)))
    if report.problem is not None:
        objects.append(("problem", report.problem.value))
    ledger.note(register, at=at, by=by, action=Action.SYNC_RUN, objects=objects)
