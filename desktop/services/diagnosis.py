"""What support needs to know about a register and its PC, without a word about anybody.

Only figures, codes and names of our own go in: no path (it often holds a user's name), no name of
the PC, no text of the log but crash signatures, which are types and places in our code.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TypeAlias

from desktop.domain.ledger import PROGRAM, Action
from desktop.errors import AppError, ExternalError, Problem
from desktop.services.backups import Backups
from desktop.services.syncing import Syncing
from desktop.services.unlocking import register_exists, users_of
from desktop.store import health, ledger
from desktop.store.folder import KEY_FILE, LOCK_FILE, REGISTER_FILE, register_path
from desktop.store.preparing import MARK_FILE
from desktop.store.register import Register
from desktop.store.replacing import list_replaced
from desktop.store.snapshots import list_snapshots, snapshots_folder, state_of

#: Sections of plain values.
Bundle: TypeAlias = dict[str, dict[str, object]]

_OUR_FILES = (
    KEY_FILE,
    LOCK_FILE,
    MARK_FILE,
    *(REGISTER_FILE + ending for ending in ("", "-wal", "-shm", ".migrating", ".ready", ".new")),
)
_CRASHES = 10
#: As ``desktop.logs`` writes it; anything else in a line is left out.
_CRASH = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\S* CRITICAL [\w.]+: "
    r"unexpected ([A-Za-z_]\w*) at ((?:[A-Za-z_]\w*\.py:\d{1,6} [A-Za-z_<]\w*>?(?: < )?)*)\s*$"
)


def diagnose(
    folder: Path,
    *,
    register: Register | None,
    version: str,
    clock: datetime,
    author: str = PROGRAM,
) -> tuple[Bundle, list[Problem]]:
    """The bundle and the problems found; more of both with the register open.

    ``author`` is who opened it and takes the bundle.
    """
    problems = health.place_problems(folder)
    bundle: Bundle = {
        "program": {"version": version, "made_at": clock.isoformat(timespec="minutes")},
        "pc": _pc(),
        "folder": _folder(folder),
        "keys": _keys(folder, problems),
        "snapshots": _snapshots(folder),
    }
    if register is not None:
        with suppress(AppError):  # a register that cannot be written is what the report is about
            ledger.note(register, at=clock, by=author, action=Action.DOCTOR_EXPORT)
        bundle["register"] = _readable(lambda: _register(register), problems)
        bundle["sync"] = _readable(lambda: _sync(register, clock), problems)
        bundle["health"] = _readable(lambda: _health(register, clock, problems), problems)
    elif not register_exists(folder):
        problems.append(Problem.REGISTER_MISSING)
    bundle["crashes"] = {"last": crashes(folder / "logs")}
    bundle["problems"] = {"codes": sorted({problem.value for problem in problems})}
    return bundle, problems


def installed_version() -> str:
    """The version of the installed program; "0" when it runs from its sources."""
    try:
        return metadata.version("so-an-sinh")
    except metadata.PackageNotFoundError:
        return "0"


def crashes(logs: Path) -> list[str]:
    """The last crashes: when, the type, the places in our code."""
    found: list[str] = []
    for path in sorted(logs.glob("program.log*"), reverse=True):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        found += [" ".join(match.groups()) for line in lines if (match := _CRASH.match(line))]
    return sorted(found)[-_CRASHES:]


def _readable(
    section: Callable[[], dict[str, object]], problems: list[Problem]
) -> dict[str, object]:
    """A section, or why a damaged register does not tell it."""
    try:
        return section()
    except AppError as error:
        problems.append(error.problem)
        return {"problem": error.problem.value}


def _pc() -> dict[str, object]:
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        **health.library_versions(),
    }


def _folder(folder: Path) -> dict[str, object]:
    sizes: dict[str, int] = {}
    others = 0
    try:
        for path in folder.iterdir():
            if path.name in _OUR_FILES:
                sizes[path.name] = path.stat().st_size
            else:
                others += 1
    except OSError:
        pass
    return {
        "kind": health.folder_kind(folder).value,
        "free_bytes": health.free_bytes(folder),
        "bytes": dict(sorted(sizes.items())),
        "other_entries": others,
    }


def _keys(folder: Path, problems: list[Problem]) -> dict[str, object]:
    try:
        return {"users": len(users_of(folder))}
    except AppError as error:
        problems.append(error.problem)
        return {"users": None}


def _snapshots(folder: Path) -> dict[str, object]:
    snapshots = list_snapshots(snapshots_folder(folder))
    return {
        "count": len(snapshots),
        "last_at": snapshots[0].taken_at.isoformat() if snapshots else "",
        "last_schema": snapshots[0].schema if snapshots else 0,
        "replaced_registers": len(list_replaced(folder)),
    }


def _register(register: Register) -> dict[str, object]:
    with register.lending_key() as key:
        state = state_of(register_path(register.folder), key=key)
    return {
        "schema": state.schema,
        "documents": dict(state.documents),
        "outbox": health.outbox_states(register),
        "unsent": state.unsent,
        "ledger_lines": state.last_line,
        # A witness: with it on paper elsewhere, a ledger written anew is found out.
        "ledger_head": str(ledger.head(register)),
    }


def _sync(register: Register, clock: datetime) -> dict[str, object]:
    syncing = Syncing(register=register, clock=lambda: clock)
    status, enrolment = syncing.status(), syncing.enrolment()
    return {
        "enrolled": enrolment is not None,
        "role": "" if enrolment is None else enrolment.role,
        "training": None if enrolment is None else enrolment.training,
        "held": status.held,
        "last_success_at": status.last_success_at,
        "last_problem": "" if status.last_problem is None else status.last_problem.value,
        "last_problem_at": status.last_problem_at,
    }


def _health(register: Register, clock: datetime, problems: list[Problem]) -> dict[str, object]:
    found: dict[str, object] = {"quick_check": "ok"}
    try:
        health.check_whole(register)
    except ExternalError as error:
        problems.append(error.problem)
        found["quick_check"] = error.problem.value
    chain = ledger.verify(register)
    found["ledger_broken_at"] = chain.broken_at
    found["ledger_faults"] = len(chain.faults)
    failure = Backups(register=register, clock=lambda: clock).last_failure()
    if failure is not None:
        problems.append(failure)
    found["last_backup_problem"] = "" if failure is None else failure.value
    return found


def lines_of(bundle: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The bundle for reading: one value a line."""
    return [
        f"{section}.{name}: {value}"
        for section, part in bundle.items()
        for name, value in part.items()
    ]
