"""The window is killed at any moment while an officer types: nothing it said is lost.

The long run, 200 saves: ``python -m pytest -m long -s tests/e2e/test_killed_window.py``
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.people import PersonId
from desktop.services.drafts import Drafts
from desktop.services.unlocking import open_register
from desktop.store.health import check_whole
from tests.desktop.ui.world import CHEAP, PASSPHRASE, USER, clock, make_register, records_of
from tests.support.children import SECONDS, joined

_NAME = "identity/full_name"
_ROOT = Path(__file__).parents[2]


@dataclass
class Counts:
    """What a run came to."""

    kills: int = 0
    saves: int = 0
    kept: int = 0
    came_back: int = 0
    kills_at_opening: int = 0


@dataclass
class Run:
    """An officer's window, started again after each kill, on one register."""

    folder: Path
    seed: int
    counts: Counts = field(default_factory=Counts)
    saved: list[dict[str, Any]] = field(default_factory=list)
    waiting: dict[str, Any] | None = None

    def cycle(self) -> None:
        """Start, let type, kill, look."""
        rng = random.Random(self.seed * 1000 + self.counts.kills)
        told = self._killed(lines=rng.choice([0, *range(1, 10)]), then=rng.uniform(0, 0.5), rng=rng)
        self.counts.kills += 1
        self._compare_with_what_waited(told)
        self.saved += [content for what, content in told if what == "saved"]
        self.counts.saves += sum(what == "saved" for what, _ in told)
        self.counts.kept += sum(what == "kept" for what, _ in told)
        self._look(told)

    def _killed(self, *, lines: int, then: float, rng: random.Random) -> list[tuple[str, Any]]:
        """What the window told until it was killed, after so many lines and a moment more."""
        window = subprocess.Popen(
            [
                sys.executable,
                *("-m", "tests.support.typing_window"),
                *(str(self.folder), str(rng.randrange(10**6))),
            ],
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        assert window.stdout is not None
        told: list[tuple[str, Any]] = []
        enough = threading.Event()

        def _listen() -> None:
            assert window.stdout is not None
            for raw in window.stdout:
                if raw.endswith(b"\n"):
                    told.append(tuple(json.loads(raw)))
                if len(told) >= lines:
                    enough.set()
            enough.set()

        listener = threading.Thread(target=_listen)
        listener.start()
        if lines:
            assert enough.wait(600), told  # only a window that hangs
        else:
            self.counts.kills_at_opening += 1
        time.sleep(then)  # any moment will do; none decides the test
        assert window.poll() is None, "the window ended by itself"
        window.kill()
        joined(listener)
        window.wait(SECONDS)
        window.stdout.close()
        return told

    def _compare_with_what_waited(self, told: list[tuple[str, Any]]) -> None:
        """The form stands again as the register had it."""
        found = [content for what, content in told if what == "back"]
        if not found:
            return  # it was killed before it stood there
        [back] = found
        if self.waiting is None:
            assert back is None
            return
        assert back is not None, "a draft waited and did not come back"
        assert back["name"] == self.waiting["name"]
        path, text, position = self.waiting["cursor"]
        assert back["cursor"][0] == path
        if text is not None:
            assert back["cursor"][1:] == [text, position]
        self.counts.came_back += 1

    def _look(self, told: list[tuple[str, Any]]) -> None:
        """The register opens, whole; what was said to be saved or kept is there."""
        with open_register(
            self.folder, user_name=USER, passphrase=PASSPHRASE, cost=CHEAP
        ) as register:
            check_whole(register)
            records = records_of(register)
            drafts = Drafts(register=register, author=USER, clock=clock)
            with register.reading() as connection:
                ids = [
                    PersonId(one)
                    for (one,) in connection.exec_driver_sql(
                        "SELECT id FROM documents WHERE type = 'person'"
                    )
                ]
            stored = [dict(records.open(person_id).answers) for person_id in ids]
            for answers in self.saved:
                # What stood half-typed in a line is taken when the page is left, after the save
                # that was told; two forms that came back without a name may say the same.
                found = sum(answers.items() <= one.items() for one in stored)
                assert found >= self.saved.count(answers), answers.get(_NAME)
                assert _NAME not in answers or found == 1, answers[_NAME]
            assert len(drafts.own()) <= 1
            last = next((c for what, c in reversed(told) if what == "kept"), None)
            is_saved_since = any(what == "saved" for what, _ in told[_index(told, last) :])
            if last is not None and not is_saved_since:
                self._look_for_draft(last, drafts, ids)
            self.waiting = None
            for one in drafts.own():
                draft = drafts.get(one.draft_id)
                cursor = draft.cursor
                self.waiting = {
                    "name": draft.full_name,
                    "cursor": [cursor.path, cursor.text, cursor.position],
                }

    @staticmethod
    def _look_for_draft(last: dict[str, Any], drafts: Drafts, ids: list[PersonId]) -> None:
        """What was kept is there, or written over by what was typed later, or saved."""
        found = {one.draft_id for one in drafts.own()}
        if last["id"] not in found:
            assert last["id"] in ids, "a draft is gone and nobody was saved"
            return
        draft = drafts.get(last["id"])
        assert draft.revision >= last["revision"]
        if draft.revision == last["revision"]:
            cursor = draft.cursor
            assert [cursor.path, cursor.text, cursor.position] == last["cursor"]


def _index(told: list[tuple[str, Any]], content: object) -> int:
    return next((n for n, (_, one) in enumerate(told) if one is content), len(told))


def run(folder: Path, *, seed: int, kills: int = 0, saves: int = 0) -> Counts:
    """Until there were so many kills and so many saves."""
    faulthandler.cancel_dump_traceback_later()  # each wait in it has its own limit
    make_register(folder).close()
    office = Run(folder, seed)
    while office.counts.kills < kills or office.counts.saves < saves:
        office.cycle()
    print(f"\nseed {seed}: {office.counts}")  # shown with -s
    return office.counts


def test_a_window_killed_eight_times_loses_nothing_it_said(tmp_path: Path) -> None:
    counts = run(tmp_path / "so", seed=20261122, kills=8)
    assert counts.saves and counts.kept and counts.came_back


@pytest.mark.long
def test_a_window_killed_during_two_hundred_saves_loses_nothing_it_said(tmp_path: Path) -> None:
    counts = run(tmp_path / "so", seed=4, kills=40, saves=200)
    assert counts.saves >= 200 and counts.came_back
