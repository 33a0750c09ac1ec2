"""Where every story of one size begins: a province with its offices and their enrolled PCs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import requests

from desktop.store.keys import DataKey
from sync.client.engine import PORTIONS
from sync.protocol.documents import Role
from tests.sync.simulation import network
from tests.sync.simulation.clients import SERVER_URL, Client, Seat, copied
from tests.sync.simulation.server import Backup, SimulatedServer

COMMUNES = {
    "99001": "Xã Suối Mẫu",
    "99002": "Xã Đồng Thử",
    "99003": "Phường Tập An",
    "99004": "Xã Tập Sự",  # only so that another collecting office is there
}


#: With so many PCs there is a second collecting office, and communes go from one to the other.
WITH_TWO_COLLECTORS = 5


@dataclass(frozen=True)
class Office:
    """An office and the communes it serves at first."""

    office: UUID
    role: Role
    communes: tuple[str, ...]


@dataclass(frozen=True)
class Beginning:
    """A province with enrolled PCs, from which every story of one size begins."""

    backup: Backup
    offices: tuple[Office, ...]
    devices: dict[str, Office]
    pcs: tuple[tuple[Seat, Path], ...]
    key: DataKey


def founded(server: SimulatedServer, place: Path, *, clients: int) -> Beginning:
    """Two officers' offices that share a commune, the police, who collects; their PCs."""
    server.clear()
    server.found_province()
    offices = tuple(
        Office(server.office(role, {code: COMMUNES[code] for code in communes}), role, communes)
        for role, communes in (
            (Role.OFFICER, ("99001", "99002")),
            (Role.OFFICER, ("99002", "99003")),
            (Role.POLICE, ("99001", "99002")),
            (Role.COLLECTOR, ("99001", "99002", "99003")),
            (Role.COLLECTOR, ("99004",)),
        )[: None if clients >= WITH_TWO_COLLECTORS else -1]
    )
    key = DataKey(b"k" * 32)
    pcs: list[tuple[Seat, Path]] = []
    devices: dict[str, Office] = {}

    def carry(_client: Client, request: requests.PreparedRequest) -> requests.Response:
        letter = network.letter_of(request)
        reply = server.answer(letter.url, letter.headers, letter.body)
        assert reply is not None
        return network.response_of(request, reply)

    for number in range(clients):
        office = offices[(0, 1, 2, 3, 4, 0, 1)[number % 7]]
        seat = Seat(f"pc{number + 1}", office.role, office.office, f"Cán bộ {number + 1}")
        client = Client(seat, place=place, carry=carry, portions=PORTIONS, key=key)
        client.syncing.enrol(server_url=SERVER_URL, code=server.code(office.office, seat.user))
        devices[client.device] = office
        files = copied(client.register.folder, place / f"beginning-{number}")
        pcs.append((seat, files))
        client.close()
    return Beginning(server.backup(), offices, devices, tuple(pcs), key)
