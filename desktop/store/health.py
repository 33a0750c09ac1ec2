"""Whether a register's place and file are sound: looked at when it opens, and for the doctor.

The quick check reads every page, and each page is authenticated as it is read, so a damaged one is
found wherever it is. It runs after a checkpoint: without SQLite's log, pages that a power cut left
half-moved would look damaged.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
from collections.abc import Mapping
from enum import Enum, unique
from pathlib import Path, PurePath, PureWindowsPath

import sqlalchemy
from sqlcipher3 import dbapi2

from desktop.errors import ExternalError, Problem
from desktop.store.folder import register_path
from desktop.store.register import Register

#: Below this a commune's day of work, its log and a snapshot on closing may no longer fit.
LOW_SPACE_BYTES = 500 * 1024 * 1024

#: Folders that another program copies to and from the internet while we write: by their names,
#: and by the variables in which OneDrive tells where it is.
_CLOUD_NAMES = re.compile(
    r"(onedrive|dropbox|google ?drive|my drive|icloud ?drive|mega(sync)?|nextcloud|owncloud|"
    r"pcloud ?drive|box sync|syncthing)( *[-(].*)?",
    re.IGNORECASE,
)
_CLOUD_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
#: Types of file systems on another machine, as Linux names them.
_NETWORK_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "davfs", "fuse.sshfs", "fuse.rclone", "ncpfs"}
)
_DRIVE_REMOTE = 4  # GetDriveTypeW


@unique
class FolderKind(Enum):
    """Where a folder lies."""

    LOCAL = "local"
    NETWORK = "network"
    CLOUD = "cloud"


def folder_kind(folder: Path, *, environment: Mapping[str, str] | None = None) -> FolderKind:
    """Is the folder on this PC's own disk, on the network, or synced with a cloud?"""
    whole = folder.absolute()
    if _is_network(whole):
        return FolderKind.NETWORK
    if is_in_cloud(whole, os.environ if environment is None else environment):
        return FolderKind.CLOUD
    return FolderKind.LOCAL


def is_in_cloud(folder: PurePath, environment: Mapping[str, str]) -> bool:
    """By the names on its path, or because a cloud's program says that its folder is there."""
    if any(_CLOUD_NAMES.fullmatch(name) for name in folder.parts):
        return True
    roots = (environment.get(name, "") for name in _CLOUD_VARIABLES)
    return any(root and folder.is_relative_to(root) for root in roots)


def is_share(folder: PurePath) -> bool:
    r"""Is it named as a share of another PC, ``\\server\share``?"""
    drive = PureWindowsPath(folder).drive
    return drive.startswith("\\\\") and not drive.startswith(("\\\\?\\", "\\\\.\\"))


def _is_network(folder: Path) -> bool:
    if sys.platform == "win32":
        drive = ctypes.windll.kernel32.GetDriveTypeW(folder.anchor)
        return is_share(folder) or drive == _DRIVE_REMOTE
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return system_of(folder.resolve(), mounts) in _NETWORK_SYSTEMS


def system_of(folder: PurePath, mounts: str) -> str:
    """The type of the file system that holds the folder, from ``/proc/self/mountinfo``."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = fields[4].replace("\\040", " ")
        if len(point) > longest and folder.is_relative_to(point):
            found, longest = after.split()[0], len(point)
    return found


def free_bytes(folder: Path) -> int | None:
    """Room on the folder's disk; ``None`` when it cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def place_problems(folder: Path) -> list[Problem]:
    """What is doubtful about where the register lies; nothing that keeps it from opening."""
    found: list[Problem] = []
    match folder_kind(folder):
        case FolderKind.NETWORK:
            found.append(Problem.FOLDER_ON_NETWORK)
        case FolderKind.CLOUD:
            found.append(Problem.FOLDER_IN_CLOUD)
        case FolderKind.LOCAL:
            pass
    free = free_bytes(folder)
    if free is not None and free < max(LOW_SPACE_BYTES, _size(folder)):
        found.append(Problem.SPACE_LOW)
    return found


def check_whole(register: Register) -> None:
    """Read every page of an open register, while others work; raises ``REGISTER_DAMAGED``."""
    register.checkpoint()
    with register.reading() as connection:
        if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
            raise ExternalError(Problem.REGISTER_DAMAGED)
        # What it read fills the connection's pages; nobody asks for most of them again.
        connection.exec_driver_sql("PRAGMA shrink_memory")


def _size(folder: Path) -> int:
    """A snapshot needs as much again."""
    try:
        return register_path(folder).stat().st_size
    except OSError:
        return 0


def library_versions() -> dict[str, str]:
    """The database's own versions, for support."""
    return {"sqlite": dbapi2.sqlite_version, "sqlalchemy": sqlalchemy.__version__}


def outbox_states(register: Register) -> dict[str, int]:
    """How many changes are in each state."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT state, count(*) FROM outbox GROUP BY 1 ORDER BY 1"
        )
        return {str(state): int(count) for state, count in rows}
