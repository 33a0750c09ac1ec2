"""A household on one screen: read, its address and head typed once, its members written.

Every method that writes gives the household as it then stands. A household that does not exist yet
is made by the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from desktop.domain.households import (
    Added,
    Alike,
    Candidate,
    Household,
    Likely,
    Member,
    NewPerson,
    Paper,
)
from desktop.domain.ledger import Action
from desktop.domain.people import HouseholdId, PersonId
from desktop.errors import Problem, UserError
from desktop.services.finding import Finding
from desktop.services.home import home_of
from desktop.services.life_events import joined
from desktop.services.member_edits import (
    edit_of,
    identity_edits,
    refuse_undecided,
    standing,
    typed_value,
    with_head_again,
    without_head,
)
from desktop.services.merging import Merging
from desktop.services.relocating import has_left_together
from desktop.services.remarks import HEAD_OF_HOUSEHOLD
from desktop.services.removing import Removing
from desktop.store.documents import Document, Edit
from desktop.store.fates import gone_members, merged_into, survivor_of
from desktop.store.households import household_with_code
from desktop.store.people import household_members, search_people
from desktop.store.projections import DISTINCT
from desktop.store.register import Register
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables
from forms.vietnamese import clean
from sync.protocol import life
from sync.protocol.documents import LISTED_BY, MOVED_TO, DocumentType
from sync.protocol.ids import new_id
from sync.protocol.life import Event, EventKind, Presence
from sync.protocol.messages import Value

_ADDRESS = ("code", "hamlet", "commune", "province")
#: What may be written into a line of the grid.
EDITABLE = ("full_name", "birth_date", "sex", "relation_to_head", "id_number")
_MANY = 20
#: Who is like that is not made a second time without a word.
_ASKED_ABOUT = (Likely.SAME, Likely.NUMBER)
_RELATIONS_OF = "tt11_2022_m03"

#: An entry that is a link to a person: id and name.
_Merged = tuple[PersonId, str]


class Households:
    """The households of one register; any thread may call."""

    def __init__(
        self,
        *,
        register: Register,
        forms: FormRegistry,
        tables: IdentityTables,
        author: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._forms = forms
        self._tables = tables
        self._author = author
        self._clock = clock
        self.finding = Finding(register=register)
        self._removing = Removing(register=register, author=author, clock=clock)
        self._merging = Merging(register=register, author=author, clock=clock)

    # reading

    def relations(self) -> tuple[tuple[str, str], ...]:
        """Codes and words of the relation to the head, as Mẫu 03 has them."""
        definition = self._forms.in_force(_RELATIONS_OF, self._clock().date()).definition
        path = definition.path_of_role("person.relation_to_head")
        asked = next(one for one in definition.questions() if one.path == path)
        return tuple((c.code, c.label_vi) for c in definition.choices[asked.list_name or ""])

    def of_person(self, person_id: PersonId | None) -> Household:
        """The household somebody lives in; an empty one for ``None``.

        Of somebody without a household: one that does not exist yet, with that person in it.
        Raises ``GONE``.
        """
        if person_id is None:
            return self._new()
        person = standing(
            self._register, survivor_of(self._register, person_id), DocumentType.PERSON
        )
        household_id = str(person.fields.get("household_id") or "")
        household = self._register.document(household_id) if household_id else None
        if household is None or household.fate:
            return self._new(person)
        return self.open(HouseholdId(household_id))

    def open(self, household_id: HouseholdId) -> Household:
        """Also one that moved away: that can be taken back. Raises ``GONE``."""
        document = self._register.document(household_id)
        if document is None or document.fate != MOVED_TO:
            document = standing(self._register, household_id, DocumentType.HOUSEHOLD)
        fields = document.fields
        rows = household_members(self._register, household_id)
        persons = self._register.documents([row.person_id for row in rows])
        # Who moved to another commune of the province: it can be taken back.
        persons += gone_members(self._register, MOVED_TO, household_id)
        merged = self._merged_into(persons)
        members = [
            _member(one, head=fields.get("head_person_id"), merged=merged.get(one.document_id, ()))
            for one in persons
        ]
        return Household(
            household_id=household_id,
            **{name: str(fields.get(name) or "") for name in _ADDRESS},
            version=document.version,
            members=tuple(sorted(members, key=_place)),
            events=tuple(life.events_of(fields)),
            is_elsewhere=document.fate == MOVED_TO,
        )

    def _new(self, *persons: Document) -> Household:
        home = home_of(self._register)
        return Household(
            household_id=None,
            commune="" if home is None else home.commune_name,
            province="" if home is None else home.province_name,
            members=tuple(_member(one, head=None) for one in persons),
        )

    def _merged_into(self, persons: Sequence[Document]) -> dict[str, tuple[_Merged, ...]]:
        """Who was taken for each of these persons; most of them nobody was."""
        pairs = merged_into(self._register, [one.document_id for one in persons])
        entries = self._register.documents([entry for entry, _ in pairs])
        names = {one.document_id: str(one.fields.get("full_name") or "") for one in entries}
        found: dict[str, tuple[_Merged, ...]] = {}
        for entry, person in pairs:
            if entry in names:
                one = (PersonId(entry), names[entry])
                found[person] = (*found.get(person, ()), one)
        return found

    def candidates(self, typed: NewPerson) -> tuple[Candidate, ...]:
        """Who is already here and may be meant by what is typed."""
        return self.finding.candidates(typed)

    def one_household(self, text: str, *, apart: HouseholdId) -> HouseholdId:
        """The one household that a text means: its number, or a person's number or name.

        Raises ``HOUSEHOLD_UNKNOWN`` when none is meant but that one, or several are.
        """
        plain = clean(text)
        document = standing(self._register, apart, DocumentType.HOUSEHOLD)
        by_code = household_with_code(
            self._register,
            commune_code=document.commune_code,
            code=plain,
            hamlet=str(document.fields.get("hamlet") or ""),
        )
        found = {by_code} if by_code is not None else set()
        if not found:
            rows = search_people(self._register, plain, limit=_MANY) if plain else []
            persons = self._register.documents([row.person_id for row in rows])
            found = {HouseholdId(str(one.fields.get("household_id") or "")) for one in persons}
        found -= {apart, HouseholdId("")}
        if len(found) != 1:
            raise UserError(Problem.HOUSEHOLD_UNKNOWN)
        return found.pop()

    # the household

    def write(self, household: Household, fields: Mapping[str, str]) -> Household:
        """Write the address or the number of the household: what was typed, and nothing else.

        Raises ``CLASH_WAITS`` where another value waits to be decided.
        """
        cleaned: dict[str, Value] = {name: clean(text) for name, text in fields.items()}
        if not cleaned.keys() <= set(_ADDRESS):
            raise ValueError("no such field of a household")
        household_id, edits = self._made(household)
        edits.append(self._household_edit(household, household_id, cleaned))
        self._save(edits, Action.HOUSEHOLD_EDIT)
        return self.open(household_id)

    def set_head(self, household: Household, person_id: PersonId) -> Household:
        """This member heads the household; who did before has no relation until one is typed.

        Raises ``CLASH_WAITS`` where two heads wait to be decided about.
        """
        person = self._person(person_id)
        household_id, edits = self._made(household)
        edits.append(self._household_edit(household, household_id, {"head_person_id": person_id}))
        edits.append(edit_of(person, {"relation_to_head": HEAD_OF_HOUSEHOLD}))
        for member in household.members:
            if member.person_id != person_id and member.relation == HEAD_OF_HOUSEHOLD:
                edits.append(edit_of(self._person(member.person_id), {"relation_to_head": None}))
        self._save(edits, Action.HOUSEHOLD_EDIT)
        return self.open(household_id)

    # members

    def add(self, household: Household, typed: NewPerson, *, is_new: bool = False) -> Added | Alike:
        """Add somebody who is in no register yet.

        Who is very likely here already is not added: the candidates come back, once. With
        ``is_new`` the officer has looked: another person, and nobody is asked again. Raises
        ``NOT_ENROLLED``, and ``NAME_MISSING``.
        """
        fields = self._typed_fields(typed)
        if not fields["full_name"]:
            raise UserError(Problem.NAME_MISSING)
        alike = tuple(one for one in self.finding.candidates(typed) if one.likely in _ASKED_ABOUT)
        if alike and not is_new:
            return Alike(alike)
        household_id, edits = self._made(household)
        person_id = PersonId(self._new_id())
        person = Document(
            document_type=DocumentType.PERSON,
            document_id=person_id,
            bucket=self._commune(household) + "/",
            version=0,
            fields={},
        )
        fields["household_id"] = household_id
        fields |= {f"{DISTINCT}{one.person_id}": self._author for one in alike}
        edits += identity_edits(
            self._register, self._tables, person, fields, on=self._clock().date()
        )[::-1]
        if household.head is None and fields["relation_to_head"] == HEAD_OF_HOUSEHOLD:
            edits.append(
                self._household_edit(household, household_id, {"head_person_id": person_id})
            )
        self._save(edits, Action.MEMBER_ADD)
        return Added(self.open(household_id), person_id)

    def take(
        self, household: Household, person_id: PersonId, *, relation: str = "", paper: Paper
    ) -> Added:
        """Somebody who is in the register lives here from now on; the identity is as it was.

        Where the person lived before is kept as an event, so that it can be taken back.
        """
        person = self._person(PersonId(survivor_of(self._register, person_id)))
        if household.household_id and person.fields.get("household_id") == household.household_id:
            return Added(household, PersonId(person.document_id))
        household_id, edits = self._made(household)
        left, headed = without_head(self._register, person)
        fields = joined(
            person,
            household_id,
            relation=relation,
            paper=paper,
            headed=headed,
            by=self._author,
            at=self._clock(),
        )
        edits += [*left, edit_of(person, fields)]
        if household.head is None and relation == HEAD_OF_HOUSEHOLD:
            edits.append(
                self._household_edit(
                    household, household_id, {"head_person_id": person.document_id}
                )
            )
        self._save(edits, Action.PERSON_HOUSEHOLD)
        return Added(self.open(household_id), PersonId(person.document_id))

    def change(self, household: Household, member: Member, name: str, text: str) -> Member:
        """Write one field of a line; what the officer saw goes with it.

        Raises ``GONE``, and ``CLASH_WAITS`` where another value waits to be decided: the line
        shows only one.
        """
        if name not in EDITABLE:
            raise ValueError("no such column")
        person = self._person(member.person_id)
        refuse_undecided(person, [name])
        fields = {name: typed_value(name, text)}
        if name == "full_name" and not fields[name]:
            raise UserError(Problem.NAME_MISSING)
        edits = identity_edits(
            self._register,
            self._tables,
            person,
            fields,
            on=self._clock().date(),
            seen_version=member.version,
        )
        self._save(edits, Action.MEMBER_EDIT)
        if name == "relation_to_head" and fields[name] == HEAD_OF_HOUSEHOLD:
            if household.household_id is not None and household.head is None:
                self.set_head(self.open(household.household_id), member.person_id)
        return self._member_now(member.person_id)

    def delete(self, household: Household, person_id: PersonId, *, reason: str) -> Household:
        """Somebody was entered by mistake. Raises as ``Removing.delete_person``."""
        self._removing.delete_person(person_id, reason=reason)
        if household.household_id is None:
            return self._new()
        return self.open(household.household_id)

    def restore(self, household: Household, person_id: PersonId) -> Household:
        """Bring back who was deleted by mistake, as the head who it was. Raises ``GONE``."""
        self._removing.restore(person_id)
        person = self._person(person_id)
        if person.fields.get("relation_to_head") == HEAD_OF_HOUSEHOLD:
            household_of = str(person.fields.get("household_id") or "")
            headed = with_head_again(self._register, person, household_of)
            if headed:
                self._save(headed, Action.HOUSEHOLD_EDIT)
        if household.household_id is None:
            return self.of_person(person_id)
        return self.open(household.household_id)

    def part(self, household: Household, entry_id: PersonId) -> Household:
        """Two entries that were taken for one person stand by themselves. Raises ``GONE``."""
        self._merging.part(entry_id)
        if household.household_id is None:
            return household
        return self.open(household.household_id)

    # -- what these share --

    def _member_now(self, person_id: PersonId) -> Member:
        person = self._person(person_id)
        household = self._register.document(str(person.fields.get("household_id") or ""))
        head = None if household is None else household.fields.get("head_person_id")
        merged = self._merged_into([person]).get(person_id, ())
        return _member(person, head=head, merged=merged)

    def _made(self, household: Household) -> tuple[HouseholdId, list[Edit]]:
        """The household's id; for one that is to be made, the edits that make it."""
        if household.household_id is not None:
            standing(self._register, household.household_id, DocumentType.HOUSEHOLD)
            return household.household_id, []
        household_id = HouseholdId(self._new_id())
        fields: dict[str, Value] = {name: getattr(household, name) for name in _ADDRESS}
        edits = [
            Edit(
                document_type=DocumentType.HOUSEHOLD,
                document_id=household_id,
                commune_code=self._commune(household),
                fields=fields,
            )
        ]
        for member in household.members:
            person = self._person(member.person_id)
            edits.append(edit_of(person, {"household_id": household_id}))
        return household_id, edits

    def _household_edit(
        self, household: Household, household_id: HouseholdId, fields: dict[str, Value]
    ) -> Edit:
        document = self._register.document(household_id)
        if document is not None:
            refuse_undecided(document, fields)
            return edit_of(document, fields, seen_version=household.version)
        return Edit(
            document_type=DocumentType.HOUSEHOLD,
            document_id=household_id,
            commune_code=self._commune(household),
            fields=fields,
        )

    def _commune(self, household: Household) -> str:
        ids = [str(household.household_id or "")]
        ids += [member.person_id for member in household.members[:1]]
        for document in self._register.documents(ids):
            return document.commune_code
        home = home_of(self._register)
        if home is None:
            raise UserError(Problem.NOT_ENROLLED)
        return home.commune_code

    def _typed_fields(self, typed: NewPerson) -> dict[str, Value]:
        return {
            "full_name": typed_value("full_name", typed.full_name),
            "birth_date": typed_value("birth_date", typed.birth_date),
            "sex": typed_value("sex", typed.sex),
            "relation_to_head": typed_value("relation_to_head", typed.relation),
            "id_number": typed_value("id_number", typed.id_number),
        }

    def _person(self, person_id: PersonId) -> Document:
        return standing(self._register, person_id, DocumentType.PERSON)

    def _new_id(self) -> str:
        return str(new_id(unix_ms=int(self._clock().timestamp() * 1000)))

    def _save(self, edits: list[Edit], action: Action) -> None:
        self._register.save(edits, author=self._author, at=self._clock(), action=action)


def _member(person: Document, *, head: Value, merged: tuple[_Merged, ...] = ()) -> Member:
    fields = person.fields
    flags = fields.get("flags")
    return Member(
        person_id=PersonId(person.document_id),
        full_name=str(fields.get("full_name") or ""),
        birth_date=str(fields.get("birth_date") or ""),
        sex=str(fields.get("sex") or ""),
        relation=str(fields.get("relation_to_head") or ""),
        id_number=str(fields.get("id_number") or ""),
        is_head=head == person.document_id,
        merged=merged,
        presence=Presence.LEFT if person.fate == MOVED_TO else life.presence_of(fields),
        flags=len(flags) if isinstance(flags, list) else 0,
        is_listed=bool(fields.get(LISTED_BY)),
        is_elsewhere=person.fate == MOVED_TO,
        has_left_together=has_left_together(person),
        version=person.version,
        events=(*life.events_of(fields), *_move_of(person)),
    )


def _move_of(person: Document) -> tuple[Event, ...]:
    """A move to another commune as an event among the others."""
    move = person.fields.get(MOVED_TO)
    if not isinstance(move, dict):
        return ()
    return (
        Event(
            event_id="",
            kind=EventKind.DEPARTURE,
            date=str(move.get("date") or ""),
            paper=str(move.get("paper") or ""),
            by=str(move.get("by") or ""),
            at="",
            details=move,
        ),
    )


def _place(member: Member) -> tuple[bool, bool, int, str, str]:
    """The head, then by relation and age; who is gone behind the others."""
    relation = int(member.relation) if member.relation.isdigit() else 99
    is_gone = member.presence is not Presence.HERE
    return is_gone, not member.is_head, relation, member.birth_date or "~", member.person_id
