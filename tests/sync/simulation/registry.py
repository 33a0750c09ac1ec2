"""The registry of what can happen, and the helpers that operations share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from desktop.errors import ExternalError
from desktop.store.documents import Document, Edit
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Value
from tests.sync.simulation.clients import Client, is_refused_by_the_disk
from tests.sync.simulation.world import World

Act: TypeAlias = Callable[[World], None]


@dataclass(frozen=True)
class Operation:
    """Something that can happen.

    Attributes:
        weight: how often, beside the others.
        in_sync: it can only happen while some PC is in a sync.
        two_collectors: it needs a second collecting office.
    """

    name: str
    weight: int
    act: Act
    in_sync: bool
    two_collectors: bool


OPERATIONS: list[Operation] = []


def happens(
    weight: int, *, in_sync: bool = False, two_collectors: bool = False
) -> Callable[[Act], Act]:
    """Register an operation."""

    def registered(act: Act) -> Act:
        OPERATIONS.append(Operation(act.__name__, weight, act, in_sync, two_collectors))
        return act

    return registered


def one_step(world: World) -> None:
    """Whatever the seed says happens next."""
    is_in_sync = any(client.flow is not None for client in world.clients)
    collectors = sum(office.role is Role.COLLECTOR for office in world.offices)
    possible = [
        one
        for one in OPERATIONS
        if (is_in_sync or not one.in_sync) and (collectors > 1 or not one.two_collectors)
    ]
    operation = world.random.choices(possible, [one.weight for one in possible])[0]
    world.note(operation.name)
    operation.act(world)
    for client in world.clients:
        world.bury(client)


def clients_of(world: World, role: Role | None = None) -> list[Client]:
    return [c for c in world.clients if role is None or c.seat.role is role]


def someone(world: World, role: Role) -> Client | None:
    found = clients_of(world, role)
    return world.random.choice(found) if found else None


def a_commune_of(world: World, client: Client) -> str:
    """One of the communes its office serves; sometimes one it served before."""
    office = next(one for one in world.offices if one.office == client.seat.office)
    return world.random.choice(office.communes)


def one_of(world: World, client: Client, kind: DocumentType) -> Document | None:
    found = client.documents(kind)
    return world.random.choice(found) if found else None


def save(world: World, client: Client, *edits: Edit) -> None:
    """Save, now and then with a kill at some statement or on a full disk."""
    if world.chance(0.06):
        client.arm(world.random.randrange(40))
    try:
        client.save(edits)
        world.note("saved", client.seat.name, *(edit.document_id[-4:] for edit in edits))
    except ExternalError as error:
        if not is_refused_by_the_disk(error):
            raise
        world.note("disk full")
    world.bury(client)


def edit_of(kind: DocumentType, document: Document, decided: str = "", **fields: Value) -> Edit:
    return Edit(
        kind,
        document.document_id,
        document.commune_code,
        fields,
        decided=frozenset({decided} - {""}),
    )
