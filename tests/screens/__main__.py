"""``python -m tests.screens DIR``: a picture of every page of the three roles, to be looked at.

The demo is played until the collecting office has decided; then each page of each desktop is
drawn at 1366×768 and 1920×1080, by day, by night and in strong contrast; with ``--scale 1.5`` as a
screen of 1920×1080 set to 150 % shows them. ``index.html`` in the folder shows them all, and what
is cut off on one is told by name. Only people of the training province are on them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from desktop.app import Desktop, create_application
from desktop.demo import play, scenes
from desktop.demo.server import TrainingServer
from desktop.demo.typist import Typist
from desktop.demo.world import make_world
from desktop.domain.preferences import Appearance
from sync.protocol.documents import Role
from tests.desktop.ui.test_layout import whatever_is_cut
from tests.screens.visits import Visit, visits

_SIZES = (QSize(1366, 768), QSize(1920, 1080))
#: What a screen of 1920×1080 has left when everything on it is drawn larger.
_SCALED = QSize(1920, 1080)
_LOOKS = (Appearance.LIGHT, Appearance.DARK, Appearance.CONTRAST)


def main() -> int:
    """Draw everything asked for."""
    wanted = _arguments().parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sizes: tuple[QSize, ...] = _SIZES
    if wanted.scale != 1:
        os.environ["QT_SCALE_FACTOR"] = str(wanted.scale)
        sizes = (_SCALED / wanted.scale,)
    pictures: list[Path] = []
    with _three_offices() as typists:
        for role, typist in typists.items():
            typist.sit_down()
            for visit in visits(typist, role):
                if wanted.only in f"{role.value}-{visit.name}":
                    pictures += _draw(typist, role, visit, wanted.folder, sizes)
    index = "\n".join(f'<p>{one.as_posix()}</p><img src="{one.as_posix()}">' for one in pictures)
    (wanted.folder / "index.html").write_text(index, encoding="utf-8")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.screens")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pictures with this in their name: police-queue")
    parser.add_argument("--scale", type=float, default=1, help="1.25, 1.5: of the screen")
    return parser


@contextmanager
def _three_offices() -> Iterator[Mapping[Role, Typist]]:
    """Desktops with work on them."""
    create_application(["so-an-sinh"])
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-") as name:
        folder = Path(name)
        world = make_world(folder, now=datetime.now(UTC))
        desktops = {role: Desktop(folder=world.folders[role]) for role in world.folders}
        typists = {
            role: Typist(desktop=desktop, pictures=None, name=role.value)
            for role, desktop in desktops.items()
        }
        try:
            with TrainingServer(folder=folder / "server") as address:
                (folder / "usb").mkdir()
                scenes.play_until_reviewed(
                    world, typists, address, folder / "usb", tell=lambda _words: None
                )
                play.synchronise(typists[Role.OFFICER])
                yield typists
        finally:
            for desktop in desktops.values():
                desktop.close()


def _draw(
    typist: Typist, role: Role, visit: Visit, folder: Path, sizes: Sequence[QSize]
) -> Iterator[Path]:
    window = typist.desktop.window
    visit.go(typist)
    for look in _LOOKS:
        typist.desktop.wear(look)
        for size in sizes:
            window.resize(size)
            typist.settle()
            QApplication.processEvents()
            path = folder / look.value / f"{size.width()}" / f"{role.value}-{visit.name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            window.grab().save(str(path))
            for words in whatever_is_cut(window):
                print(f"{path.relative_to(folder)}: {words}")
            yield path.relative_to(folder)
    typist.desktop.wear(Appearance.LIGHT)


if __name__ == "__main__":
    raise SystemExit(main())
