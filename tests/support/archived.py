"""A PostgreSQL whose log is archived, to be lost and restored to a point in time."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import psycopg

from sync.server.embedded import postgres_program

_USER = "pgserver"
_WAIT_SECONDS = 120


class ArchivedPostgres:
    """One cluster with its archive and a base backup, all in ``folder`` (a short path).

    The commands are the ones of the operator's page. It listens on a socket file in the folder, so
    that a restored cluster is found where the lost one was.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data, self._base = folder / "data", folder / "base"
        self._archive = folder / "archive"
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        folder.chmod(0o755)
        for path in (folder, self._archive):
            path.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(path, _USER, _USER)

    def make(self) -> None:
        """A new cluster that archives, running."""
        self._run("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", self._data)
        self._configure(
            "listen_addresses = ''",
            f"unix_socket_directories = '{self._folder}'",
            "log_error_verbosity = terse",
            "archive_mode = on",
            f"archive_command = 'test ! -f {self._archive}/%f && cp %p {self._archive}/%f'",
        )
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes changes."""
        log = str(self._folder / "log")
        self._run("pg_ctl", "-w", "-D", self._data, "-l", log, "start")
        self._wait_for("SELECT NOT pg_is_in_recovery()")

    def stop(self) -> None:
        """Stop it at once, as a failing machine does; nothing where it does not run."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def back_up(self) -> None:
        """A base backup of the running cluster."""
        where = ("-h", self._folder, "-U", "postgres", "-D", self._base)
        self._run("pg_basebackup", *where, "-X", "none", "-c", "fast", "--no-password")

    def now(self) -> str:
        """This moment, as ``recovery_target_time`` takes it."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT clock_timestamp()::text").fetchone()
            assert row is not None
            return str(row[0])

    def archive_everything(self) -> None:
        """Wait until what was written so far is in the archive."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
        wanted = f"last_archived_wal >= '{row[0]}'"
        self._wait_for(f"SELECT {wanted} FROM pg_stat_archiver")  # noqa: S608 a name of its own

    def lose(self) -> None:
        """The machine is gone; backup and archive are elsewhere."""
        self.stop()
        shutil.rmtree(self._data)

    def restore(self, moment: str) -> None:
        """The base backup and the archived log, up to a moment; running again."""
        shutil.copytree(self._base, self._data)
        self._configure(
            f"restore_command = 'cp {self._archive}/%f %p'",
            f"recovery_target_time = '{moment}'",
            "recovery_target_action = promote",
        )
        (self._data / "recovery.signal").touch()
        if os.geteuid() == 0:
            for path in (self._data, *self._data.rglob("*")):
                shutil.chown(path, _USER, _USER)
        self._data.chmod(0o700)
        self.start()

    def _configure(self, *lines: str) -> None:
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def _wait_for(self, condition: str) -> None:
        end = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < end:
            with psycopg.connect(self.url, autocommit=True) as connection:
                row = connection.execute(condition).fetchone()
            if row is not None and row[0]:
                return
            time.sleep(0.1)
        raise AssertionError(f"never came true: {condition}")

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [postgres_program(program), *arguments],
            user=_USER if os.geteuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            cwd=self._folder,
            text=True,
            timeout=_WAIT_SECONDS,
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"
