"""Where the server has other changes under our numbers, and perhaps also where it had receipted.

Then it went back in time, and another copy of this register was quicker to take our numbers.
"""

from __future__ import annotations

from sync.client.ports import Inbox, Outbox


def begin_anew(outbox: Outbox, inbox: Inbox) -> None:
    """Send everything again under new numbers, and compare everything.

    The server knows by their ids the changes it has.
    """
    inbox.restart(tuple(inbox.cursors()))
    outbox.renumber(everything=True)
