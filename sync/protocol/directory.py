"""The directory: who in the province a device can send a parcel to, signed by the server.

Each device gets the offices and devices that serve a commune of its own, with their keys, so that
nobody ever types one; and those of them that were revoked, so that nobody believes a lost PC. It
comes with a sync or in a parcel; in a parcel it counts by the signature of the server's key that
the device learned over HTTPS.
"""

from __future__ import annotations

import msgspec

from sync.protocol.signing import directory_text, is_signed, sign


class DirectoryDevice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One device.

    Attributes:
        name: what the PC calls itself.
        role: a ``Role`` value.
        communes: codes of the communes its office serves.
        key: Ed25519 public key (hex).
        revoked_at: since when nothing of it counts (ISO 8601); "" while it does.
    """

    device: str
    name: str
    office: str
    office_name: str
    role: str
    communes: list[str]
    key: str
    revoked_at: str = ""


class CollectedBy(msgspec.Struct, frozen=True):
    """Which office collects for a commune from a day on (``YYYY-MM-DD``; "" for always)."""

    commune: str
    office: str
    office_name: str
    from_day: str


class Directory(msgspec.Struct, frozen=True, omit_defaults=True):
    """A directory; ``number`` grows with each change in the province.

    ``device`` is for whom it was made; ``server_key`` is the server's own public key.
    ``collecting`` names the collecting offices of its communes, those of days to come too; an older
    server does not tell.
    """

    number: int
    province: str
    device: str
    issued_at: str
    server_key: str
    devices: list[DirectoryDevice]
    collecting: list[CollectedBy] = []


def collecting_on(directory: Directory, commune: str, day: str) -> str:
    """The name of the office that collects for the commune on this day; "" where nobody told."""
    known = [one for one in directory.collecting if one.commune == commune and one.from_day <= day]
    newest = max((one.from_day for one in known), default="")
    return ", ".join(one.office_name for one in known if one.from_day == newest)


class SignedDirectory(msgspec.Struct, frozen=True):
    """A directory as it travels: its JSON text, and the server's signature of it (hex)."""

    text: str
    sig: str


class DirectoryRequest(msgspec.Struct, frozen=True):
    """Asks for the directory of the device that asks; ``number`` is the one it has, 0 for none."""

    number: int


_encoder = msgspec.json.Encoder(order="deterministic")


def signed_directory(directory: Directory, *, signing_key: bytes) -> SignedDirectory:
    """Sign with the server's key."""
    text = _encoder.encode(directory)
    return SignedDirectory(text=text.decode(), sig=sign(signing_key, directory_text(text)))


def opened_directory(signed: SignedDirectory, *, server_key: str = "") -> Directory | None:
    """The directory, if the server signed it; ``None`` else.

    Without ``server_key`` the key it names itself must have signed it: enough where the connection
    proves who answered.
    """
    text = signed.text.encode()
    try:
        directory = msgspec.json.decode(text, type=Directory)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    key = server_key or directory.server_key
    if directory.server_key != key or not is_signed(key, directory_text(text), signed.sig):
        return None
    return directory
