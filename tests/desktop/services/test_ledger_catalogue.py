"""The catalogue of actions: nothing is written that is not in it, and nothing in it is dead."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import desktop
from desktop.domain.ledger import Action
from tests.desktop.services.days import alone, desks, families, with_province
from tests.desktop.services.days.stage import Scene, Stage
from tests.support.server import Province, ServerProcess

_ROOT = Path(desktop.__file__).parent
#: The day of real work; a new action is told by one of its scenes (see ``days/stage.py``).
_DAY = (*alone.SCENES, *families.SCENES, *desks.SCENES, *with_province.SCENES)


def _sources() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text("utf-8"))) for path in sorted(_ROOT.rglob("*.py"))]


def test_no_action_is_written_by_a_name_of_its_own() -> None:
    """Every ``action=`` is a member of the catalogue or handed on; a text could be misspelt."""
    texts = [
        f"{path.name}:{keyword.value.lineno}"
        for path, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "action"
        and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
        and ast.unparse(node.func) not in ("LedgerEntry", "parser.add_argument")
    ]
    assert texts == []


def test_every_action_is_used_outside_its_catalogue() -> None:
    used = {
        node.attr
        for path, tree in _sources()
        if path.parent.name != "domain"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Action"
    }
    assert {action.name for action in Action} - used == set()


def test_every_action_of_the_catalogue_belongs_to_a_scene_of_the_day() -> None:
    assert set(Action) - {action for scene in _DAY for action in scene.tells} == set()


@pytest.mark.parametrize("scene", _DAY, ids=str)
def test_everything_in_the_catalogue_is_written_by_real_work(
    scene: Scene,
    tmp_path: Path,
    server: ServerProcess,
    province: Province,
    qtbot: QtBot,
) -> None:
    stage = Stage(folder=tmp_path, server=server, province=province, qtbot=qtbot)
    found = scene.play(stage)
    assert found - {action.value for action in Action} == set()
    assert {action.value for action in scene.tells} - found == set()
