"""Small and write-protected disks for tests: memory mounted as a folder, where that is allowed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path


@cache
def may_mount() -> bool:
    """Tried once: root on Linux may, unless its container forbids it."""
    if sys.platform != "linux":
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            mount_memory(Path(folder), options="size=64k")
        except (OSError, subprocess.CalledProcessError):
            return False
        unmount(Path(folder))
        return True


def mount_memory(folder: Path, *, options: str) -> None:
    """Mount a disk of memory on an empty folder."""
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def unmount(folder: Path) -> None:
    """Take it away again."""
    subprocess.run(["umount", str(folder)], check=True, capture_output=True)
