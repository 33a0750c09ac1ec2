"""Parcels of a desk for the server: sound ones, and ones about which anything is wrong."""

from __future__ import annotations

import io
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Engine

from sync.protocol.packs import ParcelRequest
from sync.protocol.parcel import (
    PARCEL_FORMAT,
    SERVER,
    ParcelHeader,
    Section,
    SectionKind,
    sections_of,
    verify_parcel,
    write_parcel,
)
from sync.protocol.signing import public_key_of
from sync.server.directory import server_seed
from tests.support.desk import AT, Desk


def province_key(engine: Engine) -> str:
    """The public key of the province's server."""
    with engine.begin() as connection:
        return public_key_of(server_seed(connection))


def pushed(body: bytes) -> Section:
    """A push, as HTTP carries it."""
    return Section(kind=SectionKind.PUSH, body=body)


def asked(cursors: dict[str, int], *, packs: int = -1) -> Section:
    """A question for rows and for what was published."""
    body = msgspec.json.encode(ParcelRequest(cursors=cursors, packs=packs)) + b"\n"
    return Section(kind=SectionKind.ASK, body=body)


def sealed(
    desk: Desk,
    *sections: Section,
    key: str,
    signing_key: bytes = b"",
    sealed_for: str = "",
    **header: Any,
) -> bytes:
    """A parcel of this desk for the server with this key; ``header`` is what it says otherwise.

    ``signing_key`` signs it in the desk's place; ``sealed_for`` can open it in the server's.
    """
    said = ParcelHeader(
        v=PARCEL_FORMAT,
        province="03",
        sender=desk.device,
        sender_key=public_key_of(desk.key),
        recipient=SERVER,
        recipient_key=sealed_for or key,
        series=desk.epoch,
        number=1,
        made_at=AT,
        app="0.1.0",
    )
    target = io.BytesIO()
    write_parcel(
        target,
        header=replace(said, **header),
        sections=sections,
        signing_key=signing_key or desk.key,
    )
    return target.getvalue()


def opened(desk: Desk, parcel: bytes) -> list[Section]:
    """What is in a parcel for this desk, in its order. Raises ``ParcelError``."""
    source = io.BytesIO(parcel)
    verify_parcel(source, signing_key=desk.key)
    return list(sections_of(source, signing_key=desk.key))
