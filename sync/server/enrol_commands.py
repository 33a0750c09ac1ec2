"""``so-an-sinh-server enrol-file``: a device without any network gets its place by file."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Connection

from sync.protocol.enrolling import (
    LARGEST_FILE_BYTES,
    FileAnswer,
    FileRequest,
    answer_file,
    read_request,
)
from sync.protocol.messages import Refusal
from sync.protocol.parcel import Fault, ParcelError
from sync.server.directory import directory_for, server_seed
from sync.server.enrolment import enrol_by_file
from sync.server.ledger import write_down
from sync.server.options import DatabaseUrl, administering, leave, who_commands
from sync.server.sessions import Device, device_by_id


def enrol_file(
    *,
    request: Annotated[Path, typer.Argument(help="The file that the device wrote.", exists=True)],
    out: Annotated[Path, typer.Option(help="The answer; goes back to the device.")],
    database_url: DatabaseUrl,
    url: Annotated[
        str, typer.Option(help="Address of this server, should the device ever have a network.")
    ] = "",
    ca: Annotated[
        Path | None, typer.Option(help="PEM of the authority of its certificate.", dir_okay=False)
    ] = None,
) -> None:
    """Enrol the device that wrote a request, and write the answer, which only it can open.

    The same request again gets the same place. Exit code 1 when the request was refused.
    """
    ca_pem = "" if ca is None else _pem(ca)
    try:
        asked = read_request(_read(request))
        with administering(database_url) as engine, engine.begin() as connection:
            answer = _answered(connection, asked, url=url, ca_pem=ca_pem)
    except ParcelError as error:
        leave(f"refused: {error.fault.value}")
    if isinstance(answer, Refusal):
        leave(f"refused: {answer.code.value}")
    unfinished = out.with_name(out.name + ".tmp")
    unfinished.write_bytes(answer)
    unfinished.replace(out)


def _answered(
    connection: Connection, asked: FileRequest, *, url: str, ca_pem: str
) -> bytes | Refusal:
    """The sealed answer. A refusal is for the transaction to keep: it may have cost a try."""
    found = enrol_by_file(connection, asked)
    if isinstance(found, Refusal):
        return found
    enrolled, key = found
    device = device_by_id(connection, UUID(enrolled.device))
    if not isinstance(device, Device):
        return device
    seed = server_seed(connection)
    directory = directory_for(connection, device, seed=seed)
    told = {"device": enrolled.device, "office": enrolled.office}
    write_down(connection, actor=who_commands(), action="device.enrol_file", values=told)
    return answer_file(
        FileAnswer(enrolled=enrolled, directory=directory, server_url=url, ca_pem=ca_pem),
        public_key=asked.public_key,
        key=key,
        signing_key=seed,
    )


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE_BYTES + 1)
    if len(raw) > LARGEST_FILE_BYTES:
        raise ParcelError(Fault.TOO_LARGE)
    return raw


def _pem(path: Path) -> str:
    try:
        pem = path.read_text(encoding="ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (OSError, UnicodeDecodeError, ssl.SSLError) as error:
        raise typer.BadParameter("no certificate in PEM", param_hint="--ca") from error
    return pem
