"""The box at the province: it brings what its neighbours signed, and reads what is new.

One round after the other, for ever; a round that fails is followed by the next. Nothing is decided
by how a request ended: what the province signed is stored, everything else is tried again.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from sync.client.conversation import Conversation, HeldToken
from sync.client.outcomes import ConnectionCut, Refused, RequestTrouble, ServerFailed
from sync.client.ports import DeviceIdentity
from sync.client.transport import Transport
from sync.protocol.box import SignedRelayed, are_of_province, opened_relayed
from sync.protocol.codec import PullPage
from sync.protocol.directory import SignedDirectory, opened_directory
from sync.protocol.messages import PullRequest, RefusalCode
from sync.server.box import home as homes
from sync.server.box import mirror, spool
from sync.server.box.home import Home

_log = logging.getLogger(__name__)

_PAGE_ROWS = 1_000
_POISON = frozenset({RefusalCode.MALFORMED, RefusalCode.TOO_LARGE})


@dataclass(frozen=True, slots=True)
class Round:
    """What one round at the province came to."""

    forwarded: int = 0
    read: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Forwarded:
    """What became of the pushes that waited.

    Attributes:
        up_to: the number of the newest one when the round began.
        stopped: why those behind were not tried; "" when all were.
        failed: at some the province failed; they wait, with the others of their devices.
    """

    count: int
    up_to: int
    stopped: str = ""
    failed: str = ""


class Forwarder:
    """Goes to the province every so many seconds, in a thread of its own."""

    def __init__(self, engine: Engine, *, every_seconds: float, app_version: str = "box") -> None:
        self._engine = engine
        self._every = every_seconds
        self._version = app_version
        self._held = HeldToken()
        #: Until something came that it did not sign.
        self._knows_key = True
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="box", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, *, wait_seconds: float) -> None:
        """End, after the round that is under way if it takes no longer.

        A request that takes longer is cut with the program, and is asked again another time.
        """
        self._stop.set()
        self._thread.join(wait_seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                done = self.once()
            # A full disk, a database that is stopping, an authority that cannot be read: whatever
            # it is, the next round may go well, and without rounds nothing reaches the province.
            # Of the text nothing is told: it may quote what a neighbour wrote.
            except Exception as error:  # noqa: BLE001
                done = Round(trouble=type(error).__name__)
            if done.forwarded or done.read or done.trouble:
                told = {"forwarded": done.forwarded, "rows": done.read, "trouble": done.trouble}
                _log.info("box", extra=told)
            self._stop.wait(self._every)

    def once(self) -> Round:
        """One round: what waits goes up, what is new comes down."""
        with self._engine.begin() as connection:
            home = homes.home_of(connection)
        with tempfile.TemporaryDirectory(prefix="so-an-sinh-box-") as folder:
            with Transport(
                server_url=home.server_url, ca_file=_ca_file(home, Path(folder))
            ) as transport:
                talk = Conversation(
                    transport=transport,
                    identity=DeviceIdentity(
                        device_id=home.enrolled.device,
                        server_url=home.server_url,
                        signing_key=home.seed,
                        ca_file=None,
                    ),
                    app_version=self._version,
                    held=self._held,
                )
                return self._exchange(talk, home)

    def _exchange(self, talk: Conversation, home: Home) -> Round:
        trouble = self._learn(talk, home)
        if trouble is not None:
            return Round(trouble=trouble)
        gone = self._forward(talk)
        if gone.stopped:
            return Round(forwarded=gone.count, trouble=gone.stopped)
        read, trouble = self._read(talk)
        if trouble is None:
            with self._engine.begin() as connection:
                spool.settle(connection, up_to=gone.up_to)
        return Round(forwarded=gone.count, read=read, trouble=trouble or gone.failed)

    def _learn(self, talk: Conversation, home: Home) -> str | None:
        """Who the neighbours are. Also tells whether the box itself is still let in."""
        known = home.directory_number if self._knows_key else 0
        signed = talk.directory(known=known)
        if not isinstance(signed, SignedDirectory):
            return _told(signed)
        directory = opened_directory(signed)
        with self._engine.begin() as connection:
            homes.reached(connection)
            if directory is not None and directory.number != known:
                self._knows_key = True
                homes.take_directory(connection, signed)
        return None

    def _forward(self, talk: Conversation) -> _Forwarded:
        """Everything that waits, in the order it came.

        Where a device's push is sent again later, its following ones wait too.
        """
        with self._engine.begin() as connection:
            newest = spool.newest(connection)
            key = homes.server_key(connection)
        forwarded, after, failed = 0, 0, ""
        blocked: list[UUID] = []
        while not self._stop.is_set():
            with self._engine.begin() as connection:
                one = spool.next_waiting(connection, after=after, blocked=blocked)
            if one is None:
                return _Forwarded(forwarded, newest, failed=failed)
            after = one.id
            answer = talk.relay(one.body)
            if isinstance(answer, Refused) and answer.code in _POISON:
                # Not about this moment: whoever sends it again gets the same. It stops nobody.
                with self._engine.begin() as connection:
                    spool.refused(connection, one)
                blocked.append(one.device_id)
                continue
            if isinstance(answer, ServerFailed) or _is_too_slow(answer):
                # Perhaps over this push alone: it must not hold up the whole commune.
                failed = _told(answer)
                blocked.append(one.device_id)
                continue
            if not isinstance(answer, SignedRelayed):
                return _Forwarded(forwarded, newest, stopped=_told(answer))
            told = opened_relayed(answer, server_key=key)
            self._knows_key = told is not None
            if told is None or (told.device, told.epoch) != (str(one.device_id), one.epoch):
                return _Forwarded(forwarded, newest, stopped="answer")
            with self._engine.begin() as connection:
                spool.answered(connection, one, answer, told.refusal)
            if told.refusal is not None:
                blocked.append(one.device_id)
            forwarded += 1
        return _Forwarded(forwarded, newest, stopped="stopped")

    def _read(self, talk: Conversation) -> tuple[int, str | None]:
        """Every row that is new."""
        count = 0
        while not self._stop.is_set():
            with self._engine.begin() as connection:
                known, key = mirror.cursors(connection), homes.server_key(connection)
            page = talk.pull(PullRequest(cursors=known, limit=_PAGE_ROWS))
            if not isinstance(page, PullPage):
                return count, _told(page)
            epoch = page.end.server_epoch
            if not are_of_province(page.rows, server_epoch=epoch, server_key=key):
                self._knows_key = False
                return count, "unsigned"  # the neighbours could not believe them
            with self._engine.begin() as connection:
                # Another incarnation of the province: its positions mean something else.
                if homes.met(connection, epoch):
                    continue
                mirror.take_page(connection, page)
            count += len(page.rows)
            if not page.end.more:
                return count, None
        return count, "stopped"


def _ca_file(home: Home, folder: Path) -> str | None:
    """The pinned authority as a file."""
    if home.ca_pem is None:
        return None
    path = folder / "ca.pem"
    path.write_text(home.ca_pem, encoding="ascii")
    return str(path)


def _is_too_slow(answer: object) -> bool:
    """Was this push too much for the line, which may carry others?"""
    return isinstance(answer, ConnectionCut) and answer.is_over_one


def _told(trouble: RequestTrouble | object) -> str:
    return type(trouble).__name__
