"""The box of the commune, as this register uses it: where the province cannot be reached.

The province is always asked first. What the box has is a second copy and no receipt: until the
province's comes, the change stays in the outbox, and the PC is not handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import msgspec

from desktop.domain.wording import BOX_NAME
from desktop.errors import Problem
from desktop.services.neighbours import Neighbours
from desktop.store import boxes
from desktop.store.device_keys import SERVER_EPOCH
from desktop.store.folder import write_atomically
from desktop.store.inbox import RegisterInbox
from desktop.store.provisional import Origin
from desktop.store.register import Register
from sync.client.box import Custody, Shelf, Visit, visit
from sync.client.conversation import HeldToken
from sync.client.ports import DeviceIdentity
from sync.client.transport import Connect
from sync.protocol.box import BoxDocuments

_BOX = "box"
_CA_FILE = "box-ca.pem"
#: Where the province was not reached, or could not work: then the box is asked.
AWAY = frozenset(
    {
        Problem.SERVER_UNREACHABLE,
        Problem.CONNECTION_CUT,
        Problem.SERVER_FAILED,
        Problem.SERVER_BUSY,
        Problem.BY_FILE_ONLY,
    }
)


class _Box(msgspec.Struct, frozen=True):
    """Where the box is, and the authority that its certificate must come from."""

    url: str
    ca_pem: str | None = None


class Boxes:
    """The box of this register, if it has one."""

    def __init__(
        self, *, register: Register, clock: Callable[[], datetime], connect: Connect
    ) -> None:
        self._register = register
        self._clock = clock
        self._connect = connect
        self._held = HeldToken()

    def address(self) -> str:
        """Where the box is; "" where there is none."""
        box = self._box()
        return "" if box is None else box.url

    def settle(self, *, url: str, ca_pem: str | None) -> None:
        """From now on this box; what another one said it had is forgotten."""
        self._held = HeldToken()
        box = _Box(url=url, ca_pem=ca_pem)
        self._register.set_meta({_BOX: msgspec.json.encode(box).decode()})
        boxes.keep_custody(self._register, Custody())

    def forget(self) -> None:
        """No box any more: what it had counts as being only here."""
        self._register.set_meta({_BOX: None})
        boxes.keep_custody(self._register, Custody())

    def count(self) -> int:
        """How many changes lie in the box and have no receipt of the province."""
        return boxes.count_at_box(self._register) if self._box() is not None else 0

    def province_reached(self) -> None:
        """What we asked the province through the box has been asked directly meanwhile."""
        held = boxes.custody(self._register)
        if held.probe:
            boxes.keep_custody(self._register, replace(held, probe=0))

    def visit(self, identity: DeviceIdentity, *, author: str, app_version: str) -> Visit | None:
        """Go there; ``None`` where there is no box, or none that can be known."""
        box = self._box()
        if box is None:
            return None
        neighbours = Neighbours(self._register, device_id=identity.device_id)
        if not neighbours.is_known:
            return None  # no sync came to its end yet: nothing tells which box is ours
        return visit(
            outbox=boxes.BoxedOutbox(self._register),
            inbox=RegisterInbox(self._register, clock=self._clock, author=author),
            identity=replace(identity, server_url=box.url, ca_file=self._ca_path(box)),
            app_version=app_version,
            custody=boxes.custody(self._register),
            shelf=Shelf(
                server_key=neighbours.server_key,
                server_epoch=lambda: self._register.meta(SERVER_EPOCH) or "",
                named=neighbours.named,
                keep=lambda custody: boxes.keep_custody(self._register, custody),
                show=self._show,
            ),
            held=self._held,
            connect=self._connect,
        )

    def _show(self, found: BoxDocuments, custody: Custody) -> None:
        origin = Origin(
            sender=custody.box,
            office=BOX_NAME,
            series=custody.box_epoch,
            number=found.number,
            at=self._clock().isoformat(timespec="seconds"),
        )
        boxes.show_neighbours(self._register, found.documents, origin)

    def _box(self) -> _Box | None:
        raw = self._register.meta(_BOX)
        return None if raw is None else msgspec.json.decode(raw, type=_Box)

    def _ca_path(self, box: _Box) -> str | None:
        if box.ca_pem is None:
            return None
        path = self._register.folder / _CA_FILE
        write_atomically(path, box.ca_pem.encode())
        return str(path)
