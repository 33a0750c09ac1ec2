"""The box of a commune for tests: a real process on a database of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from types import TracebackType

from sqlalchemy import Engine, make_url, text

from sync.server.box import commands
from sync.server.box.home import home_of
from sync.server.database import migrate, open_engine
from sync.server.tables import metadata
from tests.support.server import ServerProcess

_NAME = "box"
_WAIT_SECONDS = 60


class BoxProcess(ServerProcess):
    """``so-an-sinh-server box run`` as a process; a context manager.

    Attributes:
        engine: its database.
    """

    def __init__(self, database_url: str, *, every: float = 0.1) -> None:
        super().__init__(database_url, command=("box", "run", "--every", str(every)))
        self.engine: Engine = open_engine(database_url)
        self.empty()

    def __enter__(self) -> BoxProcess:
        """Not started yet: it has to be enrolled first."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self.engine.dispose()

    def empty(self) -> None:
        """As if it had never been a box."""
        with self.engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def enrol(self, server_url: str, code: str) -> str:
        """Make it a box of the province; gives its device id."""
        commands.enrol(server=server_url, code=code, database_url=self._database_url)
        with self.engine.connect() as connection:
            return home_of(connection).enrolled.device

    def told(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command on its database."""
        return subprocess.run(
            [sys.executable, "-m", "sync.server", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_WAIT_SECONDS,
        )

    def count(self, condition: str) -> int:
        """How many pushes there are like this."""
        with self.engine.connect() as connection:
            found = connection.execute(
                text(f"SELECT count(*) FROM box_pushes WHERE last >= first AND {condition}")  # noqa: S608 texts of tests
            )
            return int(found.scalar_one())

    def do(self, statement: str) -> None:
        """What befalls its disk."""
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Let it go its rounds until this holds."""
        end = monotonic() + _WAIT_SECONDS
        while not is_so():
            assert monotonic() < end, self.log
            sleep(0.05)

    def wait_for_rounds(self) -> None:
        """Until it was at the province, with everything that waits now, and back."""
        # The first that is seen may have begun before this call, and each is noted at its start:
        # the third says that the second, which knows everything of now, is over.
        for _ in range(3):
            self.do("UPDATE box_home SET reached_at = NULL")
            self.wait_until(self.has_reached)
        self.wait_until(lambda: not self.count("state IN ('waiting', 'receipted')"))

    def has_reached(self) -> bool:
        """Was it at the province? A round begins with that."""
        reached = text("SELECT reached_at IS NOT NULL FROM box_home")
        with self.engine.connect() as connection:
            return bool(connection.execute(reached).scalar_one())

    def has_read(self) -> bool:
        """Has it a page of what the province has? A round ends with that."""
        feeds = text("SELECT EXISTS (SELECT FROM box_feeds)")
        with self.engine.connect() as connection:
            return bool(connection.execute(feeds).scalar_one())


@contextmanager
def box_database(postgres_url: str, name: str = _NAME) -> Iterator[str]:
    """An empty database beside the province's, dropped afterwards."""
    admin = open_engine(postgres_url)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        address = make_url(postgres_url).set(database=name)
        told = address.render_as_string(hide_password=False)
        engine = open_engine(told)
        migrate(engine)
        engine.dispose()
        yield told
    finally:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
