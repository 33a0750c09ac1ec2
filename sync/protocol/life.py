"""What happened to a person or a household: died, moved, joined another household, was corrected.

Each event is a field of its own (``event.<id>``) that is added and never changed; taking one back
is another event that names it. So what two devices record about one person is always both kept,
in whatever order it arrives, and whether somebody is dead, gone or here follows from the events:
it is stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as kept
from enum import Enum, StrEnum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first window names these words before the wire is loaded
    from sync.protocol.messages import Value


EVENT = "event."


@unique
class EventKind(StrEnum):
    """What can happen; a newer program may know more."""

    DEATH = "death"
    DEPARTURE = "departure"  # left for a place outside the province's registers
    ARRIVAL = "arrival"  # came, or came back
    HOUSEHOLD = "household"  # lives in another household from then on
    CORRECTION = "correction"  # a field was wrong; ``before`` and ``after`` have both values
    SPLIT = "split"  # of a household: some members made another one
    MERGE = "merge"  # of a household: everybody went into another one
    UNDO = "undo"  # the event ``of`` did not take place


@unique
class Presence(Enum):
    """Is somebody to be worked with? Follows from the events."""

    HERE = "here"
    LEFT = "left"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: an ``EventKind`` value, or one of a newer program.
        date: the day it took place (ISO 8601), as the paper has it.
        paper: which paper says so.
        by, at: who recorded it, and when (ISO 8601).
        details: what the kind needs besides (``of``, ``place``, ``household``, ``relation``,
            ``group``, ``before``, ``after``).
        is_undone: somebody took it back.
    """

    event_id: str
    kind: str
    date: str
    paper: str = kept(repr=False)
    by: str = kept(repr=False)
    at: str
    details: Mapping[str, Value] = kept(repr=False)
    is_undone: bool = False


_TEXTS = frozenset({"kind", "by", "at"})
_MORE_TEXTS = frozenset(
    {"date", "paper", "of", "place", "household", "other", "relation", "group", "headed"}
)
_TABLES = frozenset({"before", "after"})


def is_event(value: Value) -> bool:
    """Is this the value of an event's field?"""
    return (
        isinstance(value, dict)
        and _TEXTS <= value.keys() <= _TEXTS | _MORE_TEXTS | _TABLES
        and all(_is_part(name, part) for name, part in value.items())
    )


def _is_part(name: str, part: Value) -> bool:
    if name not in _TABLES:
        return isinstance(part, str)
    return isinstance(part, dict) and all(
        text is None or isinstance(text, str) for text in part.values()
    )


def has_events(fields: Mapping[str, Value]) -> bool:
    """Did anything happen? Hardly anybody's document needs to be looked at further."""
    return any(name.startswith(EVENT) for name in fields)


def events_of(fields: Mapping[str, Value]) -> list[Event]:
    """Everything that was recorded, undone or not, the earliest day first; no undoings."""
    raw = dict(_raw_events(fields))
    undone = {one.get("of") for one in raw.values() if one["kind"] == EventKind.UNDO}
    found = [
        Event(
            event_id=event_id,
            kind=one["kind"],
            date=str(one.get("date") or ""),
            paper=str(one.get("paper") or ""),
            by=one["by"],
            at=one["at"],
            details=one,
            is_undone=event_id in undone,
        )
        for event_id, one in raw.items()
        if one["kind"] != EventKind.UNDO
    ]
    return sorted(found, key=lambda event: (event.date, event.event_id))


def standing(fields: Mapping[str, Value]) -> list[Event]:
    """What happened and was not taken back, the earliest day first."""
    return [event for event in events_of(fields) if not event.is_undone]


def presence_of(fields: Mapping[str, Value]) -> Presence:
    """Whether somebody is here: who died is dead; else the latest of coming and going counts."""
    if not has_events(fields):
        return Presence.HERE
    events = standing(fields)
    if any(event.kind == EventKind.DEATH for event in events):
        return Presence.DEAD
    moves = [e for e in events if e.kind in (EventKind.DEPARTURE, EventKind.ARRIVAL)]
    has_left = bool(moves) and moves[-1].kind == EventKind.DEPARTURE
    return Presence.LEFT if has_left else Presence.HERE


def _raw_events(fields: Mapping[str, Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    for name, value in fields.items():
        if name.startswith(EVENT) and is_event(value):
            yield name.removeprefix(EVENT), value
