"""The request of an officer who lost the passphrase, kept until the province's answer is here.

The private key made for the answer lies beside the register, for its owner alone: without an answer
it opens nothing, and whoever has this PC could make a request too. It is removed when it was used
or has expired.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from desktop.errors import Problem, UserError
from desktop.store import key_file
from desktop.store.data_key import DataKey
from desktop.store.folder import failure_of, key_path, write_atomically
from desktop.store.key_wraps import bytes_of, text_of
from desktop.store.keys import is_under_next_key
from sync.protocol.codes import MistypedError
from sync.protocol.recovery import (
    REQUEST_LIFE,
    NotRecoverableError,
    RecoveryRequest,
    mark_of,
    new_private_key,
    public_half,
    read_answer,
    read_request,
    spell_request,
)

_FILE = "recovery.json"


class _Kept(msgspec.Struct, frozen=True):
    """The file: the request as it is spelled, and the private key in base64."""

    request: str
    private_key: str

    def __repr__(self) -> str:
        return "_Kept(…)"


@dataclass(frozen=True, slots=True, repr=False)
class PendingRequest:
    """A request that may still be answered."""

    request: RecoveryRequest
    lines: tuple[str, ...]
    private_key: bytes


def make_request(folder: Path, *, user_name: str, at: datetime) -> PendingRequest:
    """Make a request, in the place of an older one.

    Raises ``USER_UNKNOWN``, ``NO_PROVINCE_KEY`` and the failures of the disk.
    """
    path = key_path(folder)
    content, _ = key_file.read_usable(path)
    if content.user(user_name) is None:
        raise UserError(Problem.USER_UNKNOWN)
    if content.province is None:
        raise UserError(Problem.NO_PROVINCE_KEY)
    is_next = is_under_next_key(path, content)
    private_key = new_private_key()
    request = RecoveryRequest(
        register_id=content.register_id,
        user=user_name,
        expires_at=at + REQUEST_LIFE,
        public_key=public_half(private_key),
        province_mark=mark_of(bytes_of(content.province.public_key)),
        sealed=bytes_of(content.province.next_sealed if is_next else content.province.sealed),
    )
    lines = spell_request(request)
    kept = _Kept(request="\n".join(lines), private_key=text_of(private_key))
    write_atomically(folder / _FILE, msgspec.json.encode(kept))
    return _pending(kept)


def pending_request(folder: Path, *, at: datetime) -> PendingRequest | None:
    """The request that waits for its answer; one that has expired is removed."""
    try:
        kept = msgspec.json.decode((folder / _FILE).read_bytes(), type=_Kept)
        pending = _pending(kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, MistypedError):
        return None
    if at > pending.request.expires_at:
        remove_request(folder)
        return None
    return pending


def remove_request(folder: Path) -> None:
    """Forget the request and its private key."""
    try:
        (folder / _FILE).unlink(missing_ok=True)
    except OSError as error:
        raise failure_of(error) from error


def key_of_answer(pending: PendingRequest, text: str) -> DataKey:
    """The data key in the province's answer. Raises ``CODE_MISTYPED``, ``ANSWER_OF_ANOTHER``."""
    try:
        return DataKey(read_answer(text, request=pending.request, private_key=pending.private_key))
    except MistypedError as error:
        raise UserError(Problem.CODE_MISTYPED, line=str(error.line)) from None
    except NotRecoverableError:
        raise UserError(Problem.ANSWER_OF_ANOTHER) from None


def _pending(kept: _Kept) -> PendingRequest:
    return PendingRequest(
        request=read_request(kept.request),
        lines=tuple(kept.request.split("\n")),
        private_key=bytes_of(kept.private_key),
    )
