"""Which office collects for a commune: dated rows, whatever level the province sets.

The rule when a commune moves to another collecting office: from the day on (midnight in Việt Nam,
or the moment it is set for a day that has begun) what is handed in is the new office's. That office
receives everything that was ever handed in there. The office before keeps what it has, and may
decide what was handed in before, until the last of that is decided or the operator ends it
(``hand_over``). A decision that comes later is held with its reason, and stays in the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Connection,
    ScalarSelect,
    Text,
    and_,
    any_,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sync.protocol.directory import CollectedBy
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Change, Hold
from sync.server.tables import (
    collecting,
    collecting_ends,
    communes,
    devices,
    documents,
    office_communes,
    offices,
)

#: What an office sees today: the communes it serves; ``until`` for one it no longer collects for.
office_scope = table("office_scope", column("office_id"), column("commune_code"), column("until"))
_in_force = table("collecting_in_force", column("id"), column("office_id"), column("commune_code"))
_collectors = table(
    "collecting_offices", column("office_id"), column("commune_code"), column("until")
)


class NotACollectorError(Exception):
    """There is no such office, or it does not collect."""


class UnknownCommuneError(Exception):
    """No office was ever made for this commune."""


@dataclass(frozen=True, slots=True)
class CollectingRow:
    """One dated row, with the office's name."""

    commune_code: str
    from_day: date
    office_id: UUID
    office_name: str


def set_collecting(
    connection: Connection, *, commune_code: str, office_id: UUID, from_day: date
) -> None:
    """From this day on the office collects for the commune; the last one set for a day counts.

    Raises ``NotACollectorError`` and ``UnknownCommuneError``.
    """
    _check(connection, commune_code, office_id)
    connection.execute(
        insert(collecting).values(commune_code=commune_code, office_id=office_id, from_day=from_day)
    )


def hand_over(connection: Connection, *, commune_code: str, office_id: UUID) -> None:
    """What is still undecided with this office, which no longer collects, is the new one's alone.

    Raises ``NotACollectorError`` and ``UnknownCommuneError``.
    """
    _check(connection, commune_code, office_id)
    connection.execute(
        insert(collecting_ends).values(commune_code=commune_code, office_id=office_id)
    )


def _check(connection: Connection, commune_code: str, office_id: UUID) -> None:
    role = connection.scalar(select(offices.c.role).where(offices.c.id == office_id))
    if role != Role.COLLECTOR.value:
        raise NotACollectorError
    if connection.scalar(select(communes.c.code).where(communes.c.code == commune_code)) is None:
        raise UnknownCommuneError


def list_collecting(connection: Connection) -> list[CollectingRow]:
    """Every dated row, by commune and day."""
    rows = connection.execute(
        select(
            collecting.c.commune_code,
            collecting.c.from_day,
            collecting.c.office_id,
            offices.c.name,
        )
        .join(offices, offices.c.id == collecting.c.office_id)
        .order_by(collecting.c.commune_code, collecting.c.from_day, collecting.c.id)
    )
    return [CollectingRow(*row) for row in rows]


def collected_by(connection: Connection, communes_of_device: Sequence[str]) -> list[CollectedBy]:
    """For the directory: who collects for these communes, from which day, days to come too."""
    wanted = sorted(communes_of_device)
    at_first = connection.execute(
        select(office_communes.c.commune_code, offices.c.id, offices.c.name)
        .join(offices, offices.c.id == office_communes.c.office_id)
        .where(
            offices.c.role == Role.COLLECTOR.value,
            office_communes.c.commune_code.in_(wanted),
        )
        .order_by(office_communes.c.commune_code, offices.c.name, offices.c.id)
    )
    # The last one set for a day counts.
    dated = {
        (row.commune_code, row.from_day): row
        for row in list_collecting(connection)
        if row.commune_code in wanted
    }
    return [_told(code, office_id, name, "") for code, office_id, name in at_first] + [
        _told(row.commune_code, row.office_id, row.office_name, row.from_day.isoformat())
        for row in dated.values()
    ]


def _told(commune: str, office_id: UUID, name: str, from_day: str) -> CollectedBy:
    return CollectedBy(commune=commune, office=str(office_id), office_name=name, from_day=from_day)


def days_in_force() -> ScalarSelect[int]:
    """How many rows have come into force: each is a change of the directory on its day."""
    return select(func.count()).select_from(_in_force).scalar_subquery()


def scope_of_device() -> ScalarSelect[Mapping[str, str | None]]:
    """Of the device of the query around it: commune -> until when it collected, or nothing.

    The dated rows are looked at for collecting offices only.
    """
    served = (
        select(func.json_object_agg(office_communes.c.commune_code, cast(null(), Text)))
        .where(office_communes.c.office_id == devices.c.office_id)
        .correlate(devices)
        .scalar_subquery()
    )
    collected = (
        select(func.json_object_agg(office_scope.c.commune_code, office_scope.c.until))
        .where(office_scope.c.office_id == devices.c.office_id)
        .correlate(devices)
        .scalar_subquery()
    )
    return case((offices.c.role == Role.COLLECTOR.value, collected), else_=served)  # type: ignore[return-value] # a case is as good as a subquery here


def handed_over(
    connection: Connection,
    *,
    office_id: UUID,
    communes: Set[str],
    former: Mapping[str, datetime],
    changes: Sequence[Change],
    holds: Mapping[int, Hold | None],
) -> dict[int, Hold]:
    """Which of a collecting office's decisions come after their commune went to another office.

    ``communes`` are those it has anything to do with, ``former`` those among them that it no longer
    collects for, with the moment that ended.
    """
    late = _later_ones(
        connection,
        former,
        [one for one in changes if holds[one.seq] is None and _commune(one) in former],
    )
    foreign = [one for one in changes if holds[one.seq] is Hold.BUCKET]
    once = _once_collected(connection, office_id) - communes if foreign else frozenset()
    return {
        one.seq: Hold.HANDED_OVER
        for one in changes
        if one.document_id in late or (holds[one.seq] is Hold.BUCKET and _commune(one) in once)
    }


def _commune(change: Change) -> str:
    return change.bucket.partition("/")[0]


def _later_ones(
    connection: Connection, former: Mapping[str, datetime], changes: Sequence[Change]
) -> frozenset[str]:
    """Those of these documents that were handed in after their commune had gone."""
    if not changes:
        return frozenset()
    at = documents.c
    ids = literal([UUID(one.document_id) for one in changes], ARRAY(at.id.type))
    after = or_(
        *(
            and_(at.bucket.startswith(commune + "/"), at.created_at >= until)
            for commune, until in former.items()
        )
    )
    buckets = sorted({one.bucket for one in changes})
    found = connection.scalars(
        select(cast(at.id, Text)).where(
            at.bucket.in_(buckets),
            at.id == any_(ids),
            at.type == DocumentType.SUBMISSION.value,
            after,
        )
    )
    return frozenset(found)


def _once_collected(connection: Connection, office_id: UUID) -> frozenset[str]:
    found = connection.scalars(
        select(_collectors.c.commune_code).where(_collectors.c.office_id == office_id)
    )
    return frozenset(found)
