"""``recovery-keys create`` and ``recover``: work of two or three people at a PC without network.

Passphrases are asked for without showing them; where nobody sits at a terminal they are lines of
standard input. They are never arguments.
"""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from sync.protocol.codes import MistypedError
from sync.protocol.recovery import (
    NotRecoverableError,
    RecoveryRequest,
    answer_request,
    mark_of,
    read_request,
)
from sync.server.recovery import (
    ShareError,
    create_shares,
    log_line,
    mark_text,
    private_key_of,
    read_share,
    write_share,
)

recovery_keys = typer.Typer(no_args_is_help=True, help="The province's recovery key.")

Log = Annotated[Path, typer.Option(help="Chained log of all uses; keep it with the shares.")]


@recovery_keys.command()
def create(
    *,
    folder: Annotated[Path, typer.Option(help="Where the three share files are written.")],
    custodian: Annotated[list[str], typer.Option(help="Name of a custodian; three times.")],
    log: Log,
) -> None:
    """Make a recovery key, split among three custodians; prints the public key for registers."""
    names = list(dict.fromkeys(custodian))
    try:
        passphrases = {name: ask_passphrase(f"Passphrase of {name}") for name in names}
        public_key, shares = create_shares(passphrases)
        folder.mkdir(parents=True, exist_ok=True)
        log_line(
            log,
            at=datetime.now(UTC),
            action="recovery-keys.create",
            values={"key": mark_of(public_key).hex(), "custodians": names},
        )
        for share in shares:
            write_share(folder / f"share-{share.number}.json", share)
    except (ShareError, OSError) as error:
        _leave(str(error))
    typer.echo(public_key.hex())


def recover(
    *,
    request: Annotated[str, typer.Option(help="The office's request: its file, or its text.")],
    share: Annotated[list[Path], typer.Option(help="Share file of a custodian; twice.")],
    log: Log,
    out: Annotated[Path | None, typer.Option(help="Also write the answer to this file.")] = None,
) -> None:
    """Answer an office that lost its passphrase; two custodians approve by their passphrases."""
    try:
        asked = read_request(_text_of(request))
        _tell(asked)
        shares = [read_share(path) for path in share]
        opened = [(one, ask_passphrase(f"Passphrase of {one.custodian}")) for one in shares]
        private_key = private_key_of(opened)
        at = datetime.now(UTC)
        answer = answer_request(asked, province_key=private_key, at=at)
        log_line(  # before anybody sees the answer
            log,
            at=at,
            action="recover",
            values={
                "register": asked.register_id,
                "user": asked.user,
                "key": mark_text(shares[0].public_key),
                "custodians": [one.custodian for one in shares],
            },
        )
        if out is not None:
            out.write_text("\n".join(answer) + "\n", encoding="utf-8")
    except MistypedError as error:
        _leave(f"the request is mistyped or cut in line {error.line}")
    except (NotRecoverableError, ShareError, OSError) as error:
        _leave(str(error))
    for line in answer:
        typer.echo(line)


def _tell(asked: RecoveryRequest) -> None:
    """What the custodians decide about, on standard error: standard output is the answer's."""
    typer.echo(f"Register:    {asked.register_id}", err=True)
    typer.echo(f"User:        {asked.user}", err=True)
    typer.echo(f"Expires:     {asked.expires_at.isoformat(timespec='minutes')}", err=True)
    typer.echo(f"Sealed for:  {asked.province_mark.hex()}", err=True)
    typer.echo("Make sure by other means that this user asked. Then both approve.", err=True)


def _text_of(request: str) -> str:
    path = Path(request)
    try:
        is_file = path.is_file()
    except OSError:  # a text is too long for a name
        is_file = False
    if is_file and path.stat().st_size > 10_000:
        raise ShareError("this file is no request")
    return path.read_text(encoding="utf-8", errors="replace") if is_file else request


def ask_passphrase(prompt: str) -> str:
    """A passphrase from the keyboard; where nobody sits at a terminal, a line of input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{prompt}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _leave(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)
