"""``so-an-sinh demo``: the training province in windows, or played by itself and counted."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typer
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import Desktop, create_application
from desktop.demo import play, scenes
from desktop.demo.comparison import differences
from desktop.demo.server import ServerAddress, ServerDidNotStartError, TrainingServer
from desktop.demo.summary import Summary
from desktop.demo.typist import DidNotHappenError, Typist
from desktop.demo.world import USERS, World, make_world
from desktop.store.holdings import Holdings, holdings
from desktop.store.ledger import verify
from desktop.training.province import TRAINING_PASSPHRASE, training_province
from sync.protocol.documents import DataSet, Role, bucket_of

_OK, _FAILED = 0, 1
_ENDED = 143  # what a shell reports of a process that was asked to end
_TURN_MS = 200
_CASCADE_PIXELS = 36


def run_demo(*, headless: bool, screenshots: Path | None, as_json: bool, desktop_half: bool) -> int:
    """Run the demo; returns the exit code of the process. Without a display it plays by itself."""
    headless = headless or not _has_display()
    if headless or desktop_half:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Asked to end, the play stops where it is and its folder goes with it.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(_ENDED))
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-tap-huan-") as name:
        folder = Path(name)
        try:
            if desktop_half:
                return _tell(_play_offline(folder, screenshots), as_json=as_json)
            with TrainingServer(folder=folder / "server") as address:
                if headless:
                    return _tell(_play(folder, address, screenshots), as_json=as_json)
                return _open_windows(folder, address)
        except ServerDidNotStartError as error:
            typer.echo(f"Máy chủ tập huấn không khởi động được:\n{error.details}", err=True)
            return _FAILED


def _has_display() -> bool:
    """Is there a screen? Only Linux may have none."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in names)


def _tell(summary: Summary, *, as_json: bool) -> int:
    typer.echo(summary.as_table())
    if as_json:
        typer.echo(summary.as_json())
    return _OK if summary.held else _FAILED


def _step(words: str) -> None:
    """Progress, beside the result that goes to standard output."""
    typer.echo(f"… {words}", err=True)


# -- played --


@contextmanager
def _desktops(world: World, roles: tuple[Role, ...]) -> Iterator[dict[Role, Desktop]]:
    """Desktops on these registers, closed in any case."""
    create_application(sys.argv[:1])
    desktops = {role: Desktop(folder=world.folders[role]) for role in roles}
    try:
        yield desktops
    finally:
        for desktop in desktops.values():
            desktop.close()


def _play(folder: Path, address: ServerAddress, pictures: Path | None) -> Summary:
    """All three roles on one server."""
    started = time.monotonic()
    now = datetime.now(UTC)
    _step("lập ba sổ, nạp 200 hộ tập huấn")
    world = make_world(folder, now=now)
    failures: list[str] = []
    with _desktops(world, tuple(world.folders)) as desktops:
        typists = {
            role: Typist(desktop=desktop, pictures=pictures, name=role.value)
            for role, desktop in desktops.items()
        }
        stick = folder / "usb"
        stick.mkdir()
        try:
            scenes.play_all(world, typists, address, stick, tell=_step)
        except (DidNotHappenError, LookupError) as error:
            failures.append(str(error))
        found = {role: _holdings_of(desktop) for role, desktop in desktops.items()}
        unsent = sum(_unsent(desktop) for desktop in desktops.values())
        failures += [
            f"ledger of {role.value}"
            for role, desktop in desktops.items()
            if not _ledger_holds(desktop)
        ]
    return _counted(found, unsent=unsent, seconds=time.monotonic() - started, failures=failures)


def _play_offline(folder: Path, pictures: Path | None) -> Summary:
    """The officer's part only: what a PC without any server can do."""
    started = time.monotonic()
    _step("lập sổ, nạp 200 hộ tập huấn")
    world = make_world(folder, now=datetime.now(UTC))
    failures: list[str] = []
    with _desktops(world, (Role.OFFICER,)) as desktops:
        officer = Typist(desktop=desktops[Role.OFFICER], pictures=pictures, name="officer")
        try:
            scenes.enter_five(officer, world, tell=_step)
        except (DidNotHappenError, LookupError) as error:
            failures.append(str(error))
        found = {Role.OFFICER: _holdings_of(desktops[Role.OFFICER])}
        unsent = _unsent(desktops[Role.OFFICER])
        if not _ledger_holds(desktops[Role.OFFICER]):
            failures.append("ledger of officer")
    return _counted(
        found,
        unsent=unsent,
        seconds=time.monotonic() - started,
        failures=failures,
        expected=_OFFLINE,
    )


# -- counted --


def _holdings_of(desktop: Desktop) -> dict[str, Holdings]:
    return holdings(desktop.services.register) if desktop.services is not None else {}


def _unsent(desktop: Desktop) -> int:
    return desktop.services.syncing.status().unsent if desktop.services is not None else 0


def _ledger_holds(desktop: Desktop) -> bool:
    return desktop.services is not None and verify(desktop.services.register).is_sound


#: What must come out, by the names of ``Summary``.
_WHOLE = {
    "entered": 5,
    "submitted": 6,
    "flagged": 2,
    "checked": 2,
    "accepted": 3,
    "returned": 1,
    "unsent": 0,
    "lost": 0,
    "converged": True,
}
_OFFLINE = {"entered": 5, "submitted": 5, "flagged": 2}


def _counted(
    found: Mapping[Role, Mapping[str, Holdings]],
    *,
    unsent: int,
    seconds: float,
    failures: list[str],
    expected: Mapping[str, object] = _WHOLE,
) -> Summary:
    officer = found[Role.OFFICER]
    commune = training_province().communes[0].code

    def held(data_set: DataSet) -> Holdings:
        return officer.get(bucket_of(commune, data_set), {})

    checks, submissions = held(DataSet.CHECK), held(DataSet.SUBMISSION)
    reviews = [fields.get("review") for fields in submissions.values()]
    lost = differences(list(found.values()))
    summary = Summary(
        entered=len(held(DataSet.LABOUR)),
        submitted=len(submissions),
        flagged=len(checks),
        checked=sum("answer" in fields for fields in checks.values()),
        accepted=reviews.count("accepted"),
        returned=reviews.count("returned"),
        unsent=unsent,
        lost=lost,
        converged=lost == 0 and unsent == 0 and len(found) > 1,
        seconds=round(seconds, 1),
    )
    failures += [
        f"{name}: {getattr(summary, name)}, expected {value}"
        for name, value in expected.items()
        if getattr(summary, name) != value
    ]
    return replace(summary, failures=tuple(failures))


# -- in windows --


def _open_windows(folder: Path, address: ServerAddress) -> int:
    """Three desktops, unlocked and connected, for somebody to play with."""
    application = create_application(sys.argv[:1])
    _step("lập ba sổ, nạp 200 hộ tập huấn")
    world = make_world(folder, now=datetime.now(UTC))
    with _desktops(world, tuple(world.folders)) as desktops:
        for place, role in enumerate((Role.COLLECTOR, Role.POLICE, Role.OFFICER)):
            desktops[role].window.move(place * _CASCADE_PIXELS, place * _CASCADE_PIXELS)
            typist = Typist(desktop=desktops[role], pictures=None, name=role.value)
            play.unlock(typist)
            scenes.join(typist, role, address)
            first = {Role.OFFICER: "people", Role.POLICE: "police", Role.COLLECTOR: "collecting"}
            play.go_to(typist, first[role])
        users = ", ".join(USERS.values())
        typer.echo(f"Ba cửa sổ đã mở: {users}. Mật khẩu cả ba: {TRAINING_PASSPHRASE}")
        _quit_when_asked(application)
        return application.exec()


def _quit_when_asked(application: QApplication) -> None:
    """Ctrl+C and a request to end close the windows in order, so that nothing stays behind."""

    def quit_now(_number: int, _frame: object) -> None:
        application.quit()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, quit_now)
    # Python sees a signal only when it gets its turn.
    turn = QTimer(application)
    turn.timeout.connect(lambda: None)
    turn.start(_TURN_MS)
