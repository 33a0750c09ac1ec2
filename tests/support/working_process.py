"""An office at work in a process of its own, to be killed: it saves, tells so, and syncs.

``python -m tests.support.working_process FOLDER NAME FIRST`` prints ``saved NUMBER`` after each
save that returned, and ``synced PROBLEM`` after each sync. When its input ends it syncs until a
sync succeeds, and prints ``done``.
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from desktop.services.syncing import Syncing
from desktop.services.unlocking import open_register
from desktop.store.documents import Edit
from desktop.store.register import Register
from sync.client.engine import Pace
from sync.protocol.documents import DocumentType
from tests.support.offices import PASSPHRASE, QUICK

#: Persons that an office works on, and that everybody works on.
OWN, SHARED = 4, 2
_SAVES_BETWEEN_SYNCS = 3
#: Tries of the last sync; every one of a line that fails now and then may fail.
_LAST_SYNCS = 1000


def person_id(office: str, number: int) -> str:
    """The id of a person; ids made from what they are about are alike everywhere."""
    digits = f"{sum(office.encode()) if office else 0:08x}"
    return f"{digits}-0000-8000-8000-{number:012x}"


def main() -> None:
    """Work until told to stop."""
    folder, name, first = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    register = open_register(folder, user_name=name, passphrase=PASSPHRASE, cost=QUICK)
    syncing = Syncing(register=register, clock=_now, pace=Pace(wait=lambda _seconds: None))
    is_stopping = threading.Event()
    threading.Thread(target=_watch_input, args=(is_stopping,), daemon=True).start()
    number = first
    while not is_stopping.is_set():
        number += 1
        _save(register, name, number)
        _say(f"saved {number}")
        if number % _SAVES_BETWEEN_SYNCS == 0:
            problem = syncing.run().problem
            _say(f"synced {'' if problem is None else problem.value}")
    for _ in range(_LAST_SYNCS):
        problem = syncing.run().problem
        if problem is None:
            break
    else:
        sys.exit(f"no sync succeeded: {problem}")
    register.close()
    _say("done")


def _save(register: Register, name: str, number: int) -> None:
    """One person of one's own and, in the same save, now and then one of everybody's."""
    text = f"{name} {number}"
    own = person_id(name, number % OWN)
    edits = [Edit(DocumentType.PERSON, own, "99001", {"dwelling": text, "full_name": text})]
    if number % 4 == 0:
        shared = person_id("", number % SHARED)
        edits.append(Edit(DocumentType.PERSON, shared, "99001", {"dwelling": text}))
    register.save(edits, author=name, at=_now(), action="record.save")


def _watch_input(is_stopping: threading.Event) -> None:
    sys.stdin.buffer.read()
    is_stopping.set()


def _now() -> datetime:
    return datetime.now(UTC)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
