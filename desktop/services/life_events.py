"""What happens to people and households: deaths, moves, corrections, splits, merges; and undoing.

Each is an event that stays in the document for ever, with its day and paper, and one line of the
ledger; taking it back adds another and puts back what the event had changed, unless it was changed
again since (``sync.protocol.life``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from desktop.domain.households import Paper, Split
from desktop.domain.ledger import LONGEST_PURPOSE, Action
from desktop.domain.people import HouseholdId, PersonId
from desktop.errors import Problem, UserError
from desktop.services.destinations import commune_named
from desktop.services.member_edits import (
    edit_of,
    identity_edits,
    refuse_undecided,
    standing,
    typed_value,
    with_head_again,
    without_head,
)
from desktop.services.relocating import Relocating, has_left_together
from desktop.services.remarks import HEAD_OF_HOUSEHOLD
from desktop.store.documents import Document, Edit
from desktop.store.people import household_members
from desktop.store.register import Register
from forms.dates import parse_stored, parse_typed
from forms.rules.identity import IdentityTables
from forms.vietnamese import clean
from sync.protocol import life
from sync.protocol.documents import MOVED_TO, DocumentType
from sync.protocol.ids import new_id
from sync.protocol.life import EVENT, Event, EventKind, Presence
from sync.protocol.messages import Value

#: What a correction may change: what stands on a person's papers.
CORRECTED = (
    "full_name",
    "birth_date",
    "sex",
    "id_number",
    "old_id_number",
    "native_place",
    "permanent_residence",
    "ethnicity",
)


class LifeEvents:
    """Records what happened in one register; any thread may call."""

    def __init__(
        self,
        *,
        register: Register,
        tables: IdentityTables,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._tables = tables
        self._author = author
        self._clock = clock
        self._relocating = Relocating(register=register, author=author, clock=clock)

    # of a person

    def died(self, person_id: PersonId, paper: Paper) -> None:
        """Raises ``GONE``, ``EVENT_UNPAPERED`` without a day or paper, for every method here."""
        edits = self._leaving(self._person(person_id), EventKind.DEATH, paper)
        self._save(edits, Action.PERSON_DEATH)

    def departed(
        self,
        person_id: PersonId,
        paper: Paper,
        *,
        place: str = "",
        together: Sequence[PersonId] = (),
    ) -> None:
        """Left, in one save with the members of the same household who went ``together``.

        Another commune of the province takes the entries over with its register; where everybody
        goes, the household too. Who left with everybody comes back with everybody.
        """
        person, on = self._person(person_id), self._clock().date()
        household_id = _household_of(person)
        at_home = {one.document_id: one for one in self._members(household_id) if _is_here(one)}
        others = {one: at_home[one] for one in together if one in at_home and one != person_id}
        going = [person, *others.values()]
        is_whole = bool(others) and {person_id, *others} == at_home.keys()
        day = event_value(EventKind.DEPARTURE, paper, by=self._author, at=self._clock())
        commune = commune_named(place, beside=person.commune_code, on=on)
        if commune:
            moved = Paper(date=day["date"], paper=day["paper"])
            if is_whole:
                home = HouseholdId(household_id)
                self._relocating.move_household(home, to_commune=commune, paper=moved)
            else:
                ids = [PersonId(one.document_id) for one in going]
                self._relocating.move_persons(ids, to_commune=commune, paper=moved)
            return
        more = {"place": clean(place), "group": self._new_id() if is_whole else ""}
        edits = [
            edit for one in going for edit in self._leaving(one, EventKind.DEPARTURE, paper, **more)
        ]
        self._save(edits, Action.PERSON_DEPARTURE)

    def arrived(self, person_id: PersonId, paper: Paper, *, place: str = "") -> None:
        """Came to live here, or came back."""
        person = self._person(person_id)
        event = self._event(EventKind.ARRIVAL, paper, place=clean(place))
        self._save([edit_of(person, event)], Action.PERSON_ARRIVAL)

    def corrected(self, person_id: PersonId, changes: Mapping[str, str], paper: Paper) -> None:
        """What was recorded of a person was wrong: the new values, and the paper that has them.

        Values that are the same correct nothing; without any other one nothing is written. Raises
        ``CLASH_WAITS`` where another value waits to be decided.
        """
        person = self._person(person_id)
        after = {name: typed_value(name, text) for name, text in changes.items()}
        if not after.keys() <= set(CORRECTED):
            raise ValueError("no such field")
        before = {name: _text(person.fields.get(name)) for name in after}
        after = {name: value for name, value in after.items() if value != before[name]}
        if not after:
            return
        refuse_undecided(person, after)
        event = self._event(
            EventKind.CORRECTION,
            paper,
            before={name: before[name] for name in after},
            after=dict(after),
        )
        self._save(self._identity(person, {**after, **event}), Action.PERSON_CORRECT)

    def _leaving(
        self, person: Document, kind: EventKind, paper: Paper, **details: Value
    ) -> list[Edit]:
        left, headed = without_head(self._register, person)
        event = self._event(kind, paper, headed=headed, **details)
        return [*left, edit_of(person, event)]

    # of a household

    def split(self, household_id: HouseholdId, split: Split, paper: Paper) -> HouseholdId:
        """Some members make a household of their own, under the head named among them.

        Raises ``HOUSEHOLD_EMPTIED`` when nobody, or everybody, would go.
        """
        old = self._household(household_id)
        here = {row.person_id for row in household_members(self._register, household_id)}
        going = [one for one in split.members if one in here]
        if not going or len(going) == len(here) or split.head not in going:
            raise UserError(Problem.HOUSEHOLD_EMPTIED)
        new_household, group = HouseholdId(self._new_id()), self._new_id()
        made = Edit(
            document_type=DocumentType.HOUSEHOLD,
            document_id=new_household,
            commune_code=old.commune_code,
            fields={
                **{name: old.fields.get(name) for name in ("commune", "district", "province")},
                "hamlet": clean(split.hamlet) or old.fields.get("hamlet"),
                "code": clean(split.code),
                "head_person_id": split.head,
                **self._event(EventKind.SPLIT, paper, household=household_id, group=group),
            },
        )
        leaving = self._event(EventKind.SPLIT, paper, other=new_household, group=group)
        if old.fields.get("head_person_id") in going:
            leaving |= {"head_person_id": None}
        edits = [made, edit_of(old, leaving)]
        for person in self._register.documents(going):
            relation = HEAD_OF_HOUSEHOLD if person.document_id == split.head else ""
            edits.append(self._moved(person, new_household, relation, paper, group, old))
        self._save(edits, Action.HOUSEHOLD_SPLIT)
        return new_household

    def merge(self, household_id: HouseholdId, *, into: HouseholdId, paper: Paper) -> None:
        """Everybody of one household lives in the other from then on; the first is empty."""
        old, stays = self._household(household_id), self._household(into)
        if household_id == into or old.bucket != stays.bucket:
            raise UserError(Problem.PERSON_ELSEWHERE)
        group = self._new_id()
        edits = [
            edit_of(
                old,
                {
                    "head_person_id": None,
                    **self._event(
                        EventKind.MERGE,
                        paper,
                        other=into,
                        group=group,
                        headed=str(old.fields.get("head_person_id") or ""),
                    ),
                },
            ),
            edit_of(
                stays, self._event(EventKind.MERGE, paper, household=household_id, group=group)
            ),
        ]
        for person in self._members(household_id):
            edits.append(self._moved(person, into, "", paper, group, old))
        self._save(edits, Action.HOUSEHOLD_MERGE)

    def _moved(
        self,
        person: Document,
        household_id: HouseholdId,
        relation: str,
        paper: Paper,
        group: str,
        old: Document,
    ) -> Edit:
        was_head = old.fields.get("head_person_id") == person.document_id
        fields = joined(
            person,
            household_id,
            relation=relation,
            paper=paper,
            headed=old.document_id if was_head else "",
            group=group,
            by=self._author,
            at=self._clock(),
        )
        return edit_of(person, fields)

    # taking back

    def back(self, person_id: PersonId) -> None:
        """Who was recorded as dead or gone is here after all: whatever said so is undone.

        All of it, should two devices have recorded it; who left with the whole household comes
        back with it. Raises ``GONE`` when the person is here.
        """
        moved = self._register.document(person_id)
        if moved is not None and moved.fate == MOVED_TO:
            home = self._register.document(_household_of(moved))
            is_whole = home is not None and home.fate == MOVED_TO and has_left_together(moved)
            self._relocating.cancel(home.document_id if home and is_whole else person_id)
            return
        person = self._person(person_id)
        presence = life.presence_of(person.fields)
        gone = {Presence.DEAD: EventKind.DEATH, Presence.LEFT: EventKind.DEPARTURE}.get(presence)
        events = [one for one in life.standing(person.fields) if one.kind == gone]
        if gone is None or not events:
            raise UserError(Problem.GONE)
        if gone is EventKind.DEPARTURE:
            events = _since_last_arrival(person, events)
        self._undo_all([(person, events), *self._together(person, events)])

    def undo(self, document_id: str, event_id: str) -> None:
        """An event did not take place. Raises ``GONE`` when it is undone already."""
        document = self._register.document(document_id)
        events = [] if document is None else life.standing(document.fields)
        event = next((one for one in events if one.event_id == event_id), None)
        if document is None or document.fate or event is None:
            raise UserError(Problem.GONE)
        if document.document_type is DocumentType.HOUSEHOLD:
            self._undo_group(document, event)
        elif event.details.get("group"):
            household = self._register.document(str(event.details.get("household") or ""))
            of_it = [] if household is None else life.standing(household.fields)
            group = [one for one in of_it if one.details.get("group") == event.details["group"]]
            if household is None or not group:
                self._undo_all([(document, [event])])
            else:
                self._undo_group(household, group[0])
        else:
            self._undo_all([(document, [event])])

    def _together(
        self, person: Document, events: Iterable[Event]
    ) -> Iterator[tuple[Document, list[Event]]]:
        """The others who left in the same moment, and by which event each."""
        groups = {event.details["group"] for event in events if event.details.get("group")}
        if not groups:
            return
        for other in self._members(_household_of(person)):
            is_gone = life.presence_of(other.fields) is Presence.LEFT
            if is_gone and other.document_id != person.document_id:
                found = life.standing(other.fields)
                yield other, [one for one in found if one.details.get("group") in groups]

    def _undo_all(self, undone: Iterable[tuple[Document, Iterable[Event]]]) -> None:
        """These events of these persons did not take place, in one save."""
        edits: list[Edit] = []
        for person, events in undone:
            for event in events:
                edits += self._put_back(person, event)
        self._save(edits, Action.EVENT_UNDO)

    def _put_back(self, person: Document, event: Event) -> list[Edit]:
        """The edits that undo one event of a person."""
        undoing = self._undoing(event)
        headed = str(event.details.get("headed") or "")
        if event.kind == EventKind.CORRECTION:
            before, after = event.details.get("before") or {}, event.details.get("after") or {}
            fields = {
                name: value
                for name, value in before.items()
                if _text(person.fields.get(name)) == after.get(name)
            }
            return self._identity(person, {**fields, **undoing})
        edits = with_head_again(self._register, person, headed)
        if event.kind == EventKind.HOUSEHOLD:
            now = person.fields.get("household_id")
            if now == event.details.get("other"):
                undoing |= {
                    "household_id": event.details.get("household") or None,
                    "relation_to_head": event.details.get("relation") or None,
                }
                edits += without_head(self._register, person)[0]
        return [*edits, edit_of(person, undoing)]

    def _undo_group(self, household: Document, event: Event) -> None:
        """A split or merge: everybody who went and is still there comes back."""
        group = event.details.get("group")
        other_id = str(event.details.get("other") or event.details.get("household") or "")
        other = self._register.document(other_id)
        edits: list[Edit] = []
        for one in (household, other):
            if one is not None:
                for twin in life.standing(one.fields):
                    if twin.details.get("group") == group:
                        edits.append(edit_of(one, self._undoing(twin)))
        ids = (household.document_id, other_id)
        persons = [row.person_id for one in ids for row in household_members(self._register, one)]
        for person in self._register.documents(persons):
            for moved in life.standing(person.fields):
                if moved.kind == EventKind.HOUSEHOLD and moved.details.get("group") == group:
                    edits += self._put_back(person, moved)
        edits += self._emptied(household if event.details.get("household") else other, event)
        self._save(edits, Action.EVENT_UNDO)

    def _emptied(self, made: Document | None, event: Event) -> list[Edit]:
        """The household that a split made gives up its number when everybody in it goes back."""
        if made is None or event.kind != EventKind.SPLIT:
            return []
        group = event.details.get("group")
        rows = household_members(self._register, made.document_id)
        for person in self._register.documents([row.person_id for row in rows]):
            events = life.standing(person.fields)
            if not any(one.details.get("group") == group for one in events):
                return []
        return [edit_of(made, {"code": None})]

    # -- what these share --

    def _undoing(self, event: Event) -> dict[str, Value]:
        return {EVENT + self._new_id(): self._stamped(EventKind.UNDO, of=event.event_id)}

    def _event(self, kind: EventKind, paper: Paper, **details: Value) -> dict[str, Value]:
        return {
            EVENT + self._new_id(): event_value(
                kind, paper, by=self._author, at=self._clock(), **details
            )
        }

    def _stamped(self, kind: EventKind, **details: Value) -> dict[str, Value]:
        at = self._clock().isoformat(timespec="seconds")
        return {"kind": kind.value, "by": self._author, "at": at, **details}

    def _identity(self, person: Document, fields: Mapping[str, Value]) -> list[Edit]:
        on = self._clock().date()
        return identity_edits(self._register, self._tables, person, fields, on=on)

    def _person(self, person_id: PersonId) -> Document:
        return standing(self._register, person_id, DocumentType.PERSON)

    def _members(self, household_id: str) -> list[Document]:
        """Everybody of a household; nobody of none."""
        if not household_id:
            return []
        rows = household_members(self._register, HouseholdId(household_id))
        return self._register.documents([row.person_id for row in rows])

    def _household(self, household_id: HouseholdId) -> Document:
        return standing(self._register, household_id, DocumentType.HOUSEHOLD)

    def _new_id(self) -> str:
        return str(new_id(unix_ms=int(self._clock().timestamp() * 1000)))

    def _save(self, edits: list[Edit], action: Action) -> None:
        self._register.save(edits, author=self._author, at=self._clock(), action=action)


def event_value(
    kind: EventKind, paper: Paper, *, by: str, at: datetime, **details: Value
) -> dict[str, Value]:
    """An event as its field holds it. Raises ``EVENT_UNPAPERED`` without a day or a paper."""
    text = clean(paper.paper)[:LONGEST_PURPOSE]
    day = parse_stored(clean(paper.date)) or parse_typed(clean(paper.date))
    if not text or day is None:
        raise UserError(Problem.EVENT_UNPAPERED)
    return {
        "kind": kind.value,
        "date": day.stored,
        "paper": text,
        "by": by,
        "at": at.isoformat(timespec="seconds"),
        **{name: value for name, value in details.items() if value},
    }


def joined(
    person: Document,
    household_id: str,
    *,
    relation: str,
    paper: Paper,
    headed: str,
    by: str,
    at: datetime,
    group: str = "",
) -> dict[str, Value]:
    """The fields of somebody who lives in another household from now on, the event among them."""
    event = event_value(
        EventKind.HOUSEHOLD,
        paper,
        by=by,
        at=at,
        household=str(person.fields.get("household_id") or ""),
        other=household_id,
        relation=str(person.fields.get("relation_to_head") or ""),
        headed=headed,
        group=group,
    )
    return {
        "household_id": household_id,
        "relation_to_head": relation or None,
        EVENT + str(new_id(unix_ms=int(at.timestamp() * 1000))): event,
    }


def _household_of(person: Document) -> str:
    return str(person.fields.get("household_id") or "")


def _is_here(person: Document) -> bool:
    return life.presence_of(person.fields) is Presence.HERE


def _since_last_arrival(person: Document, departures: list[Event]) -> list[Event]:
    """Earlier departures, from which the person came back, did take place."""
    arrivals = [one for one in life.standing(person.fields) if one.kind == EventKind.ARRIVAL]
    if not arrivals:
        return departures
    last = arrivals[-1]
    return [one for one in departures if (one.date, one.event_id) > (last.date, last.event_id)]


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
