"""Defects planted on purpose: a simulator that does not find them proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from unittest.mock import patch

import msgspec
from msgspec.structs import replace

from desktop.store import inbox
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox
from sync.client import engine
from sync.protocol import merge
from sync.protocol.codec import LINES_TYPE, WireError, decode_pull, encode_lines
from sync.protocol.messages import PushAnswer
from sync.server import collecting, history, moves, push
from tests.sync.simulation.network import Letter, content_of
from tests.sync.simulation.server import Reply
from tests.sync.simulation.world import World

Plant: TypeAlias = Callable[[World], None]


@dataclass(frozen=True)
class Defect:
    """A defect, and where it must be found: within so many seeds from the first one on."""

    plant: Plant
    first: int
    seeds: int
    two_collectors: bool = False


DEFECTS: dict[str, Defect] = {}


def planted(
    *, within: int, first: int = 0, two_collectors: bool = False
) -> Callable[[Plant], Plant]:
    """Register a defect."""

    def registered(plant: Plant) -> Plant:
        DEFECTS[plant.__name__] = Defect(plant, first, within, two_collectors)
        return plant

    return registered


def _replace(world: World, target: Any, name: str, other: Any) -> None:
    """As long as the story lasts."""
    patcher = patch.object(target, name, other)
    patcher.start()
    world.at_end(patcher.stop)


@planted(within=10)
def a_receipt_is_dropped_as_if_applied(world: World) -> None:
    """The client believes that changes are sent which the server never saw."""
    whole = RegisterOutbox.settle

    def settle(outbox: RegisterOutbox, answer: PushAnswer) -> None:
        if answer.results:
            last = answer.results[-1]
            more = replace(last, seq=last.seq + 1)
            answer = replace(answer, results=[*answer.results, more], acked=more.seq)
        whole(outbox, answer)

    _replace(world, RegisterOutbox, "settle", settle)


@planted(within=4, first=18)
def the_chain_is_not_checked(world: World) -> None:
    """A copied or restored register goes on under numbers that are used already."""

    _replace(world, push, "_stored_hash", lambda *_args: _Anything())


class _Anything:
    """Equal to whatever it is compared with."""

    def __eq__(self, _other: object) -> bool:
        return True

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


@planted(within=10)
def the_cursor_runs_ahead_of_the_rows(world: World) -> None:
    """A row of each page is left out though the cursor passes over it; of each repair too."""

    def shortened(whole: Callable[..., None]) -> Callable[..., None]:
        def apply(*inbox_and_bucket: Any, **page: Any) -> None:
            whole(*inbox_and_bucket, **{**page, "rows": page["rows"][:-1]})

        return apply

    for name in ("apply_page", "repair"):
        _replace(world, RegisterInbox, name, shortened(getattr(RegisterInbox, name)))


@planted(within=10)
def digests_are_not_compared(world: World) -> None:
    """Whoever lost something unnoticed never hears of it."""
    _replace(world, engine, "different", lambda *_args: ())


@planted(within=2, first=39)
def repeated_changes_are_applied_again(world: World) -> None:
    """Under another epoch the server does not know again what it has."""

    def accepted_before(*_args: Any, **_how: Any) -> dict[str, Any]:
        return {}

    _replace(world, history, "accepted_before", accepted_before)


@planted(within=3, first=23)
def pulled_rows_hide_unsent_edits(world: World) -> None:
    """A pull shows the server's row without what waits on top of it."""
    _replace(world, inbox, "_waiting", lambda *_args: {})


@planted(within=14, first=10)
def a_withdrawn_bucket_is_kept(world: World) -> None:
    """The line loses what the server says about a right that was taken away."""

    def line(letter: Letter, reply: Reply) -> Reply:
        if letter.path != "/sync/v1/pull" or reply.status != 200:
            return reply
        try:
            page = decode_pull(content_of(reply))
        except WireError:  # spoilt on the way already
            return reply
        body = encode_lines([*page.grants, *page.rows, page.end])
        return Reply(reply.status, [("content-type", LINES_TYPE)], body)

    world.line = line


@planted(within=10)
def half_a_save_is_accepted(world: World) -> None:
    """The server applies the sound changes of a save of which one is refused."""

    def apply_whole(applying: Any, save: Any) -> Any:
        staged: dict[Any, Any] = {}
        results = []
        for change in save:
            step = applying._step(change, staged)
            is_held = not isinstance(step, msgspec.Struct)
            results.append(push._held(change, step) if is_held else step)
        applying._after.update(staged)
        return results

    _replace(world, push._Applying, "_apply_whole", apply_whole)


@planted(within=10)
def the_last_value_wins_always(world: World) -> None:
    """Nothing that loses is kept beside the document."""
    _replace(world, merge._Merging, "_is_seen", lambda *_args: True)


@planted(within=10)
def what_moved_arrives_nowhere(world: World) -> None:
    """The sending commune closes the entry, and the receiving one never hears of it."""
    _replace(world, moves, "likenesses", lambda *_args, **_how: {})


@planted(within=10, two_collectors=True)
def a_former_office_decides_what_came_after(world: World) -> None:
    """The server forgets that the commune went to another collecting office."""
    _replace(world, collecting, "handed_over", lambda *_args, **_how: {})
