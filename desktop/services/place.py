"""This device's place in the province, as the encrypted register keeps it.

Also the certificate authority of the server, and how the last sync ended: an enrolment begins both
anew.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop.domain.ledger import PROGRAM
from desktop.domain.syncing import Enrolment
from desktop.errors import Problem, UserError
from desktop.store.device_keys import DEVICE_KEY, ENROLMENT
from desktop.store.folder import failure_of, write_atomically
from desktop.store.register import Register
from sync.client.ports import DeviceIdentity
from sync.client.transport import BadAddressError, checked_address
from sync.protocol.messages import Enrolled

#: The row of ``meta`` with how the last sync ended.
LAST_SYNC = "last_sync"
#: The pinned authority beside the register, written anew from the register before each sync.
_CA_FILE = "server-ca.pem"


class Place(msgspec.Struct, frozen=True):
    """The enrolment as it is kept. ``server_url`` is "" for a device that works by file."""

    enrolled: Enrolled
    server_url: str
    ca_pem: str | None


class LastSync(msgspec.Struct, frozen=True):
    """What the last sync came to."""

    success_at: str = ""
    problem: Problem | None = None
    problem_at: str = ""
    parameters: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Here:
    """This device: its place in the province, and what it signs with."""

    enrolled: Enrolled
    identity: DeviceIdentity


def place_of(register: Register) -> Place | None:
    """The device's place; ``None`` before enrolment."""
    raw = register.meta(ENROLMENT)
    return None if raw is None else msgspec.json.decode(raw, type=Place)


def here_of(register: Register) -> Here | None:
    """Who this device is to others; ``None`` before enrolment. Writes the authority's file."""
    place, signing_key = place_of(register), register.meta(DEVICE_KEY)
    if place is None or signing_key is None:
        return None
    identity = DeviceIdentity(
        device_id=place.enrolled.device,
        server_url=place.server_url,
        signing_key=bytes.fromhex(signing_key),
        ca_file=ca_path(register, place.ca_pem),
    )
    return Here(enrolled=place.enrolled, identity=identity)


def last_sync(register: Register) -> LastSync:
    """How the last sync ended."""
    raw = register.meta(LAST_SYNC)
    return LastSync() if raw is None else msgspec.json.decode(raw, type=LastSync)


def kept(value: Place | LastSync) -> str:
    """As it is kept."""
    return msgspec.json.encode(value).decode()


def author_at(place: Place | None, opened_by: str) -> str:
    """Who does what nobody asked for: who opened the register, else who enrolled the device."""
    return opened_by or ("" if place is None else place.enrolled.user) or PROGRAM


def enrolment_at(place: Place) -> Enrolment:
    """The place for the pages."""
    enrolled = place.enrolled
    return Enrolment(
        device_id=enrolled.device,
        office_name=enrolled.office_name,
        role=enrolled.role,
        user_name=enrolled.user,
        commune_codes=tuple(commune.code for commune in enrolled.communes),
        commune_names=tuple(commune.name for commune in enrolled.communes),
        province_name=enrolled.province_name,
        server_url=place.server_url,
        training=enrolled.training,
    )


def ca_path(register: Register, ca_pem: str | None) -> str | None:
    """A file with the pinned authority, as kept in the register."""
    if ca_pem is None:
        return None
    path = register.folder / _CA_FILE
    write_atomically(path, ca_pem.encode())
    return str(path)


def address_from(raw_address: str) -> str:
    """The address of a server as somebody typed it. Raises ``BAD_ADDRESS``."""
    try:
        return checked_address(raw_address)
    except BadAddressError as error:
        raise UserError(Problem.BAD_ADDRESS) from error


def pem_in(path: Path) -> str:
    """The certificates of a file. Raises ``CERTIFICATE_REJECTED`` and the troubles of a disk."""
    try:
        pem = path.read_text(encoding="ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (UnicodeDecodeError, ssl.SSLError) as error:
        raise UserError(Problem.CERTIFICATE_REJECTED) from error
    except OSError as error:
        raise failure_of(error) from error
    return pem
