"""A PC of an office: the real register and the real sync, with a clock, a line and a disk to break.

A kill leaves what the files held at that moment: they are copied away in the middle of the work,
and what the program does afterwards happens to nobody.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import requests

from desktop.domain.syncing import SyncReport
from desktop.errors import ExternalError, Problem
from desktop.services.syncing import Syncing
from desktop.store.documents import Document, Edit, replayed
from desktop.store.keys import DataKey
from desktop.store.register import Register
from desktop.store.settling import waiting_patches
from sync.client.engine import Portions
from sync.client.transport import PATIENCE, Patience, Transport
from sync.protocol.chain import mark_of
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Change
from tests.sync.simulation.chance import Clock
from tests.sync.simulation.flows import Flow
from tests.sync.simulation.network import Line

SERVER_URL = "http://127.0.0.1:1"
_CHANGES = msgspec.json.Decoder(Change)
#: What a kill leaves: not the shared memory of a running program, nor its lock.
_KEPT = ("register.db", "register.db-wal", "register.open")
_NO_LIMIT = 1_073_741_823

Carry = Callable[["Client", requests.PreparedRequest], requests.Response]


@dataclass(frozen=True)
class Seat:
    """Where a PC stands."""

    name: str
    role: Role
    office: UUID
    user: str


@dataclass(frozen=True)
class Sent:
    """A change as it stands in the outbox."""

    change: Change
    state: str


class Client:
    """One PC.

    Attributes:
        acknowledged: ids of the changes whose save returned, in this register or the one it is a
            copy of.
        flow: its running sync; ``coming`` is the answer that is on its way to it.
        image: files as a kill in the middle of a statement left them, and what was acknowledged
            by then.
    """

    _folders = count(1)

    def __init__(
        self,
        seat: Seat,
        *,
        place: Path,
        carry: Carry,
        portions: Portions,
        key: DataKey,
        files: Path | None = None,
    ) -> None:
        """``files`` are those of a register that is there already."""
        self.seat = seat
        self.clock = Clock()
        self.acknowledged: set[str] = set()
        #: Documents of which it shows, or once showed, less than it has in the outbox.
        self.spoiled: set[str] = set()
        self.flow: Flow[requests.PreparedRequest, requests.Response] | None = None
        self.coming: requests.Response | BaseException | None = None
        self.image: tuple[Path, frozenset[str]] | None = None
        self.report: SyncReport | None = None
        #: What ``World.meetings`` was when its last sync began, ``World.news`` when it ended well.
        self.meets = 0
        self.saw = -1
        self._place = place
        self._carry = carry
        self._portions = portions
        self._key = key
        if files is None:
            self.register = Register.create(self._new_folder(), key=key, author=seat.user)
        else:
            self.register = Register.open(files, key=key)
        self._settle()

    def _new_folder(self) -> Path:
        return self._place / f"{self.seat.name}-{next(self._folders)}"

    def _settle(self) -> None:
        self.syncing = Syncing(
            register=self.register,
            clock=self.clock,
            pace=self.clock.pace(),
            portions=self._portions,
            connect=self._connect,
        )

    def _connect(
        self, *, server_url: str, ca_file: str | None, patience: Patience = PATIENCE
    ) -> Transport:
        line = Line(lambda request: self._carry(self, request))
        return Transport(server_url=server_url, ca_file=ca_file, patience=patience, line=line)

    # --- work

    @property
    def device(self) -> str:
        """Its id at the server."""
        enrolment = self.syncing.enrolment()
        assert enrolment is not None
        return enrolment.device_id

    def is_out(self) -> bool:
        """Did the server say that it knows this device no more?"""
        problem = self.syncing.status().last_problem
        return problem in (Problem.DEVICE_REVOKED, Problem.NOT_ENROLLED)

    def save(self, edits: Sequence[Edit], *, action: str = "record.save") -> None:
        """Save; afterwards it counts as acknowledged."""
        self.register.save(edits, author=self.seat.user, at=self.clock(), action=action)
        self.acknowledged |= {one.change.change_id for one in self.outbox(only="waiting")}

    def outbox(self, *, only: str = "") -> list[Sent]:
        """Its changes, oldest first."""
        with self.register.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT change, state FROM outbox WHERE state = ? OR ? = '' ORDER BY position",
                (only, only),
            ).all()
        return [Sent(_CHANGES.decode(change), state) for change, state in rows]

    def documents(self, document_type: DocumentType) -> list[Document]:
        """The documents of this type as its user sees them, in the order of their ids."""
        with self.register.reading() as connection:
            ids = connection.exec_driver_sql(
                "SELECT id FROM documents WHERE type = ? ORDER BY id", (document_type.value,)
            ).scalars()
            names = list(ids)
        return self.register.documents(names)

    def changed_since_made(self) -> list[str]:
        """Documents here of which the server has a second version."""
        with self.register.reading() as connection:
            return [
                str(name)
                for name in connection.exec_driver_sql(
                    "SELECT id FROM documents WHERE version > 1 ORDER BY id"
                ).scalars()
            ]

    # --- what is wrong without anybody's knowing

    def show_as_made(self, made: Change) -> None:
        """This document is here as it was made, with what waits on top of it."""
        fields = {name: value for name, (_, value) in made.patch.items() if value is not None}
        with self.register.writing() as transaction:
            batch = transaction.documents
            batch.load([made.document_id])
            entry = batch.get(made.document_id)
            assert entry is not None
            patches = waiting_patches(transaction, [made.document_id]).get(made.document_id)
            entry.will_change()
            entry.version, entry.mark = 1, mark_of(made.change_id)
            entry.base = dict(fields) if patches else None
            entry.fields = replayed(fields, patches or ())
            entry.clashes, entry.decided = {}, {}
            batch.write([entry])
        self.spoiled.add(made.document_id)
        self.report = None

    def count_wrong(self) -> None:
        """One document more is counted than there is in each bucket."""
        with self.register.writing() as transaction:
            transaction.driver.execute(
                "UPDATE buckets SET count = count + 1 WHERE cursor IS NOT NULL"
            )
        self.report = None

    # --- kills and copies

    def arm(self, statements: int) -> None:
        """Take an image of the files before the statement after so many."""
        left = count(statements, -1)

        def trace(_statement: str) -> None:
            if next(left) == 0 and self.image is None:
                self.image = (self.copy_files(), frozenset(self.acknowledged))

        self._write_driver(lambda driver: driver.set_trace_callback(trace))

    def disarm(self) -> None:
        """No image after all."""
        self.image = None
        self._write_driver(lambda driver: driver.set_trace_callback(None))
        self.image = None

    def fill_disk(self, spare_pages: int) -> None:
        """The database may grow by so many pages and then finds the disk full."""
        self._write_driver(lambda driver: _limit(driver, spare_pages))

    def free_disk(self) -> None:
        """There is room again."""
        self._write_driver(lambda driver: _limit(driver, None))

    def _write_driver(self, use: Callable[[Any], object]) -> None:
        with self.register.writing() as transaction:
            use(transaction.driver)

    def copy_files(self) -> Path:
        """What lies on the disk now, under a new name."""
        return copied(self.register.folder, self._new_folder())

    def restart_from(self, files: Path) -> None:
        """Leave the running program and its files behind; open these instead."""
        self.close()
        self.image, self.report = None, None
        self.register = Register.open(files, key=self._key)
        self._settle()

    def clone(self, name: str) -> Client:
        """Somebody copied this PC with everything on it, and both are used."""
        seat = Seat(name, self.seat.role, self.seat.office, self.seat.user)
        other = Client(
            seat,
            place=self._place,
            carry=self._carry,
            portions=self._portions,
            key=self._key,
            files=self.copy_files(),
        )
        other.clock.skew = self.clock.skew
        other.acknowledged, other.spoiled = set(self.acknowledged), set(self.spoiled)
        return other

    def close(self) -> None:
        """End the program and forget its files."""
        folder = self.register.folder
        self.register.close()
        shutil.rmtree(folder)


def copied(source: Path, target: Path) -> Path:
    """The files of a register as they lie there now, in a new folder."""
    target.mkdir()
    for name in _KEPT:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    return target


def _limit(driver: Any, spare_pages: int | None) -> None:
    pages = driver.execute("PRAGMA page_count").fetchone()[0]
    limit = _NO_LIMIT if spare_pages is None else pages + spare_pages
    driver.execute(f"PRAGMA max_page_count = {limit}").fetchall()


@contextmanager
def as_the_disk_allows() -> Iterator[None]:
    """Work that a full disk may refuse."""
    try:
        yield
    except ExternalError as error:
        if not is_refused_by_the_disk(error):
            raise


def is_refused_by_the_disk(error: ExternalError) -> bool:
    """Did the disk refuse the work?"""
    return error.problem.name == "DISK_FULL"
