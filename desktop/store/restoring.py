"""Going back to a snapshot, in a way the province's server understands.

The snapshot is copied, brought to this schema and the present key, and given a new epoch: its
unsent changes get new numbers, because the server may know others under the old ones. Changes the
present register made since and never got a receipt for are carried over. Only then the copy takes
the register's place, which is kept aside with everything in it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from desktop.domain.backups import RegisterState, RestorePreview
from desktop.domain.ledger import Action
from desktop.errors import AppError, ExternalError, Problem, UserError
from desktop.store import key_serial, ledger
from desktop.store.connection import connect
from desktop.store.copying import copy_register, remove_database, require_whole
from desktop.store.device_keys import (
    DEVICE_KEY,
    ENROLMENT,
    NEXT_KEY,
    REFRESH_TOKEN,
    SERVER_EPOCH,
)
from desktop.store.documents import apply_patch
from desktop.store.entries import Entry
from desktop.store.failures import translated
from desktop.store.folder import (
    REGISTER_FILE,
    failure_of,
    full_disk_named,
    lock_folder,
    make_folder,
    register_path,
)
from desktop.store.inbox import RegisterInbox
from desktop.store.keys import DataKey
from desktop.store.migrations import migrate, schema_of
from desktop.store.outbox import RegisterOutbox
from desktop.store.register import Register
from desktop.store.replacing import BUILDING_FOLDER, replace_register, settle_replacing
from desktop.store.snapshots import state_of
from desktop.store.tables import SCHEMA_VERSION
from desktop.store.transaction import Transaction
from sync.protocol.messages import Change

_CHANGES = msgspec.json.Decoder(Change)
#: What binds this PC to its office; it may have changed since the snapshot.
_OF_THE_DEVICE = (DEVICE_KEY, ENROLMENT, NEXT_KEY)
_HOME = "home"


class _Home(msgspec.Struct, frozen=True):
    """Whether a register is of the fictional province; what else is told there is not ours."""

    training: bool = False


_HOMES = msgspec.json.Decoder(_Home)


@dataclass(frozen=True, slots=True)
class _Made:
    """A change of a register, and whether the server took it."""

    change: Change
    is_sent: bool


@dataclass(frozen=True, slots=True)
class _Present:
    """What the present register has that a snapshot may lack."""

    state: RegisterState
    #: By id, oldest first.
    changes: dict[str, _Made]
    device: dict[str, str]
    #: Who may see what is restricted: as it is now, so that going back gives nobody a right back.
    permissions: list[tuple[str, ...]]
    #: Of the fictional province? ``None`` before the register was told where it is at home.
    is_training: bool | None


def preview(
    folder: Path, snapshot: Path, *, snapshot_key: DataKey, key: DataKey | None
) -> RestorePreview:
    """What going back would mean. Changes nothing; the register may be open.

    ``key`` is the present register's, ``None`` when it cannot be had. Raises ``SNAPSHOT_DAMAGED``,
    ``TRAINING_MISMATCH`` and the failures of the disk.
    """
    with _own_copy(folder, snapshot, "preview") as copy:
        with _of_snapshot():
            schema_of(copy, key=snapshot_key)
            then = state_of(copy, key=snapshot_key)
            known = _changes_in(copy, snapshot_key)
            was_training = _is_training(copy, snapshot_key)
    present = _present(folder, key)
    _refuse_mixing(present, was_training)
    if present is None:
        return RestorePreview(
            snapshot=then,
            present=None,
            unsent_since=0,
            sent_since=0,
            sent_twice=0,
            lines_since=0,
        )
    since = [made.is_sent for name, made in present.changes.items() if name not in known]
    return RestorePreview(
        snapshot=then,
        present=present.state,
        unsent_since=since.count(False),
        sent_since=since.count(True),
        sent_twice=sum(
            not made.is_sent and name in present.changes and present.changes[name].is_sent
            for name, made in known.items()
        ),
        lines_since=max(0, present.state.last_line - then.last_line),
    )


def restore(
    folder: Path,
    snapshot: Path,
    *,
    snapshot_key: DataKey,
    key: DataKey,
    author: str,
    at: datetime,
    carry_unsent: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Path | None:
    """Put the snapshot in the register's place; the register must be closed everywhere.

    It opens with ``key``, the one of the present key file; so those who may open the register now
    are those who may open it afterwards. Returns the folder in which the replaced register is
    kept, ``None`` when there was none. Whatever is raised, and whenever it is cut, the register is
    the old one or the new one. Raises ``TRAINING_MISMATCH`` rather than put people of the fictional
    province among real ones, or the other way round.
    """
    lock = lock_folder(folder)
    try:
        settle_replacing(folder)
        with _own_copy(folder, snapshot, BUILDING_FOLDER) as copy:
            building = copy.parent
            _to_key(copy, snapshot_key, key, progress)
            present = _present(folder, key)
            _refuse_mixing(present, _is_training(copy, key))
            with Register.open(building, key=key) as restored:
                _begin_again(restored, present, author=author, at=at, carry=carry_unsent)
                ledger.note(
                    restored,
                    at=at,
                    by=author,
                    action=Action.REGISTER_RESTORE,
                    objects=[("snapshot", snapshot.name), *_end_of_ledger(present)],
                )
            with full_disk_named(folder):
                require_whole(copy, key=key)
                if present is not None:  # its log goes into its file before it is set aside
                    with suppress(ExternalError):  # torn: it is set aside with its log
                        require_whole(register_path(folder), key=key)
            return replace_register(folder, copy, at=at)
    finally:
        lock.release()


def _refuse_mixing(present: _Present | None, was_training: bool | None) -> None:
    if present is None or None in (present.is_training, was_training):
        return
    if present.is_training != was_training:
        raise UserError(Problem.TRAINING_MISMATCH)


def _end_of_ledger(present: _Present | None) -> list[tuple[str, str]]:
    """Where the ledger ended that is set aside: going back must not hide what was done since."""
    if present is None:
        return []
    state = present.state
    return [("replaced_lines", str(state.last_line)), ("replaced_hash", state.last_line_hash)]


@contextmanager
def _own_copy(folder: Path, snapshot: Path, name: str) -> Iterator[Path]:
    """A copy to work on: opening a database writes beside it, and a USB may be write-protected."""
    building = folder / name
    shutil.rmtree(building, ignore_errors=True)
    make_folder(building)
    copy = building / REGISTER_FILE
    try:
        if not (snapshot / REGISTER_FILE).is_file():
            raise ExternalError(Problem.SNAPSHOT_DAMAGED)
        try:
            shutil.copyfile(snapshot / REGISTER_FILE, copy)
            copy.chmod(0o600)
        except OSError as error:
            raise failure_of(error) from error
        yield copy
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _to_key(
    copy: Path,
    snapshot_key: DataKey,
    key: DataKey,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Prove the copy, bring it to this schema and under the present key."""
    with full_disk_named(copy.parent), _of_snapshot():
        require_whole(copy, key=snapshot_key)
        if schema_of(copy, key=snapshot_key) < SCHEMA_VERSION:
            migrate(copy, key=snapshot_key)
    if snapshot_key.reveal() != key.reveal():
        beside = copy.with_name(copy.name + ".rekeyed")
        copy_register(copy, beside, key=snapshot_key, new_key=key, progress=progress)
        remove_database(copy)
        beside.rename(copy)


@contextmanager
def _of_snapshot() -> Iterator[None]:
    """A file that does not open or is torn is the snapshot here, not the register."""
    try:
        yield
    except ExternalError as error:
        if error.problem is Problem.REGISTER_DAMAGED:
            raise ExternalError(Problem.SNAPSHOT_DAMAGED) from error
        raise


def _present(folder: Path, key: DataKey | None) -> _Present | None:
    """The present register, as far as it can be read."""
    path = register_path(folder)
    if key is None or not path.exists():
        return None
    try:
        state = state_of(path, key=key)
        changes = _changes_in(path, key)
        device = _device_in(path, key)
        permissions = _permissions_in(path, key)
        is_training = _is_training(path, key)
    except AppError:
        return None
    return _Present(
        state=state,
        changes=changes,
        device=device,
        permissions=permissions,
        is_training=is_training,
    )


def _is_training(path: Path, key: DataKey) -> bool | None:
    with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (_HOME,)).fetchone()
    return None if row is None else _HOMES.decode(row[0]).training


def _changes_in(path: Path, key: DataKey) -> dict[str, _Made]:
    """Every change; without refused ones over which a later change was made."""
    found: dict[str, _Made] = {}
    edited_later: set[str] = set()
    with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
        rows = connection.execute("SELECT change, state FROM outbox ORDER BY position DESC")
        for text, state in rows:
            change = _CHANGES.decode(text)
            if state != "held" or change.document_id not in edited_later:
                found[change.change_id] = _Made(change, state not in ("waiting", "held"))
            edited_later.add(change.document_id)
    return dict(reversed(found.items()))


def _device_in(path: Path, key: DataKey) -> dict[str, str]:
    with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
        rows = connection.execute("SELECT key, value FROM meta").fetchall()
    return {
        name: value
        for name, value in rows
        if name in (*_OF_THE_DEVICE, SERVER_EPOCH, REFRESH_TOKEN)
    }


def _permissions_in(path: Path, key: DataKey) -> list[tuple[str, ...]]:
    with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
        is_there = "SELECT 1 FROM sqlite_master WHERE name = 'permissions'"
        if connection.execute(is_there).fetchone() is None:  # of an earlier schema
            return []
        columns = "user_name, data_set, granted_by, granted_at"
        rows = connection.execute(f"SELECT {columns} FROM permissions")  # noqa: S608 names of ours
        return [tuple(map(str, row)) for row in rows]


def _begin_again(
    restored: Register, present: _Present | None, *, author: str, at: datetime, carry: bool
) -> None:
    """A new epoch, as this PC, with what only the present register had."""
    device = {} if present is None else present.device
    # The key file is the present one; without a present session the PC logs in by its key.
    # The session is good once: the snapshot's was spent since, using it again looks like a theft.
    restored.set_meta({key_serial.KEY: None, REFRESH_TOKEN: device.get(REFRESH_TOKEN)})
    if present is not None:
        with restored.writing() as transaction:
            transaction.driver.execute("DELETE FROM permissions", ())
            transaction.driver.executemany(
                "INSERT INTO permissions (user_name, data_set, granted_by, granted_at) "
                "VALUES (?, ?, ?, ?)",
                present.permissions,
            )
    is_another = device.get(DEVICE_KEY, restored.meta(DEVICE_KEY)) != restored.meta(DEVICE_KEY)
    if is_another:  # enrolled anew since: as at any enrolling, everything is told again
        restored.set_meta({name: device.get(name) for name in _OF_THE_DEVICE})
        inbox = RegisterInbox(restored, clock=lambda: at, author=author)
        inbox.restart_all(device.get(SERVER_EPOCH, ""))
    RegisterOutbox(restored).renumber(everything=is_another)
    if present is not None and carry:
        known = _known_ids(restored)
        _carry_over(
            restored,
            [
                made.change
                for name, made in present.changes.items()
                if not made.is_sent and name not in known
            ],
        )


def _known_ids(register: Register) -> set[str]:
    with register.reading() as connection:
        rows = connection.exec_driver_sql("SELECT change FROM outbox")
        return {_CHANGES.decode(text).change_id for (text,) in rows}


def _carry_over(restored: Register, changes: list[Change]) -> None:
    """Queue these changes with their ids, and show what they set.

    A change of a document that is not here waits for the document to come from the server.
    """
    if not changes:
        return
    with restored.writing() as transaction:
        transaction.documents.load(change.document_id for change in changes)
        groups: dict[int, int] = {}
        touched: list[Entry] = []
        for change in changes:
            seq = transaction.books.seq + 1
            group = groups.setdefault(change.group, seq)
            transaction.books.append(msgspec.structs.replace(change, seq=seq, group=group))
            if (entry := _shown(transaction, change)) is not None:
                touched.append(entry)
        transaction.documents.write(touched)


def _shown(transaction: Transaction, change: Change) -> Entry | None:
    entry = transaction.documents.get(change.document_id)
    if entry is None:
        if change.kind != "create":
            return None
        entry = transaction.documents.add(
            change.document_id, kind=change.document_type, bucket=change.bucket, fields={}
        )
    elif entry.base is None and entry.version > 0:
        entry.base = dict(entry.fields)
    entry.will_change(change.patch)
    apply_patch(entry.fields, change.patch)
    entry.pending += 1
    return entry
