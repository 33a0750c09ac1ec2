"""A commune moves to another collecting office by a dated row, and no work is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from sync.protocol.directory import (
    Directory,
    DirectoryRequest,
    SignedDirectory,
    collecting_on,
    opened_directory,
)
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Change, Enrolled, Hold, Outcome
from sync.server.collecting import (
    NotACollectorError,
    UnknownCommuneError,
    hand_over,
    list_collecting,
    set_collecting,
)
from sync.server.provinces import list_offices
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess

SUBMISSION = DocumentType.SUBMISSION
BUCKET = "99001/submission"
TODAY = datetime.now(timezone(timedelta(hours=7))).date()
#: A day that has begun: the change counts from the moment it is set.
SINCE = TODAY - timedelta(days=3)


class World:
    """A commune, the office that collects for it and the one that will."""

    def __init__(self, server: ServerProcess, province: Province) -> None:
        self._server, self._province = server, province
        self.desks: list[Desk] = []
        self.officer, _ = self.desk(Role.OFFICER, "99001")
        self.old, self.old_office = self.desk(Role.COLLECTOR, "99001", "99002")
        self.new, self.new_office = self.desk(Role.COLLECTOR, "99003")

    def desk(self, role: Role, *communes: str) -> tuple[Desk, UUID]:
        office = self._province.office(role, *communes)
        desk = Desk(self._server.url)
        self.desks.append(desk)
        assert isinstance(desk.enrol(self._province.code(office)), Enrolled)
        desk.login()
        return desk, office

    def move(self, office: UUID, day: date = SINCE, commune: str = "99001") -> None:
        with self._province.engine.begin() as connection:
            set_collecting(connection, commune_code=commune, office_id=office, from_day=day)

    def end(self, office: UUID) -> None:
        with self._province.engine.begin() as connection:
            hand_over(connection, commune_code="99001", office_id=office)

    def hand_in(self) -> Change:
        made = self.officer.create(SUBMISSION, {"record_id": "r", "round": 1})
        self.officer.push(since=len(self.officer.changes))
        return made

    def decide(
        self, desk: Desk, made: Change, review: str, *, base: int = 1
    ) -> tuple[Outcome, str]:
        desk.set(SUBMISSION, made.document_id, {"review": review}, base=base)
        result = desk.push(since=len(desk.changes)).results[0]
        return result.s, result.why

    def directory(self, desk: Desk) -> Directory:
        signed = desk.ask("/sync/v1/directory", DirectoryRequest(number=0), SignedDirectory)
        assert isinstance(signed, SignedDirectory)
        found = opened_directory(signed)
        assert found is not None
        return found


@pytest.fixture
def world(server: ServerProcess, province: Province) -> Iterator[World]:
    made = World(server, province)
    yield made
    for desk in made.desks:
        desk.http.close()


def seen(desk: Desk) -> set[str]:
    """The submissions that a desk is given when it asks for everything."""
    return {row.document_id for row in desk.pull().rows if row.bucket == BUCKET}


def has_bucket(desk: Desk) -> bool:
    return BUCKET in desk.pull().end.next


def test_from_its_day_on_the_new_office_receives_everything(world: World) -> None:
    before = world.hand_in()
    assert (seen(world.old), seen(world.new)) == ({before.document_id}, set())
    world.move(world.new_office)
    after = world.hand_in()
    assert seen(world.new) == {before.document_id, after.document_id}
    assert world.decide(world.new, after, "accepted") == (Outcome.APPLIED, "")


def test_what_was_handed_in_before_stays_with_the_old_office_until_it_is_decided(
    world: World,
) -> None:
    first, second = world.hand_in(), world.hand_in()
    world.move(world.new_office)
    assert has_bucket(world.old)
    assert world.decide(world.old, first, "returned") == (Outcome.APPLIED, "")
    assert has_bucket(world.old)
    assert world.decide(world.old, second, "accepted") == (Outcome.APPLIED, "")
    # Nothing is left to it: what it has is purged, the other communes stay.
    page = world.old.pull({BUCKET: 0, "99002/submission": 0})
    assert BUCKET in {drop.bucket for drop in page.drops}
    assert "99002/submission" in page.end.next
    reviews = {row.document_id: row.fields["review"] for row in world.new.pull().rows}
    assert reviews == {first.document_id: "returned", second.document_id: "accepted"}


def test_what_was_handed_in_afterwards_is_not_the_old_offices(world: World) -> None:
    before = world.hand_in()
    world.move(world.new_office)
    after = world.hand_in()
    assert world.decide(world.old, after, "accepted") == (Outcome.HELD, Hold.HANDED_OVER.value)
    # The commune is not kept open for it either.
    assert world.decide(world.old, before, "accepted") == (Outcome.APPLIED, "")
    assert not has_bucket(world.old)


def test_two_offices_that_decide_the_same_are_shown_both_decisions(world: World) -> None:
    made, other = world.hand_in(), world.hand_in()
    world.move(world.new_office)
    assert world.decide(world.new, made, "accepted") == (Outcome.APPLIED, "")
    assert world.decide(world.old, made, "returned") == (Outcome.CLASH, "")
    [row] = [one for one in world.new.pull().rows if one.document_id == made.document_id]
    assert row.fields["review"] == "accepted"
    assert [clash.value for clash in row.clashes["review"]] == ["returned"]
    assert seen(world.old) == {made.document_id, other.document_id}


def test_handing_over_ends_it_at_once_and_a_later_decision_is_answered(world: World) -> None:
    made = world.hand_in()
    world.move(world.new_office)
    world.end(world.old_office)
    assert not has_bucket(world.old)
    # Decided offline, sent later: it has its receipt and its reason, and nothing else changes.
    assert world.decide(world.old, made, "accepted") == (Outcome.HELD, Hold.HANDED_OVER.value)
    assert world.decide(world.new, made, "returned") == (Outcome.APPLIED, "")


def test_a_day_to_come_changes_nothing_yet_but_is_told(world: World) -> None:
    made = world.hand_in()
    number = world.officer.pull().end.directory
    to_come = TODAY + timedelta(days=2)  # whenever midnight is
    world.move(world.new_office, to_come)
    assert (seen(world.old), seen(world.new)) == ({made.document_id}, set())
    assert world.officer.pull().end.directory > number
    directory = world.directory(world.officer)
    names = {one.office: one.office_name for one in directory.collecting}
    assert set(names) == {str(world.old_office), str(world.new_office)}
    days = [(one.office, one.from_day) for one in directory.collecting]
    assert days == [(str(world.old_office), ""), (str(world.new_office), to_come.isoformat())]
    assert collecting_on(directory, "99001", TODAY.isoformat()) == names[str(world.old_office)]
    assert collecting_on(directory, "99001", to_come.isoformat()) == names[str(world.new_office)]
    assert collecting_on(directory, "99002", TODAY.isoformat()) == ""


def test_a_commune_goes_there_and_back(world: World) -> None:
    made = world.hand_in()
    world.move(world.new_office)
    world.move(world.old_office)
    later = world.hand_in()
    assert seen(world.old) == {made.document_id, later.document_id}
    assert world.decide(world.old, later, "accepted") == (Outcome.APPLIED, "")
    # Until the first is decided, the office in between keeps it.
    assert has_bucket(world.new)
    assert world.decide(world.new, later, "returned")[0] is Outcome.HELD
    assert world.decide(world.new, made, "accepted") == (Outcome.APPLIED, "")
    assert not has_bucket(world.new)


def test_who_collects_is_a_neighbour_that_parcels_can_go_to(world: World) -> None:
    world.move(world.new_office)
    directory = world.directory(world.officer)
    communes = {one.office: one.communes for one in directory.devices}
    assert communes[str(world.new_office)] == ["99001", "99003"]
    assert str(world.old_office) not in communes


def test_an_office_is_listed_with_the_communes_it_collects_for_today(
    world: World, province: Province
) -> None:
    world.hand_in()
    world.move(world.new_office)
    assert has_bucket(world.old)  # what is undecided there stays its own
    with province.engine.connect() as connection:
        listed = {row[0]: row[3] for row in list_offices(connection)}
    assert listed[str(world.old_office)] == "99002"
    assert listed[str(world.new_office)] == "99001,99003"


def test_only_a_collecting_office_and_a_known_commune_can_be_set(
    world: World, province: Province
) -> None:
    police = province.office(Role.POLICE, "99001")
    with province.engine.begin() as connection:
        with pytest.raises(NotACollectorError):
            set_collecting(connection, commune_code="99001", office_id=police, from_day=TODAY)
        with pytest.raises(UnknownCommuneError):
            set_collecting(
                connection, commune_code="12345", office_id=world.new_office, from_day=TODAY
            )
        assert list_collecting(connection) == []


def test_rows_are_as_long_as_the_server_clock_says(world: World) -> None:
    """Not the client's clock: an id that claims to be old is no older for it."""
    world.hand_in()
    world.move(world.new_office)
    old_id = "01000000-0000-7000-8000-000000000001"
    late = world.officer.create(SUBMISSION, {"record_id": "r", "round": 1}, document_id=old_id)
    world.officer.push(since=len(world.officer.changes))
    assert world.decide(world.old, late, "accepted") == (Outcome.HELD, Hold.HANDED_OVER.value)
