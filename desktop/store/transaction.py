"""One write transaction of a register: its connection, its documents and its books."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from sqlalchemy import Connection

from desktop.store.batch import Batch
from desktop.store.books import Books
from desktop.store.driver import driver_of
from desktop.store.rights import rights_in
from sync.protocol.documents import DataSet


class Transaction:
    """What writes together is committed together; made by ``Register.writing``.

    Attributes:
        driver: for statements that concern neither documents nor books.
        user: who opened the register; ``None`` for nobody in particular.
        books: changes and ledger lines; closed by the register before the commit.
        has_dropped: documents are gone, a whole bucket of them or some: what was kept of them
            cannot be mended by looking at what was written, and is read anew.
    """

    def __init__(self, connection: Connection, *, user: str | None = None) -> None:
        self.driver = driver_of(connection)
        self.user = user
        self.books = Books(self.driver)
        self.has_dropped = False

    @cached_property
    def rights(self) -> frozenset[DataSet]:
        """What is restricted and the user may nevertheless see and change."""
        return rights_in(self.driver, self.user)

    @property
    def written(self) -> tuple[Collection[str], Collection[str]]:
        """What was written here; and persons of whom that tells them otherwise from others."""
        if "documents" not in self.__dict__:
            return (), ()
        return self.documents.written, self.documents.renamed

    @cached_property
    def documents(self) -> Batch:
        """The documents of this transaction."""
        return Batch(self.driver)
