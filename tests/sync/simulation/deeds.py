"""What officers, police and collecting offices do."""

from __future__ import annotations

from desktop.store.documents import Edit
from sync.protocol.documents import CHECKED_FIELDS, FATES, DocumentType, Role
from sync.protocol.messages import Value
from tests.sync.simulation.exchange import POISON_FIELD, TOO_LONG
from tests.sync.simulation.invariants import PLANTED
from tests.sync.simulation.registry import (
    a_commune_of,
    clients_of,
    edit_of,
    happens,
    one_of,
    save,
    someone,
)
from tests.sync.simulation.world import World

_COLLECTED = ("99001", "99002", "99003")
_ORDINARY = ("dwelling", "native_place", "ethnicity", "phone")
_IDENTITY = ("full_name", "birth_date", "sex", "id_number")
#: Few, so that people often type the same, or clash.
_VALUES = ("", "Lê An", "Trần Đức", "Hòa", *PLANTED)


@happens(10)
def a_household_is_entered(world: World) -> None:
    """A household, one to three persons and their records, in one save."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    commune = a_commune_of(world, client)
    household = world.new_id()
    persons = [world.new_id() for _ in range(world.random.randint(1, 3))]
    edits = [
        Edit(
            DocumentType.HOUSEHOLD,
            household,
            commune,
            {"code": "09-1", "hamlet": "Ấp 1", "head_person_id": persons[0]},
        )
    ]
    for person in persons:
        name = world.random.choice(_VALUES[1:])
        number = f"{PLANTED[2]}{world.random.randrange(3):03d}"
        edits.append(
            Edit(
                DocumentType.PERSON,
                person,
                commune,
                {"household_id": household, "full_name": name, "id_number": number},
            )
        )
        edits.append(
            Edit(
                DocumentType.RECORD,
                world.new_id(),
                commune,
                {"person_id": person, "household_id": household, "answers.work/place": name},
            )
        )
    save(world, client, *edits)


@happens(16)
def a_field_is_edited(world: World) -> None:
    """One or two fields of a person, often the same ones by several PCs (T33)."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    person = one_of(world, client, DocumentType.PERSON)
    if person is not None:
        names = world.random.sample(_ORDINARY[:2] + _IDENTITY[:2], world.random.randint(1, 2))
        fields = {name: world.random.choice(_VALUES) for name in names}
        save(world, client, edit_of(DocumentType.PERSON, person, **fields))


@happens(14, in_sync=True)
def a_field_is_edited_during_a_sync(world: World) -> None:
    """At the PC that syncs, and at another one the same document (I11)."""
    running = [one for one in clients_of(world, Role.OFFICER) if one.flow is not None]
    if not running:
        return
    client = world.random.choice(running)
    person = one_of(world, client, DocumentType.PERSON)
    if person is not None:
        value = world.random.choice(_VALUES)
        save(world, client, edit_of(DocumentType.PERSON, person, dwelling=value))
        for other in clients_of(world, Role.OFFICER):
            theirs = other.register.document(person.document_id)
            if other is not client and theirs is not None and world.chance(0.3):
                name = world.random.choice(("dwelling", "full_name"))
                save(world, other, edit_of(DocumentType.PERSON, theirs, **{name: "Hòa"}))


@happens(5)
def a_record_is_edited(world: World) -> None:
    """An answer of a record, and with it a field of its person, in one save (I5)."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    record = one_of(world, client, DocumentType.RECORD)
    if record is None:
        return
    value = world.random.choice(_VALUES)
    edits = [edit_of(DocumentType.RECORD, record, **{"answers.work/place": value})]
    person = one_of(world, client, DocumentType.PERSON)
    if person is not None and person.commune_code == record.commune_code:
        edits.append(edit_of(DocumentType.PERSON, person, dwelling=value))
    save(world, client, *edits)


@happens(3)
def a_chain_of_edits_is_made(world: World) -> None:
    """Many edits of one person without a sync between (T35)."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    person = one_of(world, client, DocumentType.PERSON)
    if person is None:
        return
    for number in range(world.random.randint(3, 12)):
        field = world.random.choice(("dwelling", "full_name"))
        save(world, client, edit_of(DocumentType.PERSON, person, **{field: f"Số {number}"}))


@happens(3)
def the_same_list_is_loaded_twice(world: World) -> None:
    """Two offices preload the same persons, with ids made from the list (T15, T36)."""
    name = world.random.choice(_VALUES[1:])
    number = world.random.randrange(3)
    person = f"00000000-0000-8000-8000-00000000000{number}"
    for client in world.random.sample(clients_of(world, Role.OFFICER), 2):
        fields = {"full_name": name, "dwelling": world.random.choice(_VALUES)}
        save(world, client, Edit(DocumentType.PERSON, person, "99002", fields))


@happens(4)
def a_clash_is_decided(world: World) -> None:
    """An officer chooses one of the values."""
    for client in world.random.sample(world.clients, len(world.clients)):
        clashing = [p for p in client.documents(DocumentType.PERSON) if p.clashes]
        if clashing and client.seat.role is Role.OFFICER:
            person = world.random.choice(clashing)
            field = world.random.choice(sorted(person.clashes))
            values = [person.fields.get(field), *(one.value for one in person.clashes[field])]
            chosen = world.random.choice(values)
            save(world, client, edit_of(DocumentType.PERSON, person, field, **{field: chosen}))
            return


@happens(3)
def something_wrong_is_saved(world: World) -> None:
    """A save with a change that breaks a rule of the server, in front of others (T32)."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    poison = world.random.choice(({POISON_FIELD: "x"}, {"dwelling": TOO_LONG}))
    person = one_of(world, client, DocumentType.PERSON)
    if person is None or world.chance(0.5):
        commune = a_commune_of(world, client)
        edits = [
            Edit(DocumentType.HOUSEHOLD, world.new_id(), commune, {"code": "09-2"}),
            Edit(DocumentType.PERSON, world.new_id(), commune, {"full_name": "Hòa", **poison}),
        ]
    else:
        edits = [edit_of(DocumentType.PERSON, person, **poison)]
    save(world, client, *edits)


@happens(5)
def the_police_are_asked(world: World) -> None:
    """An identity goes to the police."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    person = one_of(world, client, DocumentType.PERSON)
    if person is not None:
        identity = {
            f"identity.{name}": person.fields.get(name)
            for name in CHECKED_FIELDS
            if isinstance(person.fields.get(name), str) and person.fields[name] != TOO_LONG
        }
        fields = {"person_id": person.document_id, **identity}
        save(world, client, Edit(DocumentType.CHECK, world.new_id(), person.commune_code, fields))


@happens(4)
def a_record_is_handed_in(world: World) -> None:
    """A submission is made."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    record = one_of(world, client, DocumentType.RECORD)
    if record is not None:
        fields = {"record_id": record.document_id, "round": 1, "hamlet": "Ấp 1"}
        edit = Edit(DocumentType.SUBMISSION, world.new_id(), record.commune_code, fields)
        save(world, client, edit)


@happens(5)
def something_is_deleted(world: World) -> None:
    """A household, a person or a record; edited elsewhere meanwhile, as often as not (T34)."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    kind = world.random.choice((DocumentType.PERSON, DocumentType.RECORD, DocumentType.HOUSEHOLD))
    found = [one for one in client.documents(kind) if not one.fate]
    if not found:
        return
    document = world.random.choice(found)
    deletion = {"reason": "nhập nhầm", "by": client.seat.user, "at": client.clock().isoformat()}
    save(world, client, edit_of(kind, document, deleted=deletion))
    if world.chance(0.6):
        for other in clients_of(world, Role.OFFICER):
            theirs = other.register.document(document.document_id)
            if other is not client and theirs is not None:
                name = "code" if kind is DocumentType.HOUSEHOLD else "confirmed.x"
                name = "dwelling" if kind is DocumentType.PERSON else name
                save(world, other, edit_of(kind, theirs, **{name: "09-9"}))


@happens(5)
def two_persons_are_merged(world: World) -> None:
    """One becomes a link to the other, in any direction, perhaps at two PCs at once (T34, T36)."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    persons = [one for one in client.documents(DocumentType.PERSON) if not one.fate]
    pairs = [(a, b) for a in persons for b in persons if a is not b and a.bucket == b.bucket]
    if not pairs:
        return
    gone, kept = world.random.choice(pairs)
    save(world, client, edit_of(DocumentType.PERSON, gone, merged_into=kept.document_id))
    for other in clients_of(world, Role.OFFICER):
        theirs = other.register.document(kept.document_id)
        if other is not client and theirs is not None and world.chance(0.3):
            back = edit_of(DocumentType.PERSON, theirs, merged_into=gone.document_id)
            save(world, other, back)


@happens(5)
def somebody_moves_away(world: World) -> None:
    """A person with the records to another commune, or out of the province (T37)."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    persons = [one for one in client.documents(DocumentType.PERSON) if not one.fate]
    if not persons:
        return
    person = world.random.choice(persons)
    commune = world.random.choice(("99001", "99002", "99003", "04321"))
    if commune == person.commune_code:
        return
    move = {"commune": commune, "date": "2026-11-20", "paper": "12/GXN", "by": client.seat.user}
    edits = [edit_of(DocumentType.PERSON, person, moved_to=move)]
    for record in client.documents(DocumentType.RECORD):
        if record.fields.get("person_id") == person.document_id and not record.fate:
            edits.append(edit_of(DocumentType.RECORD, record, moved_to=move))
    save(world, client, *edits)


@happens(4)
def a_fate_is_decided(world: World) -> None:
    """What was deleted comes back, or a question about a fate is answered either way."""
    client = someone(world, Role.OFFICER)
    assert client is not None
    for kind in (DocumentType.PERSON, DocumentType.RECORD, DocumentType.HOUSEHOLD):
        for document in client.documents(kind):
            asked = sorted(set(FATES) & document.clashes.keys())
            name = asked[0] if asked else document.fate
            if not name or not (asked or world.chance(0.5)):
                continue
            waiting = [clash.value for clash in document.clashes.get(name, ())]
            chosen = world.random.choice([document.fields.get(name), *waiting, None])
            save(world, client, edit_of(kind, document, name, **{name: chosen}))
            return


# --- police and collecting office


@happens(5)
def the_police_answer(world: World) -> None:
    """An answer, perhaps a second one that differs."""
    client = someone(world, Role.POLICE)
    check = None if client is None else one_of(world, client, DocumentType.CHECK)
    if client is not None and check is not None:
        answer = world.random.choice(("matched", "differs", "not_found"))
        fields: dict[str, Value] = {"answer": answer}
        if answer == "differs":
            fields["differs.full_name"] = world.random.choice(_VALUES)
        save(world, client, edit_of(DocumentType.CHECK, check, **fields))


@happens(4)
def a_submission_is_reviewed(world: World) -> None:
    """Accepted or returned with a reason."""
    client = someone(world, Role.COLLECTOR)
    submission = None if client is None else one_of(world, client, DocumentType.SUBMISSION)
    if client is not None and submission is not None:
        fields: dict[str, Value] = {"review": world.random.choice(("accepted", "returned"))}
        if fields["review"] == "returned":
            fields["reasons.work/place"] = "thiếu"
        save(world, client, edit_of(DocumentType.SUBMISSION, submission, **fields))


# --- collecting offices, where there are two


@happens(20, two_collectors=True)
def the_collecting_office_changes(world: World) -> None:
    """A commune goes to the other collecting office, or back, from this moment on (T43)."""
    handed_in = [one for one in _COLLECTED if world.submissions_of(one)]
    commune = world.random.choice(handed_in or _COLLECTED)
    offices = [one for one in world.offices if one.role is Role.COLLECTOR]
    world.collect(world.random.choice(offices), commune)


@happens(3, two_collectors=True)
def a_former_collecting_office_is_ended(world: World) -> None:
    """The operator takes from it what it had not decided yet."""
    commune = world.random.choice(_COLLECTED)
    formers = world.collecting.formers(commune)
    if formers:
        world.end_collecting(world.random.choice(formers), commune)


@happens(40, two_collectors=True)
def everybody_hands_in_and_syncs(world: World) -> None:
    """So that both offices hold what came before and after a commune went."""
    for client in clients_of(world):
        if client.flow is None and client.seat.role in (Role.OFFICER, Role.COLLECTOR):
            record = one_of(world, client, DocumentType.RECORD)
            if record is not None and client.seat.role is Role.OFFICER:
                fields = {"record_id": record.document_id, "round": 1, "hamlet": "Ấp 1"}
                edit = Edit(DocumentType.SUBMISSION, world.new_id(), record.commune_code, fields)
                save(world, client, edit)
            if client.flow is None:
                world.sync_whole(client)


@happens(40, two_collectors=True)
def a_collecting_office_reviews_much(world: World) -> None:
    """Also what another one collects by now."""
    client = someone(world, Role.COLLECTOR)
    if client is not None:
        for submission in client.documents(DocumentType.SUBMISSION)[:4]:
            if submission.fields.get("review") is None and world.chance(0.5):
                save(world, client, edit_of(DocumentType.SUBMISSION, submission, review="accepted"))
        if client.flow is None:
            world.sync_whole(client)
