"""What the province published, as the office sees it: what came, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.errors import Problem
from sync.protocol.packs import PackKind


@dataclass(frozen=True, slots=True)
class TextNews:
    """A text of a form that was not here before.

    Attributes:
        version: the first day on which new records are made with it (ISO 8601).
        after: the text before it; "" for the first one.
        added, changed, retired: labels of the questions.
    """

    version: str
    after: str = ""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackNews:
    """What a pack is, and what it changes here.

    Attributes:
        name: the form's id, the list's name, the commune's code.
        in_force: the day from which the newest of it counts (ISO 8601).
        items: how many texts, choices, units or persons.
        texts: those of a form that are new here.
        withdrawn: texts of a form that begin no new record any more, and did until now.
        drafts: half-typed forms here that were begun with a text it replaces or takes back.
        is_repeated: exactly this is here already.
    """

    kind: PackKind
    name: str
    title: str
    number: int
    in_force: str
    issued_at: str
    items: int
    texts: tuple[TextNews, ...] = ()
    withdrawn: tuple[str, ...] = ()
    drafts: int = 0
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class HeldPack:
    """What the register has of the province: the news as it was when it came, and when."""

    news: PackNews
    applied_at: str


@dataclass(frozen=True, slots=True)
class RefusedPack:
    """What came and was not taken: why, and when."""

    title: str
    number: int
    problem: Problem
    at: str
    parameters: tuple[tuple[str, str], ...] = ()
