"""The key file as it lies on the disk, twice: read, checked, signed and written.

A checksum tells a damaged file from a wrong passphrase before anything is opened. A MAC under the
data key over everything but the count of wrong tries is checked after it was opened: whoever does
not have the key cannot add, remove, swap or change an entry unnoticed. What such a person can still
do: delete the files, put back an older pair whole (it opens with the passphrases of its time, but
not the database once the key was rotated), and set the count of wrong tries back: the limit to
guessing is Argon2id, not the count.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from desktop.errors import AppError, ExternalError, Problem
from desktop.store.data_key import DataKey
from desktop.store.folder import failure_of, read_small, set_aside, write_atomically
from desktop.store.key_wraps import FORMAT, SealedEntry, UserEntry

VERSION = 2

#: A list of some hundred users; a longer file was not written by this program.
LONGEST = 1024 * 1024

_LOCK_SECONDS = 10


class Tries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wrong passphrases of a user since the last right one; ``last`` is in seconds since 1970."""

    user: str
    count: int
    last: int


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file, version 2.

    Attributes:
        register_id: made with the file; the register's name towards the province.
        serial: counts the signed changes.
        rotation_due: somebody was removed, and the data key he may have kept is still in use.
        next_salt: while the key is being changed, the first bytes (hex) of the database under the
            next key: they tell which of both keys the register is under.
        mac: HMAC-SHA256 (hex) under the data key; empty in a file that was read as version 1.
        next_mac: the same under the promised key: whoever has only that one can prove the list.
        checksum: SHA-256 (hex) over the rest.
    """

    format: str
    version: int
    register_id: str
    serial: int
    rotation_due: bool
    users: list[UserEntry]
    province: SealedEntry | None = None
    printed: SealedEntry | None = None
    next_salt: str = ""
    mac: str = ""
    next_mac: str = ""
    tries: list[Tries] = []
    checksum: str = ""

    def user(self, name: str) -> UserEntry | None:
        """The entry of this user."""
        return next((entry for entry in self.users if entry.user == name), None)

    def __repr__(self) -> str:
        return f"KeyFile(version={self.version}, {len(self.users)} users)"


class _Heading(msgspec.Struct, frozen=True):
    """What every version of the file begins with."""

    format: str
    version: int


class _FirstEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of version 1: the passphrase wraps the data key itself."""

    user: str
    memory_kib: int
    iterations: int
    lanes: int
    salt: str
    nonce: str
    wrapped: str

    def __repr__(self) -> str:
        return "_FirstEntry(…)"


class _FirstVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of version 1."""

    format: str
    version: int
    entries: list[_FirstEntry]
    checksum: str = ""

    def __repr__(self) -> str:
        return "_FirstVersion(…)"


def new_file() -> KeyFile:
    """A file without entries."""
    return KeyFile(
        format=FORMAT,
        version=VERSION,
        register_id=str(uuid.uuid4()),
        serial=0,
        rotation_due=False,
        users=[],
    )


def copy_path(path: Path) -> Path:
    """Where the second copy of this key file lies."""
    return path.with_name(f"{path.stem}-copy{path.suffix}")


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Only one program at a time reads, changes and writes the key file."""
    lock = FileLock(path.with_name(path.stem + ".lock"), timeout=_LOCK_SECONDS, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise ExternalError(Problem.STORE_BUSY) from error
    except OSError as error:
        raise failure_of(error) from error
    try:
        yield
    finally:
        lock.release()


def read_one(path: Path) -> KeyFile:
    """One of the two, its checksum checked, not its MAC.

    Raises ``KEY_FILE_MISSING``, ``KEY_FILE_DAMAGED`` or ``REGISTER_NEWER``.
    """
    try:
        raw = read_small(path, LONGEST)
    except FileNotFoundError as error:
        raise ExternalError(Problem.KEY_FILE_MISSING) from error
    except OSError as error:
        raise failure_of(error) from error
    try:
        heading = msgspec.json.decode(raw, type=_Heading)
        if heading.format == FORMAT and heading.version > VERSION:
            raise ExternalError(
                Problem.REGISTER_NEWER, found=str(heading.version), known=str(VERSION)
            )
        content = _first_version(raw) if heading.version == 1 else _second_version(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ExternalError(Problem.KEY_FILE_DAMAGED) from None
    if not all(entry.cost.is_plausible for entry in content.users):
        raise ExternalError(Problem.KEY_FILE_DAMAGED)
    return content


def read_usable(path: Path) -> tuple[KeyFile, bool]:
    """The file, or its second copy when it is damaged or gone; whether it is the copy."""
    try:
        return read_one(path), False
    except ExternalError as error:
        if error.problem not in (Problem.KEY_FILE_DAMAGED, Problem.KEY_FILE_MISSING):
            raise
        with contextlib.suppress(ExternalError):
            return read_one(copy_path(path)), True
        raise


def read_signed(path: Path, *, key: DataKey) -> KeyFile:
    """The file or its copy, whichever first proves whole under this data key."""
    found: AppError = ExternalError(Problem.KEY_FILE_ALTERED)
    for place in (path, copy_path(path)):
        try:
            content = read_one(place)
        except ExternalError as error:
            found = error if place == path else found
            continue
        if is_signed(content, key=key):
            return content
    raise found


def is_signed(content: KeyFile, *, key: DataKey) -> bool:
    """Is nothing altered since the owner of the data key wrote it? Version 1 had no such proof."""
    if content.version == 1:
        return True
    mac = _mac(content, key=key)
    kept = (content.mac.encode(), content.next_mac.encode())
    return any(hmac.compare_digest(one, mac.encode()) for one in kept)


def require_signed(content: KeyFile, *, key: DataKey) -> None:
    """Raises ``KEY_FILE_ALTERED``."""
    if not is_signed(content, key=key):
        raise ExternalError(Problem.KEY_FILE_ALTERED)


def write_signed(
    path: Path, content: KeyFile, *, key: DataKey, next_key: DataKey | None = None
) -> None:
    """Write both copies, one after the other: one of them is whole at any moment.

    When the second cannot be written, the first is put back: what was refused did not happen.
    """
    signed = msgspec.structs.replace(content, version=VERSION, serial=content.serial + 1)
    signed = msgspec.structs.replace(
        signed,
        mac=_mac(signed, key=key),
        next_mac="" if next_key is None else _mac(signed, key=next_key),
    )
    before = {place: _bytes_in(place) for place in (path, copy_path(path))}
    try:
        for place in before:
            _write(place, signed)
    except ExternalError:
        for place, raw in before.items():
            _put_back(place, raw)
        raise


def _bytes_in(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except OSError:
        return None


def _put_back(place: Path, raw: bytes | None) -> None:
    """As far as the disk allows; where it does not, the file is whole all the same."""
    with contextlib.suppress(ExternalError):
        if raw is not None and _bytes_in(place) != raw:
            write_atomically(place, raw)


def write_tries(path: Path, content: KeyFile, tries: list[Tries]) -> None:
    """Write the count of wrong tries; signed things stay as they are. Nothing in version 1."""
    if content.version > 1:
        _write(path, msgspec.structs.replace(content, tries=tries))


def mend(path: Path, content: KeyFile) -> bool:
    """Make both copies alike again, from the one that proved whole; was one of them spoiled?

    One that is only older or not there yet is brought up to date without a word. What may hold
    something that is nowhere else is set aside under a number.
    """
    was_spoiled = False
    for place in (path, copy_path(path)):
        there = _readable(place)
        if there is not None and _is_same(there, content):
            continue
        is_ours = there is not None and there.register_id == content.register_id
        is_older = is_ours and there is not None and there.serial < content.serial
        was_there = place.exists()
        was_spoiled |= place == path or (was_there and there is None) or (is_ours and not is_older)
        if was_there and not is_older:
            set_aside(place)
        _write(place, content)
    return was_spoiled


def _is_same(one: KeyFile, other: KeyFile) -> bool:
    """Alike but for the count of wrong tries, which only the first copy keeps?"""
    bare = [msgspec.structs.replace(each, tries=[], checksum="") for each in (one, other)]
    return bare[0] == bare[1]


def _readable(place: Path) -> KeyFile | None:
    try:
        return read_one(place)
    except ExternalError:
        return None


def _write(place: Path, content: KeyFile) -> None:
    whole = msgspec.structs.replace(content, checksum=_checksum(content))
    write_atomically(place, msgspec.json.format(msgspec.json.encode(whole), indent=1))


def _second_version(raw: bytes) -> KeyFile:
    content = msgspec.json.decode(raw, type=KeyFile)
    if content.format != FORMAT or content.checksum != _checksum(content):
        raise ExternalError(Problem.KEY_FILE_DAMAGED)
    return content


def _first_version(raw: bytes) -> KeyFile:
    """A file of version 1 as if it were one of ours, unsigned and without a name."""
    content = msgspec.json.decode(raw, type=_FirstVersion)
    bare = msgspec.json.encode(msgspec.structs.replace(content, checksum=""))
    if content.format != FORMAT or content.checksum != hashlib.sha256(bare).hexdigest():
        raise ExternalError(Problem.KEY_FILE_DAMAGED)
    users = [UserEntry(**msgspec.structs.asdict(entry)) for entry in content.entries]
    return msgspec.structs.replace(new_file(), version=1, register_id="", users=users)


def _signed_bytes(content: KeyFile) -> bytes:
    bare = msgspec.structs.replace(content, mac="", next_mac="", tries=[], checksum="")
    return msgspec.json.encode(bare, order="deterministic")


def _mac(content: KeyFile, *, key: DataKey) -> str:
    signing_key = key.derived("key-file-mac")
    return hmac.digest(signing_key, _signed_bytes(content), "sha256").hex()


def _checksum(content: KeyFile) -> str:
    bare = msgspec.structs.replace(content, checksum="")
    return hashlib.sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()
