"""The guard of every test of the window sees who reads the register where nobody may wait."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

import desktop.app
from desktop.store.people import count_people
from tests.desktop.ui.world import make_register

_PROGRAM = Path(desktop.app.__file__).parent
_CALLING = "def calling(what):\n    return what()\n"


def calling_from(place: Path, name: str = "calling") -> Callable[[Callable[[], object]], object]:
    """A function that calls what it is given, as if it were written in this file."""
    made: dict[str, Callable[[Callable[[], object]], object]] = {}
    exec(compile(_CALLING.replace("calling", name), str(place), "exec"), made)  # noqa: S102
    return made[name]


@pytest.mark.parametrize("file", [Path("ui/pages/a_page.py"), Path("app.py")])
def test_a_page_that_asks_the_store_itself_is_seen(
    interface_never_waits: list[str], tmp_path: Path, file: Path
) -> None:
    with make_register(tmp_path / "so") as register:
        calling_from(_PROGRAM / file)(partial(count_people, register, ""))
        assert interface_never_waits == [f"{file.name}, calling"]
        interface_never_waits.clear()


def test_a_page_that_reads_the_register_itself_is_seen(
    interface_never_waits: list[str], tmp_path: Path
) -> None:
    with make_register(tmp_path / "so") as register:
        for method in (register.reading, register.writing):
            calling_from(_PROGRAM / "ui" / "a_page.py")(method)
        assert interface_never_waits == ["a_page.py, calling"] * 2
        interface_never_waits.clear()


def test_a_job_the_end_of_the_program_and_the_test_itself_may_wait(
    interface_never_waits: list[str], tmp_path: Path
) -> None:
    with make_register(tmp_path / "so") as register:
        count = partial(count_people, register, "")
        page = calling_from(_PROGRAM / "ui" / "a_page.py")
        job = Thread(target=page, args=(count,))
        job.start()
        job.join(60)
        calling_from(_PROGRAM / "app.py", "_leave_register")(count)
        count()
        calling_from(_PROGRAM / "services" / "a_service.py")(count)
    assert interface_never_waits == []
