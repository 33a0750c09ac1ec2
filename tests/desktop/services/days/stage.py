"""What a scene of the day is played on: a folder, a province, a window; and what a scene is.

A new action of the catalogue gets its place in ``tells`` of the scene that does it, and a few
lines in ``play`` that do the real thing; ``test_ledger_catalogue.py`` says which one is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.domain.ledger import Action
from desktop.store import ledger, restricted_ledger
from desktop.store.register import Register
from sync.protocol.documents import RESTRICTED, Role
from tests.support.offices import Clock, Office
from tests.support.server import Province, ServerProcess

OFFICER, SECOND = "Lê Thị Bình", "Phạm Văn Hai"


def written(register: Register) -> set[str]:
    """Every action in the ledger of this register, what is restricted too."""
    restricted = restricted_ledger.lines(register, rights=RESTRICTED, limit=1000)
    return {line.action for line in [*ledger.lines(register, limit=1000), *restricted]}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scene is played: an empty folder, a real province and a real window."""

    folder: Path
    server: ServerProcess
    province: Province
    qtbot: QtBot

    def alone(self, name: str = OFFICER) -> Office:
        """An officer who has never had a network."""
        return Office.create(self.folder / "alone", author=name)

    def make_office(self, role: Role, name: str, *communes: str) -> Office:
        """An enrolled office; the scene closes it."""
        office = Office.create(self.folder / name, author=name, clock=Clock(), home=None)
        code = self.province.code(self.province.office(role, *(communes or ("99001",))), user=name)
        office.syncing.enrol(server_url=self.server.url, code=code)
        return office


@dataclass(frozen=True, slots=True)
class Scene:
    """A piece of real work, and the actions that it writes into the ledger for certain."""

    name: str
    tells: frozenset[Action]
    play: Callable[[Stage], set[str]]

    def __str__(self) -> str:
        return self.name


def told(*offices: Office) -> set[str]:
    """What these offices have written; they are closed."""
    found: set[str] = set()
    for office in offices:
        found |= written(office.register)
        office.close()
    return found
