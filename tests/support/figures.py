"""What a server process tells of itself."""

from __future__ import annotations

import requests

from tests.support.server import ServerProcess


def figures(server: ServerProcess) -> dict[str, float]:
    """Its plain figures by name, read now."""
    told = {}
    for line in requests.get(f"{server.url}/metrics", timeout=30).text.splitlines():
        name, _, value = line.partition(" ")
        if name.startswith("so_an_sinh_") and "{" not in name:
            told[name.removeprefix("so_an_sinh_")] = float(value)
    return told
