"""An office's register: one encrypted database in one folder, opened by one program at a time.

Any thread may call. Writes wait for one another and each is one transaction; reads have
connections of their own and never wait for a write.

When the disk failed during a write, what the system shows of it is no proof any more: a commit
whose flush failed is readable, and would come back at the next opening though it was refused.
Before the next write everything acknowledged is moved into the database file and flushed, the log
is emptied, every connection is made anew and every page is read; until then, writes are refused.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine

from desktop.domain.ledger import Action
from desktop.errors import CLOSED, ExternalError, Problem, UserError
from desktop.store import connection as connections
from desktop.store.books import Books, open_books
from desktop.store.copying import remove_database, require_whole
from desktop.store.documents import Document, Edit
from desktop.store.driver import Driver, driver_of
from desktop.store.entries import decode_clashes, decode_fields
from desktop.store.failures import translated
from desktop.store.folder import (
    REGISTER_FILE,
    failure_of,
    flush_folder,
    full_disk_named,
    lock_folder,
    make_folder,
    register_path,
)
from desktop.store.gate import Gate
from desktop.store.keys import DataKey
from desktop.store.migrations import MigrationProgress
from desktop.store.preparing import has_log, holds_register, mark, prepare, unmark
from desktop.store.restricted import RestrictedView
from desktop.store.saving import save_groups
from desktop.store.tables import SCHEMA_VERSION, schema_statements
from desktop.store.transaction import Transaction
from desktop.store.written import Written
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_epoch

#: Lock and wipe all memory of SQLCipher, not only its keys (those always are). Off, by measurement
#: (``python -m tests.bench store``): it makes a first load four to nine times as long, a save two
#: to five times, and the same data stands unlocked in the memory of Python and Qt while shown.
MEMORY_SECURITY = False
#: After these nobody knows what reached the disk.
_OF_THE_DISK = frozenset({Problem.STORE_FAILED, Problem.DISK_FULL})
#: Saves per transaction of ``save_bulk``: one flush of the disk for many, little lost by a cut.
_SAVES_PER_TRANSACTION = 2000

#: A newer program elsewhere may have made documents of other types; they are kept, not shown.
_KNOWN_TYPES = frozenset(document_type.value for document_type in DocumentType)


class Register:
    """An open register. ``close`` it, or use it as a context manager.

    It is open for one user, whose passphrase opened it: restricted documents are there for whoever
    has the right, and for nobody else. What is sent and received does not ask for one.

    Attributes:
        written: documents that were written since it was opened.
        renamed: persons among them of whom name, birth date, numbers or fate were.
    """

    def __init__(
        self,
        *,
        folder: Path,
        key: DataKey,
        lock: FileLock,
        memory_security: bool,
        user: str | None = None,
    ) -> None:
        self._folder = folder
        self._key = key
        self._user = user
        self._lock = lock
        self._memory_security = memory_security
        self._gate = Gate()
        self._make_engines()
        self._writing = threading.RLock()
        self._write_connection: Connection | None = None
        self._is_closed = False
        self._is_marked = False
        self._is_in_doubt = False
        self.written, self.renamed = Written(), Written()

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        key: DataKey,
        author: str,
        memory_security: bool = MEMORY_SECURITY,
        lock: FileLock | None = None,
        user: str | None = None,
    ) -> Register:
        """Make an empty register. Raises ``REGISTER_EXISTS`` when there is one.

        ``lock`` is the folder's, if it was taken before; the register releases it in any case.
        ``user`` is whose passphrase opens it, ``None`` for nobody in particular.
        """
        make_folder(folder)
        lock = lock or lock_folder(folder)
        try:
            _lay_out(folder, key=key, author=author, memory_security=memory_security)
            return cls(
                folder=folder,
                key=key.copy(),
                lock=lock,
                memory_security=memory_security,
                user=user,
            )
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        key: DataKey,
        memory_security: bool = MEMORY_SECURITY,
        progress: MigrationProgress | None = None,
        lock: FileLock | None = None,
        user: str | None = None,
    ) -> Register:
        """Open the register of this folder; it keeps a copy of the key until it is closed.

        What a cut left is put right first, and one of an earlier schema is migrated: ``progress``
        is told of that. ``lock`` is the folder's, if it was taken before; it is released with the
        register, or when this fails. ``user`` is whose passphrase opened it.
        """
        if lock is None:
            if not holds_register(folder):
                raise ExternalError(Problem.REGISTER_MISSING)
            lock = lock_folder(folder)
        try:
            prepare(folder, key=key, progress=progress)
            return cls(
                folder=folder,
                key=key.copy(),
                lock=lock,
                memory_security=memory_security,
                user=user,
            )
        except BaseException:
            lock.release()
            raise

    @property
    def folder(self) -> Path:
        """Where the register lies."""
        return self._folder

    @property
    def user(self) -> str | None:
        """Whose passphrase opened it; ``None`` for nobody in particular."""
        return self._user

    def close(self) -> None:
        """Close every connection, forget the key, let other programs in. Twice does no harm."""
        with self._writing:
            if self._is_closed:
                return
            self._is_closed = True
            # Who is reading finishes first; who comes now is refused.
            with suppress(ExternalError), self._gate.shut():
                self._readers.dispose()
            self._readers.dispose()
            with suppress(ExternalError):  # what was saved is in the log, and stays there
                self._empty_log()
            self._close_writer()
            self._key.wipe()
            self._lock.release()

    def save(
        self,
        edits: Sequence[Edit],
        *,
        author: str,
        at: datetime,
        action: str,
        also: Callable[[Driver], None] | None = None,
    ) -> None:
        """Save what one action of the user changed, all or nothing.

        Documents, lists, changes and the ledger's line are one transaction; when this returns, it
        is on the disk. Values that are what they were make no change. ``also`` writes to the
        register's other books in the same transaction.
        """
        with self.writing() as transaction:
            save_groups(transaction, [edits], author=author, at=at, action=action)
            if also is not None:
                also(transaction.driver)

    def save_bulk(
        self,
        saves: Iterable[Sequence[Edit]],
        *,
        author: str,
        at: datetime,
        action: str,
        on_progress: Callable[[int], None] | None = None,
    ) -> int:
        """Save very many: each item is one action as in ``save``, thousands share a transaction.

        ``on_progress`` is told how many items are safe so far; if it raises, those stay saved and
        nothing else. Returns their number.
        """
        pending = iter(saves)
        done = 0
        while chunk := list(islice(pending, _SAVES_PER_TRANSACTION)):
            with self.writing() as transaction:
                save_groups(transaction, chunk, author=author, at=at, action=action)
            done += len(chunk)
            if on_progress is not None:
                on_progress(done)
        return done

    def document(self, document_id: str) -> Document | None:
        """A document as the user sees it; ``None`` also for one the user may not see."""
        return next(iter(self.documents([document_id])), None)

    def documents(self, document_ids: Sequence[str]) -> list[Document]:
        """These documents, as far as they are here and may be seen, in the order asked."""
        found: dict[str, Document] = {}
        with self.reading() as connection:
            for document_id in document_ids:
                row = connection.exec_driver_sql(
                    "SELECT type, bucket, version, fields, clashes FROM documents WHERE id = ?",
                    (document_id,),
                ).first()
                if row is not None and row[0] in _KNOWN_TYPES:
                    found[document_id] = _document(document_id, *row)
            missing = [name for name in document_ids if name not in found]
            for raw in RestrictedView(driver_of(connection), self._user).rows(missing):
                if raw[1] in _KNOWN_TYPES:
                    found[raw[0]] = _document(*raw)
        return [found[name] for name in document_ids if name in found]

    @contextmanager
    def restricted(self) -> Iterator[RestrictedView]:
        """What is restricted and the user may see, in one state of the register."""
        with self.reading() as connection:
            yield RestrictedView(driver_of(connection), self._user)

    def meta(self, key: str) -> str | None:
        """A value of the register's own (device, office, last sync); ``None`` if never set."""
        with self.reading() as connection:
            row = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (key,)).first()
        return None if row is None else str(row[0])

    def set_meta(self, values: Mapping[str, str | None]) -> None:
        """Set these values in one transaction; ``None`` removes."""
        with self.writing() as transaction:
            for key, value in values.items():
                if value is None:
                    transaction.driver.execute("DELETE FROM meta WHERE key = ?", (key,))
                else:
                    transaction.driver.execute(
                        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value)
                    )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the register for as long as it is held."""
        with self._gate.passed():
            self._require_open()
            with translated(), self._readers.begin() as connection:
                with connections.not_kept_when_unreadable(connection):
                    yield connection

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One write transaction: committed when the block ends, rolled back when it raises."""
        with self._writing:
            self._require_open()
            try:
                with full_disk_named(self._folder), translated():
                    self._settle_doubt()
                    connection = self._writer_connection()
                    with connection.begin():
                        transaction = Transaction(connection, user=self._user)
                        yield transaction
                        transaction.books.close()
                    self._note_written(transaction)
            except ExternalError as error:
                if error.problem in _OF_THE_DISK:
                    self._is_in_doubt = True
                else:
                    self._close_writer()
                raise
            self._mark()

    def _note_written(self, transaction: Transaction) -> None:
        if transaction.has_dropped:
            self.written.forget()
            self.renamed.forget()
        written, renamed = transaction.written
        self.written.add(written)
        self.renamed.add(renamed)

    def checkpoint(self) -> None:
        """Move everything saved into the database file, as far as no reader needs the log."""
        with self._writing:
            self._require_open()
            self._empty_log()

    @contextmanager
    def lending_key(self) -> Iterator[DataKey]:
        """A copy of the key, for work on whole files; wiped afterwards."""
        self._require_open()
        key = self._key.copy()
        try:
            yield key
        finally:
            key.wipe()

    @contextmanager
    def writing_paused(self) -> Iterator[None]:
        """Nobody writes for as long as the block lasts; reading goes on."""
        with self._writing:
            self._require_open()
            yield

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Alone with the files: no connection is open and the log is in the database file.

        Who reads or writes meanwhile waits. Not to be called by one who is reading. Raises
        ``STORE_BUSY`` when somebody reads for longer than half a minute.
        """
        with self._writing, self._gate.shut():
            self._require_open()
            self._readers.dispose()
            try:
                self._empty_log()
                self._close_writer()
                yield
            finally:
                self._make_engines()

    def take_key(self, key: DataKey) -> None:
        """The database file is under another key now; only while the register is ``shut``."""
        self._key.wipe()
        self._key = key.copy()

    def _make_engines(self) -> None:
        path, memory_security = register_path(self._folder), self._memory_security
        self._writer: Engine = connections.write_engine(
            path, key=self._key, memory_security=memory_security
        )
        self._readers: Engine = connections.read_engine(
            path, key=self._key, memory_security=memory_security
        )

    def _mark(self) -> None:
        """Once a session, after its first commit: the log is on the disk then."""
        if not self._is_marked:
            with suppress(ExternalError):  # the save itself is safe
                if has_log(self._folder):
                    mark(self._folder)
                    self._is_marked = True

    def _empty_log(self) -> bool:
        """Move the log into the database file; ``False`` when somebody still reads from it."""
        if self._write_connection is None and not has_log(self._folder):
            return True
        with translated():
            driver = driver_of(self._writer_connection())
            blocked = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0]
        if not blocked and self._is_marked:
            unmark(self._folder)
            self._is_marked = False
        return not blocked

    def _settle_doubt(self) -> None:
        """After the disk failed: see the module's beginning. Raises what is still wrong."""
        if not self._is_in_doubt:
            return
        # The same connection: the last one that closes would leave a refused commit in the log.
        if not self._empty_log():
            raise ExternalError(Problem.STORE_BUSY)
        self._close_writer()
        self._readers.dispose()
        self._make_engines()
        found = driver_of(self._writer_connection()).execute("PRAGMA quick_check(1)").fetchall()
        if found != [("ok",)]:
            raise ExternalError(Problem.REGISTER_DAMAGED)
        self._is_in_doubt = False

    def _writer_connection(self) -> Connection:
        """The one connection that writes, kept from save to save."""
        if self._write_connection is None:
            self._write_connection = self._writer.connect()
        return self._write_connection

    def _close_writer(self) -> None:
        # The last connection that closes takes the log away.
        was_marked, self._is_marked = self._is_marked, False
        if was_marked:
            with suppress(ExternalError):
                unmark(self._folder)
        if self._write_connection is not None:
            self._write_connection.invalidate()
            self._write_connection.close()
            self._write_connection = None
        self._writer.dispose()
        if was_marked:
            with suppress(ExternalError):
                if not has_log(self._folder):  # the disk had kept the mark
                    unmark(self._folder)

    def _require_open(self) -> None:
        if self._is_closed:
            raise ExternalError(Problem.STORE_FAILED, reason=CLOSED)

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Register({str(self._folder)!r})"


def _lay_out(folder: Path, *, key: DataKey, author: str, memory_security: bool) -> None:
    """Build the database beside its place, then name it: there is never half a register.

    To be called with the folder's lock held: another program may just have made one.
    """
    if register_path(folder).exists():
        raise UserError(Problem.REGISTER_EXISTS)
    beside = folder / (REGISTER_FILE + ".new")
    try:
        remove_database(beside)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.close(descriptor)
    except OSError as error:
        raise failure_of(error) from error
    with full_disk_named(folder), translated():
        engine = connections.write_engine(beside, key=key, memory_security=memory_security)
        with engine.begin() as connection:
            driver = driver_of(connection)
            for statement in schema_statements():
                driver.execute(statement)
            open_books(driver, epoch=new_epoch())
            books = Books(driver)
            books.record(at=datetime.now(UTC), by=author, action=Action.REGISTER_CREATE, objects=[])
            books.close()
            driver.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        engine.dispose()
        require_whole(beside, key=key)  # with its log in the file: only the file gets the name
    try:
        beside.rename(register_path(folder))
        flush_folder(folder)
    except OSError as error:
        raise failure_of(error) from error


def _document(
    document_id: str, kind: str, bucket: str, version: int, fields: str, clashes: str | None
) -> Document:
    return Document(
        document_type=DocumentType(kind),
        document_id=document_id,
        bucket=bucket,
        version=version,
        fields=decode_fields(fields),
        clashes={name: tuple(values) for name, values in decode_clashes(clashes).items()},
    )
