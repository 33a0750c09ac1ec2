"""The people of the province who may take data out, each with a passphrase of their own.

One asks for an export, another one approves it. A passphrase is asked for at the keyboard, never an
argument; of it only an Argon2id hash is stored.
"""

from __future__ import annotations

import nacl.exceptions
import nacl.pwhash.argon2id as argon2id
from sqlalchemy import Connection, insert, select, update

from sync.protocol.documents import RESTRICTED
from sync.server.tables import operators

EXPORT, APPROVE = "export", "approve"
#: What an operator may be given; a restricted data set is a right of its own.
RIGHTS = frozenset({EXPORT, APPROVE, *(one.value for one in RESTRICTED)})
MIN_CHARACTERS = 15
_LONGEST_NAME = 100
#: It is tried online, beside a database that holds what it protects.
_PASSES, _MEMORY_BYTES = 3, 64 * 1024 * 1024


class NotAllowedError(Exception):
    """This person may not do that; the message says why, for the one at the keyboard."""


def create_operator(
    connection: Connection, *, name: str, rights: frozenset[str], passphrase: str
) -> None:
    """A new operator. Raises ``NotAllowedError`` for one that is there, or a short passphrase."""
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise NotAllowedError("an operator has a name of one line")
    if not rights or not rights <= RIGHTS:
        raise NotAllowedError(f"rights: one or more of {', '.join(sorted(RIGHTS))}")
    if len(passphrase) < MIN_CHARACTERS:
        raise NotAllowedError(f"a passphrase has {MIN_CHARACTERS} characters or more")
    if connection.scalar(select(operators.c.name).where(operators.c.name == name)) is not None:
        raise NotAllowedError("there is an operator of this name")
    verifier = argon2id.str(passphrase.encode(), opslimit=_PASSES, memlimit=_MEMORY_BYTES)
    connection.execute(
        insert(operators).values(name=name, rights=sorted(rights), verifier=verifier.decode())
    )


def withdraw_operator(connection: Connection, name: str) -> None:
    """Take every right from an operator; the name stays taken. Raises ``NotAllowedError``."""
    if not connection.execute(
        update(operators).where(operators.c.name == name).values(rights=[])
    ).rowcount:
        raise NotAllowedError("there is no operator of this name")


def identify(connection: Connection, *, name: str, passphrase: str, rights: frozenset[str]) -> None:
    """Is this the operator, and has he these rights? Raises ``NotAllowedError``."""
    row = connection.execute(
        select(operators.c.verifier, operators.c.rights).where(operators.c.name == name)
    ).one_or_none()
    if row is None or not _is_right(row.verifier, passphrase):
        raise NotAllowedError("name or passphrase is wrong")
    if missing := sorted(rights - set(row.rights)):
        raise NotAllowedError(f"this operator was not given: {', '.join(missing)}")


def _is_right(verifier: str, passphrase: str) -> bool:
    try:
        return argon2id.verify(verifier.encode(), passphrase.encode())
    except nacl.exceptions.InvalidkeyError:
        return False
