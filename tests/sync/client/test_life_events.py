"""Two devices record what happened to one person, and agree in the end."""

from __future__ import annotations

from desktop.domain.households import Paper
from desktop.domain.people import PersonId
from desktop.services.life_events import LifeEvents
from desktop.store.holdings import holdings
from desktop.store.people import person_row
from forms.rules.identity import IdentityTables
from sync.protocol.life import Event, EventKind, Presence, events_of
from tests.support.offices import Clock, Office
from tests.sync.client.test_engine import Officers, enter
from tests.sync.client.test_own_documents import persons, sync

_CLOCK = Clock()


def life(office: Office, author: str) -> LifeEvents:
    return LifeEvents(
        register=office.register,
        tables=IdentityTables.load(training=True),
        author=author,
        clock=_CLOCK,
    )


def recorded(office: Office, document_id: str) -> list[Event]:
    """Everything that was recorded of a person or household, undone or not."""
    document = office.register.document(document_id)
    return [] if document is None else events_of(document.fields)


def presence(office: Office, person_id: PersonId) -> Presence:
    row = person_row(office.register, person_id)
    assert row is not None
    return row.presence


def test_events_of_two_devices_are_all_kept_and_both_agree(officers: Officers) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one)
    sync(two)
    (name,) = persons(one)
    person_id = PersonId(name)
    life(one, "Bình").died(person_id, Paper("2026-11-01", "Trích lục 1"))
    life(two, "Hai").departed(person_id, Paper("2026-11-02", "Phiếu báo 2"))
    life(two, "Hai").corrected(person_id, {"native_place": "Xã Đồng Thử"}, Paper("2026", "QĐ 3"))
    for office in (one, two, one):
        sync(office)
    assert holdings(one.register) == holdings(two.register)
    assert [presence(office, person_id) for office in officers] == [Presence.DEAD] * 2
    assert person_row(one.register, person_id) == person_row(two.register, person_id)
    # Both take the death back before they hear of each other.
    life(one, "Bình").back(person_id)
    life(two, "Hai").back(person_id)
    for office in (one, two, one):
        sync(office)
    assert holdings(one.register) == holdings(two.register)
    assert [presence(office, person_id) for office in officers] == [Presence.LEFT] * 2
    row = person_row(two.register, person_id)
    assert row is not None
    assert row.clashes == 0
    assert [(event.kind, event.is_undone) for event in recorded(two, person_id)] == [
        (EventKind.CORRECTION, False),
        (EventKind.DEATH, True),
        (EventKind.DEPARTURE, False),
    ]
